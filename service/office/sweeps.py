"""到期处理 — what the clock does: one transaction per case; a case that fails waits and does not stop the line."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from service.errors import Unavailable
from service.office.asking import Request
from service.office.desk import NOBODY, Desk, there
from service.store import cases, sweeps
from service.store.database import Connection
from service.workflows.case import Case
from service.workflows.situation import CLOCK_ACTOR, Situation, Step
from service.workflows.step import recalendar, tick

AGAIN_AFTER = timedelta(minutes=10)

log = logging.getLogger("yijianshi.sweeps")

Find = Callable[[Connection], Awaitable[list[str]]]
Decide = Callable[[Case, Situation], Step]


class Sweeps(Desk):
    """The verbs of the worker. Killing it at any point changes nothing but the delay."""

    async def expire_due(self, now: datetime, limit: int = 100) -> int:
        """Let the clock do what has fallen due by `now`, the longest due first; return how many cases changed."""

        async def find(tx: Connection) -> list[str]:
            return await sweeps.due(tx, now, 1)

        return await self._sweep(find, tick, now, limit)

    async def recalendar(self, now: datetime, limit: int = 100) -> int:
        """Reckon open clocks anew whose calendar has changed; return how many cases changed."""
        await self.catalogue.refresh()
        await self.catalogue.all_newest()

        async def find(tx: Connection) -> list[str]:
            return await sweeps.stale(tx, self.catalogue.versions(), now, 1)

        return await self._sweep(find, recalendar, now, limit)

    async def _sweep(self, find: Find, decide: Decide, now: datetime, limit: int) -> int:
        done = 0
        for _ in range(limit):
            failing: list[str] = []
            try:
                async with self.database.transaction() as tx:
                    failing = await find(tx)
                    if not failing:
                        break
                    done += await self._one(tx, failing[0], decide, now)
            except Unavailable:
                raise
            except Exception:
                if not failing:
                    raise
                log.exception("case %s could not be swept; it waits", failing[0])
                await self._rest(failing[0], now)
        return done

    async def _one(self, tx: Connection, case_id: str, decide: Decide, now: datetime) -> bool:
        found = there(await cases.gather(tx, case_id=case_id))
        case, situation = await self.opened(found, CLOCK_ACTOR, now, tx)
        taken = decide(case, situation)
        if not taken.events:  # a date reckoned by a calendar that has changed: it is reckoned anew by its own sweep
            if decide is tick:
                await sweeps.postpone(tx, case_id, now + AGAIN_AFTER)
            return False
        await self.recorded(tx, taken, Request(CLOCK_ACTOR, now), situation, was=found.case, scope=NOBODY)
        return True

    async def _rest(self, case_id: str, now: datetime) -> None:
        async with self.database.transaction() as tx:
            await sweeps.postpone(tx, case_id, now + AGAIN_AFTER)
