from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from service.workflows.authoring.source import MAX_BYTES, Source, read
from service.workflows.definition.diagnostics import At
from tests.waiting import worked


def source(text: str) -> Source:
    read_, findings = read("f.yaml", text)
    assert read_ is not None, findings
    return read_


def codes(content: bytes | str) -> list[str]:
    return [finding.code for finding in read("f.yaml", content)[1]]


class TestScalars:
    @pytest.mark.parametrize(
        "word",
        ["no", "on", "yes", "off", "y", "1_000", "12:30:00", "0b1", "1e", "-", "=", "2026-1", "甲"],
    )
    def test_surprising_words_stay_text(self, word: str) -> None:
        """F-28: what YAML 1.1 reads as booleans, octal or sexagesimal numbers is plain text."""
        assert source(f"a: '{word}'").data == {"a": word}
        assert word == "-" or source(f"a: {word}").data == {"a": word}

    def test_core_types(self) -> None:
        """Numbers, booleans and null are those of YAML 1.2; quoting makes text."""
        data = source("a: [1, -2.5, 1e3, true, null, ~, '1', \"true\", ]\nb:\n").data
        assert data == {"a": [1, -2.5, 1000.0, True, None, None, "1", "true"], "b": None}
        assert type(data["a"][0]) is int

    def test_dates_and_instants(self) -> None:
        """A date is a date, an instant keeps its offset, seconds are optional."""
        data = source("a: 2026-10-09\nb: 2026-11-05T16:40+08:00\nc: 2026-11-05T16:40:30Z").data
        east = timezone(timedelta(hours=8))
        assert data["a"] == date(2026, 10, 9)
        assert data["b"] == datetime(2026, 11, 5, 16, 40, tzinfo=east)
        assert data["c"].utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        "text",
        ["2026-11-05T16:40", "2026-11-05 16:40+08:00", "2026-13-01", "2026-02-30", "2026-1-5"],
    )
    def test_unclear_moments_are_refused(self, text: str) -> None:
        """A moment without offset or a day that does not exist is not guessed at."""
        assert codes(f"a: {text}") == ["E014"]


class TestPlaces:
    TEXT = "甲: 一\nlist:\n  - a: x  # 说明\n    b: 'y z'\n  - \"c\"\n"

    def test_keys_and_values(self) -> None:
        """Lines and columns count characters from 1, also behind Chinese text."""
        found = source(self.TEXT)
        assert found.at("甲") == At("f.yaml", 1, 4)
        assert found.at_key("list", 0, "b") == At("f.yaml", 4, 5)
        assert found.at("list", 0, "b") == At("f.yaml", 4, 8)

    def test_what_is_missing_stands_at_its_parent(self) -> None:
        """A key that is not there is told where its mapping begins."""
        assert source(self.TEXT).at("list", 0, "nothing") == At("f.yaml", 3, 5)

    def test_inside_a_text(self) -> None:
        """A character of a value is found behind its quote, but not inside folded text."""
        found = source("a: 'x yz'\nb: plain\nc: >\n  folded\n  text\n")
        assert found.within(("a",), 2) == At("f.yaml", 1, 7)
        assert found.within(("b",), 2) == At("f.yaml", 2, 6)
        assert found.within(("c",), 3) == At("f.yaml", 3, 4)

    def test_windows_files(self) -> None:
        """A byte order mark and CRLF change no place."""
        read_, _ = read("f.yaml", "\ufeffa: 1\r\nb: 2\r\n".encode())
        assert read_ is not None
        assert read_.at("b") == At("f.yaml", 2, 4)


class TestRefusals:
    def test_too_large(self) -> None:
        """D10: a file over 256 KiB is refused before it is parsed."""
        assert codes("a: " + "x" * MAX_BYTES) == ["E001"]

    def test_not_utf8(self) -> None:
        """A GBK file is refused where the first strange byte stands."""
        finding = read("f.yaml", "a: 1\nb: 经营许可".encode("gbk"))[1][0]
        assert (finding.code, finding.line, finding.col) == ("E002", 2, 4)

    @pytest.mark.parametrize(
        "bad",
        ["\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u200f", "\x85", "\u2028", "\ufeff", "\r"],
    )
    def test_hidden_characters(self, bad: str) -> None:
        """D6: NUL, control and bidi characters are refused where they stand."""
        finding = read("f.yaml", f"a: 1\nb: x{bad}y")[1][0]
        assert (finding.code, finding.line, finding.col) == ("E003", 2, 5)

    def test_every_structural_fault_is_told_at_once(self) -> None:
        """Anchors, merge keys, tags, doubles and strange keys of one file come together."""
        text = "a: &x 1\nb: {<<: {}}\nc: !!str 1\na: 2\n1: 3\n"
        assert codes(text) == ["E008", "E009", "E010", "E011", "E012"]

    def test_a_long_tag_is_not_said_again_in_full(self) -> None:
        """A finding stays a line, whatever somebody wrote."""
        _, findings = read("a.yaml", f"kind: !{'x' * 5000} item\n")
        assert [(each.code, len(each.message) < 80) for each in findings] == [("E010", True)]

    @pytest.mark.parametrize(
        "bomb",
        [
            "a: &a [x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]",
            "[" * 100_000,
            "{a: " * 60_000,
            "&a " * 50_000 + "x",
            "- " * 100_000,
            "a: &a {b: *a}",
            "? " * 1000 + "x",
            "'" + "x" * 200_000,
            "!" * 200_000,
            "#" * 200_000,
            "%TAG ! tag:x,2026:\n---\na: 1",
            "\n".join(f"k{n}: 1" for n in range(19_000)) + "\nk0: 2",
        ],
    )
    def test_what_is_built_to_exhaust_is_refused(self, bomb: str) -> None:
        """F-28: what is built to exhaust is refused without a traceback, for little more work than to look at a large file."""
        large = "\n".join(f"k{n}: 1" for n in range(19_000))
        looked = worked(lambda: list(yaml.parse(large, Loader=yaml.CSafeLoader)))
        told: list[Any] = []
        assert worked(lambda: told.extend(read("f.yaml", bomb))) < 8 * looked
        assert told[0] is None
        assert told[1]
