"""A city for tests: an office on SQLite with a pack published, a clock that can be moved, a client for each person."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

import service.workflows
from service.api.app import create_app
from service.api.auth import Desk
from service.errors import Unavailable
from service.office import Office, press
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.workflows.application import id_check
from service.workflows.authoring.folders import read_folder

PACK = Path(__file__).parents[1] / "packs" / "mini"
ESTATE = Path(__file__).parents[1] / "packs" / "estate"
LINHU = Path(service.workflows.__file__).parent / "packs" / "linhu"
# a Thursday, 09:30 in Beijing; no real clock is even
MORNING = datetime(2026, 11, 5, 1, 30, 0, 417_389, tzinfo=UTC)
PASSWORD = "a-good-password"
CITIZEN_ID, OTHER_ID = "92999901MADEM0046F", "92999901MADEM0059K"
PEOPLE: dict[str, dict[str, Any]] = {
    "citizen": {"name": "张三", "kind": "applicant", "subject": CITIZEN_ID},
    "stranger": {"name": "李四", "kind": "applicant", "subject": OTHER_ID},
    "window": {"name": "王窗", "kind": "clerk", "department": "scjg", "posts": ["window"]},
    "reviewer": {"name": "赵审", "kind": "clerk", "department": "scjg", "posts": ["reviewer"]},
    "approver": {
        "name": "钱决",
        "kind": "clerk",
        "department": "scjg",
        "posts": ["approver", "head"],
    },
    "sign-clerk": {
        "name": "孙城",
        "kind": "clerk",
        "department": "cg",
        "posts": ["window", "reviewer", "inspector"],
    },
    "sign-approver": {"name": "吴城", "kind": "clerk", "department": "cg", "posts": ["approver"]},
    "fire-clerk": {
        "name": "周消",
        "kind": "clerk",
        "department": "xf",
        "posts": ["window", "reviewer", "approver"],
    },
    "supervisor": {"name": "冯察", "kind": "supervisor"},
    "admin": {"name": "陈管", "kind": "admin"},
    "portal": {"name": "政务网", "kind": "portal"},
    "sign-colleague": {"name": "郑城", "kind": "clerk", "department": "cg", "posts": ["reviewer"]},
}


def officer_id(n: int) -> str:
    """Return the ID number of the n-th officer of a test."""
    first17 = f"99990119800101{n:03}"
    return first17 + id_check(first17)


def with_persons(people: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return accounts in which everybody of the staff is a person of their own."""
    staff = ("clerk", "admin", "supervisor")
    return {
        account: {"subject": officer_id(n), **facts} if facts["kind"] in staff else facts
        for n, (account, facts) in enumerate(people.items())
    }


PEOPLE = with_persons(PEOPLE)
APPLICATION: dict[str, Any] = {
    "bundle": "open-shop",
    "applicant": {"type": "sole-trader", "name": "张三小店", "id": CITIZEN_ID},
    "answers": {"area": 60, "sign": True},
    "form": {"sign_text": "张三小店"},
}


def can_print() -> bool:
    """Say whether this machine has what PDFs need: typst and a Chinese font."""
    try:
        return bool(press.fonts())
    except Unavailable:
        return False


@dataclass
class MovableClock:
    """The wall clock of a test."""

    at: datetime = MORNING

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **length: float) -> None:
        """Let time pass."""
        self.at += timedelta(**length)


@dataclass
class Settings:
    """What the API is told."""

    token_secret: str = "only-for-tests-" * 3
    other_secrets: tuple[str, ...] = ()
    demo: bool = True
    public_url: str = ""
    help_phone: str = "12345"
    request_log: bool = True
    scrape_token: str = ""
    shows_docs: bool = True


class Bearer(httpx.Auth):
    """Signs each request with a token issued at that moment, so that moving the clock signs nobody out."""

    def __init__(self, desk: Desk, account: str) -> None:
        self._desk, self._account = desk, account

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        found = await self._desk.office.staff.account(self._account)
        generation = found.token_generation if found else 0
        token, _ = self._desk.tokens.issue(self._account, generation, self._desk.clock())
        request.headers["authorization"] = f"Bearer {token}"
        yield request


@dataclass
class City:
    """The whole: the application, its clock, and a client for each person."""

    app: FastAPI
    office: Office
    clock: MovableClock
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, account: str = "", **headers: str) -> httpx.AsyncClient:
        """Return a client signed in as somebody, or as nobody."""
        transport = httpx.ASGITransport(app=self.app)
        auth = Bearer(self.app.state.desk, account) if account else None
        made = httpx.AsyncClient(
            transport=transport, base_url="http://city", auth=auth, headers=headers
        )
        self.clients.append(made)
        return made

    async def sweep(self) -> int:
        """Let the worker come by."""
        return await self.office.expire_due(self.clock())


async def _prepare(folder: Path, pack: Path, people: Mapping[str, dict[str, Any]]) -> None:
    url = f"sqlite:///{folder / 'cases.db'}"
    await migrate(url)
    database = Database(url)
    office = Office(database, Folder(folder / "files", reserve=0), cheap_passwords=True)
    await office.install(MORNING)
    await office.publish_pack(read_folder(pack), "admin", MORNING)
    for account, facts in people.items():
        await office.create_account(account, PASSWORD, **facts)
    await database.close()


def found(folder: Path, pack: Path, people: Mapping[str, dict[str, Any]]) -> Path:
    """Make a database with a pack and accounts, which every test gets a copy of."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _prepare(folder, pack, people)).result()
    return folder / "cases.db"


@asynccontextmanager
async def living(founded: Path, folder: Path, clock: MovableClock) -> AsyncIterator[City]:
    """Open the application in a city of its own."""
    shutil.copyfile(founded, folder / "cases.db")
    database = Database(f"sqlite:///{folder / 'cases.db'}")
    office = Office(
        database,
        Folder(folder / "files", reserve=0),
        secret=Settings().token_secret,
        second_factor="offered",
        cheap_passwords=True,
    )
    await office.install(MORNING, adopt=True)
    made = City(create_app(office, Settings(), clock), office, clock)
    try:
        yield made
    finally:
        for client in made.clients:
            await client.aclose()
        await database.close()
