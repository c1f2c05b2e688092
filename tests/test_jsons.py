"""What the faster library writes is what the standard one would have written, byte for byte; else it is not asked."""

import json
import re
from collections import OrderedDict
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import jsons
from service.store.columns import json_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=30
)
FLOATS = (1e16, 1e-7, 0.00001, 1e22, 5e-324, 1.7976931348623157e308, -0.0, 1.0, 0.1)


def standard(value: Any, *, ordered: bool = False) -> bytes:
    """What the standard library writes."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=ordered, allow_nan=ordered
    ).encode()


@given(VALUES)
def test_the_same_bytes(value: Any) -> None:
    """Whatever a body, a case or an event may hold."""
    assert jsons.canonical(value) == standard(value, ordered=True)
    assert json_text(value).encode() == standard(value)


@given(VALUES)
def test_read_as_it_was_written(value: Any) -> None:
    """With every whole number that a door lets in."""
    text = json.dumps(value)
    if not re.search(r"\d{19}", text):
        assert jsons.read(text) == json.loads(text)


@pytest.mark.parametrize("number", FLOATS)
@pytest.mark.parametrize("inside", [lambda n: n, lambda n: [[n]], lambda n: {"a": ({"b": n},)}])
def test_fractions_as_ever(number: float, inside: Any) -> None:
    """The libraries write some of them otherwise: 1e-05 and 1e-5."""
    value = inside(number)
    assert jsons.canonical(value) == standard(value, ordered=True)
    assert json_text(value).encode() == standard(value)


def test_every_character() -> None:
    """What is escaped, and how."""
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF]))
    assert jsons.canonical({text: text}) == standard({text: text}, ordered=True)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), [{"a": float("-inf")}]])
def test_no_number(wrong: Any) -> None:
    """It is refused, not written as nothing."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text(wrong)


def test_large_numbers_and_other_keys() -> None:
    """What the faster library cannot write, the other one does."""
    for value in ({"a": 2**70}, {1: "a", 2: "b"}, [-(2**64)]):
        assert jsons.canonical(value) == standard(value, ordered=True)
        assert json_text(value).encode() == standard(value)


class Colour(Enum):
    """A value the faster library would have written."""

    RED = "red"


@pytest.mark.parametrize(
    "strange",
    [datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), UUID(int=1), Colour.RED, b"x", {1}],
)
def test_what_is_no_json_is_refused(strange: Any) -> None:
    """As by the standard library: nothing is written in a form of its own."""
    for value in ([strange], {"a": [strange]}, strange):
        with pytest.raises(TypeError):
            jsons.canonical(value)


def test_times_as_they_are_stored() -> None:
    """In UTC with microseconds; a naive one is refused."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert json_text([at, at.date()]) == '["2026-01-01T00:00:00.000000+00:00","2026-01-01"]'
    with pytest.raises(ValueError, match="naive"):
        json_text({"at": datetime(2026, 1, 1)})


def test_half_a_character() -> None:
    """It cannot be written in UTF-8."""
    with pytest.raises(UnicodeEncodeError):
        jsons.canonical("\ud800")


def test_objects_in_their_order() -> None:
    """Of kinds of their own, too."""
    value = OrderedDict(b=1, a=[2])
    assert json_text(value) == '{"b":1,"a":[2]}'
    assert jsons.canonical(value) == b'{"a":[2],"b":1}'
