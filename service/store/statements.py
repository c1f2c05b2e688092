"""The text of the statements that read and write a whole case, made once from the tables.

On PostgreSQL a case is read by one statement and written by one, its rows travelling as JSON; on SQLite the same is a
run of small statements inside one change of thread.
"""

# ruff: noqa: S608 - every name in these texts is one of a declared table; every value travels as a parameter

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from service.store import offices, principals, tables
from service.store.columns import LAST_DAY, AddedJson, FoldedJson, UtcDateTime

_DECLARED = (
    tables.Case,
    offices.Idempotency,
    principals.Subject,
)  # importing them is what fills the metadata
_OF_A_CASE = tuple(
    found.name for found in SQLModel.metadata.tables.values() if "case_id" in found.primary_key
)
ADDED_ONLY = ("messages", "events")  # inserted, never changed with the case; not needed to decide
PARTS = tuple(name for name in _OF_A_CASE if name not in ADDED_ONLY)
# columns the archive fills itself: None leaves them to their default
_OWN_COLUMNS: dict[str, dict[str, str | None]] = {
    "cases": dict.fromkeys(("retry_at", "retry_since", "retry_error")),
    "tasks": {
        "number": "c.number",
        "bundle": "c.bundle",
        "rank_on": f"coalesce({{due_on}}, '{LAST_DAY}')",
    },
    "messages": dict.fromkeys(("attempts", "next_at", "sent_at", "last_error")),
    "events": {"number": None},
}
# SQLite has no sequences; one writes at a time
_NUMBERED_SQLITE = {"events": {"number": "(SELECT coalesce(max(number), 0) + 1 FROM events)"}}
HELD_COLUMNS = (  # of a certificate, what decides about other cases of its holder
    "number",
    "certificate",
    "title",
    "holder_id",
    "issued_on",
    "valid_from",
    "valid_until",
    "state",
    "carries",
    "continues",
)
_REPLACED_ON = (  # the day on which a newer certificate took its place
    "(SELECT min(coalesce(n.valid_from, n.issued_on)) FROM certificates n "
    "WHERE n.continues = h.number AND n.continues <> '' AND n.state NOT IN ('revoked', 'void')) AS replaced_on"
)
_RENEWING = (  # an application in time about it is open, whose clock renews it at its end if nobody decides before
    "EXISTS (SELECT 1 FROM items i JOIN clocks k ON k.case_id = i.case_id AND k.item = i.item "
    "WHERE i.about = h.number AND i.about <> '' AND k.ends_on = h.valid_until AND k.state = 'running' "
    "AND k.owner = 'department' AND k.expiry <> '') AS renewing"
)
# when the last event of a case was written down
LAST_AT = "(SELECT e.recorded_at FROM events e WHERE e.case_id = {case} AND e.n = {n}) AS last_at"
NOT_NUMBERED: Mapping[str, str] = {}
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def table(name: str) -> Table:
    """Return a declared table by name."""
    return SQLModel.metadata.tables[name]


@cache
def columns(name: str) -> tuple[Column[Any], ...]:
    """Return the columns that a value of this table carries: without the case's id and without the archive's own."""
    own = _OWN_COLUMNS.get(name, {})
    return tuple(c for c in table(name).columns if c.name != "case_id" and c.name not in own)


def names(found: tuple[Column[Any], ...], prefix: str = "") -> str:
    """List column names, quoted: `to` is a word of SQL."""
    return ", ".join(f'{prefix}"{c.name}"' for c in found)


def typed_columns(found: tuple[Column[Any], ...]) -> str:
    """List columns with their types, for what reads rows out of JSON."""
    return ", ".join(f'"{c.name}" {c.type.compile(_DIALECT)}' for c in found)


