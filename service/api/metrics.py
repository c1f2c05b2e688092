"""指标 — what Prometheus reads, at a port of its own or with a token; never shown to who has neither."""

import asyncio
import hmac
import time
from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Request, Response
from starlette.applications import Starlette
from starlette.routing import Route

from service.errors import NotFound, Unavailable
from service.office import Office
from service.watching import metrics

FRESH_SECONDS = 5.0
MOST_SECONDS = 4.0  # less than Prometheus waits


class Scrape:
    """一次采集 — counters as they are, levels of the whole at most five seconds old."""

    def __init__(self, office: Office, clock: Callable[[], datetime]) -> None:
        """Have read nothing yet."""
        self._office, self._clock = office, clock
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def text(self) -> bytes:
        """Return the metrics; levels that cannot be read in time are unknown."""
        async with self._reading:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                try:
                    async with asyncio.timeout(MOST_SECONDS):
                        await self._office.measure(self._clock())
                except (Unavailable, TimeoutError):
                    metrics.unknown()
                self._read_at = time.monotonic()
        return metrics.text()


def on_its_own_port(office: Office, clock: Callable[[], datetime]) -> Starlette:
    """Return the application of the port that only Prometheus reaches."""
    scrape = Scrape(office, clock)

    async def shown(_: Request) -> Response:
        return Response(await scrape.text(), media_type=metrics.MEDIA_TYPE)

    return Starlette(routes=[Route("/metrics", shown)])


def install(app: FastAPI, office: Office, clock: Callable[[], datetime], token: str) -> None:
    """Add the route for those who know the token; for others there is nothing here, and without one for nobody."""
    if not token:
        return
    scrape = Scrape(office, clock)

    @app.get("/metrics", include_in_schema=False)
    async def shown(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise NotFound
        return Response(await scrape.text(), media_type=metrics.MEDIA_TYPE)
