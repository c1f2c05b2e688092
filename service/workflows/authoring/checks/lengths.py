"""事项要多久 — the time an item takes on each of its branches, counted as the guide counts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce

from service.workflows.authoring.checks.view import View
from service.workflows.calendar import WorkCalendar
from service.workflows.case import ways
from service.workflows.case.engine import APPLICANT
from service.workflows.case.lifecycle import LifecycleMachine
from service.workflows.clocks import compare, deadline
from service.workflows.definition import models
from service.workflows.definition.duration import Duration, Unit
from service.workflows.definition.expressions import Expression
from service.workflows.definition.tokens import ExpressionRefused
from service.workflows.limits import EXPIRY, LIMITS, owner_of

Legs = tuple[Duration, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """一种走法 — how long it takes, leg after leg, and the conditions of the lifecycle it was taken under."""

    item: str
    legs: Legs
    taken_for: tuple[tuple[str, bool], ...] = ()

    @property
    def said(self) -> str:
        """Say it: `food 10wd`, `title 15wd+5wd`."""
        return f"{self.item} {'+'.join(map(str, self.legs)) or '0wd'}"


@dataclass(slots=True)
class _Running:
    """A clock on the way: from which leg on it ran, and whether it has run all the time."""

    since: int
    whole: bool = True


def branches(view: View, item: models.ItemDefinition) -> tuple[Branch, ...]:
    """Return what an item may take in the ordinary way; by its limits alone where its lifecycle cannot be walked."""
    item = _with_lawful_promise(view, item)
    cycle = view.pack.lifecycles.get(item.lifecycle)
    named = {state for t in cycle.transitions for state in (*t.sources, t.to)} if cycle else set()
    if cycle is None or not named <= cycle.states.keys():
        return (Branch(item.code, _own(item)),)
    machine = LifecycleMachine(cycle)
    found: dict[tuple[Legs, tuple[tuple[str, bool], ...]], None] = {}
    for way in ways.ways(machine, "ordinary", lambda when: _holds(view, when)):
        legs = _legs(view, item, machine, way.states)
        found[legs, tuple(way.taken_for.items())] = None
    return tuple(Branch(item.code, legs, taken) for legs, taken in found) or (
        Branch(item.code, _own(item)),
    )


def _with_lawful_promise(view: View, item: models.ItemDefinition) -> models.ItemDefinition:
    """Leave out a promise beyond the law: it has its finding, and the bundle's is not to blame for it."""
    promised, statutory = item.limit("promised"), item.limit("statutory")
    if promised and statutory and not compare(promised, statutory, view.calendar):
        limits = {name: length for name, length in item.limits.items() if name != "promised"}
        return item.model_copy(update={"limits": limits})
    return item


def _own(item: models.ItemDefinition) -> Legs:
    length = item.limit("promised") or item.limit("statutory")
    return (length,) if length else ()


def _holds(view: View, when: str) -> bool | None:
    """Return what is known of a condition whoever applies; None where the form decides."""
    condition = quietly(view, when)
    if condition is None:
        return True  # its own finding says what is wrong
    if any(name.startswith("form.") for name in condition.names):
        return None
    return bool(condition.evaluate({"handling": "ordinary", "item": ways.COMPLETE, "form": {}}))


def quietly(view: View, when: str) -> Expression | None:
    """Compile a condition of a lifecycle; None where it does not compile."""
    try:
        return view.lifecycle_scope.compile(when, ("boolean",))
    except ExpressionRefused:
        return None


def _legs(
    view: View, item: models.ItemDefinition, machine: LifecycleMachine, states: tuple[str, ...]
) -> Legs:
    """Return the time on a way: what runs beside something longer adds nothing."""

    def timed(_: str, clock: str) -> bool:
        cycle = machine.lifecycle
        if clock not in cycle.clocks:
            return False  # its own finding says that it is not declared
        if cycle.clocks[clock].limit == EXPIRY or _length(item, cycle, clock) is None:
            return False
        own = cycle.clocks[clock].limit == LIMITS
        return own or owner_of(cycle, clock) != APPLICANT

    counted = ways.counted(machine, states, timed)
    legs: list[Duration] = []
    running: dict[str, _Running] = {}
    for index, names in enumerate(counted):
        later = {name for following in counted[index + 1 :] for name in following}
        for name in names:
            running.setdefault(name, _Running(len(legs)))
        for name in [name for name in names if name not in later]:
            length = _length(item, machine.lifecycle, name)
            assert length is not None  # only what has one is counted
            _end(legs, running[name], length, view.calendar)
        for name, ran in running.items():
            ran.whole = ran.whole and name in names
    return tuple(legs)


def _end(legs: list[Duration], ran: _Running, length: Duration, calendar: WorkCalendar) -> None:
    """Let a clock end: what it ran beside counts only as far as it is longer."""
    beside = tuple(legs[ran.since :])
    if not (ran.whole and beside):
        legs.append(length)
    elif within(beside, length, calendar):
        legs[ran.since :] = [length]


def _length(item: models.ItemDefinition, cycle: models.Lifecycle, clock: str) -> Duration | None:
    limit = cycle.clocks[clock].limit
    if limit == LIMITS:
        return item.limit("promised") or item.limit("statutory")
    text = item.limits.get(limit, limit)
    return Duration.parse(text) if text[0].isdigit() else None


@lru_cache(maxsize=1024)
def within(lengths: Legs, promised: Duration, calendar: WorkCalendar) -> bool:
    """Tell whether lengths one after the other end no later than the promise, from every start."""
    if len({each.unit for each in lengths if each.count} | {promised.unit}) == 1:
        return sum(each.count for each in lengths) <= promised.count
    if len(lengths) == 1:
        return compare(lengths[0], promised, calendar)
    return all(
        reduce(lambda on, length: deadline(on, length, calendar), lengths, day)
        <= deadline(day, promised, calendar)
        for day in _days(calendar)
    )


def shortest(lengths: Legs, unit: Unit, calendar: WorkCalendar) -> Duration | None:
    """Return the shortest promise in working or calendar days within which they end; None for months and years."""
    if unit not in ("wd", "d"):
        return None
    if {each.unit for each in lengths if each.count} <= {unit}:
        return Duration(sum(each.count for each in lengths), unit)
    low, high = 0, 4000
    while low < high:
        middle = (low + high) // 2
        if within(lengths, Duration(middle, unit), calendar):
            high = middle
        else:
            low = middle + 1
    return Duration(low, unit)


def _days(calendar: WorkCalendar) -> Iterator[date]:
    years = calendar.years or (2024, 2025, 2026, 2027)
    first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
    return map(date.fromordinal, range(first, last + 1))
