"""Values that people give — answers and form fields, checked against their declared type (sections R-CODE-3, R-CODE-4)."""

import re
from datetime import date
from typing import Any

from service.workflows.language.models import Question, VocabularyField, one_of

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"
LONGEST_TEXT = 2000
LARGEST_NUMBER = 1e12

Declared = Question | VocabularyField


def check_value(declared: Declared, value: Any) -> tuple[Any, str]:
    """Return the value in its canonical form and what is wrong with it in plain Chinese (empty when nothing is)."""
    kind = declared.type
    if kind in ("number", "money", "integer"):
        return _number(declared, value)
    if kind == "boolean":
        return value, "" if isinstance(value, bool) else "：请回答是或否"
    if kind in ("choice", "multi"):
        return _options(declared, value)
    if kind == "list":
        ok = isinstance(value, list) and len(value) <= 200 and all(isinstance(v, (str, dict)) for v in value)
        return value, "" if ok else "：请逐条填写，最多 200 条"
    if kind == "person":
        ok = isinstance(value, dict) and isinstance(value.get("name"), str) and bool(value["name"].strip())
        return value, "" if ok else "：请填写姓名"
    if not isinstance(value, str):
        return value, "：请填写文字"
    return _text(declared, value.strip())


def _number(declared: Declared, value: Any) -> tuple[Any, str]:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124  # nan
        return value, "：请填数字，如 180"
    if abs(value) > LARGEST_NUMBER:
        return value, "：数字太大"
    if declared.type == "integer" and value != int(value):
        return value, "：请填整数"
    if declared.min is not None and value < declared.min:
        return value, f"：不能小于 {declared.min}"
    if declared.max is not None and value > declared.max:
        return value, f"：不能大于 {declared.max}"
    return (int(value) if declared.type == "integer" else float(value)), ""


def _options(declared: Declared, value: Any) -> tuple[Any, str]:
    labels = one_of(declared.options or {})
    allowed = "、".join(f"{code}（{label}）" if code != label else code for code, label in labels.items())
    if declared.type == "choice":
        return value, "" if isinstance(value, str) and value in labels else f"：请从中选一个：{allowed}"
    ok = isinstance(value, list) and all(isinstance(v, str) and v in labels for v in value)
    return (sorted(set(value), key=list(labels).index) if ok else value), "" if ok else f"：请从中选：{allowed}"


def _text(declared: Declared, value: str) -> tuple[Any, str]:
    longest = int(declared.max) if declared.max is not None else LONGEST_TEXT
    if not value:
        return value, "：不能为空"
    if len(value) > longest:
        return value, f"：最多 {longest} 个字"
    kind = declared.type
    if kind == "date" and not _is_date(value):
        return value, "：请按 2026-11-05 这样填写日期"
    if kind == "uscc":
        value = value.upper()
        if not re.fullmatch(rf"[{USCC_ALPHABET}]{{18}}", value):
            return value, "：统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）"
    if kind == "id-number":
        value = value.upper()
        return value, id_number_fault(value)
    if kind == "phone" and not re.fullmatch(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}", value):
        return value, "：请填 11 位手机号，或带区号的固定电话"
    if kind == "region" and not re.fullmatch(r"[0-9]{6}([0-9]{3}){0,2}", value):
        return value, "：请填 6 位（或 9、12 位）行政区划代码"
    return value, ""


def _is_date(value: str) -> bool:
    """Tell whether it is a day written as 2026-11-05; other ISO spellings would not compare in order."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def uscc_check(first17: str) -> str:
    """Return the 18th character of a 统一社会信用代码 (GB 32100-2015, R-CODE-3)."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_fault(value: str) -> str:
    """Return a warning when the check character does not fit; old codes may fail, so it never blocks (R-CODE-3)."""
    fits = len(value) == 18 and uscc_check(value[:17]) == value[17]
    return "" if fits else "统一社会信用代码的校验位不符，请核对"


def applicant_type_of(number: str) -> str:
    """Return the kind of applicant a number belongs to; empty when the number does not tell (GB 32100-2015, R-CODE-3).

    A 统一社会信用代码 begins with who registered it: 91 and 93 companies and cooperatives, 92 sole traders.
    """
    number = number.strip().upper()
    if not id_number_fault(number):
        return "individual"
    if not re.fullmatch(rf"[{USCC_ALPHABET}]{{18}}", number):
        return ""
    return {"91": "enterprise", "92": "sole-trader", "93": "enterprise"}.get(number[:2], "organisation")


def id_number_fault(value: str) -> str:
    """Return what is wrong with a 公民身份号码 (GB 11643-1999, R-CODE-4), or an empty text."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        return "：身份证号码应为 18 位"
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return "：身份证号码中的出生日期不存在"
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], ID_WEIGHTS, strict=True))
    return "" if ID_CHECK[total % 11] == value[17] else "：身份证号码校验位不符，请核对"
