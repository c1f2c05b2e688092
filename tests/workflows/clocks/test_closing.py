"""The last day at a counter ends with the office's hours, where the region says so (民法典 203, R-TIME-3)."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed
from service.workflows import clocks
from tests.workflows.story import Story, Town
from tests.workflows.town import moment

CLOSES = {"counter_close": True, "office_hours": "08:30-17:30"}
COUNTER = {"channel": "counter", "entered_by": "li", "account": ""}
BEHALF = {"on_behalf": True, "document": "申请书1号"}


def asked(shop: type[Town], *, at_counter: bool = True, **policy: Any) -> Story:
    """Handed in at the counter, told on Friday 2026-03-06 what to mend by 03-27."""
    case = COUNTER if at_counter else {}
    story = shop.submitted("food", at="2026-03-02", policy={**CLOSES, **policy}, case=case)
    story.li("food.note_defects", reasons=["plan-no-size"])
    story.li("notify_correction", "2026-03-06")
    return story


class TestClosing:
    def test_it_ends_when_the_office_closes(self, shop: type[Town]) -> None:
        """In time at 17:29, over at 17:30, as the explanation says; both days are the same day."""
        story = asked(shop)
        assert story.due("food.correction") == date(2026, 3, 27)
        said = clocks.explain(
            story.clock("food.correction"), story.calendar, story.situation.policy, story.now
        )
        assert "17:30届满" in said["sentence"]
        assert story.until("2026-03-27T17:29").state("food") == "correcting"
        story.li("food.supply", "2026-03-27T17:29", materials=["plan"], **BEHALF)
        assert story.state("food") == "received"
        late = asked(shop)
        with pytest.raises(ActionNotAllowed):
            late.li("food.supply", "2026-03-27T17:31", materials=["plan"], **BEHALF)
        assert late.until("2026-03-27T17:31").state("food") == "lapsed"
        lapsed = [event for event in late.events if event.action == "lapse"]
        assert lapsed[0].at == moment("2026-03-27T17:30").replace(microsecond=0)

    def test_online_and_the_departments_time_end_at_midnight(self, shop: type[Town]) -> None:
        """Only an applicant's period at a counter is bound to its hours; without the reading nobody's is."""
        story = asked(shop, at_counter=False)
        assert story.until("2026-03-27T23:59").state("food") == "correcting"
        story = asked(shop, counter_close=False)
        assert story.until("2026-03-27T23:59").state("food") == "correcting"
        story = asked(shop)
        assert (story.clock("food.correction").closes_at, story.clock("food.notice").closes_at) == (
            "17:30",
            "",
        )

    def test_a_late_clock_comes_to_the_same(self, shop: type[Town]) -> None:
        """Nobody looked until the next week: the same instant (R-INV-8)."""
        punctual, sleeping = asked(shop), asked(shop)
        punctual.until("2026-03-27T17:30:01")
        sleeping.until("2026-04-02")
        punctual.until("2026-04-02")
        assert [(e.action, e.at) for e in punctual.events] == [
            (e.action, e.at) for e in sleeping.events
        ]
