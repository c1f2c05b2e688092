"""G18: backup, restore into an empty place, and the proof that it is what was there, on both databases."""

from contextlib import nullcontext

from tests.gates.gate import Gate, Tally
from tests.gates.mutants import Mutant
from tests.gates.wrapped import finds, ran

TESTS = "tests/test_backups.py"
BUG = Mutant(
    "a backup copies files without looking at their bytes",
    "service/store/backups.py",
    'if hashlib.file_digest(copy, "sha256").hexdigest() != file.name:',
    "if False:",
    f"{TESTS} -k damaged",
)


def _run(tally: Tally) -> None:
    if tally.planted:
        finds(tally, BUG)
        return
    while tally.trials < tally.size and not tally.failures:
        tally.trials += max(1, ran(tally, TESTS))


GATE = Gate(
    "G18",
    "backup → restore → verify",
    "restores",
    size=8,
    night_size=40,
    run=_run,
    planted=nullcontext,
    planted_size=1,
)
