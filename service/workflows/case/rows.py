"""行与值 — a part of a case as its row, and the part that a row tells of, also one that an earlier release wrote."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from service.workflows.case.parts import COLUMNS, PARTS, VALUES
from service.workflows.case.procedures import (
    Draw,
    Feedback,
    Hearing,
    LegalReview,
    Payment,
    RenewalWindow,
    Selected,
    SpecialProcedure,
    as_json,
    from_json,
)

# Columns that hold a value of its own as JSON.
TYPED: dict[str, dict[str, type[Any]]] = {
    "items": {
        "special": SpecialProcedure,
        "hearing": Hearing,
        "legal_review": LegalReview,
        "selection": Selected,
        "feedback": Feedback,
        "payment": Payment,
        "window": RenewalWindow,
    },
    "commitments": {"draw": Draw},
}


_VALUES = {name: itemgetter(*COLUMNS[name]) for name in PARTS}


def row_of(table: str, part: Any) -> dict[str, Any]:
    """Return a part as its row: a column for each field."""
    row = dict(zip(COLUMNS[table], VALUES[table](part), strict=True))
    for name in TYPED.get(table, ()):
        if row[name] is None:
            row[name] = {}
        else:
            row[name] = as_json(row[name])
    return row


def part_of(table: str, row: Mapping[str, Any]) -> Any:
    """Return the part that a row tells of, also one that an earlier release wrote; every column is there."""
    typed = TYPED.get(table)
    if typed is None:
        return PARTS[table](*_VALUES[table](row))
    if table == "items" and row["special"]:
        row = as_written_now(row)
    part = PARTS[table](*_VALUES[table](row))
    for name, kind in typed.items():
        setattr(part, name, from_json(kind, row[name]))
    return part


# What earlier releases kept as keys inside `special` of an item.
MOVED_OUT = ("hearing", "legal_review", "feedback", "officers", "ground", "severity")


def as_written_now(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an item's row with columns of its own for what earlier releases kept inside `special`."""
    special = row["special"]
    if not any(name in special for name in MOVED_OUT):
        return row
    rest = {name: value for name, value in special.items() if name not in MOVED_OUT}
    return {
        **row,
        **{name: special[name] for name in MOVED_OUT if name in special},
        "special": rest,
    }
