"""一张表 — the one form as JSON Schema 2020-12, accepting the same values as `answers.check_value`.

What a schema cannot say stays with the server: birth date and check character of an ID number, and that spaces
around a text are trimmed before it is looked at. Dates need a validator that asserts `format`.
"""

from collections.abc import Mapping
from typing import Any

from service.workflows.answers import LARGEST_NUMBER, LONGEST_TEXT, USCC_ALPHABET
from service.workflows.bundle import FieldNeed
from service.workflows.language.models import VocabularyField, one_of
from service.workflows.language.release import Release

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LONGEST_LIST = 200
_USCC = USCC_ALPHABET + "".join(char.lower() for char in USCC_ALPHABET if char.isalpha())
PATTERNS: Mapping[str, str] = {
    "text": r"\S",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "uscc": rf"^[{_USCC}]{{18}}$",
    "id-number": r"^[0-9]{17}[0-9Xx]$",
    "phone": r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$",
    "region": r"^[0-9]{6}([0-9]{3}){0,2}$",
}
HINTS: Mapping[str, str] = {
    "uscc": "18位数字或大写字母", "id-number": "18位", "phone": "11位手机号，或带区号的固定电话",
    "region": "6位、9位或12位行政区划代码", "date": "如 2026-11-05",
}  # fmt: skip


def form_schema(release: Release, needs: Mapping[str, FieldNeed]) -> dict[str, Any]:
    """Return the schema of the one form, its fields in the order of the vocabulary.

    Beside the standard words a field has `x-type` (its type in the vocabulary), `x-section`, `x-unit`, `x-origin`
    (where its prefilled value comes from), and `x-items` and `x-departments` as [{code, title}]: who asks for it (R-BND-10).
    """
    order = [name for name in release.vocabulary.fields if name in needs]
    return {
        "$schema": DIALECT,
        "title": f"{release.bundle.title}申请表",
        "type": "object",
        "properties": {name: _field(release, needs[name]) for name in order},
        "required": [name for name in order if needs[name].required],
    }


def _field(release: Release, need: FieldNeed) -> dict[str, Any]:
    definition = need.definition
    departments = release.directory.departments
    about = {
        "title": definition.title,
        "description": definition.hint or HINTS.get(definition.type, ""),
        "x-type": definition.type,
        "x-section": definition.section,
        "x-unit": definition.unit or ("元" if definition.type == "money" else ""),
        "x-origin": need.origin,
    }
    return {
        **{key: said for key, said in about.items() if said},
        **value_schema(definition),
        "x-items": [{"code": code, "title": release.items[code].title} for code in need.items],
        "x-departments": [{"code": code, "title": departments[code]} for code in need.departments],
    }


def value_schema(definition: VocabularyField) -> dict[str, Any]:
    """Return the schema of one value by the type of its field."""
    kind = definition.type
    if kind in ("number", "money", "integer"):
        return {"type": "integer" if kind == "integer" else "number", **_bounds(definition)}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "choice":
        return _choice(definition)
    if kind == "multi":
        return {"type": "array", "items": _choice(definition)}
    if kind == "list":
        return {"type": "array", "items": {"type": ["string", "object"]}, "maxItems": LONGEST_LIST}
    if kind == "person":
        name = {"title": "姓名", "type": "string", "minLength": 1}
        return {"type": "object", "properties": {"name": name}, "required": ["name"]}
    return _text(definition)


def _bounds(definition: VocabularyField) -> dict[str, Any]:
    low = -LARGEST_NUMBER if definition.min is None else max(definition.min, -LARGEST_NUMBER)
    high = LARGEST_NUMBER if definition.max is None else min(definition.max, LARGEST_NUMBER)
    return {"minimum": _plain(low), "maximum": _plain(high)}


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _choice(definition: VocabularyField) -> dict[str, Any]:
    labels = one_of(definition.options or {})
    return {
        "type": "string",
        "enum": list(labels),
        "oneOf": [{"const": code, "title": label} for code, label in labels.items()],
    }


def _text(definition: VocabularyField) -> dict[str, Any]:
    longest = LONGEST_TEXT if definition.max is None else int(definition.max)
    pattern = {"type": "string", "pattern": PATTERNS[definition.type]}
    if definition.type == "date":
        return {**pattern, "format": "date"}
    return {**pattern, "maxLength": longest} if definition.type == "text" else pattern
