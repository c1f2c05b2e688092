"""就绪 — can this process keep what it promises now: asked by balancers many times a second, looked at once in a while."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from service.errors import Unavailable
from service.office.condition import Check, Reach, calendar_check, until
from service.office.desk import Desk
from service.store import condition, health
from service.store.database import Connection
from service.store.schema import compatible
from service.workflows.calendar import local_date

FRESH_SECONDS = 2.0
CALENDAR_SECONDS = 600.0
CALENDAR_PATIENCE = 0.5  # a warning keeps no balancer waiting
PATIENCE_SECONDS = 1.5  # a balancer is answered within two

CALENDAR = Check("工作日历", ok=True, detail="")  # before anybody looked

log = logging.getLogger("yijianshi.readiness")

Clock = Callable[[], datetime]


@dataclass
class _Look:
    """The look that is being taken or was taken last."""

    task: asyncio.Task[bool] | None = None
    until: float = 0.0
    told: tuple[bool, str] | None = None  # the verdict and the warnings that are in the log
    calendar: Check = CALENDAR
    calendar_until: float = 0.0


class Readiness(Desk):
    """What the process needs."""

    async def readiness(self, clock: Clock, *, files: bool = True) -> list[Check]:
        """Look at everything this process needs, with at most one connection at a time; `files` for who keeps files."""
        found = await self._of_database(clock)
        if files:
            found.append(await _checked("文件夹", self._check_files()))
        if all(check.ok for check in found):
            found.append(await self._calendar(clock))
        return found

    async def calendar_reach(self) -> Reach:
        """Tell how far the calendars reach, and how far the limits that run. Raises Unavailable."""
        await self.catalogue.refresh()
        calendars = [self.catalogue.calendar_for(r) for r in await self.catalogue.all_newest()]
        async with self.database.reading() as connection:
            return Reach(
                calendar_until=min((until(c.years) for c in calendars), default=None),
                last_due_on=await condition.last_due_on(connection),
                awaiting=await condition.awaiting(connection),
            )

    async def ready(self, clock: Clock) -> bool:
        """Tell whether this process can serve, some seconds old at most; however many ask, one look is taken."""
        if self.leaving:  # told to stop: nothing new should come
            return False
        look = self._look
        if look.task is None or (look.task.done() and time.monotonic() >= look.until):
            look.task = asyncio.create_task(self._looked(clock))
        await asyncio.wait({look.task}, timeout=PATIENCE_SECONDS)
        if not look.task.done():
            self._tell([Check("检查", ok=False, detail="没有及时得到答复。")])
            return False
        return look.task.result()

    async def refuse_wrong_clock(self, clock: Clock) -> None:
        """Refuse to go by a clock that differs from the database's, where the office demands it. Raises Unavailable."""
        if self.demands.clock_seconds is None or not self.database.postgres:
            return
        async with self.database.reading() as connection:
            await self._check_clock(clock, connection)

    @cached_property
    def _look(self) -> _Look:
        return _Look()

    async def _looked(self, clock: Clock) -> bool:
        checks = await self.readiness(clock)
        self._look.until = time.monotonic() + FRESH_SECONDS
        self._tell(checks)
        return _fit(checks)

    def _tell(self, checks: list[Check]) -> None:
        """Say in one line when the verdict has changed, and why."""
        why = "；".join(f"{check.name}：{check.detail}" for check in checks if not check.ok)
        verdict = _fit(checks)
        if (verdict, why) == self._look.told:
            return
        self._look.told = (verdict, why)
        if not verdict:
            log.warning("not ready: %s", why)
        elif why:
            log.warning("ready, but: %s", why)
        else:
            log.info("ready")

    async def _calendar(self, clock: Clock) -> Check:
        """Warn where limits run on after the last notice of holidays; looked at now and then, and never waited for."""
        look = self._look
        if time.monotonic() >= look.calendar_until:
            look.calendar_until = time.monotonic() + CALENDAR_SECONDS
            with contextlib.suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(CALENDAR_PATIENCE):
                    found = calendar_check(await self.calendar_reach(), local_date(clock()))
                    detail = "" if found.ok else found.detail
                    look.calendar = found._replace(name=look.calendar.name, detail=detail)
        return look.calendar

    async def _of_database(self, clock: Clock) -> list[Check]:
        found = [await _checked("数据库", health.try_writing(self.database))]
        if not found[0].ok:
            return found
        try:
            async with self.database.reading() as connection:
                checks = {
                    "不丢失": self.database.check_settings(connection),
                    "表结构": compatible(connection),
                    "时钟": self._check_clock(clock, connection),
                    "备库": health.check_standby(connection, required=self.demands.standby),
                }
                for name, check in checks.items():
                    found.append(await _checked(name, check))
        except Unavailable as trouble:
            return [Check("数据库", ok=False, detail=trouble.detail)]
        return found

    async def _check_files(self) -> None:
        name = await self.installation()
        await asyncio.to_thread(self.folder.try_writing, name)

    async def _check_clock(self, clock: Clock, connection: Connection) -> None:
        most = self.demands.clock_seconds
        if most is None:
            return
        before, theirs, after = clock(), await health.clock(connection), clock()
        if theirs is None:
            return
        # it was told at some moment in between
        fast, slow = before - theirs, theirs - after
        off = max(fast, slow, timedelta(0)).total_seconds()
        if off > most:
            how = "快" if fast > slow else "慢"
            raise Unavailable(
                f"本机时钟比数据库{how} {off:.1f} 秒，超过允许的 {most:g} 秒，请先校准（NTP）。"
            )


def _fit(checks: list[Check]) -> bool:
    """Tell whether nothing is wrong that keeps a process from serving; a warning does not."""
    return all(check.ok or check.warning for check in checks)


async def _checked(name: str, check: Awaitable[None]) -> Check:
    try:
        await check
    except Unavailable as trouble:
        return Check(name, ok=False, detail=trouble.detail)
    return Check(name, ok=True, detail="")
