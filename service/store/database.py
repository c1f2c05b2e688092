"""The database: one visible transaction per verb, the same on SQLite and PostgreSQL.

SQLite has one writing connection (more only wait for each other) and a few reading ones; a transaction takes the write
lock when it begins. BEGIN and COMMIT are sent here, on the driver's own connection, so that what a commit really said
is seen: SQLAlchemy pools the connections and builds the queries, in autocommit.

Whatever the database does, a block ends within `seconds`, counted from before it has a connection: past that the outcome
is unknown, and the connection is cut off instead of being asked for anything more.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import AsyncAdaptedQueuePool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.errors import Unavailable
from service.store.address import read_address
from service.store.columns import AS_JSON
from service.store.connection import BROKEN_OFF, FAREWELL_SECONDS, WORD, Connection
from service.store.counting import Series
from service.store.exchanging import Exchange, Runs
from service.store.faults import moved, translated
from service.store.keys import Keys
from service.store.together import Claims, Lane
from service.watching import metrics, traces

__all__ = ["BROKEN_OFF", "Connection", "Database"]

T = TypeVar("T")
E = TypeVar("E")
R = TypeVar("R")

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
_KEPT = 2  # connections, for reading and for recording
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


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
        self.serials: deque[int] = deque()  # drawn for cases and not given yet
        # a pooler may give each statement another server, with other settings
        self.exchanges = not self.address.pooled
        self.claims = Claims()
        self._lanes: dict[str, Lane[Any, Any]] = {}
        self._idle: list[Connection] = []
        self._exchanging = (
            0  # verbs: while there are any, what they use is not given back to the pool
        )
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
            pool_use_lifo=True,  # who was last used has its plans and its pages at hand
            **AS_JSON,
            hide_parameters=True,  # what an exception says may reach a log
        )
        if not self.postgres:

            def prepare(connection: Any, _: object) -> None:
                set_pragmas(connection, read_only=read_only)

            event.listen(engine.sync_engine, "connect", prepare)
        return engine

    async def _take(self, *, writing: bool = True) -> Connection:
        engine = self._writing if writing else self._reading
        local = _LOCAL_SETTINGS if self.address.pooled else ""
        for _ in range(self._most + 1):
            sql = await engine.connect()
            connection = Connection(sql, self.keys, postgres=self.postgres, local=local)
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
            connection = await self._take()
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
        useless = moved(error) or (self.postgres and broken_off)
        ending = asyncio.create_task(_ended(connection, drop=useless))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        if not broken_off:
            await asyncio.wait({ending}, timeout=FAREWELL_SECONDS)

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
                    connection = await self._take(writing=False)
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
    async def exchange(self) -> AsyncIterator[Exchange]:
        """Open a verb that reads by one statement and records by one, together with others; see `exchanges`.

        Where nothing was recorded, what was read is told: it is with the standby when the block ends. Raises Unavailable.
        """
        with translated(), traces.transaction():
            exchange = Exchange(self)
            self._exchanging += 1
            try:
                async with asyncio.timeout(self._seconds):
                    yield exchange
                    if self.postgres and not exchange.wrote:
                        await exchange.together("word", _words, None)
            finally:
                exchange.give_back()
                self._exchanging -= 1
                if self._idle and not self._exchanging:
                    await asyncio.shield(self._rest())

    async def _rest(self) -> None:
        """Give back to the pool what batches have used, now that there are no verbs."""
        while self._idle and not self._exchanging:
            await self._idle.pop().sql.close()

    def lane(self, name: str, run: Runs[E, R]) -> Lane[E, R]:
        """Return the lane of this name, always the same; `run` answers what travels in it."""
        if name not in self._lanes:
            self._lanes[name] = Lane(name, partial(run, self))
        return self._lanes[name]

    @asynccontextmanager
    async def seat(self, *, writing: bool = True) -> AsyncIterator[Connection]:
        """Open a connection for a batch, without a transaction; what fails on it is undone.

        On PostgreSQL it is kept for the next batch while there are verbs that may need one.
        """
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._seconds):
                connection = await self._seated(writing=writing)
                yield connection
        except BaseException as error:
            if connection:
                await self._part(connection, error)
            raise
        await self._part(connection, None)

    async def looked(
        self, work: Callable[[Connection], Awaitable[R]], *, writing: bool = False
    ) -> R:
        """Read; where a connection proves dead, on another one. Raises what `work` raises.

        On SQLite the `writing` one has read much of it before: what others keep of the file is void after each commit.
        """
        for others in range(self._most, -1, -1):
            seated: list[Connection] = []
            try:
                async with self.seat(writing=writing) as connection:
                    seated.append(connection)
                    return await work(connection)
            except Exception as error:
                dead = seated and seated[0].is_closed() and not isinstance(error, BROKEN_OFF)
                if not (others and dead):
                    raise
                metrics.RETRIES.labels("dead-connection").inc()
        raise Unavailable

    async def _seated(self, *, writing: bool) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            await connection.sql.invalidate()
            await connection.sql.close()
        return await self._take(writing=writing)

    async def _part(self, connection: Connection, error: BaseException | None) -> None:
        """Keep a connection, give it back to the pool, or drop it, whichever it is good for."""
        useless = error is not None and (isinstance(error, BROKEN_OFF) or moved(error))
        if error is not None and (useless or not self.postgres):
            await self._end(connection, error)
        elif self._keeps(connection):
            connection.wrote = False
            self._idle.append(connection)
        else:
            await asyncio.shield(connection.sql.close())

    def _keeps(self, connection: Connection) -> bool:
        """Say whether a connection is kept for the next batch: a few are, the others are everybody's."""
        few = self._exchanging and len(self._idle) < _KEPT
        return bool(self.postgres and few and not connection.is_closed())

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
                for lane in self._lanes.values():
                    await lane.over()
                await asyncio.gather(*self._endings, return_exceptions=True)
                await self._writing.dispose()
                await self._reading.dispose()


async def _words(database: Database, entries: Sequence[None]) -> Sequence[None]:
    async with database.seat() as connection:
        await connection.settle(WORD)
    return entries


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
