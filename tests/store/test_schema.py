"""Migrations: from nothing to what the tables declare, once, however many processes start."""

import asyncio
import itertools
import secrets
from dataclasses import fields
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import service.store.offices
import service.store.tables  # noqa: F401 - fills the metadata
from service.errors import Unavailable
from service.store import address as opened
from service.store import database as opened_store
from service.store import schema, statements
from service.store.schema import check_current, migrate
from service.verify import dossier
from service.workflows.case.parts import COLUMNS, KEYS, PARTS
from service.workflows.case.situation import Held
from tests.waiting import until


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
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
            return {
                t: found.get_pk_constraint(t)["constrained_columns"]
                for t in found.get_table_names()
            }

        found = await inspected(database_url, keys)
        assert {name: found[name][0] for name in COLUMNS} == dict.fromkeys(COLUMNS, "case_id") | {
            "cases": "id"
        }


class TestHeldUp:
    """A migration beside processes that work."""

    async def test_waits_for_whoever_holds_a_table(
        self, empty_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F-31: it lets the others through after its lock timeout, and tries again."""
        await migrate(empty_url)
        await inspected(empty_url, back_one)
        monkeypatch.setattr(schema, "_PATIENCE", {"lock_timeout": "50ms"})
        monkeypatch.setattr(schema, "_LONGEST_PAUSE", 0)
        monkeypatch.setattr(schema, "_TRIES", 10_000)
        if not empty_url.startswith("postgresql"):
            pytest.skip("on SQLite whoever migrates waits for the one writer, as everybody does")
        failed = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        holder, watcher = await asyncpg.connect(empty_url), await asyncpg.connect(empty_url)
        await holder.execute(
            "BEGIN; LOCK TABLE cases, items, clocks, events, messages IN ACCESS EXCLUSIVE MODE"
        )
        before = await watcher.fetchval(failed)
        migrating = asyncio.create_task(migrate(empty_url))

        async def twice() -> bool:
            return bool(await watcher.fetchval(failed) >= before + 2)

        await until(twice, "a second try")
        await holder.close()
        await migrating
        await watcher.close()
        await check_current(empty_url, newest=True)

    async def test_broken_off_at_every_statement_it_goes_on(self, empty_url: str) -> None:
        """F-31: whatever was done of a revision is undone, and done again by the next one who migrates."""
        await migrate(empty_url)
        await inspected(empty_url, back_one)
        before = await inspected(empty_url, MigrationContext.configure)
        assert before is not None
        for statements_done in itertools.count():
            left = statements_done

            def break_off(*_: Any) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise ZeroDivisionError

            event.listen(Engine, "before_cursor_execute", break_off)
            try:
                await migrate(empty_url)
                break
            except ZeroDivisionError:
                pass
            finally:
                event.remove(Engine, "before_cursor_execute", break_off)
        assert statements_done > 5
        await check_current(empty_url, newest=True)


def back_one(connection: Connection) -> None:
    """Take the newest revision away again."""
    config = schema._config()
    config.attributes["connection"] = connection
    command.downgrade(config, "-1")
    connection.commit()


class TestCompatible:
    """Old and new processes side by side on one database."""

    async def revised(self, url: str, revision: str, least: str) -> None:
        """Make it look as if a newer program had migrated it."""

        def change(connection: Connection) -> None:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
            connection.execute(text("UPDATE compatible SET least = :r"), {"r": least})
            connection.commit()

        await inspected(url, change)

    async def test_a_newer_schema_that_takes_nothing_away(self, database_url: str) -> None:
        """F-30: the program of the release before stays ready; its `verify` does not judge what it does not know."""
        await self.revised(database_url, "9999", schema._known()[0])
        await check_current(database_url)
        database = opened_store.Database(database_url)
        async with database.reading() as connection:
            await schema.compatible(connection)
        await database.close()
        with pytest.raises(Unavailable, match="升级程序"):
            await check_current(database_url, newest=True)

    async def test_a_newer_schema_that_does(self, database_url: str) -> None:
        """F-30: it says which program is needed, and nobody is told to migrate."""
        await self.revised(database_url, "9999", "9998")
        with pytest.raises(Unavailable, match="至少要 9998 的程序"):
            await check_current(database_url)

    async def test_an_older_schema(self, database_url: str) -> None:
        """Whatever it says of others: this program needs what it has not."""
        await self.revised(database_url, schema._known()[1], schema._known()[1])
        with pytest.raises(Unavailable, match="migrate"):
            await check_current(database_url)


class TestLists:
    """What the archive lists by name is what the law's values are made of: neither may import the other."""

    def test_the_parts_of_a_case(self) -> None:
        """Its own tables are its parts; messages and events are only added."""
        assert {*statements.PARTS, "messages"} == set(PARTS)
        assert statements.ADDED_ONLY == ("messages", "events")

    @pytest.mark.parametrize("name", [*PARTS, "events"])
    def test_a_part_is_found_by_the_same_key(self, name: str) -> None:
        """The key of a row within its case, for the engine, the archive and the oracle."""
        key = tuple(c.name for c in statements.table(name).primary_key if c.name != "case_id")
        assert key == dossier.KEYS.get(name, ("n",))
        assert key == KEYS.get(name, ("n",))

    def test_what_is_read_of_a_certificate(self) -> None:
        """Another case of its holder is decided by just that; when it was replaced, and whether it is being renewed, is asked beside it."""
        assert {*statements.HELD_COLUMNS, "replaced_on", "renewing"} == {
            each.name for each in fields(Held)
        }
