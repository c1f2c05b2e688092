"""部门反馈 — what the departments of the common intake say of their papers before the one notice (R-BND-4)."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, NotPermitted
from tests.workflows.story import Story, Town
from tests.workflows.town import ELSEWHERE

SILENT = "feedback_overdue"


@pytest.fixture
def received(shop: type[Town]) -> Story:
    """Received on Tuesday 2026-10-20 for three departments; the market authority leads."""
    return shop.submitted("food", "fire", "drain", "sign", at="2026-10-20")


def overdue(story: Story) -> dict[str, Any]:
    """Who was told of the silence, with the points named to them."""
    return {n.to: n.body.get("points", []) for n in story.case.notices.values() if n.kind == SILENT}


class TestAnswer:
    def test_departments_answer_before_the_notice_is_due(self, received: Story) -> None:
        """R-BND-4: departments answer by Thursday 10-22, the one notice goes out by Tuesday 10-27."""
        assert received.due("feedback") == date(2026, 10, 22)
        assert received.due("food.notice") == date(2026, 10, 27)
        due = {t.item: t.due_on for t in received.case.tasks.values()}
        assert due["drain"] == due["fire"] == date(2026, 10, 27)  # nobody's task is moved

    def test_a_department_says_that_all_is_there(self, received: Story) -> None:
        """A department's window or reviewer says that all is there; nothing else changes."""
        received.han("drain.note_complete")
        kept = received.item("drain").feedback
        assert (kept.complete, kept.by, received.state("drain")) == (True, "han", "received")
        assert (received.did()[-1], received.clock("feedback").state) == (
            "drain.note_complete",
            "running",
        )

    def test_what_a_department_misses_goes_into_the_notice(self, received: Story) -> None:
        """What a department names goes into the lead's one notice (R-ACC-6)."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        assert received.item("drain").feedback.complete is False
        received.zheng("fire.note_complete")
        received.wu("sign.note_complete")
        received.li("notify_correction")
        assert (received.state("drain"), [p["reason"] for p in received.item("drain").asked]) == (
            "correcting",
            ["lease-pages"],
        )

    @pytest.mark.parametrize(
        ("person", "item"), [("li", "drain"), ("wu", "fire"), ("li", "food"), ("yang", "drain")]
    )
    def test_only_of_ones_own(self, received: Story, person: str, item: str) -> None:
        """Only the department concerned answers, by window or reviewer; the lead's own items need no answer."""
        with pytest.raises(NotPermitted):
            getattr(received, person)(f"{item}.note_complete")

    def test_not_after_the_intake(self, received: Story) -> None:
        """What is accepted needs no answer any more."""
        received.li("drain.accept")
        with pytest.raises(ActionNotAllowed):
            received.han("drain.note_complete")

    def test_each_for_itself(self, shop: type[Town]) -> None:
        """Where each department accepts for itself there is nothing to collect."""
        story = shop.submitted("food", "drain", acceptance="each")
        assert ("", "feedback") not in story.case.clocks
        assert "drain.note_complete" not in story.offers("wu")


