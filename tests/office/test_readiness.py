"""Readiness: each thing a process needs is broken and mended, and only the verdict changes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import Unavailable
from service.office import Demands, Office
from service.office.condition import Check
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.worker import wall_clock
from tests.conftest import sql
from tests.standby import missing_standby
from tests.waiting import until

from .conftest import MORNING

SCHEMA = "UPDATE alembic_version SET version_num = '{}'"


@pytest.fixture
def always_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look anew each time somebody asks."""
    monkeypatch.setattr("service.office.readiness.FRESH_SECONDS", 0)


async def wrong(office: Office, clock: Callable[[], datetime] = wall_clock) -> list[str]:
    """Return the names of what is not there; the verdict says the same."""
    found = await office.readiness(clock)
    assert all(isinstance(check, Check) and bool(check.detail) != check.ok for check in found)
    names = [check.name for check in found if not (check.ok or check.warning)]
    assert await office.ready(clock) == (not names)
    return names


@pytest.mark.usefixtures("always_new")
class TestBroken:
    """Broken, and healed without a restart."""

    async def test_the_folder_of_files(self, office: Office) -> None:
        """Not there, another's, not writable."""
        folder = office.folder.path
        assert await wrong(office) == []
        away = folder.rename(folder.with_name("away"))
        assert await wrong(office) == ["文件夹"]
        Folder(folder).mark("theirs")
        assert await wrong(office) == ["文件夹"]
        (folder / "installation").unlink()
        folder.rmdir()
        away.rename(folder)
        (folder / "incoming").rmdir()
        (folder / "incoming").touch()
        assert await wrong(office) == ["文件夹"]
        (folder / "incoming").unlink()
        assert await wrong(office) == []

    async def test_the_schema(self, office: Office) -> None:
        """One that this program does not know."""
        async with office.database.transaction() as tx:
            known = (await tx.rows(text("SELECT version_num FROM alembic_version")))[0]
            await tx.sql.exec_driver_sql(SCHEMA.format("0016"))
        assert await wrong(office) == ["表结构"]
        async with office.database.transaction() as tx:
            await tx.sql.exec_driver_sql(SCHEMA.format(known["version_num"]))
        assert await wrong(office) == []

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_a_database_that_is_full(self, office: Office) -> None:
        """What cannot be written is not ready; what is tried leaves nothing behind."""
        async with office.database.transaction() as tx:
            await tx.hop(lambda raw: raw.execute("PRAGMA max_page_count = 1").fetchone())
        assert await wrong(office) == ["数据库"]
        async with office.database.transaction() as tx:
            await tx.hop(lambda raw: raw.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert await wrong(office) == []
        async with office.database.reading() as connection:
            assert await connection.rows(text("SELECT * FROM counters")) == []

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_the_clock(self, database: Database, tmp_path: Path) -> None:
        """F-20: more than two seconds off the database, ahead or behind; the worker does not go by it either."""
        office = Office(
            database, Folder(tmp_path / "files", reserve=0), demands=Demands(clock_seconds=2)
        )
        await office.install(MORNING)
        for off in (timedelta(minutes=5), timedelta(minutes=-5)):
            assert await wrong(office, lambda off=off: wall_clock() + off) == ["时钟"]
            with pytest.raises(Unavailable, match="快" if off > timedelta(0) else "慢"):
                await office.refuse_wrong_clock(lambda off=off: wall_clock() + off)
        assert await wrong(office) == []
        await office.refuse_wrong_clock(wall_clock)

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_standby_that_is_required(self, database: Database, tmp_path: Path) -> None:
        """A server that waits for none would lose with the machine what was confirmed."""
        folder = Folder(tmp_path / "files", reserve=0)
        office = Office(database, folder, demands=Demands(standby=True))
        await office.install(MORNING)
        assert await wrong(office) == ["备库"]


@pytest.fixture
async def alone(own_postgres: Any, tmp_path: Path) -> AsyncIterator[tuple[Office, str]]:
    """An office with a server of its own, and its address."""
    server = own_postgres()
    await migrate(server.url)
    database = Database(server.url, connections=10)
    office = Office(database, Folder(tmp_path / "files", reserve=0))
    await office.install(MORNING)
    yield office, server.url
    await database.close()


@pytest.mark.usefixtures("always_new")
class TestOwnServer:
    """What is done to a whole server."""

    async def test_a_standby_that_is_gone_and_a_database_that_hangs(
        self,
        alone: tuple[Office, str],
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Commits would wait for ever: not ready, said once; the answer does not wait with them."""
        office, url = alone
        async with missing_standby(url):
            assert await wrong(office) == ["备库"]
        assert await wrong(office) == []
        assert len([r for r in caplog.records if "not ready" in r.message]) == 1
        async with office.database.reading() as connection:
            pid = (await connection.fetchrow("SELECT pg_backend_pid() AS pid"))["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            with monkeypatch.context() as impatient:
                impatient.setattr("service.office.readiness.PATIENCE_SECONDS", 0.5)
                assert not await office.ready(wall_clock)
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(lambda: office.ready(wall_clock), "its recovery")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestAsked:
    """By anybody, as often as they like."""

    async def test_two_hundred_at_once_cost_one_connection(
        self, database: Database, database_url: str, tmp_path: Path
    ) -> None:
        """One look for all of them; what a stranger asks never takes what others need."""
        office = Office(database, Folder(tmp_path / "files", reserve=0))
        await office.install(MORNING)
        assert all(await asyncio.gather(*(office.ready(wall_clock) for _ in range(200))))
        async with database.reading() as connection:
            found = await connection.fetchrow(
                "SELECT count(*) AS n FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'yijianshi'"
            )
        assert found["n"] == 1
        await sql(database_url, SCHEMA.format("0016"))
        assert await office.ready(wall_clock)  # some seconds old
