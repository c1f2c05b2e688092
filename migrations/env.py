"""Run the migrations: on the connection that `service.store.schema` hands over, or on `alembic -x database=URL`."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString, SQLModel

from service.store import offices, principals, tables
from service.store.address import database_url
from service.store.columns import AddedJson, UtcDateTime

DECLARED = (
    tables.Case,
    offices.Account,
    principals.Subject,
)  # importing them is what fills the metadata


def short_type(kind: str, declared: object, _: object) -> str | Literal[False]:
    """Write the column types that need no module of their own in a revision by their short names."""
    if kind == "type" and isinstance(declared, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(declared, AddedJson):
        return "sa.JSON()"
    if kind == "type" and isinstance(declared, AutoString):
        return "sa.String()"
    return False


def run(connection: Connection) -> None:
    """Run on an open connection; SQLite changes a table by copying it."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
        render_item=short_type,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_from_command_line() -> None:
    """Open the database that `-x database=URL` names."""
    url = context.get_x_argument(as_dictionary=True).get("database", "sqlite:///yijianshi.db")
    engine = create_async_engine(database_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


handed_over = context.config.attributes.get("connection")
if handed_over is None:
    asyncio.run(run_from_command_line())
else:
    run(handed_over)
