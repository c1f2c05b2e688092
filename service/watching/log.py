"""日志 — one JSON object a line, of listed facts only: nothing that a person wrote, and no line that breaks in two.

A fact is told by its name in `Facts`; whatever else a caller passes is left out. Of an exception only its kind and the
places in the code are told, for its own text may hold what people wrote.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack

LONGEST = 200
LONGEST_PLACE = 4000
WINDOW_SECONDS = 60.0
MOST_IN_WINDOW = 10
# what a terminal or a reader of the file may take for an end of line, a command or another direction
_UNSEEN = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


class Facts(TypedDict, total=False):
    """可以写进日志的 — names and codes of our own, counts, lengths of time; no value that anybody typed."""

    route: str  # the template: /api/v1/cases/{number}
    method: str
    status: int
    outcome: str  # ACKED | REFUSED | UNKNOWN
    cause: str
    ms: float
    request_id: str
    left_out: int | None  # lines of the same cause that were not written
    error: str  # the kind of an exception
    wrong: str | None  # which fields a model refused, by name
    place: str  # where in the code
    cases: int
    rows: int
    seconds: float
    now: str
    worker: str
    chore: str
    hours: float  # without a witness
    until: str  # the last day that the calendars know
    last: str  # the last day of the longest limit
    limits: int  # that wait for a calendar
    power: str  # of the database role, that it should not have


KEYS = frozenset(Facts.__annotations__)


def escaped(text: str) -> str:
    """Return JSON text in which every character that could break a line or mislead a reader is written as its code."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def line(event: str, facts: dict[str, Any]) -> str:
    """Return one JSON object of an event and those of its facts that are listed."""
    told: dict[str, Any] = {"event": event}
    for name, value in facts.items():
        if name in KEYS and value is not None:
            longest = LONGEST_PLACE if name == "place" else LONGEST
            told[name] = value if isinstance(value, (int, float)) else str(value)[:longest]
    return escaped(json.dumps(told, ensure_ascii=False))


def tell(
    log: logging.Logger, event: str, *, level: int = logging.INFO, **facts: Unpack[Facts]
) -> None:
    """Write one line."""
    if log.isEnabledFor(level):
        log.log(level, line(event, dict(facts)), extra={"told": True})


def place_of(error: BaseException) -> str:
    """Return where an exception was raised: files, lines and functions, nothing of what they held."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)


def cause_of(error: BaseException) -> str:
    """Return what lies at the root of an exception, as a code: SQLSTATE, SQLite's own name, or the kind of exception."""
    root: Any = error
    seen = {id(None)}  # nobody stays in a circle of causes
    while id(inner := root.__cause__ or getattr(root, "orig", None)) not in seen:
        seen.add(id(inner))
        root = inner
    for name in ("sqlstate", "sqlite_errorname"):
        if isinstance(code := getattr(root, name, None), str):
            return code
    return type(root).__name__


class JsonLines(logging.Formatter):
    """Writes every record as one JSON object, those of libraries and of `log.exception` too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"at": at, "level": record.levelname.lower(), "log": record.name}
        if getattr(record, "told", False):
            said = record.getMessage()
        else:
            said = escaped(json.dumps({"event": "message", **_foreign(record)}, ensure_ascii=False))
        return f"{json.dumps(head)[:-1]}, {said[1:]}"


def _foreign(record: logging.LogRecord) -> dict[str, str]:
    found = {"says": record.getMessage()[: 5 * LONGEST]}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        found |= {"error": type(error).__qualname__, "place": place_of(error)[-LONGEST_PLACE:]}
    return found


def to_stderr(level: str) -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("uvicorn", "alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Throttle:
    """限流 — lets so many lines of one cause through in a minute, and counts the others."""

    def __init__(
        self, most: int = MOST_IN_WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let `most` lines of a cause through in each window."""
        self._most, self._clock = most, clock
        self._windows: dict[str, tuple[float, int]] = {}  # cause → end of its window, lines in it

    def admits(self, cause: str) -> int | None:
        """Tell how many lines of a cause were left out since its last one; None when this one is left out too."""
        now = self._clock()
        until, seen = self._windows.get(cause, (0.0, 0))
        if now >= until:
            self._windows[cause] = (now + WINDOW_SECONDS, 1)
            return max(0, seen - self._most)
        self._windows[cause] = (until, seen + 1)
        return 0 if seen < self._most else None
