"""Reading and writing a whole case: the hot path, one round trip each, together with others where verbs come together."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.store import counters, recording
from service.store import statements as sql
from service.store.connection import Connection
from service.store.exchanging import Exchange
from service.store.gathering import (
    Wanted,
    beside_sqlite,
    draw_serials,
    gather_many,
    gathered,
    opening_many,
    opening_of,
)
from service.store.recording import Make, Sheet, Told
from service.store.rows import Gathered, Key, Opening, Row, Standing

__all__ = [
    "Gathered",
    "Key",
    "Opening",
    "Row",
    "Standing",
    "Told",
    "gather",
    "look",
    "opening",
    "record",
    "record_numbered",
]

NOBODY = ("", "")


async def gather(
    tx: Connection, *, number: str = "", case_id: str = "", key: Key = NOBODY, seen: str = ""
) -> Gathered | None:
    """Read a case by its number or id whole for deciding, with the answer stored under `key`.

    Outside a transaction not again what the caller has at hand, if its last event is still the one with the hash `seen`.

    In a transaction it is locked, and what is returned was read after that: nobody can change it until the transaction
    ends. Outside one `record` tells whether somebody did, and nobody of this process decides on it meanwhile.
    """
    wanted = Wanted(case_id or number, key, "id" if case_id else "number", seen)
    if not wanted.value:
        return None
    if isinstance(tx, Exchange):
        await tx.claim((wanted.by, wanted.value))
        return await tx.together("gather", gather_many, wanted)
    return await gathered(tx, replace(wanted, seen=""), deciding=True)


async def look(connection: Connection, *, number: str = "", case_id: str = "") -> Gathered | None:
    """Read a case whole without locking it: for showing, never for deciding."""
    wanted = Wanted(case_id or number, NOBODY, "id" if case_id else "number")
    return await gathered(connection, wanted, deciding=False) if wanted.value else None


async def opening(tx: Connection, *, applicant_id: str, key: Key = NOBODY) -> Opening:
    """Draw a serial for a new case, with the answer stored under `key` and the applicant's standing.

    On PostgreSQL a sequence is drawn from: applications that arrive together do not wait for each other.
    """
    if isinstance(tx, Exchange):
        if key != NOBODY:
            await tx.claim(key)
        return await tx.together("opening", opening_many, Wanted(applicant_id, key))
    if tx.postgres:
        return opening_of(await tx.fetchrow(sql.OPENING_POSTGRES, applicant_id, *key))

    def work(raw: sqlite3.Connection) -> Opening:
        answered, standing, held = beside_sqlite(raw, applicant_id, key)
        return Opening(draw_serials(raw, 1), answered, standing, held)

    return await tx.hop(work)


async def record(
    tx: Connection,
    case_row: Row,
    rows: Mapping[str, Sequence[Row]],
    *,
    seen_version: int | None,
    idempotency: Row | None = None,
) -> None:
    """Write what an action changed: the case row, its parts (whole rows) and its new events and messages.

    `case_row` needs `id` and the new `version`; of an existing case only the columns that changed. `seen_version` is
    the version that was decided on, None for a new case. `idempotency` holds `principal, key, request_hash, status,
    response, created_at`. Everything is written or nothing.

    Raises Overtaken if the case has moved on, KeyTaken if the same key was answered meanwhile; NotAlone outside a
    transaction if another one holds the case. After any of them leave the transaction.
    """
    told = Told(case_row, rows, seen_version, idempotency)
    await record_numbered(tx, {}, lambda _: told)


async def record_numbered(tx: Connection, wanted: Mapping[str, int], make: Make) -> None:
    """Draw `wanted[name]` numbers of each series without a gap, and write what `make` makes of the first of each.

    It may be made more than once: what counts is what was made last. Raises what `record` raises.
    """
    if not isinstance(tx, Exchange):
        await recording.record_one(tx, make(await counters.draw(tx, wanted)))
        return
    tx.wrote = True
    await tx.together("record", recording.record_many, Sheet(make, wanted))
