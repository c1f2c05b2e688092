"""Run gates: `python -m tests.gates [G4 G8 …] [--night | --planted] [--seed N] [--jobs 2]`."""

import argparse
import json
import secrets
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from tests.gates.gate import Gate
from tests.gates.listing import MODULES, gate, gates
from tests.gates.running import (
    GREEN,
    NOT_HERE,
    RED,
    Outcome,
    keep,
    run_alone,
    run_here,
    since_last_failure,
)
from tests.waiting import running

NIGHT = 60  # how many times as long a night may take


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    reader = argparse.ArgumentParser(prog="python -m tests.gates", description=__doc__)
    reader.add_argument("codes", nargs="*", choices=[[], *MODULES], metavar="G1 …")
    reader.add_argument("--night", action="store_true", help="the sizes of a night")
    reader.add_argument("--planted", action="store_true", help="with its bug planted, each is red")
    reader.add_argument("--seed", type=int, default=None)
    reader.add_argument("--size", type=int, default=0, help="instead of the gate's own")
    reader.add_argument("--jobs", type=int, default=2, help="so many gates at once")
    reader.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return reader.parse_args(arguments)


def size_of(one: Gate, given: argparse.Namespace) -> int:
    """Return how much is tried."""
    if given.size:
        return int(given.size)
    if given.planted:
        return one.planted_size or one.size
    return one.night_size if given.night else one.size


def one_run(one: Gate, given: argparse.Namespace) -> Outcome:
    """Run a gate apart, and say what became of it."""
    minutes = one.minutes * max(NIGHT if given.night else 1, size_of(one, given) / one.size)
    found = run_alone(one, size_of(one, given), given.seed, planted=given.planted, minutes=minutes)
    keep(found)
    print(found.line(None if given.planted else since_last_failure(one.code)), flush=True)
    return found


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; 1 if anything is not as it must be."""
    given = asked(arguments)
    given.seed = secrets.randbelow(10**9) if given.seed is None else given.seed
    if given.here:
        one = gate(given.codes[0])
        found = run_here(one, size_of(one, given), given.seed, planted=given.planted)
        print(json.dumps(asdict(found), ensure_ascii=False))
        return 0
    began = running()
    with ThreadPoolExecutor(given.jobs) as pool:
        runs = list(pool.map(lambda one: one_run(one, given), gates(given.codes)))
    counted = {verdict: [r.code for r in runs if r.verdict == verdict] for verdict in _VERDICTS}
    said = " · ".join(f"{len(codes)} {verdict}" for verdict, codes in counted.items())
    print(f"{said} · {(running() - began) / 60:.1f} min · seed {given.seed}")
    for code in counted[NOT_HERE]:
        print(f"NOT PASSED, NOT RUN: {code}")
    return _failed(counted, planted=given.planted)


_VERDICTS = (GREEN, RED, NOT_HERE)


def _failed(counted: dict[str, list[str]], *, planted: bool) -> int:
    """Say whether to end with an error: something red, or with planted bugs something that stayed green."""
    wrong = counted[GREEN if planted else RED]
    if planted and wrong:
        print(f"BUG NOT FOUND: {' '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
