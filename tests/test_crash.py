"""`kill -9` at random moments: what was confirmed is there exactly once, and the same key tells what became of the rest."""

import asyncio
import json
import os
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from service.office import ApplicationInput, Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from service.verify import verify
from service.worker import wall_clock
from service.workflows.calendar import built_in
from service.workflows.case.situation import Actor
from tests.launcher import Launcher, answers, free_port
from tests.waiting import PATIENCE, until

KILLS, CLIENTS = int(os.environ.get("YIJIANSHI_GATE_KILLS", "3")), 4
CASES = 12
PASSWORD = "long-enough-1"
SECRET = "only-for-tests-0123456789-abcdef"
AUDIT_KEY = "audits-only-in-tests-0123456789-abcdef"
APPLICANT = {"type": "sole-trader", "name": "占位小吃店", "id": "92999901MADEM0046F"}
CITIZEN = Actor("citizen", "applicant", subject=APPLICANT["id"])
PACK: dict[str, bytes | str] = {
    "directory.yaml": 'kind: directory\nregion: {code: "999902", title: 云泽市测试区}\ndepartments: {scjg: 市场监督管理局}\n',
    "vocabulary.yaml": "kind: vocabulary\nfields:\n  address: {title: 经营场所地址, type: text, max: 200}\n",
    "item.yaml": """
kind: item
code: food
title: 食品经营许可
department: scjg
category: licence
basis: [食品安全法 35]
lifecycle: licence
limits: {statutory: 20wd, promised: 5wd}
fields: [address]
""",
    "bundle.yaml": """
kind: bundle
code: open-stall
title: 开小吃店
lead: scjg
applicants: [sole-trader]
promised: 12wd
items: [{use: food}]
""",
}


@dataclass
class Ledger:
    """What the clients were told, by key."""

    opened: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    accepted: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    unknown: int = 0  # requests whose answer never came
    repeated: int = 0


class Portal:
    """A client that repeats every request with the same key until it is answered, as it was told to."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        self.ledger = ledger
        self.stopping = False
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)
        self.tokens: dict[str, str] = {}

    async def signed_in(self) -> "Portal":
        """Get tokens for a citizen and a clerk; they outlive the server."""
        for account in ("citizen", "clerk"):
            answer = await self._client.post(
                "/api/v1/tokens", json={"username": account, "password": PASSWORD}
            )
            self.tokens[account] = answer.json()["access_token"]
        return self

    async def until_answered(
        self, account: str, path: str, body: Any, key: str
    ) -> tuple[int, bytes]:
        """Send, and after a lost answer send again."""
        headers = {"Authorization": f"Bearer {self.tokens[account]}", "Idempotency-Key": key}

        async def answered() -> tuple[int, bytes] | None:
            try:
                answer = await self._client.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.ledger.unknown += 1
                return None
            return None if answer.status_code == 503 else (answer.status_code, answer.content)

        found: tuple[int, bytes] = await until(answered, "an answer")
        return found

    def open(self, key: str) -> Any:
        """Ask for a case that carries its key."""
        body = {"bundle": "open-stall", "applicant": APPLICANT, "form": {"address": key}}
        return self.until_answered("citizen", "/api/v1/cases", body, key)

    def accept(self, key: str) -> Any:
        """Ask for the acceptance of the case that was opened with this key."""
        number = json.loads(self.ledger.opened[key][1])["number"]
        return self.until_answered(
            "clerk", f"/api/v1/cases/{number}/items/food/actions", {"action": "accept"}, key
        )

    async def work(self) -> None:
        """Apply and accept, again and again, until told to stop; now and then repeat what was answered already."""
        while not self.stopping:
            key = secrets.token_hex(16)
            self.ledger.opened[key] = await self.open(key)
            self.ledger.accepted[key] = await self.accept(key)
            if random.random() < 0.2:
                self.ledger.repeated += 1
                assert await self.open(key) == self.ledger.opened[key]

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    """A process to start others from."""
    started = Launcher()
    yield started
    started.stop()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database, with the keys of the processes."""
    opened = Database(database_url, keys=Keys(SECRET, [AUDIT_KEY]))
    yield opened
    await opened.close()


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office with one bundle and two people."""
    made = Office(database, Folder(tmp_path / "files"), cheap_passwords=True)
    await made.install(wall_clock())
    await made.publish_pack(PACK, "test", wall_clock())
    who = {"name": "甲", "kind": "applicant", "subject": APPLICANT["id"]}
    await made.create_account("citizen", PASSWORD, **who)
    await made.create_account(
        "clerk", PASSWORD, name="乙", kind="clerk", department="scjg", posts=["window"]
    )
    return made


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of the processes."""
    values = {
        "DATABASE_URL": database_url,
        "FILES_DIR": str(tmp_path / "files"),
        "PORT": str(free_port()),
        "SECRET": SECRET,
        "AUDIT_KEY": AUDIT_KEY,
        "WORKER_POLL_SECONDS": "0.05",
        "LOG_LEVEL": "error",
        "WRITES_PER_MINUTE": "0",  # one citizen stands for many
        "HOST": "127.0.0.1",
    }
    return {f"YIJIANSHI_{name}": value for name, value in values.items()}


