"""Parts memory and room: what a process holds after very many requests, and what a closed case keeps for ever."""

import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

from bench import matter
from bench.processes import resident_kb
from bench.server import Server
from bench.table import Table
from bench.wire import stopping

CLIENTS = 16
FIRST = 1_000  # requests after which the memory is what it is compared with
ITEMS = 10  # of a case whose bytes are counted
WARMING = 5  # cases before: what the first ones bring along is not theirs
PURGED = {"idempotency": "purged after its days"}


async def memory(*, requests: int) -> Table:
    """Send requests, half of them acting and half looking, and compare the memory of the process early and late."""
    table = Table(f"Memory of one process after {requests:,} requests, after {FIRST:,} = 1")
    with tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder:
        url = f"sqlite:///{folder}/memory.db"
        await matter.settle(url, Path(folder), 5)
        server = Server.product(url, Path(folder))
        with stopping(server):
            handling = matter.Handling([server], 5)
            each = 2 * handling.operations
            sent = 0
            quarters = [requests * n // 4 for n in range(1, 5)]
            for until in (FIRST, *(n for n in quarters if n > FIRST)):
                await handling.handle(-(-(until - sent) // each), CLIENTS, look=True)
                sent += -(-(until - sent) // each) * each
                table.add(f"after {until:,} requests", resident_kb(server.pid) / 1000, "MB")
    late, early = f"after {requests:,} requests", f"after {FIRST:,} requests"
    table.ratio("late ÷ early", late, early, "memory")
    return table


async def room(*, cases: int) -> Table:
    """Close cases of ten items on SQLite and count what each table and its indexes grow by."""
    table = Table(f"Bytes kept of a closed case of {ITEMS} items, SQLite, {cases} cases")
    with tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder:
        file = Path(folder) / "room.db"
        url = f"sqlite:///{file}"
        await matter.settle(url, Path(folder), ITEMS)
        server = Server.product(url, Path(folder))
        with stopping(server):
            handling = matter.Handling([server], ITEMS)
            await handling.handle(WARMING, 1)
            before = _bytes(file)
            await handling.handle(cases, 4)
            after = _bytes(file)
    grown = {name: (after[name] - before[name]) / cases / 1000 for name in after}
    for name, kilobytes in sorted(grown.items(), key=lambda each: -each[1]):
        if kilobytes >= 0.05:
            table.add(name, kilobytes, "kB", PURGED.get(name, ""))
    table.add("all", sum(grown.values()), "kB")
    kept = sum(kilobytes for name, kilobytes in grown.items() if name not in PURGED)
    table.add("kept for ever", kept, "kB", "without what is purged")
    table.bound("kilobytes", "all", "kilobytes of a closed case")
    return table


def _bytes(file: Path) -> Counter[str]:
    """Return what each table takes with its indexes, by what is written in its pages."""
    connection = sqlite3.connect(file)
    try:
        of = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        found: Counter[str] = Counter()
        used = "SELECT name, sum(pgsize - unused) FROM dbstat GROUP BY name"
        for name, size in connection.execute(used):
            found[of.get(name, name)] += size
        return found
    finally:
        connection.close()
