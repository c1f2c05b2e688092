"""Migrations: from nothing to what the tables declare, once, however many processes start."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import service.store.offices
import service.store.tables  # noqa: F401 - fills the metadata
from service.errors import Unavailable
from service.store import database as opened
from service.store.schema import check_current, migrate
from service.workflows.case import COLUMNS


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    import asyncpg

    server = request.getfixturevalue("postgres_server")
    name = f"yijianshi_empty_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    yield f"{server.rsplit('/', 1)[0]}/{name}"
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def inspected(url: str, work: Any) -> Any:
    """Look at a database with SQLAlchemy's own means."""
    engine = create_async_engine(opened.database_url(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(work)
    await engine.dispose()
    return found


class TestMigrate:
    """`yijianshi migrate`."""

    async def test_processes_that_start_together_migrate_once(self, empty_url: str) -> None:
        """F-01b: from empty, four at a time, and once more."""
        with pytest.raises(Unavailable, match="migrate"):
            await check_current(empty_url)
        await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
        await migrate(empty_url)
        await check_current(empty_url)

    async def test_the_result_is_what_the_tables_declare(self, database_url: str) -> None:
        """Whoever changes a table writes the migration."""

        def differences(connection: Connection) -> Any:
            context = MigrationContext.configure(connection, opts={"compare_server_default": True})
            return compare_metadata(context, SQLModel.metadata)

        assert await inspected(database_url, differences) == []

    async def test_keys_begin_with_the_case(self, database_url: str) -> None:
        """The rows of running cases can be distributed by case without a change."""

        def keys(connection: Connection) -> dict[str, list[str]]:
            found = inspect(connection)
            return {t: found.get_pk_constraint(t)["constrained_columns"] for t in found.get_table_names()}

        found = await inspected(database_url, keys)
        assert {name: found[name][0] for name in COLUMNS} == dict.fromkeys(COLUMNS, "case_id") | {"cases": "id"}
