"""Real commands of the service as processes of their own, started in a moment and killed as a power cut would."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.waiting import until, wait_until

ROOT = Path(__file__).parents[1]
FORKING = """
import json, os, signal, sys
from service import __main__ as program  # imported once: what is forked starts in a moment
from service.commands import demo, serving
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    arguments, environment, log = json.loads(line)
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(environment)
        for stream in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), stream)
        program.main(arguments)
    print(pid, flush=True)
"""


class Launcher:
    """Starts commands of the service out of one process that has everything imported."""

    def __init__(self, folder: Path = ROOT) -> None:
        """Import the service from a folder: this one, or a copy."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORKING],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.started: set[int] = set()

    def start(
        self, *command: str, environment: dict[str, str], log: Path | str = os.devnull
    ) -> int:
        """Start a command and return its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, environment, str(log)]) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        self.started.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        """Kill a process that was started here, as a power cut would, and see it gone: its port is free again."""
        self.started.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            # there is none to signal any more
            wait_until(lambda: os.kill(pid, 0), "the end of a process")

    def stop(self) -> None:
        """Leave nothing behind."""
        for pid in list(self.started):
            self.kill(pid)
        self._process.kill()
        self._process.communicate()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def answers(port: int) -> None:
    """Wait until the server is ready."""
    async with httpx.AsyncClient() as client:

        async def ready() -> bool:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(ready, "the server's answer")
