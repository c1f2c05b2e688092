"""A browser, the sample city behind a real server, and the people who use it."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, StorageState, async_playwright, expect

from service.commands import sample_cases
from service.commands.demo import furnish
from service.office import Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.worker import wall_clock
from service.workflows.case.situation import Action
from tests.conftest import beside, in_own_loop, sql
from tests.launcher import ROOT, Launcher, answers, free_port

from .person import Person
from .places import numbers_in

NOW = datetime.fromisoformat("2026-11-20T10:00:00.417389+08:00")  # a Friday; no real clock is even
CHROMIUM = (
    os.environ.get("YIJIANSHI_TEST_CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--font-render-hinting=none",
]


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """A process to start servers from."""
    started = Launcher()
    yield started
    started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM:
        pytest.skip("NO CHROMIUM: no page was opened in a browser; set YIJIANSHI_TEST_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def _furnished(folder: Path) -> None:
    url = f"sqlite:///{folder / 'cases.db'}"
    await migrate(url)
    database = Database(url)
    office = Office(database, Folder(folder / "files", reserve=0), cheap_passwords=True)
    await office.install(NOW)
    await furnish(office, NOW)
    await database.close()
    with sqlite3.connect(folder / "cases.db") as file:  # one file that can be copied
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city on Friday 2026-11-20 at ten, as a folder that others are copied from."""
    folder = tmp_path_factory.mktemp("furnished")
    in_own_loop(_furnished(folder))
    return folder


@dataclass
class City:
    """The sample city behind a server of its own, which can be killed and started again on the same database."""

    launcher: Launcher
    folder: Path
    database_url: str
    port: int = field(default_factory=free_port)
    server: int = 0

    @property
    def address(self) -> str:
        """Return where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Return what the server said."""
        return self.folder / "server.log"

    async def start(self, *options: str) -> "City":
        """Serve, and wait until it is ready; the city is furnished when the database is empty."""
        values = {
            "DATABASE_URL": self.database_url,
            "FILES_DIR": str(self.folder / "files"),
            "PORT": str(self.port),
            "LOG_LEVEL": "error",
            "SECOND_FACTOR": "offered",
        }
        environment = {f"YIJIANSHI_{name}": value for name, value in values.items()}
        self.server = self.launcher.start(
            "demo", "--port", str(self.port), *options, environment=environment, log=self.log
        )
        await answers(self.port)
        return self

    @asynccontextmanager
    async def office(self) -> AsyncIterator[Office]:
        """Open the office behind the pages, to do what other people do meanwhile."""
        database = Database(self.database_url)
        yield Office(database, Folder(self.folder / "files", reserve=0), cheap_passwords=True)
        await database.close()

    async def applications(self, count: int, who: sample_cases.Person) -> list[str]:
        """Hand in some applications that are complete as they stand, and return their numbers."""
        async with self.office() as office:
            release, now = (
                await office.bundle(sample_cases.BUNDLE),
                await office.demo_clock(wall_clock()),
            )
            papers = await sample_cases.sample_files(office, who, now)
            made = sample_cases.application(
                release, sample_cases.Tale(who, 0, sample_cases.CAFE), now, papers
            )
            cases = [await office.open_case(Request(who.actor(), now), made) for _ in range(count)]
        return [view.case.number for view in cases]

    async def act(self, account: str, number: str, item: str, name: str, **data: Any) -> None:
        """Let somebody take an action elsewhere."""
        async with self.office() as office:
            actor = await office.actor(account)
            assert actor
            await office.act(
                Request(actor, await office.demo_clock(wall_clock())),
                number,
                Action(name, item, data),
            )

    def kill(self) -> None:
        """Take the power away."""
        self.launcher.kill(self.server)


def moved_in(launcher: Launcher, furnished: Path, folder: Path) -> City:
    """Copy the city into a folder of its own."""
    shutil.copytree(furnished, folder, dirs_exist_ok=True)
    return City(launcher, folder, f"sqlite:///{folder / 'cases.db'}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city(
    launcher: Launcher, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    """A city to look at: nobody changes anything there."""
    made = await moved_in(launcher, furnished, tmp_path_factory.mktemp("city")).start()
    yield made
    made.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def town(launcher: Launcher, furnished: Path, tmp_path: Path) -> AsyncIterator[City]:
    """A city of one's own, to change what one likes."""
    made = await moved_in(launcher, furnished, tmp_path).start()
    yield made
    made.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def town_on_postgres(
    launcher: Launcher, postgres_server: str, postgres_template: str, tmp_path: Path
) -> AsyncIterator[City]:
    """The same on PostgreSQL."""
    name = f"{postgres_template}_{secrets.token_hex(4)}"
    await sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    made = await City(launcher, tmp_path, beside(postgres_server, name)).start(
        "--now", NOW.isoformat()
    )
    yield made
    made.kill()
    await sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def bare_launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """A process that runs a copy of the code without anything from npm."""
    folder = tmp_path_factory.mktemp("bare")
    without = shutil.ignore_patterns("__pycache__", "node_modules", "vendor")
    shutil.copytree(ROOT / "service", folder / "service", ignore=without)
    shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=without)
    started = Launcher(folder)
    yield started
    started.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bare_city(
    bare_launcher: Launcher, furnished: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[City]:
    """The city to look at, served with an empty vendor folder."""
    made = await moved_in(bare_launcher, furnished, tmp_path_factory.mktemp("bare-city")).start()
    yield made
    made.kill()


@pytest.fixture(scope="session")
def numbers(furnished: Path) -> Mapping[str, str]:
    """The number of a case by its state, and its query code by the state and `_code`."""
    return numbers_in(furnished / "cases.db")


PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=PATIENCE)
Open = Callable[..., Awaitable[Person]]
PHONE, DESK, NARROW = ({"width": w, "height": h} for w, h in ((390, 844), (1280, 900), (320, 640)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cookies() -> dict[tuple[str, str], StorageState]:
    """What the browser holds after signing in, by address and account."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def somebody(
    chromium: Browser, cookies: dict[tuple[str, str], StorageState]
) -> AsyncIterator[Open]:
    """Seat people at browsers, each with cookies of their own."""
    opened: list[BrowserContext] = []

    async def sit(
        at: City, account: str = "", *, javascript: bool = True, elder: bool = False, **more: Any
    ) -> Person:
        settings = {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **more}
        held = cookies.get((at.address, account))
        context = await chromium.new_context(
            java_script_enabled=javascript, storage_state=held, **settings
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        if elder:
            await context.add_cookies([{"name": "elder", "value": "1", "url": at.address}])
        person = Person(await context.new_page(), at.address, javascript)
        if account and not held:
            await person.sign_in(account)
            cookies[at.address, account] = await context.storage_state()
        return person

    yield sit
    for context in opened:
        await context.close()
