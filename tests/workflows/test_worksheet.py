from datetime import date
from typing import Any

import pytest

from tests.workflows.story import Story, Town

STEPS = {"food": {"steps": {"reviewing": "2wd", "deciding": "1wd"}}}


def reviewed(shop: type[Town], **of: Any) -> Story:
    """S-18: accepted Mon 2026-07-06, ten working days, two for the review."""
    return shop.accepted("food", at="2026-07-06", change=STEPS, **of)


class TestSteps:
    def test_red_for_the_stage_only(self, shop: type[Town]) -> None:
        """S-18: the step is due Wed 07-08 and red on 07-09, while the limit of the item stays green (R-MON-1)."""
        story = reviewed(shop)
        assert story.due("food.step-reviewing") == date(2026, 7, 8)
        story.until("2026-07-09T00:00")
        assert (story.clock("food.step-reviewing").card, story.clock("food.decision").card) == (
            "red",
            "none",
        )
        assert [task.card for task in story.case.tasks.values() if task.done_at is None] == ["red"]
        assert story.due("food.decision") == date(2026, 7, 20)

    def test_ends_with_the_stage(self, shop: type[Town]) -> None:
        """Leaving the stage ends its limit, coming back starts it anew; the item's own limit runs through (R-CLK-2)."""
        story = reviewed(shop)
        story.wang("food.propose", "2026-07-07", opinion="符合")
        assert (story.clock("food.step-reviewing").state, story.due("food.step-deciding")) == (
            "settled",
            date(2026, 7, 8),
        )
        story.zhao("food.send_back", opinion="再看")
        assert (story.clock("food.step-deciding").state, story.due("food.step-reviewing")) == (
            "settled",
            date(2026, 7, 9),
        )
        assert story.due("food.decision") == date(2026, 7, 20)

    def test_red_stays_in_the_record(self, shop: type[Town]) -> None:
        """A stage that was late stays late in the record when the item is decided in time (R-MON-5)."""
        story = reviewed(shop).until("2026-07-10T09:00")
        story.wang("food.propose", opinion="符合")
        story.zhao("food.grant", opinion="同意")
        assert (story.clock("food.step-reviewing").card, story.clock("food.decision").card) == (
            "red",
            "none",
        )
        assert "food.red_card" in story.did()

    @pytest.mark.parametrize("end", ["withdraw", "stop_special"])
    def test_nothing_runs_on(self, shop: type[Town], end: str) -> None:
        """With the item's end, and while a lawful procedure stops it, no stage has a limit running."""
        story = reviewed(shop)
        if end == "withdraw":
            story.zhang("food.withdraw")
        else:
            story.wang(
                "food.start_special",
                procedure="expert_review",
                basis="某法 9",
                notice_text="需要评审",
                days=5,
            )
        assert [
            c.clock
            for c in story.case.clocks.values()
            if c.clock.startswith("step-") and c.state == "running"
        ] == []
