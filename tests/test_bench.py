"""The benchmark is honest: its bars decide, who is absent is named, what is written is what is promised. Figures are read by people."""

import asyncio
import os
import secrets
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import asyncpg
import pytest
from sqlalchemy import text

from bench import __main__ as bench
from bench import apart, contest, limit, matter, province
from bench.bars import BARS, Bar
from bench.city import found, left, places
from bench.contest import Broken, Contender, turn
from bench.peers.matter import OPERATIONS
from bench.processes import cpu_seconds, resident_kb
from bench.server import AUDIT_KEY, SECRET, Server
from bench.table import Table
from bench.trips import counted
from service.workflows.authoring.load import load_pack
from tests.conftest import beside, sql

ROOT = Path(__file__).parents[1]
SAMPLES = {"event": "e" * 3000, "message": "m" * 500, "answer": "a" * 4000}


def ran(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Start the benchmark as a person would."""
    command = [sys.executable, "-m", "bench", "--quick", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


class TestInside:
    """`python -m bench.inside`."""

    async def test_says_what_each_request_costs_and_where(self, postgres_server: str) -> None:
        """One matter is handled whole; the parts are those of the program."""
        command = ["-m", "bench.inside", "--cases", "1", "--postgres", postgres_server]
        done = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        said = (await done.communicate())[0].decode()
        for kind in ("apply", "accept", "propose", "grant", "issue"):
            assert f"{kind}, alone: " in said
        assert "service/office/handling: Handling.act" in said


class TestBench:
    """`python -m bench`."""

    def test_a_part_runs_and_prints_its_ratio(self) -> None:
        """The cheapest part, as a person would start it."""
        done = ran("--only", "lint", "--definitions", "100", "--repeat", "1")
        assert done.returncode == 0
        assert "Lint of 100 definitions" in done.stdout
        assert "load " in done.stdout
        assert f"bar {BARS['lint']}" in done.stdout

    def test_ratios_compare_medians(self) -> None:
        """One slow repetition does not decide."""
        table = Table("x")
        for ours, theirs in ((10.0, 20.0), (1.0, 20.0), (10.0, 900.0)):
            table.add("ours", ours, "/s")
            table.add("theirs", theirs, "/s")
        table.ratio("ours ÷ theirs", "ours", "theirs", "transitions ÷ limit")
        assert "0.50" in table.text()
        assert "1.0 … 10.0" in table.text()


class TestBars:
    """The bars stand in one place and decide."""

    def test_a_bar_is_missed_on_its_own_side(self) -> None:
        """Some values should be large, some small."""
        rate, wait = Bar(1.5, 3), Bar(2.5, 1.5, at_most=True)
        assert [rate.missed(value) for value in (1.49, 1.5, 4)] == [True, False, False]
        assert [wait.missed(value) for value in (2.6, 2.5, 1)] == [True, False, False]
        assert rate.reached(3)
        assert wait.reached(1.5)

    def test_every_goal_is_beyond_its_bar(self) -> None:
        """Whoever reaches the goal has not missed the bar."""
        assert not [name for name, bar in BARS.items() if bar.missed(bar.goal)]

    def test_what_misses_is_told_and_ends_with_1(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`--check` ends with 1 below a bar, and with 0 at it; without it nothing is decided."""
        table = Table("x")
        table.add("ours", 10.0, "/s")
        table.add("theirs", 10.0, "/s")

        async def measured(_: object) -> list[Table]:
            return [table]

        monkeypatch.setattr(bench, "measured", measured)
        monkeypatch.setattr(sys, "argv", ["bench", "--check", "--only", "lint"])
        table.ratio("ours ÷ theirs", "ours", "theirs", "transitions ÷ limit")
        assert asyncio.run(bench.main()) == 0
        table.ratio("ours ÷ theirs", "ours", "theirs", "ours ÷ SpiffWorkflow")
        assert asyncio.run(bench.main()) == 1
        monkeypatch.setattr(sys, "argv", ["bench", "--only", "lint"])
        assert asyncio.run(bench.main()) == 0

    def test_who_is_absent_misses(self) -> None:
        """A peer that did not run proves nothing."""
        table = Table("x")
        table.add("ours: per core-second", 10.0, "/s")
        table.ratio("r", "ours: per core-second", "DBOS: per core-second", "ours ÷ DBOS")
        assert "NOT RUN" in table.text()
        assert table.missed


class TestPeers:
    """Nobody is left out silently, and nobody's word is taken for what he did."""

    def turn(self, code: str) -> Table:
        """Let a contender take part whose program this is, run as the peers' are, with 3 cases."""
        table = Table("x")
        peer = Contender("stub", ("-c", code), copies=1, cases=3)
        server = SimpleNamespace(pid=os.getpid())
        turn(peer, sys.executable, ["postgresql://nowhere"], server, table)
        return table

    def test_one_that_handles_everything_is_measured(self) -> None:
        """Positive control, with the loop that the peers use."""
        code = (
            "from matter import contend\ncontend(lambda n: sum(range(n * 10**7)), lambda n: None)"
        )
        assert self.turn(code).series["stub: per core-second"].middle > 0

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("import no_such_engine", "no_such_engine"),
            ("from matter import contend\ncontend(lambda n: 1 / (n - 3), lambda n: 0)", "division"),
            (
                "from matter import *\ncontend(lambda n: 0, lambda n: expect(n - 1, n, 'cases done'))",
                "cases done: 4 instead of 5",
            ),
        ],
    )
    def test_a_broken_one_is_named_with_its_reason(self, code: str, said: str) -> None:
        """It does not start, it stops half way, it has not stored what it was to store."""
        with pytest.raises(Broken, match=said):
            self.turn(code)

    async def test_one_that_breaks_is_out_with_all_it_did(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The others go on; what it had measured before is no result, and its bar is missed."""
        turns: list[str] = []

        def take(contender: Contender, *rest: object) -> None:
            turns.append(contender.name)
            if turns.count("DBOS") == 2:
                raise Broken("DBOS: no DONE: gone")
            table = rest[-1]
            assert isinstance(table, Table)
            table.add(f"{contender.name}: per core-second", 10.0, "/s")

        monkeypatch.setattr(contest, "turn", take)
        monkeypatch.setattr(contest, "Cluster", _NoCluster)
        monkeypatch.setattr(contest, "administer", _nothing)
        monkeypatch.setattr(contest, "sample", _nothing)
        monkeypatch.setattr(apart, "python", lambda _: Path(sys.executable))
        table = await contest.peers(repeat=3, scale=1, folder=Path(), only=["DBOS"])
        assert turns == ["ours", "DBOS", "ours", "DBOS", "ours"]
        assert "*** NOT RUN: DBOS: FAILED: DBOS: no DONE: gone ***" in table.text()
        assert not [name for name in table.series if name.startswith("DBOS")]
        assert any("ours ÷ DBOS" in line for line in table.missed)

    async def test_without_their_packages_each_is_said_not_to_run(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """No way to the packages: loud, and every bar against them missed."""
        monkeypatch.setattr(contest, "turn", lambda *_: None)
        monkeypatch.setattr(contest, "Cluster", _NoCluster)
        monkeypatch.setattr(contest, "administer", _nothing)
        monkeypatch.setattr(contest, "sample", _nothing)

        def unreachable(*_: str) -> None:
            raise apart.Unreachable("No route to host")

        monkeypatch.setattr(apart, "_run", unreachable)
        table = await contest.peers(repeat=1, scale=1, folder=tmp_path, only=[])
        for peer in ("SpiffWorkflow", "transitions + SQLModel", "DBOS", "viewflow over HTTP"):
            assert f"*** NOT RUN: {peer}: its packages could not be had" in table.text()
            assert any(f"ours ÷ {peer}" in line for line in table.missed)

    def test_a_failing_installation_says_why(self) -> None:
        """What the installer said last is the reason."""
        with pytest.raises(apart.Unreachable, match="no such place"):
            apart._run(sys.executable, "-c", "raise SystemExit('no such place')")

    def test_a_half_made_environment_is_made_anew(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Only what was completed is kept, and other requirements are another environment."""
        made: list[tuple[str, ...]] = []
        monkeypatch.setattr(apart, "_run", lambda *command: _made(made, command))
        wanted = tmp_path / "requirements.txt"
        wanted.write_text("a==1\n")
        first = apart.python(tmp_path, wanted)
        assert apart.python(tmp_path, wanted) == first
        assert len(made) == 2
        (first.parents[1] / apart.COMPLETE).unlink()
        apart.python(tmp_path, wanted)
        assert len(made) == 4
        wanted.write_text("a==2\n")
        assert apart.python(tmp_path, wanted) != first

    def test_their_packages_are_pinned_and_never_ours(self) -> None:
        """The lock files know nothing of the peers that the product does not use."""
        lines = [line for line in apart.REQUIREMENTS.read_text().splitlines() if line[0] != "#"]
        assert all("==" in line for line in lines)
        locks = (ROOT / "requirements.lock").read_text() + (
            ROOT / "requirements-dev.lock"
        ).read_text()
        for name in ("spiffworkflow", "viewflow", "dbos", "gunicorn", "psycopg"):
            assert f"{name}==" not in locks.lower()


class _NoCluster:
    """A server that is not needed."""

    url, pid = "postgresql://nowhere/x", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to stop."""


async def _nothing(*_: object) -> None:
    """Do nothing."""


def _made(made: list[tuple[str, ...]], command: tuple[str, ...]) -> None:
    made.append(command)
    if "venv" in command:
        Path(command[-1]).mkdir()


class TestProcesses:
    """CPU is counted for everybody below, those that have ended included."""

    def test_a_child_that_ended_is_counted(self) -> None:
        """Who burnt the CPU does not matter: the tree did."""
        burn = "import time\nwhile time.process_time() < 0.3: pass"
        before = cpu_seconds(os.getpid())
        subprocess.run([sys.executable, "-c", burn], check=True)
        assert cpu_seconds(os.getpid()) - before >= 0.25
        assert resident_kb(os.getpid()) > 1000


class TestLimit:
    """The leanest writes keep the promise they are measured for."""

    def test_sqlite(self, tmp_path: Path) -> None:
        """A case is 21 statements; one that saw an older version, or comes twice, changes nothing."""
        path = str(tmp_path / "limit.db")
        case = list(limit.steps(SAMPLES))
        assert len(case) == OPERATIONS
        limit.sqlite(path, [case])
        rows = sqlite3.connect(path).execute
        assert rows("SELECT version, state FROM lean_case").fetchall() == [(21, "done")]
        assert rows("SELECT count(*), sum(done) FROM lean_task").fetchone() == (20, 20)
        assert rows("SELECT count(*) FROM lean_clock WHERE state = 1").fetchone() == (5,)
        counts = [
            rows(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("lean_event", "lean_message", "lean_key")
        ]
        assert counts == [21, 21, 21]
        with pytest.raises(sqlite3.IntegrityError, match="changed"):
            limit.sqlite(path, [[(case[0][0], 7, "another", *case[8][3:])]])
        with pytest.raises(sqlite3.IntegrityError, match="lean_key"):
            limit.sqlite(path, [[(case[0][0], 21, case[5][2], *case[8][3:])]])
        assert rows("SELECT version FROM lean_case").fetchall() == [(21,)]

    async def test_postgresql(self, postgres_server: str) -> None:
        """The same, on the other database."""
        name = f"bench_limit_{secrets.token_hex(4)}"
        await sql(postgres_server, f"CREATE DATABASE {name}")
        url = beside(postgres_server, name)
        try:
            case = list(limit.steps(SAMPLES))
            await limit.postgres(url, [case, list(limit.steps(SAMPLES))], clients=2)
            assert await limit.done(url, [case[0][0]]) == (1, OPERATIONS)
            with pytest.raises(ExceptionGroup) as refused:
                await limit.postgres(url, [[(case[0][0], 21, case[5][2], *case[8][3:])]], clients=1)
            assert refused.group_contains(asyncpg.UniqueViolationError)
            assert await limit.done(url, [case[0][0]]) == (1, OPERATIONS)
        finally:
            await sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


class TestTrips:
    """Round trips are counted on the wire."""

    async def test_each_wait_is_one(self, postgres_server: str) -> None:
        """A simple query is one; a transaction around it two more; a prepared statement one each time."""
        async with counted(postgres_server) as (url, counter):
            connection = await asyncpg.connect(url)
            counter.taken()
            await connection.execute("SELECT 1")
            assert counter.taken() == 1
            async with connection.transaction():
                await connection.execute("SELECT 1")
            assert counter.taken() == 3
            prepared = await connection.prepare("SELECT 1")
            counter.taken()
            await prepared.fetchval()
            await prepared.fetchval()
            assert counter.taken() == 2
            await connection.close()


class TestMatter:
    """Our side handles the whole matter, not less than the peers."""

    @pytest.mark.parametrize("items", [5, 10])
    def test_the_pack_has_no_errors(self, items: int) -> None:
        """It is linted like any other; that it has no scenario is a warning."""
        found = load_pack(matter.pack(items))
        assert not [each for each in found.diagnostics if each.severity == "error"]

    async def test_a_case_is_21_operations_and_ends_granted(self, tmp_path: Path) -> None:
        """Submitted, five items accepted, proposed, granted and issued over HTTP, closed."""
        url = f"sqlite:///{tmp_path}/matter.db"
        await matter.settle(url, tmp_path, 5)
        server = await asyncio.to_thread(Server.product, url, tmp_path)
        try:
            handling = matter.Handling([server], 5)
            assert handling.operations == len(list(matter.requests(5))) == OPERATIONS
            await asyncio.to_thread(handling.run, 1, 1)
        finally:
            server.stop()
        rows = sqlite3.connect(tmp_path / "matter.db").execute
        assert rows("SELECT number, state FROM cases").fetchall() == [
            (handling.numbers[0], "granted")
        ]
        assert rows("SELECT count(*) FROM items WHERE outcome = 'granted'").fetchone() == (5,)
        verified = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "service", "verify"],
            cwd=ROOT,
            env={
                **os.environ,
                "YIJIANSHI_DATABASE_URL": url,
                "YIJIANSHI_FILES_DIR": str(tmp_path),
                "YIJIANSHI_SECRET": SECRET,
                "YIJIANSHI_AUDIT_KEY": AUDIT_KEY,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0, verified.stdout


class TestProvince:
    """What the growth is measured on is spread as it says."""

    @pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
    async def test_a_fifth_is_open_and_a_fifth_of_that_ours(
        self, kind: str, request: pytest.FixtureRequest
    ) -> None:
        """500 tasks of 100 cases on each database: 20 cases open, 4 of them of the clerk's county."""
        server = request.getfixturevalue("postgres_server") if kind == "PostgreSQL" else "x/y"
        with places(server, (kind,)) as urls:
            city = await found(kind, urls[kind], server)
            try:
                await province.fill(city, 500)
                made = "case_id LIKE 'filled-%'"
                for wanted, query in (
                    (500, f"SELECT count(*) FROM tasks WHERE {made}"),
                    (100, f"SELECT count(*) FROM tasks WHERE {made} AND done_at IS NULL"),
                    (
                        20,
                        f"SELECT count(*) FROM tasks WHERE {made} AND done_at IS NULL AND department = 'scjg'",
                    ),
                    (80, "SELECT count(*) FROM cases WHERE closed_at IS NOT NULL"),
                    (80, "SELECT count(*) FROM cases WHERE state = 'granted'"),
                    (400, f"SELECT count(*) FROM items WHERE {made} AND final_at IS NOT NULL"),
                    (
                        140,
                        f"SELECT count(*) FROM clocks WHERE {made} AND wake_at IS NOT NULL",
                    ),
                    (100, f"SELECT count(*) FROM events WHERE {made}"),
                ):
                    async with city.database.reading() as connection:
                        counted_rows = (await connection.sql.execute(text(query))).scalar_one()
                    assert counted_rows == wanted, query
            finally:
                await left(city, server)
