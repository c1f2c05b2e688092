"""走过的路 — what the record says of a case: which states each item went through, and which items began after which.

Nothing here concludes from where an item stands how it came there: an arrow is walked if an event tells of it, only then.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from service.workflows.case.engine import WAITING
from service.workflows.case.lifecycle import GOOD, LifecycleMachine
from service.workflows.case.parts import CASE, Case, Event
from service.workflows.definition.models import Transition


@dataclass(slots=True)
class Walk:
    """一个事项走过的环节 — states by how often each was entered, recorded moves by how often each was made."""

    visits: Counter[str] = field(default_factory=Counter)  # in the order of the first visit
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    now: str = ""

    def arrive(self, origin: str, state: str) -> None:
        """Take down one recorded move; one that stays where it is leads nowhere."""
        if origin and not self.visits:
            self.visits[origin] += 1
        if origin != state:
            self.visits[state] += 1
            self.ways.update([(origin, state)] if origin else [])
        self.now = state


@dataclass(slots=True)
class Record:
    """走过的路 — each item's walk, what began with the receipt, what began after what, whether the case is closed."""

    walks: dict[str, Walk] = field(default_factory=dict)
    received: set[str] = field(default_factory=set)
    # (item that ended, item that began because of it)
    followed: set[tuple[str, str]] = field(default_factory=set)
    closed: bool = False


def recorded(case: Case, events: Iterable[Event]) -> Record:
    """Read what was walked out of the events of a case, given in order."""
    found, submitted = Record(), False
    for event in events:
        if event.item == CASE:
            submitted = submitted or event.action == "submit"
            found.closed = found.closed or event.action == "close"
        elif event.state_to:
            found.walks.setdefault(event.item, Walk()).arrive(event.state_from, event.state_to)
            found.followed |= {(str(before), event.item) for before in event.data.get("after", ())}
    for code, item in case.items.items() if submitted else ():
        if not item.parent:  # what no event moved stands where the receipt put it
            walk = found.walks.setdefault(code, Walk(Counter([item.state]), now=item.state))
            found.received |= {code} - {
                code for first in [next(iter(walk.visits))] if first == WAITING
            }
    return found


def ahead(
    machine: LifecycleMachine, state: str, is_open: Callable[[Transition], bool]
) -> list[str]:
    """Return the states of the shortest way from here to a good end, without the first; none if there is no such way."""
    seen, todo = {state}, [[state]]
    while todo:
        way = todo.pop(0)
        for transition in machine.leaving(way[-1]):
            ends = machine.states[transition.to].final
            if transition.to in seen or not is_open(transition) or (ends and ends not in GOOD):
                continue
            if ends:
                return [*way[1:], transition.to]
            seen.add(transition.to)
            todo.append([*way, transition.to])
    return []
