"""统一社会信用代码、公民身份号码 — who somebody is, as the state numbers it: shapes and check characters (R-CODE-3, R-CODE-4)."""

import re
from datetime import date

from service.workflows.definition.spelling import code_spelling

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"
USCC = rf"[{USCC_ALPHABET}]{{18}}"
USCC_ANY_CASE = rf"[{USCC_ALPHABET}{USCC_ALPHABET.lower().lstrip('0123456789')}]{{18}}"
ID_NUMBER = r"[0-9]{17}[0-9X]"
ID_NUMBER_ANY_CASE = r"[0-9]{17}[0-9Xx]"


def uscc_check(first17: str) -> str:
    """Return the 18th character of a 统一社会信用代码 (GB 32100-2015, R-CODE-3)."""
    total = sum(
        USCC_ALPHABET.index(char) * weight
        for char, weight in zip(first17, USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_fault(value: str) -> str:
    """Return a warning when the check character does not fit; old codes may fail, so it never blocks (R-CODE-3)."""
    fits = len(value) == 18 and uscc_check(value[:17]) == value[17]
    return "" if fits else "统一社会信用代码的校验位不符，请核对"


def applicant_type_of(number: str) -> str:
    """Return the kind of applicant a number belongs to; empty when the number does not tell (GB 32100-2015, R-CODE-3).

    A 统一社会信用代码 begins with who registered it: 91 and 93 companies and cooperatives, 92 sole traders.
    """
    number = code_spelling(number)
    if not id_number_fault(number):
        return "individual"
    if not re.fullmatch(USCC, number):
        return ""
    return {"91": "enterprise", "92": "sole-trader", "93": "enterprise"}.get(
        number[:2], "organisation"
    )


def id_check(first17: str) -> str:
    """Return the 18th character of a 公民身份号码 (GB 11643-1999, R-CODE-4)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True))
    return ID_CHECK[total % 11]


def id_number_fault(value: str) -> str:
    """Return what is wrong with a 公民身份号码 (GB 11643-1999, R-CODE-4), or an empty text."""
    if not re.fullmatch(ID_NUMBER, value):
        return "：身份证号码应为 18 位"
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return "：身份证号码中的出生日期不存在"
    return "" if id_check(value[:17]) == value[17] else "：身份证号码校验位不符，请核对"


def identity_fault(kind: str, number: str) -> str:
    """Return why a number cannot be that of an applicant of a kind, or an empty text; one verdict at every door.

    `number` is in its spelling. A 统一社会信用代码 whose check character fails is no fault: old ones may (R-CODE-3). Who has
    no number of the state – a passport, a permit of Hong Kong, Macao or Taiwan – is an individual with another one.
    """
    personal = bool(re.fullmatch(ID_NUMBER, number))
    coded = bool(re.fullmatch(USCC, number)) and not uscc_fault(number)
    if kind == "individual":
        if coded and (not personal or id_number_fault(number)):
            return "这是统一社会信用代码；个人申请请填本人的身份证件号码"
        return id_number_fault(number).lstrip("：") if personal else ""
    if personal and not coded and not id_number_fault(number):
        return "这是个人的身份证号码；请填统一社会信用代码"
    if kind in ("enterprise", "sole-trader") and not re.fullmatch(USCC, number):
        return "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）"
    return ""
