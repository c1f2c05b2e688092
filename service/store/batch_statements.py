"""The text of the statements that read and record many cases at once on PostgreSQL; see `statements` for one case.

What is asked for arrives as JSON, of which the planner always expects the same number of rows: one plan does for few and
for many. Each table is gone through once for all of them.
"""

# ruff: noqa: S608 - every name in these texts is one of a declared table; every value travels as a parameter

from functools import cache, lru_cache

from service.store.statements import (
    LAST_AT,
    PARTS,
    beside_case,
    columns,
    insert_from,
    names,
    typed_columns,
)

_ASKED = "json_to_recordset($1::json) AS w(n int, wanted text, principal text, key text, seen text)"


@cache
def gather_many(by: str) -> str:
    """Write the statement that reads cases by `id` or `number`, without a lock; $1 is [{wanted, principal, key, seen}].

    It returns one row: what stands `beside` each, and of those whose record does not end as `seen` the `cases` themselves
    and the rows of each part with their `case_id`.
    """
    parts = ", ".join(
        f"(SELECT json_agg(r) FROM (SELECT case_id, {names(columns(name))} FROM {name} "
        f"WHERE case_id = ANY (ARRAY(SELECT id FROM o))) r) AS {name}"
        for name in PARTS
    )
    last = LAST_AT.format(case="c.id", n="c.last_event")
    beside = f"{last}, {beside_case('c.applicant_id', 'w.principal', 'w.key')}"
    whole = f'SELECT c.id, w.wanted, {beside} FROM c JOIN w ON w.wanted = c."{by}"'
    other = f"c JOIN w ON w.wanted = c.\"{by}\" WHERE w.seen = '' OR w.seen <> c.last_hash"
    return (
        f"WITH w AS MATERIALIZED (SELECT * FROM {_ASKED}), "
        f'c AS MATERIALIZED (SELECT * FROM cases WHERE "{by}" = ANY (ARRAY(SELECT wanted FROM w)) '
        f"AND \"{by}\" <> ''), "
        f"o AS MATERIALIZED (SELECT {names(columns('cases'), 'c.')} FROM {other}) "
        f"SELECT (SELECT json_agg(r) FROM ({whole}) r) AS beside, (SELECT json_agg(o) FROM o) AS cases, {parts}"
    )


# the serial of an application is its own, whatever comes of it
OPENING_MANY = (
    "SELECT w.n, nextval('case_serial') AS serial, "
    f"{beside_case('w.wanted', 'w.principal', 'w.key')} FROM {_ASKED}"
)

# of each case to be recorded: what was seen of it, and which columns change
_TOLD = "json_to_recordset($1::json) AS k(id text, seen int, changed text)"
_DRAWN = "json_to_recordset($2::json) AS d(id text, series text, drawn int, many int, together int)"


@lru_cache(maxsize=1000)
def record_many(
    *,
    new: tuple[str, ...],
    changed: tuple[str, ...],
    parts: tuple[str, ...],
    answered: bool,
    drawing: bool,
) -> str:
    """Write the statement that records many cases, each wholly or not at all: $1 is what was seen of them.

    With `drawing` $2 is what they draw. Then follow the rows of new cases, those of the others, each of `parts` and the
    answers, their `case_id` in each; `new` and `changed` are the columns of cases that are given. A case that has moved on
    is left out, one that somebody holds is not waited for. Of those that draw from one series all stand or none: their
    numbers follow each other. So it is with series that one of them draws from together.

    It returns which `stood`, and which are `there` as they were seen and yet were not recorded.
    """
    place = iter(range(3 if drawing else 2, 100))
    steps = [f"k AS MATERIALIZED (SELECT * FROM {_TOLD})", _LOCKED]
    may = "FROM k LEFT JOIN l ON l.id = k.id WHERE (k.seen IS NULL OR l.id IS NOT NULL)"
    if drawing:
        steps += [f"d AS MATERIALIZED (SELECT * FROM {_DRAWN})", *_DRAWING]
        may += " AND k.id NOT IN (SELECT d.id FROM d JOIN b ON b.together = d.together)"
    steps.append(f"t AS MATERIALIZED (SELECT k.id, k.seen, k.changed {may})")
    if new:
        steps.append(f"n AS ({_insert(new, next(place))} {_KNOWN})")
    if changed:
        steps.append(f"u AS ({_update(changed, next(place))} {_KNOWN})")
    stand = ["SELECT * FROM n"] * bool(new) + ["SELECT * FROM u"] * bool(changed)
    steps.append(f"c AS MATERIALIZED ({' UNION ALL '.join(stand)})")
    steps += [f"{name}_ AS ({_insert_part(name, next(place))})" for name in parts]
    if answered:
        steps.append(f"answers_ AS ({_insert_answers(next(place))})")
    return f"WITH {', '.join(steps)} {_WHAT_STOOD}"


