"""办件列表: who may see which cases, newest first, and the records of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, text, tuple_
from sqlalchemy import literal as value

from service.store.database import Connection
from service.store.paging import Page, Row, page, position
from service.store.statements import columns, table
from service.store.tasks import matching

_CASES = table("cases").c
_ITEMS = table("items").c
_CLOCKS = table("clocks").c
_TASKS = table("tasks").c
_EVENTS = table("events").c
_KEY = ("created_at", "id")
_SHOWN = [
    _CASES.id,
    _CASES.number,
    _CASES.bundle,
    _CASES.release,
    _CASES.applicant_type,
    _CASES.applicant_name,
    _CASES.applicant_id,
    _CASES.account,
    _CASES.channel,
    _CASES.state,
    _CASES.version,
    _CASES.created_at,
    _CASES.received_at,
    _CASES.closed_at,
]
_RUNNING = and_(_CLOCKS.case_id == _CASES.id, _CLOCKS.state == "running")
_AMONG_OFFICES = _CLOCKS.clock == "feedback"
_DUE_ON = select(func.min(_CLOCKS.due_on)).where(_RUNNING, ~_AMONG_OFFICES).scalar_subquery()
# the applicant's to do
_YOURS = and_(_TASKS.case_id == _CASES.id, _TASKS.department == "", _TASKS.done_at.is_(None))
# one task at most, asked case by case: of an EXISTS here PostgreSQL may gather those of all cases first
_HAS_YOURS = select(_TASKS.n).where(_YOURS).limit(1).scalar_subquery().is_not(None)
_YOURS_ON = (
    select(func.min(_CLOCKS.due_on)).where(_RUNNING, _CLOCKS.owner == "applicant").scalar_subquery()
)


_MOST_COUNTED = 1000


async def told_in(connection: Connection, numbers: Sequence[str]) -> dict[str, Row]:
    """Return what was filled in and answered in some cases, by number: {number, form, answers}."""
    if not numbers:
        return {}
    statement = select(_CASES.number, _CASES.form, _CASES.answers).where(_CASES.number.in_(numbers))
    return {row["number"]: row for row in await connection.rows(statement)}


async def most_used(connection: Connection) -> dict[str, int]:
    """Return how many of the newest cases are of each bundle."""
    newest = (
        select(_CASES.bundle)
        .where(_CASES.state != "draft")
        .order_by(_CASES.created_at.desc(), _CASES.id.desc())
        .limit(_MOST_COUNTED)
        .subquery()
    )
    statement = select(newest.c.bundle, func.count().label("many")).group_by(newest.c.bundle)
    return {row["bundle"]: row["many"] for row in await connection.rows(statement)}


@dataclass(slots=True, frozen=True)
class Right:
    """查看范围 — the cases someone may see: any that one of these allows. Nothing given allows nothing."""

    account: str = ""  # filed with it
    representation: str = ""  # as which it filed; empty: for its own holder
    applicant_id: str = ""  # filed for them
    department: str = ""  # one of its items is theirs
    bundles: Sequence[str] = ()  # bundles their department leads
    named: Sequence[str] = ()  # numbers of cases of `of` that an agent was named for
    of: str = ""
    everything: bool = False


@dataclass(slots=True, frozen=True)
class Filter:
    """筛选 — what a list of cases is narrowed to; empty means everything."""

    state: str = ""
    bundle: str = ""
    text: str = ""  # part of the number or of the applicant's name, or the whole of their number


def _right_allows(right: Right) -> ColumnElement[bool]:
    submitted = _CASES.state != "draft"  # a draft is nobody's business but its writer's
    if right.everything:
        return submitted
    ways: list[ColumnElement[bool]] = []
    if right.account:
        ways.append(_filed(right))
    if right.named:
        of = _CASES.applicant_id == right.of
        ways.append(and_(submitted, of, _CASES.number.in_(right.named)))
    if right.applicant_id:
        ways.append(and_(submitted, _CASES.applicant_id == right.applicant_id))
    if right.department:
        ways.append(
            exists().where(_ITEMS.case_id == _CASES.id, _ITEMS.department == right.department)
        )
    if right.bundles:
        ways.append(and_(submitted, _CASES.bundle.in_(right.bundles)))
    return or_(false(), *ways)


def _filed(right: Right) -> ColumnElement[bool]:
    as_then = _CASES.representation == right.representation
    return and_(_CASES.account == right.account, as_then)


def _narrowed_by(by: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if by.state:
        found.append(_CASES.state == by.state)
    if by.bundle:
        found.append(_CASES.bundle == by.bundle)
    if by.text:
        found.append(matching(by.text))
    return found


async def certificates(
    connection: Connection, right: Right, *, limit: int = 50, cursor: str = ""
) -> Page:
    """List the certificates that `right` allows, the newest first: own ones by holder, a department's by its items."""
    made, key = table("certificates").c, ("issued_on", "number")
    ways: list[ColumnElement[bool]] = []
    if right.everything:
        ways.append(made.number != "")
    if right.applicant_id:
        ways.append(made.holder_id == right.applicant_id)
    if right.account:
        ways.append(_filed(right))
    if right.named:
        ways.append(and_(_CASES.applicant_id == right.of, _CASES.number.in_(right.named)))
    if right.department:
        ways.append(and_(_ITEMS.department == right.department))
    if right.bundles:
        ways.append(_CASES.bundle.in_(right.bundles))
    conditions: list[Any] = [made.number != "", or_(false(), *ways)]
    if after := position(connection, cursor, key, ("date", "text")):
        bound = tuple_(*(value(each) for each in after))
        conditions.append(tuple_(made.issued_on, made.number) < bound)
    beside = (_CASES.number.label("case"), _CASES.release, _ITEMS.department)
    statement = (
        select(table("certificates"), *beside)
        .join(table("cases"), _CASES.id == made.case_id)
        .join(table("items"), and_(_ITEMS.case_id == made.case_id, _ITEMS.item == made.item))
        .where(*conditions)
        .order_by(made.issued_on.desc(), made.number.desc())
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, key)


