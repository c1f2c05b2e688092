"""退场 — told to stop, a server first says that it is not ready, and goes on serving until nobody sends it anything new."""

import asyncio
import signal
from types import FrameType

import uvicorn

from service.office import Office


class DrainingServer(uvicorn.Server):
    """A server that SIGTERM ends in two steps; SIGINT, or a second SIGTERM, ends it at once."""

    def __init__(self, config: uvicorn.Config, office: Office, seconds: float) -> None:
        """Serve `office`; `seconds` are what a proxy may take to see that the process is leaving."""
        super().__init__(config)
        self._office = office
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Serve until told to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets=sockets)  # type: ignore[arg-type]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave: not ready from now on, closed in a while."""
        first = not self._office.leaving
        self._office.leaving = True
        if sig != signal.SIGTERM or not first or not self._seconds or self._loop is None:
            super().handle_exit(sig, frame)
            return
        later = (self._seconds, super().handle_exit, sig, frame)
        self._loop.call_soon_threadsafe(self._loop.call_later, *later)
