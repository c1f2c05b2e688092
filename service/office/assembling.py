"""成件 — a gathered case as a value: every request builds one, so each row is gone through once."""

from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any

from service.store.cases import Gathered, Row, Told
from service.store.rows import as_stored
from service.workflows.case import COLUMNS, KEYS, Case, changed_rows, part_of
from service.workflows.definition import Release, own_code

# the key of a row within its case: of one name the value itself, of several a tuple
KEY_OF = {table: itemgetter(*names) for table, names in KEYS.items()}
MESSAGES = "messages"  # sent, never read for deciding
_OWN_COLUMNS = COLUMNS["cases"]
_OWN_VALUES = itemgetter(*_OWN_COLUMNS)


def case_of(found: Gathered, release: Release) -> Case:
    """Return a gathered case as a value, its parts in an order that does not depend on the database."""
    place = _Places(release)
    parts: dict[str, Any] = {}
    for table, key_of in KEY_OF.items():
        rows = found.rows.get(table, ())
        parts[table] = _in_order(table, {key_of(row): part_of(table, row) for row in rows}, place)
    return Case(**dict(zip(_OWN_COLUMNS, _OWN_VALUES(found.case), strict=True)), **parts)


def case_after(
    before: Case | None, was: Row | None, told: Told, release: Release
) -> tuple[Case, Row]:
    """Return a case, and its own row, as they would be gathered after what was recorded of a step that began with `before`."""
    place = _Places(release)
    row = {**(was or {}), **as_stored("cases", [told.case_row])[0]}
    parts: dict[str, Any] = {}
    for table, key_of in KEY_OF.items():
        known = parts[table] = getattr(before, table) if before else {}
        if table != MESSAGES and (rows := told.rows.get(table)):
            changed = {key_of(row): part_of(table, row) for row in as_stored(table, rows)}
            merged = {**known, **changed}
            parts[table] = merged if len(merged) == len(known) else _in_order(table, merged, place)
    return Case(**dict(zip(_OWN_COLUMNS, _OWN_VALUES(row), strict=True)), **parts), row


def changed_columns(row: Row, was: Row | None) -> Row:
    """Return what of a case row has to be written: all of a new one, else what differs from what it was."""
    if was is None:
        return row
    always = ("id", "version")
    return {name: value for name, value in row.items() if name in always or value != was[name]}


def _in_order(table: str, keyed: dict[Any, Any], place: "_Places") -> dict[Any, Any]:
    if len(keyed) < 2:
        return keyed
    order = sorted(keyed, key=place.of if KEYS[table][0] == "item" else None)
    return {key: keyed[key] for key in order}


class _Places:
    """Where items, and what hangs on one, stand in a case: as the bundle lists them, what follows an item after it."""

    def __init__(self, release: Release) -> None:
        self._release = release

    @cached_property
    def _order(self) -> dict[str, int]:
        return {entry.use: n for n, entry in enumerate(self._release.bundle.items)}

    def of(self, key: Any) -> tuple[int, str, str]:
        """Return the place of a part by its key: a code, or a code and the name of a clock."""
        code = key if isinstance(key, str) else key[0]
        return self._order.get(own_code(code), -1), code, str(key)


def changed_keys(before: Case, after: Case) -> dict[str, list[Any]]:
    """Return the keys of the rows by which two states of a case differ, by table."""
    return keys_of(changed_rows(before, after))


def keys_of(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    """Return the keys of rows by table, as far as a part of a case can be named by them."""
    return {
        table: list(map(KEY_OF[table], found))
        for table, found in rows.items()
        if table != "messages"
    }
