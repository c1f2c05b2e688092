"""引用条款 — articles as they are written on papers: 「行政许可法 38」 becomes 《行政许可法》第三十八条."""

import re
from collections.abc import Iterator

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,2})?(\(\d{1,2}\))?")
_ARTICLE = re.compile(
    r"(?P<law>\D*(?:法|条例|办法|规定|细则)) (?P<article>\d{1,3})(?:\.(?P<paragraph>\d{1,2}))?(?:\((?P<point>\d{1,2})\))?"
)


def cited(basis: str) -> str:
    """Write one or more articles, separated by 「；」, in full; what is no article of a law stays as it is.

    Articles of one law that follow each other are written after its name once.
    """
    parts, law = [], ""
    for part in _apart(basis):
        found = _ARTICLE.fullmatch(part)
        if found is None:
            parts.append(part)
        elif found["law"] == law:
            parts[-1] += f"、{_article(found)}"
        else:
            parts.append(f"《{found['law']}》{_article(found)}")
        law = found["law"] if found else ""
    return "；".join(parts)


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
