"""What a verb outside a transaction asks through: with others in a lane, or alone on a connection of its own."""

import sqlite3
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Executable

from service.store.connection import Connection

if TYPE_CHECKING:
    from service.store.database import Database

T = TypeVar("T")
E = TypeVar("E")
R = TypeVar("R")
Runs = Callable[["Database", Sequence[E]], Awaitable[Sequence[R | Exception]]]


class Exchange(Connection):
    """往来 — a verb that has no connection of its own: who had one while he waits for a batch would keep it from the batch."""

    __slots__ = ("_claimed", "_database")

    def __init__(self, database: "Database") -> None:
        """Ask nothing yet."""
        self.keys, self.postgres = database.keys, database.postgres
        self.held = self.wrote = False
        self._database = database
        self._claimed: list[Hashable] = []

    async def together(self, name: str, run: Runs[E, R], entry: E) -> R:
        """Have it done with what others ask of the same kind; see `Lane`."""
        return await self._database.lane(name, run).ride(entry)

    async def claim(self, what: Hashable) -> None:
        """Wait until nobody else of this process decides on it, until the verb ends."""
        await self._database.claims.take(what)
        self._claimed.append(what)

    def give_back(self) -> None:
        """Let others decide on what was claimed."""
        while self._claimed:
            self._database.claims.give_back(self._claimed.pop())

    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Run a query and return its rows."""
        return await self._database.looked(lambda own: own.rows(statement, values))

    async def row(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Run a query and return its first row."""
        return await self._database.looked(lambda own: own.row(statement, values))

    async def fetchrow(self, statement: str, *values: Any) -> Any:
        """Run one prepared statement that reads."""
        return await self._database.looked(lambda own: own.fetchrow(statement, *values))

    async def hop(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do all of `work`, which reads, in SQLite's thread."""
        return await self._database.looked(lambda own: own.hop(work))

    def is_closed(self) -> bool:
        """Say whether the server has hung up: what read was asked anew, on another connection."""
        return False
