"""Reading and writing a whole case: the hot path, one round trip each.

A row is a plain dict of the columns of its table, without the case's id: what the values of the same name hold.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.errors import CaseChanged
from service.store import statements as sql
from service.store.columns import as_instant, instant_text, json_text
from service.store.counting import Drawing
from service.store.database import Connection
from service.store.faults import KeyTaken, Outdrawn, Overtaken, outdrawn, taken

Row = dict[str, Any]
Key = tuple[str, str]  # who asks, and the Idempotency-Key


@dataclass(slots=True)
class Standing:
    """信用状况 — what is on record about the applicant in all cases, as far as it decides (R-NCP-3, R-SUP-2)."""

    barred: Row | None = None  # {number, kind, recorded_at} of a breach that was not repaired
    rated: Row | None = None  # {since_on, grade, serious, source}: the class that counts now
    banned: tuple[Row, ...] = ()  # rows of `bans`: what may not be applied for

    @property
    def excluded(self) -> bool:
        """Tell whether the applicant may not use 告知承诺."""
        return bool(self.barred or (self.rated and self.rated["serious"]))


@dataclass(slots=True)
class Gathered:
    """一次读取 — a case with all its parts, and what else deciding needs."""

    case: Row
    rows: dict[str, list[Row]]  # by table; neither events nor messages
    standing: Standing
    answered: Row | None = None  # the stored answer under the key asked for
    # the applicant's certificates (any case): the columns of `HELD_COLUMNS`
    held: list[Row] = field(default_factory=list)
    # for deciding: when its last event was written down
    last_at: datetime | None = None


@dataclass(slots=True)
class Opening:
    """收件前读取 — what a new application needs before it is decided."""

    serial: int  # drawn for this case alone; a number may be skipped, never given twice
    answered: Row | None
    standing: Standing
    held: list[Row]


# --- reading ----------------------------------------------------------------------------------------------------

_READ: dict[str, Callable[[Any], Any]] = {
    "instant": as_instant,
    "date": date.fromisoformat,
    "flag": bool,
    "json": lambda value: json.loads(value) if isinstance(value, str) else value,
}


def _read_rows(
    name: str, rows: Iterable[Row], *, nested: bool, only: tuple[str, ...] = ()
) -> list[Row]:
    """Convert the columns that arrive as text; `nested` where JSON columns were part of a JSON document already.

    A column that came later and holds nothing gets its empty value here, as `AddedJson` gives it to other queries.
    """
    kinds = {c: kind for c, kind in sql.kinds(name).items() if not only or c in only}
    empties = [(c, empty) for c, empty in sql.empties(name).items() if c in kinds]
    converted = [
        (c, _READ[kind]) for c, kind in kinds.items() if not (nested and kind in {"json", "flag"})
    ]
    found = list(rows)
    for row in found:
        for column, read in converted:
            if row[column] is not None:
                row[column] = read(row[column])
        for column, empty in empties:
            if row[column] is None:
                row[column] = empty()
    return found


async def gather(
    tx: Connection, *, number: str = "", case_id: str = "", key: Key = ("", "")
) -> Gathered | None:
    """Read a case by its number or id whole for deciding, with the answer stored under `key`.

    In a transaction it is locked, and what is returned was read after that: nobody can change it until the transaction
    ends. Outside one `record` tells whether somebody did.
    """
    return await _gather(tx, number=number, case_id=case_id, key=key, deciding=True)


async def look(connection: Connection, *, number: str = "", case_id: str = "") -> Gathered | None:
    """Read a case whole without locking it: for showing, never for deciding."""
    return await _gather(connection, number=number, case_id=case_id, key=("", ""), deciding=False)


async def _gather(
    tx: Connection, *, number: str, case_id: str, key: Key, deciding: bool
) -> Gathered | None:
    by, value = ("id", case_id) if case_id else ("number", number)
    if not value:
        return None
    if not tx.postgres:
        return await tx.hop(lambda raw: _gather_sqlite(raw, by, value, key, deciding=deciding))
    statement = sql.gather_postgres(by, "FOR UPDATE OF c" if deciding and tx.held else "")
    found = await tx.fetchrow(statement, value, *key)
    if found is not None and found["version"] != found["snapshot"]:
        # The lock was waited for: the parts are older than the case row. It is held now, so this cannot happen again.
        found = await tx.fetchrow(statement, value, *key)
    if found is None:
        return None
    return Gathered(
        case=_read_rows("cases", [found["cases"]], nested=True)[0],
        rows={n: _read_rows(n, found[n] or (), nested=True) for n in sql.PARTS},
        standing=_standing_of(found),
        answered=_answer_of(found["answered"]),
        held=_held_rows(found["held"] or (), nested=True),
        last_at=found["last_at"] if deciding else None,
    )


def _held_rows(rows: Iterable[Row], *, nested: bool) -> list[Row]:
    found = _read_rows("certificates", rows, nested=nested, only=sql.HELD_COLUMNS)
    for row in found:
        if isinstance(row["replaced_on"], str):
            row["replaced_on"] = date.fromisoformat(row["replaced_on"])
    return found


def _standing_of(found: Mapping[str, Any]) -> Standing:
    barred, rated = found["barred"], found["rated"]
    if barred:
        barred = {**barred, "recorded_at": as_instant(barred["recorded_at"])}
    if rated:
        rated = {
            **rated,
            "since_on": date.fromisoformat(rated["since_on"]),
            "serious": bool(rated["serious"]),
        }
    return Standing(barred, rated, tuple(_read_rows("bans", found["banned"] or (), nested=True)))


def _answer_of(row: Row | None) -> Row | None:
    return _read_rows("idempotency", [row], nested=True)[0] if row else None


def _select_rows(raw: sqlite3.Connection, name: str, by: str, *values: str) -> list[Row]:
    names = [c.name for c in sql.columns(name)]
    found = raw.execute(sql.select_sqlite(name, by), values)
    return _read_rows(name, (dict(zip(names, row, strict=True)) for row in found), nested=False)


def _gather_sqlite(
    raw: sqlite3.Connection, by: str, value: str, key: Key, *, deciding: bool
) -> Gathered | None:
    found = _select_rows(raw, "cases", f"{by} = ? AND {by} <> ''", value)
    if not found:
        return None
    rows = {name: _select_rows(raw, name, "case_id = ?", found[0]["id"]) for name in sql.PARTS}
    answered, standing, held = _beside_sqlite(raw, found[0]["applicant_id"], key)
    last_at = None
    if deciding:
        last = f"SELECT {sql.LAST_AT.format(case='?', n='?')}"
        at = raw.execute(last, (found[0]["id"], found[0]["last_event"])).fetchone()[0]
        last_at = as_instant(at) if at else None
    return Gathered(found[0], rows, standing, answered, held, last_at)


def _beside_sqlite(
    raw: sqlite3.Connection, subject: str, key: Key
) -> tuple[Row | None, Standing, list[Row]]:
    found: Row = {}
    for name, text in (("barred", sql.OLDEST_BREACH), ("rated", sql.CREDIT_CLASS)):
        rows = _dicts(raw.execute(text.format(subject="?"), (subject,)))
        found[name] = rows[0] if rows else None
    found["banned"] = _dicts(raw.execute(sql.bans("?"), (subject,)))
    answers = _select_rows(raw, "idempotency", "principal = ? AND key = ?", *key)
    held = _dicts(raw.execute(sql.held("?"), (subject,)))
    return (answers[0] if answers else None), _standing_of(found), _held_rows(held, nested=False)


def _dicts(cursor: sqlite3.Cursor) -> list[Row]:
    """Return what a statement found, by the names it gave."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


