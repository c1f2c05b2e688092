"""到期清除 — what has outlived its term goes: in small transactions, by one worker at a time, the record untouched."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.office.asking import Request
from service.office.desk import NO_KEY, Desk, there
from service.office.sealing import EMPTIED
from service.office.watch import PURGE
from service.store import cases, chores, purging
from service.store.cases import Row
from service.store.database import Connection
from service.watching import metrics
from service.workflows.case import CLOCK_ACTOR
from service.workflows.handling import erased_draft

EVERY = timedelta(days=1)
LEASE = timedelta(hours=1)
AT_ONCE = 200
FOLDERS = tuple(f"{n:02x}" for n in range(256))


@dataclass(frozen=True, slots=True)
class Terms:
    """保存期限 — how long what is no part of a case's record is kept."""

    answers: timedelta = timedelta(days=30)
    bulks: timedelta = timedelta(days=90)
    messages: timedelta = timedelta(days=90)  # after they were sent
    drafts: timedelta = timedelta(days=90)
    files: timedelta = timedelta(days=7)  # handed in, attached to nothing
    incoming: timedelta = timedelta(hours=24)
    traces: timedelta = timedelta(days=1)  # of workers that are gone, of quotas that are full again


class Purging(Desk):
    """The verbs that delete."""

    async def purge_when_due(self, now: datetime, terms: Terms) -> dict[str, int] | None:
        """Purge once a day, whichever worker comes first; None when it is not due, or another one does it."""
        async with self.database.transaction() as tx:
            if not await chores.take(tx, PURGE, now, every=EVERY, lease=LEASE):
                return None
        return await self.purge(now, terms)

    async def purge(self, now: datetime, terms: Terms, *, dry_run: bool = False) -> dict[str, int]:
        """Delete what has outlived its term and return how much of each kind; a dry run only counts.

        Kinds: answers, emptied, sessions, bulks, messages, drafts, uploads, files, strays, incoming, bytes, workers, quotas.
        """
        found: dict[str, int] = {}
        for kind, table, column, term in _ROWS:
            before = now - term(terms)
            wanted = purging.ended(table, column, before)
            found[kind] = await self._batches(wanted, _remover(table), dry_run=dry_run)
        found["emptied"] = await self._batches(purging.unsealed(), self._empty, dry_run=dry_run)
        wanted = purging.sent(now - terms.messages)
        found["messages"] = await self._batches(wanted, purging.forget_sent, dry_run=dry_run)
        found["drafts"] = await self._drafts(now, terms, dry_run=dry_run)
        found |= await self._files(now, terms, dry_run=dry_run)
        if not dry_run:
            for kind, many in found.items():
                metrics.PURGED.labels(kind).inc(many)
            async with self.database.transaction() as tx:
                await chores.done(tx, PURGE, now)
        return found

    async def _batches(self, wanted: purging.Wanted, change: "Change", *, dry_run: bool) -> int:
        """Change all that is wanted, some in each transaction."""
        if dry_run:
            async with self.database.reading() as connection:
                return await purging.count(connection, wanted)
        done = 0
        while True:
            async with self.database.transaction() as tx:
                keys = await purging.some(tx, wanted, AT_ONCE)
                done += await change(tx, keys) if keys else 0
            if len(keys) < AT_ONCE:
                return done

    async def _empty(self, tx: Connection, keys: list[Row]) -> int:
        """Take away what was kept in clear by a release from before: in which capacity it was answered is not known."""
        return await purging.empty_answers(tx, keys, EMPTIED)

    async def _drafts(self, now: datetime, terms: Terms, *, dry_run: bool) -> int:
        """Erase drafts, each in a transaction of its own; what each person wrote is gone, the record goes on."""
        before = now - terms.drafts

        async def erase(tx: Connection, keys: list[Row]) -> int:
            found = there(await cases.gather(tx, case_id=keys[0]["id"]))
            case, situation = await self.opened(found, CLOCK_ACTOR, now, tx)
            taken = erased_draft(case, CLOCK_ACTOR, situation)
            request = Request(CLOCK_ACTOR, now)
            await self.recorded(tx, taken, request, situation, was=found.case, scope=NO_KEY)
            await purging.forget_answers(tx, case.id)
            return 1

        if dry_run:
            return await self._batches(purging.old_drafts(before), erase, dry_run=True)
        done = 0
        while True:
            async with self.database.transaction() as tx:
                keys = await purging.some(tx, purging.old_drafts(before), 1)
                if not keys:
                    return done
                done += await erase(tx, keys)

    # ---- files ----

    async def _files(self, now: datetime, terms: Terms, *, dry_run: bool) -> dict[str, int]:
        """Forget who handed in what no case holds; then the files that are nobody's, rows before bytes."""
        before = now - terms.files
        uploads = purging.unattached(before)
        found = {"uploads": await self._batches(uploads, _remover("file_owners"), dry_run=dry_run)}
        ownerless = purging.ownerless(before)
        found["files"] = await self._batches(ownerless, _remover("files"), dry_run=dry_run)
        strays, freed = 0, 0
        for beginning in FOLDERS:
            for name in await self._strays(beginning, before.timestamp()):
                size = 0 if dry_run else await asyncio.to_thread(self.folder.drop, name, before)
                strays, freed = strays + 1, freed + size
        leftovers = await asyncio.to_thread(self.folder.leftovers, now - terms.incoming)
        for place, size in leftovers:
            freed += size
            if not dry_run:
                place.unlink(missing_ok=True)
        return {**found, "strays": strays, "incoming": len(leftovers), "bytes": freed}

    async def _strays(self, beginning: str, before: float) -> list[str]:
        """Return the stored files of a folder that the database knows nothing of, and that are not new."""
        names = await asyncio.to_thread(self.folder.names, beginning, before)
        found: list[str] = []
        async with self.database.reading() as connection:
            for at in range(0, len(names), AT_ONCE):
                found += await purging.strange(connection, names[at : at + AT_ONCE])
        return found


Change = Callable[[Connection, list[Row]], Awaitable[int]]


def _remover(table: str) -> Change:
    async def remove(tx: Connection, keys: list[Row]) -> int:
        return await purging.remove(tx, table, keys)

    return remove


# kind, table, the column that tells its age, and how long it is kept after that
_ROWS: tuple[tuple[str, str, str, Callable[[Terms], timedelta]], ...] = (
    ("answers", "idempotency", "created_at", lambda terms: terms.answers),
    ("sessions", "sessions", "ends_at", lambda _: timedelta(0)),
    ("bulks", "bulks", "created_at", lambda terms: terms.bulks),
    ("workers", "workers", "seen_at", lambda terms: terms.traces),
    ("quotas", "quotas", "at", lambda terms: terms.traces),
)
