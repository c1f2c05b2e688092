"""Transactions: durable or refused, and what passes is called so."""

# ruff: noqa: PT012 - a transaction is entered inside what must be refused

import asyncio
import contextlib
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from service.errors import Unavailable
from service.store import cases
from service.store.address import database_url
from service.store.database import Connection, Database
from service.store.faults import moved
from service.store.schema import migrate
from tests.conftest import in_own_loop
from tests.standby import missing_standby
from tests.waiting import PATIENCE, until


async def postgres(url: str, statement: str) -> Any:
    """Run one statement beside the pool."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


class TestDurability:
    """Nothing is confirmed that a power cut could take back."""

    async def test_sqlite_syncs_every_commit(self, database: Database) -> None:
        """D2: write-ahead log, synchronous FULL, foreign keys."""
        await database.check()
        if database.postgres:
            return
        async with database.transaction() as tx:
            found = await tx.hop(
                lambda raw: [
                    raw.execute(f"PRAGMA {n}").fetchone()[0]
                    for n in ("journal_mode", "synchronous", "foreign_keys")
                ]
            )
        assert found == ["wal", 2, 1]

    async def test_sqlite_without_a_log_is_refused(self) -> None:
        """D2: a database that cannot have a write-ahead log does not start."""
        database = Database("sqlite:///:memory:")
        with pytest.raises(Unavailable, match="journal_mode"):
            await database.check()
        await database.close()

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_postgresql_that_does_not_wait_for_the_disk_is_refused(
        self, database_url: str
    ) -> None:
        """D3: synchronous_commit off loses what was confirmed."""
        name = database_url.rsplit("/", 1)[1]
        await postgres(database_url, f"ALTER DATABASE {name} SET synchronous_commit = off")
        database = Database(database_url)
        with pytest.raises(Unavailable, match="synchronous_commit"):
            await database.check()
        await database.close()

    async def test_a_standby_that_did_not_confirm_is_not_success(
        self, own_postgres: Callable[..., Any], rows: Any
    ) -> None:
        """D4, F-06: the driver says success with a notice; nobody may be told that it is done."""
        server = own_postgres("synchronous_standby_names=nobody", "fsync=off")
        await postgres(server.url, "ALTER SYSTEM SET synchronous_commit = local")
        await postgres(server.url, "SELECT pg_reload_conf()")
        await migrate(server.url)
        await postgres(server.url, "ALTER DATABASE postgres SET synchronous_commit = on")
        database = Database(server.url)

        async def write(block: Any, number: str) -> None:
            async with block() as tx:
                await cases.record(tx, rows.case(number), {}, seen_version=None)

        async def repeat(block: Any, number: str) -> None:
            async with block() as tx:  # it finds the answer that was kept, and writes nothing
                assert await cases.look(tx, case_id=number) is not None

        with pytest.raises(Unavailable, match="fsync"):
            await database.check()
        cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        for number, block in (("c1", database.transaction), ("c2", database.exchange)):
            for verb in (write, repeat):
                asked = asyncio.create_task(verb(block, number))
                await until(lambda: postgres(server.url, cancel), "the wait for the standby")
                with pytest.raises(Unavailable, match="结果未确认"):
                    await asked
                async with database.reading() as connection:
                    # UNKNOWN: it may well be there
                    assert await cases.look(connection, case_id=number) is not None
        async with database.transaction(
            answers=False
        ) as tx:  # nobody is told: nothing is waited for
            assert await cases.look(tx, case_id="c1") is not None
        await database.close()


class TestUnavailable:
    """What will pass is a 503, never a 500."""

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    @pytest.mark.usefixtures("impatient")
    async def test_a_locked_file_is_busy(self, database_url: str) -> None:
        """F-10: another process holds the lock longer than we wait."""
        database = Database(database_url)
        other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            async with database.transaction():
                pytest.fail("the lock is held")
        async with database.reading() as connection:
            assert await connection.row(text("SELECT 1 AS one")) == {"one": 1}
        other.execute("ROLLBACK")
        async with database.transaction() as tx:
            assert await tx.row(text("SELECT 1 AS one")) == {"one": 1}
        other.close()
        await database.close()

    @pytest.mark.parametrize(
        ("code", "useless"),
        [
            (sqlite3.SQLITE_READONLY, True),
            (sqlite3.SQLITE_IOERR_READ, True),
            (sqlite3.SQLITE_CANTOPEN, True),
            (sqlite3.SQLITE_FULL, False),
            (sqlite3.SQLITE_BUSY, False),
        ],
    )
    def test_a_connection_whose_file_failed_is_not_kept(self, code: int, useless: bool) -> None:
        """F-02: one that SQLite could only open for reading would refuse everything for good."""
        error = sqlite3.OperationalError("")
        error.sqlite_errorcode = code
        assert moved(error) is useless

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_a_full_disk_says_so_and_works_again(self, database_url: str, rows: Any) -> None:
        """F-09: refused with its reason, nothing half written, fine once there is room."""
        database = Database(database_url)
        async with database.transaction() as tx:
            await tx.hop(lambda raw: raw.execute("PRAGMA max_page_count = 1").fetchone())
        with pytest.raises(Unavailable, match="存储空间不足"):
            async with database.transaction() as tx:
                await cases.record(
                    tx, rows.case("c1", form={"x": "y" * 3_000_000}), {}, seen_version=None
                )
        async with database.transaction() as tx:
            await tx.hop(lambda raw: raw.execute("PRAGMA max_page_count = 1000000").fetchone())
        async with database.transaction() as tx:
            await cases.record(tx, rows.case("c1"), {}, seen_version=None)
        await database.close()

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_cut_connection_heals(self, database_url: str, rows: Any) -> None:
        """F-04, F-07: idle connections that the server closed are replaced unseen; one cut in the middle is a 503."""
        database = Database(database_url, connections=3)
        kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

        together = asyncio.Barrier(3)  # so that there are three connections at once

        async def touch() -> None:
            async with database.transaction() as tx:
                await tx.fetchrow("SELECT 1")
                await together.wait()

        await asyncio.gather(*(touch() for _ in range(3)))
        assert await postgres(database_url, kill) == 3
        await asyncio.gather(*(touch() for _ in range(6)))
        with pytest.raises(Unavailable, match="Idempotency-Key"):
            async with database.transaction() as tx:
                await cases.record(tx, rows.case("c1"), {}, seen_version=None)
                await postgres(database_url, kill)
                await cases.gather(tx, case_id="c1")
        async with database.transaction() as tx:
            assert await cases.look(tx, case_id="c1") is None
        await database.close()

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_every_connection_of_the_pool_may_be_dead_unnoticed(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F-07: the server hung up on all of them and the process has not heard of it: the next verb still begins."""
        database = Database(database_url, connections=3)
        together = asyncio.Barrier(3)

        async def touch() -> None:
            async with database.transaction() as tx:
                await tx.fetchrow("SELECT 1")
                await together.wait()

        await asyncio.gather(*(touch() for _ in range(3)))
        with monkeypatch.context() as patch:
            begin = Connection.begin
            dead: list[Connection] = []

            async def unheard(connection: Connection) -> None:
                if len(dead) < 3:
                    dead.append(connection)
                    connection._driver.terminate()
                await begin(connection)

            patch.setattr(Connection, "begin", unheard)
            async with database.transaction() as tx:
                assert (await tx.fetchrow("SELECT 1"))[0] == 1
        assert len(dead) == 3
        await database.close()

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_waiting_for_a_lock_ends(self, database_url: str, rows: Any) -> None:
        """F-17: a lock that is not given in time is a 503."""
        database = Database(database_url)
        async with database.transaction() as tx:
            await cases.record(tx, rows.case("c1"), {}, seen_version=None)
        async with database.transaction() as tx:
            await cases.gather(tx, case_id="c1")
            with pytest.raises(Unavailable):
                async with database.transaction() as other:
                    await cases.gather(other, case_id="c1")
        await database.close()

    async def test_no_server_is_unavailable(self) -> None:
        """A server that is down is no mistake of the caller's."""
        database = Database("postgresql://postgres@127.0.0.1:1/none")
        with pytest.raises(Unavailable):
            async with database.transaction():
                pytest.fail("nobody listens there")
        await database.close()


