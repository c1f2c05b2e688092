"""文字排版 — how wide a text is on paper, and where to break it; no font is asked, so every renderer gets room enough."""

import re
import unicodedata
from math import inf

CLOSERS = "，。、；：！？）》」』”’%㎡"  # never at the beginning of a line
OPENERS = "（《「『“‘"  # never at the end of a line
NARROW = 0.66  # of an em; digits and small letters, with room for wide fallback fonts
AWKWARD = 0.15  # what a break inside a phrase costs, against an uneven line
_WORD = re.compile(rf"[{OPENERS}]*(?:[!-~]+|[^!-~])[{CLOSERS}]*")


def width(text: str, size: float) -> float:
    """Return the width of a text in user units: a Chinese character is one em, a Latin one two thirds."""
    return sum(_ems(char) for char in text) * size


def wrap(text: str, size: float, room: float) -> list[str]:
    """Break a text into even lines that fit the room, at punctuation if it can; a word is only cut if it fits on no line."""
    if width(text, size) <= room:
        return [text.strip() or text]
    pieces = [
        p
        for word in _WORD.findall(text)
        for p in ([word] if width(word.strip(), size) <= room else list(word))
    ]
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(pieces) + 1):
        found: tuple[float, list[str]] = (inf, [])
        for start in range(end - 1, -1, -1):
            line = "".join(pieces[start:end]).strip()
            used = width(line, size)
            if used > room and start < end - 1:
                break
            cost = best[start][0] + 1 + (1 - used / room) ** 2 + _break_cost(pieces, start)
            if cost < found[0]:
                found = (cost, [*best[start][1], line])
        best.append(found)
    return [line for line in best[-1][1] if line] or [text]


def _break_cost(pieces: list[str], start: int) -> float:
    if start == 0:
        return 0.0
    good = (
        pieces[start][0] in OPENERS or pieces[start - 1][-1] in CLOSERS or pieces[start].isspace()
    )
    return 0.0 if good else AWKWARD


def _ems(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    return 0.9 if char.isupper() or char in "@%&" else NARROW
