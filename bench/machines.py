"""Part machines: two `serve` on one PostgreSQL against one, the load from outside, the database not the limit.

A machine with few cores cannot give each process one: so each is held to a share of a core, as if it stood on a machine
of its own, and what the load and the database take fits beside it. What is compared is work done per second.
"""

import asyncio
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import matter
from bench.cluster import Cluster
from bench.processes import cpu_seconds
from bench.server import Server
from bench.table import Table, load
from bench.wire import stopping

TICK = 0.004  # seconds between two looks at what was used
CLIENTS = (
    4  # of each process: fewer than it has connections, for a held one is slow to give them back
)
ONE, TWO = "one process", "two processes"


@contextmanager
def held(pid: int, share: float) -> Iterator[None]:
    """Let a process have no more than so much of a core while the block lasts."""
    over = threading.Event()
    clock = (~pid << 3) | 2  # the CPU clock of another process

    def hold() -> None:
        began, used = time.monotonic(), time.clock_gettime(clock)
        stopped = False
        while not over.wait(TICK):
            allowed = (time.monotonic() - began) * share
            ahead = time.clock_gettime(clock) - used > allowed
            if ahead != stopped:
                os.kill(pid, signal.SIGSTOP if ahead else signal.SIGCONT)
                stopped = ahead
        os.kill(pid, signal.SIGCONT)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        yield
    finally:
        over.set()
        holding.join()


async def machines(*, share: float, cases: int, repeat: int) -> Table:
    """Let one and two processes handle cases in turn, each twice as many by two."""
    table = Table(
        f"Two machines against one: each process held to {share:g} of a core, {repeat} turns"
    )
    with Cluster() as cluster, tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder:
        await matter.settle(cluster.url, Path(folder), 5)
        servers = [Server.product(cluster.url, Path(folder)) for _ in range(2)]
        with stopping(*servers):
            for turn in range(-1, repeat):
                for name, taking in ((ONE, servers[:1]), (TWO, servers)):
                    rate, database, note = await _turn(taking, cluster, share, cases * len(taking))
                    if turn >= 0:
                        table.add(name, rate, "/s", note)
                        table.add(f"{name}: of a core, database", database, "")
    bar = "two processes ÷ one"
    table.ratio(bar, TWO, ONE, bar)
    return table


async def _turn(
    taking: list[Server], cluster: Cluster, share: float, cases: int
) -> tuple[float, float, str]:
    """Return the operations per second, the part of a core that the database used, and what to know of it."""
    handling = await asyncio.to_thread(matter.Handling, taking, 5)
    with ExitStack() as holds:
        used, began = cpu_seconds(cluster.pid), time.perf_counter()
        for server in taking:
            holds.enter_context(held(server.pid, share))
        await handling.handle(cases, CLIENTS * len(taking))
    seconds = time.perf_counter() - began
    busy = (cpu_seconds(cluster.pid) - used) / seconds
    note = f"{handling.repeats} repeated; {load()}"
    return cases * handling.operations / seconds, busy, note
