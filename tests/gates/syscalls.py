"""G8 — one file operation of SQLite fails, or the process dies in it: every kind of call, every occurrence (F-02).

`strace` does it to a child that was forked from this process. Afterwards: what was ACKED is there, the file is whole, the
same keys give the same answers.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import Unavailable
from tests.gates import stall
from tests.gates.clients import Ledger, believing
from tests.gates.gate import Gate, NotHere, Tally
from tests.waiting import wait_until

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink")
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")
PAIRS = 2  # applications with their acceptances in one run


@dataclass
class Bench:
    """Where children are traced."""

    place: stall.Place
    tally: Tally

    def child(self, url: str, *strace: str) -> tuple[list[str], str]:
        """Let a child work under strace; return what it was told, and how it ended."""
        go, start = os.pipe()
        inlet, outlet = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(start)
            os.close(inlet)
            os.read(go, 1)
            _work(url, self.place.files(url), outlet)
        os.close(go)
        os.close(outlet)
        paths = [url.removeprefix("sqlite:///") + end for end in ("", "-wal", "-shm")]
        watching = subprocess.Popen(
            ["strace", "-f", "-qq", *(f"-P{path}" for path in paths), *strace, "-p", str(pid)],
            stderr=subprocess.DEVNULL,
        )
        status = Path(f"/proc/{pid}/status")
        wait_until(
            lambda: "TracerPid:\t0\n" not in status.read_text() or watching.poll() is not None,
            "strace",
        )
        if watching.poll() is not None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise NotHere("STRACE MAY NOT TRACE here: no syscall fault was injected")
        os.write(start, b"!")
        os.close(start)
        with os.fdopen(inlet, "rb") as pipe:
            told = pipe.read().decode().splitlines()
        _, ended = os.waitpid(pid, 0)
        watching.wait()
        return told, "killed" if os.WIFSIGNALED(ended) else "done"

    def calls(self) -> dict[str, int]:
        """Count the calls of each kind in a run without faults."""
        with tempfile.NamedTemporaryFile("r") as log:
            self.child(self.place.sqlite(), f"-etrace={','.join(CALLS)}", f"-o{log.name}")
            lines = log.read().splitlines()
        return {call: sum(f" {call}(" in line for line in lines) for call in CALLS}

    def struck(self, call: str, fault: str, n: int) -> None:
        """Let the n-th call of a kind fail, and look at what is left."""
        url = self.place.sqlite()
        told, ended = self.child(
            url, f"-etrace={call}", "-o/dev/null", "-e", f"inject={call}:{fault}:when={n}"
        )
        what = f"{call} {fault} at {n}"
        for line in told:
            if line.startswith("BROKE"):
                self.tally.fails(f"{what}: {line}")
        self.tally.trials += 1
        self.tally.unknown += ended == "killed"
        self.tally.seen[fault] += 1
        acked = [line.split(" ", 2)[1:] for line in told if line.startswith("ACK")]
        self.tally.accepted += len(acked)
        self.tally.failures += [f"{what}: {each}" for each in stall.run(self._left(url, acked))]
        path = url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as raw:
            self.tally.check(
                raw.execute("PRAGMA integrity_check").fetchone() == ("ok",), f"{what}: corrupt"
            )
        raw.close()
        for each in self.place.folder.glob(f"{Path(path).name}*"):
            each.unlink()

    async def _left(self, url: str, acked: list[Any]) -> list[str]:
        after = Tally(0, 0)
        ledger = Ledger(after)
        for key, answer in acked:
            kept = ledger.opened if key.startswith("open") else ledger.accepted
            kept[key.partition("-")[2]] = answer
        async with stall.opened(url, self.place.files(url)) as office:
            await ledger.reconciled(office)
            for n in range(PAIRS):
                await ledger.both(office, f"s{n}x")
            await ledger.reconciled(office)
        return after.failures


def _work(url: str, files: Path, outlet: int) -> None:
    async def work() -> None:
        ledger = Ledger(Tally(0, 0))
        async with stall.opened(url, files) as office:
            for n in range(PAIRS):
                key = f"s{n}x"
                ledger.opened[key] = await ledger.opens(office, key)
                os.write(outlet, f"ACK open-{key} {ledger.opened[key]}\n".encode())
                told = await ledger.accepts(office, key)
                os.write(outlet, f"ACK accept-{key} {told}\n".encode())

    try:
        stall.run(work())
    except Unavailable:
        pass
    except BaseException as error:  # noqa: BLE001 - the parent is told
        os.write(outlet, f"BROKE {error!r}\n".encode())
    os._exit(0)


def run(tally: Tally) -> None:
    """Strike every sync, truncation and removal, then writes as many as there is time for."""
    if shutil.which("strace") is None:
        raise NotHere("NO STRACE: no syscall fault was injected")
    with stall.place() as place:
        bench = Bench(place, tally)
        counted = bench.calls()
        rare = [(c, n) for c in CALLS[1:] for n in range(1, counted[c] + 1)]
        writes = [("pwrite64", n) for n in range(1, counted["pwrite64"] + 1)]
        tally.check(rare and writes, f"nothing to strike: {counted}")
        tally.chance.shuffle(writes)
        tally.chance.shuffle(rare)
        strikes = [(call, fault, n) for call, n in rare + writes for fault in FAULTS]
        for call, fault, n in (strikes * tally.size)[: tally.size]:
            bench.struck(call, fault, n)


GATE = Gate(
    "G8",
    "file operations of SQLite fail or kill",
    "strikes",
    size=36,
    night_size=1_500,
    run=run,
    planted=believing,
    planted_size=24,
    reached={},
)
