"""还剩多少 — the days left of a clock in words, and why they are not the number of days on a wall calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from service.workflows.calendar import DAY, WorkCalendar, local_date
from service.workflows.case.parts import Clock
from service.workflows.clocks.dates import Counted, counted, days_left, ends_of
from service.workflows.clocks.ledger import seen
from service.workflows.clocks.limits import REMEMBERED, End
from service.workflows.definition.models import Policy

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Left:
    """还剩 — days after today up to the last, 0 on the last day, negative after it; `on` is None while the clock stands."""

    days: int
    working: bool  # working days, else calendar days
    on: date | None
    note: str = ""  # why it is not the number of days on a wall calendar; empty where it is
    over: bool = False  # the last day is past, if only by a weekend

    @property
    def words(self) -> str:
        """Say how much is left."""
        unit = "个工作日" if self.working else "天"
        if self.on is None:
            if self.days >= 0:
                return f"已停表，还剩 {self.days} {unit}"
            return f"已停表，已超过 {-self.days} {unit}"
        if self.days == 0:
            return "已过期限" if self.over else "今天是最后一天"
        return f"还剩 {self.days} {unit}" if self.days > 0 else f"已超过 {-self.days} {unit}"


def left(clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime) -> Left | None:
    """Return what is left up to the nearer of a clock's two dates; None when it has ended or has no limit."""
    ledger = seen(clock, as_of)
    if ledger.state == "settled":
        return None
    # what is paused has no last day
    given = ledger.ends_on if ledger.state == "running" else None
    running = ledger.state == "running"
    return _left(counted(ledger, policy), calendar, local_date(as_of), given, running=running)


@lru_cache(maxsize=REMEMBERED)
def _left(
    ledger: Counted, calendar: WorkCalendar, today: date, given: date | None, *, running: bool
) -> Left | None:
    """Return what is left on a day: remembered, for the clocks of a day ask for the same few sums."""
    counts = days_left(ledger, calendar, today)
    if counts.promised is None and counts.statutory is None:
        return None
    ends: tuple[End | None, End | None] = (None, None)
    if given:
        ends = (None, End(given, given))
    elif running:
        ends = ends_of(ledger, calendar)
    limits = (
        (ledger.promised, counts.promised, ends[0]),
        (ledger.statutory, counts.statutory, ends[1]),
    )
    known = [
        (end.on if end else None, days, str(limit), end)
        for limit, days, end in limits
        if days is not None
    ]
    on, days, limit, end = min(known, key=lambda each: (each[0] or date.max, each[1]))
    working = limit.endswith("wd")
    if on is None or end is None:
        return Left(days, working, None)
    note = _counted(calendar, today, on, days) if working else _rolled(calendar, end.unrolled, on)
    return Left(days, working, on, note, over=on < today)


@lru_cache(maxsize=REMEMBERED)
def _counted(calendar: WorkCalendar, today: date, on: date, days: int) -> str:
    if days <= 0 or days == (on - today).days:
        return ""
    between = list(_between(today, on))
    off = dict.fromkeys(calendar.feast(day) for day in between if not calendar.is_working(day))
    feasts = "、".join(name for name in off if name)
    taken = [f"{feasts}放假"] * bool(feasts) + ["周末"] * ("" in off)
    made_up = [_day_said(day) for day in between if calendar.is_working(day) and day.weekday() >= 5]
    parts = [
        f"已扣除{'和'.join(taken)}" if taken else "",
        f"计入{'、'.join(made_up)}调休上班" if made_up else "",
    ]
    return "，".join(filter(None, parts))


def _rolled(calendar: WorkCalendar, unrolled: date, on: date) -> str:
    if unrolled == on:
        return ""
    return (
        f"期满日{_day_said(unrolled)}逢{calendar.feast(unrolled) or '周末'}，顺延到{_day_said(on)}"
    )


def _between(today: date, on: date) -> Iterator[date]:
    return (today + n * DAY for n in range(1, (on - today).days + 1))


def _day_said(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
