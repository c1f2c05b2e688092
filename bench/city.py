"""Databases to measure on: the sample city, its people, one application of five items, and as many copies as needed."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text

import service
from bench.server import AUDIT_KEY, SECRET
from service.office import ApplicationInput, Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from service.store.schema import migrate
from service.store.statements import ADDED_ONLY, PARTS, table
from service.worker import wall_clock
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.case.situation import Actor
from service.workflows.definition.release import Release
from service.workflows.trials.scenario import Stage, pack_calendar

SAMPLE = Path(service.__file__).parent / "workflows" / "packs" / "linhu"
BUNDLE = "open-restaurant"
ITEMS = 5
LONG = 3600.0  # seconds: filling a province is one statement a table
PASSWORD = "bench-password"  # of accounts that live for a minute
COUNTING = (
    "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :many) "
    "SELECT n FROM c) AS g"
)
WHOLE = ("cases", *PARTS, *ADDED_ONLY)


@cache
def application() -> ApplicationInput:
    """The application of the first story with five items, with everything that is asked for."""
    pack = load_pack(read_folder(SAMPLE)).pack
    assert pack is not None
    release = compile_release(pack, BUNDLE)
    for story in (each for each in pack.scenarios if each.scenario.bundle == BUNDLE):
        beginning = story.scenario.model_copy(update={"steps": [], "expect": None})
        bare = replace(story, scenario=beginning)
        stage = Stage(release, pack_calendar(pack, release), bare)
        stage.run()
        case, who = stage.case, story.scenario.applicant
        if case and len(case.items) == ITEMS:
            return ApplicationInput(
                bundle=BUNDLE,
                applicant={"type": who.type, "name": who.name, "id": who.id},
                answers=case.answers,
                handling=case.handling,
                form=_from_today(release, case.form),
                materials=[
                    {"material": m.material, "source": m.source} for m in case.materials.values()
                ],
            )
    raise LookupError(f"no story with {ITEMS} items")


def _from_today(release: Release, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form with days that still come: a story has days of its own, a bench is now."""
    fields, soon = release.vocabulary.fields, (wall_clock() + timedelta(days=90)).date().isoformat()
    return {name: soon if fields[name].type == "date" else form[name] for name in form}


def over_http() -> dict[str, Any]:
    """The same application as the wire carries it; papers that would be uploaded first are left out."""
    given = application()
    materials = [
        {"material": m["material"], m["source"]: True}
        for m in given.materials
        if m["source"] not in ("upload", "defer")
    ]
    return {
        "bundle": given.bundle,
        "applicant": given.applicant,
        "answers": given.answers,
        "handling": given.handling,
        "form": given.form,
        "materials": materials,
    }


@dataclass
class City:
    """One database in use."""

    name: str
    url: str
    folder: Path
    database: Database
    office: Office
    case_id: str = ""
    item: str = ""  # one that the lead's window may accept

    async def settle(self) -> None:
        """Publish the sample pack, let people in, file the application that is copied."""
        now = wall_clock()
        await self.office.publish_pack(read_folder(SAMPLE), "bench", now)
        posts = ["window", "reviewer", "inspector", "approver", "head"]
        lead = (await self.office.bundle(BUNDLE)).bundle.lead
        await self.office.create_account(
            "clerk", PASSWORD, name="甲", kind="clerk", department=lead, posts=posts
        )
        subject = str(application().applicant["id"])
        await self.office.create_account(
            "citizen", PASSWORD, name="乙", kind="applicant", subject=subject
        )
        await self.office.create_account("watch", PASSWORD, name="丙", kind="supervisor")
        citizen = Actor("citizen", "applicant", subject=subject)
        view = await self.office.open_case(Request(citizen, now), application())
        self.case_id = view.case.id
        received = [item for item in view.case.items.values() if item.state == "received"]
        self.item = next(i.item for i in received if i.lifecycle == "licence" and i.complete_at)

    async def tidy(self, statement: str) -> None:
        """Run PostgreSQL's upkeep, which takes as long as it takes."""
        async with self.database.reading(bounded=False) as connection:
            await connection.sql.execute(text("SET statement_timeout = 0"))
            await connection.sql.execute(text(statement))
            await connection.sql.execute(text("RESET statement_timeout"))

    async def clerk(self) -> Actor:
        """Who accepts."""
        found = await self.office.actor("clerk")
        assert found is not None
        return found

    async def copy(
        self, prefix: str, many: int, tables: tuple[str, ...] = WHOLE, wake_at: str = ""
    ) -> list[str]:
        """Copy the application `many` times inside the database and return the numbers of the copies."""
        if not many:
            return []
        async with self.database.transaction() as tx:
            if tx.postgres:
                await tx.sql.execute(text("SET LOCAL statement_timeout = 0"))
            for name in tables:
                await tx.sql.execute(
                    text(_copying(name, prefix, wake_at, postgres=tx.postgres)),
                    {"id": self.case_id, "many": many},
                )
        if self.database.postgres:
            await self.tidy("ANALYZE")
        return [f"{prefix}{n}" for n in range(1, many + 1)]


