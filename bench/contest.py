"""Part peers: the same matter on every peer and on ours, in turn on one PostgreSQL, the CPU of both sides counted.

Each contender is one program or several, on a database of its own. It is started for its turn, warms up, and is then
measured: the processes that serve, with all below them, and the whole database server. What drives a service over HTTP
is not counted; a peer in process does its own driving, which costs it little. What it stored is looked through after
the turn; a contender that fails is named and misses its bars.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench import apart, limit
from bench.bars import BARS
from bench.city import administer
from bench.cluster import Absent, Cluster
from bench.peers.matter import OPERATIONS
from bench.processes import cpu_seconds
from bench.server import ROOT
from bench.table import Table, load
from service.store.database import Database

PATIENCE = 300.0  # seconds for one step of one turn
OURS = "ours"


class Broken(Exception):
    """A contender did not do what it should have done."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Who takes part: the program, how many of it, the cases of one turn for each."""

    name: str
    program: tuple[str, ...]
    copies: int
    cases: int
    peer: bool = True  # runs in the peers' environment
    note: str = ""


SAMPLES = "{samples}"
CONTENDERS = (
    Contender(
        OURS, ("-m", "bench.ours"), 1, 64, peer=False, note="over HTTP, one serve, every rule"
    ),
    Contender("SpiffWorkflow", ("spiff.py",), 4, 30, note="in process"),
    Contender("transitions + SQLModel", ("naive.py",), 4, 25, note="in process"),
    Contender(
        "viewflow over HTTP", ("viewflow_over_http.py",), 1, 32, note="gunicorn, two workers"
    ),
    Contender("DBOS", ("durable.py",), 3, 12, note="in process"),
    Contender(
        "limit",
        ("-m", "bench.limit", SAMPLES),
        1,
        200,
        peer=False,
        note="one statement a transition, no rules, no HTTP",
    ),
)


