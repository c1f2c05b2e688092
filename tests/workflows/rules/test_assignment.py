"""指派核查人员: two officers within five working days of the acceptance, where a check is what the decision rests on."""

from datetime import date

import pytest

from service.errors import DataInvalid
from service.workflows import clocks
from tests.workflows.story import Story, Town

STANDARD = "GB 31654-2021 餐饮服务通用卫生规范"
CHECKED = {"food": {"inspection": {"basis": "行政许可法 55", "standards": [STANDARD]}}}
TWO = ["wei", "wang"]


def accepted(shop: type[Town], **of: str) -> Story:
    """Accepted on Monday 2026-06-15; 端午 is on Friday 06-19."""
    return shop.accepted("food", at="2026-06-15", change=CHECKED, **of)


class TestAssign:
    def test_five_days_from_the_acceptance(self, shop: type[Town]) -> None:
        """R-DEC-10: named by Tue 06-23 (16, 17, 18, 22, 23); the task shows the day, the explanation every other."""
        story = accepted(shop)
        assert story.due("food.assign", "statutory") == date(2026, 6, 23)
        task = next(t for t in story.case.tasks.values() if t.done_at is None)
        assert task.due_on == date(2026, 6, 23)
        told = clocks.explain(
            story.clock("food.assign"), story.calendar, story.situation.policy, story.now
        )
        assert (told["title"], told["basis"]) == ("指派核查人员", "行政许可法 55")
        assert [d["date"] for d in told["days"] if d["counted"]] == [
            f"2026-06-{day}" for day in (16, 17, 18, 22, 23)
        ]

    def test_who_arranges_the_check_names_two(self, shop: type[Town]) -> None:
        """Whoever arranges it names the two who go; the paper tells them, and the limit is kept."""
        story = accepted(shop)
        assert "officers" in story.offers("wang")["food.start_inspection"].needs
        for wrong in ({}, {"officers": ["wei"]}, {"officers": ["wei", "wei"]}):
            with pytest.raises(DataInvalid, match="两名"):
                story.wang("food.start_inspection", "2026-06-22", **wrong)
        story.wang("food.start_inspection", officers=TWO)
        clock = story.clock("food.assign")
        assert (clock.state, clock.card, story.item("food").officers) == ("settled", "yellow", TWO)
        assert "指派的核查人员：wei、wang" in list(story.case.notices.values())[-1].body["text"]

    def test_late_is_yellow_then_red_and_a_breach(self, shop: type[Town]) -> None:
        """The department is warned a day before, and told when the limit of the statute has passed; nothing else moves."""
        story = accepted(shop)
        before = story.due("food.decision")
        assert story.until("2026-06-23T00:00").clock("food.assign").card == "yellow"
        late = story.until("2026-06-24T00:00").clock("food.assign")
        assert (late.card, late.breach_on) == ("red", date(2026, 6, 24))
        assert (story.state("food"), story.due("food.decision")) == ("reviewing", before)
        story.wang("food.start_inspection", officers=TWO)
        assert story.clock("food.assign").state == "settled"

    def test_silence_counts_from_the_receipt(self, shop: type[Town]) -> None:
        """Accepted by silence as of the receipt, so are the five days: they are over at once (R-ACC-5)."""
        story = shop.submitted("food", at="2026-06-15", change=CHECKED).until("2026-06-24")
        assert story.state("food") == "reviewing"
        assert story.clock("food.assign").breach_on == date(2026, 6, 24)

    def test_a_special_procedure_does_not_stop_it(self, shop: type[Town]) -> None:
        """Article 45 speaks of the limits of its own section, and 55 stands in another."""
        story = accepted(shop)
        special = {"procedure": "testing", "basis": "某法 9", "notice_text": "送检。", "days": 9}
        story.wang("food.start_special", "2026-06-16", **special)
        assert story.clock("food.decision").state == "paused"
        assert story.due("food.assign") == date(2026, 6, 23)

    def test_only_where_the_item_says_so(self, shop: type[Town]) -> None:
        """Any other check on the spot has no such limit, and may be arranged without names."""
        story = shop.accepted("food")
        story.wang("food.start_inspection")
        assert ("food", "assign") not in story.case.clocks

    def test_a_decision_ends_it(self, shop: type[Town]) -> None:
        """Where nothing is left to check nobody is in arrears."""
        story = accepted(shop)
        story.wang("food.propose", opinion="材料虚假。")
        story.zhao("food.refuse", reasons=["unfit"], standard=STANDARD)
        assert story.clock("food.assign").state == "settled"
