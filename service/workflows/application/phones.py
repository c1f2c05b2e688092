"""电话号码 — the one spelling of a phone number: mobile, landline with area code and extension, 400, abroad."""

import re

from service.workflows.definition.spelling import code_spelling

# The spelling kept; a landline is taken without the hyphen after its area code too, which the check puts there.
PHONE = (
    r"(1[3-9][0-9]{9}"
    r"|0(10|2[0-9]|[3-9][0-9]{2})-?[0-9]{7,8}(-[0-9]{1,6})?"
    r"|[48]00[0-9]{7}"
    r"|\+([1-79][0-9]|8[0-57-9])[0-9]{5,13})"
)
_CHINA = re.compile(r"(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
_EXTENSION = re.compile(r"(?:-?(?:转|分机|EXT)[-.:]?)(?=[0-9]+$)")
_LANDLINE = re.compile(r"0?(10|2[0-9]|[3-9][0-9]{2})([0-9]{7,8})")
_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")


def phone_spelling(text: str) -> str:
    """Return a phone number in its one spelling, and what is none as it was given.

    `+86 138 1234 5678` is 13812345678, `(010) 12345678 转 802` is 010-12345678-802, `400-812-3456` is 4008123456,
    `00852 2345 6789` is +85223456789.
    """
    plain = _EXTENSION.sub("#", code_spelling(text))
    number, _, extension = plain.partition("#")
    if not extension and (parted := re.fullmatch(r"(.*[0-9]{7,8})-([0-9]{1,6})", number)):
        number, extension = _without_extension(parted)
    digits = re.sub(r"[-.()]", "", number)
    return _spelt(digits, extension) or text.strip()


def _without_extension(parted: re.Match[str]) -> tuple[str, str]:
    """Part 010-12345678-802; of 010-12345678 the last part is no extension."""
    if _LANDLINE.fullmatch(_CHINA.sub("", re.sub(r"[-.()]", "", parted[1]), count=1)):
        return parted[1], parted[2]
    return parted[0], ""


def _spelt(digits: str, extension: str) -> str:
    home = _CHINA.sub("", digits, count=1)
    if re.fullmatch(r"1[3-9][0-9]{9}|[48]00[0-9]{7}", home) and not extension:
        return home
    found = _LANDLINE.fullmatch(home) if home != digits or home.startswith("0") else None
    if found and not extension[6:]:
        return f"0{found[1]}-{found[2]}" + (f"-{extension}" if extension else "")
    abroad = _ABROAD.fullmatch(digits)
    if abroad and not abroad[1].startswith("86") and not extension:
        return f"+{abroad[1]}"
    return ""
