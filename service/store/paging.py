"""Pages by keyset: a page begins after the last row of the one before, whatever was added meanwhile."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag

from service.errors import one_field
from service.store.columns import as_instant, json_text
from service.store.database import Connection

Row = dict[str, Any]
_READ: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "number": int,
    "date": date.fromisoformat,
    "instant": as_instant,
}


@dataclass(slots=True)
class Page:
    """一页 — rows, and where the next page begins (empty at the end)."""

    rows: list[Row]
    next: str


def page(connection: Connection, rows: list[Row], limit: int, key: Sequence[str]) -> Page:
    """Cut rows (one more than `limit` was asked for) to a page; `key` names the columns they are ordered by.

    The marker of the next page is encrypted and signed: it tells nothing of the row and holds for this order alone.
    """
    if len(rows) <= limit:
        return Page(rows, "")
    last = json_text([rows[limit - 1][name] for name in key]).encode()
    marker = base64.urlsafe_b64encode(connection.keys.hidden(last, _purpose(key)))
    return Page(rows[:limit], marker.decode().rstrip("="))


def position(
    connection: Connection, cursor: str, key: Sequence[str], kinds: Sequence[str]
) -> list[Any] | None:
    """Read a cursor back; `kinds` are text, number, date or instant. Raises DataInvalid for one we never gave."""
    if not cursor:
        return None
    try:
        marker = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        found = json.loads(connection.keys.shown(marker, _purpose(key)))
        return [_READ[kind](value) for kind, value in zip(kinds, found, strict=True)]
    except (InvalidTag, ValueError) as error:
        raise one_field("/cursor", "翻页标记无效，请回到第一页。") from error


def _purpose(key: Sequence[str]) -> str:
    return " ".join(key)
