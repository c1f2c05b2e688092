"""办理路径 — the states an item passes through when all goes well, and which of its clocks take time on the way.

Who tells dates (the guide) and who checks promises (lint) both ask here, so that they count alike.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from service.workflows.case.engine import CLOCK
from service.workflows.case.lifecycle import GOOD, PLEDGED, LifecycleMachine
from service.workflows.definition.models import Transition

# A condition of a lifecycle → whether it holds; None while nobody knows.
Holds = Callable[[str], bool | None]
MOST_WAYS = 32  # looked at, where conditions are open

# What lifecycles may ask about an item that lacks nothing and that nobody objects to.
COMPLETE = {
    "complete": True,
    "gaps": 0,
    "third_parties": 0,
    "unheard": 0,
    "askers": 0,
    "charged": False,  # what the applicant takes to pay is not counted
    "settled": True,
    "timely": False,  # the way told is the department's decision: nobody counts on its silence
}


@dataclass(frozen=True, slots=True)
class Way:
    """一条路 — its states from the first to a good end, and what was taken for true or false on it."""

    states: tuple[str, ...]
    taken_for: Mapping[str, bool]


def first_state(machine: LifecycleMachine, handling: str) -> str:
    """Return where an item begins: a promise has a state of its own where the lifecycle knows one."""
    by_promise = handling == "commitment" and PLEDGED in machine.lifecycle.states
    return PLEDGED if by_promise else machine.lifecycle.initial


def ways(machine: LifecycleMachine, handling: str, holds: Holds) -> list[Way]:
    """Return the shortest way to a good end for each answer to what is not known yet; none where there is none.

    Where no way is open as things are, what people do is taken to become possible: the applicant will have reported by
    then what is still to come.
    """
    conditions = dict.fromkeys(t.when for t in machine.lifecycle.transitions if t.when)
    told = {when: holds(when) for when in conditions}
    unknown = [when for when, value in told.items() if value is None]
    found = []
    for answers in islice(product((True, False), repeat=len(unknown)), MOST_WAYS):
        taken_for = dict(zip(unknown, answers, strict=True))
        known = {when: bool(value) for when, value in told.items()} | taken_for
        if states := _shortest(machine, first_state(machine, handling), known):
            found.append(Way(states, taken_for))
    if not found:
        by_people = {t.when for t in machine.transitions if t.when and t.actors != [CLOCK]}
        hoped = {when: bool(value) or when in by_people for when, value in told.items()}
        states = _shortest(machine, first_state(machine, handling), hoped)
        found = [Way(states, {})] if states else []
    return found


def _shortest(machine: LifecycleMachine, first: str, holds: Mapping[str, bool]) -> tuple[str, ...]:
    paths: list[tuple[str, ...]] = [(first,)]
    seen = {first}
    while paths:
        so_far = paths.pop(0)
        if machine.states[so_far[-1]].final in GOOD:
            return so_far
        onward = {t.to for t in _open(machine, so_far[-1], holds)} - seen
        paths += [(*so_far, to) for to in machine.states if to in onward]
        seen |= onward
    return ()


def _open(machine: LifecycleMachine, state: str, holds: Mapping[str, bool]) -> Iterator[Transition]:
    """Yield the transitions that may be taken; of the clock's ways of one action only the first that holds."""
    taken = set()
    for transition in machine.leaving(state) if state in machine.lifecycle.states else ():
        by_clock = transition.actors == [CLOCK]
        if by_clock and transition.action in taken:
            continue
        if transition.when is None or holds[transition.when]:
            taken.add(transition.action)
            yield transition


def counted(
    machine: LifecycleMachine, states: Sequence[str], timed: Callable[[str, str], bool]
) -> list[list[str]]:
    """Return for each state on the way, until it is decided, the clocks that take time there.

    `timed(state, clock)` says whether a clock takes anybody's time but the applicant's. Of the first state only the
    item's own limits count: what the intake takes is no part of the promise.
    """
    lifecycle = machine.lifecycle
    found = []
    for name in states:
        if name not in machine.before_decision:
            continue
        runs = [clock for clock in machine.states[name].runs if timed(name, clock)]
        own = [clock for clock in runs if lifecycle.clocks[clock].limit == "limits"]
        others = [clock for clock in runs if clock not in own and name != lifecycle.initial]
        found.append(own + others)
    return found


def afterwards(machine: LifecycleMachine, states: Sequence[str]) -> list[str]:
    """Return the clocks of what is still done once it is decided: handing out, paying."""
    after = [name for name in states if name not in machine.before_decision]
    return list(dict.fromkeys(clock for name in after for clock in machine.states[name].runs))
