"""Clocks that run: started at an instant and reckoned on the national calendar."""

from datetime import date
from typing import Any

from service.workflows import clocks
from service.workflows.calendar import TZ, WorkCalendar, build, built_in
from service.workflows.case.parts import Clock
from service.workflows.definition.models import Calendar, Policy
from tests.workflows.town import moment as at

NATIONAL = build(built_in(), ("CN",))

GUANGXI = Calendar(
    kind="calendar",
    layer="CN-GX",
    year=2026,
    source="三月三放假通知",
    holidays=["2026-04-17", "2026-04-20"],
)

REGION = build([*built_in(), GUANGXI], ("CN", "CN-GX"))


def reading(**of: Any) -> Policy:
    """Build a policy: the defaults, or another reading."""
    return Policy(**of)


POLICY = reading()


def on(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


def run(
    started: str,
    *,
    calendar: WorkCalendar = NATIONAL,
    policy: Policy = POLICY,
    entry: bool = False,
    **of: Any,
) -> Clock:
    """Start a clock and reckon it."""
    blank = Clock(item="food-licence", clock="decision", title="决定", **of)
    return clocks.reckon(
        clocks.start(blank, at(started), policy, calendar, entry=entry),
        calendar,
        policy,
        at(started),
    )


def reckon(
    clock: Clock, moment: str, calendar: WorkCalendar = NATIONAL, policy: Policy = POLICY
) -> Clock:
    """Reckon on the national calendar."""
    return clocks.reckon(clock, calendar, policy, at(moment))


def fallen(clock: Clock, now: str, policy: Policy = POLICY) -> list[tuple[str, str]]:
    """Return what is due as (local instant, what)."""
    due = clocks.due_events(clock, NATIONAL, policy, at(now))
    return [(f"{moment.astimezone(TZ):%Y-%m-%d %H:%M}", what) for moment, what in due]
