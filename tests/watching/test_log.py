"""Lines of the log: one JSON object each, listed facts only, whatever somebody typed."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from service.errors import Unavailable
from service.store.faults import translated
from service.watching.log import JsonLines, Throttle, cause_of, line, tell

HOSTILE = "a\r\nINFO forged\x1b[2J\x85\u2028\u202e\ud800\x00%s%d"
log = logging.getLogger("yijianshi.test")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is written, by the formatter of the service."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(handler)


class TestTell:
    """One line for a fact."""

    def test_each_line_is_one_object_whatever_it_holds(self, written: io.StringIO) -> None:
        """F-53: no character of a value ends the line, moves the cursor or turns the direction of writing."""
        tell(log, "refused", route=HOSTILE, status=409)
        text = written.getvalue()
        assert text.count("\n") == 1
        assert text.isascii() or not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in text[:-1])
        told = json.loads(text)
        assert (told["event"], told["route"], told["status"]) == ("refused", HOSTILE, 409)
        assert {"at", "level", "log"} <= told.keys()

    def test_what_is_not_listed_is_left_out(self) -> None:
        """F-51: a fact is told because somebody listed it, never because somebody passed it."""
        assert json.loads(line("x", {"applicant_name": "张三", "status": 200})) == {
            "event": "x",
            "status": 200,
        }

    def test_of_an_exception_only_kind_and_place_are_told(self, written: io.StringIO) -> None:
        """F-51: its own text may hold what people wrote, also where a library logs it."""
        try:
            int("can" + "ary")
        except ValueError:
            log.exception("it failed")
        told = json.loads(written.getvalue())
        assert (told["says"], told["error"]) == ("it failed", "ValueError")
        assert "test_log.py" in told["place"]
        assert "canary" not in written.getvalue()


class TestCause:
    """Why, as a code."""

    def test_the_root_is_named_by_its_code(self) -> None:
        """A full disk is told from a lock by the driver's own code."""
        with pytest.raises(Unavailable) as refused, translated():
            raise OSError(28, "No space left")
        assert cause_of(refused.value) == "OSError"

    def test_nobody_looks_for_a_root_in_a_circle(self) -> None:
        """What is its own cause, or that of its cause, has no root: it is named as it is."""
        own, other = ValueError(), KeyError()
        own.__cause__, other.__cause__ = own, own
        assert cause_of(other) == "ValueError"
        own.__cause__ = other
        assert cause_of(own) in {"KeyError", "ValueError"}


class TestThrottle:
    """Lines of one cause in a minute."""

    def test_the_rest_is_counted_and_told_with_the_next(self) -> None:
        """Nobody can bury the log, and nothing is left out in silence."""
        now = [100.5]
        throttle = Throttle(most=2, clock=lambda: now[0])
        assert [throttle.admits("a") for _ in range(5)] == [0, 0, None, None, None]
        assert throttle.admits("b") == 0
        now[0] += 61
        assert throttle.admits("a") == 3
        now[0] += 61
        assert throttle.admits("a") == 0
