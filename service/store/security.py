"""安全日志: rows that are only added, read by page, and removed when their term is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.store.columns import as_instant
from service.store.database import Connection
from service.store.paging import Page, Row, page, position
from service.store.statements import table

_TABLE = table("security_log")
_LOG = _TABLE.c
_KEY = ("id",)


@dataclass(slots=True, frozen=True)
class Looked:
    """查找 — what a reading of the log is narrowed to; empty means everything. `since` is in it, `until` is not."""

    account: str = ""
    about: str = ""
    fact: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def add(tx: Connection, rows: Sequence[Row]) -> None:
    """Write entries down; each has every column. One that is there already stays: a batch may be written again."""
    if rows:
        written = postgresql.insert if tx.postgres else sqlite.insert
        await tx.change(written(_TABLE).values(list(rows)).on_conflict_do_nothing())


async def clock(connection: Connection) -> datetime:
    """Return what time it is at the database."""
    if connection.postgres:
        row = await connection.row(select(func.clock_timestamp().label("at")))
    else:
        said = func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now")
        row = await connection.row(select(said.label("at")))
    assert row is not None
    at = row["at"]
    return as_instant(at) if isinstance(at, str) else at.astimezone(UTC)


async def listed(connection: Connection, by: Looked, *, limit: int, cursor: str = "") -> Page:
    """Return entries, the newest first."""
    statement = select(_TABLE).order_by(_LOG.id.desc()).limit(limit + 1)
    for column, wanted in ((_LOG.account, by.account), (_LOG.about, by.about)):
        statement = statement.where(column == wanted) if wanted else statement
    if by.fact:
        statement = statement.where(_LOG.fact == by.fact)
    if by.since:
        statement = statement.where(_LOG.at >= by.since)
    if by.until:
        statement = statement.where(_LOG.at < by.until)
    if after := position(connection, cursor, _KEY, ("text",)):
        statement = statement.where(_LOG.id < after[0])
    return page(connection, await connection.rows(statement), limit, _KEY)


async def purge(tx: Connection, before: datetime, *, most: int) -> int:
    """Remove up to `most` entries from before an instant, the oldest first; return how many.

    Nothing younger than the six months of the law can be removed: the database refuses it.
    """
    oldest = select(_LOG.id).where(_LOG.at < before).order_by(_LOG.id).limit(most)
    return await tx.change(delete(_TABLE).where(_LOG.id.in_(oldest.scalar_subquery())))
