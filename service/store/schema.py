"""The schema's version: bring a database to the newest one, or say that it is not there yet."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import service
from service.errors import Unavailable
from service.store.database import database_url, set_pragmas
from service.store.faults import translated

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
    if database_url(url).get_backend_name() != "sqlite":
        return create_async_engine(database_url(url))
    engine = create_async_engine(database_url(url), connect_args={"isolation_level": None})

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: object, _: object) -> None:
        set_pragmas(connection, read_only=False)

    @event.listens_for(engine.sync_engine, "begin")
    def take_write_lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def migrate(url: str) -> None:
    """Bring the database to the newest schema. Processes that start together wait for the first one."""
    engine = _engine(url)

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    try:
        with translated():
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


async def check_current(url: str) -> None:
    """Refuse a database whose schema is not the newest. Raises Unavailable."""
    engine = _engine(url)
    try:
        with translated():
            async with engine.connect() as connection:
                found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    finally:
        await engine.dispose()
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if found != newest:
        raise Unavailable(f"数据库结构是 {found or '空'}，程序需要 {newest}，请先运行 yijianshi migrate。")
