"""期间 — where a limit ends: working days by the calendar, other units by 民法典 202 and 203."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from service.workflows.calendar import DAY, WorkCalendar
from service.workflows.definition.duration import Duration, shift

REMEMBERED = 4096  # sums of days: cases of one day and kind ask for the same ones
Interval = tuple[
    date, date | None
]  # the days after the first, up to and including the second (None: without end)


class End(NamedTuple):
    """期满日 — the last day of a limit, and the day it would have been without rolling over days off."""

    on: date
    unrolled: date


def deadline(day: date, limit: Duration, calendar: WorkCalendar) -> date:
    """Return the last day of an uninterrupted limit that starts on the day (the day itself not counted)."""
    if limit.count == 0:
        return day
    if limit.unit == "wd":
        return calendar.add(day, limit.count)
    return calendar.roll(shift(day, limit))


def clip(intervals: Sequence[Interval], after: date) -> list[Interval]:
    """Return the part of the intervals later than a day."""
    return [(max(first, after), last) for first, last in intervals if last is None or last > after]


def held(intervals: Sequence[Interval], until: date, calendar: WorkCalendar | None) -> int:
    """Count the days of the intervals up to and including a day: working days, or all if no calendar is given."""
    total = 0
    for after, last in intervals:
        to = until if last is None else min(last, until)
        total += calendar.count(after, to) if calendar else max(0, (to - after).days)
    return total


def nth(intervals: Sequence[Interval], n: int, calendar: WorkCalendar | None) -> date | None:
    """Return the n-th day of the intervals, n ≥ 1, or None if they end before it."""
    for after, last in intervals:
        inside = n if last is None else held([(after, last)], last, calendar)
        if inside >= n:
            return calendar.add(after, n) if calendar else after + n * DAY
        n -= inside
    return None


def end(
    intervals: Sequence[Interval], day: date, limit: Duration, calendar: WorkCalendar
) -> End | None:
    """Return where a limit that starts on the day ends if only the days of the intervals count.

    A limit in calendar units is lengthened by the days outside; it rolls to the next working day that is inside. A stop
    on the last day lengthens it too, though nothing was left to count: by the days up to the restart (R-CLK-3).
    """
    return _end(tuple(intervals), day, limit, calendar)


@lru_cache(maxsize=REMEMBERED)
def _end(
    intervals: Sequence[Interval], day: date, limit: Duration, calendar: WorkCalendar
) -> End | None:
    if limit.count == 0:
        return End(day, day)
    if limit.unit == "wd":
        last = nth(intervals, limit.count, calendar)
        last = last and _stopped_on_its_last_day(intervals, last, calendar, rolls=False)
        return End(last, last) if last else None
    unrolled = nth(intervals, (shift(day, limit) - day).days, None)
    rolled = unrolled and nth(clip(intervals, unrolled - DAY), 1, calendar)
    rolled = rolled and _stopped_on_its_last_day(intervals, rolled, calendar, rolls=True)
    return End(rolled, unrolled) if unrolled and rolled else None


def _stopped_on_its_last_day(
    intervals: Sequence[Interval], day: date, calendar: WorkCalendar, *, rolls: bool
) -> date | None:
    """Return the last day of a limit that had nothing left when it was stopped; None while it stands.

    Of working days it is the last one up to the restart; in calendar units the restart itself, rolled on.
    """
    following: Sequence[Interval | None] = [*intervals[1:], None]
    for (_, stopped), onward in zip(intervals, following, strict=True):
        if stopped != day:
            continue
        if onward is None:
            return day  # it stands, or has ended
        restarted = onward[0]
        day = calendar.roll(restarted) if rolls else max(day, calendar.before(restarted + DAY, 1))
    return day


@lru_cache(maxsize=1024)
def compare(a: Duration, b: Duration, calendar: WorkCalendar) -> bool:
    """Tell whether `a` never ends later than `b`, from every start day of the known years (R-TIME-6)."""
    if a.unit == b.unit or a.count == 0:
        return a.count <= b.count if a.unit == b.unit else True
    years = calendar.years or (
        2024,
        2025,
        2026,
        2027,
    )  # unpublished years differ only by weekday: four show them all
    first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
    days = (date.fromordinal(ordinal) for ordinal in range(first, last + 1))
    return all(deadline(day, a, calendar) <= deadline(day, b, calendar) for day in days)
