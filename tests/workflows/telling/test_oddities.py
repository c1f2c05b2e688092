"""疑点 — what looks like a process that did not happen as it was written down (R-MON-4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from service.workflows.case.situation import Actor
from service.workflows.telling.oddities import oddities
from tests.workflows.story import Story, Town


def found(story: Story) -> dict[tuple[str, str], int | None]:
    """What is found in a story: item and code, with the working days it is about."""
    return {
        (oddity.item, oddity.code): oddity.working_days
        for oddity in oddities(story.release, story.case, story.events, story.calendar)
    }


def written(
    story: Story,
    action: str,
    at: str,
    recorded_at: str,
    moment: Callable[[str], datetime],
    **actor: Any,
) -> Story:
    """Let the last record of an action say other times, and be somebody else's."""
    told = [n for n, event in enumerate(story.events) if event.action == action][-1]
    event = story.events[told]
    story.events[told] = replace(
        event, at=moment(at), recorded_at=moment(recorded_at), actor={**event.actor, **actor}
    )
    return story


def decided(shop: type[Town], propose: str = "2026-09-15", grant: str = "2026-09-16") -> Story:
    """Accepted on Monday 2026-09-14 at ten, reviewed and granted."""
    story = shop.accepted("food")
    story.wang("food.propose", propose, opinion="符合")
    story.zhao("food.grant", grant, opinion="同意")
    return story


class TestBackDated:
    @pytest.mark.parametrize(
        ("at", "recorded_at", "days"),
        [
            (
                "2026-07-03T15:00",
                "2026-07-06T17:00",
                1,
            ),  # Friday, written down on Monday: the example of the rule
            ("2026-07-03T09:00", "2026-07-03T17:00", None),
            ("2026-07-04T09:00", "2026-07-05T17:00", None),  # a weekend
            ("2026-06-18T09:00", "2026-06-23T09:00", 2),  # 端午 between
        ],
    )
    def test_a_working_day_or_more_is_odd(
        self, shop: type[Town], at: str, recorded_at: str, days: int | None
    ) -> None:
        """R-MON-4: an act that counts from a working day before it was written down."""
        story = written(shop.accepted("food"), "accept", at, recorded_at, shop.moment)
        assert found(story).get(("food", "back-dated")) == days

    def test_not_the_clock(self, shop: type[Town]) -> None:
        """What the clock does late counts from when it fell due: that is the law, and not odd (R-TIME-3)."""
        story = written(
            shop.accepted("food"), "accept", "2026-07-03", "2026-07-08", shop.moment, kind="clock"
        )
        assert ("food", "back-dated") not in found(story)

    def test_it_names_the_records_it_rests_on(self, shop: type[Town]) -> None:
        """R-MON-4: each oddity says in words what it is, and names the records it rests on."""
        story = written(
            shop.accepted("food"), "accept", "2026-07-03T15:00", "2026-07-06T17:00", shop.moment
        )
        odd = oddities(story.release, story.case, story.events, story.calendar)
        accepted = next(event.n for event in story.events if event.action == "accept")
        assert [(o.text, o.events) for o in odd] == [
            ("记录的办理时间比录入时间早1个工作日", (accepted,))
        ]


class TestDecisions:
    def test_an_ordinary_case_has_none(self, shop: type[Town]) -> None:
        """R-MON-4: in an ordinary case nothing is odd."""
        assert found(decided(shop)) == {}

    @pytest.mark.parametrize(
        ("grant", "odd"),
        [("2026-09-14T10:09", True), ("2026-09-14T10:10", False), ("2026-09-14T16:00", False)],
    )
    def test_granted_within_ten_minutes(self, shop: type[Town], grant: str, odd: bool) -> None:
        """R-MON-4: granted within ten minutes of the acceptance."""
        assert (("food", "hasty") in found(decided(shop, "2026-09-14T10:05", grant))) is odd

    def test_what_is_decided_on_the_spot_is_not_hasty(self, shop: type[Town]) -> None:
        """What is decided on the spot is decided at once."""
        story = shop.submitted("tax")
        story.li("tax.decide_now")
        assert found(story) == {}

    def test_accepted_and_decided_by_one_person(self, shop: type[Town]) -> None:
        """R-MON-4: accepted and decided by one person, who has both posts."""
        story = shop.submitted("food")
        story.people["li"] = Actor("li", "clerk", "scjg", frozenset({"window", "approver"}))
        story.li("food.accept")
        story.wang("food.propose", "2026-09-15", opinion="符合")
        story.li("food.grant", "2026-09-16", opinion="同意")
        assert ("food", "same-hands") in found(story)

    def test_sent_back_a_second_time(self, shop: type[Town]) -> None:
        """R-MON-4: sent back a second time, not the first."""
        story = shop.accepted("food")
        for times, odd in ((1, False), (2, True)):
            story.wang("food.propose", f"2026-09-{14 + times}", opinion="符合")
            story.zhao("food.send_back", opinion="再核")
            assert (("food", "sent-back-often") in found(story)) is odd


class TestLimits:
    @pytest.mark.parametrize(
        ("on", "left"), [("2026-09-28", 0), ("2026-09-24", 1), ("2026-09-23", None)]
    )
    def test_stopped_with_a_day_left(self, shop: type[Town], on: str, left: int | None) -> None:
        """R-MON-4: the limit ends on 2026-09-28; a procedure that stops it then, or the working day before 中秋, is odd."""
        story = shop.accepted("food")
        story.wang(
            "food.start_special",
            on,
            procedure="inspection",
            basis="某法 9",
            notice_text="送检",
            days=5,
        )
        assert found(story).get(("food", "late-stop")) == left

    @pytest.mark.parametrize(("on", "odd"), [("2026-03-09", True), ("2026-03-06", False)])
    def test_the_one_notice_on_the_last_day(self, shop: type[Town], on: str, odd: bool) -> None:
        """R-MON-4: received on 2026-03-02, the one notice goes out on the fifth working day."""
        story = shop.submitted("food", at="2026-03-02", missing=("plan",))
        story.li("food.note_defects", on, reasons=["plan-no-size"])
        story.li("notify_correction")
        assert (("food", "last-day-notice") in found(story)) is odd


class TestUnchecked:
    """不再核查: a check after a promise that nobody made (R-MON-4, R-LIFE-5)."""

    def test_every_check_that_was_ended_by_hand(self, shop: type[Town]) -> None:
        """Whatever the reason, supervision sees who ended it, why, and by what document."""
        story = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
        story.sun("fire.grant_by_commitment")
        assert ("fire.follow-up", "unchecked") not in found(story)
        told = {"item": "fire.follow-up", "reason": "店铺已拆除", "document": "公告3号"}
        story.jiang("close_follow_up", **told)
        (odd,) = [
            each
            for each in oddities(story.release, story.case, story.events, story.calendar)
            if each.code == "unchecked"
        ]
        assert (odd.item, "店铺已拆除" in odd.text, "公告3号" in odd.text) == (
            "fire.follow-up",
            True,
            True,
        )
