"""记法 — how the record tells rows: a new one without what it is declared with, a known one by what changed.

Under a table's name stand rows as a whole, which replace what was told of them before; under `CHANGED` and the name stand
rows that are laid over it: their key, and the columns that are another. Earlier releases told every row as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any

from service.workflows.case.parts import KEYS, PARTS
from service.workflows.case.rows import TYPED

CHANGED = "~"
Row = dict[str, Any]
Told = Mapping[str, list[Row]]
_NONE = object()


@cache
def declared(table: str) -> Row:
    """Return what the columns of a part's row hold where nothing is said; those that are always said are missing."""
    if table not in PARTS:
        return {}
    found: Row = {}
    for each in fields(PARTS[table]):
        if each.default_factory is not MISSING:
            found[each.name] = each.default_factory()
        elif each.default is not MISSING:
            found[each.name] = {} if each.name in TYPED.get(table, ()) else each.default
    return found


def key_of(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the key of a row within its case."""
    return tuple(row[name] for name in KEYS.get(table, ()))


def new_row(table: str, row: Mapping[str, Any]) -> Row:
    """Return what is told of a row that nothing was told of."""
    known = declared(table)
    return {name: value for name, value in row.items() if known.get(name, _NONE) != value}


def changed_row(table: str, before: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
    """Return what is told of a row that was told before: its key, and what is another."""
    keys = KEYS[table]
    return {n: v for n, v in row.items() if n in keys or before[n] != v}


def laid(records: Iterable[Told]) -> Iterator[dict[str, list[Row]]]:
    """Return for each record of a case, from the first on, the rows it tells of as they stood then, whole."""
    known: dict[tuple[Any, ...], Row] = {}
    for record in records:
        found: dict[str, list[Row]] = {}
        for told, rows in record.items():
            table = told.removeprefix(CHANGED)
            for row in rows:
                key = (table, *key_of(table, row))
                over = table == "cases" or told != table
                before = known.get(key, {}) if over else declared(table)
                known[key] = {**before, **row}
                found.setdefault(table, []).append(known[key])
        yield found