class Run:
    """The processes of one contender in one turn."""

    def __init__(self, contender: Contender, python: str, databases: list[str]) -> None:
        """Start them all; each has so much time for a step before it is ended."""
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the turn
        folder = apart.PEERS if contender.peer else ROOT
        self.processes = [
            subprocess.Popen(
                [python, *contender.program],
                cwd=folder,
                env={**os.environ, "BENCH_DATABASE": url},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
            )
            for url in databases
        ]
        self._name = contender.name

    def heard(self, word: str) -> list[str]:
        """Wait until each of them says the word; return what they say with it. Raises Broken."""
        late = threading.Timer(PATIENCE, self.end)
        late.start()
        try:
            return [self._line(process, word) for process in self.processes]
        finally:
            late.cancel()

    def _line(self, process: "subprocess.Popen[str]", word: str) -> str:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(word):
                return line[len(word) :]
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines() or ["it ended, or took too long"]
        raise Broken(f"{self._name}: no {word}: {said[-1]}")

    def tell(self, line: str) -> None:
        """Say the same to each of them; one that has gone is found when it should answer."""
        for process in self.processes:
            assert process.stdin is not None
            with suppress(BrokenPipeError):
                process.stdin.write(f"{line}\n")
                process.stdin.flush()

    def end(self) -> None:
        """End what is left of them."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()

    def close(self) -> None:
        """Let them end, then see that they have."""
        for process in self.processes:
            with suppress(BrokenPipeError):
                assert process.stdin is not None
                process.stdin.close()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            assert process.stdout is not None
            process.stdout.close()
        self.errors.close()


def turn(
    contender: Contender, python: str, databases: list[str], cluster: Cluster, table: Table
) -> None:
    """Let one contender take one turn and note what it did. Raises Broken."""
    run = Run(contender, python, databases)
    try:
        said = [json.loads(text) for text in run.heard("READY")]
        serving = [pid for each in said for pid in each["pids"]]
        ours, theirs = cpu_seconds(*serving), cpu_seconds(cluster.pid)
        began = time.perf_counter()
        run.tell(f"GO {contender.cases}")
        run.heard("DONE")
        seconds = time.perf_counter() - began
        ours, theirs = cpu_seconds(*serving) - ours, cpu_seconds(cluster.pid) - theirs
        run.tell("CHECK")
        run.heard("CHECKED")
    except BaseException:
        run.end()
        raise
    finally:
        run.close()
    operations = contender.cases * contender.copies * OPERATIONS
    name, note = contender.name, f"{contender.note}; {load()}"
    table.add(f"{name}: per core-second", operations / max(ours + theirs, 0.01), "/s", note)
    table.add(f"{name}: durable operations", operations / seconds, "/s")
    table.add(f"{name}: CPU of the service", ours / operations * 1000, "ms")
    table.add(f"{name}: CPU of the database", theirs / operations * 1000, "ms")


async def sample(url: str, file: Path) -> None:
    """Keep what ours wrote of middling length, for the limit to write as much."""
    database = Database(url)
    try:
        text = json.dumps(await limit.typical(database))
    finally:
        await database.close()
    await asyncio.to_thread(file.write_text, text)


async def databases_of(contender: Contender, cluster: Cluster) -> list[str]:
    """Create the databases of a contender."""
    names = [
        f"{''.join(filter(str.isalpha, contender.name)).lower()}{n}"
        for n in range(contender.copies)
    ]
    for name in names:
        await administer(cluster.url, f"CREATE DATABASE {name}")
    return [f"{cluster.url.rsplit('/', 1)[0]}/{name}" for name in names]


async def contest(contenders: list[Contender], python: str, repeat: int, table: Table) -> None:
    """Let all of them take their turns, one after the other, `repeat` times."""
    with Cluster() as cluster, tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder:
        samples = Path(folder) / "samples.json"
        places = {each.name: await databases_of(each, cluster) for each in contenders}
        samples.write_text(json.dumps(dict.fromkeys(limit.LONG, "")))
        broken: dict[str, str] = {}
        for _ in range(repeat):
            for each in contenders:
                if each.name in broken:
                    continue
                program = tuple(str(samples) if p == SAMPLES else p for p in each.program)
                chosen = python if each.peer else sys.executable
                try:
                    turn(replace(each, program=program), chosen, places[each.name], cluster, table)
                except Broken as failure:
                    broken[each.name] = str(failure)
                    continue
                for url in places[each.name]:
                    await administer(url, "VACUUM (ANALYZE)")
                if each.name == OURS:
                    await sample(places[OURS][0], samples)
        for name, why in broken.items():
            for key in [key for key in table.series if key.startswith(f"{name}: ")]:
                del table.series[key]  # half of a contender is no measurement
            table.not_run(name, f"FAILED: {why}")


async def peers(*, repeat: int, scale: float, folder: Path, only: list[str]) -> Table:
    """Measure everybody; `scale` makes the turns shorter."""
    table = Table(
        f"The same matter on every engine: one application, five items, twenty completions, {repeat} turns each"
    )
    taking = [
        replace(each, cases=max(2, round(each.cases * scale)))
        for each in CONTENDERS
        if not only or each.name in only or each.name == OURS
    ]
    python = ""
    try:
        python = str(apart.python(folder))
    except apart.Unreachable as why:
        for each in filter(lambda each: each.peer, taking):
            table.not_run(each.name, f"its packages could not be had ({why})")
        taking = [each for each in taking if not each.peer]
    try:
        await contest(taking, python, repeat, table)
    except Absent as why:
        table.not_run("every contender", str(why))
    for each in CONTENDERS:
        if (bar := f"ours ÷ {each.name}") in BARS and (not only or each.name in only):
            table.ratio(bar, f"{OURS}: per core-second", f"{each.name}: per core-second", bar)
    table.ratio("ours ÷ limit", f"{OURS}: per core-second", "limit: per core-second")
    return table
