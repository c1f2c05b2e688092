"""G3 — what clients were told while they worked on the same cases at once, checked against the log in linear time.

Each answer is kept with the numbers of its events, so the log says who did what: H1 what was ACKED is in it once, H2
what was REFUSED never, H3 what is UNKNOWN at most once; H4 the oracle is clean; H5 what was done before another was
asked for has the lower version; H6 nobody reads less than was confirmed before he asked, or than he has read; H7 a
refusal "not now" had a reason at some moment between question and answer.
"""

import asyncio
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.errors import ActionNotAllowed, CaseChanged, ServiceError, Unavailable
from service.office import Office
from service.store import statements
from service.workflows.case import Action
from tests.conftest import sql
from tests.gates import stall
from tests.gates.clients import planted_in
from tests.gates.gate import Gate, Tally
from tests.gates.model import MOVES
from tests.gates.stall import CITIZEN, DAY, HOUR, MORNING, STALL, asks, clerk, oracle
from tests.waiting import until

CASES, CLIENTS, LENGTH = 6, 6, 40
OPENING = "opening-"  # begins the keys of the applications
ACTIONS = ("accept", "propose", "send_back", "start_special", "end_special")
DATA: dict[str, dict[str, Any]] = {
    "propose": {"opinion": "符合"},
    "send_back": {"opinion": "再看"},
    "start_special": {
        "procedure": "expert_review",
        "basis": "某法 9",
        "notice_text": "请等候",
        "days": 3,
    },
}


@dataclass
class Op:
    """One request, and what its client was told."""

    client: int
    key: str
    number: str
    action: str  # empty: a read
    item: str
    invoked: int
    done: int = 0
    verdict: str = "UNKNOWN"
    version: int = 0
    events: list[int] = field(default_factory=list)
    why: str = ""


@dataclass
class History:
    """Clients at work over several offices."""

    offices: Sequence[Office]
    numbers: list[str]
    chance: random.Random
    prefix: str
    # the moments, in the order in which they happened
    clock: Iterator[int] = field(default_factory=itertools.count)
    ops: list[Op] = field(default_factory=list)

    async def client(self, n: int, length: int) -> None:
        """Work: one request after the other, each repeated as its client was told to, most of the time."""
        for each in range(length):
            number = self.chance.choice(self.numbers)
            office = self.offices[(n + each) % len(self.offices)]
            if self.chance.random() < 0.3:
                await self.reads(n, office, number)
                continue
            item, action = self.chance.choice(("food", "sign")), self.chance.choice(ACTIONS)
            key = f"{self.prefix}-{n}-{each}"
            op = await self.acts(Op(n, key, number, action, item, next(self.clock)), office)
            if op.verdict == "UNKNOWN" and self.chance.random() < 0.5:
                again = Op(n, key, number, action, item, next(self.clock))
                await self.acts(again, self.chance.choice(self.offices))

    async def acts(self, op: Op, office: Office) -> Op:
        """Make a request, and write down what came back."""
        self.ops.append(op)
        department = {"food": "scjg", "sign": "cg"}[op.item]
        _, _, post, where = MOVES[op.action]
        who = clerk("scjg" if where == "lead" else department, post)
        action = Action(op.action, op.item, DATA.get(op.action, {}))
        try:
            view = await office.act(
                asks(who, MORNING + HOUR, op.key), op.number, action, answer=_numbered
            )
        except Unavailable:
            pass
        except ServiceError as refusal:
            op.verdict, op.why = "REFUSED", type(refusal).__name__
        except Exception as error:  # noqa: BLE001 - nobody is to be told that: it is found, and the history goes on
            op.why = f"BROKE: {error!r}"
        else:
            op.verdict, op.version = "ACKED", view.answer["version"]
            op.events = view.answer["events"]
        op.done = next(self.clock)
        return op

    async def reads(self, n: int, office: Office, number: str) -> None:
        """Look at a case."""
        op = Op(n, "", number, "", "", next(self.clock))
        try:
            op.version = (await office.case(CITIZEN, number, MORNING)).case.version
        except Unavailable:
            return
        op.verdict, op.done = "ACKED", next(self.clock)
        self.ops.append(op)


def _numbered(view: Any) -> dict[str, Any]:
    return {"version": view.case.version, "events": [event.n for event in view.events]}


def _receipt(view: Any) -> dict[str, Any]:
    return {"number": view.case.number}


