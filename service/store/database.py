"""The database: one visible transaction per verb, the same on SQLite and PostgreSQL.

SQLite has one writing connection (more only wait for each other) and a few reading ones; a transaction takes the write
lock when it begins. BEGIN and COMMIT are sent here, on the driver's own connection, so that what a commit really said
is seen: SQLAlchemy pools the connections and builds the queries, in autocommit.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import AsyncAdaptedQueuePool, Executable, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.errors import Unavailable
from service.store.columns import json_text
from service.store.faults import translated

T = TypeVar("T")

_WAIT_SECONDS = 5
_PRAGMAS = {"busy_timeout": _WAIT_SECONDS * 1000, "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_SERVER_SETTINGS = {
    "application_name": "yijianshi",
    "timezone": "UTC",
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",  # compiling costs more than any statement here takes
}
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def database_url(text: str) -> URL:
    """Read `sqlite:///file` or `postgresql://…` and name the asynchronous driver. Raises ValueError for others."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("数据库地址无法识别，应为 sqlite:///文件 或 postgresql://用户:密码@主机/库") from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    kind = url.drivername.split("+")[0]
    if kind not in drivers:
        raise ValueError(f"数据库地址只支持 sqlite:/// 和 postgresql://，不支持 {kind}://")
    return url.set(drivername=drivers[kind])


