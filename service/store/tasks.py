"""待办: lists of open tasks, earliest due first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, text, tuple_, union_all
from sqlalchemy import literal as value

from service.store.database import Connection
from service.store.paging import Page, page, position
from service.store.statements import table

_TASKS = table("tasks").c
_CASES = table("cases").c
_KEY = ("rank_on", "case_id", "n")
_SHOWN = [c for c in table("tasks").columns if c.name != "done_at"] + [
    _CASES.applicant_name,
    _CASES.applicant_type,
    _CASES.release,
    _CASES.version,
    _CASES.received_at,
]


@dataclass(slots=True, frozen=True)
class Narrowing:
    """筛选 — what a list of tasks is narrowed to; empty means everything."""

    card: str = ""
    bundle: str = ""
    item: str = ""
    text: str = ""  # part of the case number or of the applicant's name


def containing(column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Compare a column with a part of it, taken literally."""
    return column.contains(part, autoescape=True)


def _narrowed(by: Narrowing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        column == wanted
        for column, wanted in ((_TASKS.card, by.card), (_TASKS.bundle, by.bundle), (_TASKS.item, by.item))
        if wanted
    ]
    if by.text:
        found.append(or_(containing(_TASKS.number, by.text), containing(_CASES.applicant_name, by.text)))
    return found


def _listed(whose: ColumnElement[bool], by: Narrowing, after: list[Any] | None, limit: int) -> Select[Any]:
    conditions = [_TASKS.done_at.is_(None), whose, *_narrowed(by)]
    key = tuple_(*(_TASKS[name] for name in _KEY))
    if after is not None:
        conditions.append(key > tuple_(*(value(v, _TASKS[n].type) for n, v in zip(_KEY, after, strict=True))))
    return (
        select(*_SHOWN)
        .select_from(table("tasks").join(table("cases"), _CASES.id == _TASKS.case_id))
        .where(*conditions)
        .order_by(*(_TASKS[name] for name in _KEY))
        .limit(limit + 1)
    )


# The words of the partial indexes' own conditions: a bound value would hide from the planner that they apply.
_UNCLAIMED = text("tasks.person = ''")
_CLAIMED = text("tasks.person <> ''")


async def mine(
    connection: Connection, person: str, by: Narrowing = Narrowing(), *, limit: int = 50, cursor: str = ""
) -> Page:
    """List the open tasks that `person` has taken, earliest due first."""
    after = position(cursor, ("date", "text", "number"))
    whose = and_(_TASKS.person == person, _CLAIMED)
    return page(await connection.rows(_listed(whose, by, after, limit)), limit, _KEY)


async def unclaimed(
    connection: Connection,
    posts: Sequence[tuple[str, str]],
    by: Narrowing = Narrowing(),
    *,
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """List the open tasks nobody has taken, for (department, post) pairs, earliest due first.

    Each pair is one range of an index and gives at most a page; the pages are merged.
    """
    if not posts:
        return Page([], "")
    after = position(cursor, ("date", "text", "number"))
    lists = [
        select(
            _listed(and_(_TASKS.department == department, _TASKS.post == post, _UNCLAIMED), by, after, limit).subquery()
        )
        for department, post in sorted(set(posts))
    ]
    merged = union_all(*lists).subquery()
    ordered = select(merged).order_by(*(merged.c[name] for name in _KEY)).limit(limit + 1)
    return page(await connection.rows(ordered), limit, _KEY)
