"""G10 — the day on which a disk is full: refused as such, nothing confirmed is lost, and it goes on without a restart (F-09).

Real processes on a small disk that holds the database and the files: `serve`, `work`, clients who apply and accept all
the time. Something else takes the room away, and gives it back. An operator does nothing; where PostgreSQL itself has
stopped, as it does when its log cannot grow, that alone is started again.
"""

import asyncio
import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from service.store.schema import migrate
from service.verify import verify
from service.worker import wall_clock
from service.workflows.calendar import built_in
from tests import test_crash
from tests.conftest import sql
from tests.gates.clients import PDF, counted
from tests.gates.cluster import Cluster, cluster
from tests.gates.gate import Gate, NotHere, Tally
from tests.gates.mutants import Mutant, folder, planted_into
from tests.launcher import ROOT, Launcher, answers, free_port
from tests.test_crash import APPLICANT, AUDIT_KEY, PACK, PASSWORD, SECRET, Portal
from tests.waiting import PATIENCE, until

MEGABYTE = 1 << 20
CLIENTS = 2
STEADY = 6  # so many acknowledgements, and work goes on as before
MOST = 500  # applications that do not fill the disk: it was none
FULL = "存储空间不足"
TIMES = 3  # so often refused, and the disk is full
SMALL_CLUSTER = ("max_wal_size=64MB", "min_wal_size=32MB", "wal_recycle=off")
BELIEVING = Mutant(
    "a commit that failed is taken for done",
    "service/store/connection.py",
    "            await self._driver.commit()\n            return\n",
    "            try:\n"
    "                await self._driver.commit()\n"
    "            except Exception:\n"
    "                await self._driver.rollback()\n"
    "            return\n",
    "G10:1",
)


