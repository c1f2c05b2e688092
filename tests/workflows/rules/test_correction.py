"""补正: one notice of all that lacks."""

from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.telling.oddities import oddities
from tests.workflows.story import Story, Town
from tests.workflows.town import Data


class TestOneNotice:
    def noted(
        self,
        shop: type[Town],
        *items: str | Data,
        missing: tuple[str, ...] = ("plan",),
        at: str = "2026-10-20",
        **of: Any,
    ) -> Story:
        story = shop.submitted(*(items or ("food",)), missing=missing, at=at, **of)
        story.li("food.note_defects", reasons=["plan-no-size"])
        return story

    def test_noting_tells_nobody_yet(self, shop: type[Town]) -> None:
        """Noting tells nobody yet: the item stays, no paper goes out."""
        story = self.noted(shop)
        assert (story.state("food"), story.papers()) == ("received", ["receipt"])

    def test_one_paper_for_all(self, shop: type[Town]) -> None:
        """The lead sends every point of every item in one notice, and it names the date (R-ACC-6, R-BND-4)."""
        story = self.noted(shop, "food", "drain")
        story.li("drain.note_defects", reasons=["plan-no-door"])
        story.li("notify_correction")
        assert story.papers() == ["receipt", "correction"]
        said = story.case.notices[2].body
        assert said["points"] == ["食品经营许可：平面图缺少尺寸", "排水许可：平面图没有标出口"]
        assert set(said["dates"].values()) == {"2026-11-10"}
        assert story.tasks("food") == [("", "applicant")]
        assert story.clock("food.notice").state == "paused"

    def test_what_is_missing_is_told_though_nobody_ticked_it(self, shop: type[Town]) -> None:
        """What is missing is told with it, though the clerk did not tick it (R-ACC-6)."""
        story = self.noted(shop, missing=("plan", "lease"))
        story.li("notify_correction")
        assert [p["reason"] for p in story.item("food").asked] == ["plan-no-size", "missing:lease"]

    def test_there_is_no_notice_without_a_point(self, shop: type[Town]) -> None:
        """Without a point there is no notice."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").li("notify_correction")

    @pytest.mark.parametrize("person", ["wu", "wang", "zhang"])
    def test_only_the_lead(self, shop: type[Town], person: str) -> None:
        """The notice is the lead's, also where each window accepts."""
        story = shop.submitted("drain", acceptance="each")
        story.wu("drain.note_defects", reasons=["plan-no-size"])
        with pytest.raises(NotPermitted):
            getattr(story, person)("notify_correction")
        story.li("notify_correction")

    def test_no_unrelated_paper(self, shop: type[Town]) -> None:
        """No paper may be asked for that the item does not need (行政许可法 31)."""
        with pytest.raises(DataInvalid, match="效果图"):
            shop.submitted("food", "sign").li("food.note_defects", reasons=["sketch-dark"])

    def test_a_new_point_is_refused_after_the_notice(self, shop: type[Town]) -> None:
        """After the notice a new point is refused with its article; a point of it may be repeated (R-ACC-6)."""
        story = self.noted(shop)
        story.li("notify_correction")
        story.zhang("food.supply", "2026-10-26", materials=["plan"])
        with pytest.raises(ActionNotAllowed, match="一次性告知") as refusal:
            story.li("food.note_defects", reasons=["lease-pages"])
        assert refusal.value.law == "行政许可法 32"
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert (story.state("food"), story.item("food").corrections) == ("correcting", 2)

    def test_fault_of_a_paper_that_was_missing(self, shop: type[Town]) -> None:
        """What is wrong with a paper that was not there before is no new point."""
        story = shop.submitted("food", missing=("lease",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("food.supply", materials=["lease", "plan"])
        story.li("food.note_defects", reasons=["lease-pages"])
        with pytest.raises(ActionNotAllowed):
            story.li("food.note_defects", reasons=["plan-no-door"])

    def test_nothing_is_noted_after_the_acceptance(self, shop: type[Town]) -> None:
        """After acceptance nothing can be noted any more."""
        with pytest.raises(ActionNotAllowed):
            shop.accepted("food").li("food.note_defects", reasons=["plan-no-size"])


class TestOneForAll:
    """R-ACC-6, R-BND-4: one notice gathers what all departments found, and there is one for a receipt."""

    def received(self, shop: type[Town]) -> Story:
        story = shop.submitted("food", "drain", "fire", at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        return story

    def test_not_over_who_has_days_to_answer(self, shop: type[Town]) -> None:
        """While other departments still have days, it says so and asks for a reason, which stays on record."""
        story = self.received(shop)
        offer = story.offers("li")["notify_correction"]
        assert (offer.allowed, offer.needs) == (True, ("reason",))
        assert "城市管理局「排水许可」、消防救援大队「消防安全检查」还没有反馈" in offer.says
        assert "2026年10月22日前" in offer.says
        with pytest.raises(DataInvalid, match="仍要现在发出的，请写明理由") as refusal:
            story.li("notify_correction")
        assert refusal.value.facts["errors"][0]["pointer"] == "/data/reason"
        story.li("notify_correction", reason="申请人在窗口等候")
        assert story.events[-1].data == {
            "items": ["food"],
            "unanswered": ["drain", "fire"],
            "reason": "申请人在窗口等候",
        }

    def test_at_once_when_all_have_answered_or_their_time_is_over(self, shop: type[Town]) -> None:
        """With all answers in, or after the days of the departments, nothing is asked."""
        answered, late = self.received(shop), self.received(shop)
        answered.han("drain.note_complete")
        answered.zheng("fire.note_complete")
        late.until("2026-10-23")
        for story in (answered, late):
            assert story.offers("li")["notify_correction"].needs == ()
            story.li("notify_correction")
            assert story.events[-1].data == {"items": ["food"]}

    def test_a_second_one_for_the_same_receipt(self, shop: type[Town]) -> None:
        """Refused; with a reason it goes out, as an event of its own that supervision finds (许可法 72)."""
        story = self.received(shop)
        story.until("2026-10-23")
        story.li("notify_correction")
        story.li("drain.note_defects", reasons=["plan-no-door"])
        with pytest.raises(
            DataInvalid, match="这次收件已经发过一次性告知，「排水许可」"
        ) as refusal:
            story.li("notify_correction")
        assert refusal.value.law == "行政许可法 32、72"
        assert story.papers().count("correction") == 1
        story.li("notify_correction", reason="图纸当时没有打开")
        assert story.papers().count("correction") == 2
        again = next(event for event in story.events if event.action == "notify_again")
        assert (again.law, again.data) == (
            "行政许可法 32、72",
            {"items": ["drain"], "reason": "图纸当时没有打开"},
        )
        found = oddities(story.release, story.case, story.events, story.calendar)
        assert [(o.code, o.events) for o in found if o.code == "second-notice"] == [
            ("second-notice", (again.n,))
        ]

    def test_what_was_badly_supplied_is_no_second_notice(self, shop: type[Town]) -> None:
        """After the applicant has answered, the same point may be told again (R-ACC-6)."""
        story = self.received(shop)
        story.until("2026-10-23")
        story.li("notify_correction")
        story.zhang("food.supply", materials="all")
        story.li("food.note_defects", reasons=["plan-no-size"])
        assert story.offers("li")["notify_correction"].needs == ()
        story.li("notify_correction")
        assert "notify_again" not in story.did()

    def test_an_item_with_a_receipt_of_its_own(self, shop: type[Town]) -> None:
        """A serial item is received when its predecessor is done: its notice is the first (R-BND-6)."""
        story = shop.submitted("food", {"use": "drain", "after": ["tax"]}, "tax", at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.li("tax.decide_now", "2026-10-21")
        story.li("drain.note_defects", reasons=["plan-no-door"])
        assert story.offers("li")["notify_correction"].needs == ()
