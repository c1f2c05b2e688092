"""引用条款 — articles as they are written on papers: 「行政许可法 38」 becomes 《中华人民共和国行政许可法》第三十八条.

A paper names a statute by its full title. Statutes of the National People's Congress, what puts them into effect and the
regulations in `NATIONAL` bear 中华人民共和国 in it; other regulations do not.
"""

import re
from collections.abc import Iterator

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,2})?(\(\d{1,2}\))?")
_ARTICLE = re.compile(
    r"(?P<law>\D*(?:法|条例|办法|规定|细则)) (?P<article>\d{1,3})(?:\.(?P<paragraph>\d{1,2}))?(?:\((?P<point>\d{1,2})\))?"
)
_WHOLE = re.compile(
    r"(?P<law>(?!地方)[^（）《》\d]*(?:法|条例|办法|规定|细则|规范|方案))(?P<more>( [\d.]+)?(（.*）)?)"
)
_STATE = "中华人民共和国"
NATIONAL = frozenset({"市场主体登记管理条例", "市场主体登记管理条例实施细则", "户口登记条例"})
DOCUMENTS = {  # papers of offices that are cited by their number, with their titles
    "国办发〔2020〕42号": "国务院办公厅关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见",
    "国办发〔2018〕118号": "国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见",
    "国发〔2021〕7号": "国务院关于深化“证照分离”改革进一步激发市场主体发展活力的通知",
    "国办发〔2025〕22号": "国务院办公厅关于进一步完善信用修复制度的实施方案",
}


def cited(basis: str) -> str:
    """Write one or more articles, separated by 「；」, in full; what is no article of a law stays as it is.

    Articles of one law are written after its name once.
    """
    parts: list[str] = []
    known: dict[str, int] = {}  # law → where it stands
    for part in _apart(basis):
        found = _ARTICLE.fullmatch(part)
        if found is None:
            parts.append(_named(part))
        elif found["law"] in known:
            parts[known[found["law"]]] += f"、{_article(found)}"
        else:
            known[found["law"]] = len(parts)
            parts.append(f"《{in_full(found['law'])}》{_article(found)}")
    return "；".join(dict.fromkeys(parts))


def in_full(law: str) -> str:
    """Return the full name of a statute: 行政许可法 → 中华人民共和国行政许可法."""
    made_by_congress = law.endswith("法") and not law.endswith("办法")
    of_such = re.fullmatch(r".*[^办]法实施(条例|细则|办法)", law)
    national = made_by_congress or of_such or law in NATIONAL
    return law if law.startswith(_STATE) or not national else _STATE + law


def _named(part: str) -> str:
    if part in DOCUMENTS:
        return f"《{DOCUMENTS[part]}》（{part}）"
    whole = _WHOLE.fullmatch(part)
    return f"《{in_full(whole['law'])}》{whole['more'].strip()}" if whole else part


def _apart(basis: str) -> Iterator[str]:
    """Yield the articles one by one: 「行政许可法 36、47」 names two of one law."""
    for part in (part.strip() for part in basis.split("；") if part.strip()):
        first, *more = part.split("、")
        law = _ARTICLE.fullmatch(first)
        if law is None or not all(_NUMBER.fullmatch(each) for each in more):
            yield part
            continue
        yield from (first, *(f"{law['law']} {each}" for each in more))


def _article(found: re.Match[str]) -> str:
    paragraph = f"第{numeral(int(found['paragraph']))}款" if found["paragraph"] else ""
    point = f"第（{numeral(int(found['point']))}）项" if found["point"] else ""
    return f"第{numeral(int(found['article']))}条{paragraph}{point}"


def numeral(number: int) -> str:
    """Write a number below a thousand: 三十八, 一百零五."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")
