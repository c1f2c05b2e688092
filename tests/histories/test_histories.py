"""Databases of every schema there has been: brought to the newest, cases that were there before are handled like new ones."""

import os
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

import service
from service.api.app import create_app
from service.commands import sample_cases
from service.office import Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.verify import verify
from service.workflows.authoring import standard_document
from tests.api.city import City, MovableClock, Settings
from tests.conftest import beside, sql
from tests.histories.keep import NOW
from tests.histories.life import Life
from tests.histories.stored import REVISIONS, STORED, copy, holding_nothing, unpack

WORKFLOWS = Path(service.__file__).parent / "workflows"
NOTICES = [
    yaml.safe_load(path.read_text()) for path in sorted((WORKFLOWS / "calendars").glob("*.yaml"))
]


# On PostgreSQL, and with every page on SQLite: the first, the newest, and those before a column changed its shape; all of
# them with YIJIANSHI_TEST_HISTORIES=all, which takes minutes.
ALL = os.environ.get("YIJIANSHI_TEST_HISTORIES") == "all"
WHOLLY = set(REVISIONS) if ALL else {REVISIONS[0], "0010", "0015", REVISIONS[-1]}


@pytest.fixture(params=["sqlite", "postgresql"])
async def city(
    request: pytest.FixtureRequest, revision: str, tmp_path: Path
) -> AsyncIterator[City]:
    """A stored database, migrated, with the service in front of it."""
    if request.param == "postgresql" and revision not in WHOLLY:
        pytest.skip("YIJIANSHI_TEST_HISTORIES=all lives through every schema on PostgreSQL too")
    path = tmp_path / "cases.db"
    unpack(revision, path)
    url, server, name = f"sqlite:///{path}", "", f"yijianshi_history_{secrets.token_hex(6)}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        await sql(server, f"CREATE DATABASE {name}")
        url = beside(server, name)
        await copy(revision, path, url)
    await migrate(url)
    database = Database(url)
    office = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
    await office.install(NOW, adopt=True)  # the bytes were not stored
    for who in (sample_cases.ZHANG, sample_cases.LI):
        await sample_cases.sample_files(office, who, NOW)
    clock = MovableClock(NOW)
    made = City(create_app(office, Settings(demo=False), clock), office, clock)
    yield made
    for client in made.clients:
        await client.aclose()
    await database.close()
    if server:
        await sql(server, f"DROP DATABASE {name} WITH (FORCE)")


async def assert_clean(city: City) -> None:
    """Every row follows from the record."""
    report = await verify(
        city.office.database, now=city.clock(), notices=NOTICES, standard=standard_document()
    )
    assert report.clean, list(report.lines())
    assert report.counts["cases"] > 10


def test_every_schema_is_stored() -> None:
    """Whoever adds a revision stores a database of it: `python tests/histories/keep.py`."""
    assert list(STORED) == REVISIONS


@pytest.mark.parametrize("revision", ["0010"])
async def test_certificates_from_before_their_clock_run_out_too(city: City) -> None:
    """Handed over when no clock waited for the last day: the sweep begins it, once, and it ends as any other (行政许可法 70)."""
    office, now = city.office, city.clock()
    assert await office.begin_validities(now)
    assert await office.begin_validities(now) == 0
    async with office.database.reading() as connection:
        rows = await connection.rows(
            text("SELECT case_id, item, ends_on FROM clocks WHERE clock = 'validity'")
        )
    assert rows
    last = max(date.fromisoformat(str(row["ends_on"])) for row in rows)
    later = datetime.combine(last, time(12), UTC) + timedelta(days=1)
    city.clock.at = later
    while await office.expire_due(later):
        pass
    async with office.database.reading() as connection:
        held = await connection.rows(
            text("SELECT state FROM certificates WHERE valid_until IS NOT NULL AND state <> 'made'")
        )
    assert {row["state"] for row in held} <= {"expired", "superseded", "revoked", "recalled"}
    assert "expired" in {row["state"] for row in held}
    await assert_clean(city)


@pytest.mark.parametrize("revision", REVISIONS)
class TestHistory:
    """One stored database."""

    async def test_columns_that_came_later_are_filled(self, revision: str, tmp_path: Path) -> None:
        """Whoever adds a column fills it, in the same migration or a later one."""
        path = tmp_path / "cases.db"
        unpack(revision, path)
        await migrate(f"sqlite:///{path}")
        assert holding_nothing(path) == []

    async def test_lived_through(self, city: City, revision: str) -> None:
        """Everybody opens every case, is told what each offer would do, goes on for weeks: all as the record has it."""
        await assert_clean(city)
        life = Life(city)
        await life.find()
        assert len(life.people) > 10
        await life.look()
        assert not life.foreseen.keys() - +life.foreseen  # nothing is offered that nobody can do
        # PostgreSQL reads and writes by other ways; pages and the law are the same
        if revision in WHOLLY and not city.office.database.postgres:
            await life.browse()
            await life.live(weeks=3)
            await life.look()
        else:
            await life.live(weeks=1)
        assert life.done.keys() >= {"accept", "supply", "propose", "grant", "issue", "find_false"}
        await assert_clean(city)

    async def test_every_release_is_open_to_applicants(self, city: City) -> None:
        """What was published then is shown, explained and applied for as it stands."""
        zhang = city.client("zhang")
        for bundle in (await zhang.get("/api/v1/bundles")).json()["items"]:
            code = bundle["bundle"]
            for path in (
                f"/things/{code}",
                f"/things/{code}/guide",
                f"/things/{code}/ask",
                f"/api/v1/bundles/{code}/chart.svg",
            ):
                assert (await zhang.get(path)).status_code in (200, 303), path
        release = await city.office.bundle(sample_cases.BUNDLE)
        tale = sample_cases.Tale(sample_cases.ZHANG, 0, sample_cases.WITH_SIGN)
        papers = await sample_cases.sample_files(city.office, tale.who, NOW)
        given = sample_cases.application(release, tale, NOW, papers)
        view = await city.office.open_case(Request(tale.who.actor(), NOW), given)
        assert view.case.state == "received"
        await assert_clean(city)
