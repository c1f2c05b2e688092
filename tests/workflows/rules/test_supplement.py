"""补齐: what was asked for is handed in, or the application lapses."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Story, Town
from tests.workflows.town import Data


class TestSupply:
    def asked(
        self,
        shop: type[Town],
        *items: str | Data,
        reasons: Sequence[str | Data] = ("plan-no-size", "lease-pages"),
        **of: Any,
    ) -> Story:
        story = shop.submitted(*(items or ("food",)), at="2026-03-02", **of)
        story.li("food.note_defects", reasons=list(reasons))
        story.li("notify_correction", "2026-03-06")
        return story

    def test_a_part_starts_nothing(self, shop: type[Town]) -> None:
        """A part of what was asked starts nothing (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-12", materials=["plan"])
        assert (story.state("food"), story.item("food").complete_at) == ("correcting", None)

    def test_the_last_paper_begins_a_new_check(self, shop: type[Town]) -> None:
        """With the last paper a new check of five days begins, and acceptance counts from that day (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-12", materials=["plan"])
        story.zhang("food.supply", "2026-03-17", materials=["lease"])
        assert (story.state("food"), story.due("food.notice")) == ("received", date(2026, 3, 24))
        story.li("food.accept", "2026-03-20")
        assert (story.item("food").accepted_on, story.due("food.decision", "statutory")) == (
            date(2026, 3, 17),
            date(2026, 4, 15),
        )

    def test_all_that_was_asked_is_enough(self, shop: type[Town]) -> None:
        """Who supplied all that was asked must be accepted, whatever the notice forgot (行政许可法 32.1(5))."""
        change = {
            "food": {"materials": ["lease", "plan", {"use": "photo", "when": "form.area > 500"}]}
        }
        story = self.asked(shop, reasons=["plan-no-size"], change=change)
        story.zhang("food.supply", materials=["plan"], form={"area": 900})
        story.li("food.accept")
        assert story.state("food") == "reviewing"

    def test_for_every_item(self, shop: type[Town]) -> None:
        """One paper answers every item that asked for it: nothing is handed in twice."""
        story = shop.submitted("food", "drain", missing=("plan",))
        for item in ("food", "drain"):
            story.li(f"{item}.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("food.supply", materials=["plan"])
        assert (story.state("food"), story.state("drain")) == ("received", "received")
        assert story.did().count("food.supply") == story.did().count("drain.supply") == 1

    def test_a_point_about_a_field_is_answered_by_the_form(self, shop: type[Town]) -> None:
        """A point about a field is answered by the field, one in words by naming it."""
        story = self.asked(shop, reasons=["phone-wrong", {"text": "说明用途"}])
        story.zhang("food.supply", form={"phone": "13800000000"})
        assert story.state("food") == "correcting"
        story.zhang("food.supply", points=["own:说明用途"])
        assert (story.state("food"), story.case.form["phone"]) == ("received", "13800000000")

    @pytest.mark.parametrize(
        "row",
        [
            "sketch",
            {"material": "plan", "share": True},
            {"material": "photo", "defer": True},
            {"material": "none"},
        ],
    )
    def test_a_paper_nobody_needs_is_refused(self, shop: type[Town], row: Data | str) -> None:
        """A paper nobody needs, in a way that is not open, or promised again, is refused."""
        story = self.asked(shop, missing=("photo",))
        with pytest.raises(DataInvalid):
            story.zhang("food.supply", materials=[row])
        assert "photo" not in [m.material for m in story.case.materials.values()]

    @pytest.mark.parametrize("person", ["stranger", "li", "wang"])
    def test_only_the_applicant(self, shop: type[Town], person: str) -> None:
        """Papers come from the applicant."""
        with pytest.raises(NotPermitted):
            getattr(self.asked(shop), person)("food.supply", materials=["plan"])

    def test_the_item_counts_as_withdrawn_at_the_end(self, shop: type[Town]) -> None:
        """At the end of the correction the item counts as withdrawn, with a paper (R-ACC-9)."""
        story = self.asked(shop)
        assert story.due("food.correction") == date(2026, 3, 27)
        story.until("2026-03-27T23:59")
        assert story.state("food") == "correcting"
        story.until("2026-03-28T00:00")
        assert (story.state("food"), story.item("food").outcome) == ("lapsed", "lapsed")
        assert (story.papers()[-2:], story.case.state) == (["lapse", "result"], "terminated")

    def test_silence_after_it_accepts_as_well(self, shop: type[Town]) -> None:
        """Silence after a correction accepts from the day of the last paper, not from the first receipt (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-17", materials=["plan", "lease"])
        story.until("2026-03-25T00:00")
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2026, 3, 17),
        )
        assert story.due("food.decision", "statutory") == date(2026, 4, 15)

    def test_the_promise_of_the_whole_waits(self, shop: type[Town]) -> None:
        """The citizen's time does not count against the promise of the whole."""
        story = self.asked(shop)
        assert story.clock("promise").state == "paused"
        story.zhang("food.supply", "2026-03-17", materials=["plan", "lease"])
        assert story.clock("promise").state == "running"


