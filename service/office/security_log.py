"""查阅留痕 — the security log as supervision reads it, and its end."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from service.errors import NotPermitted
from service.office.desk import Desk
from service.office.security import HOUR, Entry, Fact
from service.office.views import Page, value_of
from service.store import security
from service.store.security import Looked
from service.workflows.calendar import TZ
from service.workflows.case import Actor

MOST_ROWS = 200
PURGED_EVERY = timedelta(hours=1)
MOST_PURGED = 1_000
ONE_DAY = timedelta(days=1)
EVERYTHING = Looked()


def looked_for(
    account: str, about: str, fact: str, since: date | None, until: date | None
) -> Looked:
    """Return what to look for; both days are in it, Beijing time."""
    first = _begin(since) if since else None
    after = _begin(until + ONE_DAY) if until and until < date.max - ONE_DAY else None
    return Looked(account, about, fact, first, after)


def _begin(day: date) -> datetime:
    return datetime.combine(max(day, date.min + ONE_DAY), time(), TZ)


@dataclass(frozen=True, slots=True)
class LogLine:
    """安全日志的一行 — see `store.offices.SecurityEntry`."""

    id: str
    at: datetime
    fact: Fact
    account: str
    kind: str
    address: str
    about: str
    part: str
    request: str
    detail: str


@dataclass(slots=True)
class _Purged:
    """When this process last looked for what is over its term."""

    at: datetime | None = None


class SecurityLog(Desk):
    """Reading the log, writing what waits, and removing what is over its term."""

    async def security_log(
        self,
        actor: Actor,
        now: datetime,
        wanted: Looked = EVERYTHING,
        cursor: str = "",
        limit: int = 50,
    ) -> Page[LogLine]:
        """Return the log, the newest first. Raises NotPermitted for all but supervision; its reading is noted too."""
        if not actor.is_supervisor:
            raise NotPermitted("只有效能监察可以查看安全日志", action="security_log")
        who = {"account": actor.account, "kind": actor.kind}
        self.noted.later(Entry(fact="read_log", at=now, about=wanted.about, **who), once=HOUR)
        await self.write_noted()
        async with self.database.reading() as connection:
            most = max(1, min(limit, MOST_ROWS))
            found = await security.listed(connection, wanted, limit=most, cursor=cursor)
        return Page([value_of(LogLine, row) for row in found.rows], found.next or None)

    async def whole_security_log(self, now: datetime, wanted: Looked) -> list[LogLine]:
        """Return the log for who runs the machine, the oldest first; that it was read is noted as well."""
        self.noted.later(Entry(fact="read_log", at=now, about=wanted.about, detail="command"))
        await self.write_noted()
        found: list[LogLine] = []
        cursor = ""
        async with self.database.reading() as connection:
            while True:
                part = await security.listed(connection, wanted, limit=MOST_ROWS, cursor=cursor)
                found += [value_of(LogLine, row) for row in part.rows]
                cursor = part.next
                if not cursor:
                    return found[::-1]

    async def write_noted(self) -> int:
        """Write down what this process saw since the last time; return how many entries."""
        return await self.noted.write(self.database)

    @cached_property
    def _purged(self) -> _Purged:
        return _Purged()

    async def purge_security_log(self, now: datetime) -> int:
        """Remove what is older than the term of the settings, once an hour and some at a time; return how many entries."""
        if self._purged.at is not None and now - self._purged.at < PURGED_EVERY:
            return 0
        before = now - timedelta(days=self.security_log_days)
        async with self.database.transaction() as tx:
            gone = await security.purge(tx, before, most=MOST_PURGED)
        if gone < MOST_PURGED:
            self._purged.at = now
        return gone
