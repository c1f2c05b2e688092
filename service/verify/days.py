"""逐日数 — due dates counted again day by day, from the ledger and the notices, without any of the engine's arithmetic.

A day counts if the clock was running when it began (00:00 in Asia/Shanghai): R-TIME-1, R-CLK-3.
"""

import hashlib
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product, takewhile
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
FURTHEST = 20_000  # days walked before a date is given up
# (month, day): off by 全国年节及纪念日放假办法 2, notice or not
FEASTS = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


class Days:
    """日历 — which days are working days by some notices, the later layer over the earlier."""

    def __init__(self, notices: Sequence[Row]) -> None:
        self._listed: dict[date, bool] = {}
        first = notices[0]["layer"] if notices else ""
        self._known = {notice["year"] for notice in notices if notice["layer"] == first}
        for notice in notices:
            self._listed |= dict.fromkeys(_spread(notice.get("holidays", [])), False)
            self._listed |= dict.fromkeys(_spread(notice.get("workdays", [])), True)

    def working(self, day: date) -> bool:
        """Tell whether it is a working day; Law: 许可法 82."""
        if day in self._listed:
            return self._listed[day]
        return day.weekday() < 5 and (day.year in self._known or (day.month, day.day) not in FEASTS)


def chosen(notices: Sequence[Row], version: str) -> list[Row] | None:
    """Return the notices that a calendar version names, None if those at hand are not the ones it was made of."""
    named, _, seal = version.partition("#")
    options = [
        [n for n in notices if f"{n['layer']}-{n['year']}" == name] for name in named.split(".")
    ]
    return next((list(picked) for picked in product(*options) if _seal(picked) == seal), None)


def _seal(notices: Sequence[Row]) -> str:
    digest = hashlib.sha256()
    for notice in notices:
        off, on = (sorted(_spread(notice.get(name, []))) for name in ("holidays", "workdays"))
        digest.update(repr((notice["layer"], notice["year"], notice["source"], off, on)).encode())
    return digest.hexdigest()[:8]


def _spread(entries: Sequence[Any]) -> set[date]:
    days: set[date] = set()
    for entry in entries:
        run, _, _ = str(entry).partition(" ")  # after a blank: which holiday it is
        first, _, last = run.partition("/")
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last or first):
            days.add(day)
            day += DAY
    return days


def local(at: datetime | str) -> date:
    """Return the legal day of an instant."""
    return instant(at).astimezone(LEGAL_ZONE).date()


def instant(text: datetime | str) -> datetime:
    """Return an instant of a ledger or a record."""
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def begins(day: date) -> datetime:
    """Return the instant at which a legal day begins."""
    return datetime.combine(day, time(), LEGAL_ZONE).astimezone(UTC)


def count_of(length: str) -> tuple[int, str]:
    """Split `13wd` into 13 and wd."""
    unit = length.lstrip("0123456789")
    return int(length[: -len(unit)]), unit


def later(day: date, count: int, unit: str) -> date:
    """Return the corresponding day, the month's last where there is none; Law: 民法典 202."""
    if unit == "d":
        return day + count * DAY
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class Ledger:
    """台账 — the spans of a clock, asked about one day at a time; the last span counts as still open."""

    def __init__(
        self, clock: Row, policy: Row, *, entered: date | None = None, as_before: bool = False
    ) -> None:
        """Read the spans; `as_before`: as until a stop on the last day lengthened the limit too."""
        self._as_before = as_before
        self.started = local(clock["spans"][0][0])
        self.first = entered or self.started
        self._spans = [
            (local(began), local(stopped) if stopped else None)
            for began, stopped, _ in clock["spans"]
        ]
        self._spans[-1] = (self._spans[-1][0], None)
        self._spans[0] = (self.first, self._spans[0][1])
        self._start_counts = bool(policy.get("count_start_day", False))

    def covers(self, day: date) -> bool:
        """Tell whether the clock was running when the day began; the very first day only by the policy."""
        if day == self.first and self._start_counts:
            return True
        return any(began < day and (ended is None or day <= ended) for began, ended in self._spans)

    def days(self, after: date | None, calendar: Days | None) -> Iterator[date]:
        """Walk the days that count, later than a day (None: from the start); only working days with a calendar."""
        day = self.first if after is None else after + DAY
        for _ in range(FURTHEST):
            if self.covers(day) and (calendar is None or calendar.working(day)):
                yield day
            day += DAY

    def end(self, length: str, calendar: Days, after: date | None = None) -> date | None:
        """Return the last day of a limit that starts with the ledger, or counts on after a day."""
        count, unit = count_of(length)
        start = self.first if after is None else after
        if count == 0:
            return start
        if unit == "wd":
            return self._stood(_nth(self.days(after, calendar), count), calendar, forward=False)
        full = _nth(self.days(after, None), (later(start, count, unit) - start).days)
        rolled = next((day for day in self.days(full - DAY, calendar)), None) if full else None
        return self._stood(rolled, calendar, forward=True)

    def _stood(self, last: date | None, calendar: Days, *, forward: bool) -> date | None:
        """Move a last day on which the clock was stopped to its restart: nothing was left, yet it was not over (R-CLK-3).

        A restart on a day off: for a limit in working days the working day before it, else the one after.
        """
        for (_, ended), (again, _) in pairwise(self._spans):
            if last is None or ended != last or self._as_before:
                continue
            day = again
            while not calendar.working(day) and (forward or day > last):
                day += DAY if forward else -DAY
            last = max(day, last)
        return last


