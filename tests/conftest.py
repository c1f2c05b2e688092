"""Real databases for tests: every test that asks for `database` runs on SQLite and on PostgreSQL.

PostgreSQL is the server that YIJIANSHI_TEST_POSTGRES names, else one at 127.0.0.1:5432, else one started for this run.
Each test gets a database of its own, copied from one that was migrated once.
"""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import settings

from service.store.database import _PRAGMAS, _SERVER_SETTINGS, Database
from service.store.schema import migrate
from service.workflows.calendar import built_in
from tests.waiting import PATIENCE, wait_until

# the same examples each time: what chance finds, the gates look for, where it is told with its seed
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


def in_own_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end beside whatever loop the test runner has."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def sql(url: str, *statements: str) -> None:
    """Run statements on a server, one by one."""
    connection = await asyncpg.connect(url, timeout=PATIENCE)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def answers(url: str) -> bool:
    """Say whether a server is there and lets us create databases."""
    try:
        in_own_loop(sql(url, "SELECT 1"))
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    return True


class Server:
    """A PostgreSQL server started for tests, as an ordinary user because it refuses to run as root."""

    def __init__(self, *settings: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
            Path(p) for p in [shutil.which("initdb")] if p
        ]
        if not found:
            raise FileNotFoundError("initdb")
        bin_folder = found[-1].parent
        self._folder = Path(tempfile.mkdtemp(prefix="yijianshi-pg-"))
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(self._folder, user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = self._folder / "data"
        options = [
            f"-cport={port}",
            "-clisten_addresses=127.0.0.1",
            f"-cunix_socket_directories={self._folder}",
        ]
        options += [f"-c{setting}" for setting in settings]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder)}
        subprocess.run(
            [
                bin_folder / "initdb",
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                data,
            ],
            check=True,
            capture_output=True,
            user=user,
            env=environment,
            cwd=self._folder,
        )
        self._process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            env=environment,
            cwd=self._folder,
        )
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        try:
            wait_until(lambda: answers(self.url), "the start of PostgreSQL")
        except TimeoutError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop at once and leave nothing behind."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server on which tests may create databases."""
    given = os.environ.get("YIJIANSHI_TEST_POSTGRES")
    usual = "postgresql://postgres@127.0.0.1:5432/postgres"
    if given or answers(usual):
        yield given or usual
        return
    try:
        server = Server()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(
            f"NO POSTGRESQL: half of the database tests did not run ({error!r}); set YIJIANSHI_TEST_POSTGRES"
        )
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Callable[..., Server]]:
    """Start PostgreSQL servers with settings of their own."""
    started: list[Server] = []

    def start(*settings: str) -> Server:
        try:
            started.append(Server(*settings))
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            pytest.skip(f"NO POSTGRESQL BINARIES: this test did not run ({error!r})")
        return started[-1]

    yield start
    for server in started:
        server.stop()


def beside(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return f"{url.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """A migrated database that others are copied from."""
    name = f"yijianshi_test_{secrets.token_hex(6)}"
    in_own_loop(sql(postgres_server, f"CREATE DATABASE {name}"))
    in_own_loop(migrate(beside(postgres_server, name)))
    yield name
    in_own_loop(sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that others are copied from."""
    path = tmp_path_factory.mktemp("template") / "cases.db"
    in_own_loop(migrate(f"sqlite:///{path}"))
    return path


# the national notices as the oracle wants them
NATIONAL = [notice.model_dump(mode="json") for notice in built_in()]


# how long the service waits for what it needs, and how long it goes by what it has read: a busy machine decides neither
PATIENT = {
    "service.api.metrics.FRESH_SECONDS": 300.0,
    "service.api.metrics.MOST_SECONDS": 300.0,
    "service.office.catalogue.FRESH_SECONDS": 300.0,
    "service.office.demo_clock.FRESH_SECONDS": 300.0,
    "service.office.readiness.CALENDAR_PATIENCE": 300.0,
    "service.office.readiness.FRESH_SECONDS": 300.0,
    "service.office.readiness.PATIENCE_SECONDS": 300.0,
    "service.office.staff.FRESH_SECONDS": 300.0,
    "service.office.witnessing.FRESH_SECONDS": 300.0,
    "service.store.address.CONNECT_SECONDS": 60.0,
    "service.store.database.VERB_SECONDS": 300.0,
    "service.store.database._WAIT_SECONDS": 300.0,
}


@pytest.fixture(autouse=True, scope="session")
def patient() -> Iterator[None]:
    """A busy machine makes tests slow, never wrong: who wants something to end in time is `impatient`, or says how long."""
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in PATIENT.items():
            patch.setattr(name, seconds)
        patch.setitem(_PRAGMAS, "busy_timeout", 60_000)
        patch.setitem(_SERVER_SETTINGS, "statement_timeout", "120s")
        patch.setitem(_SERVER_SETTINGS, "lock_timeout", "60s")
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks as briefly as a test can bear that means to see the end of it."""
    monkeypatch.setitem(_PRAGMAS, "busy_timeout", 200)
    monkeypatch.setitem(_SERVER_SETTINGS, "lock_timeout", "200ms")


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty migrated database for this test alone."""
    if request.param == "sqlite":
        path = tmp_path / "cases.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = (
        request.getfixturevalue("postgres_server"),
        request.getfixturevalue("postgres_template"),
    )
    name = f"{template}_{secrets.token_hex(4)}"
    await sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield beside(server, name)
    await sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty migrated database, on SQLite and on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    await opened.close()
