"""准入变动: what changed about who may come in, in the order in which it was done, for every process to see."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, select

from service.store import counters
from service.store.database import Connection
from service.store.offices import AccessChange
from service.store.paging import Row
from service.store.statements import table

_TABLE = table("access_changes")
_CHANGES = _TABLE.c
_SERIES = "access"  # held until the transaction ends: who sees a number has seen all before it
KEPT = 10_000  # changes of accounts: far more than can happen between two looks of a process


async def account_changed(tx: Connection, account: str) -> None:
    """Tell every process that an account changed."""
    number = await _told(tx, account)
    seen_by_all = and_(_CHANGES.ends_at.is_(None), _CHANGES.number <= number - KEPT)
    await tx.change(delete(_TABLE).where(seen_by_all))


async def token_ended(
    tx: Connection, account: str, token: str, ends_at: datetime, now: datetime
) -> None:
    """Tell every process that a token ended before its time, which is `ends_at`."""
    await _told(tx, account, token=token, ends_at=ends_at)
    await tx.change(delete(_TABLE).where(_CHANGES.ends_at <= now))


async def _told(tx: Connection, account: str, **about: Any) -> int:
    number = (await counters.draw(tx, {_SERIES: 1}))[_SERIES]
    row = AccessChange(number=number, account=account, **about)
    await tx.change(insert(_TABLE).values(**row.model_dump()))
    return number


async def since(connection: Connection, number: int) -> list[Row]:
    """Return what changed after a number, in order."""
    later = select(_TABLE).where(_CHANGES.number > number)
    return await connection.rows(later.order_by(_CHANGES.number))
