"""docs/asvs.csv: every requirement of OWASP ASVS 5.0 has a verdict, and what proves it is there."""

import ast
import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERDICTS = {
    "met",  # the service does it; `proof` says what shows it
    "operator",  # it hangs on how the service is installed; a document says what to do
    "not applicable",  # the service has no such part
    "open",  # not done; `how` says why
}
# section → the level of each of its requirements, in order (OWASP ASVS 5.0.0)
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22222",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223332",
    "17.3": "22",
}
MOST_OPEN = {1: 0, 2: 0, 3: 13}  # may only fall


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement."""

    requirement: str
    level: int
    verdict: str
    how: str
    proof: str  # a test, a document, or "by construction": there is nothing that could do otherwise


@cache
def lines() -> list[Line]:
    with (ROOT / "docs/asvs.csv").open(encoding="utf-8") as file:
        return [Line(**{**row, "level": int(row["level"])}) for row in csv.DictReader(file)]


def missing(proof: str) -> str:
    """Say what is wrong with a proof; empty when it is there."""
    if proof == "by construction":
        return ""
    path, _, name = proof.partition("::")
    if not (ROOT / path).is_file():
        return f"no file {path}"
    if not name:
        return ""
    tree: ast.AST = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for part in name.split("::"):
        named = [one for one in ast.walk(tree) if getattr(one, "name", "") == part]
        if not named:
            return f"no {part} in {path}"
        tree = named[0]
    return ""


class TestList:
    def test_every_requirement_once_in_order(self) -> None:
        """None is forgotten, none invented, and each has its level."""
        expected = [
            (f"{section}.{n}", int(level))
            for section, levels in LEVELS.items()
            for n, level in enumerate(levels, 1)
        ]
        assert [(line.requirement, line.level) for line in lines()] == expected

    def test_every_verdict_says_how(self) -> None:
        """A verdict without a reason is none; what is met has a proof."""
        for line in lines():
            assert line.verdict in VERDICTS, line
            assert len(line.how) > 3, line
            assert bool(line.proof) == (line.verdict in {"met", "operator"}), line

    def test_every_proof_is_there(self) -> None:
        """Each test and each document named exists."""
        wrong = {line.requirement: missing(line.proof) for line in lines() if line.proof}
        assert {name: what for name, what in wrong.items() if what} == {}

    def test_what_is_open_may_only_fall(self) -> None:
        """Nothing is open at level 1; what is at level 2 and 3 is counted."""
        still = Counter(line.level for line in lines() if line.verdict == "open")
        assert {level: still[level] for level in MOST_OPEN} == MOST_OPEN


@pytest.mark.parametrize(
    ("proof", "what"),
    [
        ("tests/test_nothing.py", "no file"),
        ("tests/test_asvs.py::TestNothing", "no TestNothing"),
        ("tests/test_asvs.py::TestList::test_nothing", "no test_nothing"),
        ("tests/test_asvs.py::TestList::test_every_proof_is_there", ""),
        ("by construction", ""),
    ],
)
def test_a_proof_that_is_gone_is_seen(proof: str, what: str) -> None:
    """The check of proofs can fail."""
    assert missing(proof).startswith(what)
    assert bool(missing(proof)) == bool(what)
