"""一行一行的表 — the type whose value is rows with columns: heirs, children, accounts.

A row is {column: value}, each value in the one form of its column's type; what a row leaves empty is not in it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    Fault,
    FieldType,
    Input,
    Schema,
)
from service.workflows.definition.models import (
    FEWEST_ROWS,
    USUAL_ROWS,
    Column,
    Described,
    Region,
    VocabularyField,
)

Types = Mapping[str, FieldType]
Row = dict[str, Any]
BETWEEN_CELLS, BETWEEN_ROWS = "，", "；"


def columns_of(declared: Declared) -> dict[str, Column]:
    """Return the columns of a field of rows by name."""
    return declared.columns if isinstance(declared, VocabularyField) else {}


def fewest(declared: Declared) -> int:
    """Return how many rows there must be."""
    return FEWEST_ROWS if declared.min is None else int(declared.min)


def most(declared: Declared) -> int:
    """Return how many rows there may be."""
    return USUAL_ROWS if declared.max is None else int(declared.max)


def place_of(n: int) -> str:
    """Say which row, from 0."""
    return f"第 {n + 1} 行"


def rows_of(types: Types) -> FieldType:
    """Return the type of rows whose columns are of these types."""
    return FieldType(
        code="rows",
        bounds=("min", "max"),
        canonical=lambda declared, value: _canonical(types, declared, value),
        check=lambda declared, value: next(
            (wrong for _, wrong in _faults(types, declared, value)), ""
        ),
        faults=lambda declared, value: list(_faults(types, declared, value)),
        schema=lambda declared: _schema(types, declared),
        sample=lambda definition, today: _sample(types, definition, today),
        say=lambda declared, value, here: BETWEEN_ROWS.join(
            BETWEEN_CELLS.join(
                words for _, words in cells_said(types, declared, row, here) if words
            )
            for row in _rows(value)
        ),
        input=lambda _, __: Input(control="rows"),
        read=lambda _, text: text,
        write=lambda value: [str(value)],
    )


def cells_said(
    types: Types, declared: Declared, row: Mapping[str, Any], here: Region | None
) -> Iterator[tuple[str, str]]:
    """Yield what each column of a row says, empty where nothing was filled in: (name, words)."""
    for name, column in columns_of(declared).items():
        value = row.get(name)
        yield name, "" if _is_empty(value) else types[column.type].say(column, value, here)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _canonical(types: Types, declared: Declared, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    columns = columns_of(declared)
    return [_row(types, columns, row) if isinstance(row, Mapping) and row else row for row in value]


def _row(types: Types, columns: Mapping[str, Column], row: Mapping[str, Any]) -> Row:
    spelt = {
        name: types[columns[name].type].canonical(columns[name], cell) if name in columns else cell
        for name, cell in row.items()
    }
    return {name: cell for name, cell in spelt.items() if not _is_empty(cell)}


def _faults(types: Types, declared: Declared, value: Any) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield "", "：请一行一行填写"
        return
    if len(value) < fewest(declared):
        yield "", f"：至少填 {fewest(declared)} 行"
    if len(value) > most(declared):
        yield "", f"：最多填 {most(declared)} 行"
        return
    for n, row in enumerate(value):
        if isinstance(row, Mapping):
            yield from _faults_of_row(types, columns_of(declared), n, row)
        else:
            yield f"/{n}", f"{place_of(n)}：应为各列的名称和内容"
    yield from _twice(declared, value)


def _faults_of_row(
    types: Types, columns: Mapping[str, Column], n: int, row: Mapping[str, Any]
) -> Iterator[Fault]:
    for name in row:
        if name not in columns:
            yield f"/{n}/{name}", f"{place_of(n)}：没有「{name}」这一列，可填：{'、'.join(columns)}"
    for name, column in columns.items():
        value = row.get(name)
        if _is_empty(value):
            if column.required:
                yield f"/{n}/{name}", f"{place_of(n)}：请填写{column.title}"
        elif wrong := types[column.type].check(column, value):
            yield f"/{n}/{name}", f"{place_of(n)}，{column.title}{wrong}"


def _twice(declared: Declared, value: list[Any]) -> Iterator[Fault]:
    """Yield what stands in two rows and may stand in one only."""
    unique = declared.unique if isinstance(declared, VocabularyField) else []
    for name in unique:
        first: dict[str, int] = {}
        for n, row in enumerate(value):
            cell = row.get(name) if isinstance(row, Mapping) else None
            if _is_empty(cell):
                continue
            if (before := first.setdefault(repr(cell), n)) != n:
                title = columns_of(declared)[name].title
                yield f"/{n}/{name}", f"{place_of(n)}，{title}：与{place_of(before)}相同"


def _schema(types: Types, declared: Declared) -> Schema:
    columns = columns_of(declared)
    described: Schema = {
        name: {
            "title": column.title,
            **({"description": hint} if (hint := column.hint or types[column.type].hint) else {}),
            "x-type": column.type,
            **({"x-unit": unit} if (unit := column.unit or types[column.type].unit) else {}),
            **types[column.type].schema(column),
        }
        for name, column in columns.items()
    }
    return {
        "type": "array",
        "minItems": fewest(declared),
        "maxItems": most(declared),
        "items": {
            "type": "object",
            "properties": described,
            "required": [name for name, column in columns.items() if column.required],
            "additionalProperties": False,
        },
    }


def _sample(types: Types, definition: Described, today: date) -> list[Row]:
    """Return as few rows as there must be, all alike: where no two may be, a story says them."""
    columns = columns_of(definition)
    row = {
        name: types[column.type].sample(column, today)
        for name, column in columns.items()
        if column.required
    }
    return [dict(row) for _ in range(fewest(definition))]
