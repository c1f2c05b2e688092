"""Reading a case whole, one or many at once: one round trip on PostgreSQL, one change of thread on SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.store import batch_statements as many
from service.store import statements as sql
from service.store.columns import as_instant, json_text
from service.store.connection import Connection
from service.store.database import Database
from service.store.rows import (
    Gathered,
    Key,
    Opening,
    Row,
    Standing,
    answer_of,
    held_rows,
    read_rows,
    standing_of,
)

SERIALS = 16  # drawn at once on SQLite, where drawing takes a commit


@dataclass(frozen=True, slots=True)
class Wanted:
    """要读的办件 — which case, by `id` or `number`, or for whom one is opened; and the key of the request.

    `seen` is the hash of the last event of who has the case at hand: it is read only if its record ends otherwise.
    """

    value: str
    key: Key
    by: str = ""
    seen: str = ""


async def gathered(tx: Connection, wanted: Wanted, *, deciding: bool) -> Gathered | None:
    """Read one case; see `cases.gather`."""
    if not tx.postgres:
        return await tx.hop(lambda raw: _gather_sqlite(raw, wanted, deciding=deciding))
    lock = "FOR UPDATE OF c" if deciding and tx.held else ""
    statement = sql.gather_postgres(wanted.by, lock)
    found = await tx.fetchrow(statement, wanted.value, *wanted.key)
    if found is not None and found["version"] != found["snapshot"]:
        # The lock was waited for: the parts are older than the case row. It is held now, so this cannot happen again.
        found = await tx.fetchrow(statement, wanted.value, *wanted.key)
    if found is None:
        return None
    return Gathered(
        case=read_rows("cases", [found["cases"]], nested=True)[0],
        rows={n: read_rows(n, found[n] or (), nested=True) for n in sql.PARTS},
        standing=standing_of(found),
        answered=answer_of(found["answered"]),
        held=held_rows(found["held"] or (), nested=True),
        last_at=found["last_at"] if deciding else None,
    )


async def gather_many(database: Database, asked: Sequence[Wanted]) -> Sequence[Gathered | None]:
    """Read cases for deciding, each as one statement sees it, without a lock."""

    async def work(connection: Connection) -> Sequence[Gathered | None]:
        if not connection.postgres:
            return await connection.hop_unchanging(lambda raw: _many_sqlite(raw, asked))
        if len(asked) == 1 and not asked[0].seen:
            return [await gathered(connection, asked[0], deciding=True)]
        found: dict[Wanted, Gathered] = {}
        for by in {wanted.by for wanted in asked}:
            some = [wanted for wanted in asked if wanted.by == by]
            rows = await connection.fetchrow(many.gather_many(by), _asked(some))
            cases = _cases_of(rows)
            found |= {wanted: cases[wanted.value] for wanted in some if wanted.value in cases}
        return [found.get(wanted) for wanted in asked]

    return await database.looked(work, writing=True)


def _asked(asked: Sequence[Wanted]) -> str:
    """Write what is asked for as the statements for many read it."""
    return json_text(
        [
            {
                "n": n,
                "wanted": w.value,
                "principal": w.key[0],
                "key": w.key[1],
                "seen": w.seen,
            }
            for n, w in enumerate(asked)
        ]
    )


def _cases_of(found: Mapping[str, Any]) -> dict[str, Gathered]:
    """Return what one statement found of many cases, by what they were asked for."""
    cases = {row["id"]: row for row in read_rows("cases", found["cases"] or (), nested=True)}
    parts = {name: _by_case(name, rows) for name in sql.PARTS if (rows := found[name])}
    return {
        own["wanted"]: Gathered(
            case=cases.get(own["id"], {}),
            rows={name: rows[own["id"]] for name, rows in parts.items() if own["id"] in rows},
            standing=standing_of(own),
            answered=answer_of(own["answered"]),
            held=held_rows(own["held"] or (), nested=True),
            last_at=as_instant(own["last_at"]) if own["last_at"] else None,
            same=own["id"] not in cases,
        )
        for own in found["beside"] or ()
    }


def _by_case(name: str, rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in read_rows(name, rows, nested=True):
        found.setdefault(row.pop("case_id"), []).append(row)
    return found


async def opening_many(database: Database, asked: Sequence[Wanted]) -> Sequence[Opening]:
    """Read what new cases need and draw a serial for each: nobody waits for another."""
    if not database.postgres:
        serials = [await _serial_sqlite(database) for _ in asked]
        return await database.looked(
            lambda own: own.hop_unchanging(lambda raw: _openings_sqlite(raw, asked, serials)),
            writing=True,
        )

    async def work(connection: Connection) -> Sequence[Opening]:
        found = await connection.fetch(many.OPENING_MANY, _asked(asked))
        return [opening_of(row) for row in sorted(found, key=lambda row: int(row["n"]))]

    return await database.looked(work)


def opening_of(found: Mapping[str, Any]) -> Opening:
    """Return what was read for a new case."""
    held = held_rows(found["held"] or (), nested=True)
    return Opening(found["serial"], answer_of(found["answered"]), standing_of(found), held)


def _select_rows(raw: sqlite3.Connection, name: str, by: str, *values: str) -> list[Row]:
    names = [c.name for c in sql.columns(name)]
    found = raw.execute(sql.select_sqlite(name, by), values)
    return read_rows(name, (dict(zip(names, row, strict=True)) for row in found), nested=False)


def _gather_sqlite(raw: sqlite3.Connection, wanted: Wanted, *, deciding: bool) -> Gathered | None:
    by = wanted.by
    found = _select_rows(raw, "cases", f"{by} = ? AND {by} <> ''", wanted.value)
    if not found:
        return None
    same = bool(wanted.seen) and found[0]["last_hash"] == wanted.seen
    parts = () if same else sql.PARTS
    rows = {name: _select_rows(raw, name, "case_id = ?", found[0]["id"]) for name in parts}
    answered, standing, held = beside_sqlite(raw, found[0]["applicant_id"], wanted.key)
    last_at = None
    if deciding:
        last = f"SELECT {sql.LAST_AT.format(case='?', n='?')}"
        at = raw.execute(last, (found[0]["id"], found[0]["last_event"])).fetchone()[0]
        last_at = as_instant(at) if at else None
    return Gathered(found[0], rows, standing, answered, held, last_at=last_at, same=same)


def beside_sqlite(
    raw: sqlite3.Connection, subject: str, key: Key
) -> tuple[Row | None, Standing, list[Row]]:
    """Read the answer kept under a key, and what is on record about an applicant."""
    found: Row = {}
    for name, text in (("barred", sql.OLDEST_BREACH), ("rated", sql.CREDIT_CLASS)):
        rows = _dicts(raw.execute(text.format(subject="?"), (subject,)))
        found[name] = rows[0] if rows else None
    found["banned"] = _dicts(raw.execute(sql.bans("?"), (subject,)))
    answers = _select_rows(raw, "idempotency", "principal = ? AND key = ?", *key)
    held = _dicts(raw.execute(sql.held("?"), (subject,)))
    return (answers[0] if answers else None), standing_of(found), held_rows(held, nested=False)


def _dicts(cursor: sqlite3.Cursor) -> list[Row]:
    """Return what a statement found, by the names it gave."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _many_sqlite(raw: sqlite3.Connection, asked: Sequence[Wanted]) -> list[Gathered | None]:
    return [_gather_sqlite(raw, wanted, deciding=True) for wanted in asked]


def _openings_sqlite(
    raw: sqlite3.Connection, asked: Sequence[Wanted], serials: Sequence[int]
) -> list[Opening]:
    found = []
    for wanted, serial in zip(asked, serials, strict=True):
        answered, standing, held = beside_sqlite(raw, wanted.value, wanted.key)
        found.append(Opening(serial, answered, standing, held))
    return found


async def _serial_sqlite(database: Database) -> int:
    """Return the next serial of this process; of those it has drawn some are skipped when it ends."""
    if not database.serials:
        async with database.seat() as connection:
            last = await connection.hop(lambda raw: draw_serials(raw, SERIALS))
        database.serials.extend(range(last - SERIALS + 1, last + 1))
    return database.serials.popleft()


def draw_serials(raw: sqlite3.Connection, many: int) -> int:
    """Draw serials for cases on SQLite, which has no sequences; return the last of them."""
    drawn = raw.execute(
        "INSERT INTO counters (name, value) VALUES ('case', :many) "
        "ON CONFLICT (name) DO UPDATE SET value = value + :many RETURNING value",
        {"many": many},
    ).fetchone()
    return int(drawn[0])
