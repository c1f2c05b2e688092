"""A repeat under the same key is never answered with success for what a standby may not hold."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.errors import Unavailable
from service.office import BulkEntry, BulkOrder, Office, Request
from service.office.sweeps import AGAIN_AFTER
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.workflows.case.situation import Action, Actor
from tests.conftest import sql
from tests.standby import CANCEL, missing_standby
from tests.waiting import until

from .conftest import CITIZEN, DAY, HOUR, MORNING, PACK, STALL, WINDOW

Verb = Callable[[], Awaitable[Any]]
LATER = MORNING + HOUR


async def once(content: bytes) -> AsyncIterator[bytes]:
    """Hand in some bytes."""
    yield content


async def verbs_of(office: Office) -> dict[str, Verb]:
    """Return every kind of verb that can answer without having written, each as one request."""

    def asks(key: str, actor: Actor, at: datetime = LATER) -> Request:
        return Request(actor, at, key=key, fingerprint=key)

    other = (await office.open_case(asks("other", CITIZEN, MORNING), STALL)).case.number
    third = (await office.open_case(asks("third", CITIZEN, MORNING), STALL)).case.number
    kept = replace(STALL, draft=True)
    first = (await office.open_case(asks("kept", CITIZEN, MORNING), kept)).case
    draft, second = first.number, (await office.open_case(asks("k2", CITIZEN, MORNING), kept)).case
    accept = Action("accept", "food", {})
    batch = [
        (await office.open_case(asks(f"b{n}", CITIZEN, MORNING), STALL)).case.number
        for n in range(3)
    ]

    async def together() -> list[Any]:
        """Act on several at once: what is unknown of a batch is unknown to all of it."""
        acts = [office.act(asks(number, WINDOW), number, accept) for number in batch]
        told = await asyncio.gather(*acts, return_exceptions=True)
        unknown = [each for each in told if isinstance(each, Unavailable)]
        assert len(unknown) in (0, len(batch)), told
        if unknown:
            raise unknown[0]
        return told

    order = BulkOrder("accept", [BulkEntry(third, "food", None)])
    return {
        "open": lambda: office.open_case(asks("open", CITIZEN), STALL),
        "act": lambda: office.act(asks("act", WINDOW), other, accept),
        "together": together,
        "claim": lambda: office.claim(asks("claim", WINDOW), third, 1),
        "change": lambda: office.change_draft(asks("change", CITIZEN), draft, {"form": {}}),
        "submit": lambda: office.submit_draft(asks("submit", CITIZEN), second.number),
        "bulk": lambda: office.act_in_bulk(asks("bulk", WINDOW), order),
        "upload": lambda: office.keep_file(CITIZEN, once(b"%PDF-1.4\n"), "a.pdf", LATER),
        "publish": lambda: office.publish_pack(PACK, "admin", LATER),
    }


async def confirmed(url: str, verb: Verb) -> bool:
    """Run a verb, cancelling every wait for the standby; tell whether it was answered with success."""
    asking = asyncio.create_task(verb())  # type: ignore[arg-type]

    async def over() -> bool:
        await sql(url, CANCEL)
        return asking.done()

    await until(over, "an answer")
    try:
        await asking
    except Unavailable:
        return False
    return True


class TestRepeat:
    """The answer that was kept is told only where it would survive."""

    async def test_no_verb_repeats_what_the_standby_may_not_hold(
        self, own_postgres: Any, tmp_path: Path
    ) -> None:
        """F-06: first unknown, and unknown as often as it is asked, until the standby is back; then the same answer."""
        server = own_postgres("fsync=off")
        await migrate(server.url)
        database = Database(server.url, seconds=60)
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        await office.install(MORNING)
        await office.publish_pack(PACK, "admin", MORNING)
        verbs = await verbs_of(office)
        async with missing_standby(server.url):
            told = {
                name: [await confirmed(server.url, verb) for _ in range(3)]
                for name, verb in verbs.items()
            }
        assert {name for name, answers in told.items() if any(answers)} == set()
        again = [await verb() for verb in verbs.values()]
        assert [view.replayed for view in again if hasattr(view, "replayed")] == [True] * 4
        await database.close()

    async def test_a_round_of_the_clock_ends_when_nothing_is_confirmed(
        self, own_postgres: Any, tmp_path: Path
    ) -> None:
        """It is not the cases that fail: the worker waits and tries again instead of waiting for each of them."""
        server = own_postgres("fsync=off")
        await migrate(server.url)
        database = Database(server.url, seconds=60)
        office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
        await office.publish_pack(PACK, "admin", MORNING)
        for n in range(3):
            await office.open_case(Request(CITIZEN, MORNING, key=str(n)), STALL)
        async with missing_standby(server.url):
            assert not await confirmed(server.url, lambda: office.expire_due(MORNING + 10 * DAY))
        assert await office.expire_due(MORNING + 10 * DAY + AGAIN_AFTER) == 2
        await database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestCommit:
    """What makes a commit wait."""

    async def test_what_only_read_writes_a_word_of_its_own(self, database: Database) -> None:
        """Without a transaction number and something in the log PostgreSQL waits for nobody."""
        asked: list[str] = []
        async with database.transaction() as tx:
            tx._driver.add_query_logger(lambda record: asked.append(record.query))
            assert await tx.fetchrow("SELECT 1 WHERE pg_current_xact_id_if_assigned() IS NULL")
        assert "pg_logical_emit_message" in asked[-1]