async def counted(database: Database, query: str) -> list[tuple[Any, ...]]:
    """Run a query."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.sql.execute(text(query))]


async def clean(database: Database) -> None:
    """The oracle has nothing to say."""
    notices = [notice.model_dump(mode="json") for notice in built_in()]
    report = await verify(
        database,
        now=wall_clock() + timedelta(days=1),
        notices=notices,
        secrets=[AUDIT_KEY],
    )
    assert report.clean, report.lines()
    assert report.counts["cases"] > 0


class TestServe:
    """ACKED is durable and exactly once, REFUSED changed nothing, UNKNOWN is told by the same key."""

    async def test_nothing_confirmed_is_lost_or_doubled(
        self, office: Office, database: Database, launcher: Launcher, environment: dict[str, str]
    ) -> None:
        """Four clients with keys; the server killed three times in the middle of their work (F-01, I-09, I-10)."""
        port, ledger = int(environment["YIJIANSHI_PORT"]), Ledger()
        server = launcher.start("serve", environment=environment)
        await answers(port)
        portals = [await Portal(port, ledger).signed_in() for _ in range(CLIENTS)]
        working = [asyncio.create_task(portal.work()) for portal in portals]
        for _ in range(KILLS):
            wanted = len(ledger.accepted) + CLIENTS + random.randint(1, 2 * CLIENTS)
            await until(lambda wanted=wanted: len(ledger.accepted) >= wanted, "more work")
            launcher.kill(server)
            server = launcher.start("serve", environment=environment)
            await answers(port)
        wanted = len(ledger.accepted) + CLIENTS
        await until(lambda: len(ledger.accepted) >= wanted, "work after the last kill")
        for portal in portals:
            portal.stopping = True
        await asyncio.gather(*working)
        for key, answer in list(ledger.opened.items())[-20:]:  # across the last kill
            assert await portals[0].open(key) == answer
            assert await portals[0].accept(key) == ledger.accepted[key]
        for portal in portals:
            await portal.close()
        launcher.kill(server)
        await self.reconciled(database, ledger)

    async def reconciled(self, database: Database, ledger: Ledger) -> None:
        """Compare what clients were told with what is stored."""
        assert ledger.unknown > 0, "no request was hit: the kills proved nothing"
        assert {status for status, _ in ledger.opened.values()} == {201}
        assert {status for status, _ in ledger.accepted.values()} == {200}
        told = {json.loads(body)["number"] for _, body in ledger.opened.values()}
        stored = {number for (number,) in await counted(database, "SELECT number FROM cases")}
        assert len(told) == len(ledger.opened)
        assert stored == told
        accepted = await counted(database, "SELECT case_id FROM events WHERE action = 'accept'")
        assert len(accepted) == len(set(accepted)) == len(ledger.accepted)
        await clean(database)


class TestBulk:
    """An order for many cases, killed again and again, is done once in the end."""

    async def test_the_same_key_goes_on_where_it_stopped(
        self, office: Office, database: Database, launcher: Launcher, environment: dict[str, str]
    ) -> None:
        """A hundred cases accepted by one order, the server killed while it works (F-01, I-09)."""
        port = int(environment["YIJIANSHI_PORT"])
        given = ApplicationInput(
            bundle="open-stall", applicant=APPLICANT, form={"address": "示例路1号"}
        )
        numbers = [
            (await office.open_case(Request(CITIZEN, wall_clock()), given)).case.number
            for _ in range(100)
        ]
        server = launcher.start("serve", environment=environment)
        await answers(port)
        portal = await Portal(int(port), Ledger()).signed_in()
        order = {
            "action": "accept",
            "items": [{"number": number, "item": "food"} for number in numbers],
        }
        working = asyncio.create_task(
            portal.until_answered("clerk", "/api/v1/bulk", order, "the-order")
        )
        for _ in range(KILLS):
            await self.more(database, await self.accepted(database))
            launcher.kill(server)
            server = launcher.start("serve", environment=environment)
            await answers(port)
        status, body = await working
        assert portal.ledger.unknown > 0, "no request was hit: the kills proved nothing"
        assert (status, json.loads(body)["done"]) == (201, 100)
        assert await portal.until_answered("clerk", "/api/v1/bulk", order, "the-order") == (
            status,
            body,
        )
        assert await self.accepted(database) == len(numbers)
        await portal.close()
        launcher.kill(server)
        await clean(database)

    async def more(self, database: Database, than: int) -> None:
        """Wait until some more are accepted."""

        async def some() -> bool:
            return await self.accepted(database) >= min(than + 5, 100)

        await until(some, "a part of the order")

    async def accepted(self, database: Database) -> int:
        """Count the acceptances."""
        ((found,),) = await counted(database, "SELECT count(*) FROM events WHERE action = 'accept'")
        return int(found)


class TestWork:
    """Killing a worker changes nothing but the delay."""

    async def test_what_is_due_happens_once(
        self, office: Office, database: Database, launcher: Launcher, environment: dict[str, str]
    ) -> None:
        """Cases whose silence is over, two workers, killed again and again: each is deemed accepted once (F-14, R-ACC-5)."""
        long_ago = wall_clock() - timedelta(days=40)
        given = ApplicationInput(
            bundle="open-stall", applicant=APPLICANT, form={"address": "示例路1号"}
        )
        for _ in range(CASES):
            await office.open_case(Request(CITIZEN, long_ago), given)
        left, kills = CASES, 0
        while left:
            pair = [launcher.start("work", environment=environment) for _ in range(2)]
            left = await self.fewer(database, left)
            for pid in pair:
                launcher.kill(pid)
            kills += 1
        assert kills > 1
        accepted = await counted(
            database, "SELECT case_id FROM events WHERE action = 'deem_accepted'"
        )
        assert len(accepted) == len(set(accepted)) == CASES
        received = long_ago.astimezone(UTC) + timedelta(hours=8)
        days = await counted(database, "SELECT DISTINCT accepted_on FROM items")
        assert [str(day) for (day,) in days] == [received.date().isoformat()]
        await clean(database)

    async def fewer(self, database: Database, than: int) -> int:
        """Wait until the workers have done something, and return how many cases still wait."""
        wanted = max(0, than - random.randint(1, 2))

        async def left() -> list[int]:
            ((found,),) = await counted(
                database, "SELECT count(*) FROM items WHERE state = 'received'"
            )
            return [int(found)] if found <= wanted else []

        (found,) = await until(left, "what the workers have to do")
        return int(found)
