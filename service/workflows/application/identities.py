"""统一社会信用代码、公民身份号码 — who somebody is, as the state numbers it: shapes and check characters (R-CODE-3, R-CODE-4)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """证件种类 — what a kind of identity document is called, and what is wrong with a number of it."""

    title: str
    fault: Callable[[str], str]
    shape: str  # how its numbers look, in words
    pattern: str  # the same for programs; check characters and dates are not in it


def _id_card(number: str) -> str:
    if number[:6] in _OF_RESIDENCE:
        return f"这是{DOCUMENTS[_OF_RESIDENCE[number[:6]]].title}的号码，请改选证件种类"
    return id_number_fault(number).lstrip("：")


def _residence(*codes: str) -> Callable[[str], str]:
    def fault(number: str) -> str:
        if wrong := id_number_fault(number):
            return wrong.lstrip("：").replace("身份证", "居住证")
        return "" if number[:6] in codes else f"居住证号码应以 {'、'.join(codes)} 开头"

    return fault


def _foreign_permanent(number: str) -> str:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):  # cards issued before December 2023
        return ""
    if number[:1] != "9":
        return "永久居留身份证号码应为 9 开头的 18 位数字，旧证为 3 位字母和 12 位数字"
    return id_number_fault(number).lstrip("：").replace("身份证", "永久居留身份证")


def _of_shape(pattern: str, said: str) -> Callable[[str], str]:
    return lambda number: "" if re.fullmatch(pattern, number) else said


_PERMIT_HK_MO, _PERMIT_TW = r"[HM][0-9]{8}([0-9]{2})?", r"[0-9]{8}"
_PASSPORT = r"(?=.*[0-9])[A-Z0-9]{5,15}"


def _uscc(number: str) -> str:
    if re.fullmatch(ID_NUMBER, number) and uscc_fault(number) and not id_number_fault(number):
        return "这是个人的身份证号码；请填统一社会信用代码"
    fits = re.fullmatch(USCC, number)
    return "" if fits else "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）"


_OF_RESIDENCE = {"810000": "residence_hk_mo", "820000": "residence_hk_mo", "830000": "residence_tw"}
DOCUMENTS: Mapping[str, DocumentKind] = MappingProxyType(
    {
        "id_card": DocumentKind("居民身份证", _id_card, "18 位，最后一位可以是 X", ID_NUMBER),
        "residence_hk_mo": DocumentKind(
            "港澳居民居住证",
            _residence("810000", "820000"),
            "810000 或 820000 开头的 18 位",
            r"8[12]0000[0-9]{11}[0-9X]",
        ),
        "residence_tw": DocumentKind(
            "台湾居民居住证", _residence("830000"), "830000 开头的 18 位", r"830000[0-9]{11}[0-9X]"
        ),
        "permit_hk_mo": DocumentKind(
            "港澳居民来往内地通行证",
            _of_shape(_PERMIT_HK_MO, "通行证号码应为 H 或 M 和 8 位数字（旧证 10 位）"),
            "H 或 M 和 8 位数字",
            _PERMIT_HK_MO,
        ),
        "permit_tw": DocumentKind(
            "台湾居民来往大陆通行证",
            _of_shape(_PERMIT_TW, "通行证号码应为 8 位数字"),
            "8 位数字",
            _PERMIT_TW,
        ),
        "foreign_permanent": DocumentKind(
            "外国人永久居留身份证",
            _foreign_permanent,
            "9 开头的 18 位，旧证 15 位",
            r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}",
        ),
        "passport": DocumentKind(
            "护照",
            _of_shape(_PASSPORT, "护照号码应为 5 至 15 位字母或数字，其中有数字"),
            "5 至 15 位字母或数字",
            _PASSPORT,
        ),
        "uscc": DocumentKind("统一社会信用代码", _uscc, "18 位数字或大写字母", USCC),
    }
)
PERSONAL_DOCUMENTS = tuple(kind for kind in DOCUMENTS if kind != "uscc")


def document_fault(document: str, number: str) -> str:
    """Return what is wrong with the number of an identity document of a kind, or an empty text. `number` is in its spelling."""
    known = DOCUMENTS.get(document)
    return known.fault(number) if known else f"证件种类可选：{'、'.join(DOCUMENTS)}"


def number_fault(number: str) -> str:
    """Return what is wrong with a number in its spelling of which is only said that it is a person's or a company's own."""
    if re.fullmatch(ID_NUMBER, number) and uscc_fault(number):
        return id_number_fault(number).lstrip("：")
    fits = re.fullmatch(USCC, number)
    return "" if fits else "号码不对，请核对；护照、通行证等请选证件种类"


def document_of(number: str) -> str:
    """Return the kind of document that a number in its spelling tells by itself; empty where it might be of several."""
    if number[:6] in _OF_RESIDENCE and not id_number_fault(number):
        return _OF_RESIDENCE[number[:6]]
    if not id_number_fault(number):
        return "id_card"
    return "uscc" if re.fullmatch(USCC, number) else ""


def identity_fault(kind: str, number: str, document: str = "") -> str:
    """Return why a number cannot be that of an applicant of a kind, or an empty text; one verdict at every door.

    `document` is the kind of identity document, where it is known. `number` is in its spelling.
    A 统一社会信用代码 whose check character fails is no fault: old ones may (R-CODE-3). Who has
    no number of the state – a passport, a permit of Hong Kong, Macao or Taiwan – is an individual with another one.
    """
    if document:
        if (document == "uscc") == (kind == "individual"):
            return "个人请选个人的证件，单位请选统一社会信用代码"
        return document_fault(document, number)
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
