"""What is read of a case and beside it, and how its columns become values.

A row is a plain dict of the columns of its table, without the case's id: what the values of the same name hold.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from service import jsons
from service.store import statements as sql
from service.store.columns import as_instant, rows_text

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
    same: bool = False  # as who asked has it at hand: `rows` are not read, nor need `case` be


@dataclass(slots=True)
class Opening:
    """收件前读取 — what a new application needs before it is decided."""

    serial: int  # drawn for this case alone; a number may be skipped, never given twice
    answered: Row | None
    standing: Standing
    held: list[Row]


_READ: dict[str, Callable[[Any], Any]] = {
    "instant": as_instant,
    "date": date.fromisoformat,
    "flag": bool,
    "json": lambda value: json.loads(value) if isinstance(value, str) else value,
}


def read_rows(
    name: str, rows: Iterable[Row], *, nested: bool, only: tuple[str, ...] = ()
) -> list[Row]:
    """Convert the columns that arrive as text; `nested` where JSON columns were part of a JSON document already.

    A column that came later and holds nothing gets its empty value here, as `AddedJson` gives it to other queries.
    """
    converted, empties = _conversions(name, nested, only)
    found = list(rows)
    for row in found:
        for column, read in converted:
            if row[column] is not None:
                row[column] = read(row[column])
        for column, empty in empties:
            if row[column] is None:
                row[column] = empty()
    return found


@lru_cache(maxsize=1000)
def _conversions(
    name: str, nested: bool, only: tuple[str, ...]
) -> tuple[list[tuple[str, Callable[[Any], Any]]], list[tuple[str, Callable[[], Any]]]]:
    kinds = {c: kind for c, kind in sql.kinds(name).items() if not only or c in only}
    as_it_is = {"json", "flag"} if nested else set()
    converted = [(c, _READ[kind]) for c, kind in kinds.items() if kind not in as_it_is]
    return converted, [(c, empty) for c, empty in sql.empties(name).items() if c in kinds]


def as_stored(name: str, rows: Sequence[Row]) -> list[Row]:
    """Return rows that were written, all with the same columns, as they will be read."""
    text = rows_text(rows, sql.open_columns(name))
    return read_rows(name, jsons.read(text), nested=True, only=tuple(rows[0]))


def held_rows(rows: Iterable[Row], *, nested: bool) -> list[Row]:
    """Convert what was read of someone's certificates."""
    found = read_rows("certificates", rows, nested=nested, only=sql.HELD_COLUMNS)
    for row in found:
        if isinstance(row["replaced_on"], str):
            row["replaced_on"] = date.fromisoformat(row["replaced_on"])
        row["renewing"] = bool(row["renewing"])
    return found


def standing_of(found: Mapping[str, Any]) -> Standing:
    """Return what was found on record about an applicant."""
    barred, rated = found["barred"], found["rated"]
    if barred:
        barred = {**barred, "recorded_at": as_instant(barred["recorded_at"])}
    if rated:
        rated = {
            **rated,
            "since_on": date.fromisoformat(rated["since_on"]),
            "serious": bool(rated["serious"]),
        }
    return Standing(barred, rated, tuple(read_rows("bans", found["banned"] or (), nested=True)))


def answer_of(row: Row | None) -> Row | None:
    """Convert a kept answer, where there is one."""
    return read_rows("idempotency", [row], nested=True)[0] if row else None
