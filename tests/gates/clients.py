"""Clients that repeat each request with its key until it is answered, and what they were told."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.errors import Unavailable
from service.office import Office
from service.store.database import Connection
from service.workflows.case import Action
from tests.gates.gate import Tally
from tests.gates.stall import CITIZEN, DAY, HOUR, MORNING, STALL, asks, clerk, oracle
from tests.waiting import until

ACCEPT = Action("accept", "food")


@dataclass
class Ledger:
    """What was confirmed, by key."""

    tally: Tally
    opened: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    stopping: bool = False

    async def answered(self, request: Callable[[], Awaitable[Any]]) -> str:
        """Ask until it is answered."""

        async def once() -> str | None:
            try:
                return str((await request()).answer)
            except Unavailable:
                self.tally.unknown += 1
                return None

        return str(await until(once, "an answer"))

    async def opens(self, office: Office, key: str) -> str:
        """Apply."""
        given = replace(STALL, form={**STALL.form, "address": key})
        request = asks(CITIZEN, MORNING, key)
        return await self.answered(
            lambda: office.open_case(request, given, answer=lambda v: v.case.number)
        )

    async def accepts(self, office: Office, key: str) -> str:
        """Accept what was applied for under this key."""
        request = asks(clerk("scjg", "window"), MORNING + HOUR, key)
        number = self.opened[key]
        return await self.answered(
            lambda: office.act(
                request, number, ACCEPT, answer=lambda v: f"{number} {v.case.version}"
            )
        )

    async def both(self, office: Office, key: str) -> None:
        """Apply and accept."""
        self.opened[key] = await self.opens(office, key)
        self.tally.accepted += 1
        self.accepted[key] = await self.accepts(office, key)
        self.tally.accepted += 1

    async def works(self, office: Office, name: str) -> None:
        """Apply and accept again and again, until told to stop."""
        n = 0
        while not self.stopping:
            await self.both(office, f"{name}x{n}x")
            n += 1

    async def reconciled(self, office: Office, files: Path | None = None) -> None:
        """Compare with what is there: all that was confirmed, once, and the first answers again."""
        for key, number in self.opened.items():
            found = await counted(
                office, f"SELECT number FROM cases WHERE CAST(form AS text) LIKE '%\"{key}\"%'"
            )
            self.tally.check(found == [number], f"{key}: told {number}, there is {found}")
        for key, told in self.accepted.items():
            found = await counted(
                office,
                "SELECT e.n FROM events e JOIN cases c ON c.id = e.case_id "
                f"WHERE c.number = '{self.opened[key]}' AND e.action = 'accept'",
            )
            self.tally.check(len(found) == 1, f"{key}: told {told}, accepted {len(found)} times")
        for key in list(self.accepted)[-10:]:
            again = await self.accepts(office, key)
            self.tally.check(
                again == self.accepted[key], f"{key}: {again} after {self.accepted[key]}"
            )
        self.tally.failures += await oracle(
            office.database, MORNING + DAY + timedelta(minutes=1), files
        )


async def counted(office: Office, query: str) -> list[Any]:
    """Return the first column."""
    async with office.database.reading() as connection:
        return [row[0] for row in await connection.sql.execute(text(query))]


@contextmanager
def believing() -> Iterator[None]:
    """A commit that failed is taken for done: the bug that is planted for faults below the program."""
    real = Connection.commit

    async def commit(self: Connection, **more: Any) -> None:
        try:
            await real(self, **more)
        except Exception:  # noqa: BLE001 - the bug
            return

    setattr(Connection, "commit", commit)  # noqa: B010 - a bug, planted
    try:
        yield
    finally:
        setattr(Connection, "commit", real)  # noqa: B010
