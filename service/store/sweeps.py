"""What is due: cases taken one transaction at a time, never by two workers."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, text, update
from sqlalchemy.sql.expression import false

from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table

_CASES = table("cases").c
_CLOCKS = table("clocks").c


def awake(now: datetime) -> ColumnElement[bool]:
    """Say of a case that it does not rest after a failure."""
    return or_(_CASES.retry_at.is_(None), _CASES.retry_at <= now)


def _take(
    condition: ColumnElement[bool],
    order: ColumnElement[object],
    now: datetime,
    limit: int,
    but: Collection[str],
) -> Select[tuple[str]]:
    """Select the cases of the clocks that meet `condition`, locking both and passing over what others hold.

    The clock is locked beside its case because a row that another worker has just finished is looked at once more
    before it is given: only a locked row is looked at in its newest version.
    """
    wanted = [condition, awake(now)]
    if but:
        wanted.append(_CASES.id.not_in(but))
    return (
        select(_CASES.id)
        .select_from(table("clocks").join(table("cases"), _CASES.id == _CLOCKS.case_id))
        .where(*wanted)
        .order_by(order)
        .limit(limit)
        .with_for_update(of=[table("cases"), table("clocks")], skip_locked=True)
    )


async def due(
    tx: Connection, now: datetime, limit: int = 1, but: Collection[str] = ()
) -> list[str]:
    """Lock cases on which something falls due by `now`, the longest due first, and return their ids; none of `but`."""
    waking = and_(_CLOCKS.wake_at.is_not(None), _CLOCKS.wake_at <= now)
    found = await tx.rows(_take(waking, _CLOCKS.wake_at, now, limit, but))
    return list(dict.fromkeys(row["id"] for row in found))


async def next_due(
    tx: Connection, now: datetime, ending: str, but: Collection[str] = ()
) -> list[str]:
    """Lock the case that is to be swept next, and return its id; none of `but`.

    It is the longest due. Only where a certificate ends in it – by the act `ending` – all that is due earlier elsewhere
    goes first: with that the certificate may have been renewed, and then it does not end (行政许可法 50).
    """
    waits: dict[str, datetime] = {}
    while found := await due(tx, now, 1, {*but, *waits}):
        (case_id,) = found
        ends = await _first(tx, now, _CASES.id == case_id, _CLOCKS.expiry == ending)
        earlier = ends and await _first(tx, now, _CASES.id.not_in({*but, case_id}))
        if not ends or not earlier or earlier >= ends:
            return found
        waits[case_id] = ends
    if not waits or await _first(tx, now, _CASES.id.not_in({*but, *waits})):
        return []  # what goes first is in the hands of another worker
    return [min(waits, key=waits.__getitem__)]


async def _first(tx: Connection, now: datetime, *wanted: ColumnElement[bool]) -> datetime | None:
    """Return since when the first of such clocks is due; None when none is."""
    statement = (
        select(_CLOCKS.wake_at)
        .select_from(table("clocks").join(table("cases"), _CASES.id == _CLOCKS.case_id))
        .where(_CLOCKS.wake_at.is_not(None), _CLOCKS.wake_at <= now, awake(now), *wanted)
        .order_by(_CLOCKS.wake_at)
        .limit(1)
    )
    row = await tx.row(statement)
    at: datetime | None = row["wake_at"] if row else None
    return at


async def stale(
    tx: Connection,
    calendars: Iterable[str],
    now: datetime,
    limit: int = 1,
    but: Collection[str] = (),
) -> list[str]:
    """Lock cases with an open clock reckoned by a calendar version that is not among `calendars`; return their ids."""
    gaps: list[ColumnElement[bool]] = [false()]
    below = ""  # a clock that was never reckoned has no calendar
    for version in sorted(calendars):
        gaps.append(and_(_CLOCKS.calendar > below, _CLOCKS.calendar < version))
        below = version
    gaps.append(_CLOCKS.calendar > below)
    still_open = text("clocks.state IN ('running', 'paused')")
    found = await tx.rows(_take(and_(still_open, or_(*gaps)), _CLOCKS.calendar, now, limit, but))
    return list(dict.fromkeys(row["id"] for row in found))


async def endless(
    tx: Connection, now: datetime, limit: int = 1, but: Collection[str] = ()
) -> list[str]:
    """Lock cases with a certificate in force whose last day no clock waits for; return their ids.

    Only what was handed over before there was such a clock lacks one.
    """
    made, waits = table("certificates").c, _CLOCKS.case_id
    own = select(waits).where(
        waits == made.case_id, _CLOCKS.item == made.item, _CLOCKS.clock == "validity"
    )
    wanted = [made.state == "valid", made.valid_until.is_not(None), ~own.exists(), awake(now)]
    if but:
        wanted.append(_CASES.id.not_in(but))
    statement = (
        select(_CASES.id)
        .select_from(table("certificates").join(table("cases"), _CASES.id == made.case_id))
        .where(*wanted)
        .limit(limit)
        .with_for_update(of=table("cases"), skip_locked=True)
    )
    return [row["id"] for row in await tx.rows(statement)]


async def postpone(
    tx: Connection,
    case_id: str,
    until: datetime,
    *,
    since: datetime | None = None,
    error: str = "",
) -> None:
    """Leave a case alone until then, so that it does not stop the line; `since` when it rests because of `error`."""
    changes = {"retry_at": until, "retry_since": since, "retry_error": error}
    await tx.change(update(table("cases")).where(_CASES.id == case_id).values(changes))


def _resting(now: datetime) -> ColumnElement[bool]:
    return and_(_CASES.retry_at > now, _CASES.retry_error != "")


async def postponed(connection: Connection, now: datetime, limit: int = 1000) -> list[Row]:
    """Return {id, number, retry_since, retry_at, retry_error} of the cases that failed and wait to be tried again."""
    told = (
        _CASES.id,
        _CASES.number,
        _CASES.retry_since,
        _CASES.retry_at,
        _CASES.retry_error,
    )
    wanted = select(*told).where(_resting(now)).order_by(_CASES.retry_since, _CASES.id)
    return await connection.rows(wanted.limit(limit))


async def wake(tx: Connection, now: datetime, number: str = "") -> int:
    """Let cases that wait be tried at once, all of them or the one with this number; return how many did wait."""
    waiting = [_CASES.retry_at > now, *([_CASES.number == number] if number else [])]
    return await tx.change(update(table("cases")).where(*waiting).values(retry_at=None))
