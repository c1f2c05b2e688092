"""封存与见证 — what was written is sealed each minute, and the seal sent to a second place; one that fails to come is missed."""

import logging
from datetime import datetime, timedelta
from functools import cached_property

from service.errors import Unavailable
from service.office.cached import Cached
from service.office.condition import Check
from service.office.outside_witness import Place
from service.office.watch import Watch, measured
from service.store import seals
from service.store.cases import Row
from service.watching import metrics
from service.watching.log import tell
from service.workflows.calendar import TZ, local_date

_MINUTE = timedelta(minutes=1)
AT_ONCE = 500  # seals sent together
FRESH_SECONDS = 30.0

log = logging.getLogger("yijianshi.witness")


class Witnessing(Watch):
    """The verbs of the record's own record. Killing them at any point changes nothing but the delay."""

    async def seal_records(self, now: datetime) -> int:
        """Seal what is new and send it outside, where the last time is long enough ago; return how many seals were made."""
        if not await self._is_time(now):
            return 0
        made, more = 0, True
        while more:
            async with self.database.transaction() as tx:
                sealed = await seals.add(tx, now, local_date(now))
            made += sealed is not None
            more = bool(sealed and sealed["body"]["more"])
        for place in self.outside.places:
            await self._send(place, now)
        await self._miss(now)
        return made

    async def _is_time(self, now: datetime) -> bool:
        async with self.database.reading() as connection:
            newest = await seals.newest(connection)
            tried = [row["tried_at"] for row in await seals.witnesses(connection)]
        last = max([*tried, *([newest["at"]] if newest else [])], default=None)
        # a clock that was set back is no reason to wait
        return last is None or not timedelta(0) <= now - last < self.outside.every

    async def _send(self, place: Place, now: datetime) -> None:
        """Hand over what the place has not taken yet; at least the newest, as a sign of life."""
        async with self.database.reading() as connection:
            known = {row["place"]: row["number"] for row in await seals.witnesses(connection)}
            newest = await seals.newest(connection)
            number = min(known.get(place.name, 0), newest["number"] - 1 if newest else 0)
            waiting = await seals.after(connection, number, AT_ONCE)
        if not waiting:
            return
        month = f"{now.astimezone(TZ):%Y-%m}"
        error = await place.take(month, [seals.line(row) for row in waiting])
        row: Row = {"place": place.name, "tried_at": now, "error": error}
        if not error:
            row |= {"number": waiting[-1]["number"], "accepted_at": now}
        async with self.database.transaction() as tx:
            await seals.witnessed(tx, row)

    async def witness_age(self, now: datetime) -> timedelta | None:
        """Return how long ago every place had last taken a seal; None where none is set up.

        A place that never took one counts from the first seal.
        """
        if not self.outside.places:
            return None
        async with self.database.reading() as connection:
            first = await seals.after(connection, 0, 1)
            known = {row["place"]: row["accepted_at"] for row in await seals.witnesses(connection)}
        since = first[0]["at"] if first else now
        return now - min(known.get(place.name) or since for place in self.outside.places)

    async def _miss(self, now: datetime) -> None:
        age = await self.witness_age(now)
        if age is not None and age >= self.outside.longest:
            hours = round(age / timedelta(hours=1), 1)
            tell(log, "witness_missing", level=logging.ERROR, hours=hours)

    @cached_property
    def _age(self) -> Cached[timedelta | None]:
        return Cached(FRESH_SECONDS)

    async def witness_checks(self, now: datetime) -> list[Check]:
        """Look at the second place and at our own power over the database. Raises Unavailable."""
        found = [await self._checked_role()]
        age = await self.witness_age(now)
        if age is None:
            nowhere = "没有设置见证的地方：旧备份和整体重写查不出来"
            return [*found, Check("witness", ok=False, detail=nowhere, warning=True)]
        ok = age < self.outside.longest
        return [*found, Check("witness", ok=ok, detail=f"上次见证在 {int(age / _MINUTE)} 分钟前")]

    async def _checked_role(self) -> Check:
        if not self.database.postgres:
            said = "SQLite 不分角色：能写数据库文件的人能绕过办理记录的保护，要靠对外见证发现"
            return Check("role", ok=False, detail=said, warning=True)
        power = await self.too_mighty()
        said = f"服务以{power}连接，能绕过办理记录的保护" if power else "服务不能改动办理记录"
        return Check("role", ok=not power, detail=said, warning=True)

    async def refuse_unwitnessed(self, now: datetime) -> None:
        """Take no new application while the second place has been silent too long, where the settings say so.

        Raises Unavailable.
        """
        if not self.outside.required:
            return
        age = await self._age.get(lambda: self.witness_age(now))
        if age is not None and age >= self.outside.longest:
            raise Unavailable(
                "办理记录暂时不能对外见证，现在不能接收新的申请，请稍后再试；已经提交的不受影响。"
            )


@measured
async def _witness_level(office: Watch, now: datetime) -> None:
    age = await office.witness_age(now) if isinstance(office, Witnessing) else None
    if age is not None:
        metrics.WITNESS_AGE.set(age.total_seconds())
