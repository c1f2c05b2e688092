"""How often the service asks PostgreSQL and waits: counted on the wire, whatever the driver does.

A proxy reads what the service sends. A simple query, a Sync and a Flush are each a message after which it waits.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

ENCRYPTION = (
    80877103,
    80877104,
)  # asked for before anything else; answered no, to be able to read on
WAITING = frozenset(b"QSH")


class Counter:
    """The proxy, and what it has seen since it was last asked."""

    def __init__(self, host: str, port: int) -> None:
        """Count what goes to this server."""
        self._server = host, port
        self._seen = 0
        self._open: set[asyncio.Task[None]] = set()

    def taken(self) -> int:
        """Return how many round trips there were since the last time."""
        seen, self._seen = self._seen, 0
        return seen

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Stand between one connection and the server."""
        theirs, ours = await asyncio.open_connection(*self._server)
        back = asyncio.create_task(_copy(theirs, writer))
        self._open.add(back)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._forward(reader, writer, ours)
        ours.close()
        back.cancel()
        self._open.discard(back)

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ours: asyncio.StreamWriter
    ) -> None:
        while True:  # the first message has no kind
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size) - 4)
            if int.from_bytes(body[:4]) not in ENCRYPTION:
                break
            writer.write(b"N")
        ours.write(size + body)
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(head[1:]) - 4)
            self._seen += head[0] in WAITING
            ours.write(head + body)
            await ours.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def counted(url: str) -> AsyncIterator[tuple[str, Counter]]:
    """Give an address of the same database at which round trips are counted."""
    parts = urlsplit(url)
    counter = Counter(parts.hostname or "127.0.0.1", parts.port or 5432)
    listening = await asyncio.start_server(counter.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    user = f"{parts.username}:{parts.password}" if parts.password else parts.username
    try:
        yield urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{port}")), counter
    finally:
        listening.close()
