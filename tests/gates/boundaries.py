"""G4 — `kill -9` before and after every statement and commit of every kind of request (F-01).

The points are enumerated by running each request once, not named by hand. A request is done in a child forked from
this process, which has everything imported; what the caller was told comes through a pipe. Afterwards: what was
ACKED is there, what was UNKNOWN is there wholly or not at all, and the same key gives the first answer.
"""

import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.office import BulkEntry, BulkOrder, Office
from service.store.database import Connection, Database
from service.workflows.case import Action
from tests.gates import stall
from tests.gates.clients import PDF, WRITTEN, planted_in
from tests.gates.gate import Gate, Tally
from tests.gates.points import NEVER, Points, watched
from tests.gates.stall import CITIZEN, DAY, HOUR, MORNING, STALL, asks, clerk, oracle

DURABLE = re.compile("commit|settle", re.IGNORECASE)
LONG_AGO = MORNING - 40 * DAY
OF_CASE = (
    "SELECT count(*) FROM events e JOIN cases c ON c.id = e.case_id "
    "WHERE c.number = '{number}' AND e.action = '{action}' AND e.item = '{item}'"
)


@dataclass(frozen=True)
class Job:
    """One request that will be killed: its key, and the cases that were made ready for it."""

    key: str
    numbers: tuple[str, ...] = ()


