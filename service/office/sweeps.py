"""到期处理 — what the clock does: one transaction per case; a case that fails waits and does not stop the line.

Whatever a case does – raise, run into a time-out, not let itself be written – the others are done in the same round. A
round ends early only when the database itself does not answer, or has no room.
"""

import logging
import traceback
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from time import monotonic

from service.errors import NotFound
from service.office.asking import Request
from service.office.desk import NO_KEY, Desk, there
from service.store import cases, sweeps, tasks
from service.store.database import Connection
from service.store.faults import NoRoom, Unanswered, named
from service.workflows.case import CLOCK_ACTOR, Case, Situation, Step
from service.workflows.rules import RUN_OUT, begin_validity
from service.workflows.step import give_back, recalendar, tick

AGAIN_AFTER = timedelta(minutes=10)
LOOKS_FOR_LEFT = 60.0  # seconds

log = logging.getLogger("yijianshi.sweeps")

Find = Callable[[Connection, Collection[str]], Awaitable[list[str]]]
Decide = Callable[[Case, Situation], Step]


@dataclass(frozen=True, slots=True)
class RestingCase:
    """搁置的办件 — one that the clock could not do: since when it rests, until when, and by which kind of error."""

    id: str  # by which the log names it
    number: str
    since: datetime
    until: datetime
    error: str


class Sweeps(Desk):
    """The verbs of the worker. Killing it at any point changes nothing but the delay."""

    _looked_for_left = -LOOKS_FOR_LEFT
    _none_endless = False

    @cached_property
    def _unrested(self) -> dict[str, datetime]:
        """Cases of which not even that could be noted that they rest, and until when they are left alone."""
        return {}

    @cached_property
    def _cut(self) -> set[str]:
        """Cases in which the database was lost when they were last tried: once it is no fault of theirs."""
        return set()

    async def expire_due(self, now: datetime, limit: int = 100) -> int:
        """Let the clock do what has fallen due by `now`, the longest due first; return how many cases changed."""

        async def find(tx: Connection, but: Collection[str]) -> list[str]:
            return await sweeps.next_due(tx, now, RUN_OUT, but)

        return await self._sweep(find, tick, now, limit)

    async def recalendar(self, now: datetime, limit: int = 100) -> int:
        """Reckon open clocks anew whose calendar has changed; return how many cases changed."""
        await self.catalogue.refresh()
        await self.catalogue.all_newest()

        async def find(tx: Connection, but: Collection[str]) -> list[str]:
            return await sweeps.stale(tx, self.catalogue.versions(), now, 1, but)

        return await self._sweep(find, recalendar, now, limit)

    async def begin_validities(self, now: datetime, limit: int = 100) -> int:
        """Let the last day come of certificates from before there was a clock for it; return how many cases changed.

        Looked for until none is left, once in each process: nothing that is handed over now lacks it.
        """
        if self._none_endless:
            return 0

        async def find(tx: Connection, but: Collection[str]) -> list[str]:
            return await sweeps.endless(tx, now, 1, but)

        done = await self._sweep(find, begin_validity, now, limit)
        self._none_endless = done < limit
        return done

    async def give_back(self, now: datetime, limit: int = 100) -> int:
        """Give back the tasks of clerks who are not at that post any more; return how many cases changed.

        Looked for once a minute in each process: a clerk moves seldom, and nothing is lost until then.
        """
        if (clock := monotonic()) < self._looked_for_left + LOOKS_FOR_LEFT:
            return 0
        async with self.database.reading() as connection:
            posts = (await self.staff.roster(connection)).posts
            held = await tasks.held(connection)
        left = [place for place in held if place[0] not in posts.get(place[1:], ())]

        async def find(tx: Connection, but: Collection[str]) -> list[str]:
            return await tasks.cases_held(tx, left, now, 1, but)

        done = await self._sweep(find, give_back, now, limit) if left else 0
        if done < limit:
            self._looked_for_left = clock
        return done

    async def resting_cases(self, now: datetime) -> list[RestingCase]:
        """List the cases that a sweep left alone because they failed, the longest resting first."""
        async with self.database.reading() as connection:
            rows = await sweeps.postponed(connection, now)
        return [
            RestingCase(r["id"], r["number"], r["retry_since"], r["retry_at"], r["retry_error"])
            for r in rows
        ]

    async def release_resting(self, now: datetime, number: str = "") -> int:
        """Let the next sweep try resting cases again, all of them or one; return how many. Raises NotFound."""
        async with self.database.transaction() as tx:
            woken = await sweeps.wake(tx, now, number)
        if number and not woken:
            raise NotFound(f"没有搁置的办件 {number}")
        return woken

    async def _sweep(self, find: Find, decide: Decide, now: datetime, limit: int) -> int:
        done = tried = failed = 0
        while tried < limit and failed < limit:
            case_id = ""
            try:
                async with self.database.transaction(answers=False) as tx:
                    found = await find(tx, self._left_alone(now))
                    if not found:
                        break
                    case_id = found[0]
                    changed = await self._one(tx, case_id, decide, now)
            except Exception as error:
                if not case_id or isinstance(error, NoRoom):
                    raise  # it is no case's fault: as soon as there is room all of them go on
                failed += 1
                if isinstance(error, Unanswered) and case_id not in self._cut:
                    self._cut.add(case_id)
                    await self._sound(now)
                    continue  # the database is there: tried again
                self._cut.discard(case_id)
                await self._rest(case_id, error, now)
            else:
                self._cut.discard(case_id)
                tried += 1
                done += changed
        return done

    def _left_alone(self, now: datetime) -> Collection[str]:
        for case_id in [case_id for case_id, until in self._unrested.items() if until <= now]:
            del self._unrested[case_id]
        return self._unrested

    async def _one(self, tx: Connection, case_id: str, decide: Decide, now: datetime) -> bool:
        found = there(await cases.gather(tx, case_id=case_id))
        case, situation = await self.opened(found, CLOCK_ACTOR, now, tx)
        taken = decide(case, situation)
        if not taken.events:
            # a date reckoned by a calendar that has changed: it is reckoned anew by its own sweep
            if decide is tick:
                await sweeps.postpone(tx, case_id, now + AGAIN_AFTER)
            return False
        await self.recorded(
            tx, taken, Request(CLOCK_ACTOR, now), situation, was=found.case, scope=NO_KEY
        )
        return True

    async def _sound(self, now: datetime) -> None:
        """See that the database takes and confirms something; where not, the round ends. Raises Unanswered."""
        async with self.database.transaction() as tx:
            await sweeps.postponed(tx, now)

    async def _rest(self, case_id: str, error: Exception, now: datetime) -> None:
        """Leave a case alone for a while. Raises Unanswered: it is not the case, the database is away."""
        until = now + AGAIN_AFTER
        # where it failed, not with which values: an error's own text may hold what people wrote
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("case %s could not be swept: %s; it rests\n%s", case_id, named(error), place)
        try:
            async with self.database.transaction(answers=False) as tx:
                await sweeps.postpone(tx, case_id, until, since=now, error=named(error))
        except Unanswered:
            self._unrested[case_id] = until  # it may be what takes the database away each time
            raise
        except Exception as again:  # noqa: BLE001 - a row that cannot be written holds up nobody else
            log.error("case %s cannot be set to rest: %s", case_id, named(again))  # noqa: TRY400
            self._unrested[case_id] = until
