"""G20 — the stories over HTTP while commits fail: every client repeats with the same key, and all ends as without faults."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.gates.gate import Gate, Tally
from tests.gates.running import ROOT

PERCENT = 30  # of all commits: a story has few, and each is to meet a fault now and then
STORIES = sorted(path.name for path in (ROOT / "tests" / "stories").glob("test_*.py"))
FAULTS = ("before commit", "after commit", "deadlock", "serialization")
SOME = 3  # of the stories are told in one round


def told(
    tally: Tally, seed: int, percent: int, stories: list[str]
) -> tuple[dict[str, int], dict[str, Any], str]:
    """Tell stories once; return what was counted, how each ended, and what pytest says of failures."""
    with tempfile.TemporaryDirectory(prefix="yijianshi-gate-") as folder:
        out = Path(folder) / "out.json"
        given = {"seed": seed, "percent": percent, "planted": tally.planted, "out": str(out)}
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "tests.gates.faults",
                *(f"tests/stories/{story}" for story in stories),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "YIJIANSHI_GATE_FAULTS": json.dumps(given)},
        )
        found = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    wrong = "" if done.returncode == 0 else done.stdout[-600:] + done.stderr[-300:]
    return found.get("counted", {}), found.get("ends", {}), wrong


def run(tally: Tally) -> None:
    """Tell some stories without faults, then with them, then others, until there were enough."""
    rounds = 0
    while tally.trials < tally.size and not tally.failures:
        stories = tally.chance.sample(STORIES, SOME)
        plain = Tally(0, 0)
        _, usual, wrong = told(plain, 0, 0, stories)
        tally.check(not wrong, f"without faults: {wrong}")
        rounds += 1
        counted, ends, wrong = told(tally, tally.seed + rounds, PERCENT, stories)
        faults = sum(counted.get(kind, 0) for kind in FAULTS)
        tally.trials += faults
        tally.seen.update(counted)
        tally.check(not wrong, f"{stories}: {wrong}")
        tally.check(faults, "no fault happened")
        tally.check(set(ends) == set(usual), "another set of stories")
        for story in set(ends) & set(usual):
            unlike = _difference(ends[story], usual[story])
            tally.check(not unlike, f"{story} ended otherwise: {unlike}")


def _difference(end: Any, usual: Any) -> str:
    for found, wanted in zip(end, usual, strict=True):
        for mine, other in zip(found, wanted, strict=False):
            if mine != other:
                return f"{mine} instead of {other}"
        if len(found) != len(wanted):
            return f"{len(found)} rows instead of {len(wanted)}"
    return ""


GATE = Gate(
    "G20",
    "the stories while commits fail",
    "faults",
    size=25,
    night_size=2000,
    run=run,
    planted=nullcontext,  # in the stories' own process
    planted_size=1,
)
