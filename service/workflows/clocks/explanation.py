"""时限说明 — how a date came about, day by day, in words anyone can check against a wall calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.workflows.calendar import ASSUMPTION, DAY, WorkCalendar, local_date
from service.workflows.case.parts import Clock
from service.workflows.clocks.dates import Counts, Dates, dates_of, reckon, remaining, spent
from service.workflows.clocks.ledger import intervals, pauses, seen, started_on
from service.workflows.clocks.limits import Interval, held
from service.workflows.definition.duration import UNIT_TITLES, Duration
from service.workflows.definition.models import Policy

WEEKDAYS = "一二三四五六日"
TITLES = {"promised": "承诺时限", "statutory": "法定时限"}


def explain(
    clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime
) -> dict[str, Any]:
    """Return the limits, every day with its reason, and one sentence; all dates are ISO text.

    `{title, basis, state, promised, statutory, started_on, promised_on, statutory_on, due_on, safe_on, provisional,
    known, remaining: {promised, statutory}, extensions: [{days, at, by, reason}], pauses: [{from, to, why}],
    days: [{date, counted, n, why}], calendar, sentence}`; `known` is text and empty unless provisional.
    """
    ledger = reckon(seen(clock, as_of), calendar, policy, as_of)
    left = remaining(clock, calendar, policy, as_of)
    known = _how_certain(ledger, calendar, policy)
    return {
        "title": clock.title,
        "basis": clock.basis,
        "state": ledger.state,
        "promised": ledger.promised,
        "statutory": ledger.statutory,
        "started_on": started_on(ledger).isoformat(),
        "promised_on": _iso_day(ledger.promised_on),
        "statutory_on": _iso_day(ledger.statutory_on),
        "due_on": _iso_day(ledger.due_on),
        "safe_on": _iso_day(ledger.safe_on),
        "provisional": ledger.provisional,
        "known": known,
        "remaining": left._asdict(),
        "extensions": list(ledger.extensions),
        "pauses": [
            {"from": _iso_day(off), "to": _iso_day(on), "why": why}
            for off, on, why in pauses(ledger)
        ],
        "days": _day_by_day(ledger, calendar, policy, as_of),
        "calendar": ledger.calendar,
        "sentence": _sentence(ledger, calendar, policy, as_of, left) + known,
    }


@dataclass(slots=True)
class _Reasons:
    """Why each day counts or does not, asked in the order of the days."""

    clock: Clock
    calendar: WorkCalendar
    covered: Sequence[Interval]
    working: bool  # working days are counted, not calendar days
    full: date | None  # the last day of a limit in calendar units before it rolls on
    n: int = 0

    def row(self, day: date) -> dict[str, Any]:
        """Return one line of the explanation."""
        counted, why = self._judge(day)
        return {"date": day.isoformat(), "counted": counted, "n": self.n, "why": why}

    def _judge(self, day: date) -> tuple[bool, str]:
        inside = any(after < day and (last is None or day <= last) for after, last in self.covered)
        kind = self.calendar.why(day)
        if day == started_on(self.clock) and not inside:
            return False, "起算日不计入"
        if self.working and not self.calendar.is_working(day):
            return False, kind
        if not inside:
            return False, self._stopped(day)
        if self.full and day > self.full:
            working = self.calendar.is_working(day)
            return (
                False,
                "期满日逢休息日，顺延至本日届满" if working else f"期满日逢休息日，顺延（{kind}）",
            )
        self.n += 1
        plain = not self.working or kind == "工作日"
        return True, f"计入第{self.n}天" if plain else f"{kind}，计入第{self.n}天"

    def _stopped(self, day: date) -> str:
        restarts = {on for _, on, _ in pauses(self.clock)}
        if day in restarts & {self.clock.promised_on, self.clock.statutory_on}:
            return "停表时期限正好用完，恢复当日届满"
        for off, on, why in pauses(self.clock):
            if off < day and (on is None or day <= on):
                return f"停表：{why}" if why else "停表"
        return "时限已结束"


def _day_by_day(
    clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime
) -> list[dict[str, Any]]:
    """List every day from the start to the later limit; without one (paused), to the day of `as_of`."""
    first, covered, dates = (
        started_on(clock),
        intervals(clock, policy),
        dates_of(clock, calendar, policy),
    )
    ends = [day for day in (clock.promised_on, clock.statutory_on) if day]
    if clock.state == "settled" or not ends:
        ends.append(
            covered[-1][1] if clock.state == "settled" and covered[-1][1] else local_date(as_of)
        )
    last = max(first, *ends)
    reasons = _Reasons(clock, calendar, covered, _counts_working_days(clock), _full(dates))
    return [reasons.row(first + n * DAY) for n in range((last - first).days + 1)]


def _full(dates: Dates) -> date | None:
    """Return the unrolled end of the later limit."""
    limits = [limit for limit in (dates.promised, dates.statutory) if limit]
    return max(limits).unrolled if limits else None


def _counts_working_days(clock: Clock) -> bool:
    return any(limit and limit.endswith("wd") for limit in (clock.promised, clock.statutory))


def _how_certain(clock: Clock, calendar: WorkCalendar, policy: Policy) -> str:
    """Say how much of a provisional limit is certain, and what is assumed for the rest (R-CAL-5)."""
    last = max((day for day in (clock.promised_on, clock.statutory_on) if day), default=None)
    if not clock.provisional or last is None:
        return ""
    first = started_on(clock)
    missing = [
        year for year in range(first.year, last.year + 1) if not calendar.known(date(year, 1, 1))
    ]
    years = "、".join(f"{year}年" for year in missing)
    if not _counts_working_days(clock):
        return f"{years}放假安排没有公布或录入，期满日是否休息{ASSUMPTION}。"
    covered = intervals(clock, policy)
    total = held(covered, last, calendar)
    open_days = sum(_in_year(covered, year, last, calendar) for year in missing)
    certain = f"{total}个工作日中已确定{total - open_days}个"
    return f"{certain}，其余{open_days}个在{years}，放假安排没有公布或录入，{ASSUMPTION}。"


def _in_year(covered: Sequence[Interval], year: int, last: date, calendar: WorkCalendar) -> int:
    eve, end = date(year - 1, 12, 31), min(date(year, 12, 31), last)
    return held(covered, end, calendar) - held(covered, eve, calendar)


def _sentence(
    clock: Clock, calendar: WorkCalendar, policy: Policy, as_of: datetime, left: Counts
) -> str:
    """Compose the sentence a clerk can read to an applicant."""
    day_of_start = "当日计入" if policy.count_start_day else "当日不计入"
    parts = [f"{_day_said(started_on(clock))}起算，{day_of_start}"]
    parts += [text for name in TITLES if (text := _limit(clock, name, left))]
    if clock.extensions:
        lengths = "、".join(
            Duration.parse(extension["days"]).title() for extension in clock.extensions
        )
        parts.append(f"法定时限已含经批准延长的{lengths}")
    if pauses(clock):
        reasons = "、".join(dict.fromkeys(why for _, _, why in pauses(clock) if why))
        stopped = spent(clock, calendar, as_of).paused
        parts.append(f"其间停表{stopped}个工作日不计入" + (f"（{reasons}）" if reasons else ""))
    parts += {"paused": ["现已停表，恢复后继续计算"], "settled": ["计时已经结束"]}.get(
        clock.state, []
    )
    if clock.safe_on and clock.safe_on != clock.statutory_on:
        parts.append(f"自进入系统之日按国家日历计算的稳妥日期为{_day_said(clock.safe_on)}")
    return "；".join(parts) + "。"


def _limit(clock: Clock, name: str, left: Counts) -> str:
    """Say one limit: where it ends, or while stopped how much is left."""
    limit: str | None = getattr(clock, name)
    if limit is None:
        return ""
    length, last = Duration.parse(limit), getattr(clock, f"{name}_on")
    words = f"{TITLES[name]}{length.title()}"
    if last and length.count == 0:
        return f"{words}，即{_day_said(last)}"
    if last:
        skipping = "（周末和节假日不计，调休上班日计入）" if length.unit == "wd" else ""
        return f"{words}{skipping}，到{_day_said(last)}{clock.closes_at or '24时'}届满"
    days, unit = getattr(left, name), UNIT_TITLES["wd" if length.unit == "wd" else "d"]
    return f"{words}，已超过{-days}{unit}" if days < 0 else f"{words}，还剩{days}{unit}"


def _day_said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def _iso_day(day: date | None) -> str | None:
    return day.isoformat() if day else None
