"""How much one account or address may ask for: counted over all processes, at little cost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import ActionNotAllowed, TooManyAttempts, Unavailable
from service.office import ApplicationInput, Office
from service.settings import Bounds
from service.store.database import Database
from service.store.files import Folder

from .conftest import CITIZEN, DAY, MORNING, PACK, asks

SOON = MORNING + timedelta(seconds=1)
Made = Callable[..., Office]


@pytest.fixture
def made(database: Database, tmp_path: Path) -> Made:
    """Return a way to make offices, as processes of one installation are."""

    def make(**bounds: int) -> Office:
        return Office(database, Folder(tmp_path / "files", reserve=0), bounds=Bounds(**bounds))

    return make


async def spent(office: Office, times: int, who: str = "citizen") -> int:
    """Ask so often and return how often it was granted."""
    granted = 0
    for _ in range(times):
        with suppress(TooManyAttempts):
            await office.spend("writes", who, MORNING)
            granted += 1
    return granted


class TestSpend:
    """One unit for each request."""

    async def test_processes_share_what_there_is(self, made: Made) -> None:
        """F-19: four processes grant together what one may, exactly; others are not touched."""
        offices = [made(writes=40) for _ in range(4)]
        granted = await asyncio.gather(*(spent(office, 30) for office in offices))
        assert sum(granted) == 40
        assert await spent(offices[0], 5, "somebody-else") == 5

    async def test_it_comes_back_with_time(self, made: Made) -> None:
        """A minute refills all of it; who waits as long as told is served."""
        office = made(writes=60)
        assert await spent(office, 70) == 60
        with pytest.raises(TooManyAttempts) as refusal:
            await office.spend("writes", "citizen", MORNING)
        again = MORNING + timedelta(seconds=refusal.value.facts["retry_after"])
        await office.spend("writes", "citizen", again)

    async def test_most_requests_cost_no_statement(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A portion is taken at a time, and who is refused is refused without asking the database."""
        office, opened = made(writes=200), []
        real = office.database.transaction

        def counted(**how: Any) -> Any:
            opened.append(1)
            return real(**how)

        monkeypatch.setattr(office.database, "transaction", counted)
        assert await spent(office, 300) == 200
        assert len(opened) <= 22

    async def test_nothing_is_limited_where_the_setting_is_nought(self, made: Made) -> None:
        """A city may leave it to its gateway."""
        assert await spent(made(writes=0), 50) == 50

    async def test_nobody_is_refused_while_it_cannot_be_counted(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What needs the database says so itself; what does not goes on."""
        office = made(asks=40)

        def away(**how: Any) -> Any:
            raise Unavailable

        monkeypatch.setattr(office.database, "transaction", away)
        await office.spend("asks", "203.0.113.77", MORNING)

    async def test_who_asked_cannot_be_read_in_the_table(self, made: Made) -> None:
        """An address is personal: only a hash of it is kept."""
        office = made()
        await office.spend("asks", "203.0.113.77", SOON)
        async with office.database.reading() as connection:
            rows = await connection.rows(text("SELECT * FROM quotas"))
        assert len(rows) == 1
        assert "203.0.113.77" not in str(rows)


class TestDrafts:
    """How many one applicant may have."""

    async def test_an_applicant_has_so_many_at_most(self, made: Made) -> None:
        """The refusal says where they are; submitting one makes room."""
        office = made(drafts=2)
        await office.publish_pack(PACK, "admin", MORNING - DAY)
        who = {"type": "sole-trader", "name": "店", "id": "92999901MADEM0046F"}
        draft = ApplicationInput("open-stall", who, draft=True)
        for _ in range(2):
            await office.open_case(asks(CITIZEN), draft)
        with pytest.raises(ActionNotAllowed, match="已有 2 份草稿"):
            await office.open_case(asks(CITIZEN), draft)
