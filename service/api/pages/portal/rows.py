"""一行一行填 — rows with columns on a page: read, shown, one more, one less; all of it without JavaScript.

The controls of a row are named form/<field>/<n>/<column>, n from 0. A row in which nothing was typed is no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from service.api.pages.forms import Filled
from service.workflows.definition import MOST_ROWS, VocabularyField
from service.workflows.telling import texts_of, value_of

BUTTON = "row"  # sent by the buttons that add or remove one: add/<field>, remove/<field>/<n>
Row = dict[str, Any]
Cells = list[tuple[dict[str, Any], list[str]]]  # what each column asks for, and its texts


@dataclass(frozen=True, slots=True)
class Change:
    """加一行、去一行 — which field of rows a button changes; `n` is the row that goes, None: one more."""

    field: str
    n: int | None = None

    @classmethod
    def of(cls, form: Filled) -> Self | None:
        """Return what a form's button asks for; None when another one was pressed."""
        act, _, rest = form.text(BUTTON).partition("/")
        field, _, n = rest.partition("/")
        if act == "add" and field:
            return cls(field)
        return cls(field, int(n)) if act == "remove" and n.isdecimal() else None


def names_of(about: Mapping[str, Any], value: Any) -> list[str]:
    """Return the names of the rows of a field and of their controls."""
    count = len(value) if about["columns"] and isinstance(value, list) else 0
    places = [f"form/{about['code']}/{n}" for n in range(count)]
    cells = [f"{place}/{column['code']}" for place in places for column in about["columns"]]
    return [*places, *cells]


def way_to(change: Change, form: Mapping[str, Any]) -> str:
    """Return the end of the address at which the page goes on: with one more row, or at the rows that are left."""
    place = f"f-form-{change.field}"
    if change.n is not None:
        return f"?{urlencode({'left': change.field})}#{place}"
    return f"?{urlencode({'row': change.field})}#{place}-{len(form.get(change.field) or ())}"


def rows_in(
    definition: VocabularyField, name: str, form: Filled, change: Change | None = None
) -> list[Row]:
    """Return the rows of a form as they were typed, without the one that is to go and without empty ones."""
    gone = change.n if change and f"form/{change.field}" == name else None
    found = [_row(definition, f"{name}/{n}", form) for n in range(MOST_ROWS) if n != gone]
    return [row for row in found if any(cell != [] for cell in row.values())]


def _row(definition: VocabularyField, place: str, form: Filled) -> Row:
    typed = {
        code: value_of(column, form.fields[f"{place}/{code}"])
        for code, column in definition.columns.items()
        if f"{place}/{code}" in form
    }
    return {code: cell for code, cell in typed.items() if cell is not None}


def laid_out(
    definition: VocabularyField, about: Mapping[str, Any], value: Any, *, more: bool = False
) -> list[Cells]:
    """Return the rows as a page shows them: those there are, as many as there must be, one `more`."""
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    fewest = max(int(about["min"]), 1 if about["required"] else 0)
    shown = min(max(len(rows) + more, fewest), int(about["max"]))
    return [
        [
            (column, texts_of(definition.columns[column["code"]], row.get(column["code"])))
            for column in about["columns"]
        ]
        for row in [*rows, *({} for _ in range(shown - len(rows)))]
    ]
