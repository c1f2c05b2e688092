"""Gates that are tests already: they are run at a gate's size, and a bug is planted in a copy of the tree."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from tests.gates.gate import Gate, NotHere, Tally
from tests.gates.mutants import VERIFY, Mutant, folder, found, named
from tests.gates.running import ROOT


def ran(tally: Tally, tests: str, **sizes: object) -> int:
    """Run tests with sizes in their environment; return how many passed."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **{name: str(value) for name, value in sizes.items()}},
    )
    if done.returncode:
        tally.fails(done.stdout[-800:])
    passed = re.search(r"(\d+) passed", done.stdout)
    return int(passed[1]) if passed else 0


def finds(tally: Tally, mutant: Mutant) -> None:
    """Note a failure if the tests find a bug: then the gate is red, as it must be."""
    with folder() as where:
        wrong = found(mutant, where)
    tally.trials += 1
    tally.check(wrong, f"found: {mutant.title}")


def _planted(mutant: Mutant, run: Callable[[Tally], None]) -> Callable[[Tally], None]:
    return lambda tally: finds(tally, mutant) if tally.planted else run(tally)


def _bug(title: str, found_by: str = "") -> Mutant:
    of = named(title)
    return replace(of, found_by=found_by or of.found_by)


def _random_kills(tally: Tally) -> None:
    each = -(-tally.size // 2)
    passed = ran(tally, "tests/test_crash.py -k TestServe", YIJIANSHI_GATE_KILLS=each)
    tally.trials += each * passed


G5 = Gate(
    "G5",
    "kill -9 at random moments under load",
    "kills",
    size=20,
    night_size=500,
    run=_planted(
        _bug("the key is not kept with what was done under it", "tests/test_crash.py -k TestServe"),
        _random_kills,
    ),
    planted=nullcontext,
    planted_size=1,
)


MISSING = 2  # how the failover ends where a part is not installed


def _failover(tally: Tally) -> None:
    asked = ["--planted"] if tally.planted else [str(tally.size)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.gates.failover", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == MISSING:
        raise NotHere(done.stdout.strip())
    tally.trials += tally.size
    if tally.planted:
        tally.check(done.returncode, "the control without a standby lost what was confirmed")
    else:
        tally.check(not done.returncode, (done.stdout + done.stderr)[-800:])


G9 = Gate(
    "G9",
    "failover in the production shape",
    "faults",
    size=2,
    night_size=60,
    run=_failover,
    planted=nullcontext,
    planted_size=1,
)

OPERATIONS = 56  # about so many there are


def _generated(tally: Tally) -> None:
    each = -(-tally.size // OPERATIONS)
    passed = ran(tally, "tests/api/test_generated.py", YIJIANSHI_GATE_REQUESTS=each)
    tally.trials += each * passed


NO_CASE = Mutant(
    "a case that is not there is a 500",
    "service/office/desk.py",
    "    if found is None:\n        raise NotFound(NO_CASE)\n    return found",
    "    if found is None:\n        raise ValueError(NO_CASE)\n    return found",
    "tests/api/test_generated.py",
)
G12 = Gate(
    "G12",
    "requests made up from the description",
    "requests",
    size=2_000,
    night_size=60_000,
    run=_planted(NO_CASE, _generated),
    planted=nullcontext,
    planted_size=1,
    floor=0.8,
)

IN_EACH_SEED = 20  # ten by character, ten by node
CURATED = (
    "tests/workflows/authoring/test_source.py tests/api/test_hostile.py tests/api/test_auth.py "
    "tests/office/test_exchange.py tests/office/test_active_files.py"
)


def _hostile(tally: Tally) -> None:
    seeds = -(-tally.size // IN_EACH_SEED)
    passed = ran(
        tally, "tests/workflows/authoring/test_mutations.py", YIJIANSHI_GATE_MUTATIONS=seeds
    )
    tally.trials += passed * IN_EACH_SEED // 2
    tally.seen["curated"] += ran(tally, CURATED)


G13 = Gate(
    "G13",
    "hostile definitions, tokens and files",
    "mutations",
    size=1_000,
    night_size=200_000,
    run=_planted(_bug("YAML may refer to itself"), _hostile),
    planted=nullcontext,
    planted_size=1,
    floor=0.9,
)


def _matrix(tally: Tally) -> None:
    tally.trials += ran(tally, "tests/api/test_rights.py tests/api/pages/test_same_verbs.py")


G14 = Gate(
    "G14",
    "who may do what: every route, every kind of account",
    "tests",
    size=60,
    night_size=60,
    run=_planted(_bug("some routes let anybody in"), _matrix),
    planted=nullcontext,
    planted_size=1,
)


def _tampering(tally: Tally) -> None:
    """Try every kind on SQLite and those that look different on PostgreSQL there too; in a night all on both."""
    night = tally.size >= G15.night_size
    tests = VERIFY if night else f"{VERIFY}/test_tampering.py"
    tally.trials += ran(tally, tests, YIJIANSHI_TEST_TAMPERING="all" if night else "")


G15 = Gate(
    "G15",
    "tampering with what is stored is found",
    "tamperings",
    size=60,
    night_size=120,
    run=_planted(_bug("the hash leaves out who acted"), _tampering),
    planted=nullcontext,
    planted_size=1,
)


def _webhooks(_: Tally) -> None:
    raise NotHere("NOT APPLICABLE: no sender; whoever writes one writes this gate")


G16 = Gate(
    "G16", "webhooks", "deliveries", size=1, night_size=1, run=_webhooks, planted=nullcontext
)
