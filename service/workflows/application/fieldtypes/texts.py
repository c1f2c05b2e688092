"""文字、日期、代码和号码 — the types whose values are text."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from service.workflows.application import identities
from service.workflows.application.fieldtypes.fieldtype import (
    Declared,
    FieldType,
    Input,
    Schema,
    as_it_is,
    number_as_text,
    texts_of_any,
)
from service.workflows.application.phones import PHONE, phone_spelling
from service.workflows.definition.models import Described, Region
from service.workflows.definition.spelling import code_spelling, text_spelling

LONGEST_TEXT = 2000
SEVERAL_LINES = 100  # characters from which a text is typed in more than one line
REGION_CODE = r"[0-9]{6}([0-9]{3}){0,2}"
_DAY = re.compile(
    r"([0-9]{4})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def spelt(spelling: Callable[[str], str]) -> Callable[[Declared, Any], Any]:
    """Return the canonical form of texts in a spelling; what is no text stays as it is."""
    return lambda _, value: spelling(value) if isinstance(value, str) else value


def _longest(declared: Declared) -> int:
    return int(declared.max) if declared.max is not None else LONGEST_TEXT


def _fault(declared: Declared, value: Any) -> str:
    if not isinstance(value, str):
        return "：请填写文字"
    if not value:
        return "：不能为空"
    longest = _longest(declared)
    return f"：最多 {longest} 个字" if len(value) > longest else ""


def _schema(declared: Declared) -> Schema:
    return {"type": "string", "pattern": r"\S", "maxLength": _longest(declared)}


def _sample(definition: Described, _: date) -> str:
    return f"样例{definition.title}"[: _longest(definition)]


def _text_said(declared: Declared, value: Any, _: Region | None) -> str:
    return f"{number_as_text(value)}{declared.unit}"


def _input(title: str, most: float | None) -> Input:
    filled_in = {"姓名": "name", "地址": "street-address"}.get(title[-2:], "")
    return Input(
        control="prose" if most and most > SEVERAL_LINES else "line",
        autocomplete=filled_in,
        longest=int(most or LONGEST_TEXT),
    )


TEXT = FieldType(
    code="text",
    bounds=("max",),
    filled_by=("text", "choice"),
    canonical=spelt(text_spelling),
    check=_fault,
    schema=_schema,
    sample=_sample,
    say=_text_said,
    input=_input,
    read=as_it_is,
    write=texts_of_any,
)


# ---- days ------------------------------------------------------------------------------------------------------


def _day(text: str) -> date | None:
    """Return a day written as 2026-11-05; other ISO spellings would not compare in order."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _day_fault(declared: Declared, value: Any) -> str:
    known = _fault(declared, value)
    return known or ("" if _day(value) else "：请按 2026-11-05 这样填写日期")


def _day_schema(_: Declared) -> Schema:
    return {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"}


def _day_said(_: Declared, value: Any, __: Region | None) -> str:
    day = _day(str(value))
    return f"{day.year}年{day.month}月{day.day}日" if day else str(value)


def day_spelling(text: str) -> str:
    """Return a day as 2026-11-05, also one written 2026年11月5日, 2026/11/5 or 20261105; anything else as it was given."""
    found = _DAY.fullmatch(code_spelling(text))
    if not found:
        return text.strip()
    year, month, day = (part for part in found.groups() if part)
    return f"{year}-{int(month):02}-{int(day):02}"


DATE = FieldType(
    code="date",
    hint="如 2026-11-05",
    filled_by=("date",),
    canonical=spelt(day_spelling),
    check=_day_fault,
    schema=_day_schema,
    sample=lambda _, today: today.isoformat(),
    neutral=lambda _: "2026-01-01",
    say=_day_said,
    input=lambda _, __: Input(kind="date"),
    read=lambda _, text: day_spelling(text),
    write=texts_of_any,
)


# ---- codes and numbers of a fixed shape ------------------------------------------------------------------------


def _code_input(_: str, __: float | None) -> Input:
    return Input(code=True, autocomplete="off", longest=24)


def _phone_input(_: str, __: float | None) -> Input:
    return Input(kind="tel", autocomplete="tel", longest=30)


def shaped(
    code: str,
    pattern: str,
    *,
    sample: str,
    hint: str,
    wrong: str = "",
    fault: Callable[[str], str] | None = None,
    typed: str = "",
    spelling: Callable[[str], str] | None = None,
    say: Callable[[Declared, Any, Region | None], str] = _text_said,
    page_input: Callable[[str, float | None], Input] = _code_input,
) -> FieldType:
    """Return the type of what is written in a fixed shape.

    `wrong` says what is asked for, or `fault` looks further; `typed` is the pattern with small letters, where a schema
    takes them too; `spelling` finds the one form of what is written otherwise.
    """
    one_form = spelling or (lambda text: _if_shaped(pattern, text))

    def check(declared: Declared, value: Any) -> str:
        if known := _fault(declared, value):
            return known
        fits = re.fullmatch(pattern, value)
        return fault(value) if fault else "" if fits else wrong

    return FieldType(
        code=code,
        hint=hint,
        bounds=("max",),
        filled_by=("text",),
        canonical=spelt(one_form),
        check=check,
        schema=lambda _: {"type": "string", "pattern": f"^{typed or pattern}$"},
        sample=lambda _, __: sample,
        say=say,
        input=page_input,
        read=lambda _, text: one_form(text),
        write=texts_of_any,
    )


def _if_shaped(pattern: str, text: str) -> str:
    """Return a code in its spelling where it has the shape, otherwise as it was given."""
    code = code_spelling(text)
    return code if re.fullmatch(pattern, code) else text.strip()


def _region_said(_: Declared, value: Any, here: Region | None) -> str:
    return here.title if here and here.code == value else f"行政区划代码 {value}"


TYPES = (
    TEXT,
    DATE,
    shaped(
        "uscc",
        identities.USCC,
        typed=identities.USCC_ANY_CASE,
        sample="91999901MADEM0001" + identities.uscc_check("91999901MADEM0001"),
        hint="18位数字或大写字母",
        wrong="：统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）",
    ),
    shaped(
        "id-number",
        identities.ID_NUMBER,
        typed=identities.ID_NUMBER_ANY_CASE,
        sample="99990119900101001" + identities.id_check("99990119900101001"),
        hint="18位",
        fault=identities.id_number_fault,
    ),
    shaped(
        "phone",
        PHONE,
        sample="19900000001",
        hint="11位手机号，或带区号的固定电话",
        wrong="：请填 11 位手机号，或带区号的固定电话（分机写在后面）；境外号码前面写 + 和国家代码",
        spelling=phone_spelling,
        page_input=_phone_input,
    ),
    shaped(
        "region",
        REGION_CODE,
        sample="999901",
        hint="6位、9位或12位行政区划代码",
        wrong="：请填 6 位（或 9、12 位）行政区划代码",
        say=_region_said,
    ),
)
