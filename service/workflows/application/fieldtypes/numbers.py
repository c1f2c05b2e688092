"""数字、整数、金额 — the types whose values are numbers."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    FieldType,
    Input,
    Schema,
    number_as_text,
    texts_of_any,
)
from service.workflows.definition.models import Region
from service.workflows.definition.spelling import half_width, seen

LARGEST_NUMBER = 1e12
YUAN = "元"


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and value == value  # noqa: PLR0124  # nan


def _is_small(value: Any) -> bool:
    return _is_number(value) and abs(value) <= LARGEST_NUMBER


def _number(_: Declared, value: Any) -> Any:
    return float(value) if _is_small(value) else value


def _integer(_: Declared, value: Any) -> Any:
    return int(value) if _is_small(value) and value == int(value) else value


def _fault(declared: Declared, value: Any) -> str:
    if not _is_number(value):
        return "：请填数字，如 180"
    if abs(value) > LARGEST_NUMBER:
        return "：数字太大"
    if declared.min is not None and value < declared.min:
        return f"：不能小于 {declared.min}"
    if declared.max is not None and value > declared.max:
        return f"：不能大于 {declared.max}"
    return ""


def _integer_fault(declared: Declared, value: Any) -> str:
    if _is_small(value) and value != int(value):
        return "：请填整数"
    return _fault(declared, value)


def _bounds(declared: Declared) -> Schema:
    low = -LARGEST_NUMBER if declared.min is None else max(declared.min, -LARGEST_NUMBER)
    high = LARGEST_NUMBER if declared.max is None else min(declared.max, LARGEST_NUMBER)
    return {"minimum": _whole(low), "maximum": _whole(high)}


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _smallest(declared: Declared) -> float:
    """Return the smallest number a field takes, a small one where it says none."""
    if declared.min is not None:
        return declared.min
    return 1 if declared.max is None else min(1, declared.max)


def _least(declared: Declared) -> float:
    return 0 if declared.min is None else declared.min


def _up(number: float) -> int:
    return int(-(-number // 1))


def _number_said(declared: Declared, value: Any, _: Region | None) -> str:
    return f"{number_as_text(value)}{declared.unit}"


_WRITTEN = re.compile(r"([+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?)([^0-9.,].*)?")
_SQUARE_METRES = ("m2", "平方米", "平米")


def _reader(usual: str = "") -> Callable[[Declared, str], Any]:
    """Return what reads a number as people write it: full width, thousands in threes, the unit behind it.

    3,2 is no number, nor are 约12 and 3²: what is not certain stays as it was typed.
    """

    def read(declared: Declared, text: str) -> Any:
        found = _WRITTEN.fullmatch(re.sub(r"\s", "", half_width(seen(text))))
        if not found or (found[2] and not _means(found[2], declared.unit or usual)):
            return text
        plain = found[1].replace(",", "")
        return float(plain) if "." in plain else int(plain)

    return read


def _means(written: str, unit: str) -> bool:
    written, unit = (unicodedata.normalize("NFKC", each) for each in (written, unit))
    return written == unit or (written in _SQUARE_METRES and unit in _SQUARE_METRES)


def _input(keyboard: Literal["decimal", "numeric"]) -> Callable[[str, float | None], Input]:
    return lambda _, __: Input(keyboard=keyboard, autocomplete="off", longest=20)


NUMBER = FieldType(
    code="number",
    bounds=("min", "max"),
    filled_by=("number", "integer"),
    canonical=_number,
    check=_fault,
    schema=lambda declared: {"type": "number", **_bounds(declared)},
    sample=lambda definition, _: float(_smallest(definition)),
    neutral=lambda question: float(_least(question)),
    say=_number_said,
    input=_input("decimal"),
    read=_reader(),
    write=texts_of_any,
)
INTEGER = replace(
    NUMBER,
    code="integer",
    filled_by=("integer",),
    canonical=_integer,
    check=_integer_fault,
    schema=lambda declared: {"type": "integer", **_bounds(declared)},
    sample=lambda definition, _: _up(_smallest(definition)),
    neutral=lambda question: _up(_least(question)),
    input=_input("numeric"),
)
MONEY = replace(
    NUMBER,
    code="money",
    unit=YUAN,
    read=_reader(YUAN),
    say=lambda declared, value, _: f"{number_as_text(value)}{declared.unit or YUAN}",
)

TYPES = (NUMBER, INTEGER, MONEY)