@contextlib.contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """Stop server processes, as a hung disk or a paused machine would, and let them go on at the end."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            thawed(pid)


def thawed(pid: int) -> None:
    """Let a process go on; it may have gone on before, and ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def own_server(own_postgres: Callable[..., Any]) -> str:
    """A server whose processes may be stopped without harm to others."""
    server = own_postgres("fsync=off")
    in_own_loop(migrate(server.url))
    return str(server.url)


PID = "SELECT pg_backend_pid() AS pid"
SHORT = 0.3


class TestDeadline:
    """Every block ends within our own bound, whatever the database does (F-05, F-06)."""

    @pytest.mark.parametrize("moment", ["statement", "commit", "rollback", "begin", "read"])
    async def test_a_frozen_database_is_unknown_in_time(self, own_server: str, moment: str) -> None:
        """Neither a statement, a commit, a rollback, a begin nor a reading waits for a server that does not answer."""
        database = Database(own_server, connections=1, seconds=SHORT)
        async with database.reading() as connection:
            pid = (await connection.fetchrow(PID))["pid"]

        async def verb() -> None:
            if moment == "read":
                async with database.reading() as connection:
                    await connection.fetchrow("SELECT 1")
            async with database.transaction() as tx:
                if moment != "begin":
                    os.kill(pid, signal.SIGSTOP)
                if moment == "statement":
                    await tx.row(text("SELECT 1 AS one"))
                if moment == "rollback":
                    raise LookupError

        expected = LookupError if moment == "rollback" else Unavailable
        with frozen(*([pid] if moment in {"begin", "read"} else [])):
            try:
                with pytest.raises(expected) as refused:
                    await asyncio.wait_for(verb(), PATIENCE)
                if expected is Unavailable:
                    assert "Idempotency-Key" in str(refused.value)
                # the one connection was not given back: another takes its place while it still hangs
                await until(lambda: _answers(database, pid), "another connection")
            finally:
                thawed(pid)
        await until(lambda: _gone(own_server, pid), "the end of what was broken off")
        await database.close()

    async def test_a_standby_that_never_answers_is_unknown_in_time(
        self, own_server: str, rows: Any
    ) -> None:
        """F-06: nobody cancels the wait; we do, and what waited does not go on holding a connection."""
        database = Database(own_server, connections=1, seconds=SHORT)
        waiting = "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        async with missing_standby(own_server):
            for n in range(3):
                with pytest.raises(Unavailable, match="Idempotency-Key"):
                    async with database.transaction() as tx:
                        await cases.record(tx, rows.case(f"c{n}"), {}, seen_version=None)
            await until(lambda: postgres(own_server, waiting), "the end of every wait")
        await database.close()

    async def test_waiting_for_a_connection_counts(self, database_url: str) -> None:
        """The bound begins before there is a connection, and what held it up is not harmed."""
        patient, hurried = (
            Database(database_url),
            Database(database_url, connections=1, seconds=SHORT),
        )
        held = asyncio.Event()
        free = asyncio.Event()

        async def hold() -> None:
            async with patient.transaction() as tx:
                if patient.postgres:
                    await tx.fetchrow("SELECT pg_advisory_xact_lock(17)")
                held.set()
                await free.wait()

        holding = asyncio.create_task(hold())
        await held.wait()
        with pytest.raises(Unavailable):
            async with hurried.transaction() as tx:
                await tx.fetchrow("SELECT pg_advisory_xact_lock(17)")
        free.set()
        await holding
        async with patient.transaction() as tx:
            assert await tx.row(text("SELECT 1 AS one")) == {"one": 1}
        await hurried.close()
        await patient.close()


