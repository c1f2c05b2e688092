"""核对 — everything that belongs to a run of cases, read in one unchanging view; for checking, never for deciding."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service.store.database import Connection, Database
from service.store.paging import Row
from service.store.statements import ADDED_ONLY, PARTS, table

BELONGING = (*PARTS, *ADDED_ONLY)


@dataclass(frozen=True, slots=True)
class Batch:
    """一批办件 — case rows in the order of their ids, and the rows of each table that belong to the same range of ids.

    Rows whose case is missing are in it too: the range has no gaps, and the last batch has no end.
    """

    cases: list[Row]
    rows: dict[str, list[Row]]
    last: str  # the id to go on after; empty when this was the last batch


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Connection]:
    """Open a view of the database that does not change while it is read; writers are not held up."""
    async with database.reading() as connection:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.postgres else "BEGIN"
        await connection.sql.exec_driver_sql(begin)
        try:
            yield connection
        finally:
            await connection.undo()


async def batch(connection: Connection, after: str, size: int) -> Batch:
    """Read up to `size` cases after an id with all their rows, events included, each table by its key."""
    cases = table("cases")
    found = await connection.rows(select(cases).where(cases.c.id > after).order_by(cases.c.id).limit(size))
    last: str = found[-1]["id"] if len(found) == size else ""
    rows: dict[str, list[Row]] = {}
    for name in BELONGING:
        columns: Any = table(name).c
        statement = select(table(name)).where(columns.case_id > after).order_by(*table(name).primary_key)
        rows[name] = await connection.rows(statement.where(columns.case_id <= last) if last else statement)
    return Batch(found, rows, last)


async def known_releases(connection: Connection) -> list[Row]:
    """Return the hash and the document of every release."""
    releases = table("releases").c
    return await connection.rows(select(releases.hash, releases.document).order_by(releases.bundle, releases.number))
