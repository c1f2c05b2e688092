"""是否、单选、多选 — the types whose values are chosen."""

from dataclasses import replace
from typing import Any

from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    FieldType,
    Input,
    Schema,
    as_it_is,
    texts_of_any,
)
from service.workflows.definition.models import Question, Region, one_of

YES, NO = "yes", "no"


def _yes_or_no(value: Any) -> list[str]:
    return [YES if value is True else NO if value is False else str(value)]


BOOLEAN = FieldType(
    code="boolean",
    filled_by=("boolean",),
    canonical=as_it_is,
    check=lambda _, value: "" if isinstance(value, bool) else "：请回答是或否",
    schema=lambda _: {"type": "boolean"},
    sample=lambda _, __: False,
    neutral=lambda _: False,
    say=lambda _, value, __: "是" if value else "否",
    input=lambda _, __: Input(control="yes_no"),
    read=lambda _, text: {YES: True, NO: False}.get(text, text),
    write=_yes_or_no,
)


# ---- options ---------------------------------------------------------------------------------------------------


def _options(declared: Declared) -> dict[str, str]:
    return one_of(declared.options or {})


def _first(declared: Declared) -> str:
    return next(iter(_options(declared)))


def _allowed(declared: Declared) -> str:
    return "、".join(
        f"{code}（{label}）" if code != label else code
        for code, label in _options(declared).items()
    )


def _is_option(declared: Declared, value: Any) -> bool:
    return isinstance(value, str) and value in _options(declared)


def _schema(declared: Declared) -> Schema:
    labels = _options(declared)
    return {
        "type": "string",
        "enum": list(labels),
        "oneOf": [{"const": code, "title": label} for code, label in labels.items()],
    }


def _fault(declared: Declared, value: Any) -> str:
    return "" if _is_option(declared, value) else f"：请从中选一个：{_allowed(declared)}"


def _labels_said(declared: Declared, value: Any, _: Region | None) -> str:
    labels = _options(declared)
    # a label may itself hold a 、
    return "；".join(labels.get(code, code) for code in texts_of_any(value))


CHOICE = FieldType(
    code="choice",
    filled_by=("choice",),
    canonical=as_it_is,
    check=_fault,
    schema=_schema,
    sample=lambda definition, _: _first(definition),
    neutral=_first,
    say=_labels_said,
    input=lambda _, __: Input(control="one"),
    read=as_it_is,
    write=texts_of_any,
)


def _at_least_one(declared: Declared) -> bool:
    """Tell whether a question of several must be answered by one of them at least."""
    return isinstance(declared, Question) and declared.required


def _are_options(declared: Declared, value: Any) -> bool:
    return isinstance(value, list) and all(_is_option(declared, each) for each in value)


def _in_order(declared: Declared, value: Any) -> Any:
    if not _are_options(declared, value):
        return value
    return sorted(set(value), key=list(_options(declared)).index)


def _fault_of_any(declared: Declared, value: Any) -> str:
    if value == [] and _at_least_one(declared):
        return "：请至少选一项"
    return "" if _are_options(declared, value) else f"：请从中选：{_allowed(declared)}"


MULTI = replace(
    CHOICE,
    code="multi",
    filled_by=("multi",),
    canonical=_in_order,
    check=_fault_of_any,
    schema=lambda declared: {"type": "array", "items": _schema(declared)},
    sample=lambda definition, _: [_first(definition)],
    neutral=lambda question: [_first(question)] if _at_least_one(question) else [],
    input=lambda _, __: Input(control="several"),
    several=True,
)

TYPES = (BOOLEAN, CHOICE, MULTI)
