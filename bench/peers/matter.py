"""The matter that every peer handles: one application, five items in two waves, four tasks each: 21 durable operations.

Imported by programs in an environment of its own, therefore by nothing of the service. How a contender talks with the
benchmark, on standard input and output: it says `READY` with the processes that serve, is told `GO n`, handles n cases,
says `DONE` and ends when its input is closed; what it stored is looked through before it says so.
"""

import json
import os
import sys

STEPS = ("accept", "review", "decide", "issue")
WAVES = (("food", "fire", "sign"), ("hygiene", "licence"))
COMPLETIONS = len(STEPS) * sum(map(len, WAVES))
OPERATIONS = 1 + COMPLETIONS
DATABASE = os.environ.get("BENCH_DATABASE", "")


def contend(handle, check, *, pids=(), warm=2):
    """Take part: `handle(n)` handles n cases, `check(n)` raises unless n cases are complete since the start."""
    handle(warm)
    print("READY", json.dumps({"pids": list(pids) or [os.getpid()]}), flush=True)
    many = int(sys.stdin.readline().split()[1])
    handle(many)
    print("DONE", flush=True)
    sys.stdin.readline()
    check(warm + many)
    print("CHECKED", flush=True)


def expect(found, wanted, what):
    """Refuse a result that is not the matter's."""
    if found != wanted:
        raise SystemExit(f"{what}: {found} instead of {wanted}")
