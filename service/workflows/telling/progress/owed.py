"""要申请人办的 — what an item waits for from the applicant: the points of the one notice, gaps, a step to confirm.

What was handed in before stands beside what is asked now. Points about the same paper are one thing to hand in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from service.workflows.application import in_hand, needed, order, papers, questions
from service.workflows.case.columns import Point
from service.workflows.case.engine import APPLICANT, WAITING, WITHDRAWN
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import Case, Item, Material
from service.workflows.case.procedures import Payment
from service.workflows.case.situation import Situation
from service.workflows.clocks import Left, left
from service.workflows.definition.models import Transition, VocabularyField, VocabularyMaterial
from service.workflows.expiry import at_end


@dataclass(frozen=True, slots=True)
class Ask:
    """要补的一样 — a paper, a field of the form, or a point to confirm."""

    kind: Literal["material", "field", "point", "document"]
    code: str  # of the material or the field; the reason of a point
    title: str
    why: tuple[str, ...] = ()  # what the clerk says is wrong
    basis: tuple[str, ...] = ()
    answered: bool = False
    left: Left | None = None  # a gap has a date of its own
    origins: tuple[str, ...] = ()  # beside the upload, which is always open
    earlier: tuple[Material, ...] = ()  # what was handed in before, the newest first
    material: VocabularyMaterial | None = None
    requirement: str = ""  # of a paper: one of several, the original, how many
    definition: VocabularyField | None = None
    value: Any = None  # what the form says now


@dataclass(frozen=True, slots=True)
class Owed:
    """要办的一项 — what one item waits for, the action that answers it, and until when."""

    item: str
    title: str
    department: str
    state_title: str
    action: str
    action_title: str
    asks: tuple[Ask, ...] = ()
    left: Left | None = None
    clock: str = ""  # the limit that runs, whose date can be explained
    blocking: bool = True  # nothing goes on in this item until it is done
    to_pay: Payment | None = (
        None  # elsewhere, as the notice says; no action of the applicant's here
    )
    lapses: bool = False  # when the limit ends so does the application, as the region has it

    @property
    def open(self) -> tuple[Ask, ...]:
        """Return what is not answered yet."""
        return tuple(ask for ask in self.asks if not ask.answered)


@dataclass(slots=True)
class _Seen:
    """What is looked at for every item."""

    case: Case
    situation: Situation
    facts: Mapping[str, Any] = field(init=False)
    needs: Mapping[str, needed.MaterialNeed] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = questions.facts_for(self.situation.release, self.case, self.situation.excluded)
        own = order.own_items(self.case)
        handling = {code: item.handling for code, item in own.items()}
        self.needs = needed.one_set(self.situation.release, own, handling, self.facts)


def owed(case: Case, situation: Situation) -> list[Owed]:
    """Return what the applicant has to do, item by item; nothing where only others have something to do."""
    seen = _Seen(case, situation)
    return [
        found
        for item in case.items.values()
        if not item.outcome and (found := _of(seen, item)) is not None
    ]


def _of_waiting(seen: _Seen, item: Item) -> Owed | None:
    """Ask whether to give up what waited for an item that the applicant has given up (R-ACC-11)."""
    release = seen.situation.release
    name, limit = _limit(seen, item)
    if not name:
        return None
    return Owed(
        item=item.item,
        title=release.title_of(item.item),
        department=release.directory.departments.get(item.department, item.department),
        state_title="等的事项已经撤回",
        action="withdraw",
        action_title="决定是否一并撤回",
        left=limit,
        clock=name,
    )


def _of(seen: _Seen, item: Item) -> Owed | None:
    if item.state == WAITING:
        return _of_waiting(seen, item)
    release = seen.situation.release
    machine = machine_for(release, item.item)
    state = machine.states[item.state]
    gaps = in_hand.open_gaps(seen.case, item.item)
    waits = state.post == APPLICANT
    if waits and item.payment and item.payment.state == "due":
        return Owed(
            item=item.item,
            title=release.title_of(item.item),
            department=release.directory.departments.get(item.department, item.department),
            state_title=state.title,
            action="",
            action_title=f"缴费 {item.payment.amount:g} 元",
            to_pay=item.payment,
        )
    ways = [t for t in machine.leaving(item.state) if APPLICANT in t.actors and t.to != WITHDRAWN]
    if not ways or not (waits or gaps):
        return None
    way = next((t for t in ways if "materials" in t.needs), ways[0])
    name, limit = _limit(seen, item) if waits else ("", None)
    return Owed(
        item=item.item,
        title=release.title_of(item.item),
        department=release.directory.departments.get(item.department, item.department),
        state_title=state.title,
        action=way.action,
        action_title=way.title,
        asks=tuple(_asks(seen, item, ways, gaps, waits=waits)),
        left=limit,
        clock=name,
        blocking=waits,
        lapses=_lapses(
            machine.states,
            machine.leaving(item.state),
            at_end(seen.situation.policy, machine, item.state, name),
        ),
    )


def _lapses(states: Mapping[str, Any], leaving: list[Transition], expiry: str) -> bool:
    return any(t.action == expiry and bool(states[t.to].final) for t in leaving)


def _limit(seen: _Seen, item: Item) -> tuple[str, Left | None]:
    """Return the applicant's own clock of an item with what is left of it."""
    situation = seen.situation
    for clock in seen.case.clocks.values():
        if (
            clock.item == item.item
            and clock.owner == APPLICANT
            and clock.state == "running"
            and not _is_gap(clock.clock)
        ):
            return clock.clock, left(clock, situation.calendar, situation.policy, situation.now)
    return "", None


