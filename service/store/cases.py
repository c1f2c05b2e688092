"""Reading and writing a whole case: the hot path, one round trip each.

A row is a plain dict of the columns of its table, without the case's id: what the values of the same name hold.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.errors import CaseChanged
from service.store import statements as sql
from service.store.columns import as_instant, instant_text, json_text
from service.store.database import Connection
from service.store.faults import KeyTaken, taken

Row = dict[str, Any]
Key = tuple[str, str]  # who asks, and the Idempotency-Key


@dataclass(slots=True)
class Standing:
    """信用状况 — what is on record about the applicant in all cases, as far as it decides (R-NCP-3, R-SUP-2)."""

    barred: Row | None = None  # {number, kind, recorded_at} of a breach that was not repaired
    rated: Row | None = None  # {since_on, grade, serious, source}: the class of credit that counts now
    banned: tuple[Row, ...] = ()  # {n, subject, item, ground, from_on, until_on, basis}: what may not be applied for

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
    held: list[Row] = field(default_factory=list)  # the applicant's certificates (any case): the columns of `HELD`


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


def _read(name: str, rows: Iterable[Row], *, nested: bool, only: tuple[str, ...] = ()) -> list[Row]:
    """Convert the columns that arrive as text; `nested` where JSON columns were part of a JSON document already."""
    kinds = {c: kind for c, kind in sql.kinds(name).items() if not only or c in only}
    converted = [(c, _READ[kind]) for c, kind in kinds.items() if not (nested and kind in {"json", "flag"})]
    found = list(rows)
    for row in found:
        for column, read in converted:
            if row[column] is not None:
                row[column] = read(row[column])
    return found


async def gather(tx: Connection, *, number: str = "", case_id: str = "", key: Key = ("", "")) -> Gathered | None:
    """Lock a case by its number or id and read it whole, with the answer stored under `key`.

    What is returned was read after the lock was held: nobody can change it until this transaction ends.
    """
    return await _gather(tx, number=number, case_id=case_id, key=key, lock=True)


async def look(connection: Connection, *, number: str = "", case_id: str = "") -> Gathered | None:
    """Read a case whole without locking it: for showing, never for deciding."""
    return await _gather(connection, number=number, case_id=case_id, key=("", ""), lock=False)


async def _gather(tx: Connection, *, number: str, case_id: str, key: Key, lock: bool) -> Gathered | None:
    by, value = ("id", case_id) if case_id else ("number", number)
    if not value:
        return None
    if not tx.postgres:
        return await tx.hop(lambda raw: _gather_sqlite(raw, by, value, key))
    statement = sql.gather_postgres(by, "FOR UPDATE OF c" if lock else "")
    found = await tx.fetchrow(statement, value, *key)
    if found is not None and found["version"] != found["snapshot"]:
        # The lock was waited for: the parts are older than the case row. It is held now, so this cannot happen again.
        found = await tx.fetchrow(statement, value, *key)
    if found is None:
        return None
    return Gathered(
        case=_read("cases", [found["cases"]], nested=True)[0],
        rows={n: _read(n, found[n] or (), nested=True) for n in sql.PARTS},
        standing=_standing(found),
        answered=_answer(found["answered"]),
        held=_held(found["held"] or (), nested=True),
    )


def _held(rows: Iterable[Row], *, nested: bool) -> list[Row]:
    found = _read("certificates", rows, nested=nested, only=sql.HELD)
    for row in found:
        if isinstance(row["replaced_on"], str):
            row["replaced_on"] = date.fromisoformat(row["replaced_on"])
    return found


def _standing(found: Mapping[str, Any]) -> Standing:
    barred, rated = found["barred"], found["rated"]
    if barred:
        barred = {**barred, "recorded_at": as_instant(barred["recorded_at"])}
    if rated:
        rated = {**rated, "since_on": date.fromisoformat(rated["since_on"]), "serious": bool(rated["serious"])}
    return Standing(barred, rated, tuple(_read("bans", found["banned"] or (), nested=True)))


def _answer(row: Row | None) -> Row | None:
    return _read("idempotency", [row], nested=True)[0] if row else None


def _select(raw: sqlite3.Connection, name: str, by: str, *values: str) -> list[Row]:
    names = [c.name for c in sql.columns(name)]
    found = raw.execute(sql.select_sqlite(name, by), values)
    return _read(name, (dict(zip(names, row, strict=True)) for row in found), nested=False)


def _gather_sqlite(raw: sqlite3.Connection, by: str, value: str, key: Key) -> Gathered | None:
    found = _select(raw, "cases", f"{by} = ? AND {by} <> ''", value)
    if not found:
        return None
    rows = {name: _select(raw, name, "case_id = ?", found[0]["id"]) for name in sql.PARTS}
    answered, standing, held = _beside_sqlite(raw, found[0]["applicant_id"], key)
    return Gathered(found[0], rows, standing, answered, held)


def _beside_sqlite(raw: sqlite3.Connection, subject: str, key: Key) -> tuple[Row | None, Standing, list[Row]]:
    found: Row = {}
    for name, text in (("barred", sql.BARRED), ("rated", sql.RATED)):
        cursor = raw.execute(text.format(subject="?"), (subject,))
        row = cursor.fetchone()
        found[name] = dict(zip((c[0] for c in cursor.description), row, strict=True)) if row else None
    rows = raw.execute(sql.bans("?"), (subject,))
    found["banned"] = [dict(zip(sql.BANS, row, strict=True)) for row in rows]
    answers = _select(raw, "idempotency", "principal = ? AND key = ?", *key)
    held = (dict(zip((*sql.HELD, "replaced_on"), row, strict=True)) for row in raw.execute(sql.held("?"), (subject,)))
    return (answers[0] if answers else None), _standing(found), _held(held, nested=False)


async def opening(tx: Connection, *, applicant_id: str, key: Key = ("", "")) -> Opening:
    """Draw a serial for a new case, with the answer stored under `key` and the applicant's standing.

    On PostgreSQL a sequence is drawn from: applications that arrive together do not wait for each other.
    """
    if tx.postgres:
        found = await tx.fetchrow(sql.OPENING_POSTGRES, applicant_id, *key)
        held = _held(found["held"] or (), nested=True)
        return Opening(found["serial"], _answer(found["answered"]), _standing(found), held)

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
) -> None:
    """Write what an action changed: the case row, its parts (whole rows) and its new events and messages.

    `case_row` needs `id` and the new `version`; of an existing case only the columns that changed. `seen_version` is
    the version that was decided on, None for a new case. `idempotency` holds `principal, key, request_hash, status,
    response, created_at`. Everything is written or nothing.

    Raises CaseChanged if the case has moved on, KeyTaken if the same key was answered meanwhile. After either leave the
    transaction.
    """
    if seen_version is not None and case_row["version"] <= seen_version:
        raise ValueError("a change moves the version on: without that two writers could both believe they were first")
    parts = tuple(name for name in (*sql.PARTS, *sql.ADDED_ONLY) if rows.get(name))
    try:
        if tx.postgres:
            written = await _record_postgres(tx, case_row, rows, parts, seen_version, idempotency)
        else:
            written = await tx.hop(lambda raw: _record_sqlite(raw, case_row, rows, parts, seen_version, idempotency))
    except Exception as error:
        if taken(error, "idempotency"):
            raise KeyTaken from error
        if seen_version is None and taken(error, "cases"):
            raise CaseChanged(seen=None) from error
        raise
    if not written:
        raise CaseChanged(seen=seen_version)


async def _record_postgres(
    tx: Connection,
    case_row: Row,
    rows: Mapping[str, Sequence[Row]],
    parts: tuple[str, ...],
    seen_version: int | None,
    idempotency: Row | None,
) -> bool:
    statement = sql.record_postgres(
        new=seen_version is None, case_columns=tuple(case_row), parts=parts, answered=idempotency is not None
    )
    values = [json_text(rows[name]) for name in parts]
    if idempotency is not None:
        values.append(json_text(idempotency))
    found = await tx.fetchrow(statement, json_text(case_row), case_row["id"], seen_version, *values)
    return bool(found["written"])


_WRITE: dict[str, Callable[[Any], Any]] = {
    "instant": instant_text,
    "date": date.isoformat,
    "flag": int,
    "json": json_text,
}


def _written(name: str, row: Row) -> Row:
    kinds = sql.kinds(name)
    return {c: _WRITE[kinds[c]](v) if v is not None and c in kinds else v for c, v in row.items()}


def _record_sqlite(
    raw: sqlite3.Connection,
    case_row: Row,
    rows: Mapping[str, Sequence[Row]],
    parts: tuple[str, ...],
    seen_version: int | None,
    idempotency: Row | None,
) -> bool:
    statement = sql.case_sqlite(new=seen_version is None, case_columns=tuple(case_row))
    if not raw.execute(statement, _written("cases", case_row) | {"seen_version": seen_version}).rowcount:
        return False
    own = {"case_id": case_row["id"]}
    for name in parts:
        raw.executemany(sql.part_sqlite(name), [_written(name, row) | own for row in rows[name]])
    if idempotency is not None:
        raw.execute(sql.answer_sqlite(), _written("idempotency", idempotency) | own)
    return True
