"""A connection in use, and what a commit on it really said."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from service.store.faults import UNKNOWN, Unanswered
from service.store.keys import Keys
from service.store.place import Place

T = TypeVar("T")

BROKEN_OFF = (
    TimeoutError,
    asyncio.CancelledError,
)  # something may still be running on the connection
FAREWELL_SECONDS = 2  # for what a connection is still told when it ends
# A block that wrote nothing answers from what it read, and that may not be with the standby yet: where a wait for it was
# cancelled, what was written is seen all the same. A commit waits only for what it wrote itself, so it writes this.
WORD = "SELECT pg_logical_emit_message(true, 'yijianshi', '')"
_CONFIRMED_COMMIT = f"{WORD} WHERE pg_current_xact_id_if_assigned() IS NULL; COMMIT"


class Connection:
    """A connection in use: `sql` and its short forms for queries, `fetchrow` and `hop` for the hot path."""

    __slots__ = ("_driver", "_local", "_place", "held", "keys", "postgres", "sql", "wrote")

    def __init__(
        self, sql: AsyncConnection, keys: Keys, place: Place | None, *, local: str = ""
    ) -> None:
        """Use a connection of the pool; `place` is that of SQLite's file, `local` are settings that go with every transaction."""
        self.sql = sql
        self.keys = keys
        self.held = False  # in a transaction: what is read for deciding is locked until it ends
        self.postgres = place is None
        self._place = place
        self._local = local
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

    async def fetch(self, statement: str, *values: Any) -> Any:
        """Do the same with one that returns several rows."""
        return await self._driver.fetch(statement, *values)

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

    async def hop_unchanging(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that only reads the same way, all of it as SQLite was at one moment."""

        def reads(raw: sqlite3.Connection) -> T:
            raw.execute("BEGIN")
            try:
                return work(raw)
            finally:
                raw.rollback()

        return await self.hop(reads)

    async def hop_whole(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work that writes the same way, in one transaction: it is durable when this returns, or nothing of it was done."""

        def writes(raw: sqlite3.Connection) -> T:
            raw.execute("BEGIN IMMEDIATE")
            return work(raw)

        found = await self.hop(writes)
        await self.commit()
        return found

    def is_closed(self) -> bool:
        """Say whether the server has hung up."""
        return bool(self.postgres and self._driver.is_closed())

    async def begin(self, how: str = "") -> None:
        """Open the transaction; on SQLite one without `how` takes the write lock."""
        self.held = True
        if self.postgres:
            begin = f"BEGIN {how}"
            await self._driver.execute(f"{begin}; {self._local}" if self._local else begin)
        else:
            await self._driver.execute("BEGIN" if how else "BEGIN IMMEDIATE")

    async def commit(self, *, answers: bool = True) -> None:
        """Make it durable, and with `answers` also what was only read, wherever that has to be.

        Raises Unavailable if the server did not say for certain that it is.
        """
        if self._place is not None:
            self._place.check()  # another file would be mixed with what is written for this one
            await self._driver.commit()
            self._place.check()  # in a file without a name nothing is durable
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
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self._driver.execute("ROLLBACK")
            else:
                await self._driver.rollback()
        except Exception:  # noqa: BLE001 - whatever it was, a dropped connection is rolled back
            await self.drop()

    async def drop(self) -> None:
        """Hang up: what is running is asked to stop, and a server that does not answer is waited for no longer."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._driver.close()
        except Exception:  # noqa: BLE001 - it is to be gone, whatever it says
            if self.postgres:
                self._driver.terminate()
        await self.sql.invalidate()
