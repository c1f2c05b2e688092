"""Clients that repeat each request with its key until it is answered, and what they were told."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
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
PDF = b"%PDF-1.7 "


@dataclass
class Ledger:
    """What was confirmed, by key."""

    tally: Tally
    opened: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # files
    stopping: bool = False

    async def answered(self, request: Callable[[], Awaitable[Any]]) -> str:
        """Ask until it is answered."""

        async def once() -> str | None:
            try:
                view = await request()
            except Unavailable as why:
                self.refused(why)
                return None
            self.tally.seen["replayed"] += view.replayed
            return str(view.answer)

        return str(await until(once, "an answer"))

    def refused(self, _: Unavailable) -> None:
        """Count what was not answered."""
        self.tally.unknown += 1

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

    async def keeps(self, office: Office, key: str) -> None:
        """Hand in a file."""

        async def content() -> AsyncIterator[bytes]:
            yield PDF + key.encode()

        async def once() -> str | None:
            try:
                kept = await office.keep_file(CITIZEN, content(), name=f"{key}.pdf", now=MORNING)
            except Unavailable as why:
                self.refused(why)
                return None
            return kept.id

        self.kept[key] = str(await until(once, "an answer"))
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
        for key, told in self.kept.items():
            found = await counted(
                office, f"SELECT sha256 FROM file_owners WHERE name = '{key}.pdf'"
            )
            self.tally.check(found == [told], f"{key}: told {told}, there is {found}")
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
    committed, settled = Connection.commit, Connection.settle

    async def commit(self: Connection, **more: Any) -> None:
        with suppress(Exception):  # the bug
            await committed(self, **more)

    async def settle(self: Connection, *given: Any) -> Any:
        try:
            return await settled(self, *given)
        except Exception:  # noqa: BLE001 - the bug
            return WRITTEN

    with planted_in(Connection, commit=commit, settle=settle):
        yield


WRITTEN = {"written": 1}  # what a statement says that records


@contextmanager
def planted_in(owner: Any, **bugs: Any) -> Iterator[None]:
    """Put other attributes in place of those of a class or module, for a while."""
    real = {name: getattr(owner, name) for name in bugs}
    for name, bug in bugs.items():
        setattr(owner, name, bug)
    try:
        yield
    finally:
        for name, was in real.items():
            setattr(owner, name, was)
