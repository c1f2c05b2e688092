"""The loop of the worker: what is due is done, what fails is tried again, a kill changes nothing."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.errors import Unavailable
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.worker import LIMIT, once, work

from .office.conftest import CITIZEN, DAY, MORNING, PACK, STALL, asks

LATER = MORNING + 10 * DAY


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office whose city has published its pack."""
    found = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
    await found.publish_pack(PACK, "admin", MORNING - DAY)
    return found


@asynccontextmanager
async def working(office: Office, now: Callable[[], datetime], **more: bool) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker for as long as the block lasts."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(office, now=now, poll=0.01, stop=stop, **more))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait([task], timeout=5)


async def accepted(office: Office, number: str) -> bool:
    """Wait until the clock has accepted a case."""
    for _ in range(300):
        case = (await office.case(CITIZEN, number, MORNING)).case
        if {item.state for item in case.items.values()} == {"reviewing"}:
            return True
        await asyncio.sleep(0.01)
    return False


class TestWork:
    """The loop."""

    async def test_does_what_falls_due_and_says_so_in_one_line(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Each sweep that did something is one JSON line."""
        number = (await office.open_case(asks(CITIZEN), STALL)).case.number
        with caplog.at_level(logging.INFO, "yijianshi.worker"):
            async with working(office, lambda: LATER):
                assert await accepted(office, number)
                await asyncio.sleep(0.05)
        told = [json.loads(r.message) for r in caplog.records if r.name == "yijianshi.worker"]
        assert [(line["event"], line["cases"]) for line in told] == [("expire_due", 1)]

    async def test_follows_the_demonstrations_clock(self, office: Office) -> None:
        """In a demonstration the deadlines pass when its clock is moved."""
        number = (await office.open_case(asks(CITIZEN), STALL)).case.number
        await office.start_demo_clock(MORNING, MORNING)
        async with working(office, lambda: MORNING, demo=True):
            await asyncio.sleep(0.05)
            assert (await office.case(CITIZEN, number, MORNING)).case.version == 1
            await office.move_demo_clock(LATER, MORNING)
            assert await accepted(office, number)

    async def test_a_killed_worker_changes_nothing_but_the_delay(self, office: Office) -> None:
        """Another one does the rest, each case once."""
        numbers = [(await office.open_case(asks(CITIZEN), STALL)).case.number for _ in range(8)]
        async with working(office, lambda: LATER) as first:
            await asyncio.sleep(0.03)
            first.cancel()
        async with working(office, lambda: LATER):
            for number in numbers:
                assert await accepted(office, number)
        for number in numbers:
            events = (await office.events(CITIZEN, number, now=LATER)).items
            assert [e.action for e in events].count("deem_accepted") == 2

    async def test_waits_for_a_database_that_is_away(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A lost database is not the end of the worker."""
        number = (await office.open_case(asks(CITIZEN), STALL)).case.number
        real, calls = office.expire_due, []

        async def away(now: datetime, limit: int = LIMIT) -> int:
            calls.append(now)
            if len(calls) < 3:
                raise Unavailable
            return await real(now, limit)

        monkeypatch.setattr(office, "expire_due", away)
        with caplog.at_level(logging.INFO, "yijianshi.worker"):
            async with working(office, lambda: LATER):
                assert await accepted(office, number)
        assert "worker_waits" in caplog.text

    async def test_one_round_tells_whether_more_is_waiting(self, office: Office) -> None:
        """A long line is worked off without a pause."""
        await office.open_case(asks(CITIZEN), STALL)
        assert await once(office, LATER) is False
        assert await once(office, LATER + timedelta(days=1)) is False