def _copying(name: str, prefix: str, wake_at: str, *, postgres: bool) -> str:
    """Write the statement that copies the rows of one table, under new keys."""
    suffix = "CAST(g.n AS TEXT)"
    new_id, number = f"'{prefix}-id-' || {suffix}", f"'{prefix}' || {suffix}"
    changed = {"case_id": new_id, "id": new_id, "query_code": number, "salt": number}
    changed["number"] = number
    if name in ("notices", "certificates"):
        changed["number"] = f"s.number || '-{prefix}' || {suffix}"
    if name == "events":
        last = "(SELECT max(number) FROM events)"  # SQLite has no sequences
        changed["number"] = (
            "nextval('events_number_seq')" if postgres else f"{last} + row_number() OVER ()"
        )
    changed["code"] = f"s.code || '{prefix}' || {suffix}"
    if wake_at:
        waking = f"{wake_at}::timestamptz" if postgres else wake_at
        changed["wake_at"] = f"CASE WHEN s.wake_at IS NULL THEN NULL ELSE {waking} END"
    columns = [c.name for c in table(name).columns]
    values = [changed.get(column, f's."{column}"') for column in columns]
    series = "generate_series(1, CAST(:many AS integer)) AS g(n)" if postgres else COUNTING
    listed = ", ".join(f'"{column}"' for column in columns)
    key = "id" if name == "cases" else "case_id"
    return f"INSERT INTO {name} ({listed}) SELECT {', '.join(values)} FROM {name} s CROSS JOIN {series} WHERE s.{key} = :id"


@contextmanager
def places(postgres: str, kinds: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Give the addresses of empty databases, by kind, and remove them in the end."""
    folder = Path(tempfile.mkdtemp(prefix="yijianshi-bench-"))
    name = f"yijianshi_bench_{secrets.token_hex(4)}"
    found = {
        "SQLite": f"sqlite:///{folder}/bench.db",
        "PostgreSQL": f"{postgres.rsplit('/', 1)[0]}/{name}",
    }
    try:
        yield {kind: found[kind] for kind in kinds}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def administer(postgres: str, statement: str) -> None:
    """Run a statement on the server, such as creating a database."""
    connection = await asyncpg.connect(postgres, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def found(kind: str, url: str, postgres: str) -> City:
    """Create a database and settle a city in it."""
    if kind == "PostgreSQL":
        await administer(postgres, f"CREATE DATABASE {url.rsplit('/', 1)[1]}")
    folder = Path(tempfile.mkdtemp(prefix="yijianshi-bench-"))
    await migrate(url)
    keys = Keys(SECRET, (AUDIT_KEY,))  # the server's: what both write is one record
    database = Database(url, seconds=LONG, keys=keys)
    city = City(kind, url, folder, database, Office(database, Folder(folder), cheap_passwords=True))
    await city.office.install(wall_clock())
    await city.settle()
    return city


async def left(city: City, postgres: str) -> None:
    """Remove a city and its database."""
    await city.database.close()
    shutil.rmtree(city.folder, ignore_errors=True)
    if city.name == "PostgreSQL":
        name = city.url.rsplit("/", 1)[1]
        await administer(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
