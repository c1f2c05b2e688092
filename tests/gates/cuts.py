"""G7 — connections to PostgreSQL that break off after a number of bytes in either direction, and killed backends (F-07)."""

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from service.store.database import Connection
from tests.conftest import sql
from tests.gates import stall
from tests.gates.clients import Ledger, believing, planted_in
from tests.gates.gate import Gate, Tally

MOST_BYTES = 30_000
WHOLE = -1  # a message, however long


class Relay:
    """Stands between the office and the server, and cuts."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._left: dict[str, int] = {}
        self._armed: bool | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.cuts = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut_after(self, direction: str, count: int) -> None:
        """Cut everything after so many bytes to the server, or from it."""
        self._left = {direction: count}

    def cut_at_commit(self, *, arrives: bool) -> None:
        """Cut at the next message that makes something durable: before the server has it, or behind it."""
        self._armed = arrives

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Learn from the connections when they are about to make something durable; the bytes do not tell."""
        committed, settled = Connection.commit, Connection.settle

        async def commit(connection: Connection, **more: Any) -> None:
            self._now()
            await committed(connection, **more)

        async def settle(connection: Connection, *given: Any) -> Any:
            self._now()
            return await settled(connection, *given)

        with planted_in(Connection, commit=commit, settle=settle):
            yield

    def _now(self) -> None:
        if self._armed is not None:
            self._left, self._armed = {"to": WHOLE if self._armed else 0}, None

    def stop(self) -> None:
        """Close."""
        assert self._server
        self._server.close()
        self._cut()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to)
        self._open |= {writer, back}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pass(reader, back, "to"), self._pass(there, writer, "from"))
        for end in (writer, back):
            end.close()
            self._open.discard(end)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str
    ) -> None:
        while data := await reader.read(1 << 16):
            left = self._left.get(direction)
            left = len(data) if left == WHOLE else left
            if left is not None and len(data) >= left:
                writer.write(data[:left])  # a part of a message arrives
                with contextlib.suppress(OSError):
                    await writer.drain()
                self._left = {}
                self.cuts += 1
                self._cut()
                return
            if left is not None:
                self._left[direction] = left - len(data)
            writer.write(data)
            await writer.drain()
        writer.close()

    def _cut(self) -> None:
        for end in self._open:
            end.transport.abort()
        self._open.clear()


async def _all(url: str, files: Path, tally: Tally) -> None:
    parsed = make_url(url)
    relay = Relay(str(parsed.host), int(parsed.port or 5432))
    await relay.start()
    through = f"postgresql://postgres@127.0.0.1:{relay.port}/{parsed.database}"
    ledger = Ledger(tally)
    with relay.listening():
        await _worked(through, url, files, relay, ledger)
    relay.stop()


async def _worked(through: str, url: str, files: Path, relay: Relay, ledger: Ledger) -> None:
    tally = ledger.tally
    async with stall.opened(through, files, 3) as office:
        n = 0
        while tally.trials < tally.size and n < 3 * tally.size:
            n += 1
            if n % 3 == 0:
                relay.cut_at_commit(arrives=tally.chance.random() < 0.5)
            elif n % 4:
                count = int(MOST_BYTES ** tally.chance.random())
                relay.cut_after(tally.chance.choice(("to", "from")), count)
            else:
                await _killed_backends(url)
                relay.cuts += 1
            await ledger.both(office, f"c{tally.seed}x{n}x")
            tally.trials = relay.cuts
        relay.cut_after("", 0)
        await ledger.reconciled(office, files)


async def _killed_backends(url: str) -> None:
    name = url.rpartition("/")[2]
    await sql(
        stall.POSTGRES,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )


def run(tally: Tally) -> None:
    """Cut so often, while somebody works."""
    with stall.place() as place:
        url = place.postgres()
        stall.run(_all(url, place.files(url), tally))


GATE = Gate(
    "G7",
    "connections break off anywhere",
    "cuts",
    size=200,
    night_size=5_000,
    run=run,
    planted=believing,
    planted_size=60,
    reached={"replayed": 3},  # what was done and not answered: the same key told
)
