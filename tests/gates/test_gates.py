"""The gates themselves: quick ones at a tiny size, each finds its planted bug, and what tried too little is red."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.gates import running
from tests.gates.gate import Gate, NotHere, Tally
from tests.gates.listing import MODULES, gate, gates
from tests.gates.mutants import MUTANTS, applied
from tests.gates.running import GREEN, NOT_HERE, RED, ROOT, Outcome, run_here


def counts(tally: Tally) -> None:
    """Try as often as asked."""
    tally.trials, tally.accepted, tally.refused = tally.size, 9, 1


def loses(tally: Tally) -> None:
    """Find something."""
    counts(tally)
    tally.fails("lost")


def breaks(_: Tally) -> None:
    """Break."""
    raise ZeroDivisionError


def lacks(_: Tally) -> None:
    """Lack something."""
    raise NotHere("NO SERVER")


def made(run: object, **more: object) -> Gate:
    """Return a gate."""
    given = {"title": "t", "unit": "u", "size": 10, "night_size": 100, "planted": nullcontext}
    return Gate(code="G1", run=run, **given | more)  # type: ignore[arg-type]


class TestVerdict:
    """What makes a run red."""

    @pytest.mark.parametrize(
        ("tried", "size", "verdict"),
        [
            (made(counts), 10, GREEN),
            (made(loses), 10, RED),
            (made(breaks), 10, RED),
            (made(lacks), 10, NOT_HERE),
            (made(lambda tally: None), 10, RED),
            (made(counts, accepted=0.95), 10, RED),
            (made(counts, reached={"crash": 10}), 10, RED),
        ],
    )
    def test_is_red_for_what_was_wrong_and_for_too_little(
        self, tried: Gate, size: int, verdict: str
    ) -> None:
        """A gate that tried nothing, or nothing much, has shown nothing."""
        assert run_here(tried, size, 1).verdict == verdict

    def test_without_the_release_before_it_is_not_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A commit that is not in the repository is neither passed nor failed, and named."""
        monkeypatch.setenv("YIJIANSHI_GATE_BEFORE", "0" * 40)
        found = run_here(gate("G19"), 1, 1)
        assert found.verdict == NOT_HERE
        assert "THE RELEASE BEFORE IS NOT IN THIS REPOSITORY: commit 0000" in found.why[0]

    def test_trials_are_counted_since_the_last_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Planted bugs and runs that could not be do not count."""
        monkeypatch.setattr(running, "KEPT", tmp_path / "build" / "gates.jsonl")
        told = [
            (GREEN, False),
            (RED, False),
            (GREEN, False),
            (RED, True),
            (NOT_HERE, False),
            (GREEN, False),
        ]
        for verdict, planted in told:
            running.keep(Outcome("G4", "t", "kills", verdict, 1, 10, planted=planted, trials=10))
        assert running.since_last_failure("G4") == 20
        assert running.since_last_failure("G1") == 0
        lines = (tmp_path / "build" / "gates.jsonl").read_text().splitlines()
        assert {json.loads(line)["code"] for line in lines} == {"G4"}


class TestListing:
    """All there are."""

    def test_every_gate_has_sizes_and_a_bug(self) -> None:
        """A night tries at least as much; the code is the one it is listed under."""
        for code, found in zip(MODULES, gates([]), strict=True):
            assert found.code == code
            assert found.night_size >= found.size
            assert callable(found.planted)


class TestMutants:
    """The known bugs."""

    @pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.title)
    def test_changes_the_code_of_today(self, mutant: object, tmp_path: Path) -> None:
        """What does not apply any more is written anew in the change that moved the code."""
        target = tmp_path / mutant.path  # type: ignore[attr-defined]
        target.parent.mkdir(parents=True)
        target.write_bytes((ROOT / mutant.path).read_bytes())  # type: ignore[attr-defined]
        assert applied(mutant, tmp_path)  # type: ignore[arg-type]


class TestSmall:
    """The quick gates, as small as they come."""

    @pytest.mark.parametrize("code", ["G1", "G11"])
    def test_is_green(self, code: str) -> None:
        """Nothing is wrong."""
        one = gate(code)
        tally = Tally(one.tiny, 20260302)
        one.run(tally)
        assert tally.failures == []
        assert tally.trials >= one.tiny

    @pytest.mark.parametrize("code", ["G11"])
    def test_finds_its_bug(self, code: str) -> None:
        """Positive control."""
        assert run_here(gate(code), 100, 20260302, planted=True).verdict == RED
