"""待办: lists of tasks, earliest due first, and how many there are up to a bound.

A list is one range of one index for each place it is taken from, cut to a page and merged: its cost does not grow with
what is open. Conditions that an index itself has stand here in its own words: a bound value would hide from the planner
that the index applies.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Label,
    ScalarSelect,
    Select,
    and_,
    func,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy import literal as value

from service.store.database import Connection
from service.store.paging import Page, page, position
from service.store.statements import table
from service.store.sweeps import awake

_TASKS = table("tasks").c
_CASES = table("cases").c
_ITEMS = table("items").c
_CLOCKS = table("clocks").c
_KEY = ("rank_on", "case_id", "n")
_DONE_KEY = ("done_at", "case_id", "n")
_OF = table("items").alias("of_item").c
_OF_ITEM = and_(_OF.case_id == _TASKS.case_id, _OF.item == _TASKS.item)
_SHOWN = [c for c in table("tasks").columns if c.name != "done_at"] + [
    _CASES.applicant_name,
    _CASES.applicant_type,
    _CASES.release,
    _CASES.version,
    _CASES.received_at,
    # what the department said of its papers, and whether the applicant was told
    select(_OF.feedback).where(_OF_ITEM).scalar_subquery().label("feedback"),
    select(_OF.corrections).where(_OF_ITEM).scalar_subquery().label("corrections"),
]
_OPEN = text("tasks.done_at IS NULL")
_UNCLAIMED = text("tasks.person = ''")
_CLAIMED = text("tasks.person <> ''")
_CARDED = text("tasks.card <> 'none'")
_WAITING = text("tasks.department = '' AND tasks.post = 'applicant' AND tasks.person = ''")
_DONE = text("tasks.done_at IS NOT NULL AND tasks.person <> ''")
_NUMBER = re.compile(r"[A-Z]{2,6}[0-9]{8}-[0-9]{6,}")  # the whole number of a case
# 统一社会信用代码 or 身份证号码, longer than any run of letters in a case number
_IDENTITY = re.compile(r"[0-9A-Z]{15,18}")


@dataclass(slots=True, frozen=True)
class Narrowing:
    """筛选 — what a list of tasks is narrowed to; empty means everything."""

    card: str = ""
    bundle: str = ""
    item: str = ""
    text: str = ""  # part of the number or of the applicant's name, or the whole of their number
    numbers: Sequence[str] = ()  # of cases


@dataclass(slots=True, frozen=True)
class Whose:
    """谁的 — a clerk: what they have taken, what they could take, what their department waits for."""

    person: str
    posts: Sequence[tuple[str, str]]  # (department, post) pairs
    department: str
    bundles: Sequence[str] = ()  # bundles their department leads


def containing(column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """Compare a column with a part of it, taken literally."""
    return column.contains(part, autoescape=True)


def matching(part: str) -> ColumnElement[bool]:
    """Compare a case with what was typed to find it; what can only be a whole number is looked up, not searched for."""
    if _NUMBER.fullmatch(part.upper()):
        return and_(_CASES.number == part.upper(), text("cases.number <> ''"))
    if _IDENTITY.fullmatch(part.upper()):
        return _CASES.applicant_id.in_(sorted({part, part.upper()}))
    return or_(containing(_CASES.number, part), containing(_CASES.applicant_name, part))


def _narrowed_by(by: Narrowing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        column == wanted
        for column, wanted in (
            (_TASKS.card, by.card),
            (_TASKS.bundle, by.bundle),
            (_TASKS.item, by.item),
        )
        if wanted
    ]
    if by.card and by.card != "none":
        found.append(and_(_CARDED))
    if by.text:
        found.append(matching(by.text))
    if by.numbers:
        found.append(and_(_CASES.number.in_(by.numbers), text("cases.number <> ''")))
    return found


def _after_cursor(
    key: Sequence[str], after: list[Any] | None, *, newest_first: bool = False
) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    place = tuple_(*(_TASKS[name] for name in key))
    bound = tuple_(*(value(v, _TASKS[n].type) for n, v in zip(key, after, strict=True)))
    return [place < bound if newest_first else place > bound]


def _page_of(
    whose: ColumnElement[bool], by: Narrowing, after: list[Any] | None, limit: int
) -> Select[Any]:
    return (
        select(*_SHOWN)
        .select_from(table("tasks").join(table("cases"), _CASES.id == _TASKS.case_id))
        .where(_OPEN, whose, *_narrowed_by(by), *_after_cursor(_KEY, after))
        .order_by(*(_TASKS[name] for name in _KEY))
        .limit(limit + 1)
    )


def _taken_by(whose: Whose) -> ColumnElement[bool]:
    """Tasks they have taken where they sit now: what they took elsewhere before is theirs no more."""
    here = _TASKS.department == whose.department
    return and_(_TASKS.person == whose.person, here, _CLAIMED)


def _could_be(department: str, post: str) -> ColumnElement[bool]:
    return and_(_TASKS.department == department, _TASKS.post == post, _UNCLAIMED)


def _waits_at_ours(whose: Whose) -> ColumnElement[bool]:
    """Tasks of applicants on items that the department owns, or in cases that it leads."""
    owned = select(_ITEMS.item).where(
        _ITEMS.case_id == _TASKS.case_id,
        _ITEMS.item == _TASKS.item,
        _ITEMS.department == whose.department,
    )
    led = [_TASKS.bundle.in_(sorted(whose.bundles))] if whose.bundles else []
    return and_(_WAITING, or_(owned.exists(), *led))


async def mine(
    connection: Connection,
    whose: Whose,
    by: Narrowing = Narrowing(),
    *,
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """List the open tasks that a clerk has taken, earliest due first."""
    after = position(connection, cursor, _KEY, ("date", "text", "number"))
    found = await connection.rows(_page_of(_taken_by(whose), by, after, limit))
    return page(connection, found, limit, _KEY)


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
    after = position(connection, cursor, _KEY, ("date", "text", "number"))
    lists = [
        select(_page_of(_could_be(*place), by, after, limit).subquery())
        for place in sorted(set(posts))
    ]
    merged = union_all(*lists).subquery()
    ordered = select(merged).order_by(*(merged.c[name] for name in _KEY)).limit(limit + 1)
    return page(connection, await connection.rows(ordered), limit, _KEY)


async def waiting(
    connection: Connection,
    whose: Whose,
    by: Narrowing = Narrowing(),
    *,
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """List what applicants must do before the department can go on, earliest due first."""
    after = position(connection, cursor, _KEY, ("date", "text", "number"))
    return page(
        connection,
        await connection.rows(_page_of(_waits_at_ours(whose), by, after, limit)),
        limit,
        _KEY,
    )


async def done(
    connection: Connection,
    whose: Whose,
    by: Narrowing = Narrowing(),
    *,
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """List the tasks of the department that a clerk had and that are done, the last first; `state` is what has become of the item."""
    after = position(connection, cursor, _DONE_KEY, ("instant", "text", "number"))
    joined = (
        table("tasks")
        .join(table("cases"), _CASES.id == _TASKS.case_id)
        .join(table("items"), and_(_ITEMS.case_id == _TASKS.case_id, _ITEMS.item == _TASKS.item))
    )
    shown = [c for c in _SHOWN if c is not _TASKS.state]
    statement = (
        select(*shown, _ITEMS.state, _TASKS.done_at)
        .select_from(joined)
        .where(
            _DONE,
            _TASKS.person == whose.person,
            _TASKS.department == whose.department,
            *_narrowed_by(by),
            *_after_cursor(_DONE_KEY, after, newest_first=True),
        )
        .order_by(*(_TASKS[name].desc() for name in _DONE_KEY))
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, _DONE_KEY)


async def held(connection: Connection) -> list[tuple[str, str, str]]:
    """Return who holds open tasks of which place: (person, department, post), each once."""
    columns = (_TASKS.person, _TASKS.department, _TASKS.post)
    found = await connection.rows(select(*columns).where(_OPEN, _CLAIMED).distinct())
    return [(row["person"], row["department"], row["post"]) for row in found]


async def cases_held(
    tx: Connection,
    places: Sequence[tuple[str, str, str]],
    now: datetime,
    limit: int = 1,
    but: Collection[str] = (),
) -> list[str]:
    """Lock cases with an open task that one of (person, department, post) holds, and return their ids; none of `but`."""
    place = tuple_(_TASKS.person, _TASKS.department, _TASKS.post)
    wanted = and_(_OPEN, _CLAIMED, place.in_(places), awake(now), _CASES.id.not_in(but))
    statement = (
        select(_CASES.id)
        .select_from(table("tasks").join(table("cases"), _CASES.id == _TASKS.case_id))
        .where(wanted)
        .order_by(_CASES.id)
        .limit(limit)
        .with_for_update(of=[table("cases"), table("tasks")], skip_locked=True)
    )
    return list(dict.fromkeys(row["id"] for row in await tx.rows(statement)))


# ---- beside the lists ------------------------------------------------------------------------------------------


def _bounded(condition: ColumnElement[bool], most: int) -> ScalarSelect[int]:
    some = (
        select(value(1).label("one"))
        .select_from(table("tasks"))
        .where(_OPEN, condition)
        .limit(most)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


async def counts(connection: Connection, whose: Whose, most: int) -> dict[str, int]:
    """Count what a clerk has to do, each up to `most`: {mine, unclaimed, yellow, red, waiting}.

    Counting stops at the bound: what is open beyond it costs nothing.
    """
    places = sorted(set(whose.posts))

    def carded(card: str) -> list[ScalarSelect[int]]:
        of = and_(_TASKS.card == card, _CARDED)
        return [
            _bounded(and_(who, of), most)
            for who in (_taken_by(whose), *(_could_be(*p) for p in places))
        ]

    wanted: dict[str, list[ScalarSelect[int]]] = {
        "mine": [_bounded(_taken_by(whose), most)],
        "unclaimed": [_bounded(_could_be(*place), most) for place in places],
        "yellow": carded("yellow"),
        "red": carded("red"),
        "waiting": [_bounded(_waits_at_ours(whose), most)],
    }
    columns: list[Label[int]] = [
        each.label(f"{name}_{n}") for name, parts in wanted.items() for n, each in enumerate(parts)
    ]
    found = await connection.row(select(*columns)) or {}
    return {
        name: min(most, sum(int(found[f"{name}_{n}"]) for n, _ in enumerate(parts)))
        for name, parts in wanted.items()
    }


async def running_clocks(connection: Connection, case_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the running clocks of some cases, those with a date."""
    statement = select(table("clocks")).where(
        _CLOCKS.case_id.in_(case_ids), _CLOCKS.state == "running", _CLOCKS.due_on.is_not(None)
    )
    return await connection.rows(statement) if case_ids else []
