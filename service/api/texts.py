"""文字与数 — the one kind of text and the one kind of number the service takes in, however deep they stand in a body.

What one layer cannot hold or shows otherwise than it is, is refused at the door with a pointer, so that both databases,
the record and every page agree: control characters, lone surrogates, marks that turn the writing direction, numbers
that another program would round.
"""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from service.workflows.definition import code_spelling, readable, seen_text
from service.workflows.definition import text_fault as text_fault  # noqa: PLC0414 - one rule for all doors

DEEPEST_NESTING = 20
LARGEST_NUMBER = 2**53 - 1  # the largest whole number that every JSON reader keeps exact
_LONGEST_POINTER = 200


def _without_fault(value: str) -> str:
    if fault := text_fault(value):
        raise ValueError(fault)
    return value


Clean = Annotated[str, AfterValidator(_without_fault)]
Short = Annotated[Clean, StringConstraints(max_length=120)]
Name = Annotated[Clean, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
ITEM_CODE = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9-]*){0,2}$"  # an item, a proceeding, an order on it
LONGEST_ITEM_CODE = 120
ItemCode = Annotated[str, StringConstraints(pattern=ITEM_CODE, max_length=LONGEST_ITEM_CODE)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ClockCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=80)]
CaseNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
# numbers and codes that people type: whatever the keyboard made of them
_Spelt = BeforeValidator(lambda value: code_spelling(value) if isinstance(value, str) else value)
TypedNumber = Annotated[str, _Spelt, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
Secret = Annotated[str, _Spelt, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
_SpeltLower = BeforeValidator(
    lambda value: code_spelling(value).lower() if isinstance(value, str) else value
)
PaperCode = Annotated[str, _SpeltLower, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
ShowToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_=-]{0,600}$")]
Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]
Data = Annotated[dict[str, Any], Field(max_length=200)]


def pointer_to(*parts: str | int) -> str:
    """Return the JSON pointer (RFC 6901) to a place in a body."""
    found = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return readable(found)[:_LONGEST_POINTER]


def faults(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (pointer, what is wrong) for every text and number of a JSON value that is not taken in."""
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while todo:
        path, here = todo.pop()
        if len(path) > DEEPEST_NESTING:
            yield pointer_to(*path[:DEEPEST_NESTING]), f"层次太深，最多 {DEEPEST_NESTING} 层"
        elif isinstance(here, Mapping):
            todo += [((*path, key), inner) for key, inner in here.items()]
            yield from (
                (pointer_to(*path), "名称" + fault) for key in here if (fault := text_fault(key))
            )
        elif isinstance(here, list):
            todo += [((*path, index), inner) for index, inner in enumerate(here)]
        elif fault := _fault(here):
            yield pointer_to(*path), fault


def as_seen(value: Any, depth: int = 0) -> Any:
    """Return a JSON value whose texts are without the marks that change nothing of what is seen; names are left alone."""
    if isinstance(value, str):
        return seen_text(value)
    if depth > DEEPEST_NESTING:
        return value  # refused for that
    if isinstance(value, dict):
        return {key: as_seen(inner, depth + 1) for key, inner in value.items()}
    return [as_seen(inner, depth + 1) for inner in value] if isinstance(value, list) else value


def _fault(value: Any) -> str:
    if isinstance(value, str):
        return text_fault(value)
    if isinstance(value, float) and not (isfinite(value) and abs(value) <= LARGEST_NUMBER):
        return "数字太大"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
        return "数字太大"
    return ""


class BodyInvalid(ValueError):
    """A body that is not JSON, or JSON that two readers would read differently; the message is for the sender."""


def read_json(body: bytes) -> Any:
    """Read a JSON body. Raises BodyInvalid for what is not JSON: NaN, names given twice, wrong UTF-8, endless depth."""
    try:
        return json.loads(
            body.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
        )
    except json.JSONDecodeError as wrong:
        raise BodyInvalid(f"不是合法的 JSON（第 {wrong.lineno} 行第 {wrong.colno} 列）") from None
    except UnicodeDecodeError:
        raise BodyInvalid("不是合法的 UTF-8 文字") from None
    except RecursionError:
        raise BodyInvalid(f"层次太深，最多 {DEEPEST_NESTING} 层") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyInvalid("同一处有重复的名称，无法确定以哪个为准")
    return found


def _constant(_: str) -> Any:
    raise BodyInvalid("NaN、Infinity 不是合法的 JSON 数字")


def _integer(digits: str) -> int | float:
    # a longer one is too large either way; reading it costs time
    return int(digits) if len(digits) <= 20 else float("inf")
