"""Ours as a contender: `serve` as it is run, whole cases of five items over HTTP. `python -m bench.ours`; the rest is `peers/matter.py`."""

import asyncio
import tempfile
from pathlib import Path

import asyncpg

from bench import matter
from bench.peers.matter import COMPLETIONS, DATABASE, OPERATIONS, contend, expect
from bench.server import Server

ITEMS, CLIENTS = 5, 32
COUNT = "SELECT count(*) FROM cases WHERE number = ANY($1) AND closed_at IS NOT NULL"
COUNT_EVENTS = (
    "SELECT count(DISTINCT (e.case_id, e.item, e.action)) FROM events e JOIN cases c ON c.id = e.case_id "
    "WHERE c.number = ANY($1) AND e.action IN ('accept', 'propose', 'grant', 'issue')"
)


async def _count(statement: str, numbers: list[str]) -> int:
    connection = await asyncpg.connect(DATABASE)
    try:
        return int(await connection.fetchval(statement, numbers))
    finally:
        await connection.close()


def main() -> None:
    """Take part."""
    with tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder:
        asyncio.run(matter.settle(DATABASE, Path(folder), ITEMS))
        server = Server.product(DATABASE, Path(folder))
        try:
            handling = matter.Handling([server], ITEMS)
            expect(handling.operations, OPERATIONS, "operations")

            def check(many: int) -> None:
                expect(asyncio.run(_count(COUNT, handling.numbers)), many, "cases closed")
                done = asyncio.run(_count(COUNT_EVENTS, handling.numbers))
                expect(done, many * COMPLETIONS, "completions")

            contend(
                lambda many: handling.run(many, min(many, CLIENTS)),
                check,
                pids=[server.pid],
                warm=CLIENTS,
            )
        finally:
            server.stop()


if __name__ == "__main__":
    main()
