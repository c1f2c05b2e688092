"""What processes have used, from /proc: the CPU of a whole tree, the memory of one."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*roots: int) -> float:
    """Return the CPU seconds, user and system, of these processes and all below them, those that have ended included."""
    children: dict[int, list[int]] = defaultdict(list)
    used: dict[int, int] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and (found := _stat(int(place.name))):
            parent, used[int(place.name)] = found
            children[parent].append(int(place.name))
    total, left = 0, list(roots)
    while left:
        pid = left.pop()
        total += used.get(pid, 0)
        left += children[pid]
    return total / _TICKS


def _stat(pid: int) -> tuple[int, int] | None:
    """Return the parent and the ticks used; who waits for a child that ended takes over its ticks."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None  # it ended in between
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), sum(map(int, fields[11:15]))


def resident_kb(pid: int) -> int:
    """Return the memory that a process holds, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
