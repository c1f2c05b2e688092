"""例行工作: taken by one process at a time, for as long as its lease lasts."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update

from service.store.database import Connection
from service.store.statements import add_once, table

_TABLE = table("chores")
_CHORES = _TABLE.c


async def take(
    tx: Connection, name: str, now: datetime, *, every: timedelta, lease: timedelta
) -> bool:
    """Take a chore that is due and that nobody else has; tell whether it is ours now."""
    await tx.change(add_once("chores", {"name": name}, postgres=tx.postgres))
    due = or_(_CHORES.done_at.is_(None), _CHORES.done_at <= now - every)
    free = or_(_CHORES.leased_until.is_(None), _CHORES.leased_until <= now)
    change = update(_TABLE).where(and_(_CHORES.name == name, due, free))
    return bool(await tx.change(change.values(leased_until=now + lease)))


async def done(tx: Connection, name: str, now: datetime) -> None:
    """Note that a chore is done."""
    await tx.change(add_once("chores", {"name": name}, postgres=tx.postgres))
    await tx.change(
        update(_TABLE).where(_CHORES.name == name).values(leased_until=None, done_at=now)
    )


async def last_done(connection: Connection, name: str) -> datetime | None:
    """Return when a chore was last done; None: never."""
    row = await connection.row(select(_CHORES.done_at).where(_CHORES.name == name))
    at: datetime | None = row["done_at"] if row else None
    return at
