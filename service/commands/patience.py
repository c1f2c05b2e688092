"""耐心的限度 — a connection that does not come to its point is closed: a head without end or measure, a body that drips.

uvicorn waits for both without an end. The body is measured here, where it arrives, whether or not a route reads it; while
the service itself holds the client back, the client is not blamed.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.watching import metrics

LARGEST_HEAD = 64 << 10  # bytes; what proxies let through is less
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Patient(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience; `limited` gives it its limits."""

    head_seconds = 10.0
    body_seconds = 30.0
    slowest = 1024  # bytes a second that a body must keep up once `body_seconds` are over

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._timer: asyncio.TimerHandle | None = None
        self._began, self._received = 0.0, 0
        self._in_head, self._head = True, 0  # bytes of a head that has not ended

    def data_received(self, data: bytes) -> None:
        """Take what has come; a head that goes on too long is kept no further."""
        super().data_received(data)
        if not self._in_head:
            return
        self._head += len(data)
        if self._head > LARGEST_HEAD and not self.transport.is_closing():
            metrics.SLOW_CLIENTS.labels("large head").inc()
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _wait(self, seconds: float, part: str) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._give_up, part)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self, part: str) -> None:
        if part == "body" and (self.flow.read_paused or not self._is_late()):
            self._wait(self.body_seconds, part)
            return
        metrics.SLOW_CLIENTS.labels(part).inc()
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    def _is_late(self) -> bool:
        return self._received < (self.loop.time() - self._began) * self.slowest

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait(self.head_seconds, "head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the head of the next request."""
        self._in_head, self._head = True, 0
        super().on_message_begin()
        if self._timer is None:
            self._wait(self.head_seconds, "head")

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        self._in_head = False
        self._began, self._received = self.loop.time(), 0
        self._wait(self.body_seconds, "body")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count what has come of the body."""
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here as a whole."""
        self._stop_waiting()
        super().on_message_complete()


def limited(head_seconds: float, body_seconds: float, slowest: int) -> type[Patient]:
    """Return the protocol with limits of its own."""
    limits = {"head_seconds": head_seconds, "body_seconds": body_seconds, "slowest": slowest}
    return type("Patient", (Patient,), limits)