class Checker:
    """Compares a history with what is stored."""

    def __init__(self, history: History, kept: dict[str, Any], log: dict[str, Any]) -> None:
        self.ops, self.kept, self.log = history.ops, kept, log
        self.wrong: list[str] = []
        self.by_case: dict[str, list[Op]] = defaultdict(list)
        for op in history.ops:
            self.by_case[op.number].append(op)

    def check(self) -> list[str]:
        """Return everything that cannot be."""
        self.told_and_kept()
        for number, ops in self.by_case.items():
            self.partition(number)
            self.real_time(number, ops)
            self.justified(number, ops)
        return self.wrong

    def told_and_kept(self) -> None:
        """H1, H2, H3."""
        for op in self.ops:
            kept = self.kept.get(op.key)
            if op.action and op.verdict == "ACKED" and kept != (op.version, op.events):
                self.wrong.append(f"H1 {op}: ACKED, kept {kept}")
            if op.verdict == "REFUSED" and kept:
                self.wrong.append(f"H2 {op}: REFUSED, kept {kept}")

    def partition(self, number: str) -> None:
        """H1, H3: every event belongs to exactly one kept answer, the first one to the application."""
        keys = {op.key for op in self.by_case[number] if op.action}
        told = sorted(n for key in keys if key in self.kept for n in self.kept[key][1])
        wanted = [event["n"] for event in self.log[number] if event["action"] != "submit"]
        if told != wanted:
            self.wrong.append(f"H1 {number}: answers name {told}, the log has {wanted}")

    def real_time(self, number: str, ops: list[Op]) -> None:
        """H5, H6: what is asked after something was confirmed sees it."""
        confirmed = 0
        seen: dict[int, int] = defaultdict(int)
        moments = [(op.invoked, 0, op) for op in ops] + [(op.done, 1, op) for op in ops if op.done]
        least: dict[int, int] = {}
        for _, ended, op in sorted(moments, key=lambda moment: moment[:2]):
            if not ended:
                least[id(op)] = max(confirmed, seen[op.client])
            elif op.verdict == "ACKED":
                repeated = bool(op.action) and sum(o.key == op.key for o in ops) > 1
                if op.version < least[id(op)] + bool(op.action) and not repeated:
                    self.wrong.append(f"H5/H6 {number} {op}: after version {least[id(op)]}")
                confirmed = max(confirmed, op.version)
                seen[op.client] = max(seen[op.client], 0 if repeated else op.version)

    def justified(self, number: str, ops: list[Op]) -> None:
        """H7: at some moment between question and answer the item was in a state that refuses."""
        versions = {key: self.kept[key][0] for key in {op.key for op in ops} if key in self.kept}
        for op in ops:
            if op.verdict != "REFUSED":
                continue
            if op.why == CaseChanged.__name__:
                self.wrong.append(f"H7 {op}: lost a race though no version was named")
                continue
            before = [o.version for o in ops if o.verdict == "ACKED" and o.done < op.invoked]
            could = [versions[o.key] for o in ops if o.key in versions and o.invoked < op.done]
            low, high = max(before, default=1), max(could, default=1)
            states = self.states(number, op.item, low, max(low, high))
            if op.why == ActionNotAllowed.__name__ and states <= MOVES[op.action][0]:
                self.wrong.append(f"H7 {op}: refused although {states}")

    def states(self, number: str, item: str, low: int, high: int) -> set[str]:
        """Return the states of an item from one version of the case to another."""
        state, found = "received", set()
        mine = {n: v for key, (v, ns) in self.kept.items() for n in ns if self.of(key) == number}
        for event in self.log[number]:
            version = mine.get(event["n"], 1)
            if version > high:
                break
            if version > low:
                found.add(state)
            if event["item"] == item and event["state_to"]:
                state = event["state_to"]
        return found | {state}

    def of(self, key: str) -> str:
        """Return which case a key is about."""
        return next((op.number for op in self.ops if op.key == key), "")


