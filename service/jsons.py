"""JSON 的写法 — what the standard library would write, byte for byte, by a library that is faster where both agree.

Both write text, whole numbers, yes and no, nothing, lists and objects alike. They differ in how they write some fractions
(1e-05, 1e-5), and in what they make of what is no number and of kinds of value beyond JSON's: a value that holds one of
these is written by the standard library, or refused by it.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol

import orjson

_AS_GIVEN = orjson.OPT_PASSTHROUGH_DATETIME
_SORTED = _AS_GIVEN | orjson.OPT_SORT_KEYS
# dates and times are given to `default`, where there is one
_ALIKE = frozenset({str, int, bool, type(None), datetime, date})
_HOLDING = frozenset({dict, list, tuple})
_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """Write a plain value as UTF-8 with sorted keys and no spaces: what digests are taken of.

    Raises TypeError for what is no JSON, UnicodeEncodeError for half a character.
    """
    if _is_plain(value):
        try:
            return orjson.dumps(value, option=_SORTED)
        except orjson.JSONEncodeError:
            pass  # a key that is no text, a number of more than 64 bits: the standard library says
    return _sorted(value).encode()


def canonical_dated(value: Any, write: Callable[[Any], str]) -> bytes | None:
    """Write a value with dates and times in it the same way, each of them by `write`; None where the libraries may differ."""
    if not _is_plain(value):
        return None
    try:
        return orjson.dumps(value, default=write, option=_SORTED)
    except orjson.JSONEncodeError:
        return None


class Write(Protocol):
    """Writes a value; `doubtful` are the parts of it that may hold what the libraries write otherwise, if only some may."""

    def __call__(self, value: Any, *, doubtful: Any = ...) -> str:
        """Return the text."""


def writer(default: Callable[[Any], Any] | None = None, *, ordered: bool = False) -> Write:
    """Return what writes a value without spaces, its keys as they stand or `ordered`; `default` gives plain values for others.

    It raises ValueError for what is no number, and what `default` raises.
    """
    standard = json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=ordered,
        separators=(",", ":"),
        default=default,
    ).encode
    option = _SORTED if ordered else _AS_GIVEN

    def write(value: Any, *, doubtful: Any = ...) -> str:
        if _is_plain(value if doubtful is ... else doubtful):
            try:
                return orjson.dumps(value, default=default, option=option).decode()
            except orjson.JSONEncodeError:
                pass  # the standard library writes it, or says why not
        return standard(value)

    return write


def read(text: str | bytes) -> Any:
    """Read JSON that this service has written. Raises ValueError for what is none.

    A whole number of more than 64 bits becomes a fraction: no door lets one in.
    """
    return orjson.loads(text)


def _is_plain(value: Any) -> bool:
    """Tell whether both libraries write all of a value alike: there is no fraction in it, and no kind of its own."""
    if type(value) in _ALIKE:
        return True
    todo: list[Any] = [[value]]
    for each in todo:  # grows while it is gone through
        for inner in each.values() if type(each) is dict else each:
            kind = type(inner)
            if kind in _ALIKE:
                continue
            if kind not in _HOLDING:
                return False
            todo.append(inner)
    return True
