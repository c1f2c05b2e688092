"""A PostgreSQL of the benchmark's own: nobody else's work is counted, and nothing that makes it durable is off."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

SETTINGS = {
    "max_connections": "150",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "autovacuum": "off",  # it would work on one contender's tables in another's time; each turn ends with VACUUM
    "listen_addresses": "127.0.0.1",
}


class Absent(Exception):
    """There is no PostgreSQL on this machine."""


def binaries() -> Path:
    """Return where the newest server's programs are. Raises Absent."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = found or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        raise Absent("initdb was not found: install PostgreSQL")
    return found[-1].parent


class Cluster:
    """One server, as an ordinary user because it refuses to run as root; `pid` is the root of all its processes."""

    def __init__(self, **settings: str) -> None:
        """Make it and wait until it answers."""
        programs = binaries()
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="yijianshi-bench-pg-", dir="/var/tmp"))
        if self._user:
            shutil.chown(self.folder, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._run(programs / "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        chosen = SETTINGS | settings | {"port": str(port), "unix_socket_directories": "."}
        options = [f"-c{name}={value}" for name, value in chosen.items()]
        self._process = subprocess.Popen(
            [programs / "postgres", "-D", self.folder / "data", *options],
            **self._how(),
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("w"),
        )
        self.pid = self._process.pid
        try:
            self._wait(port)
        except BaseException:
            self.stop()
            raise

    def _how(self) -> dict[str, object]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return {"user": self._user, "cwd": self.folder, "env": environment}

    def _run(self, program: Path, *options: str) -> None:
        command = [program, *options, self.folder / "data"]
        subprocess.run(command, check=True, capture_output=True, **self._how())

    def _wait(self, port: int) -> None:
        until = time.monotonic() + 60
        while True:
            if self._process.poll() is not None:
                raise Absent((self.folder / "log").read_text()[-500:])
            asked = subprocess.run(
                ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
            )
            if asked.returncode == 0:
                return
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL did not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and leave nothing behind."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
