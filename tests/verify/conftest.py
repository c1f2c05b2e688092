"""A city that has lived for a fortnight, sealed and witnessed; each test gets a copy of its own."""

import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from service.commands import demo, sample_cases
from service.office import Office, Request
from service.office.outside_witness import Outside, WitnessFolder
from service.settings import UNSAFE_AUDIT_KEY
from service.store import calendars, credit_records
from service.store.database import Connection, Database
from service.store.files import Folder
from service.verify import Report, verify, witnessed
from service.workflows.authoring import standard_document
from service.workflows.calendar import built_in
from tests.conftest import beside, in_own_loop, sql

NOW = datetime(2026, 11, 5, 1, 2, 3, 417_389, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOTICES = [notice.model_dump(mode="json") for notice in built_in()]
NOTICE = {
    "kind": "calendar",
    "layer": "CN-999999",
    "year": 2030,
    "source": "示例通知",
    "holidays": [],
    "workdays": [],
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A database that was sealed, and the folder in which its seals were witnessed."""

    url: str
    witness: Path

    async def check(
        self, *, key: bool = True, witness: bool = True, now: datetime = NOW + 5 * MINUTE
    ) -> Report:
        """Verify it, with the audit key and the witness or without."""
        database = Database(self.url)
        try:
            return await verify(
                database,
                now=now,
                notices=NOTICES,
                standard=standard_document(),
                secrets=[UNSAFE_AUDIT_KEY] if key else (),
                witness=witnessed(self.witness) if witness else (),
            )
        finally:
            await database.close()


async def lived(url: str, folder: Path) -> None:
    """Let a city live, with everything in it that somebody may want to change."""
    database = Database(url)
    try:
        await _live(database, folder)
    finally:
        await database.close()


async def _live(database: Database, folder: Path) -> None:
    witness = folder / "witness"
    witness.mkdir()
    office = Office(
        database,
        Folder(folder / "files", reserve=0),
        cheap_passwords=True,
        outside=Outside((WitnessFolder(witness),)),
    )
    await office.install(NOW - 30 * DAY)
    await office.seal_records(NOW - 30 * DAY)
    await demo.furnish(office, NOW)
    async with database.transaction() as tx:
        await classified(tx)
        await calendars.publish(
            tx, region="999999", layer="CN-999999", year=2030, document=NOTICE, at=NOW - DAY
        )
    await office.seal_records(NOW - 2 * MINUTE)
    release = await office.bundle(sample_cases.BUNDLE)
    tale = sample_cases.Tale(sample_cases.ZHANG, 0, sample_cases.WITH_SIGN)
    papers = await sample_cases.sample_files(office, tale.who, NOW)
    given = sample_cases.application(release, tale, NOW, papers)
    for n in range(2):
        request = Request(tale.who.actor(), NOW - MINUTE, key=f"key-{n}", fingerprint="f")
        await office.open_case(request, given, answer=lambda view: {"number": view.case.number})
    await office.seal_records(NOW)


async def classified(tx: Connection) -> None:
    """Let two say of somebody that he is a bad risk."""
    said = {"subject": "91999901MADEM0054L", "since_on": date(2026, 10, 1), "grade": "D"}
    said |= {"serious": True, "source": "名单"}
    for n, (by, confirms) in enumerate((("admin", ""), ("supervisor", "entry-0"))):
        at = NOW - DAY + n * MINUTE
        entry = {"id": f"entry-{n}", "by": by, "at": at, "confirms": confirms}
        await credit_records.enter(tx, {**said, **entry})
    await credit_records.rate(tx, {**said, "set_by": "admin", "set_at": NOW - DAY})


@pytest.fixture(scope="session")
def sqlite_city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the city on SQLite."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copyfile(sqlite_template, folder / "cases.db")
    in_own_loop(lived(f"sqlite:///{folder / 'cases.db'}", folder))
    return folder


@pytest.fixture(scope="session")
def postgres_city(
    postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The name of the city's database on PostgreSQL, and its folder."""
    folder, name = tmp_path_factory.mktemp("lived"), f"yijianshi_lived_{secrets.token_hex(6)}"
    in_own_loop(sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    in_own_loop(lived(beside(postgres_server, name), folder))
    yield name, folder
    in_own_loop(sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def sealed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sealed]:
    """A copy of the city for this test alone."""
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("sqlite_city")
        shutil.copyfile(folder / "cases.db", tmp_path / "cases.db")
        shutil.copytree(folder / "witness", tmp_path / "witness")
        yield Sealed(f"sqlite:///{tmp_path / 'cases.db'}", tmp_path / "witness")
        return
    server: str = request.getfixturevalue("postgres_server")
    template, folder = request.getfixturevalue("postgres_city")
    name = f"{template}_{secrets.token_hex(4)}"
    shutil.copytree(folder / "witness", tmp_path / "witness")
    await sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield Sealed(beside(server, name), tmp_path / "witness")
    await sql(server, f"DROP DATABASE {name} WITH (FORCE)")
