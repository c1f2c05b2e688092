"""身份证件 — the type whose value is a kind of identity document and its number, each kind with its own check.

A number that tells its kind by itself may stand alone: so arrives what was filled in while the field asked for an ID number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.workflows.application import identities
from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    FieldType,
    Input,
    Schema,
    as_it_is,
)
from service.workflows.definition.models import Region
from service.workflows.definition.spelling import code_spelling

KIND, NUMBER = "kind", "number"
USUAL = "id_card"
KINDS: Mapping[str, str] = {
    code: identities.DOCUMENTS[code].title for code in identities.PERSONAL_DOCUMENTS
}
LONGEST = 24


def _is_whole(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == {KIND, NUMBER}
        and all(isinstance(part, str) for part in value.values())
    )


def _canonical(_: Declared, value: Any) -> Any:
    if isinstance(value, str):
        number = code_spelling(value)
        kind = identities.document_of(number)
        return {KIND: kind, NUMBER: number} if kind in KINDS else value
    if not _is_whole(value):
        return value
    return {KIND: value[KIND].strip(), NUMBER: code_spelling(value[NUMBER])}


def _fault(_: Declared, value: Any) -> str:
    if not _is_whole(value):
        return "：请选证件种类，并填证件号码"
    if value[KIND] not in KINDS:
        known = "、".join(f"{code}（{title}）" for code, title in KINDS.items())
        return f"：证件种类请从中选一个：{known}"
    if not value[NUMBER]:
        return "：请填证件号码"
    wrong = identities.document_fault(value[KIND], value[NUMBER])
    return f"：{wrong}" if wrong else ""


def _schema(_: Declared) -> Schema:
    return {
        "type": "object",
        "properties": {
            KIND: {
                "title": "证件种类",
                "type": "string",
                "oneOf": [{"const": code, "title": title} for code, title in KINDS.items()],
            },
            NUMBER: {"title": "证件号码", "type": "string"},
        },
        "required": [KIND, NUMBER],
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {KIND: {"const": code}}},
                "then": {"properties": {NUMBER: {"pattern": f"^({_pattern(code)})$"}}},
            }
            for code in KINDS
        ],
    }


def _pattern(code: str) -> str:
    return identities.DOCUMENTS[code].pattern


def _said(_: Declared, value: Any, __: Region | None) -> str:
    if not _is_whole(value):
        return str(value)
    return f"{KINDS.get(value[KIND], value[KIND])} {value[NUMBER]}"


def _read(texts: Sequence[str]) -> Any:
    """Return what was typed: the kind that was chosen, and a number; a number alone as it is."""
    number = texts[-1].strip() if texts else ""
    if not number or number in KINDS:
        return None
    return {KIND: texts[0].strip(), NUMBER: code_spelling(number)} if len(texts) > 1 else number


def _written(value: Any) -> list[str]:
    if _is_whole(value):
        return [value[KIND], value[NUMBER]]
    return [identities.document_of(code_spelling(str(value))) or USUAL, str(value)]


IDENTITY = FieldType(
    code="identity",
    canonical=_canonical,
    check=_fault,
    schema=_schema,
    sample=lambda _, __: {
        KIND: USUAL,
        NUMBER: "99990119900101001" + identities.id_check("99990119900101001"),
    },
    say=_said,
    input=lambda _, __: Input(
        control="identity", code=True, autocomplete="off", longest=LONGEST, kinds=KINDS
    ),
    read=as_it_is,
    read_parts=_read,
    write=_written,
)

TYPES = (IDENTITY,)
