"""成件 — a gathered case as a value: every request builds one, so each row is gone through once."""

from operator import itemgetter
from typing import Any

from service.store.cases import Gathered
from service.workflows.case import COLUMNS, KEYS, Case, part_of
from service.workflows.definition import Release, own_code

# the key of a row within its case: of one name the value itself, of several a tuple
KEY_OF = {table: itemgetter(*names) for table, names in KEYS.items()}
_OWN_COLUMNS = COLUMNS["cases"]
_OWN_VALUES = itemgetter(*_OWN_COLUMNS)


def case_of(found: Gathered, release: Release) -> Case:
    """Return a gathered case as a value, its parts in an order that does not depend on the database."""
    place = _Places(release)
    parts: dict[str, Any] = {}
    for table, key_of in KEY_OF.items():
        rows = found.rows.get(table, ())
        keyed = {key_of(row): part_of(table, row) for row in rows}
        if len(keyed) > 1:
            by_item = KEYS[table][0] == "item"
            order = sorted(keyed, key=place.of if by_item else None)
            keyed = {key: keyed[key] for key in order}
        parts[table] = keyed
    return Case(**dict(zip(_OWN_COLUMNS, _OWN_VALUES(found.case), strict=True)), **parts)


class _Places:
    """Where items, and what hangs on one, stand in a case: as the bundle lists them, what follows an item after it."""

    def __init__(self, release: Release) -> None:
        self._order = {entry.use: n for n, entry in enumerate(release.bundle.items)}

    def of(self, key: Any) -> tuple[int, str, str]:
        """Return the place of a part by its key: a code, or a code and the name of a clock."""
        code = key if isinstance(key, str) else key[0]
        return self._order.get(own_code(code), -1), code, str(key)