async def listed(
    connection: Connection,
    right: Right,
    by: Filter = Filter(),
    *,
    limit: int = 50,
    cursor: str = "",
) -> Page:
    """List the cases that `right` allows, newest first; `due_on` is the nearest date of a running clock.

    `yours` tells whether the applicant has something to do, `yours_on` until when.
    """
    conditions: list[Any] = [_right_allows(right), *_narrowed_by(by)]
    after = position(connection, cursor, _KEY, ("instant", "text"))
    if after is not None:
        bound = tuple_(*(value(v, _CASES[n].type) for n, v in zip(_KEY, after, strict=True)))
        conditions.append(tuple_(_CASES.created_at, _CASES.id) < bound)
    statement = (
        select(
            *_SHOWN,
            _DUE_ON.label("due_on"),
            _HAS_YOURS.label("yours"),
            _YOURS_ON.label("yours_on"),
        )
        .where(and_(*conditions))
        .order_by(_CASES.created_at.desc(), _CASES.id.desc())
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, _KEY)


async def applicants(
    connection: Connection, right: Right, numbers: Sequence[str]
) -> dict[str, str]:
    """Return the applicants' names by case number, of those cases that `right` allows."""
    if not numbers:
        return {}
    statement = select(_CASES.number, _CASES.applicant_name).where(
        _CASES.number.in_(numbers), _right_allows(right)
    )
    return {row["number"]: row["applicant_name"] for row in await connection.rows(statement)}


async def filed_before(
    connection: Connection, *, account: str, representation: str, applicant_id: str, bundle: str
) -> Row | None:
    """Return {number, received_at, answers, form} of what this account filed last, so, for this applicant; None: nothing yet.

    One of the same bundle goes before a newer one of another.
    """
    shown = [_CASES[name] for name in ("number", "bundle", "received_at", "answers", "form")]
    statement = (
        select(*shown)
        .where(
            _CASES.account == account,
            _CASES.representation == representation,
            _CASES.applicant_id == applicant_id,
            _CASES.received_at.is_not(None),
        )
        .order_by((_CASES.bundle == bundle).desc(), _CASES.received_at.desc(), _CASES.id.desc())
        .limit(1)
    )
    return await connection.row(statement)


async def later(connection: Connection, number: str) -> list[Row]:
    """Return what applies anew for items of a case: {number, state, account, representation, …, item, outcome}, oldest first.

    A draft has a row without an item.
    """
    told = ("number", "state", "account", "representation", "entered_by", "limited_to")
    shown = [_CASES[name] for name in told]
    own = and_(_ITEMS.case_id == _CASES.id, _ITEMS.parent == "")
    statement = (
        select(*shown, _ITEMS.item, _ITEMS.outcome)
        .join(table("items"), own, isouter=True)
        .where(_CASES.reapply_of == number, text("cases.reapply_of <> ''"))
        .order_by(_CASES.created_at, _CASES.id, _ITEMS.item)
    )
    return await connection.rows(statement)


async def events(
    connection: Connection, case_id: str, *, after: int = 0, limit: int = 1000
) -> list[Row]:
    """Return the records of a case in order, from the one after `after`."""
    shown = columns("events")
    statement = (
        select(*shown)
        .where(_EVENTS.case_id == case_id, _EVENTS.n > after)
        .order_by(_EVENTS.n)
        .limit(limit)
    )
    return await connection.rows(statement)


async def ids(connection: Connection, *, after: str = "", limit: int = 1000) -> list[str]:
    """Return case ids in order, from the one after `after`: to walk through all of them."""
    statement = select(_CASES.id).where(_CASES.id > after).order_by(_CASES.id).limit(limit)
    return [row["id"] for row in await connection.rows(statement)]
