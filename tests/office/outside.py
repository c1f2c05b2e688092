"""A platform outside: on a real port, with the moods such platforms have."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.waiting import PATIENCE

SLOW = ("slow", "drip")  # the moods that are about waiting
SECONDS = 300.0  # how long somebody waits, on the clock of the event loop


@dataclass
class Platform:
    """What the platform does and what it was asked."""

    mood: str = "good"
    answer: dict[str, Any] | None = None  # instead of what the mood says
    asked: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    # passed when time has passed
    together: threading.Barrier = field(default_factory=lambda: threading.Barrier(1))

    def dawdle(self, monkeypatch: pytest.MonkeyPatch, *, callers: int) -> None:
        """Let time pass for the event loop, and for nobody else, whenever all callers wait for the platform.

        `slow` takes more than anybody's patience at once, `drip` a quarter of it before each byte.
        """
        loop, skipped = asyncio.get_running_loop(), [0.0]
        real, length = loop.time, 2 * SECONDS if self.mood == "slow" else SECONDS / 4
        monkeypatch.setattr(loop, "time", lambda: real() + sum(skipped))

        def passes() -> None:
            known = threading.Event()
            loop.call_soon_threadsafe(lambda: (skipped.append(length), known.set()))
            known.wait(PATIENCE)

        self.together = threading.Barrier(callers, action=passes)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    platform: Platform

    def do_POST(self) -> None:
        """Answer by mood."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.platform.asked.append(
            {"path": self.path, "token": self.headers["authorization"], **body}
        )
        mood = self.platform.mood
        status = {"broken": 500, "elsewhere": 302}.get(mood, 200)
        moods = {
            "good": {"found": True, "receipt": "GX-1"},
            "none": {"found": False, "reason": "没有登记"},
        }
        said = moods.get(mood, {}) if self.platform.answer is None else self.platform.answer
        odd = {
            "babble": b"<html>",
            "flood": b"x" * 100_000,
            "drip": b" " * 9,
            "deep": b"[" * 60_000,
            "packed": gzip.compress(json.dumps(moods["good"]).encode()),
        }
        content = odd.get(mood, json.dumps(said).encode())
        try:
            if mood == "slow":
                self.platform.together.wait(PATIENCE)
                self.connection.settimeout(PATIENCE)
                self.rfile.read(1)  # nothing more comes, but that the caller hangs up
            self.send_response(status)
            self.send_header("location", f"http://127.0.0.1:{self.platform.port}/secret")
            if mood == "packed":
                self.send_header("content-encoding", "gzip")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            for n in range(len(content)):
                if mood == "drip":
                    self.platform.together.wait(PATIENCE)
                    self.wfile.write(content[n : n + 1])
            if mood != "drip":
                self.wfile.write(content)
        except (OSError, threading.BrokenBarrierError):
            self.platform.together.abort()  # the caller did not wait; nobody else is waited for either

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    """The platform, listening."""
    state = Platform()
    handler = type("Bound", (Handler,), {"platform": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
