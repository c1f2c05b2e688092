"""The place that gates work on: two departments, a licence and a promise, who works there, and fresh databases."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from service.office import ApplicationInput, Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.verify import verify
from service.workflows.calendar import built_in
from service.workflows.case import Actor
from tests.conftest import answers, beside, in_own_loop, sql
from tests.gates.gate import NotHere

SHANGHAI = ZoneInfo("Asia/Shanghai")
# a Monday; no real clock is even
MORNING = datetime(2026, 3, 2, 9, 0, 0, 417_389, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
SUBJECT, OTHER = "92999901MADEM0046F", "92999901MADEM0059K"

PACK: dict[str, bytes | str] = {
    "directory.yaml": """
kind: directory
region: {code: "999902", title: 云泽市测试区}
departments: {scjg: 市场监督管理局, cg: 城市管理局}
""",
    "vocabulary.yaml": """
kind: vocabulary
fields:
  address: {title: 经营场所地址, type: text, max: 200}
  sign_size: {title: 招牌尺寸, type: text}
materials:
  layout: {title: 经营布局图, formats: [pdf, png]}
  drawing: {title: 招牌效果图, formats: [png]}
certificates:
  food: {title: 食品经营许可证, number: "JY{region}{seq:05}", valid: 5y}
  sign: {title: 招牌许可证, number: "ZP{region}{seq:05}", valid: 2y}
reasons:
  layout-no-size: {title: 布局图缺少尺寸标注, material: layout}
  unfit: {title: 不符合规定的条件, for: [correction, refusal, commitment, follow_up], basis: 食品安全法 35}
""",
    "sign-v1.md": "# 招牌设置告知承诺书\n\n本人承诺招牌符合规定；如有不符，愿意承担责任。\n",
    "food.yaml": """
kind: item
code: food
title: 食品经营许可
department: scjg
category: licence
basis: [食品安全法 35]
conditions: [有与经营品种相适应的场所]
lifecycle: licence
limits: {statutory: 20wd, promised: 10wd, extension: 10wd}
fields: [address]
materials: [{use: layout, from: [share, upload]}]
result: {certificate: food}
""",
    "sign.yaml": """
kind: item
code: sign
title: 招牌设置许可
department: cg
category: licence
basis: [户外招牌管理办法 8]
conditions: [招牌牢固]
lifecycle: licence
limits: {statutory: 10wd, promised: 5wd}
fields: [address, sign_size]
materials: [{use: drawing, from: [share, upload]}]
commitment: {text: sign-v1, basis: 户外招牌管理办法 12, limit: 1wd, waives: [drawing], follow_up: {limit: 20wd}}
result: {certificate: sign}
""",
    "bundle.yaml": """
kind: bundle
code: open-stall
title: 开小吃店
lead: scjg
applicants: [sole-trader]
promised: 15wd
items: [{use: food}, {use: sign}]
""",
}


def _clerk(department: str, post: str, n: int = 1) -> Actor:
    return Actor(f"{department}.{post}{n}", "clerk", department, frozenset({post}))


CITIZEN = Actor("zhang", "applicant", subject=SUBJECT, name="张示例")
STRANGER = Actor("li", "applicant", subject=OTHER, name="李示例")
SUPERVISOR = Actor("watch", "supervisor")
STAFF = {
    account.account: account
    for department in ("scjg", "cg")
    for account in (
        *(_clerk(department, "window", n) for n in (1, 2)),
        *(_clerk(department, post) for post in ("reviewer", "approver", "inspector", "head")),
    )
}
FOREIGN = Actor("xf.window", "clerk", "xf", frozenset({"window", "approver", "reviewer"}))
BOTH = ({"material": "layout", "share": True}, {"material": "drawing", "share": True})
STALL = ApplicationInput(
    bundle="open-stall",
    applicant={"type": "sole-trader", "name": "占位小吃店", "id": SUBJECT},
    form={"address": "示例路1号", "sign_size": "3米"},
    materials=BOTH,
)
PROMISED = replace(
    STALL,
    handling={"sign": "commitment"},
    materials=BOTH[:1],
    signature={"method": "网上签署", "name": "张示例"},
)


def clerk(department: str, post: str) -> Actor:
    """Return who holds a post."""
    return STAFF[f"{department}.{post}1"]


def asks(actor: Actor, now: datetime, key: str = "", **more: Any) -> Request:
    """Return a request whose fingerprint is its key's unless it is given."""
    return Request(actor, now, key=key, fingerprint=more.pop("fingerprint", key), **more)


