"""运行状况 — how the service stands as a whole: what waits and since when, who works, what is about to run out.

Read by `yijianshi check`, and when Prometheus asks; never on the way of a request.
"""

import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from service.errors import Unavailable
from service.office.condition import Check, Condition, WorkerSeen, age, looked_at, worker_at
from service.office.readiness import Readiness
from service.office.views import value_of
from service.store import chores, condition, counters, workers
from service.store.cases import Row
from service.watching import metrics
from service.workflows.calendar import local_date

PURGE = "purge"
ALIVE_FOR = timedelta(minutes=2)  # a worker reports every ten seconds, and waits at most one minute


class Watch(Readiness):
    """The verbs of those who keep the service running."""

    async def condition(self, now: datetime) -> Condition:
        """Return how the service stands; `now` is the wall clock, also in a demonstration. Raises Unavailable."""
        reach = await self.calendar_reach()
        async with self.database.reading() as connection:
            legal = now + await counters.demo_offset(connection)  # what cases are dated by
            waiting, given_up, since = await condition.outbox(connection)
            seen = await workers.since(connection, now - ALIVE_FOR)
            return Condition(
                at=now,
                due_seconds=age(await condition.oldest_due(connection, legal), legal),
                resting=await condition.resting(connection, legal),
                waiting=waiting,
                given_up=given_up,
                waiting_seconds=age(since, legal),
                workers=tuple(value_of(WorkerSeen, row) for row in seen),
                calendar_until=reach.calendar_until,
                last_due_on=reach.last_due_on,
                awaiting=reach.awaiting,
                purged_at=await chores.last_done(connection, PURGE),
                disk_free=self.folder.free(),
            )

    async def report(self, worker: Row) -> None:
        """Note that a worker is alive: `name, host, started_at, seen_at, round`."""
        async with self.database.transaction() as tx:
            await workers.seen(tx, worker)

    async def sign_off(self, name: str) -> None:
        """Forget a worker that stops in order."""
        async with self.database.transaction() as tx:
            await workers.gone(tx, name)

    async def measure(self, now: datetime) -> None:
        """Read the levels that Prometheus asks for. Raises Unavailable."""
        for read in MEASURES:
            await read(self, now)
        metrics.DATABASE_UP.set(1)

    async def checks(self, now: datetime, host: str = "") -> list[Check]:
        """Look at everything a start or an operator must know; with `host` only whether a worker lives there."""
        lacking = await self.readiness(lambda: now, files=not host)
        said = [check.detail for check in lacking if not (check.ok or check.warning)]
        found = [Check("database", ok=not said, detail="；".join(said) or "可用")]
        if said:
            return found
        try:
            stands = await self.condition(now)
        except Unavailable as trouble:
            return [Check("database", ok=False, detail=trouble.detail)]
        if host:
            return [worker_at(stands, host)]
        return [*found, *looked_at(stands)]


Measure = Callable[[Watch, datetime], Awaitable[None]]
MEASURES: list[Measure] = []


def measured(read: Measure) -> Measure:
    """Register what sets levels of its own each time Prometheus asks (at most every five seconds)."""
    MEASURES.append(read)
    return read


@measured
async def _condition_levels(office: Watch, now: datetime) -> None:
    stands = await office.condition(now)
    metrics.POOL_IN_USE.set(office.database.in_use())
    metrics.OLDEST_DUE.set(stands.due_seconds)
    metrics.RESTING.set(stands.resting)
    metrics.OUTBOX.labels("pending").set(stands.waiting)
    metrics.OUTBOX.labels("dead").set(stands.given_up)
    metrics.OUTBOX_AGE.set(stands.waiting_seconds)
    metrics.WORKERS.set(len(stands.workers))
    metrics.WORKER_AGE.clear()
    for worker in stands.workers:
        metrics.WORKER_AGE.labels(worker.name).set(age(worker.seen_at, now))
    if stands.calendar_until:
        metrics.CALENDAR_LEFT.set((stands.calendar_until - local_date(now)).days)
        beyond = (stands.last_due_on or stands.calendar_until) - stands.calendar_until
        metrics.CALENDAR_SHORT.set(max(0, beyond.days))
    metrics.AWAITING.set(stands.awaiting)
    metrics.DISK_FREE.set(stands.disk_free)
    metrics.PURGE_AGE.set(age(stands.purged_at, now))


def new_worker(now: datetime) -> Row:
    """Return the first report of a worker that starts: named after its host, and told from others by chance."""
    host = socket.gethostname()
    name = f"{host}-{secrets.token_hex(3)}"
    return {"name": name, "host": host, "started_at": now, "seen_at": now, "round": {}}
