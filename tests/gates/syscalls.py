"""G8 — a file operation fails, or the process dies in it: every kind of call, of the database and of the files folder (F-02).

`strace` does it to a child that was forked from this process: once, or from then on for as long as clients are refused
thrice, as a disk that is bad for a while. Then the fault goes away, and the same process has to answer: nobody restarts
it. Afterwards: what was ACKED is there, the file is whole, the same keys give the same answers.

strace counts calls for each thread, and each connection of SQLite has one: a fault "at the first" strikes every connection
that is opened anew. So strace itself has to leave, the count alone ends nothing.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from service.errors import Unavailable
from service.store import database
from tests.gates import stall
from tests.gates.clients import Ledger, believing
from tests.gates.gate import Gate, NotHere, Tally
from tests.waiting import wait_until

KILL, EIO, ENOSPC = "signal=KILL", "error=EIO", "error=ENOSPC"
ANY = (KILL, EIO, ENOSPC)
CALLS = {
    "pwrite64": ANY,
    "fdatasync": ANY,
    "fsync": ANY,
    "ftruncate": ANY,
    "unlink": (KILL, EIO),
    "rename": ANY,
    "mkdir": ANY,
    "openat": (KILL, EIO, "error=EMFILE"),
    "pread64": (KILL, EIO),
}
OF_DATABASE = ("openat", "pread64")  # of other files they are Python's own: its modules
CAUSE = re.compile("存储空间不足|读写数据库文件出错")  # SQLite says the second of its -shm
PAIRS = 2  # applications with their acceptances in one run
LASTS = 3  # so many refusals
CHECKPOINT = 20  # pages: some happen while it works, not only when it ends


@dataclass(frozen=True)
class Strike:
    """What happens at the n-th call of a kind in a thread; `lasting`: and at all that follow."""

    call: str
    fault: str
    n: int
    lasting: bool

    def __str__(self) -> str:
        """Name it."""
        return f"{self.call} {self.fault} at {self.n}{' and after' if self.lasting else ''}"

    def arguments(self) -> list[str]:
        """Return what strace is told."""
        when = f"{self.n}{'+' if self.lasting else ''}"
        inject = f"inject={self.call}:{self.fault}:when={when}"
        return [f"-etrace={self.call}", "-e", inject]


@dataclass
class Ended:
    """What a child was told, how it ended, and what strace wrote."""

    told: list[str]
    killed: bool
    trace: str


@dataclass
class Bench:
    """Where children are traced."""

    place: stall.Place
    tally: Tally

    def child(self, url: str, *strace: str, lasts: int = 1) -> Ended:
        """Let a child work under strace, which leaves when the child was refused so often."""
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
        with tempfile.NamedTemporaryFile("r") as log:
            watching = _watched(pid, [f"-o{log.name}", *strace])
            os.write(start, b"!")
            os.close(start)
            with os.fdopen(inlet, encoding="utf-8") as pipe:
                told = _heard(pipe, watching, lasts)
            _, ended = os.waitpid(pid, 0)
            watching.wait()
            return Ended(told, os.WIFSIGNALED(ended), log.read())

    def fresh(self) -> str:
        """Return a database of its own and leave no file in the folder: every one makes its folder again."""
        url = self.place.sqlite()
        for folder in self.place.files(url).iterdir():
            if folder.is_dir():
                shutil.rmtree(folder)
        return url

    def calls(self) -> dict[str, int]:
        """Return how many calls of each kind one thread makes in a run without faults, at most."""
        counted: Counter[tuple[str, str]] = Counter()
        for wanted in (tuple(c for c in CALLS if c not in OF_DATABASE), OF_DATABASE):
            url = self.fresh()
            found = self.child(url, f"-etrace={','.join(wanted)}", *_paths(url, wanted[0]))
            for line in found.trace.splitlines():
                thread, _, rest = line.partition(" ")
                counted[rest.strip().partition("(")[0], thread] += 1
        return {call: max(n for (c, _), n in counted.items() if c == call) for call in CALLS}

    def struck(self, strike: Strike) -> None:
        """Let calls fail, and look at what is left."""
        url = self.fresh()
        lasts = LASTS if strike.lasting else 1
        found = self.child(url, *strike.arguments(), *_paths(url, strike.call), lasts=lasts)
        if "(INJECTED)" not in found.trace and not found.killed:
            return  # this time there were fewer calls: nothing was tried
        refused = [line for line in found.told if line.startswith("REFUSED")]
        wrong = [line for line in found.told if line.startswith("BROKE")]
        if strike.fault == ENOSPC and strike.call in ("pwrite64", "rename", "mkdir"):
            wrong += [f"not told why: {line}" for line in refused if not CAUSE.search(line)]
        self.tally.trials += 1
        self.tally.unknown += found.killed
        self.tally.seen[strike.fault] += 1
        self.tally.seen["lasting"] += strike.lasting
        self.tally.seen["refused"] += len(refused)
        acked = [line.split(" ", 2)[1:] for line in found.told if line.startswith("ACK")]
        self.tally.accepted += len(acked)
        wrong += stall.run(self._left(url, acked))
        path = url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as raw:
            if raw.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                wrong.append("corrupt")
        raw.close()
        self.tally.failures += [f"{strike}: {each}" for each in wrong]
        for each in self.place.folder.glob(f"{Path(path).name}*"):
            each.unlink()

    async def _left(self, url: str, acked: list[Any]) -> list[str]:
        after = Tally(0, 0)
        ledger = Ledger(after)
        kept = {"open": ledger.opened, "accept": ledger.accepted, "keep": ledger.kept}
        for key, answer in acked:
            verb, _, rest = key.partition("-")
            kept[verb][rest] = answer
        files = self.place.files(url)
        async with stall.opened(url, files) as office:
            await ledger.reconciled(office, files)
            for n in range(PAIRS):
                await ledger.both(office, f"s{n}x")
                await ledger.keeps(office, f"s{n}x")
            await ledger.reconciled(office, files)
        return after.failures


def _paths(url: str, call: str) -> list[str]:
    """Return to which files strace looks: all, or those of the database."""
    path = url.removeprefix("sqlite:///")
    return [f"-P{path}{end}" for end in ("", "-wal", "-shm")] if call in OF_DATABASE else []


def _watched(pid: int, arguments: list[str]) -> "subprocess.Popen[bytes]":
    """Trace a process; it is traced when this returns."""
    watching = subprocess.Popen(
        ["strace", "-f", "-qq", *arguments, "-p", str(pid)], stderr=subprocess.DEVNULL
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
    return watching


def _heard(pipe: IO[str], watching: "subprocess.Popen[bytes]", lasts: int) -> list[str]:
    """Return what a child says; when it was refused so often, the fault goes away."""
    told, refused = [], 0
    for line in pipe:
        told.append(line.rstrip("\n"))
        refused += line.startswith("REFUSED")
        if refused == lasts:
            watching.send_signal(signal.SIGINT)  # it lets go, and the child goes on
    return told


class Telling(Ledger):
    """Tells another process what it is told."""

    outlet: int

    def refused(self, why: Unavailable) -> None:
        """Say why there was no answer."""
        os.write(self.outlet, f"REFUSED {why.detail}\n".encode())


def _work(url: str, files: Path, outlet: int) -> None:
    database._PRAGMAS["wal_autocheckpoint"] = CHECKPOINT

    async def work() -> None:
        ledger = Telling(Tally(0, 0))
        ledger.outlet = outlet
        async with stall.opened(url, files) as office:
            for n in range(PAIRS):
                key = f"s{n}x"
                ledger.opened[key] = await ledger.opens(office, key)
                os.write(outlet, f"ACK open-{key} {ledger.opened[key]}\n".encode())
                told = await ledger.accepts(office, key)
                os.write(outlet, f"ACK accept-{key} {told}\n".encode())
                await ledger.keeps(office, key)
                os.write(outlet, f"ACK keep-{key} {ledger.kept[key]}\n".encode())

    try:
        stall.run(work())
    except BaseException as error:  # noqa: BLE001 - the parent is told
        os.write(outlet, f"BROKE {error!r}\n".encode())
    os._exit(0)


def run(tally: Tally) -> None:
    """Strike each kind of call with each fault, once and lasting, then as many others as there is time for."""
    if shutil.which("strace") is None:
        raise NotHere("NO STRACE: no syscall fault was injected")
    with stall.place() as place:
        bench = Bench(place, tally)
        counted = bench.calls()
        tally.check(all(counted.values()), f"nothing to strike: {counted}")
        strikes = [
            Strike(call, fault, n, lasting)
            for call, faults in CALLS.items()
            for fault in faults
            for n in range(1, counted[call] + 1)
            for lasting in (False, True)
            if not lasting or (fault != KILL and n <= -(-counted[call] // 2))
        ]
        for strike in _varied(strikes * -(-2 * tally.size // len(strikes)), tally):
            if tally.trials < tally.size:
                bench.struck(strike)


def _varied(strikes: list[Strike], tally: Tally) -> list[Strike]:
    """Return them in an order in which the first ones differ most."""
    tally.chance.shuffle(strikes)
    times: Counter[tuple[str, str, bool]] = Counter()
    ranked = []
    for strike in strikes:
        kind = strike.call, strike.fault, strike.lasting
        ranked.append((times[kind], strike))
        times[kind] += 1
    return [strike for _, strike in sorted(ranked, key=lambda each: each[0])]


GATE = Gate(
    "G8",
    "file operations fail or kill, once and for a while",
    "strikes",
    size=48,
    night_size=1_500,
    run=run,
    planted=believing,
    planted_size=24,
    reached={"lasting": 25, "refused": 100},
)
