"""办理路径 — the states an item passes through when all goes well, and the time that each of them may take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.workflows import clocks
from service.workflows.calendar import midnight
from service.workflows.case import Clock, Item
from service.workflows.language.models import Transition
from service.workflows.machine import APPLICANT, CLOCK, GOOD, PLEDGED, LifecycleMachine
from service.workflows.work import Work

COMPLETE = {"complete": True, "gaps": 0}  # what lifecycles may ask about an item that lacks nothing


@dataclass(slots=True)
class Walk:
    """走一遍 — the clocks that ran on the way, and the day on which the last of them ends."""

    ran: list[Clock]
    ends_on: date | None  # None: nothing on the way is limited


def walk(work: Work, item: Item, starts_at: datetime, *, entry: bool) -> Walk:
    """Walk an item from acceptance at `starts_at` to its good end, each clock taking all the days it has.

    What counts is the item's own limits, wherever they run, and after the intake what a department or the public has
    time for, until it is decided; the applicant's own time and the handing out do not. `entry` marks a receipt.
    """
    machine = work.machine(item)
    counted = list(_counted(work, machine, item))
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
    return Walk(list(ran.values()), ends_on)


def _on(work: Work, clock: Clock, at: datetime, *, entry: bool) -> Clock:
    situation = work.situation
    if clock.state == "paused":
        clock = clocks.resume(clock, at)
    elif not clock.spans:
        clock = clocks.start(clock, at, situation.policy, situation.calendar, entry=entry)
    return clocks.reckon(clock, situation.calendar, situation.policy, max(at, situation.now))


def _counted(work: Work, machine: LifecycleMachine, item: Item) -> Iterator[list[str]]:
    """Yield for each state on the way the clocks that take time there."""
    lifecycle = machine.lifecycle
    for name in way(work, machine, item):
        if name not in machine.before_decision:
            continue
        own = [clock for clock in machine.states[name].runs if lifecycle.clocks[clock].limit == "limits"]
        others = [clock for clock in machine.states[name].runs if clock not in own and name != lifecycle.initial]
        limited = [clock for clock in own if any(work.limits_of(item, clock))]
        yield limited + [clock for clock in others if work.new_clock(item, clock).owner != APPLICANT]


def way(work: Work, machine: LifecycleMachine, item: Item) -> list[str]:
    """Return the states of the shortest way to a good end, for an item that lacks nothing; empty where there is none."""
    first = (
        PLEDGED if item.handling == "commitment" and PLEDGED in machine.lifecycle.states else machine.lifecycle.initial
    )
    facts = {**work.facts(), "handling": item.handling, "item": COMPLETE}
    ways, seen = [[first]], {first}
    while ways:
        so_far = ways.pop(0)
        if machine.states[so_far[-1]].final in GOOD:
            return so_far
        onward = {t.to for t in _open(work, machine, so_far[-1], facts)} - seen
        ways += [[*so_far, to] for to in machine.states if to in onward]
        seen |= onward
    return []


def _open(work: Work, machine: LifecycleMachine, state: str, facts: Mapping[str, Any]) -> Iterator[Transition]:
    """Yield the transitions that may be taken: people's sooner or later, the clock's where the condition holds now."""
    taken = set()
    for transition in machine.leaving(state) if state in machine.lifecycle.states else ():
        by_clock = transition.actors == [CLOCK]
        if by_clock and transition.action in taken:
            continue
        when = transition.when if by_clock else None
        if when is None or work.release.expression(when, "lifecycle").evaluate(facts):
            taken.add(transition.action)
            yield transition
