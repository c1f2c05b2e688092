"""演示时钟 — the demonstration's time runs ahead of the real one by an offset that all processes share."""

from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from service.errors import one_field
from service.office.cached import Cached
from service.office.desk import Desk
from service.store import counters

FRESH_SECONDS = 0.5
FARTHEST_MOVE = timedelta(days=366 * 5)


class DemoClock(Desk):
    """The clock that can be moved, forward only."""

    @cached_property
    def _offset(self) -> Cached[timedelta]:
        return Cached(FRESH_SECONDS)

    async def demo_offset(self) -> timedelta:
        """Return how far the demonstration's time is ahead of the real one; half a second old at most."""

        async def load() -> timedelta:
            async with self.database.reading() as connection:
                return await counters.demo_offset(connection)

        return await self._offset.get(load)

    async def demo_clock(self, now: datetime) -> datetime:
        """Return the demonstration's time at the real instant `now`."""
        return now + await self.demo_offset()

    async def demo_started(self) -> bool:
        """Tell whether this database is a demonstration's: its passwords are known to everybody."""
        async with self.database.reading() as connection:
            return await counters.demo_started(connection)

    async def start_demo_clock(self, at: datetime, real: datetime) -> None:
        """Make this database a demonstration's, whose time is `at` at the real instant."""
        async with self.database.transaction() as tx:
            await counters.set_demo_offset(tx, at - real)
        self._offset.forget()

    async def move_demo_clock(self, to: datetime, now: datetime) -> datetime:
        """Move the demonstration's time on to `to`, from the demonstration's `now`; what falls due on the way follows.

        Raises:
            DataInvalid: back in time, or years ahead.
        """
        if to < now:
            raise one_field("/now", "演示时钟只能往后拨")
        if to > now + FARTHEST_MOVE:
            raise one_field("/now", "一次最多往后拨五年")
        async with self.database.transaction() as tx:
            offset = await counters.demo_offset(tx) + (to - now)
            await counters.set_demo_offset(tx, timedelta(seconds=ceil(offset.total_seconds())))
        self._offset.forget()
        return to
