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


async def of_account(
    connection: Connection, account: str, now: datetime, idle: datetime
) -> list[Row]:
    """Return the sessions of an account that have not ended, in use since `idle`, the last used first."""
    statement = (
        select(_TABLE)
        .where(_SESSIONS.account == account, _SESSIONS.ends_at > now, _SESSIONS.seen_at > idle)
        .order_by(_SESSIONS.seen_at.desc(), _SESSIONS.token_sha256)
    )
    return await connection.rows(statement)


async def add(tx: Connection, row: Row) -> None:
    """Keep a new session."""
    await tx.change(insert(_TABLE).values(**Session(**row).model_dump()))


async def seen(tx: Connection, token_sha256: str, at: datetime) -> None:
    """Note that a session is in use."""
    await tx.change(update(_TABLE).where(_SESSIONS.token_sha256 == token_sha256).values(seen_at=at))


async def acts_by(tx: Connection, token_sha256: str, representation: str) -> None:
    """Note for whom a browser acts from now on."""
    mine = update(_TABLE).where(_SESSIONS.token_sha256 == token_sha256)
    await tx.change(mine.values(representation=representation))


async def end(tx: Connection, token_sha256: str) -> None:
    """Forget a session."""
    await tx.change(delete(_TABLE).where(_SESSIONS.token_sha256 == token_sha256))


async def end_one(tx: Connection, account: str, beginning: str) -> bool:
    """Forget the session of an account whose digest begins so; False if there is none."""
    own = (
        _SESSIONS.account == account,
        _SESSIONS.token_sha256.startswith(beginning, autoescape=True),
    )
    return bool(await tx.change(delete(_TABLE).where(*own)))


async def end_of_account(tx: Connection, account: str) -> None:
    """Forget every session of an account."""
    await tx.change(delete(_TABLE).where(_SESSIONS.account == account))


async def forget_ended(tx: Connection, now: datetime) -> None:
    """Forget the sessions whose end has passed."""
    await tx.change(delete(_TABLE).where(_SESSIONS.ends_at <= now))
