"""会话: which browsers have signed in."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from service.store.database import Connection
from service.store.offices import Session
from service.store.paging import Row
from service.store.statements import table

_TABLE = table("sessions")
_SESSIONS = _TABLE.c


async def find(connection: Connection, token_sha256: str) -> Row | None:
    """Return a session, ended or not."""
    return await connection.row(select(_TABLE).where(_SESSIONS.token_sha256 == token_sha256))


async def add(tx: Connection, row: Row) -> None:
    """Keep a new session."""
    await tx.change(insert(_TABLE).values(**Session(**row).model_dump()))


async def seen(tx: Connection, token_sha256: str, at: datetime) -> None:
    """Note that a session is in use."""
    await tx.change(update(_TABLE).where(_SESSIONS.token_sha256 == token_sha256).values(seen_at=at))


async def end(tx: Connection, token_sha256: str) -> None:
    """Forget a session."""
    await tx.change(delete(_TABLE).where(_SESSIONS.token_sha256 == token_sha256))


async def end_of_account(tx: Connection, account: str) -> None:
    """Forget every session of an account."""
    await tx.change(delete(_TABLE).where(_SESSIONS.account == account))


async def forget_ended(tx: Connection, now: datetime) -> None:
    """Forget the sessions whose end has passed."""
    await tx.change(delete(_TABLE).where(_SESSIONS.ends_at <= now))
