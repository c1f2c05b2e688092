"""A province made inside the database: as many cases as wanted from the one that was filed, spread as in years of work.

Four of five are closed: their items granted, their tasks done by somebody, their clocks settled. Of the open ones a
fifth is the county's whose clerk is measured, the rest that of 99 others; what is due lies in the coming sixty days, a
tenth of it with a yellow card and a thirtieth with a red one; every third task is taken by somebody.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from bench.city import City
from service.store.statements import table

FILLED = ("cases", "items", "clocks", "tasks", "events")
PIECE = 50_000  # cases of one statement
OPEN = "(n % 5 = 0)"
NOT_OURS = "(n % 25 <> 0)"  # of the open ones
FAR = 1000  # days until what is not due wakes
YEARS = 730  # days over which the cases were filed
COUNTING = "(WITH RECURSIVE c(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM c WHERE n < :last) SELECT n FROM c) AS g"
SERIES = "generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS g(n)"


@dataclass(frozen=True, slots=True)
class Days:
    """How a database writes days and instants that lie some days from the beginning."""

    postgres: bool

    def day(self, days: str) -> str:
        """A date, so many days from today."""
        if self.postgres:
            return f"(current_date + CAST({days} AS integer))"
        return f"date('now', ({days}) || ' days')"

    def instant(self, days: str) -> str:
        """An instant, so many days from now."""
        if self.postgres:
            return f"(date_trunc('second', now()) + ({days}) * interval '1 day')"
        return f"strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 'now', ({days}) || ' days')"


def _when(is_open: str, closed: str) -> str:
    return f"CASE WHEN {OPEN} THEN {is_open} ELSE {closed} END"


def _cases(days: Days) -> dict[str, str]:
    filed = days.instant(f"-(n * 7 % {YEARS}) - 1")
    return {
        "created_at": filed,
        "received_at": filed,
        "closed_at": _when("NULL", days.instant(f"-(n * 7 % {YEARS})")),
        "state": _when("s.state", "'granted'"),
        "applicant_name": "s.applicant_name || CAST(n % 50000 AS TEXT)",
        "applicant_id": "'91' || CAST(n % 700000 AS TEXT)",
        "account": "'p' || CAST(n % 700000 AS TEXT)",
        "last_event": "1",
    }


def _items(days: Days) -> dict[str, str]:
    ended = days.instant(f"-(n * 7 % {YEARS})")
    return {
        "department": _county("s.department"),
        "state": _when("s.state", "'granted'"),
        "outcome": _when("''", "'granted'"),
        "decided_at": _when("NULL", ended),
        "final_at": _when("NULL", ended),
    }


def _clocks(days: Days) -> dict[str, str]:
    return {
        "state": _when("s.state", "'settled'"),
        "wake_at": _when(days.instant(f"{FAR} + n % 60"), "NULL"),
        "due_on": _when(days.day("n % 60"), "s.due_on"),
    }


def _tasks(days: Days) -> dict[str, str]:
    card = "CASE WHEN n % 30 = 0 THEN 'red' WHEN n % 10 = 0 THEN 'yellow' ELSE 'none' END"
    somebody = "'clerk-' || CAST(n % 2000 AS TEXT)"
    return {
        "department": _county("s.department"),
        "person": _when(f"CASE WHEN n % 3 = 0 THEN {somebody} ELSE '' END", somebody),
        "card": _when(card, "'none'"),
        "due_on": days.day("n % 60"),
        "rank_on": days.day("n % 60"),
        "since_at": days.instant(f"-(n * 7 % {YEARS}) - 1"),
        "done_at": _when("NULL", days.instant(f"-(n * 7 % {YEARS})")),
    }


def _events(_: Days) -> dict[str, str]:
    return {"rows": "'{}'", "hash": "'filled'"}  # one short record a case: depth, not length


def _county(name: str) -> str:
    return f"CASE WHEN {NOT_OURS} THEN {name} || '-' || CAST(n % 99 AS TEXT) ELSE {name} END"


CHANGED: Mapping[str, Callable[[Days], dict[str, str]]] = {
    "cases": _cases,
    "items": _items,
    "clocks": _clocks,
    "tasks": _tasks,
    "events": _events,
}


async def fill(city: City, tasks: int) -> None:
    """Fill a city until it has so many tasks."""
    of = {"id": city.case_id}
    async with city.database.reading() as connection:
        count = text("SELECT count(*) FROM tasks WHERE case_id = :id")
        each = int((await connection.sql.execute(count, of)).scalar_one())
    cases = tasks // each
    for first in range(1, cases + 1, PIECE):
        async with city.database.transaction() as tx:
            if tx.postgres:
                await tx.sql.execute(text("SET LOCAL statement_timeout = 0"))
            span = {"first": first, "last": min(first + PIECE - 1, cases)}
            for name in FILLED:
                await tx.sql.execute(text(_filling(name, postgres=tx.postgres)), of | span)
        if cases > PIECE:
            print(f"{span['last']:,} of {cases:,} cases are there", file=sys.stderr, flush=True)
    if city.database.postgres:
        await city.tidy("VACUUM (ANALYZE)")


def _filling(name: str, *, postgres: bool) -> str:
    """Write the statement that makes a span of the rows of one table."""
    suffix = "CAST(n AS TEXT)"
    changed = {
        "id": f"'filled-' || {suffix}",
        "case_id": f"'filled-' || {suffix}",
        "number": f"'F' || {suffix}",
        "query_code": f"'F' || {suffix}",
    }
    if name == "events":
        last = "(SELECT max(number) FROM events)"
        changed["number"] = (
            "nextval('events_number_seq')" if postgres else f"{last} + row_number() OVER ()"
        )
    changed |= CHANGED[name](Days(postgres))
    columns = [column.name for column in table(name).columns]
    values = [changed.get(column, f's."{column}"') for column in columns]
    listed = ", ".join(f'"{column}"' for column in columns)
    key = "id" if name == "cases" else "case_id"
    series = SERIES if postgres else COUNTING
    # "s.n" is a column of some tables, "n" alone the number of the case
    chosen = ", ".join(value if value.startswith('s."') else _numbered(value) for value in values)
    return f"INSERT INTO {name} ({listed}) SELECT {chosen} FROM {name} s CROSS JOIN {series} WHERE s.{key} = :id"


def _numbered(value: str) -> str:
    return re.sub(r"(?<![\w.'\"])n(?![\w'(])", "g.n", value)
