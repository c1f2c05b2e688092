"""The schema's version: bring a database to the newest one, or say that it is not there yet."""

import asyncio
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import service
from service.errors import Unavailable
from service.store import database as store
from service.store.address import read_address
from service.store.faults import held_up, translated

_PATIENCE = {"lock_timeout": "4s", "statement_timeout": "300s"}
_TRIES, _LONGEST_PAUSE = 30, 5
_LOCK = 0x59495348  # any number, as long as every process takes the same


def _config() -> Config:
    """Find the migrations: beside the package in a clone, inside it once installed."""
    package = Path(service.__file__).parent
    config = Config()
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            config.set_main_option("script_location", str(folder).replace("%", "%%"))
            return config
    raise FileNotFoundError(f"no migrations beside {package}")


def _engine(url: str) -> AsyncEngine:
    address = read_address(url)
    if address.postgres:
        return create_async_engine(
            address.url, connect_args=address.arguments(_PATIENCE), hide_parameters=True
        )
    engine = create_async_engine(
        address.url, connect_args={"isolation_level": None}, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: object, _: object) -> None:
        store.set_pragmas(connection, read_only=False)

    @event.listens_for(engine.sync_engine, "begin")
    def take_write_lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def migrate(url: str) -> None:
    """Bring the database to the newest schema, one revision a transaction. Processes that start together wait for the first.

    Others go on working meanwhile: whoever holds a table that is to be changed is waited for some seconds at a time.
    Killed at any point it goes on where it was. Raises Unavailable when somebody never lets go.
    """
    engine = _engine(url)
    try:
        tried = 0
        while True:
            try:
                with translated():
                    async with engine.begin() as connection:
                        if await connection.run_sync(_upgrade):
                            return
            except Unavailable as trouble:
                tried += 1
                if tried == _TRIES or not held_up(trouble.__cause__):
                    raise
                await asyncio.sleep(
                    min(tried, _LONGEST_PAUSE)
                )  # let those through who waited behind us
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> bool:
    """Apply the next revision, or all of them to a database that is still empty; tell whether it is now the newest."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    newest = ScriptDirectory.from_config(config).get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found != newest:
        command.upgrade(config, "head" if found is None else "+1")
    return found is None or found == newest


async def check_current(url: str, *, newest: bool = False) -> None:
    """Refuse a database that this program must not work on; `newest`: any other than its own. Raises Unavailable."""
    engine = _engine(url)
    try:
        with translated():
            async with engine.connect() as connection:
                found, least = await connection.run_sync(_found)
    finally:
        await engine.dispose()
    _refuse(found, None if newest else least)


async def compatible(connection: store.Connection) -> None:
    """Refuse a database that this program must not work on, looked at through a connection that is open. Raises Unavailable."""
    found, least = await connection.sql.run_sync(_found)
    _refuse(found, least)


def _found(connection: Connection) -> tuple[str | None, str | None]:
    """Return the revision of a database, and the oldest whose program may work on it."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None or not inspect(connection).has_table("compatible"):
        return found, None
    return found, connection.execute(text("SELECT least FROM compatible")).scalar()


@cache
def _known() -> tuple[str, ...]:
    """Return the revisions that this program knows, its own first."""
    return tuple(s.revision for s in ScriptDirectory.from_config(_config()).walk_revisions())


def _refuse(found: str | None, least: str | None) -> None:
    known = _known()
    if found == known[0] or (found and found not in known and least in known):
        return
    if found is None or found in known:
        raise Unavailable(
            f"数据库结构是 {found or '空'}，程序需要 {known[0]}，请先运行 yijianshi migrate。"
        )
    need = f"至少要 {least} 的程序" if least and least not in known else "请用同一版本的程序"
    raise Unavailable(f"数据库结构是 {found}，比本程序（{known[0]}）新，{need}，请升级程序。")
