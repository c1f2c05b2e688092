"""The database: one visible transaction per verb, the same on SQLite and PostgreSQL.

SQLite has one writing connection (more only wait for each other) and a few reading ones; a transaction takes the write
lock when it begins. BEGIN and COMMIT are sent here, on the driver's own connection, so that what a commit really said
is seen: SQLAlchemy pools the connections and builds the queries, in autocommit.

Whatever the database does, a block ends within `seconds`, counted from before it has a connection: past that the outcome
is unknown, and the connection is cut off instead of being asked for anything more.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import AsyncAdaptedQueuePool, Executable, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.errors import Unavailable
from service.store.address import read_address
from service.store.columns import AS_JSON
from service.store.counting import Series
from service.store.faults import UNKNOWN, Unanswered, moved, translated
from service.store.keys import Keys
from service.watching import metrics, traces

T = TypeVar("T")

_WAIT_SECONDS = 5
VERB_SECONDS = 10.0  # where nobody said otherwise
_PRAGMAS = {
    "busy_timeout": _WAIT_SECONDS * 1000,
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
}
_SERVER_SETTINGS = {
    "lock_timeout": "2s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",  # compiling costs more than any statement here takes
}
# through a pooler they go with every transaction, in the same message that begins it
_LOCAL_SETTINGS = "; ".join(f"SET LOCAL {k} = '{v}'" for k, v in _SERVER_SETTINGS.items())
_UNCHANGING = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
BROKEN_OFF = (
    TimeoutError,
    asyncio.CancelledError,
)  # something may still be running on the connection
_FAREWELL_SECONDS = 2  # for what a connection is still told when it ends
# A block that wrote nothing answers from what it read, and that may not be with the standby yet: where a wait for it was
# cancelled, what was written is seen all the same. A commit waits only for what it wrote itself, so it writes this.
_WORD = "SELECT pg_logical_emit_message(true, 'yijianshi', '')"
_CONFIRMED_COMMIT = f"{_WORD} WHERE pg_current_xact_id_if_assigned() IS NULL; COMMIT"


class Connection:
    """A connection in use: `sql` and its short forms for queries, `fetchrow` and `hop` for the hot path."""

    __slots__ = ("_driver", "_pooled", "held", "keys", "postgres", "series", "sql", "wrote")

    def __init__(self, sql: AsyncConnection, database: "Database") -> None:
        address = database.address
        self.sql = sql
        self.keys = database.keys
        self.series = database.series
        self.held = False  # in a transaction: what is read for deciding is locked until it ends
        self.postgres = address.postgres
        self._pooled = address.pooled
        self.wrote = False  # known to have written: its commit waits for the standby by itself
        sync = sql.sync_connection
        self._driver: Any = None if sync is None else sync.connection.driver_connection

    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Run a query and return its rows."""
        return [dict(row) for row in (await self.sql.execute(statement, values)).mappings()]

    async def row(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Run a query and return its first row."""
        found = (await self.sql.execute(statement, values)).mappings().first()
        return None if found is None else dict(found)

    async def change(self, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
        """Run a change and return how many rows it touched."""
        return (await self.sql.execute(statement, values)).rowcount

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        """Run one prepared statement on PostgreSQL's own connection: a quarter of the time SQLAlchemy takes."""
        return await self._driver.fetchrow(statement, *values)

    async def settle(self, statement: str, *values: Any) -> Any:
        """Do the same with a statement that writes: outside a transaction it commits by itself, and is heard as a commit.

        Raises Unavailable if the server did not say for certain that it is durable.
        """
        self.wrote = True
        async with self._heard():
            return await self.fetchrow(statement, *values)

    @asynccontextmanager
    async def _heard(self) -> AsyncIterator[None]:
        """Listen to what the server says of a commit beside its answer."""
        warnings: list[str] = []

        def note(_: object, message: Any) -> None:
            warnings.append(message.sqlstate)

        self._driver.add_log_listener(note)
        try:
            yield
        finally:
            self._driver.remove_log_listener(note)
        if "01000" in warnings:
            # The wait for the standby was cancelled: committed here, not there. Nobody may be told that it is done.
            raise Unanswered(UNKNOWN)

    async def hop(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do all of `work` in SQLite's thread at once; each statement on its own would change threads four times."""
        driver = self._driver
        result: T = await driver._execute(work, driver._conn)  # noqa: SLF001 - the public ones run one statement each
        return result

    def is_closed(self) -> bool:
        """Say whether the server has hung up."""
        return bool(self.postgres and self._driver.is_closed())

    async def begin(self, how: str = "") -> None:
        """Open the transaction; on SQLite one without `how` takes the write lock."""
        self.held = True
        if self.postgres:
            begin = f"BEGIN {how}"
            await self._driver.execute(f"{begin}; {_LOCAL_SETTINGS}" if self._pooled else begin)
        else:
            await self._driver.execute("BEGIN" if how else "BEGIN IMMEDIATE")

    async def commit(self, *, answers: bool = True) -> None:
        """Make it durable, and with `answers` also what was only read, wherever that has to be.

        Raises Unavailable if the server did not say for certain that it is.
        """
        if not self.postgres:
            await self._driver.commit()
            return
        async with self._heard():
            plain = self.wrote or not answers
            answer = await self._driver.execute("COMMIT" if plain else _CONFIRMED_COMMIT)
            if answer != "COMMIT":
                raise RuntimeError(
                    "a statement failed inside the transaction and the failure was swallowed"
                )

    async def undo(self) -> None:
        """Roll back; where that fails, drop the connection, which has the same effect."""
        try:
            if self.postgres:
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await self._driver.execute("ROLLBACK")
            else:
                await self._driver.rollback()
        except Exception:  # noqa: BLE001 - whatever it was, a dropped connection is rolled back
            await self.drop()

    async def drop(self) -> None:
        """Hang up: what is running is asked to stop, and a server that does not answer is waited for no longer."""
        if self.postgres:
            try:
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await self._driver.close()
            except Exception:  # noqa: BLE001 - it is to be gone, whatever it says
                self._driver.terminate()
        await self.sql.invalidate()


class Database:
    """数据库 — where everything is kept; `url` decides which kind."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = 10,
        seconds: float | None = None,
        keys: Keys | None = None,
    ) -> None:
        """Prepare to connect; nothing is opened yet.

        `connections` is the most one process holds on PostgreSQL; no block takes longer than `seconds`.
        """
        self.keys = keys or Keys()
        self.address = read_address(url)
        self.url = self.address.url
        self.postgres = self.address.postgres
        self._seconds = VERB_SECONDS if seconds is None else seconds
        self.series: dict[str, Series] = {}
        # a pooler may give each statement another server, with other settings; SQLite has no round trips to save
        self.exchanges = self.postgres and not self.address.pooled
        self._endings: set[asyncio.Task[None]] = set()
        self._most = connections if self.postgres else 1
        self._writing = self._engine(self._most)
        self._reading = self._writing if self.postgres else self._engine(4, read_only=True)

    def _engine(self, size: int, *, read_only: bool = False) -> AsyncEngine:
        settings: dict[str, Any] = {"isolation_level": None}
        if self.postgres:
            settings = {
                **self.address.arguments(_SERVER_SETTINGS),
                "command_timeout": self._seconds,
            }
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
            **AS_JSON,
            hide_parameters=True,  # what an exception says may reach a log
        )
        if not self.postgres:

            def prepare(connection: Any, _: object) -> None:
                set_pragmas(connection, read_only=read_only)

            event.listen(engine.sync_engine, "connect", prepare)
        return engine

    async def _take(self, engine: AsyncEngine) -> Connection:
        for _ in range(self._most + 1):
            connection = Connection(await engine.connect(), self)
            if not connection.is_closed():
                return connection
            await connection.sql.invalidate()
            await connection.sql.close()
        raise Unavailable

    async def _begin(self) -> Connection:
        """Open a transaction, on another connection while they prove dead: nothing had been sent on them.

        A server that hangs up may cut every pooled connection at once, and each is only known to be dead when it is used.
        """
        for others in range(self._most, -1, -1):
            connection = await self._take(self._writing)
            try:
                await connection.begin()
            except BaseException as error:
                await self._end(connection, error)
                if others and connection.is_closed() and isinstance(error, Exception):
                    metrics.RETRIES.labels("dead-connection").inc()
                    continue
                raise
            return connection
        raise Unavailable

    async def _end(self, connection: Connection, error: BaseException) -> None:
        """Undo what failed and give the connection back; what was broken off is not waited for."""
        broken_off = isinstance(error, BROKEN_OFF)
        useless = self.postgres and (broken_off or moved(error))
        ending = asyncio.create_task(_ended(connection, drop=useless))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        if not broken_off:
            await asyncio.wait({ending}, timeout=_FAREWELL_SECONDS)

    @asynccontextmanager
    async def transaction(self, *, answers: bool = True) -> AsyncIterator[Connection]:
        """Open the one transaction of a verb: committed when the block ends, rolled back when it raises.

        Nobody is told anything of what is found in a transaction without `answers`: it need not be with the standby.
        Raises Unavailable if the database is busy, full, lost, too slow, or did not confirm the commit.
        """
        with translated(), traces.transaction():
            connection: Connection | None = None
            try:
                async with asyncio.timeout(self._seconds):
                    connection = await self._begin()
                    yield connection
                    await connection.commit(answers=answers)
            except BaseException as error:
                if connection:
                    await self._end(connection, error)
                raise
            await asyncio.shield(connection.sql.close())

    @asynccontextmanager
    async def reading(
        self, *, bounded: bool = True, unchanging: bool = False
    ) -> AsyncIterator[Connection]:
        """Open a connection for reading; each statement sees what was committed when it began.

        With `bounded` all of it ends in time; without, only each statement. With `unchanging` all of them see what had
        been committed when the first began.
        """
        # a pooler may give each statement another server
        begins = unchanging or self.address.pooled
        with translated():
            connection: Connection | None = None
            try:
                async with asyncio.timeout(self._seconds if bounded else None):
                    connection = await self._take(self._reading)
                    if begins:
                        await connection.begin(_UNCHANGING if unchanging else "READ ONLY")
                    yield connection
                    if begins:
                        await connection.undo()
            except BaseException as error:
                if connection and (begins or isinstance(error, BROKEN_OFF)):
                    await self._end(connection, error)
                elif connection:
                    await asyncio.shield(connection.sql.close())
                raise
            await asyncio.shield(connection.sql.close())

    @asynccontextmanager
    async def exchange(self) -> AsyncIterator[Connection]:
        """Open a connection on which one statement reads and one records, each a transaction of its own; see `exchanges`.

        Where nothing was recorded, what was read is told: it is with the standby when the block ends. Raises Unavailable.
        """
        with translated(), traces.transaction():
            connection: Connection | None = None
            try:
                async with asyncio.timeout(self._seconds):
                    connection = await self._take(self._writing)
                    yield connection
                    if not connection.wrote:
                        await connection.settle(_WORD)
            except BaseException as error:
                if connection and (isinstance(error, BROKEN_OFF) or moved(error)):
                    await self._end(connection, error)
                elif connection:
                    await asyncio.shield(connection.sql.close())
                raise
            await asyncio.shield(connection.sql.close())

    async def check(self) -> None:
        """Refuse a database that would lose what it has confirmed. Raises Unavailable, naming the setting."""
        async with self.reading() as connection:
            await self.check_settings(connection)

    async def check_settings(self, connection: Connection) -> None:
        """Do the same on a connection that is open; of SQLite each has proved its pragmas when it was opened."""
        if not self.postgres:
            return
        names = ", ".join(f"current_setting('{name}') AS {name}" for name in _DURABLE)
        found = await connection.fetchrow(f"SELECT {names}")
        off = [name for name in _DURABLE if found[name] == "off"]
        if off:
            raise Unavailable(
                f"PostgreSQL 的 {'、'.join(off)} 处于关闭状态，断电会丢失已确认的办理，拒绝启动。"
            )

    def in_use(self) -> int:
        """Return how many connections of this process are in use."""
        pools: list[Any] = [self._writing.pool]
        pools += [] if self.postgres else [self._reading.pool]
        return sum(pool.checkedout() for pool in pools)

    async def close(self) -> None:
        """Close every connection; one that does not answer any more is left to the server."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await asyncio.gather(*self._endings, return_exceptions=True)
                await self._writing.dispose()
                await self._reading.dispose()


async def _ended(connection: Connection, *, drop: bool) -> None:
    await (connection.drop() if drop else connection.undo())
    await connection.sql.close()


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
            raise Unavailable(
                f"SQLite 的 {name} 是 {now}，必须是 {wanted}，否则断电会丢失已确认的办理，拒绝启动。"
            )
    if read_only:
        cursor.execute("PRAGMA query_only = 1")
    cursor.close()