def _is_gap(clock: str) -> bool:
    return clock.startswith(in_hand.GAP)


def _asks(
    seen: _Seen, item: Item, ways: list[Transition], gaps: list[str], *, waits: bool
) -> Iterator[Ask]:
    """Yield what is asked: the points of the notice by what they concern, then papers that lack, then conditions."""
    points: dict[tuple[str, str], list[Point]] = {}
    for point in item.asked if waits else ():
        about = ("point", point["reason"])
        if code := point.get("material"):
            about = ("material", code)
        elif code := point.get("field"):
            about = ("field", code)
        points.setdefault(about, []).append(point)
    for (kind, code), told in points.items():
        done = all(point["reason"] in item.answered for point in told)
        why = tuple(dict.fromkeys(point["title"] for point in told))
        basis = tuple(dict.fromkeys(point["basis"] for point in told if point.get("basis")))
        yield _ask(seen, kind, code, why, basis, answered=done)
    for code in gaps:
        clock = seen.case.clocks[item.item, in_hand.GAP + code]
        rest = left(clock, seen.situation.calendar, seen.situation.policy, seen.situation.now)
        yield _ask(seen, "material", code, ("容缺受理，这份材料后补",), (), rest=rest)
    if waits and not item.asked:
        for code in _lacking(seen, item, ways):
            yield _ask(
                seen,
                "material",
                code,
                ("承诺时免交，现在用它证明",) if item.parent else ("还没有提交",),
                (),
            )
    if any("document" in way.needs for way in ways):
        yield Ask("document", "document", "文书编号")
    yield from _conditions(seen, ways, {code for kind, code in points if kind == "field"})


def _lacking(seen: _Seen, item: Item, ways: list[Transition]) -> list[str]:
    """Return the papers an item lacks; after a promise those that it replaced."""
    release = seen.situation.release
    if not item.parent:
        return in_hand.missing(release, seen.case, item, seen.facts)
    subject = release.subject(item.item)
    promise = subject.commitment if subject else None
    return list(promise.waives) if promise and any("materials" in way.needs for way in ways) else []


def _conditions(seen: _Seen, ways: list[Transition], asked: set[str]) -> Iterator[Ask]:
    """Yield the fields of the form that decide whether the applicant's step is possible and do not let it yet."""
    release = seen.situation.release
    for way in ways:
        condition = release.expression(way.when, "lifecycle") if way.when else None
        for name in sorted(condition.names) if condition else ():
            code = name.removeprefix("form.")
            if name.startswith("form.") and code not in asked and not seen.case.form.get(code):
                yield _ask(seen, "field", code, (), ())


def _ask(
    seen: _Seen,
    kind: str,
    code: str,
    why: tuple[str, ...],
    basis: tuple[str, ...],
    *,
    answered: bool = False,
    rest: Left | None = None,
) -> Ask:
    vocabulary = seen.situation.release.vocabulary
    if kind == "material":
        need = seen.needs.get(code)
        earlier = [row for row in reversed(seen.case.materials.values()) if row.material == code]
        return Ask(
            kind="material",
            code=code,
            title=vocabulary.materials[code].title,
            why=why,
            basis=basis,
            answered=answered,
            left=rest,
            origins=tuple(o for o in (need.origins if need else ()) if o != "upload"),
            earlier=tuple(earlier),
            material=vocabulary.materials[code],
            requirement=papers.requirement(seen.situation.release, code),
        )
    if kind == "field":
        known = vocabulary.fields[code]
        return Ask(
            kind="field",
            code=code,
            title=known.title,
            why=why,
            basis=basis,
            answered=answered,
            definition=known,
            value=seen.case.form.get(code),
        )
    return Ask("point", code, "；".join(why), (), basis, answered)
