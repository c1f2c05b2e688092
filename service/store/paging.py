"""Pages by keyset: a page begins after the last row of the one before, whatever was added meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import one_field
from service.store.columns import as_instant, json_text

Row = dict[str, Any]
_READ: dict[str, Callable[[Any], Any]] = {"text": str, "number": int, "date": date.fromisoformat, "instant": as_instant}


@dataclass(slots=True)
class Page:
    """一页 — rows, and where the next page begins (empty at the end)."""

    rows: list[Row]
    next: str


def page(rows: list[Row], limit: int, key: Sequence[str]) -> Page:
    """Cut rows (one more than `limit` was asked for) to a page; `key` names the columns they are ordered by."""
    if len(rows) <= limit:
        return Page(rows, "")
    last = rows[limit - 1]
    return Page(rows[:limit], base64.urlsafe_b64encode(json_text([last[name] for name in key]).encode()).decode())


def position(cursor: str, kinds: Sequence[str]) -> list[Any] | None:
    """Read a cursor back; `kinds` are text, number, date or instant. Raises DataInvalid for one we never gave."""
    if not cursor:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return [_READ[kind](value) for kind, value in zip(kinds, found, strict=True)]
    except (binascii.Error, ValueError, TypeError) as error:
        raise one_field("/cursor", "翻页标记无效，请回到第一页。") from error
