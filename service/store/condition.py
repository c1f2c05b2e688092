"""运行状况: what waits, how much and since when; each answer comes from an index and is bounded."""

from datetime import date, datetime

from sqlalchemy import Select, func, or_, select, text

from service.store.database import Connection
from service.store.statements import table

MOST_COUNTED = 100_000
_CASES = table("cases").c
_CLOCKS = table("clocks").c
_MESSAGES = table("messages").c


async def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Return since when the oldest thing is due that nobody has settled; cases that rest are left out."""
    rested = or_(_CASES.retry_at.is_(None), _CASES.retry_at <= now)
    statement = (
        select(_CLOCKS.wake_at)
        .select_from(table("clocks").join(table("cases"), _CASES.id == _CLOCKS.case_id))
        .where(_CLOCKS.wake_at.is_not(None), _CLOCKS.wake_at <= now, rested)
        .order_by(_CLOCKS.wake_at)
        .limit(1)
    )
    row = await connection.row(statement)
    at: datetime | None = row["wake_at"] if row else None
    return at


async def resting(connection: Connection, now: datetime) -> int:
    """Count the cases that failed and are left alone for a while."""
    indexed = text("cases.retry_at IS NOT NULL")  # the words of the index
    found = select(_CASES.id).where(indexed, _CASES.retry_at > now).limit(MOST_COUNTED)
    return await _counted(connection, found)


async def outbox(connection: Connection) -> tuple[int, int, datetime | None]:
    """Return how many messages wait, how many were given up, and since when the oldest waits."""
    pending = text("messages.state = 'pending'")  # the words of the index
    waiting = select(_MESSAGES.n).where(pending).limit(MOST_COUNTED)
    dead = select(_MESSAGES.n).where(text("messages.state = 'dead'")).limit(MOST_COUNTED)
    oldest = await connection.row(
        select(_MESSAGES.at).where(pending).order_by(_MESSAGES.at).limit(1)
    )
    return (
        await _counted(connection, waiting),
        await _counted(connection, dead),
        oldest["at"] if oldest else None,
    )


async def last_due_on(connection: Connection) -> date | None:
    """Return the last day of all limits that are running; a day that is given hangs on no calendar."""
    running = text("clocks.state IN ('running', 'paused')")
    row = await connection.row(
        select(
            func.max(_CLOCKS.promised_on).label("promised"),
            func.max(_CLOCKS.statutory_on).label("statutory"),
        ).where(running, _CLOCKS.ends_on.is_(None))
    )
    return max((day for day in (row or {}).values() if day), default=None)


async def awaiting(connection: Connection) -> int:
    """Count the limits whose end is put off until a notice of holidays is there."""
    running = text("clocks.state IN ('running', 'paused')")
    put_off = select(_CLOCKS.case_id).where(
        running, _CLOCKS.awaited_on.is_not(None), _CLOCKS.provisional.is_(True)
    )
    return await _counted(connection, put_off.limit(MOST_COUNTED))


async def _counted(connection: Connection, found: Select[tuple[str]] | Select[tuple[int]]) -> int:
    row = await connection.row(select(func.count().label("n")).select_from(found.subquery()))
    return int(row["n"]) if row else 0
