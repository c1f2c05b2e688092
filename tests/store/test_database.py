"""Transactions: durable or refused, and what passes is called so."""

# ruff: noqa: PT012, ASYNC110 - a transaction is entered inside what must be refused

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from service.errors import Unavailable
from service.store import cases
from service.store.database import Database, database_url
from service.store.schema import migrate


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
                    raw.execute(f"PRAGMA {n}").fetchone()[0] for n in ("journal_mode", "synchronous", "foreign_keys")
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
    async def test_postgresql_that_does_not_wait_for_the_disk_is_refused(self, database_url: str) -> None:
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

        async def write() -> None:
            async with database.transaction() as tx:
                await cases.record(tx, rows.case("c1"), {}, seen_version=None)

        with pytest.raises(Unavailable, match="fsync"):
            await database.check()
        writing = asyncio.create_task(write())
        cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        async with asyncio.timeout(20):
            while not await postgres(server.url, cancel):
                await asyncio.sleep(0.02)
        with pytest.raises(Unavailable, match="结果未确认"):
            await writing
        async with database.reading() as connection:
            assert await cases.look(connection, case_id="c1") is not None  # UNKNOWN: it may well be there
        await database.close()


class TestUnavailable:
    """What will pass is a 503, never a 500."""

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_a_locked_file_is_busy(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """F-10: another process holds the lock longer than we wait."""
        monkeypatch.setattr("service.store.database._WAIT_SECONDS", 0.2)
        monkeypatch.setitem(__import__("service.store.database").store.database._PRAGMAS, "busy_timeout", 200)
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

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_a_full_disk_says_so_and_works_again(self, database_url: str, rows: Any) -> None:
        """F-09: refused with its reason, nothing half written, fine once there is room."""
        database = Database(database_url)
        async with database.transaction() as tx:
            await tx.hop(lambda raw: raw.execute("PRAGMA max_page_count = 1").fetchone())
        with pytest.raises(Unavailable, match="存储空间不足"):
            async with database.transaction() as tx:
                await cases.record(tx, rows.case("c1", form={"x": "y" * 3_000_000}), {}, seen_version=None)
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

        async def touch() -> None:
            async with database.transaction() as tx:
                await tx.fetchrow("SELECT pg_sleep(0.05)")

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
    async def test_waiting_for_a_lock_ends(self, database_url: str, rows: Any) -> None:
        """F-17: a lock that is not given within two seconds is a 503."""
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


class TestTransaction:
    """One block, one commit."""

    async def test_a_swallowed_failure_is_not_committed_in_silence(self, database: Database, rows: Any) -> None:
        """PostgreSQL answers COMMIT with ROLLBACK after a failed statement; that must not look like success."""
        if not database.postgres:
            pytest.skip("SQLite keeps the transaction open after a failed statement")
        with pytest.raises(RuntimeError, match="swallowed"):
            async with database.transaction() as tx:
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