class Connection:
    """A connection in use: `sql` and its short forms for queries, `fetchrow` and `hop` for the hot path."""

    __slots__ = ("_driver", "postgres", "sql")

    def __init__(self, sql: AsyncConnection, *, postgres: bool) -> None:
        self.sql = sql
        self.postgres = postgres
        sync = sql.sync_connection
        self._driver: Any = None if sync is None else sync.connection.driver_connection

    async def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run a query and return its rows."""
        return [dict(row) for row in (await self.sql.execute(statement, values)).mappings()]

    async def row(self, statement: Executable, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Run a query and return its first row."""
        found = (await self.sql.execute(statement, values)).mappings().first()
        return None if found is None else dict(found)

    async def change(self, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
        """Run a change and return how many rows it touched."""
        return (await self.sql.execute(statement, values)).rowcount

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        """Run one prepared statement on PostgreSQL's own connection: a quarter of the time SQLAlchemy takes."""
        return await self._driver.fetchrow(statement, *values)

    async def hop(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do all of `work` in SQLite's thread at once; each statement on its own would change threads four times."""
        driver = self._driver
        result: T = await driver._execute(work, driver._conn)  # noqa: SLF001 - the public ones run one statement each
        return result

    def is_closed(self) -> bool:
        """Say whether the server has hung up."""
        return bool(self.postgres and self._driver.is_closed())

    async def begin(self) -> None:
        """Open the transaction; on SQLite this takes the write lock."""
        await self._driver.execute("BEGIN" if self.postgres else "BEGIN IMMEDIATE")

    async def commit(self) -> None:
        """Make it durable. Raises Unavailable if the server did not say for certain that it is."""
        if not self.postgres:
            await self._driver.commit()
            return
        warnings: list[str] = []

        def note(_: object, message: Any) -> None:
            warnings.append(message.sqlstate)

        self._driver.add_log_listener(note)
        try:
            answer = await self._driver.execute("COMMIT")
        finally:
            self._driver.remove_log_listener(note)
        if answer != "COMMIT":
            raise RuntimeError("a statement failed inside the transaction and the failure was swallowed")
        if "01000" in warnings:
            # The wait for the standby was cancelled: committed here, not there. Nobody may be told that it is done.
            raise Unavailable("结果未确认。请用同一个 Idempotency-Key 再试一次，不会重复办理。")

    async def undo(self) -> None:
        """Roll back; where that fails, drop the connection, which has the same effect."""
        try:
            if self.postgres:
                await self._driver.execute("ROLLBACK")
            else:
                await self._driver.rollback()
        except Exception:  # noqa: BLE001 - whatever it was, a dropped connection is rolled back
            await self.sql.invalidate()


class Database:
    """数据库 — where everything is kept; `url` decides which kind."""

    def __init__(self, url: str, *, connections: int = 10) -> None:
        """Prepare to connect; nothing is opened yet. `connections` is the most one process holds on PostgreSQL."""
        self.url = database_url(url)
        self.postgres = self.url.get_backend_name() == "postgresql"
        self._most = connections if self.postgres else 1
        self._writing = self._engine(self._most)
        self._reading = self._writing if self.postgres else self._engine(4, read_only=True)

    def _engine(self, size: int, *, read_only: bool = False) -> AsyncEngine:
        settings: dict[str, Any] = {"isolation_level": None}
        if self.postgres:
            settings = {"server_settings": _SERVER_SETTINGS, "statement_cache_size": 500, "timeout": _WAIT_SECONDS}
        engine = create_async_engine(
            self.url,
            connect_args=settings,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            poolclass=AsyncAdaptedQueuePool,
            pool_reset_on_return=None,
            pool_size=size,
            max_overflow=0,
            pool_timeout=_WAIT_SECONDS,
            json_serializer=json_text,
        )
        if not self.postgres:

            def prepare(connection: Any, _: object) -> None:
                set_pragmas(connection, read_only=read_only)

            event.listen(engine.sync_engine, "connect", prepare)
        return engine

    async def _take(self, engine: AsyncEngine) -> Connection:
        for _ in range(self._most + 1):
            connection = Connection(await engine.connect(), postgres=self.postgres)
            if not connection.is_closed():
                return connection
            await connection.sql.invalidate()
            await connection.sql.close()
        raise Unavailable

    async def _begin(self) -> Connection:
        """Open a transaction, once more on another connection if the first was dead: nothing had been sent on it."""
        for again in (True, False):
            connection = await self._take(self._writing)
            try:
                await connection.begin()
            except BaseException as error:
                await connection.undo()
                await connection.sql.close()
                if again and connection.is_closed() and isinstance(error, Exception):
                    continue
                raise
            return connection
        raise Unavailable

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open the one transaction of a verb: committed when the block ends, rolled back when it raises.

        Raises Unavailable if the database is busy, full, lost, or did not confirm the commit.
        """
        with translated():
            connection = await self._begin()
            try:
                yield connection
                await connection.commit()
            except BaseException:
                await asyncio.shield(connection.undo())
                raise
            finally:
                await asyncio.shield(connection.sql.close())

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Open a connection for reading; each statement sees what was committed when it began."""
        with translated():
            connection = await self._take(self._reading)
            try:
                yield connection
            finally:
                await asyncio.shield(connection.sql.close())

    async def check(self) -> None:
        """Refuse a database that would lose what it has confirmed. Raises Unavailable, naming the setting."""
        async with self.reading() as connection:
            if not self.postgres:
                return  # every connection has proved its pragmas when it was opened
            names = ", ".join(f"current_setting('{name}') AS {name}" for name in _DURABLE)
            found = await connection.fetchrow(f"SELECT {names}")
            off = [name for name in _DURABLE if found[name] == "off"]
            if off:
                raise Unavailable(f"PostgreSQL 的 {'、'.join(off)} 处于关闭状态，断电会丢失已确认的办理，拒绝启动。")

    async def close(self) -> None:
        """Close every connection."""
        await self._writing.dispose()
        await self._reading.dispose()


def set_pragmas(connection: Any, *, read_only: bool) -> None:
    """Make a new SQLite connection durable. Raises Unavailable if it will not be."""
    cursor = connection.cursor()

    def found(name: str) -> Any:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]

    for name, wanted in _PRAGMAS.items():
        if found(name) != wanted:  # setting what is set already would wait for the write lock
            cursor.execute(f"PRAGMA {name} = {wanted}")
        if found(name) != wanted:
            now = found(name)
            raise Unavailable(f"SQLite 的 {name} 是 {now}，必须是 {wanted}，否则断电会丢失已确认的办理，拒绝启动。")
    if read_only:
        cursor.execute("PRAGMA query_only = 1")
    cursor.close()
