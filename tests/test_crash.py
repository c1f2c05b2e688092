"""`kill -9` at random moments: what was confirmed is there exactly once, and the same key tells what became of the rest."""

import asyncio
import json
import random
import secrets
from collections.abc import Callable, Iterator
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
from service.verify import verify
from service.worker import wall_clock
from service.workflows.calendar import built_in
from service.workflows.situation import Actor
from tests.launcher import Launcher, answers, free_port

KILLS, CLIENTS = 3, 4
CASES = 12
PASSWORD = "long-enough-1"
APPLICANT = {"type": "sole-trader", "name": "占位小吃店", "id": "92999901MADEM0046F"}
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
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)
        self._tokens: dict[str, str] = {}

    async def signed_in(self) -> "Portal":
        """Get tokens for a citizen and a clerk; they outlive the server."""
        for account in ("citizen", "clerk"):
            answer = await self._client.post("/api/v1/tokens", json={"username": account, "password": PASSWORD})
            self._tokens[account] = answer.json()["access_token"]
        return self

    async def until_answered(self, account: str, path: str, body: Any, key: str) -> tuple[int, bytes]:
        """Send, and after a lost answer send again."""
        headers = {"Authorization": f"Bearer {self._tokens[account]}", "Idempotency-Key": key}
        while True:
            try:
                answer = await self._client.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.ledger.unknown += 1
                await asyncio.sleep(0.02)
                continue
            if answer.status_code != 503:
                return answer.status_code, answer.content

    def open(self, key: str) -> Any:
        """Ask for a case that carries its key."""
        body = {"bundle": "open-stall", "applicant": APPLICANT, "form": {"address": key}}
        return self.until_answered("citizen", "/api/v1/cases", body, key)

    def accept(self, key: str) -> Any:
        """Ask for the acceptance of the case that was opened with this key."""
        number = json.loads(self.ledger.opened[key][1])["number"]
        return self.until_answered("clerk", f"/api/v1/cases/{number}/items/food/actions", {"action": "accept"}, key)

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
async def office(database: Database, tmp_path: Path) -> Office:
    """An office with one bundle and two people."""
    made = Office(database, Folder(tmp_path / "files"), cheap_passwords=True)
    await made.publish_pack(PACK, "test", wall_clock())
    await made.create_account("citizen", PASSWORD, name="甲", kind="applicant")
    await made.create_account("clerk", PASSWORD, name="乙", kind="clerk", department="scjg", posts=["window"])
    return made


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of the processes."""
    values = {
        "DATABASE_URL": database_url, "FILES_DIR": str(tmp_path / "files"), "PORT": str(free_port()), "SECRET": "s" * 40,
        "WORKER_POLL_SECONDS": "0.05", "LOG_LEVEL": "error", "HOST": "127.0.0.1",
    }  # fmt: skip
    return {f"YIJIANSHI_{name}": value for name, value in values.items()}


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something."""
    for _ in range(3000):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("it did not happen")


async def counted(database: Database, query: str) -> list[tuple[Any, ...]]:
    """Run a query."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.sql.execute(text(query))]


async def clean(database: Database) -> None:
    """The oracle has nothing to say."""
    notices = [notice.model_dump(mode="json") for notice in built_in()]
    report = await verify(database, now=wall_clock() + timedelta(days=1), notices=notices)
    assert report.lines()[:-2] == []
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
            known = len(ledger.accepted)
            await until(lambda known=known: len(ledger.accepted) > known + CLIENTS)
            await asyncio.sleep(random.uniform(0, 0.3))
            launcher.kill(server)
            server = launcher.start("serve", environment=environment)
            await answers(port)
        await asyncio.sleep(0.2)
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
        port, citizen = int(environment["YIJIANSHI_PORT"]), Actor("citizen", "applicant")
        given = ApplicationInput(bundle="open-stall", applicant=APPLICANT, form={"address": "示例路1号"})
        numbers = [(await office.open_case(Request(citizen, wall_clock()), given)).case.number for _ in range(100)]
        server = launcher.start("serve", environment=environment)
        await answers(port)
        portal = await Portal(int(port), Ledger()).signed_in()
        order = {"action": "accept", "items": [{"number": number, "item": "food"} for number in numbers]}
        working = asyncio.create_task(portal.until_answered("clerk", "/api/v1/bulk", order, "the-order"))
        for _ in range(KILLS):
            await self.more(database, await self.accepted(database))
            launcher.kill(server)
            server = launcher.start("serve", environment=environment)
            await answers(port)
        status, body = await working
        assert portal.ledger.unknown > 0, "no request was hit: the kills proved nothing"
        assert (status, json.loads(body)["done"]) == (201, 100)
        assert await portal.until_answered("clerk", "/api/v1/bulk", order, "the-order") == (status, body)
        assert await self.accepted(database) == len(numbers)
        await portal.close()
        launcher.kill(server)
        await clean(database)

    async def more(self, database: Database, than: int) -> None:
        """Wait until some more are accepted."""
        for _ in range(3000):
            if await self.accepted(database) >= min(than + 5, 100):
                return
            await asyncio.sleep(0.005)
        raise TimeoutError("the order gets nowhere")

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
        citizen = Actor("citizen", "applicant")
        given = ApplicationInput(bundle="open-stall", applicant=APPLICANT, form={"address": "示例路1号"})
        for _ in range(CASES):
            await office.open_case(Request(citizen, long_ago), given)
        left, kills = CASES, 0
        while left:
            pair = [launcher.start("work", environment=environment) for _ in range(2)]
            left = await self.fewer(database, left)
            await asyncio.sleep(random.uniform(0, 0.05))
            for pid in pair:
                launcher.kill(pid)
            kills += 1
        assert kills > 1
        accepted = await counted(database, "SELECT case_id FROM events WHERE action = 'deem_accepted'")
        assert len(accepted) == len(set(accepted)) == CASES
        received = long_ago.astimezone(UTC) + timedelta(hours=8)
        days = await counted(database, "SELECT DISTINCT accepted_on FROM items")
        assert [str(day) for (day,) in days] == [received.date().isoformat()]
        await clean(database)

    async def fewer(self, database: Database, than: int) -> int:
        """Wait until the workers have done something, and return how many cases still wait."""
        for _ in range(3000):
            ((left,),) = await counted(database, "SELECT count(*) FROM items WHERE state = 'received'")
            if left < than:
                return int(left)
            await asyncio.sleep(0.01)
        raise TimeoutError("the workers get nowhere")