@contextmanager
def volume(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small disk, in memory."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        raise NotHere("NO SMALL DISK: a volume cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


class Ballast:
    """A file that takes almost all the room there is."""

    def __init__(self, disk: Path) -> None:
        self._disk, self._file = disk, disk / "ballast"

    def fill(self, free: int) -> None:
        """Leave so many bytes; what others write meanwhile is theirs."""
        while True:
            there = os.statvfs(self._disk)
            size = there.f_bavail * there.f_frsize - free
            with self._file.open("wb") as file:
                try:
                    os.posix_fallocate(file.fileno(), 0, max(size, 1))
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
                else:
                    return

    def drop(self) -> None:
        """Give the room back."""
        self._file.unlink()


@dataclass
class Day:
    """One installation on one small disk, and what was found wrong with it."""

    disk: Path
    url: str
    launcher: Launcher
    tally: Tally
    server: Cluster | None = None
    log_too: bool = False  # PostgreSQL's log cannot grow either: it stops
    ledger: test_crash.Ledger = field(default_factory=test_crash.Ledger)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.files = self.disk / "files"
        self.log = self.disk.parent / "worker.log"  # on another disk
        self.database = Database(self.url, keys=Keys(SECRET, [AUDIT_KEY]))
        self.office = Office(self.database, Folder(self.files), cheap_passwords=True)
        values = {
            "DATABASE_URL": self.url,
            "FILES_DIR": str(self.files),
            "PORT": str(self.port),
            "SECRET": SECRET,
            "AUDIT_KEY": AUDIT_KEY,
            "WORKER_POLL_SECONDS": "0.5",
            "WRITES_PER_MINUTE": "0",  # one citizen stands for many
            "HOST": "127.0.0.1",
        }
        self.environment = {f"YIJIANSHI_{name}": value for name, value in values.items()}

    async def founded(self) -> None:
        """Publish a bundle and let two people in."""
        await migrate(self.url)
        await self.office.install(wall_clock())
        await self.office.publish_pack(PACK, "test", wall_clock())
        who = {"name": "甲", "kind": "applicant", "subject": APPLICANT["id"]}
        await self.office.create_account("citizen", PASSWORD, **who)
        post: dict[str, Any] = {"department": "scjg", "posts": ["window"]}
        await self.office.create_account("clerk", PASSWORD, name="乙", kind="clerk", **post)

    async def lived(self) -> None:
        """Let the disk fill up under load, look at what people and machines are told, and give the room back."""
        served = self.disk.parent / "serve.log"
        self.launcher.start("serve", environment=self.environment, log=served)
        await answers(self.port)
        self.launcher.start("work", environment=self.environment, log=self.log)
        portals = [await Portal(self.port, self.ledger).signed_in() for _ in range(CLIENTS)]
        working = [asyncio.create_task(portal.work()) for portal in portals]
        await self.more(STEADY)
        await until(self.reported, "the worker")
        if self.server:  # what it would throw away itself is no room to come
            await sql(self.url, "CHECKPOINT")
        ballast = Ballast(self.disk)
        ballast.fill(self.tally.chance.randrange(128, 512) << 10)
        if self.server and self.log_too:
            await until(self.stopped, "the end of PostgreSQL")
        here = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=here, timeout=PATIENCE) as asking:
            await self.full(asking, portals[0])
            ballast.drop()
            if self.server and not self.server.runs():
                self.tally.seen["PostgreSQL had stopped"] += 1
                await asyncio.to_thread(self.server.start)
            await self.goes_on(asking, portals[0])
        await self.more(STEADY)
        for portal in portals:
            portal.stopping = True
        await asyncio.gather(*working)
        for portal in portals:
            await portal.close()

    async def more(self, count: int) -> None:
        """Wait for so many acceptances from now on."""
        wanted = len(self.ledger.accepted) + count
        await until(lambda: len(self.ledger.accepted) >= wanted, "more work")

    async def reported(self, than: str = "") -> str:
        """Return when the worker last said that it has been round, if that is later."""
        (at,) = await counted(self.office, "SELECT CAST(max(seen_at) AS text) FROM workers")
        return str(at) if at and str(at) > than else ""

    async def full(self, asking: httpx.AsyncClient, portal: Portal) -> None:
        """See that everybody is told why, that reading works, and that nobody sends anybody here."""
        said = await self.refusals(asking, portal)
        self.tally.check(len(said) == TIMES, "the disk was never full")
        if len(said) < TIMES:
            return
        self.tally.refused += len(said)
        self.tally.seen["told that it is full"] += sum(FULL in each for each in said)
        if self.server is None or self.server.runs():
            wrong = [each for each in said if FULL not in each]
            self.tally.check(not wrong, f"not told why: {wrong}")
            await self.read(asking, portal)
        await until(lambda: self.status(asking, "/readyz", 503), "not ready")
        self.tally.check(await self.status(asking, "/livez", 200), "not alive")
        answer = await self.hands_in(asking, portal)
        self.tally.check(
            answer.status_code == 503 and "detail" in answer.json(),
            f"a file on a full disk: {answer.status_code} {answer.text[:200]}",
        )
        if not self.server:  # there the worker's rounds may find room in what it has
            try:
                await until(lambda: "worker_waits" in self.log.read_text(), "a worker that waits")
            except TimeoutError as late:
                self.tally.fails(str(late))  # and what has been lost is counted all the same

    async def stopped(self) -> bool:
        """Ask for another file of the log, for which there is no room, and say whether the server has ended."""
        assert self.server
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InternalClientError):
            await sql(self.url, "SELECT pg_switch_wal()")
        return not self.server.runs()

    async def refusals(self, asking: httpx.AsyncClient, portal: Portal) -> list[str]:
        """Apply until it was refused so often; return what was said."""
        said: list[str] = []
        for n in range(MOST):
            answer = await self.applies(asking, portal, f"probe-{n}")
            if answer.status_code == 503:
                said.append(answer.json()["detail"])
            if len(said) == TIMES:
                break
        return said

    async def read(self, asking: httpx.AsyncClient, portal: Portal) -> None:
        """Read a case that is there."""
        number = httpx.Response(201, content=next(iter(self.ledger.opened.values()))[1]).json()
        answer = await asking.get(
            f"/api/v1/cases/{number['number']}", headers=self.headers(portal, "citizen")
        )
        self.tally.check(answer.status_code == 200, f"cannot be read: {answer.status_code}")

    async def goes_on(self, asking: httpx.AsyncClient, portal: Portal) -> None:
        """See that all of it works again, by itself."""
        await until(lambda: self.status(asking, "/readyz", 200), "ready again")
        answer = await self.hands_in(asking, portal)
        self.tally.check(answer.status_code == 201, f"a file: {answer.status_code} {answer.text}")
        since = await self.reported()
        await until(lambda: self.reported(than=since), "a worker that works again")
        self.tally.check(
            not list((self.files / "incoming").iterdir()), "half a file was left on the disk"
        )

    async def status(self, asking: httpx.AsyncClient, path: str, wanted: int) -> bool:
        """Say whether an address answers so."""
        return (await asking.get(path)).status_code == wanted

    def headers(self, portal: Portal, account: str) -> dict[str, str]:
        """Return what a request carries."""
        return {"Authorization": f"Bearer {portal.tokens[account]}"}

    async def applies(self, asking: httpx.AsyncClient, portal: Portal, key: str) -> httpx.Response:
        """Apply once; what was not refused is told like that of the others."""
        body = {"bundle": "open-stall", "applicant": APPLICANT, "form": {"address": key}}
        headers = self.headers(portal, "citizen") | {"Idempotency-Key": key}
        answer = await asking.post("/api/v1/cases", json=body, headers=headers)
        if answer.status_code == 201:
            self.ledger.opened[key] = 201, answer.content
        return answer

    async def hands_in(self, asking: httpx.AsyncClient, portal: Portal) -> httpx.Response:
        """Upload a file."""
        return await asking.post(
            "/api/v1/files",
            files={"file": ("plan.pdf", PDF + b"x" * MEGABYTE, "application/pdf")},
            headers=self.headers(portal, "citizen"),
        )

    async def reconciled(self) -> None:
        """Compare what was told with what is there."""
        answered = [*self.ledger.opened.values(), *self.ledger.accepted.values()]
        self.tally.accepted += len(answered)
        self.tally.check({s for s, _ in answered} == {200, 201}, "answers other than done")
        told = {
            httpx.Response(s, content=b).json()["number"] for s, b in self.ledger.opened.values()
        }
        stored = await counted(self.office, "SELECT number FROM cases")
        self.tally.check(told <= set(stored), f"LOST: {sorted(told - set(stored))[:3]}")
        # a probe that was refused may be there, if its commit was not confirmed
        most = len(told) + TIMES
        self.tally.check(len(stored) <= most, f"DOUBLED: {len(stored)} cases, told {len(told)}")
        query = "SELECT case_id FROM events WHERE action = 'accept'"
        accepted = await counted(self.office, query)
        self.tally.check(
            len(accepted) == len(set(accepted)) == len(self.ledger.accepted),
            f"accepted {len(accepted)} times, told {len(self.ledger.accepted)}",
        )
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        now, files = wall_clock() + timedelta(days=1), self.files
        report = await verify(
            self.database, now=now, notices=notices, secrets=[AUDIT_KEY], files=files
        )
        self.tally.failures += [] if report.clean else report.lines()[:20]


