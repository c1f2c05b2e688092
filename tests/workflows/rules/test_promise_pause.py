"""承诺时限暂停: what a region lets stop its own promise; the statutory limit never stands with it (R-CLK-1, R-CLK-2)."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Story, Town

STOPS = {
    "survey": {"title": "现场勘验", "days": "5wd", "basis": "某市审批时限规定 8"},
    "public": {"title": "公示", "days": "10wd", "basis": "某市审批时限规定 9"},
}


def paused(shop: type[Town], **of: Any) -> Story:
    """Accepted on Monday 2026-07-06, ten working days promised; the survey begins on 07-08 and is told to take three."""
    story = shop.accepted("food", at="2026-07-06", policy={"promise_stops": STOPS}, **of)
    told = {"pause": "survey", "notice_text": "勘验店面。", "days": 3}
    story.wang("food.pause_promise", "2026-07-08", **told)
    return story


class TestPause:
    def test_what_has_no_limit_of_the_law_has_its_promise_alone(self, shop: type[Town]) -> None:
        """Two days from Mon 07-06; stopped on the 7th for three: 8, 9, 10 are left out, so 07-13, red on the 14th."""
        story = shop.submitted("look-up", at="2026-07-06", policy={"promise_stops": STOPS})
        told = {"pause": "survey", "notice_text": "看烟道。", "days": 3}
        story.han("look-up.pause_promise", "2026-07-07", **told)
        assert story.clock("look-up.decision").due_on is None
        story.until("2026-07-11")
        assert story.due("look-up.promise-decision") == date(2026, 7, 13)
        assert {t.due_on for t in story.case.tasks.values()} == {date(2026, 7, 13)}
        story.until("2026-07-14")
        assert story.clock("look-up.promise-decision").card == "red"

    def test_only_the_promise_stands(self, shop: type[Town]) -> None:
        """The paper names the rule, the days and that the limit of the law runs on; after the days so does the promise."""
        story = paused(shop)
        paper = list(story.case.notices.values())[-1]
        assert paper.kind == "promise_paused"
        for part in ("某市审批时限规定 8", "现场勘验", "3个工作日", "法定办理期限照常计算"):
            assert part in paper.body["text"]
        assert (paper.body["law"], story.clock("food.promise-decision").state) == (
            "某市审批时限规定 8",
            "paused",
        )
        limit = story.clock("food.decision")
        assert (limit.state, limit.statutory_on, len(limit.spans)) == (
            "running",
            date(2026, 8, 3),
            1,
        )
        story.until("2026-07-13T23:59")
        assert story.clock("food.promise-decision").state == "paused"
        story.until("2026-07-14T00:00")  # told for the 9th, the 10th and the 13th
        assert story.papers()[-1] == "promise_resumed"
        assert story.due("food.promise-decision") == date(2026, 7, 23)
        assert story.due("food.decision", "statutory") == date(2026, 8, 3)

    def test_it_is_ended_earlier_by_hand(self, shop: type[Town]) -> None:
        """Done on the 9th: one day is not counted."""
        story = paused(shop)
        story.wang("food.resume_promise", "2026-07-09")
        assert story.due("food.promise-decision") == date(2026, 7, 21)
        assert "food.promise_pause_over" not in story.until("2026-07-20").did()
        with pytest.raises(ActionNotAllowed, match="没有暂停"):
            story.wang("food.resume_promise")

    def test_only_what_the_region_says_as_long_as_it_says_and_once(self, shop: type[Town]) -> None:
        """No other kind, no longer, not twice for one reason, not while it stands, not when it has passed."""
        story = paused(shop)
        with pytest.raises(ActionNotAllowed, match="已经暂停"):
            story.wang("food.pause_promise", pause="public", notice_text="公示。", days=1)
        story.wang("food.resume_promise")
        for wrong, say in (
            ({"pause": "survey", "days": 1}, "已经因现场勘验暂停过"),
            ({"pause": "public", "days": 11}, "最多暂停10个工作日"),
            ({"pause": "holiday", "days": 1}, "可以暂停承诺时限的情形"),
        ):
            with pytest.raises(DataInvalid, match=say):
                story.wang("food.pause_promise", notice_text="公示。", **wrong)
        story.until("2026-07-22")
        with pytest.raises(ActionNotAllowed, match="已经届满"):
            story.wang("food.pause_promise", pause="public", notice_text="公示。", days=1)

    def test_where_the_region_knows_none_nobody_may(self, shop: type[Town]) -> None:
        """It is not even offered."""
        story = shop.accepted("food")
        assert not [name for name in story.offers("wang") if "promise" in name]
        with pytest.raises(NotPermitted, match="没有规定"):
            story.wang("food.pause_promise", pause="survey", notice_text="x", days=1)

    def test_beside_a_special_procedure(self, shop: type[Town]) -> None:
        """What stops both stops the promise too, and it goes on when both are over."""
        story = paused(shop)
        told = {
            "procedure": "testing",
            "basis": "某法 9",
            "affects": "both",
            "notice_text": "检测。",
        }
        story.wang("food.start_special", "2026-07-10", days=5, **told)
        assert story.clock("food.decision").state == "paused"
        assert story.until("2026-07-15").clock("food.promise-decision").state == "paused"
        story.wang("food.end_special", "2026-07-16")
        assert story.clock("food.promise-decision").state == "running"

    def test_the_decision_ends_it(self, shop: type[Town]) -> None:
        """Nothing stands any more once it is decided, and no card comes of it."""
        story = paused(shop)
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", opinion="同意。")
        assert story.clock("food.pause-survey").state == "settled"
        assert story.clock("food.promise-decision").state == "settled"
        assert "promise_resumed" not in story.until("2026-07-20").papers()
