"""正文 — the few marks of the texts that people sign, as markup: headings, numbered lists, bold, paragraphs."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,6}) +(.*)")
_LISTED = {"ol": re.compile(r"\d+[.、] *(.*)"), "ul": re.compile(r"[-*] +(.*)")}
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def prose(text: str, level: int = 3) -> Markup:
    """Return a text as markup, its first heading as `<h{level}>`; everything else in it is escaped."""
    return Markup("\n").join(_blocks(text, level))


def _blocks(text: str, level: int) -> Iterator[Markup]:
    lines = [line.strip() for line in text.splitlines()]
    for kind, group in groupby(lines, _kind):
        if kind in _LISTED:
            items = [_LISTED[kind].fullmatch(line) for line in group]
            inner = Markup().join(
                Markup("<li>{}</li>").format(_inline(found[1])) for found in items if found
            )
            yield (Markup("<ol>{}</ol>") if kind == "ol" else Markup("<ul>{}</ul>")).format(inner)
        elif kind == "heading":
            for line in group:
                marks, said = line.split(" ", 1)
                depth = min(6, level + len(marks) - 1)
                yield Markup("<h{0}>{1}</h{0}>").format(depth, _inline(said))
        elif kind == "text":
            yield Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in group))


def _kind(line: str) -> str:
    if not line:
        return "nothing"
    if _HEADING.fullmatch(line):
        return "heading"
    return next((kind for kind, pattern in _LISTED.items() if pattern.fullmatch(line)), "text")


def _inline(text: str) -> Markup:
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped before
