"""走一遍 — the states an item passes through when all goes well, by date: each clock takes all the days it has."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from service.workflows import clocks
from service.workflows.calendar import midnight
from service.workflows.case import ways
from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import LifecycleMachine
from service.workflows.case.parts import Clock, Item
from service.workflows.case.ways import COMPLETE
from service.workflows.limits import EXPIRY, limits_of
from service.workflows.worksheet import Work


@dataclass(slots=True)
class Walk:
    """走一遍 — the clocks that ran on the way, and the day on which the last of them ends.

    `afterwards` are the clocks of what follows the decision, as they would run from that day.
    """

    ran: list[Clock]
    ends_on: date | None  # None: nothing on the way is limited
    afterwards: list[Clock] = field(default_factory=list)


def walk(work: Work, item: Item, starts_at: datetime, *, entry: bool) -> Walk:
    """Walk an item from acceptance at `starts_at` to its good end, each clock taking all the days it has.

    What counts is the item's own limits, wherever they run, and after the intake what a department or the public has
    time for, until it is decided; the applicant's own time does not. Which branch it takes the answers say; where they
    do not yet, it is the one that takes longest. `entry` marks a receipt.
    """
    machine = work.machine(item)
    taken = {each.states: None for each in ways.ways(machine, item.handling, _holds(work, item))}
    walked = [_walk_one(work, item, states, starts_at, entry=entry) for states in taken]
    return max(walked, key=_last, default=Walk([], None))


def _last(walked: Walk) -> date:
    days = [walked.ends_on, *(clock.due_on for clock in walked.afterwards)]
    return max((day for day in days if day), default=date.min)


def _holds(work: Work, item: Item) -> ways.Holds:
    """Return whether a condition holds for this item; None while a field that it looks at is not filled in."""
    facts = {**work.facts(), "handling": item.handling, "item": COMPLETE}

    def holds(when: str) -> bool | None:
        condition = work.release.expression(when, "lifecycle")
        asked = {name.removeprefix("form.") for name in condition.names if name.startswith("form.")}
        return condition.evaluate(facts) if asked <= work.case.form.keys() else None

    return holds


def _walk_one(
    work: Work, item: Item, states: tuple[str, ...], starts_at: datetime, *, entry: bool
) -> Walk:
    counted = list(_counted(work, work.machine(item), item, states))
    ran: dict[str, Clock] = {}
    at, ends_on = starts_at, None
    for names, *following in (counted[index:] for index in range(len(counted))):
        later = {name for state in following for name in state}
        for name in names:
            ran[name] = _on(work, ran.get(name) or work.new_clock(item, name), at, entry=entry)
        for name in [name for name in names if name not in later]:
            day = ran[name].promised_on or ran[name].due_on
            if day:
                ends_on = max(day, ends_on or day)
                at = max(at, midnight(day))
        for name in later & set(names) - set(following[0] if following else ()):
            ran[name] = clocks.stop(ran[name], at, "")
    window = item.window
    if ends_on and window and window.timely and window.valid_until:
        ends_on = min(ends_on, window.valid_until)  # before the old one ends (行政许可法 50)
    return Walk(list(ran.values()), ends_on, _afterwards(work, item, states, ends_on, starts_at))


def _afterwards(
    work: Work, item: Item, states: tuple[str, ...], decided_on: date | None, starts_at: datetime
) -> list[Clock]:
    """Run what follows the decision, one after the other; what the applicant has time for is left out."""
    at = midnight(decided_on) if decided_on else starts_at
    found = []
    for name in ways.afterwards(work.machine(item), states):
        clock = work.new_clock(item, name)
        if clock.owner == APPLICANT or not (clock.promised or clock.statutory):
            continue
        found.append(_on(work, clock, at, entry=False))
        if day := found[-1].due_on:
            at = midnight(day)
    return found


def _on(work: Work, clock: Clock, at: datetime, *, entry: bool) -> Clock:
    situation = work.situation
    if clock.state == "paused":
        clock = clocks.resume(clock, at)
    elif not clock.spans:
        clock = clocks.start(clock, at, situation.policy, situation.calendar, entry=entry)
    return clocks.reckon(clock, situation.calendar, situation.policy, max(at, situation.now))


def _counted(
    work: Work, machine: LifecycleMachine, item: Item, states: tuple[str, ...]
) -> Iterator[list[str]]:
    """Yield for each state on the way the clocks that take time there."""

    def timed_there(state: str, clock: str) -> bool:
        if clock not in timed(machine, state):
            return False
        if machine.lifecycle.clocks[clock].limit == "limits":
            return any(limits_of(work.situation, work.case, item, clock, work.today))
        return work.new_clock(item, clock).owner != APPLICANT

    yield from ways.counted(machine, states, timed_there)


def timed(machine: LifecycleMachine, state: str) -> list[str]:
    """Return the clocks of a state that take time; what ends with the old certificate is a last day, not a duration."""
    return [
        clock
        for clock in machine.states[state].runs
        if machine.lifecycle.clocks[clock].limit != EXPIRY
    ]
