"""What is due: cases taken one transaction at a time, never by two workers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, update
from sqlalchemy.sql.expression import false

from service.store.database import Connection
from service.store.statements import table

_CASES = table("cases").c
_CLOCKS = table("clocks").c


def _take(
    condition: ColumnElement[bool], order: ColumnElement[object], now: datetime, limit: int
) -> Select[tuple[str]]:
    """Select the cases of the clocks that meet `condition`, locking both and passing over what others hold.

    The clock is locked beside its case because a row that another worker has just finished is looked at once more
    before it is given: only a locked row is looked at in its newest version.
    """
    rested = or_(_CASES.retry_at.is_(None), _CASES.retry_at <= now)
    return (
        select(_CASES.id)
        .select_from(table("clocks").join(table("cases"), _CASES.id == _CLOCKS.case_id))
        .where(condition, rested)
        .order_by(order)
        .limit(limit)
        .with_for_update(of=[table("cases"), table("clocks")], skip_locked=True)
    )


async def due(tx: Connection, now: datetime, limit: int = 1) -> list[str]:
    """Lock cases on which something falls due by `now`, the longest due first, and return their ids."""
    waking = and_(_CLOCKS.wake_at.is_not(None), _CLOCKS.wake_at <= now)
    found = await tx.rows(_take(waking, _CLOCKS.wake_at, now, limit))
    return list(dict.fromkeys(row["id"] for row in found))


async def stale(tx: Connection, calendars: Iterable[str], now: datetime, limit: int = 1) -> list[str]:
    """Lock cases with an open clock reckoned by a calendar version that is not among `calendars`; return their ids."""
    gaps: list[ColumnElement[bool]] = [false()]
    below = ""  # a clock that was never reckoned has no calendar
    for version in sorted(calendars):
        gaps.append(and_(_CLOCKS.calendar > below, _CLOCKS.calendar < version))
        below = version
    gaps.append(_CLOCKS.calendar > below)
    still_open = text("clocks.state IN ('running', 'paused')")
    found = await tx.rows(_take(and_(still_open, or_(*gaps)), _CLOCKS.calendar, now, limit))
    return list(dict.fromkeys(row["id"] for row in found))


async def next_wake(connection: Connection) -> datetime | None:
    """Return when the next thing falls due, None if nothing ever does."""
    found = await connection.row(select(func.min(_CLOCKS.wake_at).label("at")).where(_CLOCKS.wake_at.is_not(None)))
    at: datetime | None = found["at"] if found else None
    return at


async def postpone(tx: Connection, case_id: str, until: datetime) -> None:
    """Leave a case that failed alone until then, so that it does not stop the line."""
    await tx.change(update(table("cases")).where(_CASES.id == case_id).values(retry_at=until))


async def postponed(connection: Connection, now: datetime) -> list[str]:
    """Return the cases that failed and are waiting to be tried again."""
    found = await connection.rows(select(_CASES.id).where(_CASES.retry_at > now).order_by(_CASES.retry_at).limit(1000))
    return [row["id"] for row in found]
