"""A platform outside: on a real port, with the moods such platforms have."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

SECONDS = 0.5  # how long somebody waits who is in a hurry
SLOW = ("slow", "drip")  # the moods that are about waiting
PATIENT = 30.0  # how long, where the answer is what counts


@dataclass
class Platform:
    """What the platform does and what it was asked."""

    mood: str = "good"
    answer: dict[str, Any] | None = None  # instead of what the mood says
    asked: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0


class Handler(BaseHTTPRequestHandler):
    """One request."""

    platform: Platform

    def do_POST(self) -> None:
        """Answer by mood."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.platform.asked.append({"path": self.path, "token": self.headers["authorization"], **body})
        mood = self.platform.mood
        if mood == "slow":
            time.sleep(3 * SECONDS)
        status = {"broken": 500, "elsewhere": 302}.get(mood, 200)
        moods = {"good": {"found": True, "receipt": "GX-1"}, "none": {"found": False, "reason": "没有登记"}}
        said = moods.get(mood, {}) if self.platform.answer is None else self.platform.answer
        content = (
            b"<html>"
            if mood == "babble"
            else b"x" * 100_000
            if mood == "flood"
            else b" " * 9
            if mood == "drip"
            else json.dumps(said).encode()
        )
        try:
            self.send_response(status)
            self.send_header("location", f"http://127.0.0.1:{self.platform.port}/secret")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            for n in range(len(content)):
                if mood == "drip":
                    time.sleep(SECONDS / 4)
                    self.wfile.write(content[n : n + 1])
            if mood != "drip":
                self.wfile.write(content)
        except OSError:
            pass  # the caller did not wait

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
