"""G6 — the PostgreSQL server and all its processes are killed under load, and started again (F-04)."""

import asyncio
from contextlib import nullcontext
from pathlib import Path

from tests.gates import stall
from tests.gates.clients import Ledger
from tests.gates.cluster import Cluster, cluster
from tests.gates.gate import Gate, Tally
from tests.waiting import until

CLIENTS = 6
# the planted bug: the server confirms what its disk does not have
HASTY = ("synchronous_commit=off", "wal_writer_delay=10s")


async def _all(url: str, server: Cluster, files: Path, tally: Tally) -> None:
    ledger = Ledger(tally)
    async with stall.opened(url, files, CLIENTS) as office:
        working = [
            asyncio.create_task(ledger.works(office, f"p{tally.seed}x{n}")) for n in range(CLIENTS)
        ]
        for _ in range(tally.size):
            wanted = len(ledger.accepted) + 2 + tally.chance.randrange(3 * CLIENTS)

            def more(wanted: int = wanted) -> bool:
                return len(ledger.accepted) >= wanted or any(task.done() for task in working)

            await until(more, "more work")
            server.crash()
            await asyncio.to_thread(server.start)
            tally.trials += 1
        ledger.stopping = True
        await asyncio.gather(*working)
        tally.check(tally.unknown, "no request was hit: the crashes proved nothing")
        await ledger.reconciled(office, files)


def run(tally: Tally) -> None:
    """Crash so often, in a cluster of its own."""
    with (
        stall.place() as place,
        cluster(place.folder / "cluster", *(HASTY if tally.planted else ())) as server,
    ):
        url = place.postgres(server.url)
        stall.run(_all(url, server, place.files(url), tally))


GATE = Gate(
    "G6",
    "PostgreSQL crashes under load",
    "crashes",
    size=20,
    night_size=300,
    run=run,
    planted=nullcontext,  # its cluster's settings
    planted_size=3,
)
