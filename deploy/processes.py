"""Processes of parts: started in sessions of their own, known by a file with their id, killed as a power cut would."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE = 180.0


def until(happened: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for a condition."""
    ends = time.monotonic() + patience
    while not (found := happened()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not happen within {patience:.0f} s")
        time.sleep(0.1)
    return found


def fetched(address: str) -> tuple[int, bytes]:
    """Ask a port; status 0 when nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


class Processes:
    """The processes that were started from one folder, by name; their output goes to a log in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def launch(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        user: str | None,
    ) -> int:
        """Start a process and return its id."""
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            user=user,
            start_new_session=True,
        )
        (self.folder / f"{name}.pid").write_text(str(process.pid))
        return process.pid

    def pid(self, name: str) -> int:
        """Return the id of a process, 0 when it does not run."""
        kept = self.folder / f"{name}.pid"
        pid = int(kept.read_text()) if kept.exists() else 0
        return pid if pid and _runs(pid) else 0

    def signal(self, name: str, what: signal.Signals) -> None:
        """Send a signal to a process; to a node of the database: Patroni, the server and all its processes."""
        pids = [self.pid(name)]
        with contextlib.suppress(OSError, ValueError, IndexError):
            server = int((self.folder / name / "postmaster.pid").read_text().splitlines()[0])
            pids += [server, *_children(server)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                if pid:
                    os.kill(pid, what)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self.signal(name, signal.SIGKILL)
        until(lambda: not self.pid(name), f"the end of {name}", 20)

    def stop(self, name: str) -> None:
        """End a process, politely first."""
        self.signal(name, signal.SIGCONT)
        if pid := self.pid(name):
            os.kill(pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                until(lambda: not self.pid(name), f"the end of {name}", 20)
        self.signal(name, signal.SIGKILL)


def _runs(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                yield int(path.parent.name)
