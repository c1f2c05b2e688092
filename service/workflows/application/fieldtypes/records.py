"""列表、人员 — the types whose values have parts."""

from collections.abc import Mapping
from typing import Any

from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    FieldType,
    Input,
    Schema,
)
from service.workflows.definition.spelling import name_spelling, text_spelling

LONGEST_LIST = 200
LONGEST_NAME = 2000


def _parts(value: Any) -> str:
    if isinstance(value, Mapping):
        return "，".join(str(part) for part in value.values())
    return str(value)


# ---- lists -----------------------------------------------------------------------------------------------------


def _list_fault(_: Declared, value: Any) -> str:
    is_list = isinstance(value, list) and len(value) <= LONGEST_LIST
    fits = is_list and all(isinstance(entry, str | dict) for entry in value)
    return "" if fits else f"：请逐条填写，最多 {LONGEST_LIST} 条"


def _part_spelt(part: Any) -> Any:
    return text_spelling(part) if isinstance(part, str) else part


def _list_spelt(_: Declared, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {name: _part_spelt(part) for name, part in entry.items()}
        if isinstance(entry, dict)
        else _part_spelt(entry)
        for entry in value
    ]


def _entries(value: Any) -> list[str]:
    return [_parts(entry) for entry in (value if isinstance(value, list) else [value])]


def _lines(_: Declared, text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


LIST = FieldType(
    code="list",
    canonical=_list_spelt,
    check=_list_fault,
    schema=lambda _: {
        "type": "array",
        "items": {"type": ["string", "object"]},
        "maxItems": LONGEST_LIST,
    },
    sample=lambda _, __: [],
    say=lambda _, value, __: "；".join(_entries(value)),
    input=lambda _, __: Input(control="lines"),
    read=_lines,
    write=lambda value: ["\n".join(_entries(value))],
)


# ---- people ----------------------------------------------------------------------------------------------------


def _person_fault(_: Declared, value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return "" if isinstance(name, str) and name.strip() else "：请填写姓名"


def _person_spelt(_: Declared, value: Any) -> Any:
    name = value.get("name") if isinstance(value, dict) else None
    return {**value, "name": name_spelling(name)} if isinstance(name, str) else value


def _person_schema(_: Declared) -> Schema:
    name = {"title": "姓名", "type": "string", "minLength": 1}
    return {"type": "object", "properties": {"name": name}, "required": ["name"]}


def _person_written(value: Any) -> list[str]:
    return [str(value.get("name", "")) if isinstance(value, Mapping) else str(value)]


PERSON = FieldType(
    code="person",
    canonical=_person_spelt,
    check=_person_fault,
    schema=_person_schema,
    sample=lambda _, __: {"name": "样例人员"},
    say=lambda _, value, __: _parts(value),
    input=lambda _, longest: Input(autocomplete="name", longest=int(longest or LONGEST_NAME)),
    read=lambda _, text: {"name": name_spelling(text)},
    write=_person_written,
)

TYPES = (LIST, PERSON)