def _nth(days: Iterator[date], count: int) -> date | None:
    return next((day for n, day in enumerate(days, start=1) if n == count), None)


def limit_of(clock: Row, name: str, ledger: Ledger, calendar: Days) -> date | None:
    """Return the last day of one of the two limits; each extension counts on from the old statutory end."""
    if not clock[name]:
        return None
    last = ledger.end(clock[name], calendar)
    for extension in clock["extensions"] if name == "statutory" else []:
        last = last and ledger.end(extension["days"], calendar, last)
    return last


def dates_of(
    clock: Row, notices: Sequence[Row], policy: Row, *, as_before: bool = False
) -> dict[str, date | None]:
    """Count all dates of a clock that runs: promised, statutory, due, safe; a day that is given is not counted."""
    if end := clock["ends_on"]:
        return {"promised_on": None, "statutory_on": end, "due_on": end, "safe_on": None}
    calendar, ledger = Days(notices), Ledger(clock, policy, as_before=as_before)
    promised = limit_of(clock, "promised", ledger, calendar)
    statutory = limit_of(clock, "statutory", ledger, calendar)
    safe = None
    if clock["entered_at"]:
        national = Days([notice for notice in notices if notice["layer"] == notices[0]["layer"]])
        entered = local(clock["entered_at"])
        entry = Ledger(clock, policy, entered=entered, as_before=as_before)
        safe = limit_of(clock, "statutory", entry, national)
    due = min((day for day in (promised, statutory) if day), default=None)
    return {"promised_on": promised, "statutory_on": statutory, "due_on": due, "safe_on": safe}


def wake_of(
    clock: Row, dates: Mapping[str, date | None], notices: Sequence[Row], policy: Row
) -> datetime | None:
    """Return when the next thing not yet marked falls due on a running clock.

    On an estimated day nothing final does: then the day is when that is said, once.
    """
    promised, statutory = dates["promised_on"], dates["statutory_on"]
    due = dates["due_on"]
    nearer = "promised" if due == promised and promised else "statutory"
    if due == promised == statutory and _estimated(clock, "promised", due, notices):
        nearer = "statutory"
    falls: list[tuple[datetime, bool]] = []  # an instant, and whether it is told by a notice
    if due and clock["expiry"]:
        falls.append((_over(clock, due), not _estimated(clock, nearer, due, notices)))
    if clock["owner"] == "department":
        limit, late = ("promised", promised) if promised else ("statutory", due)
        if late and not clock["red_on"]:
            falls.append((begins(late + DAY), not _estimated(clock, limit, late, notices)))
        if statutory and not clock["breach_on"]:
            sure = not _estimated(clock, "statutory", statutory, notices)
            falls.append((begins(statutory + DAY), sure))
        if not clock["yellow_on"] and not clock["red_on"]:
            card = yellow_of(clock, dates, Days(notices), policy)
            falls += [(begins(card), True)] if card else []  # a reminder ends nothing
    restarted = begins(local(clock["spans"][-1][0]) + DAY)  # nothing falls due while a clock stands
    pause = timedelta(minutes=5 if clock["ends_on"] and clock["owner"] == "public" else 0)
    awaited = clock.get("awaited_on")
    found = [at for at, sure in falls if sure or not awaited]
    return min((max(at, restarted) + pause for at in found), default=None)


def _over(clock: Row, last: date) -> datetime:
    """Return when a period ends: at 24:00 of its last day, or when the office closed on it."""
    if closes := clock.get("closes_at"):
        at = datetime.combine(last, time.fromisoformat(closes), LEGAL_ZONE)
        return at.astimezone(UTC)
    return begins(last + DAY)


def _estimated(clock: Row, limit: str, last: date | None, notices: Sequence[Row]) -> bool:
    """Tell whether a last day hangs on a year without a notice: of working days any on the way, else its own."""
    if last is None or clock["ends_on"]:
        return False
    lengths = [clock[limit]]
    lengths += [each["days"] for each in clock["extensions"]] if limit == "statutory" else []
    lengths = [each for each in lengths if each and count_of(each)[0]]
    known = {each["year"] for each in notices if each["layer"] == notices[0]["layer"]}
    begun = (local(clock["spans"][0][0]) + DAY).year
    first = begun if any(each.endswith("wd") for each in lengths) else last.year
    return bool(lengths) and not all(year in known for year in range(first, last.year + 1))


def yellow_of(
    clock: Row, dates: Mapping[str, date | None], calendar: Days, policy: Row
) -> date | None:
    """Return the day on which little of a limit in working days is left, or much is used (R-MON-1)."""
    last = dates["promised_on"] or dates["statutory_on"]
    length = clock["promised"] or clock["statutory"] or ""
    if last is None or not length.endswith("wd") or length == "0wd":
        return None
    ledger = Ledger(clock, policy)
    counted = list(takewhile(lambda day: day <= last, ledger.days(None, calendar)))
    used = -(-policy.get("yellow_percent", 80) * len(counted) // 100)
    n = max(1, min(len(counted) - policy.get("yellow_days_left", 1), used))
    after_start = [day for day in counted[n - 1 :] if day != ledger.started]
    return after_start[0] if after_start else None
