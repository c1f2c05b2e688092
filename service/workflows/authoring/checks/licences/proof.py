"""证明的对象 — a lifecycle with the parts that the law speaks of, found by what they do and not by their names."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from service.workflows.case.engine import APPLICANT, CLOCK, SUPERVISOR
from service.workflows.case.lifecycle import GOOD, PLEDGED, LifecycleMachine
from service.workflows.definition import models
from service.workflows.limits import EXPIRY, LIMITS

TOLD = frozenset({"notice_text", "days"})  # the time it takes, in writing
SPECIAL = TOLD | {"procedure", "basis"}  # what stopping by 行政许可法 45 must carry
HEARD = frozenset({"asked", "opened"})  # steps with which the days of a hearing begin
Numbered = tuple[int, models.Transition]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its code, where in the file, what is wrong and the mend."""

    code: str
    path: tuple[str | int, ...]
    said: str
    hint: str
    at_key: bool = False


@dataclass(frozen=True)
class Proof:
    """One lifecycle, looked at as the procedure of a licence."""

    cycle: models.Lifecycle

    @cached_property
    def machine(self) -> LifecycleMachine:
        """Return what the engine makes of it: lint and run time ask the same."""
        return LifecycleMachine(self.cycle)

    @cached_property
    def intake(self) -> frozenset[str]:
        """States before the acceptance: the first, and where the applicant corrects."""
        return self.machine.acceptance_states

    @cached_property
    def correcting(self) -> frozenset[str]:
        """States in which the applicant answers the one notice."""
        return self.intake - {self.cycle.initial}

    @cached_property
    def accepted(self) -> frozenset[str]:
        """States after the acceptance in which the decision is still open."""
        return self.machine.before_decision - self.intake - {PLEDGED}

    @cached_property
    def undecided(self) -> frozenset[str]:
        """Every state in which the decision is open, the intake and the promise with it."""
        return self.machine.before_decision

    @cached_property
    def deciding_clocks(self) -> tuple[str, ...]:
        """The clocks of the item's own limits (行政许可法 42)."""
        return tuple(n for n, c in self.cycle.clocks.items() if c.limit == LIMITS)

    @cached_property
    def telling_clocks(self) -> tuple[str, ...]:
        """The clocks of the intake: those that run before the acceptance with a length of their own."""
        runs = self.cycle.states[self.cycle.initial].runs
        return tuple(n for n in runs if self.cycle.clocks[n].limit not in (LIMITS, EXPIRY))

    @cached_property
    def on_the_spot(self) -> bool:
        """即办: nothing is accepted first, the limit of the decision runs from the receipt (行政许可法 34 ②)."""
        runs = self.cycle.states[self.cycle.initial].runs
        return not self.telling_clocks and bool(set(runs) & set(self.deciding_clocks))

    def transitions(self, sources: frozenset[str]) -> Iterator[Numbered]:
        """Yield the transitions that leave one of these states, each with its place."""
        for index, transition in enumerate(self.cycle.transitions):
            if sources & set(transition.sources):
                yield index, transition

    def entering(self, state: str) -> Iterator[Numbered]:
        """Yield the transitions that come into a state from another."""
        for index, transition in enumerate(self.cycle.transitions):
            if transition.to == state and set(transition.sources) - {state}:
                yield index, transition

    def final_of(self, state: str) -> str | None:
        """Return the outcome of a final state, None of any other."""
        return self.cycle.states[state].final

    def is_bad(self, state: str) -> bool:
        """Tell whether the item ends there without what was applied for."""
        final = self.final_of(state)
        return final is not None and final not in GOOD

    def stops(self, state: str) -> bool:
        """Tell whether every way into a state is one that may stop the limit: the eight of 行政许可法 45, a hearing."""
        ways = [transition for _, transition in self.entering(state)]
        begins = [transition for transition in ways if stops_lawfully(transition)]
        return bool(begins) and all(t in begins or self._goes_on(t, state) for t in ways)

    def _goes_on(self, transition: models.Transition, state: str) -> bool:
        """Tell whether it takes up again what was begun there, with the time told anew in writing."""
        left = {t.to for t in self.cycle.transitions if state in t.sources}
        told = set(transition.needs) >= TOLD and transition.notice is not None
        return told and CLOCK not in transition.actors and set(transition.sources) <= {state, *left}


def stops_lawfully(transition: models.Transition) -> bool:
    """Tell whether a transition begins one of the eight procedures, told in writing, or a hearing."""
    told = set(transition.needs) >= SPECIAL and transition.notice is not None
    hearing = transition.effect.hearing if transition.effect else None
    return (told or hearing in HEARD) and CLOCK not in transition.actors


def officers(transition: models.Transition) -> list[str]:
    """Return the posts of departments that may take a transition."""
    return [by for by in transition.actors if by not in (APPLICANT, CLOCK, SUPERVISOR)]