async def _answers(database: Database, not_this: int) -> bool:
    try:
        async with database.reading() as connection:
            return bool((await connection.fetchrow(PID))["pid"] != not_this)
    except Unavailable:
        return False


async def _gone(url: str, pid: int) -> bool:
    return not await postgres(url, f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}")


class TestTransaction:
    """One block, one commit."""

    async def test_a_swallowed_failure_is_not_committed_in_silence(
        self, database: Database, rows: Any
    ) -> None:
        """PostgreSQL answers COMMIT with ROLLBACK after a failed statement; that must not look like success."""
        if not database.postgres:
            pytest.skip("SQLite keeps the transaction open after a failed statement")
        for answers in (True, False):
            with pytest.raises(
                (RuntimeError, asyncpg.InFailedSQLTransactionError), match=r"swallowed|aborted"
            ):
                async with database.transaction(answers=answers) as tx:
                    with pytest.raises(asyncpg.PostgresError):
                        await tx.fetchrow("SELECT 1/0")

    async def test_writers_wait_their_turn(self, database: Database, rows: Any) -> None:
        """Many at once all get through."""

        async def write(who: int) -> None:
            async with database.transaction() as tx:
                await cases.record(tx, rows.case(f"c{who}"), {}, seen_version=None)

        await asyncio.gather(*(write(who) for who in range(40)))
        async with database.reading() as connection:
            assert await connection.row(text("SELECT count(*) AS n FROM cases")) == {"n": 40}

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_reading_cannot_write(self, database: Database) -> None:
        """A reading connection has no way around the one writer."""
        with pytest.raises(Unavailable, match="只读"):
            async with database.reading() as connection:
                await connection.change(text("DELETE FROM counters"))

    def test_other_databases_are_refused(self, tmp_path: Path) -> None:
        """Only the two that the tests run on."""
        assert database_url(f"sqlite:///{tmp_path}/a.db").drivername == "sqlite+aiosqlite"
        assert database_url("postgres://h/d").drivername == "postgresql+asyncpg"
        with pytest.raises(ValueError, match="mysql"):
            database_url("mysql://h/d")