@asynccontextmanager
async def opened(url: str, files: Path, connections: int = 10) -> AsyncIterator[Office]:
    """Open an office on a database, and close all its connections afterwards."""
    database = Database(url, connections=connections)
    try:
        yield Office(database, Folder(files, reserve=0), cheap_passwords=True)
    finally:
        await database.close()


async def founded(url: str, files: Path) -> None:
    """Publish the pack in a database that is migrated, and let everybody have an account."""
    await migrate(url)
    async with opened(url, files) as office:
        await office.install(MORNING - DAY)
        await office.publish_pack(PACK, "admin", MORNING - DAY)
        for actor in STAFF.values():
            await office.create_account(
                actor.account,
                secrets.token_hex(8),
                name=actor.account,
                kind="clerk",
                department=actor.department,
                posts=sorted(actor.posts),
            )
        for actor in (CITIZEN, STRANGER):
            await office.create_account(
                actor.account,
                secrets.token_hex(8),
                name=actor.name,
                kind="applicant",
                subject=actor.subject,
            )


async def oracle(database: Database, now: datetime, files: Path | None = None) -> list[str]:
    """Return what the oracle finds wrong."""
    notices = [notice.model_dump(mode="json") for notice in built_in()]
    report = await verify(database, now=now, notices=notices, files=files)
    return [] if report.clean else report.lines()[:20]


class Place:
    """A folder and founded databases, each copied from one that was made once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template = folder / "template.db"
        self._postgres = ""
        self._made: list[tuple[str, str]] = []

    def files(self, url: str) -> Path:
        """Return where uploaded files of the databases of a server are: an installation knows its folder."""
        return self.folder / f"files-{urlsplit(url).port or 'sqlite'}"

    def sqlite(self) -> str:
        """Return the address of a fresh SQLite database."""
        if not self._template.exists():
            url = f"sqlite:///{self._template}"
            in_own_loop(founded(url, self.files(url)))
        path = self.folder / f"{secrets.token_hex(4)}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def postgres(self, server: str = POSTGRES) -> str:
        """Return the address of a fresh database on a PostgreSQL server."""
        if not answers(server):
            raise NotHere(f"NO POSTGRESQL at {server}")
        name = f"yijianshi_gate_{secrets.token_hex(6)}"
        if self._postgres and server == POSTGRES:
            in_own_loop(sql(server, f"CREATE DATABASE {name} TEMPLATE {self._postgres}"))
        else:
            in_own_loop(sql(server, f"CREATE DATABASE {name}"))
            in_own_loop(founded(beside(server, name), self.files(server)))
            if server == POSTGRES:
                self._postgres, self._made = name, [*self._made, (server, name)]
                return self.postgres()
        self._made.append((server, name))
        return beside(server, name)

    def drop(self) -> None:
        """Leave no database behind on the shared server."""
        for server, name in reversed(self._made):
            if server == POSTGRES:
                in_own_loop(sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def place() -> Iterator[Place]:
    """Make a place, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="yijianshi-gate-"))
    folder.chmod(0o755)  # a server's own user comes in too
    made = Place(folder)
    try:
        yield made
    finally:
        made.drop()
        shutil.rmtree(folder, ignore_errors=True)


def run(work: Any) -> Any:
    """Run a coroutine to its end, and everything it has left to run."""

    async def whole() -> Any:
        try:
            return await work
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*left, return_exceptions=True)

    return asyncio.run(whole())
