"""The role of the application: all verbs work under it, and the record is out of its reach."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from service.errors import NotFound
from service.office import Office, Request
from service.store import roles
from service.store.database import Database
from service.store.files import Folder
from service.worker import wall_clock
from service.workflows.case.situation import Action
from tests.conftest import beside, sql
from tests.office.conftest import CITIZEN, DAY, HOUR, MORNING, PACK, STALL, WINDOW, asks

FORBIDDEN = [
    "UPDATE events SET law = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
    "DROP TRIGGER events_append_only ON events",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events DROP COLUMN number",
    "SET session_replication_role = replica",
    "UPDATE ledger SET mark = 'x'",
    "DELETE FROM seals",
    "DROP TABLE seals",
    "CREATE TABLE public.mine (n int)",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "SELECT setval('events_number_seq', 1)",
    "UPDATE alembic_version SET version_num = 'x'",
]


@pytest.fixture
async def limited(postgres_server: str, postgres_template: str) -> AsyncIterator[str]:
    """The address of a database as its application's role reaches it."""
    name = f"{postgres_template}_{secrets.token_hex(4)}"
    role = f"app_{secrets.token_hex(4)}"
    await sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    await sql(postgres_server, f"CREATE ROLE {role} LOGIN")
    owner = Database(beside(postgres_server, name))
    try:
        await roles.grant(owner, role)
        await roles.grant(owner, role)  # after each migration once more
        yield (
            beside(postgres_server, name)
            .replace("//postgres@", f"//{role}@")
            .replace("//postgres:", f"//{role}:")
        )
    finally:
        await owner.close()
        await sql(
            postgres_server, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {role}"
        )


class TestLimited:
    """The role that `migrate --app-role` makes fit for the service."""

    async def test_verbs_work_and_the_record_is_out_of_reach(
        self, limited: str, tmp_path: Path
    ) -> None:
        """I-04: INSERT and SELECT on what is append-only; no DDL, no trigger, no setval."""
        database = Database(limited)
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        assert all(check.ok for check in await office.readiness(wall_clock, files=False))
        assert await office.too_mighty() == ""
        await office.publish_pack(PACK, "admin", MORNING - DAY)
        await office.create_account(
            "window", "long-enough-1", name="w", kind="clerk", department="scjg", posts=["window"]
        )
        await office.sign_in("window", "long-enough-1", MORNING)
        view = await office.open_case(asks(CITIZEN), STALL)
        item = next(iter(view.case.items))
        await office.act(Request(WINDOW, MORNING + HOUR), view.case.number, Action("accept", item))
        await office.expire_due(MORNING + 40 * DAY)
        await office.recalendar(MORNING + 40 * DAY)
        assert await office.seal_records(MORNING + DAY) == 1
        await database.close()
        connection = await asyncpg.connect(limited)
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.close()

    async def test_who_owns_the_tables_is_told(self, database: Database, tmp_path: Path) -> None:
        """A superuser, or the owner, can do without any of this; SQLite knows no roles."""
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        assert await office.too_mighty() == ("超级用户" if database.postgres else "")

    async def test_a_role_must_be_there(self, database: Database) -> None:
        """It is made by who keeps the server, with a password of his."""
        if not database.postgres:
            pytest.skip("SQLite knows no roles")
        with pytest.raises(NotFound, match="CREATE ROLE"):
            await roles.grant(database, "nobody_here")
