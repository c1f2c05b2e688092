"""核对 — everything that belongs to a run of cases, read in one unchanging view; for checking, never for deciding."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, or_, select, text

from service.store.database import Connection, Database
from service.store.paging import Row
from service.store.statements import ADDED_ONLY, PARTS, table

_OF_EVENTS = ("number", "case_id", "n", "hash", "recorded_at")
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
    async with database.reading(bounded=False, unchanging=True) as connection:
        yield connection


async def batch(connection: Connection, after: str, size: int) -> Batch:
    """Read up to `size` cases after an id with all their rows, events included, each table by its key."""
    cases = table("cases")
    found = await connection.rows(
        select(cases).where(cases.c.id > after).order_by(cases.c.id).limit(size)
    )
    last: str = found[-1]["id"] if len(found) == size else ""
    rows: dict[str, list[Row]] = {}
    for name in BELONGING:
        columns: Any = table(name).c
        statement = (
            select(table(name)).where(columns.case_id > after).order_by(*table(name).primary_key)
        )
        rows[name] = await connection.rows(
            statement.where(columns.case_id <= last) if last else statement
        )
    return Batch(found, rows, last)


@cache
def unwritten(name: str) -> Row:
    """Return what each column of a table holds in a row that was there before the column: what it is declared with."""
    return {column.name: _default(column) for column in table(name).columns}


def _default(column: Column[Any]) -> Any:
    declared: Any = column.default
    if declared is None:
        return None
    return declared.arg(None) if declared.is_callable else declared.arg


async def named(connection: Connection, numbers: Sequence[str]) -> list[Row]:
    """Return cases by their numbers, each with the rows of its `items` and `materials`."""
    cases = table("cases")
    found = await connection.rows(select(cases).where(cases.c.number.in_(numbers)))
    ids = [case["id"] for case in found]
    for name in ("items", "materials"):
        columns: Any = table(name).c
        rows = await connection.rows(select(table(name)).where(columns.case_id.in_(ids)))
        for case in found:
            case[name] = [row for row in rows if row["case_id"] == case["id"]]
    return found


async def known_people(connection: Connection) -> list[Row]:
    """Return whose account each is: {account, subject}."""
    accounts = table("accounts").c
    return await connection.rows(select(accounts.account, accounts.subject))


async def known_credit(connection: Connection) -> tuple[list[Row], list[Row]]:
    """Return the classes of credit, and what was proposed and confirmed of them."""
    classes, entries = table("credit_classes"), table("credit_entries")
    return (
        await connection.rows(select(classes)),
        await connection.rows(select(entries).order_by(entries.c.at, entries.c.id)),
    )


async def known_releases(connection: Connection) -> list[Row]:
    """Return the hash and the document of every release."""
    releases = table("releases").c
    return await connection.rows(
        select(releases.hash, releases.document).order_by(releases.bundle, releases.number)
    )


async def every(connection: Connection, name: str) -> list[Row]:
    """Return all rows of a table beside the cases, by their key."""
    return await connection.rows(select(table(name)).order_by(*table(name).primary_key))


async def numbered(
    connection: Connection, name: str, *, after: int, to: int, late: Sequence[int] = ()
) -> list[Row]:
    """Return the rows of `events` or `ledger` whose number is in a range, or among `late`, by number."""
    columns = table(name).c
    inside = (columns.number > after) & (columns.number <= to)
    of = or_(inside, columns.number.in_(late)) if late else inside
    shown = _OF_EVENTS if name == "events" else [column.name for column in columns]
    return await connection.rows(
        select(*(columns[each] for each in shown)).where(of).order_by(columns.number)
    )


async def outside_numbers(connection: Connection, after: int) -> list[Row]:
    """Return records without a number, and the first of those numbered after the newest seal."""
    columns = table("events").c
    shown = [columns[each] for each in _OF_EVENTS]
    none = select(*shown).where(or_(columns.number.is_(None), columns.number < 1)).limit(100)
    newer = select(*shown).where(columns.number > after).order_by(columns.number).limit(1000)
    return [*await connection.rows(none), *await connection.rows(newer)]


async def moved_messages(connection: Connection) -> list[Row]:
    """Return the messages that are said to have been sent or given up."""
    columns = table("messages").c
    return await connection.rows(
        select(table("messages")).where(
            or_(columns.state != "pending", columns.sent_at.is_not(None))
        )
    )


async def guards(connection: Connection) -> list[Row]:
    """Return the triggers of the database that are awake, as {name, place, does}."""
    if connection.postgres:
        return await connection.rows(
            text(
                "SELECT t.tgname AS name, c.relname AS place, "
                "pg_get_triggerdef(t.oid) || ' ' || p.prosrc AS does FROM pg_trigger t "
                "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            )
        )
    return await connection.rows(
        text(
            "SELECT name, tbl_name AS place, sql AS does FROM sqlite_master WHERE type = 'trigger'"
        )
    )


async def last_serial(connection: Connection) -> int:
    """Return the last serial drawn for a case."""
    source = (
        "SELECT last_value AS value FROM case_serial"
        if connection.postgres
        else "SELECT value FROM counters WHERE name = 'case'"
    )
    found = await connection.row(text(source))
    return int(found["value"]) if found else 0


async def entries(connection: Connection, after: int, limit: int) -> list[Row]:
    """Return the entries of the ledger after one, in order."""
    ledger = table("ledger")
    statement = select(ledger).where(ledger.c.number > after).order_by(ledger.c.number).limit(limit)
    return await connection.rows(statement)


async def answers(connection: Connection) -> list[Row]:
    """Return the answers kept about cases whose record has none of that case and instant: nobody gave them."""
    kept, events = table("idempotency"), table("events").c
    made = (
        select(events.n)
        .where(events.case_id == kept.c.case_id, events.recorded_at == kept.c.created_at)
        .exists()
    )
    shown = [kept.c[name] for name in ("principal", "key", "case_id")]
    return await connection.rows(select(*shown).where(kept.c.case_id != "", ~made).limit(1000))
