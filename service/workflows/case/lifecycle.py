"""生命周期的运行 — lifecycles as state machines; the only user of `transitions`.

One shared `Machine` per compiled lifecycle, fired through its event objects on a throwaway cursor. Guards only
refuse; nothing here has effects. What the engine gives every lifecycle beside its own stands in `case/engine.py`.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, cast

from transitions import EventData, Machine, MachineError

from service.errors import ActionNotAllowed
from service.workflows.case.engine import (
    APPLICANT,
    CLOCK,
    ENGINE_STATES,
    WAITING,
    lapsing,
    transitions_of,
)
from service.workflows.definition.models import Lifecycle, State, Transition
from service.workflows.definition.models.terms import Category, Need, Outcome, ReasonUse
from service.workflows.definition.release import Release

logging.getLogger("transitions").setLevel(logging.WARNING)  # it logs each state entered at INFO

PROCEEDING: Final = "proceeding"  # who takes what only the end of a proceeding brings about
PLEDGED = "pledged"  # where an application by commitment begins, in a lifecycle that has this state
GOOD = frozenset({"granted", "passed"})
AFTER_GRANT = frozenset({None, "granted", "revoked", "recalled", "stopped", "lapsed"})
SATISFIED = frozenset({"granted", "not_required"})  # outcomes that let dependents start
# What the end of a transition says of the reasons it is given with (行政许可法 32, 38, 69).
REASONS_OF_ENDS: Mapping[Outcome, ReasonUse] = {
    "declined": "decline",
    "not_required": "not_required",
    "refused": "refusal",
    "stopped": "termination",
    "revoked": "revocation",
    "broken": "follow_up",
    "unkept": "follow_up",
}
# Whoever declines says on which of two grounds, and where to apply instead (行政许可法 32 ①(二), 78).
DECLINING: tuple[Need, ...] = ("reasons", "ground", "where")
# A check on the spot is recorded whole or not at all (行政许可法 34 ③, 61 ②).
RECORD: tuple[Need, ...] = ("officers", "checked_at", "place", "checklist", "findings", "confirmed")

Guard = Callable[[Transition], bool]


@dataclass(slots=True)
class Cursor:
    """The throwaway model a machine moves: its state, and the transition that was taken."""

    state: str
    taken: Transition | None = None


def reasons_for(lifecycle: Lifecycle, transition: Transition) -> ReasonUse | None:
    """Return what kind of reasons a transition is given with: its end says it, else that it asks the applicant to mend.

    None where neither end nor the definition says it.
    """
    target = lifecycle.states.get(transition.to)
    if target and target.final and (use := REASONS_OF_ENDS.get(target.final)):
        return use
    if transition.reasons:
        return transition.reasons
    before_acceptance = (lifecycle.initial, PLEDGED)
    noted = transition.to in before_acceptance and transition.to in transition.sources
    mends = noted or bool(target and target.post == APPLICANT)
    return "correction" if mends else None


def completed(lifecycle: Lifecycle, transition: Transition) -> Transition:
    """Return a transition with what the law has it carry, whatever lifecycle it stands in."""
    target = lifecycle.states.get(transition.to)
    by_hand = set(transition.actors) - {APPLICANT, CLOCK}
    more: tuple[Need, ...] = RECORD if "checklist" in transition.needs else ()
    if target is not None and target.final == "declined" and by_hand:
        more = (*more, *DECLINING)
    if not more:
        return transition
    needs = list(dict.fromkeys((*transition.needs, *more)))
    return transition.model_copy(update={"needs": needs})


class LifecycleMachine:
    """One lifecycle made runnable: `fire` moves a state, the properties answer questions about its graph."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.states: dict[str, State] = {**lifecycle.states, **ENGINE_STATES}
        written = [completed(lifecycle, transition) for transition in lifecycle.transitions]
        own = transitions_of(lifecycle, self.still_undecided, self.common_intake)
        self.transitions = [*written, *own]
        self._machine = Machine(
            model=None,
            states=list(self.states),
            initial=lifecycle.initial,
            auto_transitions=False,
            send_event=True,
            queued=False,
            transitions=[
                {
                    "trigger": t.action,
                    "source": t.sources,
                    "dest": t.to,
                    "conditions": [self._guarded(t)],
                }
                for t in self.transitions
            ],
        )

    @staticmethod
    def _guarded(transition: Transition) -> Callable[[EventData], bool]:
        def allow(event: EventData) -> bool:
            guard: Guard = event.kwargs["guard"]
            if not guard(transition):
                return False
            cast("Cursor", event.model).taken = transition
            return True

        return allow

    def fire(self, state: str, action: str, guard: Guard) -> Transition:
        """Return the transition that `action` takes from `state`: the first whose guard holds.

        Raises:
            ActionNotAllowed: the action does not leave this state, or no guard holds.
        """
        title = self.states[state].title
        event = self._machine.events.get(action)
        cursor = Cursor(state)
        try:
            moved = event is not None and event.trigger(cursor, guard=guard)
        except MachineError:
            event = None
            moved = False
        if not moved or cursor.taken is None:
            why = f"还不满足{self.title_of(action)}的条件"
            if event is None:
                why = f"「{title}」时不能{self.title_of(action)}"
            raise ActionNotAllowed(why, state=state, action=action)
        return cursor.taken

    def reasons_for(self, transition: Transition) -> ReasonUse | None:
        """Return what kind of reasons a transition is given with; None where nothing says it."""
        return reasons_for(self.lifecycle, transition)

    def title_of(self, action: str) -> str:
        """Return the Chinese title of an action of this lifecycle."""
        return next((t.title for t in self.transitions if t.action == action), action)

    def leaving(self, state: str) -> list[Transition]:
        """Return the transitions that leave a state, engine's own included."""
        return list(self._leaving.get(state, ()))

    @cached_property
    def _leaving(self) -> Mapping[str, list[Transition]]:
        """State → transitions that leave it, in their order: asked for each offer of each item."""
        found: dict[str, list[Transition]] = {}
        for transition in self.transitions:
            for source in dict.fromkeys(transition.sources):
                found.setdefault(source, []).append(transition)
        return found

    @cached_property
    def lapsing(self) -> tuple[Transition, ...]:
        """The transitions by which a clock ends an application whose papers did not come."""
        return tuple(lapsing(self.lifecycle))

    @cached_property
    def _reachable(self) -> Mapping[str, frozenset[str]]:
        """State → states reachable from it by the lifecycle's own transitions, itself included."""
        step: dict[str, set[str]] = {name: set() for name in self.states}
        for transition in self.lifecycle.transitions:
            for source in transition.sources:
                step[source].add(transition.to)
        reach: dict[str, frozenset[str]] = {}
        for name in self.states:
            seen, todo = {name}, [name]
            while todo:
                for following in step[todo.pop()] - seen:
                    seen.add(following)
                    todo.append(following)
            reach[name] = frozenset(seen)
        return reach

    def can_run_again(self, state: str, clock: str) -> bool:
        """Tell whether some state reachable from `state` runs the clock."""
        return any(clock in self.states[name].runs for name in self._reachable[state])

    @property
    def common_intake(self) -> str:
        """Return the first state where a window has it before it: there the lead may check for all; else empty."""
        initial = self.lifecycle.initial
        return initial if self.lifecycle.states[initial].post == "window" else ""

    @cached_property
    def before_decision(self) -> frozenset[str]:
        """States in which the decision is still open, so that the applicant may withdraw (R-ACC-11).

        After the decision only good ends are left, and that it can reach nobody any more; no clock with the item's own
        limits runs any more, and there is no way back to the start. `lapsed`: releases of 2026 let a clock undo a grant.
        """
        lifecycle = self.lifecycle
        limit_clocks = {name for name, clock in lifecycle.clocks.items() if clock.limit == "limits"}

        def decided(name: str) -> bool:
            ahead = [lifecycle.states[n] for n in self._reachable[name] if n in lifecycle.states]
            good = all(state.final in AFTER_GRANT for state in ahead)
            timed = any(limit_clocks & set(state.runs) for state in ahead)
            return good and not timed and lifecycle.initial not in self._reachable[name]

        return frozenset(n for n, s in lifecycle.states.items() if not s.final and not decided(n))

    def decided(self, state: str) -> bool:
        """Tell whether an open state comes after the decision: granted, and not handed over yet."""
        return state not in self.still_undecided and not self.states[state].final

    @cached_property
    def still_undecided(self) -> frozenset[str]:
        """States that a withdrawal or another item's end may still stop: what is decided stands."""
        return self.before_decision | {WAITING}

    def decides(self, transition: Transition, was: str) -> bool:
        """Tell whether it takes the decision for the applicant, whether or not anything is handed over with it."""
        return (
            was in self.before_decision
            and transition.to not in self.before_decision
            and self.grants(transition)
        )

    def grants(self, transition: Transition) -> bool:
        """Tell whether it decides for the applicant: it ends the open decision on a way to a good end.

        No clock may take such a transition, and all who sign must agree on it (R-DEC-8; section 18, invariant 1).
        """
        good = any(self.states[name].final in GOOD for name in self._reachable[transition.to])
        decides = (
            bool(self.before_decision & set(transition.sources))
            and transition.to not in self.before_decision
        )
        return self.states[transition.to].final in GOOD or (decides and good)

    @cached_property
    def acceptance_states(self) -> frozenset[str]:
        """States of the intake: the first one, and those that lead back to it within the correction loop."""
        initial = self.lifecycle.initial
        waits = {
            n
            for n, s in self.lifecycle.states.items()
            if s.post == APPLICANT and initial in self._reachable[n]
        }
        return frozenset({initial} | waits)


