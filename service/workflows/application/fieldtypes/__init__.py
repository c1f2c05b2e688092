"""字段类型 — all that a type of field or question means, each type one value.

A new type is a value in one of these modules and its code in `FieldTypeCode` (definition/models/terms.py); nothing else
knows types by name. The check of what people give, the JSON Schema, sample values, the words for a value and the input
on a page all ask for the type.
"""

from collections.abc import Mapping
from typing import Any

from service.workflows.application.fieldtypes import (
    choices,
    identity,
    numbers,
    records,
    rows,
    texts,
)
from service.workflows.application.fieldtypes.fieldtype import Declared, Fault, FieldType, Input
from service.workflows.definition.models import Region

__all__ = [
    "Declared",
    "Fault",
    "FieldType",
    "Input",
    "check_value",
    "faults_of",
    "say",
    "say_cells",
    "type_named",
    "type_of",
]

_OF_ONE_VALUE: Mapping[str, FieldType] = {
    each.code: each
    for each in (
        *texts.TYPES,
        *numbers.TYPES,
        *choices.TYPES,
        *records.TYPES,
        *identity.TYPES,
    )
}
TYPES: Mapping[str, FieldType] = {**_OF_ONE_VALUE, "rows": rows.rows_of(_OF_ONE_VALUE)}


def type_named(code: str) -> FieldType:
    """Return the type with this code."""
    return TYPES[code]


def type_of(declared: Declared) -> FieldType:
    """Return the type of a question or field."""
    return type_named(declared.type)


def check_value(declared: Declared, value: Any) -> tuple[Any, str]:
    """Return the value in its canonical form and what is wrong with it in plain Chinese (empty when nothing is)."""
    kind = type_of(declared)
    canonical = kind.canonical(declared, value)
    return canonical, kind.check(declared, canonical)


def faults_of(declared: Declared, value: Any) -> tuple[Any, list[Fault]]:
    """Return the value in its canonical form, and everything that is wrong with it, each with its place within it."""
    kind = type_of(declared)
    canonical = kind.canonical(declared, value)
    if kind.faults:
        return canonical, kind.faults(declared, canonical)
    wrong = kind.check(declared, canonical)
    return canonical, [("", wrong)] if wrong else []


def say_cells(
    declared: Declared, row: Mapping[str, Any], here: Region | None = None
) -> dict[str, str]:
    """Say what stands in each column of a row; nothing where nothing does."""
    return dict(rows.cells_said(_OF_ONE_VALUE, declared, row, here))


def say(declared: Declared, value: Any, here: Region | None = None) -> str:
    """Say a value as a person would; `here` is the 行政区划 whose name is known."""
    if value in (None, "", []):
        return "没有"
    return type_of(declared).say(declared, value, here)