class TestExamined:
    """What is examined already is added to only where it was asked for (行政许可法 32.1(4))."""

    @pytest.mark.parametrize("data", [{"materials": ["lease"]}, {"form": {"phone": "13800000000"}}])
    def test_nobody_asked(self, shop: type[Town], data: Data) -> None:
        """Silence accepted what was there: nothing of it is changed."""
        story = shop.submitted("food", at="2026-03-02", missing=("plan",))
        story.until("2026-03-10T00:00")
        assert story.state("food") == "reviewing"
        with pytest.raises(DataInvalid, match="只能补交要求补交的内容"):
            story.zhang("food.supply", **data)

    def test_what_never_came_may_still_come(self, shop: type[Town]) -> None:
        """Accepted by silence without its plan, which the decision needs: it is taken, no limit moves, and then nothing is open."""
        story = shop.submitted("food", at="2026-03-02", missing=("plan",)).until("2026-03-10T00:00")
        limit = story.due("food.decision", "statutory")
        assert story.offers("zhang")["food.supply"].allowed
        story.zhang("food.supply", "2026-03-11T14:20:37.881204", materials=["plan"])
        assert (story.state("food"), story.due("food.decision", "statutory")) == (
            "reviewing",
            limit,
        )
        assert not story.offers("zhang")["food.supply"].allowed
        with pytest.raises(ActionNotAllowed, match="没有要求补交的材料"):
            story.zhang("food.supply", materials="all")

    @pytest.mark.parametrize(
        ("data", "pointer"),
        [
            ({"materials": ["photo", "lease"]}, "/data/materials/1"),
            ({"materials": ["photo"], "form": {"phone": "13800000000"}}, "/data/form/phone"),
            ({"materials": "all", "points": ["own:说明用途"]}, "/data/points/0"),
        ],
    )
    def test_beside_what_was_asked(self, shop: type[Town], data: Data, pointer: str) -> None:
        """A gap is filled while it is examined; what comes with it and nobody asked for is refused."""
        story = shop.submitted("food", missing=("photo",))
        story.li("food.accept_tolerant", gaps=["photo"])
        assert story.offers("zhang")["food.supply"].allowed
        with pytest.raises(DataInvalid) as refused:
            story.zhang("food.supply", **data)
        assert refused.value.facts["errors"][0]["pointer"] == pointer
        story.zhang("food.supply", materials="all")
        with pytest.raises(ActionNotAllowed, match="没有要求补交的材料"):
            story.zhang("food.supply", materials="all")

    def test_asked_for_elsewhere(self, shop: type[Town]) -> None:
        """What one item waits for may be handed in with another that is examined already."""
        story = shop.submitted("food", "drain")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", reason="申请人急用")
        story.li("drain.accept")
        with pytest.raises(DataInvalid, match="没有要求补交的材料"):
            story.zhang("drain.supply", materials="all")
        story.zhang("drain.supply", materials=["plan"])
        assert (story.state("food"), story.state("drain")) == ("received", "reviewing")