def tacitly_renews(lifecycle: Lifecycle, transition: Transition) -> bool:
    """Tell whether silence may take it: a renewal, under its own article (行政许可法 50)."""
    return lifecycle.tacit == "renewal" and "行政许可法 50" in transition.basis


@dataclass(frozen=True, slots=True)
class _Key:
    """A lifecycle of a release in the words of a category; equal by the release's hash, so that each is built once."""

    release: str
    code: str
    category: Category | None
    lifecycle: Lifecycle = field(compare=False)


@lru_cache(maxsize=1024)
def _built(key: _Key) -> LifecycleMachine:
    return LifecycleMachine(worded(key.lifecycle, key.category))


def machine_of(release: Release, code: str, category: Category | None = None) -> LifecycleMachine:
    """Return the shared machine of a release's lifecycle, in the words of a category of items where it has any."""
    cycle = release.lifecycles[code]
    own = category if category in cycle.wording else None
    return _built(_Key(release.hash, code, own, cycle))


def machine_for(release: Release, code: str) -> LifecycleMachine:
    """Return the machine of an item or of a proceeding about it, in the words of its category."""
    known: LifecycleMachine | None = release.machines.get(code)
    if known is None:
        subject, cycle = release.subject(code), release.lifecycle_of(code)
        known = machine_of(release, cycle.code, subject.category if subject else None)
        release.machines[code] = known
    return known


def worded(lifecycle: Lifecycle, category: Category | None) -> Lifecycle:
    """Return a lifecycle with its states and actions called as the category calls them; else as it is written.

    Only a licence is granted or refused as one (R-DEC-3): a 行政确认 that takes the same way is 予以确认, 不予确认.
    """
    if category is None or (own := lifecycle.wording.get(category)) is None:
        return lifecycle
    states = {
        name: state.model_copy(update={"title": own.states.get(name, state.title)})
        for name, state in lifecycle.states.items()
    }
    transitions = [
        each.model_copy(update={"title": own.actions.get(each.action, each.title)})
        for each in lifecycle.transitions
    ]
    return lifecycle.model_copy(update={"states": states, "transitions": transitions})