async def stored(office: Office, numbers: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the kept answers by key, and the events by case."""
    async with office.database.reading() as connection:
        answers = await connection.rows(
            text(
                f"SELECT principal, key, response FROM idempotency WHERE key NOT LIKE '%{OPENING}%'"
            )
        )
        events = await connection.rows(
            text(
                "SELECT c.number, e.n, e.action, e.item, e.state_to FROM events e "
                "JOIN cases c ON c.id = e.case_id ORDER BY e.case_id, e.n"
            )
        )
    kept = {}
    for row in answers:
        who = stall.STAFF.get(row["principal"], CITIZEN)
        sealed_for = f"{who.account} {who.capacity}", row["key"]
        response = row["response"]
        if isinstance(response, str):
            response = json.loads(response)
        response = office.seal.opened(response, sealed_for)
        if isinstance(response, dict) and "events" in response:
            kept[row["key"].rpartition(" ")[2]] = (response["version"], response["events"])
    log: dict[str, Any] = {number: [] for number in numbers}
    for event in events:
        log.setdefault(event["number"], []).append(event)
    return kept, log


async def opened(office: Office, key: str) -> str:
    """Apply, asked until it is answered: that a connection was broken off is noticed by who uses it next."""

    async def answered() -> str:
        try:
            view = await office.open_case(asks(CITIZEN, MORNING, key), STALL, answer=_receipt)
        except Unavailable:
            return ""
        return str(view.answer["number"])

    return str(await until(answered, "an answer to an application"))


async def lived(offices: Sequence[Office], tally: Tally, n: int, *, cuts: str = "") -> History:
    """Live one history; with `cuts`, the connections to the database are broken off meanwhile."""
    numbers = [await opened(offices[0], f"{OPENING}{n}-{each}") for each in range(CASES)]
    history = History(offices, numbers, random.Random(tally.seed * 1000 + n), f"h{n}")
    clients = [history.client(each, -(-LENGTH // CLIENTS)) for each in range(CLIENTS)]
    working = [asyncio.ensure_future(each) for each in clients]
    if cuts:
        database = cuts.rpartition("/")[2]
        cut = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
        )
        for _ in range(3):
            before = len(history.ops)
            while len(history.ops) < before + 8 and not all(task.done() for task in working):
                await asyncio.wait(working, timeout=0.005)
            await sql(stall.POSTGRES, cut)
    await asyncio.gather(*working)
    for op in history.ops:
        tally.accepted += op.verdict == "ACKED"
        tally.refused += op.verdict == "REFUSED"
        tally.unknown += op.verdict == "UNKNOWN"
        tally.check(not op.why.startswith("BROKE"), f"{op.key}: {op.why[:200]}")
    tally.seen["operations"] += len(history.ops)
    return history


async def _all(url: str, files: Path, tally: Tally) -> None:
    async with stall.opened(url, files, 4) as first, stall.opened(url, files, 4) as second:
        histories = []
        for n in range(tally.size):
            cuts = url if n % 2 else ""
            histories.append(await lived((first, second), tally, n, cuts=cuts))
            tally.trials += 1
    # by another office: those that were cut off may still have connections that do not know it
    async with stall.opened(url, files, 4) as third:
        numbers = [number for history in histories for number in history.numbers]
        kept, log = await stored(third, numbers)
        for history in histories:
            own = {op.key for op in history.ops}
            mine = {key: value for key, value in kept.items() if key in own}
            tally.failures += Checker(history, mine, log).check()[:5]
        tally.failures += await oracle(third.database, MORNING + DAY)


def run(tally: Tally) -> None:
    """Live so many histories: one without faults, one whose connections are broken off, and so on."""
    with stall.place() as place:
        url = place.postgres()
        stall.run(_all(url, place.files(url), tally))


@contextmanager
def planted() -> Iterator[None]:
    """Decide on a case that was read without its lock, write it whatever its version, and over what others have recorded."""
    read, written, insert = (
        statements.gather_postgres,
        statements.record_postgres,
        statements._insert_from,
    )

    def unlocked(by: str, _: str) -> str:
        return str(read(by, ""))

    def unchecked(**more: Any) -> str:
        return str(written(**more)).replace("cases.version = $3", "$3::int IS NOT NULL")

    def silent(name: str, *more: Any) -> str:
        added = " ON CONFLICT DO NOTHING" if name in statements.ADDED_ONLY else ""
        return insert(name, *more) + added

    bugs = {"gather_postgres": unlocked, "record_postgres": unchecked, "_insert_from": silent}
    with planted_in(statements, **bugs):
        yield


GATE = Gate(
    "G3",
    "concurrent histories and their checker",
    "histories",
    size=150,
    night_size=10_000,
    run=run,
    planted=planted,
    planted_size=10,
    accepted=0.3,
    reached={"operations": 3500},
)