class TestObjection:
    """反馈缺什么: nothing is accepted over it (R-BND-4)."""

    def test_it_bars_the_acceptance_until_it_is_withdrawn(self, received: Story) -> None:
        """What a department misses is told or withdrawn first; only that department withdraws it."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        received.li("drain.note_defects", reasons=["plan-no-door"])
        with pytest.raises(ActionNotAllowed, match="城市管理局反馈还缺：租赁合同缺页") as refusal:
            received.li("drain.accept")
        assert refusal.value.facts["objected"] == ["lease-pages"]
        offer = received.offers("li")["drain.accept"]
        assert (offer.allowed, offer.reason) == (False, refusal.value.detail)
        with pytest.raises(NotPermitted):
            received.li("drain.note_complete")
        received.han("drain.note_complete")
        assert [point["reason"] for point in received.item("drain").noted] == ["plan-no-door"]
        received.li("drain.accept")
        assert received.state("drain") == "reviewing"

    def test_it_bars_a_filing_too(self, received: Story) -> None:
        """Whatever leads out of the intake to a good end."""
        received.wu("sign.note_missing", reasons=["sketch-dark"])
        with pytest.raises(ActionNotAllowed, match="效果图看不清"):
            received.li("sign.file")

    def test_turning_away_is_not_barred(self, received: Story) -> None:
        """Who is not competent need not ask for papers first."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        received.li("drain.decline", **ELSEWHERE)
        assert received.item("drain").outcome == "declined"

    def test_told_it_bars_nothing_more(self, received: Story) -> None:
        """Once the applicant was told and has answered, the window decides."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        received.until("2026-10-23")
        received.li("notify_correction")
        received.zhang("drain.supply", materials="all")
        received.li("drain.accept")
        assert received.state("drain") == "reviewing"

    def test_what_may_follow_later_does_not_bar(self, shop: type[Town]) -> None:
        """容缺: the paper that is missed is the one that may follow; another one bars it."""
        change = {
            "drain": {"materials": ["plan", {"use": "lease", "deferrable": "8wd"}]},
        }
        for reason, taken in (("lease-pages", True), ("plan-no-door", False)):
            story = shop.submitted("food", "drain", missing=("lease",), change=change)
            story.wu("drain.note_missing", reasons=[reason])
            if taken:
                story.li("drain.accept_tolerant", gaps=["lease"])
                assert story.state("drain") == "reviewing"
            else:
                with pytest.raises(ActionNotAllowed, match="平面图没有标出口"):
                    story.li("drain.accept_tolerant", gaps=["lease"])

    def test_silence_still_accepts(self, received: Story) -> None:
        """An objection that nobody told in five days is no obstacle (许可法 32)."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        received.until("2026-10-28")
        assert received.state("drain") == "reviewing"


class TestSilence:
    def test_named_to_the_lead(self, received: Story) -> None:
        """At the end of the second day the silent are told, and named to the lead; nothing is blocked or decided."""
        received.han("drain.note_complete", "2026-10-21")
        before = {code: item.state for code, item in received.case.items.items()}
        received.until("2026-10-22T23:59")
        assert overdue(received) == {}
        received.until("2026-10-23T09:00")
        assert overdue(received) == {
            "xf": [],
            "cg": [],
            "scjg": ["消防救援大队：「消防安全检查」", "城市管理局：「招牌备案」"],
        }
        assert received.events[-1].data == {"silent": {"xf": ["fire"], "cg": ["sign"]}}
        assert {code: item.state for code, item in received.case.items.items()} == before
        assert {
            t.card for t in received.case.tasks.values() if t.item in ("food", "fire", "drain")
        } == {"none"}
        received.shen("fire.note_complete")  # late is better than never
        received.li("fire.accept")
        assert received.did().count(SILENT) == 1

    def test_nobody_is_told_once_all_have_answered(self, received: Story) -> None:
        """With the last answer, or the acceptance that makes it needless, the time is over and nobody is told."""
        received.zheng("fire.note_complete")
        received.li("drain.accept")
        received.wu("sign.note_missing", reasons=["sketch-dark"])
        assert received.clock("feedback").state == "settled"
        received.until("2026-10-26")
        assert overdue(received) == {}

    def test_not_after_the_notice(self, received: Story) -> None:
        """What comes back after the one notice is checked within the lead's five days; nobody is asked again."""
        for item in ("fire", "drain", "sign"):
            received.li(
                f"{item}.note_defects",
                reasons=["sketch-dark" if item == "sign" else "plan-no-size"],
            )
        received.li("notify_correction")
        received.zhang("drain.supply", materials=["plan", "lease"])
        assert (received.state("drain"), received.clock("feedback").state) == (
            "received",
            "settled",
        )

    def test_the_lead_alone(self, shop: type[Town]) -> None:
        """Where the lead has all the items, nobody is asked."""
        assert ("", "feedback") not in shop.submitted("food", "tax").case.clocks

    def test_the_region_sets_its_time(self, shop: type[Town]) -> None:
        """How long is the region's to say."""
        story = shop.submitted(
            "food", "fire", at="2026-10-20", policy={"department_feedback": "1wd"}
        )
        assert story.due("feedback") == date(2026, 10, 21)
