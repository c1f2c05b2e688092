"""Servers under test, each a process of its own, started and stopped by its id."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
SECRET = "only-for-measuring-0123456789-abcdef"
AUDIT_KEY = "audits-only-for-measuring-0123456789-abcdef"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Server:
    """One server process; `seconds` is how long it took from its start to its first answer."""

    def __init__(self, *command: str, path: str, port: int, **environment: str) -> None:
        """Start it and wait for the first answer on `path`."""
        self.port = port
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self._answers(path):
            if self._process.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended with {self._process.returncode}")
            if time.perf_counter() - began > 300:  # a busy machine is slow, not broken
                self.stop()
                raise TimeoutError(" ".join(command))
            time.sleep(0.01)
        self.seconds = time.perf_counter() - began

    @property
    def pid(self) -> int:
        """The process, for its CPU and its memory."""
        return self._process.pid

    @classmethod
    def product(cls, database_url: str, files: Path, path: str = "/readyz") -> Self:
        """Start the service as it is run, without the worker."""
        port = free_port()
        settings = {
            "DATABASE_URL": database_url,
            "FILES_DIR": str(files),
            "PORT": str(port),
            "SECRET": SECRET,
            "AUDIT_KEY": AUDIT_KEY,
            "WORKER_IN_SERVE": "false",
            "LOG_LEVEL": "warning",
            "WRITES_PER_MINUTE": "0",  # one account stands for a city
            "PORTAL_WRITES_PER_MINUTE": "0",
            "UPLOADS_PER_MINUTE": "0",
            "ASKS_PER_MINUTE": "0",
        }
        environment = {f"YIJIANSHI_{name}": value for name, value in settings.items()}
        return cls("-m", "service", "serve", path=path, port=port, **environment)

    @classmethod
    def plain(cls, answer: Path) -> Self:
        """Start the framework alone, by the same server with the same loop; `answer` holds the JSON it gives."""
        port = free_port()
        options = [
            "--port",
            str(port),
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--no-access-log",
        ]
        return cls(
            "-m",
            "uvicorn",
            "bench.plain:app",
            *options,
            path="/none",
            port=port,
            BENCH_ANSWER=str(answer),
        )

    def _answers(self, path: str) -> bool:
        try:
            return self.ask("GET", path)[0] < 500
        except OSError:
            return False

    def ask(
        self, method: str, path: str, body: Any = None, token: str = "", key: str = ""
    ) -> tuple[int, bytes]:
        """Send one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        headers |= {"Idempotency-Key": key} if key else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def load(self, clients: int, requests: list[Any]) -> dict[str, Any]:
        """Let a process of its own send the requests."""
        given = json.dumps({"port": self.port, "clients": clients, "requests": requests})
        sent = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            input=given,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        found: dict[str, Any] = json.loads(sent.stdout)
        if wrong := {status for status in found["statuses"] if not status.startswith("2")}:
            raise RuntimeError(f"answers {sorted(wrong)}: {sent.stderr[:500]}")
        return found

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
