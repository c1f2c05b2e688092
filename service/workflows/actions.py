"""动作 — what may be done on the case as a whole, or on a task, as data: who, when, what it carries, what it does.

In this order: `by` refuses who may never do it, `when` what is not possible now whatever is carried; then all that is
carried is checked, and only then `do` does it. What is offered to a person asks the first two.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from service.errors import DataInvalid, one_field
from service.workflows.case.parts import CASE, Task
from service.workflows.case.situation import Actor
from service.workflows.definition.models.carried import LONG
from service.workflows.worksheet import Work

Place = TypeVar("Place")
Data = Mapping[str, Any]
HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
Check = Callable[[Place, Any], Any]  # where it is carried to, what is given; returns what counts


@dataclass(frozen=True, slots=True)
class Carries:
    """携带 — one thing an action carries, by its name in the table `CARRIED`, and what it must be here."""

    name: str
    check: Check[Work]
    optional: bool = False  # what is not given is not checked, and `do` does not find it


def nothing_beside(_: Work) -> Mapping[str, str]:
    """Ask for nothing beside what an action always carries."""
    return {}


@dataclass(frozen=True, slots=True)
class CaseAction:
    """办件动作 — an action on the case as a whole, or on one item of it that it carries as `item`."""

    name: str
    title: str
    by: Callable[[Work, Actor], None]
    when: Callable[[Work, Actor, str], None]  # the code of the item it is about, CASE for the whole
    do: Callable[[Work, Data, Actor], None]
    carries: tuple[Carries, ...] = ()
    in_bulk: bool = False  # may be done to many cases at once
    # what the situation asks for beside: names of optional `carries` → why, in words for who acts
    asks: Callable[[Work], Mapping[str, str]] = nothing_beside

    @property
    def needs(self) -> tuple[str, ...]:
        """Return what must be carried."""
        return tuple(each.name for each in self.carries if not each.optional)

    def consider(self, work: Work, actor: Actor, of: str = CASE) -> None:
        """Refuse what would be refused whatever the action carried; changes nothing."""
        self.by(work, actor)
        self.when(work, actor, of)

    def take(self, work: Work, data: Data, actor: Actor) -> None:
        """Do it, or refuse it: NotPermitted, ActionNotAllowed, DataInvalid."""
        self.consider(work, actor, data.get("item") or CASE)
        self.do(work, carried(work, self.carries, data), actor)


@dataclass(frozen=True, slots=True)
class TaskAction:
    """待办动作 — what is done with an open task: who has it, and not what becomes of the item."""

    name: str
    title: str
    by: Callable[[Work, Actor, Task], None]
    when: Callable[[Work, Actor, Task], None]
    do: Callable[[Work, Task, Data, Actor], None]
    carries: tuple[Carries, ...] = ()
    in_bulk: bool = False

    def take(self, work: Work, task: Task, data: Data, actor: Actor) -> None:
        """Do it, or refuse it: NotPermitted, ActionNotAllowed, DataInvalid."""
        self.by(work, actor, task)
        self.when(work, actor, task)
        self.do(work, task, carried(work, self.carries, data), actor)


def at_any_time(_: Work, __: Actor, ___: str) -> None:
    """Refuse nothing: what such an action carries decides."""


# ---- what is carried -------------------------------------------------------------------------------------------


def carried(work: Work, carries: Iterable[Carries], data: Data) -> dict[str, Any]:
    """Return what an action carries, checked; nothing beside it. Raises DataInvalid."""
    due = [each for each in carries if not each.optional or data.get(each.name) is not None]
    return checked(work, data, [(each.name, each.check) for each in due])


def checked(
    place: Place,
    data: Data,
    checks: Iterable[tuple[str, Check[Place]]],
    faults: Iterable[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Return each thing named, checked; `faults` are what is known to be wrong beside them.

    Raises:
        DataInvalid: with all that is wrong at once, each with a pointer; the first one is said, with its article.
    """
    errors, out, law = list(faults), {}, ""
    for name, check in checks:
        try:
            out[name] = check(place, data.get(name))
        except DataInvalid as wrong:
            law = law if errors else wrong.law
            errors += wrong.facts["errors"]
    if errors:
        raise DataInvalid(errors[0]["detail"], law=law, errors=errors)
    return out


def text(
    name: str, title: str, *, longest: int = LONG, say: str = "", law: str = ""
) -> Check[object]:
    """Return the check of words that must be there; `say` is the refusal where the title does not say enough."""

    def check(_: object, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise one_field(f"/data/{name}", say or f"请填写{title}", law=law)
        if len(value.strip()) > longest:
            raise one_field(f"/data/{name}", say or f"{title}最多 {longest} 个字", law=law)
        return value.strip()

    return check


def number(name: str, least: int, most: int, say: str, *, law: str = "") -> Check[object]:
    """Return the check of a whole number within bounds, both included."""

    def check(_: object, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise one_field(f"/data/{name}", say, law=law)
        return value

    return check


def day(name: str, say: str) -> Check[object]:
    """Return the check of a date; what counts is its ISO form."""

    def check(_: object, value: Any) -> str:
        try:
            return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
        except ValueError:
            raise one_field(f"/data/{name}", say) from None

    return check


def hour(name: str, say: str, law: str = "") -> Check[object]:
    """Return the check of a time of the day; what counts is HH:MM."""

    def check(_: object, value: Any) -> str:
        given = value if isinstance(value, str) else ""
        if not HOUR.fullmatch(given):
            raise one_field(f"/data/{name}", say, law=law)
        return given

    return check


def flag(name: str) -> Check[object]:
    """Return the check of a yes or no."""

    def check(_: object, value: Any) -> bool:
        if not isinstance(value, bool):
            raise one_field(f"/data/{name}", "请填是或否")
        return value

    return check


def as_given(_: object, value: Any) -> Any:
    """Take what is given: `when` or `do` looks it up."""
    return value
