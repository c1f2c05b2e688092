"""G11 — working days and limits, each against a walk day by day over the calendar of another project (F-24, F-20).

A vector is a limit with a random start, random pauses and perhaps an extension; or an addition, a count or a way back on
the bare calendar. The instants are odd, the machine's zone changes from vector to vector.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]

from service.errors import ServiceError
from service.workflows import clocks
from service.workflows.calendar import build, built_in
from service.workflows.case import Clock
from service.workflows.definition import Duration, Policy
from tests.gates.gate import Gate, Tally

NATIONAL = build(built_in(), ("CN",))
POLICY = Policy()
BEIJING = ZoneInfo("Asia/Shanghai")
FIRST, DAYS = date(2024, 1, 1), 730
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Asia/Urumqi")


@cache
def works(day: date) -> bool:
    """Say whether somebody works that day."""
    return bool(chinese_calendar.is_workday(day))


def nth(since: date, n: int, stopped: list[tuple[date, date]] | None = None) -> date:
    """Return the n-th working day after a day; a stop that begins by then puts it off by the working days it took."""
    while n:
        since += timedelta(days=1)
        n -= works(since)
    for begin, end in stopped or ():
        if begin <= since:
            took = (begin + timedelta(days=k) for k in range(1, (end - begin).days + 1))
            since = nth(since, sum(map(works, took)))
    return since


@dataclass
class Vector:
    """A limit and its fate."""

    start: datetime
    statutory: int
    promised: int
    pauses: list[tuple[datetime, datetime]]
    extension: tuple[datetime, int] | None = None

    @classmethod
    def drawn(cls, chance: Random) -> "Vector":
        """Draw one."""
        at = moment(chance, FIRST + timedelta(days=chance.randrange(DAYS)))
        statutory = chance.randint(1, 45)
        made = cls(at, statutory, chance.randint(1, statutory), [])
        for _ in range(chance.randrange(4)):
            begin = at + timedelta(days=chance.randrange(9), seconds=chance.randrange(86_400))
            end = begin + timedelta(days=chance.randrange(12), seconds=chance.randrange(86_400))
            if day(begin) > nth(day(made.start), statutory, made.stopped()):
                break
            made.pauses.append((begin, end))
            at = end
        due = nth(day(made.start), statutory, made.stopped())
        if chance.random() < 0.4 and day(at) <= due:
            made.extension = (at, chance.randint(1, 10))
        return made

    def stopped(self) -> list[tuple[date, date]]:
        """Return the days of the pauses."""
        return [(day(begin), day(end)) for begin, end in self.pauses]

    def expected(self) -> tuple[date, date]:
        """Return until when by law and by promise, counted one by one."""
        longer = self.extension[1] if self.extension else 0
        stopped, since = self.stopped(), day(self.start)
        return nth(since, self.statutory + longer, stopped), nth(since, self.promised, stopped)

    def reckoned(self) -> tuple[date | None, date | None]:
        """Return what the clock says."""
        blank = Clock(
            item="food",
            clock="decision",
            title="决定",
            statutory=f"{self.statutory}wd",
            promised=f"{self.promised}wd",
        )
        clock = clocks.start(blank, self.start, POLICY, NATIONAL, entry=False)
        now = self.start
        for begin, end in self.pauses:
            clock = clocks.reckon(clock, NATIONAL, POLICY, begin)
            clock = clocks.resume(clocks.stop(clock, begin, "特别程序"), end)
            now = end
        clock = clocks.reckon(clock, NATIONAL, POLICY, now)
        if self.extension:
            at, days = self.extension
            clock = clocks.extend(clock, Duration(days, "wd"), at, "head", "案情复杂")
            clock = clocks.reckon(clock, NATIONAL, POLICY, at)
        return clock.statutory_on, clock.promised_on


def moment(chance: Random, on: date) -> datetime:
    """Return an odd instant of a day in Beijing."""
    midnight = datetime(
        on.year, on.month, on.day, 0, 0, 0, 1 + 2 * chance.randrange(400), tzinfo=BEIJING
    )
    return midnight + timedelta(seconds=chance.randrange(86_400))


def day(at: datetime) -> date:
    """Return the day in Beijing."""
    return at.astimezone(BEIJING).date()


def of_calendar(chance: Random) -> str:
    """Return what the bare calendar gets wrong."""
    since, n = FIRST + timedelta(days=100 + chance.randrange(DAYS)), chance.randint(1, 60)
    there = nth(since, n)
    wrong = NATIONAL.add(since, n) != there or NATIONAL.count(since, there) != n
    wrong = wrong or NATIONAL.is_working(since) != works(since)
    wrong = wrong or NATIONAL.before(there + timedelta(days=1), 1) != there
    return f"{n} working days after {since}: {NATIONAL.add(since, n)}, not {there}" if wrong else ""


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """Let the machine stand in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


def told(vector: Vector) -> tuple[date | None, date | None] | str:
    """Return what the clock says, or why it refused."""
    try:
        return vector.reckoned()
    except ServiceError as refusal:
        return refusal.detail


def run(tally: Tally) -> None:
    """Draw vectors, three limits to each bare calculation."""
    for n in range(tally.size):
        with in_zone(ZONES[n % len(ZONES)]):
            if n % 4 == 0:
                wrong = of_calendar(tally.chance)
            else:
                vector = Vector.drawn(tally.chance)
                tally.seen["paused"] += bool(vector.pauses)
                tally.seen["extended"] += vector.extension is not None
                found, wanted = told(vector), vector.expected()
                wrong = "" if found == wanted else f"{vector}: {found}, not {wanted}"
        tally.trials += 1
        tally.check(not wrong, wrong)


@contextmanager
def planted() -> Iterator[None]:
    """A pause does not stop the clock."""
    real = clocks.stop
    clocks.stop = lambda clock, *_: clock
    try:
        yield
    finally:
        clocks.stop = real


GATE = Gate(
    "G11",
    "limits and working days, day by day",
    "vectors",
    size=20_000,
    night_size=2_000_000,
    run=run,
    planted=planted,
    tiny=400,
    planted_size=200,
    reached={"paused": 30, "extended": 10},
)
