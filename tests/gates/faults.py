"""A plugin of pytest for G20: some commits fail, and every client repeats with the same key what was not answered.

They fail before, or after they were done, by deadlock, by serialization. What is left of each test is written down.
"""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from service.errors import Unavailable
from service.office import Office
from service.office.desk import Desk
from service.store.database import Connection, Database
from tests.api.city import City

SETTINGS = json.loads(os.environ["YIJIANSHI_GATE_FAULTS"])  # {seed, percent, planted, out}
CHANCE = random.Random(SETTINGS["seed"])
KINDS = ("before commit", "after commit", "deadlock", "serialization")
MOST_TIMES = 50
counted: Counter[str] = Counter()
ends: dict[str, Any] = {}
offices: list[Office] = []
keys = iter(range(10**9))


class On:
    """Faults happen while a test runs, not while its city is founded."""

    on = False
    test = ""


def fault() -> str:
    """Return which fault happens now, an empty text for none."""
    if not On.on or CHANCE.random() * 100 >= SETTINGS["percent"]:
        return ""
    kind = CHANCE.choice(KINDS)
    counted[kind] += 1
    return kind


real_commit = Connection.commit


async def commit(self: Connection, **more: Any) -> None:
    """Commit, or not, or without saying so."""
    kind = fault()
    if kind == "before commit":
        raise ConnectionResetError("planted before the commit")
    if kind == "deadlock":
        raise asyncpg.exceptions.DeadlockDetectedError("planted")
    if kind == "serialization":
        raise asyncpg.exceptions.SerializationError("planted")
    await real_commit(self, **more)
    if kind == "after commit":
        raise ConnectionResetError("planted after the commit")


real_send = httpx.ASGITransport.handle_async_request


async def send(self: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
    """Send until it is answered, as clients are told to."""
    await request.aread()
    if request.method != "GET":
        request.headers.setdefault("idempotency-key", f"gate-{next(keys)}")
    for _ in range(MOST_TIMES):
        answer = await real_send(self, request)
        if answer.status_code != 503:
            break
        await answer.aread()
        counted["repeated"] += 1
    if answer.status_code >= 500:
        counted["5xx"] += 1
    return answer


real_sweep = City.sweep


async def sweep(self: City) -> int:
    """Let the worker come by until it has been round, and what rested after a fault has been tried again: no time passes here."""
    done = 0
    for _ in range(MOST_TIMES):
        try:
            done += await real_sweep(self)
            if not await self.office.release_resting(self.clock()):
                return done
            counted["rested"] += 1
        except Unavailable:
            counted["repeated"] += 1
    raise AssertionError("the worker never came round")


real_init = Office.__init__


def remembered(self: Office, *args: Any, **more: Any) -> None:
    """Remember the office of the test, to look at it when the test is over."""
    real_init(self, *args, **more)
    offices.append(self)


def pytest_configure() -> None:
    """Put the faults in."""
    changes = [
        (Connection, "commit", commit),
        (httpx.ASGITransport, "handle_async_request", send),
        (City, "sweep", sweep),
        (Office, "__init__", remembered),
        (Database, "close", close),
    ]
    if SETTINGS["planted"]:
        changes.append((Desk, "repeated", lambda *_: None))
    for owner, name, change in changes:
        setattr(owner, name, change)


real_close = Database.close


async def close(self: Database) -> None:
    """Write down what is left when a test's city is closed."""
    mine = [office for office in offices if office.database is self]
    if mine and On.test:
        ends[On.test] = await left(mine[0])
    await real_close(self)


def pytest_collection_finish() -> None:
    """Print nothing: that is slow, and commits nothing."""
    if "tests.stories.town" in sys.modules:
        sys.modules["tests.stories.town"].PRINTS = False  # type: ignore[attr-defined]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Faults happen now."""
    On.on, On.test = True, item.nodeid
    yield
    On.on = False


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """The test is over when its city is closed."""
    yield
    On.test = ""


async def left(office: Office) -> list[Any]:
    """Return what is there, without what chance gives: who did what on which day, and what came of it."""
    queries = (
        (
            "SELECT c.bundle, c.applicant_name, e.n, e.action, e.item, e.state_from, e.state_to, e.actor, "
            "substr(CAST(e.at AS text), 1, 10) FROM events e JOIN cases c ON c.id = e.case_id "
            "ORDER BY c.bundle, c.applicant_name, c.created_at, e.n"
        ),
        (
            "SELECT c.bundle, i.item, i.state, i.outcome, i.accepted_on FROM items i "
            "JOIN cases c ON c.id = i.case_id ORDER BY c.bundle, c.created_at, i.item"
        ),
        "SELECT number, state FROM certificates ORDER BY number, state",
        (
            "SELECT c.bundle, n.n, n.kind, n.title FROM notices n JOIN cases c ON c.id = n.case_id "
            "ORDER BY c.bundle, c.created_at, n.n"
        ),
    )
    async with office.database.reading() as connection:
        return [
            [[str(value) for value in row] for row in await connection.sql.execute(text(query))]
            for query in queries
        ]


def pytest_sessionfinish() -> None:
    """Hand over what was counted and what was left."""
    Path(SETTINGS["out"]).write_text(
        json.dumps({"counted": counted, "ends": ends}), encoding="utf-8"
    )
