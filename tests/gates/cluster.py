"""A PostgreSQL cluster of a gate's own: made, crashed, restarted, filled up."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import answers
from tests.gates.gate import NotHere
from tests.launcher import free_port
from tests.waiting import wait_until


class Cluster:
    """One cluster in a folder."""

    def __init__(self, folder: Path, *settings: str) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        found = shutil.which("initdb")
        if not binaries and not found:
            raise NotHere("NO POSTGRESQL BINARIES: initdb is not here")
        self._bin = (binaries[-1] if binaries else Path(str(found))).parent
        self._folder, self._data = folder, folder / "data"
        self._user = "postgres" if os.geteuid() == 0 else None
        folder.chmod(0o755)
        if self._user:
            shutil.chown(folder, self._user)
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        made = [str(self._bin / "initdb"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*made, "--no-sync", str(self._data)],
            check=True,
            capture_output=True,
            user=self._user,
            env=self._environment,
            cwd=folder,
        )
        self._port = free_port()
        self._settings = settings
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers; after a crash it recovers first."""
        options = [f"port={self._port}", "listen_addresses=127.0.0.1"]
        options += [f"unix_socket_directories={self._folder}", *self._settings]

        def up() -> bool:
            if self._process is None or self._process.poll() is not None:
                # processes of the crashed one may still hold its memory
                self._process = subprocess.Popen(
                    [self._bin / "postgres", "-D", self._data, *(f"-c{each}" for each in options)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    user=self._user,
                    env=self._environment,
                    cwd=self._folder,
                    start_new_session=True,
                )
            return answers(self.url)

        wait_until(up, "the start of PostgreSQL")

    def runs(self) -> bool:
        """Say whether it has not stopped by itself."""
        return self._process is not None and self._process.poll() is None

    def crash(self) -> None:
        """Kill the server and all its processes, as a power cut of the machine would."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            for pid in _with_children(self._process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


@contextmanager
def cluster(folder: Path, *settings: str) -> Iterator[Cluster]:
    """Make a cluster in a folder, started, and leave nothing running."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, *settings)
    try:
        made.start()
        yield made
    finally:
        made.crash()