async def _day(day: Day) -> None:
    try:
        await day.founded()
        await day.lived()
        day.launcher.stop()
        await day.reconciled()
        day.tally.trials += 1
    finally:
        await day.database.close()


def one(tally: Tally, *, postgres: bool, log_too: bool = False) -> None:
    """Live one such day."""
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        place.chmod(0o755)  # PostgreSQL runs as a user of its own
        program = planted_into(BELIEVING, place / "program") if tally.planted else ROOT
        launcher = Launcher(program)
        disk = stack.enter_context(volume(place / "disk", 220 if postgres else 24))
        server, url = None, f"sqlite:///{disk / 'cases.db'}"
        if postgres:
            server = stack.enter_context(cluster(disk / "cluster", *SMALL_CLUSTER))
            url = server.url
        stack.callback(launcher.stop)
        asyncio.run(_day(Day(disk, url, launcher, tally, server, log_too)))


def run(tally: Tally) -> None:
    """Live such a day with SQLite, then one with PostgreSQL, then one on which its log has no room either, in turn."""
    for n in range(tally.size):
        one(tally, postgres=n % 3 > 0, log_too=n % 3 == 2)


GATE = Gate(
    "G10",
    "full disks under SQLite and PostgreSQL",
    "disks",
    size=3,
    night_size=51,
    run=run,
    planted=nullcontext,  # in the program that is started
    planted_size=1,
)
