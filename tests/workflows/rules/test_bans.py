"""禁止申请: who may not apply for a while."""

from datetime import date

from service.workflows.case.parts import Ban
from tests.workflows.story import Town
from tests.workflows.town import ELSEWHERE

FALSE = {"reasons": [{"text": "租赁合同是伪造的"}], "ground": "false_material"}
SAFE = {"food": {"public_safety": True}}


class TestBans:
    """禁止申请."""

    def test_false_material_bans_for_a_year(self, shop: type[Town]) -> None:
        """One year from the decision, through the corresponding day; only where safety or health is concerned (R-ACC-10)."""
        for change, bans in ((SAFE, 1), ({}, 0)):
            story = shop.submitted("food", at="2026-03-09", change=change)
            story.li("food.decline", on="2026-03-10", **FALSE)
            assert len(story.case.bans) == bans
        story = shop.submitted("food", at="2026-03-09", change=SAFE)
        story.li("food.decline", on="2026-03-10", **ELSEWHERE)
        assert story.case.bans == {}
        story = shop.submitted("food", at="2026-03-09", change=SAFE)
        story.li("food.decline", on="2026-03-10", **FALSE)
        assert story.case.bans[1].until_on == date(2027, 3, 10)

    def test_who_is_banned_is_refused_through_the_last_day(self, shop: type[Town]) -> None:
        """Refused with the law and the date through the last day; the day after, another item, another person: not (R-ACC-10)."""
        ban = Ban(
            n=1,
            subject="92999901MADEM0046F",
            item="food",
            ground="false_material",
            from_on=date(2026, 3, 10),
            until_on=date(2027, 3, 10),
            basis="行政许可法 78",
        )
        story = shop.begun("food", "drain", at="2027-03-10").submit(bans=(ban,))
        assert (story.state("food"), story.state("drain")) == ("not_received", "received")
        said = next(n for n in story.case.notices.values() if n.kind == "not_accepted")
        assert (said.item, said.body["law"], said.body["points"]) == (
            "food",
            "行政许可法 78",
            ["2027年3月10日以前不得再次申请「食品经营许可」。"],
        )
        assert (said.body["department"], "行政复议" in said.body["remedies"]["text"]) == (
            "市场监督管理局",
            True,
        )
        assert shop.begun("food", at="2027-03-11").submit(bans=(ban,)).state("food") == "received"
        assert shop.begun("drain", at="2027-03-10").submit(bans=(ban,)).state("drain") == "received"
