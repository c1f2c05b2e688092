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
from service.office.scanning import Clamd
from service.store import files
from service.store.database import Database
from service.store.files import Folder
from service.worker import MOST_AT_ONCE, look_after, once, work
from tests.waiting import PATIENCE, until

from .office.conftest import CITIZEN, DAY, MORNING, PACK, STALL, asks
from .office.papers import pdf
from .office.test_exchange import keep
from .office.test_scanning import finds, speaking

LATER = MORNING + 10 * DAY


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office whose city has published its pack."""
    found = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
    await found.install(MORNING - DAY)
    await found.publish_pack(PACK, "admin", MORNING - DAY)
    return found


@asynccontextmanager
async def working(
    office: Office, now: Callable[[], datetime], **more: bool
) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker for as long as the block lasts."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(office, now=now, poll=0.01, stop=stop, **more))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait([task], timeout=PATIENCE)


async def accepted(office: Office, number: str) -> bool:
    """Wait until the clock has accepted a case."""

    async def all_of_it() -> bool:
        case = (await office.case(CITIZEN, number, MORNING)).case
        return {item.state for item in case.items.values()} == {"reviewing"}

    return bool(await until(all_of_it, "the acceptance"))


class Rounds:
    """A clock that stands, and knows how often the worker has looked at it: once in each round."""

    def __init__(self, at: datetime) -> None:
        self.at, self.begun = at, 0

    def __call__(self) -> datetime:
        self.begun += 1
        return self.at

    async def more(self) -> None:
        """Wait until one round has been made from now on, and the next begun."""
        wanted = self.begun + 2
        await until(lambda: self.begun >= wanted, "a round")


class TestWork:
    """The loop."""

    async def test_does_what_falls_due_and_says_so_in_one_line(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Each sweep that did something is one JSON line."""
        number = (await office.open_case(asks(CITIZEN), STALL)).case.number
        with caplog.at_level(logging.INFO, "yijianshi.worker"):
            clock = Rounds(LATER)
            async with working(office, clock):
                assert await accepted(office, number)
                await clock.more()
        told = [json.loads(r.message) for r in caplog.records if r.name == "yijianshi.worker"]
        assert [(line["event"], line["cases"]) for line in told] == [("expire_due", 1)]

    async def test_follows_the_demonstrations_clock(self, office: Office) -> None:
        """In a demonstration the deadlines pass when its clock is moved."""
        number = (await office.open_case(asks(CITIZEN), STALL)).case.number
        await office.start_demo_clock(MORNING, MORNING)
        clock = Rounds(MORNING)
        async with working(office, clock, demo=True):
            await clock.more()
            assert (await office.case(CITIZEN, number, MORNING)).case.version == 1
            await office.move_demo_clock(LATER, MORNING)
            assert await accepted(office, number)

    async def test_a_killed_worker_changes_nothing_but_the_delay(self, office: Office) -> None:
        """Another one does the rest, each case once."""
        numbers = [(await office.open_case(asks(CITIZEN), STALL)).case.number for _ in range(8)]
        clock = Rounds(LATER)
        async with working(office, clock) as first:
            await until(lambda: clock.begun, "the first round")
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

        async def away(now: datetime, limit: int = MOST_AT_ONCE) -> int:
            calls.append(now)
            if len(calls) < 3:
                raise Unavailable
            return await real(now, limit)

        monkeypatch.setattr(office, "expire_due", away)
        with caplog.at_level(logging.INFO, "yijianshi.worker"):
            async with working(office, lambda: LATER):
                assert await accepted(office, number)
        assert "worker_waits" in caplog.text

    async def test_one_round_tells_what_each_sweep_did(self, office: Office) -> None:
        """As many as at once at most: more is waiting, and the next round follows without a pause."""
        await office.open_case(asks(CITIZEN), STALL)
        nothing = {"begin_validities": 0, "recalendar": 0, "give_back": 0}
        assert await once(office, LATER) == {**nothing, "expire_due": 1}
        assert await once(office, LATER + timedelta(days=1)) == {**nothing, "expire_due": 0}


class TestLookAfter:
    """What runs beside the sweeps."""

    async def test_a_scanner_that_comes_back_is_asked_again(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """While it is away nothing is passed; the deadlines do not wait for it."""
        office.scanner = Clamd("tcp://127.0.0.1:9")
        kept = await keep(office, pdf())
        stop, rounds = asyncio.Event(), Rounds(MORNING)
        with caplog.at_level(logging.INFO, "yijianshi.worker"):
            beside = asyncio.create_task(look_after(office, now=rounds, poll=0.01, stop=stop))
            await rounds.more()
            async with speaking(finds) as address:
                office.scanner = Clamd(address)

                async def seen() -> bool:
                    async with office.database.reading() as connection:
                        return (await files.scans(connection, [kept.id]))[kept.id][
                            "scan"
                        ] == "clean"

                await until(seen, "the scan")
            stop.set()
            await beside
        assert "files_wait" in caplog.text
