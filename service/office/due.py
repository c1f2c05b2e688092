"""期限 — of the running clocks of an item the one that ends first, as it stands today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from service.workflows import clocks
from service.workflows.calendar import WorkCalendar
from service.workflows.case import Clock, machine_for
from service.workflows.clocks import Left
from service.workflows.definition import Release


@dataclass(frozen=True, slots=True)
class Due:
    """期限 — which clock ends first, what is left of it, and what happens by itself at its end (empty: nothing)."""

    clock: Clock
    left: Left
    then: str = ""

    @property
    def on(self) -> date | None:
        """Return the last day."""
        return self.left.on


def due_of(
    release: Release, item: str, running: Iterable[Clock], calendar: WorkCalendar, now: datetime
) -> Due | None:
    """Say how the running clock of an item that ends first stands on the day of `now`; None when none runs."""
    dated = [clock for clock in running if clock.state == "running" and clock.due_on]
    clock = min(dated, key=lambda c: (c.due_on, c.owner != "department", c.clock), default=None)
    left = clocks.left(clock, calendar, release.directory.policy, now) if clock else None
    if clock is None or left is None:
        return None
    machine = machine_for(release, item)
    return Due(clock, left, machine.title_of(clock.expiry) if clock.expiry else "")