Arrange = Callable[[Office], Awaitable[tuple[str, ...]]]
Do = Callable[[Office, Job], Awaitable[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of request: what is made ready, how it is made, and by which queries one sees how often it was done."""

    name: str
    arrange: Arrange
    do: Do
    effects: Callable[[Job], list[str]]
    keyed: bool = True  # the same key gives the first answer


def _done(action: str, item: str = "food") -> Callable[[Job], list[str]]:
    return lambda job: [
        OF_CASE.format(number=number, action=action, item=item) for number in job.numbers
    ]


async def _nothing(_: Office) -> tuple[str, ...]:
    return ()


def _opened(*actions: tuple[str, str, str], times: int = 1, when: Any = MORNING) -> Arrange:
    """Make cases ready by (department, post, action)."""

    async def arrange(office: Office) -> tuple[str, ...]:
        numbers = []
        for _ in range(times):
            number = (await office.open_case(asks(CITIZEN, when), STALL)).case.number
            for department, post, action in actions:
                data = {"opinion": "符合"} if action in ("propose", "grant") else {}
                who = clerk(department, post)
                await office.act(asks(who, when + HOUR), number, Action(action, "food", data))
            numbers.append(number)
        return tuple(numbers)

    return arrange


async def _drafted(office: Office) -> tuple[str, ...]:
    view = await office.open_case(asks(CITIZEN, MORNING), replace(STALL, draft=True))
    return (view.case.number,)


def _opens(*, draft: bool) -> Do:
    async def do(office: Office, job: Job) -> str:
        given = replace(STALL, draft=draft, form={**STALL.form, "address": job.key})
        # each another: one may have so many drafts and no more
        who = replace(CITIZEN, account=f"{CITIZEN.account}.{job.key}")
        request = asks(who, MORNING, job.key)
        view = await office.open_case(request, given, answer=lambda v: v.case.number)
        return str(view.answer)

    return do


def _found(job: Job) -> list[str]:
    return [f"SELECT count(*) FROM cases WHERE CAST(form AS text) LIKE '%\"{job.key}\"%'"]


def _acts(department: str, post: str, action: str, item: str = "food") -> Do:
    async def do(office: Office, job: Job) -> str:
        who = clerk(department, post) if department else CITIZEN
        data = {"opinion": "符合"} if action in ("propose", "grant") else {}
        request = asks(who, MORNING + 2 * HOUR, job.key)
        view = await office.act(
            request, job.numbers[0], Action(action, item, data), answer=_version_and_papers
        )
        return str(view.answer)

    return do


def _version_and_papers(view: Any) -> str:
    cards = [card.number for card in view.case.certificates.values()]
    return f"{view.case.number} {view.case.version} {cards}"


async def _submits(office: Office, job: Job) -> str:
    view = await office.submit_draft(
        asks(CITIZEN, MORNING, job.key), job.numbers[0], answer=_version_and_papers
    )
    return str(view.answer)


async def _claims(office: Office, job: Job) -> str:
    request = asks(clerk("scjg", "window"), MORNING + HOUR, job.key)
    view = await office.case(CITIZEN, job.numbers[0], MORNING)
    task = next(n for n, task in view.case.tasks.items() if task.item == "food")
    row = await office.claim(request, job.numbers[0], task, answer=lambda r: r.task.n)
    return str(getattr(row, "n", ""))


async def _in_bulk(office: Office, job: Job) -> str:
    order = BulkOrder("accept", [BulkEntry(number, "food", 1) for number in job.numbers])
    view = await office.act_in_bulk(asks(clerk("scjg", "window"), MORNING + HOUR, job.key), order)
    return str([(result.number, result.done, result.version) for result in view.results])


async def _sweeps(office: Office, _: Job) -> str:
    await office.expire_due(MORNING, limit=2)
    return ""


async def _uploads(office: Office, job: Job) -> str:
    async def content() -> AsyncIterator[bytes]:
        yield PDF + job.key.encode()

    return (await office.keep_file(CITIZEN, content(), name=f"{job.key}.pdf", now=MORNING)).id


def _uploaded(job: Job) -> list[str]:
    return [f"SELECT count(*) FROM file_owners WHERE name = '{job.key}.pdf'"]


WINDOW = ("scjg", "window")
TO_REVIEW = ((*WINDOW, "accept"),)
TO_DECIDE = (*TO_REVIEW, ("scjg", "reviewer", "propose"))
TO_ISSUE = (*TO_DECIDE, ("scjg", "approver", "grant"))
KINDS = [
    Kind("open", _nothing, _opens(draft=False), _found),
    Kind("draft", _nothing, _opens(draft=True), _found),
    Kind("submit", _drafted, _submits, _done("submit", "")),
    Kind("accept", _opened(), _acts(*WINDOW, "accept"), _done("accept")),
    Kind("grant", _opened(*TO_DECIDE), _acts("scjg", "approver", "grant"), _done("grant")),
    Kind("issue", _opened(*TO_ISSUE), _acts(*WINDOW, "issue"), _done("issue")),
    Kind("withdraw", _opened(), _acts("", "", "withdraw", ""), _done("withdraw", "")),
    Kind("bulk", _opened(times=3), _in_bulk, _done("accept")),
    Kind("sweep", _opened(when=LONG_AGO), _sweeps, _done("deem_accepted"), keyed=False),
    Kind("upload", _nothing, _uploads, _uploaded),
]


@dataclass
class Killed:
    """What became of one kill."""

    kind: Kind
    job: Job
    at: int
    acked: str | None


class Grounds:
    """One database on which requests are killed."""

    def __init__(self, url: str, files: Path, tally: Tally) -> None:
        self.url, self.files, self.tally = url, files, tally
        self.made = 0

    def arranged(self, kind: Kind, times: int) -> list[Job]:
        """Make so many requests of a kind ready."""

        async def work() -> list[Job]:
            async with stall.opened(self.url, self.files) as office:
                return [
                    Job(f"k{self.tally.seed}x{self.made + n}", await kind.arrange(office))
                    for n in range(times)
                ]

        jobs: list[Job] = stall.run(work())
        self.made += times
        return jobs

    def forked(self, kind: Kind, job: Job, kill_at: int) -> tuple[list[str], str | None, bool]:
        """Do a request in a child; return the points it passed, what it was told, and whether it was killed."""
        inlet, outlet = os.pipe()
        child = os.fork()
        if not child:
            os.close(inlet)
            _in_child(self, kind, job, kill_at, outlet)
        os.close(outlet)
        with os.fdopen(inlet, "rb") as pipe:
            told = pipe.read().decode().split("\n")
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and status:
            self.tally.fails(f"{kind.name}: {told[-1][:300]}")
        acked = next((line[4:] for line in told if line.startswith("ACK ")), None)
        points = next((line[7:].split("|") for line in told if line.startswith("PASSED ")), [])
        return points, acked, killed

    def killing(self, kind: Kind, times: int) -> list[Killed]:
        """Kill requests of a kind at one point after the other."""
        (first,) = self.arranged(kind, 1)
        points, _, _ = self.forked(kind, first, NEVER)
        self.tally.seen["points"] += len(points)
        jobs = self.arranged(kind, times)
        found = []
        for job, at in zip(jobs, self.order(points), strict=False):
            _, acked, killed = self.forked(kind, job, at)
            self.tally.trials += killed
            self.tally.accepted += acked is not None
            self.tally.unknown += acked is None
            found.append(Killed(kind, job, at, acked))
        return found

    def order(self, points: list[str]) -> Iterator[int]:
        """Yield where to kill: behind the answer and around each commit first, then everywhere, again and again."""
        start = self.tally.chance.randrange(len(points) or 1)
        around = [n for n, name in enumerate(points, 1) if DURABLE.search(name)]
        yield from (len(points), *around)
        for n in range(len(points) * self.tally.size):
            yield (start + n) % len(points) + 1

    async def reconciled(self, found: list[Killed]) -> None:
        """Compare what was told with what is there, repeat each request, and ask the oracle."""
        async with stall.opened(self.url, self.files) as office:
            for each in found:
                before = await self.counted(office.database, each)
                self.tally.check(
                    set(before) <= {0, 1}, f"{each.kind.name} at {each.at}: doubled {before}"
                )
                if each.acked is not None:
                    self.tally.check(
                        min(before, default=0), f"{each.kind.name} at {each.at}: ACKED and lost"
                    )
                again = await each.kind.do(office, each.job)
                while not each.kind.keyed and await office.expire_due(MORNING):
                    pass  # a round takes two, of whichever cases
                if each.acked is not None and each.kind.keyed:
                    self.tally.check(
                        again == each.acked, f"{each.kind.name}: {again!r} after {each.acked!r}"
                    )
                after = await self.counted(office.database, each)
                self.tally.check(
                    set(after) == {1}, f"{each.kind.name} at {each.at}: {after} after the repeat"
                )
            for wrong in await oracle(office.database, MORNING + DAY, self.files):
                self.tally.fails(wrong)

    async def counted(self, database: Database, each: Killed) -> list[int]:
        """Return how often each part of a request was done."""
        async with database.reading() as connection:
            queries = [text(query) for query in each.kind.effects(each.job)]
            return [(await connection.sql.execute(query)).scalar_one() for query in queries]


def _in_child(grounds: Grounds, kind: Kind, job: Job, kill_at: int, outlet: int) -> None:
    points = Points(kill_at)

    async def work() -> None:
        async with stall.opened(grounds.url, grounds.files) as office:
            bug = answering_first() if grounds.tally.planted else nullcontext([])
            with bug as put_off, watched(points):
                answer = await kind.do(office, job)
                os.write(outlet, f"ACK {answer}\n".encode())
                points("answered")
            for done in put_off:
                await done()

    try:
        stall.run(work())
        os.write(outlet, f"PASSED {'|'.join(points.passed)}\n".encode())
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the parent is told
        os.write(outlet, f"BROKE {error!r}".encode())
        os._exit(1)


@contextmanager
def answering_first() -> Iterator[list[Callable[[], Awaitable[Any]]]]:
    """Put off until after the answer what makes it durable, a commit or the one statement that records: the planted bug."""
    put_off: list[Callable[[], Awaitable[Any]]] = []
    committed, settled = Connection.commit, Connection.settle

    async def commit(self: Connection, **_: Any) -> None:
        put_off.append(lambda: committed(self))

    async def settle(self: Connection, *given: Any) -> Any:
        self.wrote = True
        put_off.append(lambda: settled(self, *given))
        return WRITTEN

    with planted_in(Connection, commit=commit, settle=settle):
        yield put_off


def run(tally: Tally) -> None:
    """Kill on both databases, half each."""
    with stall.place() as place:
        for url in (place.sqlite(), place.postgres()):
            grounds = Grounds(url, place.files(url), tally)
            each = -(-tally.size // (2 * len(KINDS)))
            for kind in KINDS:
                stall.run(grounds.reconciled(grounds.killing(kind, each)))


GATE = Gate(
    "G4",
    "kill -9 at every statement and commit",
    "kills",
    size=500,
    night_size=10_000,
    run=run,
    planted=nullcontext,  # it is planted in the children
    planted_size=20,
    floor=0.85,
)