async def opening(tx: Connection, *, applicant_id: str, key: Key = ("", "")) -> Opening:
    """Draw a serial for a new case, with the answer stored under `key` and the applicant's standing.

    On PostgreSQL a sequence is drawn from: applications that arrive together do not wait for each other.
    """
    if tx.postgres:
        found = await tx.fetchrow(sql.OPENING_POSTGRES, applicant_id, *key)
        held = _held_rows(found["held"] or (), nested=True)
        return Opening(found["serial"], _answer_of(found["answered"]), _standing_of(found), held)

    def work(raw: sqlite3.Connection) -> Opening:
        answered, standing, held = _beside_sqlite(raw, applicant_id, key)
        drawn = raw.execute(
            "INSERT INTO counters (name, value) VALUES ('case', 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        ).fetchone()
        return Opening(drawn[0], answered, standing, held)

    return await tx.hop(work)


# --- writing ----------------------------------------------------------------------------------------------------


async def record(
    tx: Connection,
    case_row: Row,
    rows: Mapping[str, Sequence[Row]],
    *,
    seen_version: int | None,
    idempotency: Row | None = None,
    drawn: Drawing | None = None,
) -> None:
    """Write what an action changed: the case row, its parts (whole rows) and its new events and messages.

    `case_row` needs `id` and the new `version`; of an existing case only the columns that changed. `seen_version` is
    the version that was decided on, None for a new case. `idempotency` holds `principal, key, request_hash, status,
    response, created_at`. `drawn` is for outside a transaction. Everything is written or nothing.

    Raises Overtaken if the case has moved on or its number was drawn, KeyTaken if the same key was answered meanwhile.
    After either leave the transaction.
    """
    if seen_version is not None and case_row["version"] <= seen_version:
        # without that two writers could both believe they were first
        raise ValueError("a change moves the version on")
    parts = tuple(name for name in (*sql.PARTS, *sql.ADDED_ONLY) if rows.get(name))
    told = _Told(case_row, rows, parts, seen_version, idempotency, drawn)
    try:
        if tx.postgres:
            written = await _record_postgres(tx, told)
        else:
            written = await tx.hop(lambda raw: _record_sqlite(raw, told))
    except Exception as error:
        lost = _lost(error, told)
        if lost is None:
            raise
        raise lost from error
    if not written:
        raise Overtaken(seen=seen_version)
    tx.wrote = True


@dataclass(frozen=True, slots=True)
class _Told:
    """What is to be written at once."""

    case_row: Row
    rows: Mapping[str, Sequence[Row]]
    parts: tuple[str, ...]
    seen_version: int | None
    idempotency: Row | None
    drawn: Drawing | None


def _lost(error: Exception, told: _Told) -> Exception | None:
    """Return what a failure means if somebody else was faster, else None."""
    if taken(error, "idempotency"):
        return KeyTaken()
    if told.seen_version is None and taken(error, "cases"):
        return CaseChanged(seen=None)
    if told.drawn is not None and outdrawn(error):
        return Outdrawn(seen=told.seen_version)
    return None


async def _record_postgres(tx: Connection, told: _Told) -> bool:
    statement = sql.record_postgres(
        new=told.seen_version is None,
        case_columns=tuple(told.case_row),
        parts=told.parts,
        answered=told.idempotency is not None,
        drawing=told.drawn is not None,
    )
    values: list[Any] = [json_text(told.rows[name]) for name in told.parts]
    if told.idempotency is not None:
        values.append(json_text(told.idempotency))
    if told.drawn is not None:
        values += [told.drawn.series, told.drawn.seen, told.drawn.many]
    write = tx.fetchrow if tx.held else tx.settle
    row, case_id = json_text(told.case_row), told.case_row["id"]
    found = await write(statement, row, case_id, told.seen_version, *values)
    return bool(found["written"])


_WRITE: dict[str, Callable[[Any], Any]] = {
    "instant": instant_text,
    "date": date.isoformat,
    "flag": int,
    "json": json_text,
}


def _written_row(name: str, row: Row) -> Row:
    kinds = sql.kinds(name)
    return {c: _WRITE[kinds[c]](v) if v is not None and c in kinds else v for c, v in row.items()}


def _record_sqlite(raw: sqlite3.Connection, told: _Told) -> bool:
    case_row = told.case_row
    statement = sql.case_sqlite(new=told.seen_version is None, case_columns=tuple(case_row))
    values = _written_row("cases", case_row) | {"seen_version": told.seen_version}
    if not raw.execute(statement, values).rowcount:
        return False
    own = {"case_id": case_row["id"]}
    for name in told.parts:
        raw.executemany(
            sql.part_sqlite(name), [_written_row(name, row) | own for row in told.rows[name]]
        )
    if told.idempotency is not None:
        raw.execute(sql.answer_sqlite(), _written_row("idempotency", told.idempotency) | own)
    return True
