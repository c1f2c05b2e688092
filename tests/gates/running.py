"""Running a gate, and what is kept of each run: one line for people, one of JSON in build/gates.jsonl."""

import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.gates.gate import Gate, NotHere, Tally
from tests.waiting import running

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "gates.jsonl"
GREEN, RED, NOT_HERE = "green", "RED", "NOT RUN"


@dataclass
class Outcome:
    """What became of one run."""

    code: str
    title: str
    unit: str
    verdict: str
    seed: int
    size: int
    planted: bool = False
    trials: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    seconds: float = 0.0
    processor: float = 0.0  # seconds of it, of the gate and of the processes that it waited for
    why: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    at: str = ""

    def line(self, since: int | None = None) -> str:
        """Say it in one line, and underneath what was wrong."""
        answered = self.accepted + self.refused
        share = f"{self.accepted / answered:4.0%} accepted" if answered else "             "
        what = f"{self.code:<4}{self.title[:44]:<45}{self.verdict:<8}{self.trials:>7} {self.unit[:12]:<12}"
        what += f" {share} {self.unknown:>5} unknown {len(self.why):>3} wrong {self.seconds:7.1f} s ({self.processor:.0f} of a processor)  seed {self.seed}"
        what += "" if since is None else f"  {since} since the last failure"
        return "\n".join([what, *(f"      {each}" for each in self.why[:8])])


def run_here(gate: Gate, size: int, seed: int, *, planted: bool = False) -> Outcome:
    """Run a gate in this process; with `planted`, its bug is in the code meanwhile."""
    tally, began, verdict = Tally(size, seed, planted), running(), GREEN
    used = sum(os.times()[:4])
    try:
        with gate.planted() if planted else nullcontext():
            gate.run(tally)
    except NotHere as missing:
        verdict, tally.failures = NOT_HERE, [str(missing)]
    except Exception:  # noqa: BLE001 - a gate that breaks is red, and says why
        tally.fails(" ¦ ".join(traceback.format_exc().splitlines()[-6:]))
    if verdict == GREEN and not tally.failures:
        tally.failures += gate.poor(tally)
    if verdict == GREEN and tally.failures:
        verdict = RED
    return Outcome(
        **_facts(gate, tally),
        verdict=verdict,
        seconds=round(running() - began, 1),
        processor=round(sum(os.times()[:4]) - used, 1),
        why=tally.failures,
        seen=dict(tally.seen),
    )


def _facts(gate: Gate, tally: Tally) -> dict[str, object]:
    of_gate = {name: getattr(gate, name) for name in ("code", "title", "unit")}
    counted = ("size", "seed", "planted", "trials", "accepted", "refused", "unknown")
    return of_gate | {name: getattr(tally, name) for name in counted}


def run_alone(gate: Gate, size: int, seed: int, *, planted: bool, minutes: float) -> Outcome:
    """Run a gate in a process of its own, so that nothing it breaks is left; one that is stuck is red."""
    command = [sys.executable, "-m", "tests.gates", "--here", gate.code]
    command += ["--size", str(size), "--seed", str(seed), *(["--planted"] if planted else [])]
    began = running()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=minutes * 60)
        return Outcome(**json.loads(out.strip().splitlines()[-1]))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        why = f"not done after {minutes:g} minutes"
    except (IndexError, ValueError, TypeError):
        why = f"ended with {process.returncode}: {err.strip()[-400:]}"
    of_gate = {name: getattr(gate, name) for name in ("code", "title", "unit")}
    seconds = round(running() - began, 1)
    return Outcome(
        **of_gate, verdict=RED, seed=seed, size=size, planted=planted, why=[why], seconds=seconds
    )


def keep(outcome: Outcome) -> None:
    """Write a run down."""
    outcome.at = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - when it was run
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")


def since_last_failure(code: str) -> int:
    """Return how many trials of a gate were good since it was last red, on this machine."""
    total = 0
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    for line in reversed(lines):
        row = json.loads(line)
        if row["code"] != code or row["planted"] or row["verdict"] == NOT_HERE:
            continue
        if row["verdict"] == RED:
            break
        total += row["trials"]
    return total