def upsert(name: str, row: Mapping[str, Any], *, postgres: bool) -> Executable:
    """Build an insert that changes the columns given where the row is there already."""
    statement = (postgresql.insert if postgres else sqlite.insert)(table(name)).values(**row)
    key = [c.name for c in table(name).primary_key]
    changed = {column: statement.excluded[column] for column in row if column not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def add_once(name: str, row: Mapping[str, Any], *, postgres: bool) -> Executable:
    """Build an insert that leaves a row alone that is there already."""
    return (
        (postgresql.insert if postgres else sqlite.insert)(table(name))
        .values(**row)
        .on_conflict_do_nothing()
    )


@cache
def kinds(name: str) -> Mapping[str, str]:
    """Return which columns of a table need converting: instant, date, json or flag."""
    found: dict[str, str] = {}
    for column in columns(name):
        match column.type:
            case UtcDateTime():
                found[column.name] = "instant"
            case Date():
                found[column.name] = "date"
            case JSON() | AddedJson() | FoldedJson():
                found[column.name] = "json"
            case Boolean():
                found[column.name] = "flag"
    return found


@cache
def open_columns(name: str) -> tuple[str, ...]:
    """Return which columns of a table hold JSON."""
    return tuple(column for column, kind in kinds(name).items() if kind == "json")


@cache
def empties(name: str) -> Mapping[str, Callable[[], Any]]:
    """Return which columns of a table came later, and the empty value that each reads as where nothing is stored."""
    return {c.name: c.type.kind for c in columns(name) if isinstance(c.type, AddedJson)}


def insert_from(
    name: str,
    value_of: Callable[[str], str],
    source: str,
    numbered: Mapping[str, str] = NOT_NUMBERED,
) -> str:
    """Write `INSERT … SELECT … FROM cases c …`; a part that is there already is replaced."""
    own = {column: made for column, made in _OWN_COLUMNS.get(name, {}).items() if made}
    own |= numbered
    listed = [f'"{c.name}"' for c in columns(name)] + [f'"{column}"' for column in own]
    values = [value_of(c.name) for c in columns(name)] + [
        f.format(due_on=value_of("due_on")) for f in own.values()
    ]
    text = f"INSERT INTO {name} (case_id, {', '.join(listed)}) SELECT c.id, {', '.join(values)} FROM {source}"
    if name in ADDED_ONLY:
        return text
    key = [c.name for c in table(name).primary_key]
    changed = [c.name for c in table(name).columns if c.name not in key]
    update = ", ".join(f'"{column}" = excluded."{column}"' for column in changed)
    return f"{text} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {update}"


# --- PostgreSQL -------------------------------------------------------------------------------------------------


@cache
def gather_postgres(by: str, lock: str) -> str:
    """Write the one statement that reads a case by `id` or `number`: $1 its value, $2 principal and $3 key.

    That it is not empty is said in the words of the index: without them an index of those that are not cannot be used.

    `lock` is empty to read only. A statement that waited for the lock sees the new case row but the old parts: its
    snapshot is older than the wait. `snapshot` is the version that the parts belong to, so that this is noticed.
    """
    parts = ", ".join(
        f"(SELECT json_agg(r) FROM (SELECT {names(columns(name))} FROM {name} WHERE case_id = c.id) r) AS {name}"
        for name in PARTS
    )
    return (
        f"SELECT (SELECT row_to_json(r) FROM (SELECT {names(columns('cases'), 'c.')}) r) AS cases, c.version, "
        f"(SELECT s.version FROM cases s WHERE s.id = c.id) AS snapshot, {LAST_AT.format(case='c.id', n='c.last_event')}, "
        f"{parts}, {beside_case('c.applicant_id')} "
        f"""FROM cases c WHERE c."{by}" = $1 AND c."{by}" <> '' {lock}"""
    )


def held(subject: str) -> str:
    """Write what reads someone's certificates, of every case and state; `subject` is a column or a placeholder."""
    own = f"FROM certificates h WHERE h.holder_id = {subject} AND h.number <> ''"
    listed = ", ".join(f"h.{name}" for name in HELD_COLUMNS)
    return f"SELECT {listed}, {_REPLACED_ON}, {_RENEWING} {own} ORDER BY h.issued_on DESC, h.number LIMIT 200"


OLDEST_BREACH = (  # the oldest breach that was not repaired, in whichever case
    "SELECT b.number, x.kind, x.recorded_at FROM credits x JOIN cases b ON b.id = x.case_id "
    "WHERE x.subject = {subject} AND x.excluded ORDER BY x.recorded_at, x.case_id, x.n LIMIT 1"
)
CREDIT_CLASS = (  # the class of credit that counts now
    "SELECT since_on, grade, serious, source FROM credit_classes "
    "WHERE subject = {subject} ORDER BY since_on DESC LIMIT 1"
)


def bans(subject: str) -> str:
    """Write what reads whose applications for what are barred, of every case, also what has ended."""
    return f"SELECT {names(columns('bans'))} FROM bans WHERE subject = {subject} ORDER BY until_on DESC LIMIT 100"


def beside_case(subject: str, principal: str = "$2", key: str = "$3") -> str:
    """Write what is read beside a case: the answer kept under a key, and what is on record about its applicant."""
    kept = (
        f"SELECT {names(columns('idempotency'))} FROM idempotency i "
        f"WHERE i.principal = {principal} AND i.key = {key}"
    )
    return (
        f"(SELECT row_to_json(i) FROM ({kept}) i) AS answered, "
        f"(SELECT json_agg(x) FROM ({held(subject)}) x) AS held, "
        f"(SELECT json_agg(x) FROM ({bans(subject)}) x) AS banned, "
        f"(SELECT row_to_json(x) FROM ({OLDEST_BREACH.format(subject=subject)}) x) AS barred, "
        f"(SELECT row_to_json(x) FROM ({CREDIT_CLASS.format(subject=subject)}) x) AS rated"
    )


OPENING_POSTGRES = f"SELECT nextval('case_serial') AS serial, {beside_case('$1')}"


@lru_cache(maxsize=1000)
def record_postgres(
    *,
    new: bool,
    case_columns: tuple[str, ...],
    parts: tuple[str, ...],
    answered: bool,
    drawing: bool = False,
) -> str:
    """Write the one statement that records a case: $1 its row, $2 its id and $3 the version seen, then the parts.

    All of it hangs on the case row: if the version has moved, nothing is written and the count is 0. With `drawing` the
    last three are a series, its number and how many: where the number has moved, the division by zero undoes everything.
    """
    kept = tuple(c for c in columns("cases") if c.name in case_columns)
    row = f"json_to_record($1::json) AS r({typed_columns(kept)})"
    if new:
        # $2 and $3 are named so that both forms take the same values
        first = f"INSERT INTO cases ({names(kept)}) SELECT {names(kept, 'r.')} FROM {row} WHERE $2::text = r.id AND $3::int IS NULL"
    else:
        changes = ", ".join(f'"{c.name}" = r."{c.name}"' for c in kept if c.name != "id")
        first = f"UPDATE cases SET {changes} FROM {row} WHERE cases.id = $2 AND cases.version = $3"
    steps = [f"c AS ({first} RETURNING cases.id, cases.number, cases.bundle)"]
    for place, name in enumerate(parts, start=4):
        source = f"c, json_to_recordset(${place}::json) AS r({typed_columns(columns(name))})"
        insert = insert_from(name, 'r."{}"'.format, source)
        steps.append(f"{name}_ AS ({insert})")
    if answered:
        asked = columns("idempotency")
        source = f"c, json_to_record(${len(parts) + 4}::json) AS r({typed_columns(asked)})"
        steps.append(
            f"answer_ AS (INSERT INTO idempotency (case_id, {names(asked)}) SELECT c.id, {names(asked, 'r.')} FROM {source})"
        )
    written = "count(*)"
    if drawing:
        steps.append(f"drawn AS ({_moved_on(len(parts) + 4 + answered)})")
        written = "CASE count(*) WHEN 0 THEN 0 ELSE 1 / (SELECT count(*) FROM drawn) END"
    return f"WITH {', '.join(steps)} SELECT {written} AS written FROM c"


def _moved_on(n: int) -> str:
    return (
        f"UPDATE counters SET value = value + ${n + 2}::int FROM c "
        f"WHERE counters.name = ${n} AND counters.value = ${n + 1} RETURNING counters.name"
    )


# --- SQLite -----------------------------------------------------------------------------------------------------


@cache
def select_sqlite(name: str, by: str) -> str:
    """Write the statement that reads the rows of one table; `by` is its condition."""
    return f"SELECT {names(columns(name))} FROM {name} WHERE {by}"


@cache
def case_sqlite(*, new: bool, case_columns: tuple[str, ...]) -> str:
    """Write the statement that records the case row; `:seen_version` is the version it must still have."""
    kept = [c.name for c in columns("cases") if c.name in case_columns]
    if new:
        return f"INSERT INTO cases ({', '.join(kept)}) VALUES ({', '.join(f':{c}' for c in kept)})"
    changes = ", ".join(f"{c} = :{c}" for c in kept if c != "id")
    return f"UPDATE cases SET {changes} WHERE id = :id AND version = :seen_version"


@cache
def part_sqlite(name: str) -> str:
    """Write the statement that records one row of a part; `:case_id` is the case it belongs to."""
    return insert_from(
        name,
        ":{}".format,
        "cases c WHERE c.id = :case_id",
        _NUMBERED_SQLITE.get(name, NOT_NUMBERED),
    )


@cache
def answer_sqlite() -> str:
    """Write the statement that keeps an answer under its key."""
    asked = columns("idempotency")
    return f"INSERT INTO idempotency (case_id, {names(asked)}) VALUES (:case_id, {', '.join(f':{c.name}' for c in asked)})"
