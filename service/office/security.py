"""安全日志 — what happens around the cases: who signed in, was refused, published, read what and why (R-SEC-3).

Apart from the record of the cases, append-only, without personal data: accounts, case numbers and codes only. What changes
something is written in the transaction that changes it (`note`). What only looks is collected and written some seconds
later (`noted_later`, `write_noted`), so that no reader waits for it: a process that is killed loses those seconds.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict, deque
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from service.store import accounts, security
from service.store.database import Connection, Database
from service.watching.log import tell
from service.workflows.case import Actor, Case

Fact = Literal[
    "signed_in",
    "sign_in_failed",
    "sign_in_locked",
    "signed_out",
    "account_set",
    "identity_chosen",
    "subject_verified",
    "representation_given",
    "representation_accepted",
    "representation_ended",
    "account_closed",
    "account_opened",
    "password_changed",
    "second_factor_set",
    "second_factor_reset",
    "published",
    "refused",
    "listed",
    "read_case",
    "read_file",
    "read_paper",
    "read_log",
    "threat_found",
]
MOST_WAITING = 10_000  # entries; what comes after is counted in the program's log, not kept
MOST_AT_ONCE = 500
MOST_REMEMBERED = 50_000
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

log = logging.getLogger("yijianshi.security")


@dataclass(frozen=True, slots=True)
class Origin:
    """来处 — where a request came from, and the id under which it is found in the program's log."""

    address: str = ""
    request: str = ""


_TURN = count()  # of this process: what happened in one millisecond stays in its order
NOWHERE = Origin()  # a command, or the clock
ORIGIN: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """安全日志的一条 — ids and codes only; `account` of a failed sign-in is `claimed`: kept only where there is one."""

    fact: Fact
    at: datetime | None = None  # None: now, by the clock of the database
    account: str = ""
    kind: str = ""
    about: str = ""
    part: str = ""
    detail: str = ""


def _row(entry: Entry, at: datetime) -> dict[str, object]:
    origin = ORIGIN.get()
    return {
        "fact": entry.fact,
        "account": entry.account,
        "kind": entry.kind,
        "about": entry.about,
        "part": entry.part,
        "detail": entry.detail,
        "id": f"{int(at.timestamp() * 1000):012x}{next(_TURN):08x}{secrets.token_hex(6)}",
        "at": at,
        "address": origin.address,
        "request": origin.request,
    }


async def note(tx: Connection, *entries: Entry) -> None:
    """Write down what this transaction does: both are durable, or neither."""
    rows = [_row(entry, entry.at or await security.clock(tx)) for entry in entries]
    await security.add(tx, rows)


class Noted:
    """待写的安全日志 — what was seen by this process and is not written yet."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._waiting: deque[dict[str, object]] = deque()
        self._claimed: set[object] = set()
        self._known: OrderedDict[tuple[object, ...], None] = OrderedDict()
        self._lost = 0
        self._writing = asyncio.Lock()

    def later(self, entry: Entry, *, once: timedelta | None = None, claimed: bool = False) -> None:
        """Keep an entry to be written; with `once` the same is not kept again in the same hour or minute."""
        at = entry.at
        assert at is not None
        if once is not None and self._again(entry, int(at.timestamp() // once.total_seconds())):
            return
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        row = _row(entry, at)
        self._waiting.append(row)
        if claimed:
            self._claimed.add(row["id"])

    def _again(self, entry: Entry, turn: int) -> bool:
        who = entry.account or ORIGIN.get().address
        key = (entry.fact, who, entry.about, entry.part, entry.detail, turn)
        if key in self._known:
            return True
        self._known[key] = None
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return False

    async def write(self, database: Database) -> int:
        """Write what waits and return how much it was. Raises Unavailable; then all of it still waits."""
        async with self._writing:
            return await self._write(database)

    async def _write(self, database: Database) -> int:
        written = 0
        while self._waiting:
            batch = [self._waiting[index] for index in range(min(len(self._waiting), MOST_AT_ONCE))]
            async with database.transaction() as tx:
                await security.add(tx, await self._without_invented(tx, batch))
            for row in batch:
                self._waiting.popleft()
                self._claimed.discard(row["id"])
            written += len(batch)
        if self._lost:
            tell(log, "log_overflowed", level=logging.ERROR, rows=self._lost)
            self._lost = 0
        return written

    async def _without_invented(
        self, tx: Connection, batch: list[dict[str, object]]
    ) -> list[dict[str, object]]:
        """Leave out names that are no account: people type passwords and id numbers there."""
        claimed = {str(row["account"]) for row in batch if row["id"] in self._claimed}
        known = await accounts.existing(tx, sorted(claimed)) if claimed else set()
        return [
            {**row, "account": ""}
            if row["id"] in self._claimed and row["account"] not in known
            else row
            for row in batch
        ]


def reading(case: Case, actor: Actor, at: datetime) -> Entry:
    """Return the entry of somebody reading a case that is not his own: who, which, and for what reason he may."""
    return Entry(
        fact="read_case",
        at=at,
        account=actor.account,
        kind=actor.kind,
        about=case.number,
        detail=_reason(case, actor),
    )


def part_of(entry: Entry, fact: Literal["read_file", "read_paper"], part: str) -> Entry:
    """Return the entry of reading one paper of a case."""
    return replace(entry, fact=fact, part=part)


def _reason(case: Case, actor: Actor) -> str:
    if not actor.is_clerk:
        return actor.kind
    if case.entered_by == actor.account:
        return "typed_in"
    waiting = [task for task in case.tasks.values() if task.done_at is None]
    if any(task.person == actor.account for task in waiting):
        return "own_task"
    if any(
        not task.person and task.department == actor.department and task.post in actor.posts
        for task in waiting
    ):
        return "post_task"
    return "closed_case" if case.closed_at else "open_case"