_WHAT_STOOD = (
    "SELECT ARRAY(SELECT id FROM c) AS stood, ARRAY(SELECT k.id FROM k JOIN cases x ON x.id = k.id "
    "AND x.version = k.seen WHERE k.id NOT IN (SELECT id FROM c)) AS there"
)
_KNOWN = "RETURNING cases.id, cases.number, cases.bundle"
_LOCKED = (  # in one order, and nobody is waited for: two batches never wait for each other in a circle
    "l AS MATERIALIZED (SELECT c.id FROM cases c JOIN k ON k.id = c.id WHERE c.version = k.seen "
    "ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED)"
)
_SERIES = (  # together: the series that are drawn from by the same cases, which stand or fall with each other
    "s AS MATERIALIZED (SELECT d.series, d.together, min(d.drawn) AS seen, sum(d.many)::int AS many, "
    "bool_and(k.seen IS NULL OR l.id IS NOT NULL) AS whole "
    "FROM d JOIN k ON k.id = d.id LEFT JOIN l ON l.id = k.id GROUP BY d.series, d.together)"
)
_FREE = (
    "g AS MATERIALIZED (SELECT x.name FROM counters x JOIN s ON s.series = x.name AND s.seen = x.value "
    "WHERE s.whole ORDER BY x.name FOR NO KEY UPDATE OF x SKIP LOCKED)"
)
_BROKEN = "b AS MATERIALIZED (SELECT together FROM s WHERE series NOT IN (SELECT name FROM g))"
_MOVED = (
    "m AS (UPDATE counters SET value = counters.value + s.many FROM s WHERE counters.name = s.series "
    "AND counters.value = s.seen AND s.together NOT IN (SELECT together FROM b))"
)
_DRAWING = (_SERIES, _FREE, _BROKEN, _MOVED)


def _update(changed: tuple[str, ...], place: int) -> str:
    """Write what changes cases that are there; a column that one of them does not name stays as it is."""
    given = tuple(c for c in columns("cases") if c.name in changed)
    kept = ", ".join(
        f'"{c.name}" = CASE WHEN t.changed LIKE \'%,{c.name},%\' THEN r."{c.name}" ELSE cases."{c.name}" END'
        if c.nullable
        else f'"{c.name}" = coalesce(r."{c.name}", cases."{c.name}")'
        for c in given
        if c.name != "id"
    )
    source = f"json_to_recordset(${place}::json) AS r({typed_columns(given)}) JOIN t ON t.id = r.id"
    return f"UPDATE cases SET {kept} FROM {source} WHERE cases.id = t.id AND cases.version = t.seen"


def _insert(new: tuple[str, ...], place: int) -> str:
    given = tuple(c for c in columns("cases") if c.name in new)
    rows = f"json_to_recordset(${place}::json) AS r({typed_columns(given)})"
    chosen = f"SELECT {names(given, 'r.')} FROM {rows} JOIN t ON t.id = r.id"
    return f"INSERT INTO cases ({names(given)}) {chosen}"


def _insert_answers(place: int) -> str:
    kept = columns("idempotency")
    rows = f"json_to_recordset(${place}::json) AS r(case_id text, {typed_columns(kept)})"
    chosen = f"SELECT c.id, {names(kept, 'r.')} FROM c JOIN {rows} ON r.case_id = c.id"
    return f"INSERT INTO idempotency (case_id, {names(kept)}) {chosen}"


def _insert_part(name: str, place: int) -> str:
    rows = f"json_to_recordset(${place}::json) AS r(case_id text, {typed_columns(columns(name))})"
    return insert_from(name, 'r."{}"'.format, f"c JOIN {rows} ON r.case_id = c.id")
