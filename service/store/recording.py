"""Recording what was decided: one case, or many that come together, each wholly or not at all.

Numbers without a gap are drawn where it is recorded: what holds them is made when they are known, and made anew where
somebody else drew meanwhile.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import CaseChanged
from service.store import batch_statements as many
from service.store import counters
from service.store import statements as sql
from service.store.columns import instant_text, json_text, rows_text
from service.store.connection import Connection
from service.store.counting import Drawing, Series
from service.store.database import Database
from service.store.faults import (
    UNKNOWN,
    KeyTaken,
    NotAlone,
    Outdrawn,
    Overtaken,
    Unanswered,
    alone_helps,
    outdrawn,
    taken,
)
from service.store.rows import Row

TRIES = (
    3  # before what draws from a series that others draw from all the time does so in a transaction
)


@dataclass(frozen=True, slots=True)
class Told:
    """记录内容 — what a step changed; see `cases.record`."""

    case_row: Row
    rows: Mapping[str, Sequence[Row]]
    seen_version: int | None
    idempotency: Row | None = None

    def __post_init__(self) -> None:
        """Refuse a change that does not move the version on: two writers could both believe they were first."""
        if self.seen_version is not None and self.case_row["version"] <= self.seen_version:
            raise ValueError("a change moves the version on")

    @property
    def parts(self) -> tuple[str, ...]:
        """Tell which tables have rows, in the order in which they are written."""
        return tuple(name for name in (*sql.PARTS, *sql.ADDED_ONLY) if self.rows.get(name))


Make = Callable[[Mapping[str, int]], Told]


@dataclass(frozen=True, slots=True)
class Sheet:
    """待记一笔 — one of those to be recorded together: `make` makes it from the first number it draws of each series."""

    make: Make
    wanted: Mapping[str, int]


def lost(error: Exception, told: Told) -> Exception:
    """Return what a failure means if somebody else was faster, else the failure itself."""
    found: Exception = error
    if taken(error, "idempotency"):
        found = KeyTaken()
    elif told.seen_version is None and taken(error, "cases"):
        found = CaseChanged(seen=None)
    elif outdrawn(error):
        found = Outdrawn(seen=told.seen_version)
    if found is not error:
        found.__cause__ = error
    return found


async def record_one(tx: Connection, told: Told, drawing: Drawing | None = None) -> None:
    """Write what one step changed. Raises what `cases.record` raises; Outdrawn if the series of `drawing` moved on."""
    try:
        if tx.postgres:
            written = await _one_postgres(tx, told, drawing)
        else:
            written = await tx.hop(lambda raw: one_sqlite(raw, told))
    except Exception as error:
        meant = lost(error, told)
        if meant is error:  # it has its cause, and may not be its own
            raise
        raise meant from error
    if not written:
        raise Overtaken(seen=told.seen_version)
    tx.wrote = True


async def _one_postgres(tx: Connection, told: Told, drawing: Drawing | None) -> bool:
    statement = sql.record_postgres(
        new=told.seen_version is None,
        case_columns=tuple(told.case_row),
        parts=told.parts,
        answered=told.idempotency is not None,
        drawing=drawing is not None,
    )
    values: list[Any] = [_text(name, told.rows[name]) for name in told.parts]
    if told.idempotency is not None:
        values.append(json_text(told.idempotency))
    if drawing is not None:
        values += [drawing.series, drawing.seen, drawing.many]
    write = tx.fetchrow if tx.held else tx.settle
    row, case_id = json_text(told.case_row), told.case_row["id"]
    found = await write(statement, row, case_id, told.seen_version, *values)
    return bool(found["written"])


# --- many ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Going:
    """One of a batch on its way: what it draws, and what is made of it for this try."""

    sheet: Sheet
    drawings: Sequence[Drawing] = ()
    told: Told | None = None
    answer: Exception | None = None
    over: bool = False

    def end(self, answer: Exception | None = None) -> None:
        """Learn that it was recorded, or why not."""
        self.answer, self.over = answer, True


async def record_many(database: Database, sheets: Sequence[Sheet]) -> Sequence[Exception | bool]:
    """Record a batch, each of it or not: True for what is durable, Overtaken for a case that has moved on.

    NotAlone for what another transaction holds, or draws from all the time: it has to wait in a transaction of its own.
    Raises Unavailable if it is not known what became of it.
    """
    going = [_Going(sheet) for sheet in sheets]
    rest: Callable[[], Exception] = NotAlone
    try:
        async with database.seat() as connection:
            for _ in range(TRIES):
                left = await _made(database, connection, [each for each in going if not each.over])
                if not left:
                    break
                await _write(connection, left)
                _remember(database, left)
    except Exception as error:
        if not any(each.over for each in going):
            raise
        if not alone_helps(error):  # of those that are over it is known all the same
            rest = _unanswered
    for each in going:
        if not each.over:
            each.end(rest())
    return [each.answer or True for each in going]


def _unanswered() -> Exception:
    return Unanswered(UNKNOWN)


async def _made(database: Database, connection: Connection, left: Sequence[_Going]) -> list[_Going]:
    """Make what is to be written, and return of whom; those that draw from one series follow each other."""
    last: dict[str, int] = {}
    found: dict[str, _Going] = {}
    for name in sorted({name for each in left for name in each.sheet.wanted}):
        known = database.series.setdefault(name, Series()).taken()
        last[name] = await counters.last_of(connection, name) if known is None else known
    for each in left:
        wanted = each.sheet.wanted
        each.drawings = [Drawing(name, last[name], wanted[name]) for name in wanted]
        try:
            each.told = each.sheet.make({name: last[name] + 1 for name in wanted})
        except Exception as error:  # noqa: BLE001 - whoever made it is told
            each.end(error)
            continue
        if found.setdefault(each.told.case_row["id"], each) is not each:
            each.end(NotAlone())  # another one of the same case: two of them never stand together
            continue
        last |= {name: last[name] + wanted[name] for name in wanted}
    return list(found.values())


async def _write(connection: Connection, left: Sequence[_Going]) -> None:
    if not connection.postgres:
        await _write_sqlite(connection, left)
    elif len(left) == 1 and len(left[0].drawings) <= 1:
        await _write_one(connection, left[0])
    else:
        await _write_many(connection, left)


def _remember(database: Database, left: Sequence[_Going]) -> None:
    """Learn from what was recorded how far each series is."""
    drew: dict[str, list[_Going]] = {}
    for each in left:
        for drawing in each.drawings:
            drew.setdefault(drawing.series, []).append(each)
    for name, those in drew.items():
        if all(each.over and each.answer is None for each in those):
            database.series[name].drawn(_end(those[-1], name))
        elif not any(isinstance(each.answer, Overtaken) for each in those):
            database.series[name].missed()


def _end(each: _Going, name: str) -> int:
    return next(d.seen + d.many for d in each.drawings if d.series == name)


async def _write_one(connection: Connection, each: _Going) -> None:
    assert each.told is not None
    try:
        await record_one(connection, each.told, *each.drawings)
    except Outdrawn:
        return
    except (Overtaken, KeyTaken, CaseChanged) as error:
        each.end(error)
    else:
        each.end()


async def _write_many(connection: Connection, left: Sequence[_Going]) -> None:
    statement, values = _for_many(left)
    found = await connection.settle(statement, *values)
    stood, there = set(found["stood"]), set(found["there"])
    for each in left:
        assert each.told is not None
        case_id, seen = each.told.case_row["id"], each.told.seen_version
        if case_id in stood:
            each.end()
        elif seen is not None and case_id not in there:
            each.end(Overtaken(seen=seen))
        elif not each.drawings:
            each.end(NotAlone())


def _for_many(left: Sequence[_Going]) -> tuple[str, list[str]]:
    """Return the statement that records these, and its values."""
    tolds = [each.told for each in left if each.told is not None]
    new = [told.case_row for told in tolds if told.seen_version is None]
    old = [told.case_row for told in tolds if told.seen_version is not None]
    parts = {name for told in tolds for name in told.parts}
    answers = [
        {**told.idempotency, "case_id": told.case_row["id"]} for told in tolds if told.idempotency
    ]
    ordered = tuple(name for name in (*sql.PARTS, *sql.ADDED_ONLY) if name in parts)
    drawn = _drawn(left)
    statement = many.record_many(
        new=_named(new),
        changed=_named(old),
        parts=ordered,
        answered=bool(answers),
        drawing=bool(drawn),
    )
    values = [json_text([_seen(each) for each in left])]
    values += [json_text(drawn)] if drawn else []
    values += [_text("cases", given) for given in (new, old) if given]
    values += [
        _text(
            name,
            [
                {**row, "case_id": told.case_row["id"]}
                for told in tolds
                for row in told.rows.get(name, ())
            ],
        )
        for name in ordered
    ]
    values += [_text("idempotency", answers)] if answers else []
    return statement, values


def _text(name: str, rows: Sequence[Row]) -> str:
    return rows_text(rows, sql.open_columns(name))


def _named(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({name for row in rows for name in row}))


def _seen(each: _Going) -> Row:
    assert each.told is not None
    row = each.told.case_row
    return {"id": row["id"], "seen": each.told.seen_version, "changed": f",{','.join(row)},"}


def _drawn(left: Sequence[_Going]) -> list[Row]:
    """Return what is drawn, and which series are drawn from together by one of them, directly or by way of others."""
    groups: dict[str, set[str]] = {}
    for each in left:
        own = {drawing.series for drawing in each.drawings}
        whole = own.union(*(groups[name] for name in own if name in groups))
        groups |= dict.fromkeys(whole, whole)
    place = {name: n for n, name in enumerate(groups)}
    return [
        {
            "id": each.told.case_row["id"],
            "series": drawing.series,
            "drawn": drawing.seen,
            "many": drawing.many,
            "together": min(place[name] for name in groups[drawing.series]),
        }
        for each in left
        if each.told is not None
        for drawing in each.drawings
    ]


# --- SQLite -------------------------------------------------------------------------------------------------------

_WRITE: dict[str, Callable[[Any], Any]] = {
    "instant": instant_text,
    "date": date.isoformat,
    "flag": int,
    "json": json_text,
}


def _written_row(name: str, row: Row) -> Row:
    kinds = sql.kinds(name)
    return {c: _WRITE[kinds[c]](v) if v is not None and c in kinds else v for c, v in row.items()}


async def _write_sqlite(connection: Connection, left: Sequence[_Going]) -> None:
    """Write them one after the other in one transaction; nobody is told anything before its commit."""
    answers = await connection.hop_whole(lambda raw: [_one_of_many(raw, each) for each in left])
    for each, answer in zip(left, answers, strict=True):
        if not isinstance(answer, Outdrawn):
            each.end(answer)


def _one_of_many(raw: sqlite3.Connection, each: _Going) -> Exception | None:
    """Write one of a batch, or nothing of it; return why not. Raises what befalls all of them: a full disk, a lost file."""
    told = each.told
    assert told is not None
    raw.execute("SAVEPOINT one")
    answer: Exception | None = None
    try:
        if not all(_draw_sqlite(raw, drawing) for drawing in each.drawings):
            answer = Outdrawn(seen=told.seen_version)
        elif not one_sqlite(raw, told):
            answer = Overtaken(seen=told.seen_version)
    except sqlite3.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whoever it is of is told
        answer = lost(error, told)
    if answer is not None:
        raw.execute("ROLLBACK TO one")
    raw.execute("RELEASE one")
    return answer


_MOVED_ON = (  # from the number that it must still have; a series of which nothing was drawn need not be there
    "INSERT INTO counters (name, value) SELECT :name, :seen + :many "
    "WHERE :seen = 0 OR EXISTS (SELECT 1 FROM counters WHERE name = :name) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value = :seen"
)


def _draw_sqlite(raw: sqlite3.Connection, drawing: Drawing) -> bool:
    given = {"name": drawing.series, "seen": drawing.seen, "many": drawing.many}
    return raw.execute(_MOVED_ON, given).rowcount == 1


def one_sqlite(raw: sqlite3.Connection, told: Told) -> bool:
    """Write what one step changed inside a transaction; tell whether its case was as it had been seen."""
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
