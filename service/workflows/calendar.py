"""工作日历 — which days are working days, by which notice; every legal day here is a day in Asia/Shanghai.

A working day is a make-up day or a weekday that no notice takes off (R-CAL-1). A year whose notice is not published
is estimated, never refused and never passed off as known (R-CAL-5).
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import yaml

from service.workflows.definition.models import Calendar

TZ = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
# Off in every year by 全国年节及纪念日放假办法 2, notice or not; the other holidays follow the lunar calendar.
ALWAYS_OFF = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
ASSUMPTION = "暂按周一至周五上班、元旦劳动节国庆节法定日期放假、没有调休推算，公布后重新计算"


def local_date(at: datetime) -> date:
    """Return the legal date of an instant. Raises ValueError for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(TZ).date()


def midnight(day: date) -> datetime:
    """Return the UTC instant at which the legal day begins."""
    return datetime.combine(day, time(), TZ).astimezone(UTC)


class WorkCalendar:
    """工作日历 — immutable; equal and hashable by its version.

    `national` is the calendar of the first layer alone: what a court would count by (R-CAL-3).
    """

    __slots__ = ("_feasts", "_index", "_known", "_listed", "layers", "national", "version", "years")

    def __init__(self, notices: Sequence[Calendar], layers: Sequence[str]) -> None:
        """Take one notice for each layer and year; use `build` to choose them."""
        self.layers = tuple(layers)
        self.years = tuple(
            sorted({notice.year for notice in notices if notice.layer == self.layers[0]})
        )
        self.version = _version(notices, self.layers)
        self._known = frozenset(self.years)
        self._listed = _listed(notices, self.layers)
        self._feasts = {day: name for notice in notices for day, name in _named_days_off(notice)}
        self._index = _Index([], 1, 0)
        first = [notice for notice in notices if notice.layer == self.layers[0]]
        self.national: WorkCalendar = (
            self if len(self.layers) == 1 else WorkCalendar(first, self.layers[:1])
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, WorkCalendar)
            and other.version == self.version
            and other.layers == self.layers
        )

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        return f"WorkCalendar({self.version})"

    def known(self, day: date) -> bool:
        """Tell whether the national notice for that year is loaded."""
        return day.year in self._known

    def is_working(self, day: date) -> bool:
        """Tell whether it is a working day; Law: 许可法 82."""
        listed = self._listed.get(day)
        if listed is not None:
            return listed[0]
        return day.weekday() < 5 and (
            day.year in self._known or (day.month, day.day) not in ALWAYS_OFF
        )

    def why(self, day: date) -> str:
        """Say in Chinese what kind of day it is and by which notice."""
        listed = self._listed.get(day)
        if listed is not None:
            return listed[1]
        kind = "周末" if day.weekday() >= 5 else "工作日"
        if day.year in self._known:
            return kind
        unknown = f"{day.year}年放假安排{self._missing(day.year)}"
        if feast := ALWAYS_OFF.get((day.month, day.day)):
            return f"{feast}（全国年节及纪念日放假办法第二条；{unknown}）"
        return f"{kind}（{unknown}，按周一至周五推算）"

    def feast(self, day: date) -> str:
        """Return the name of the holiday for which the day is off; empty for a weekend and where no notice names it."""
        if self.is_working(day):
            return ""
        fixed = "" if day.year in self._known else ALWAYS_OFF.get((day.month, day.day), "")
        return self._feasts.get(day, fixed)

    def add(self, day: date, n: int) -> date:
        """Return the n-th working day strictly after the day, n ≥ 1 (R-TIME-1)."""
        if n < 1:
            raise ValueError(n)
        index = self._reach(day.year, day.year)
        at = bisect_right(index.days, day.toordinal()) + n - 1
        while at >= len(index.days):
            index = self._reach(index.first, index.last + 1 + (at - len(index.days)) // 250)
        return date.fromordinal(index.days[at])

    def before(self, day: date, n: int) -> date:
        """Return the n-th working day strictly before the day, n ≥ 1 (R-TIME-9)."""
        if n < 1:
            raise ValueError(n)
        index = self._reach(day.year, day.year)
        while (at := bisect_left(index.days, day.toordinal()) - n) < 0:
            index = self._reach(index.first - 1 + at // 250, index.last)
        return date.fromordinal(index.days[at])

    def count(self, after: date, until: date) -> int:
        """Count the working days with after < day ≤ until; 0 if there is none between."""
        if until <= after:
            return 0
        days = self._reach(after.year, until.year).days
        return bisect_right(days, until.toordinal()) - bisect_right(days, after.toordinal())

    def roll(self, day: date) -> date:
        """Return the day itself or the next working day; Law: 民法典 203."""
        return day if self.is_working(day) else self.add(day, 1)

    def _missing(self, year: int) -> str:
        return "尚未公布" if not self.years or year > self.years[-1] else "未录入"

    def _reach(self, first: int, last: int) -> "_Index":
        """Return an index that covers the years; it grows by replacement, so readers never see half of one."""
        index = self._index
        if index.first <= first and last <= index.last:
            return index
        if index.first > index.last:  # still empty: begin with what is most likely asked next
            first, last = min(first, *self.years, first), max(last, *self.years, last)
        else:
            first, last = min(first, index.first), max(last, index.last)
        days = [
            day.toordinal()
            for day in _each_day(date(first, 1, 1), date(last, 12, 31))
            if self.is_working(day)
        ]
        self._index = _Index(days, first, last)
        return self._index


class _Index:
    """Ordinals of the working days of a run of years, ascending."""

    __slots__ = ("days", "first", "last")

    def __init__(self, days: list[int], first: int, last: int) -> None:
        self.days, self.first, self.last = days, first, last


def build(calendars: Iterable[Calendar], layers: Sequence[str]) -> WorkCalendar:
    """Build a calendar from notices; of two for the same layer and year the later given stands alone.

    A later layer overrides the earlier ones on the days it lists. Raises ValueError for a notice that is wrong in
    itself, and for no layers.
    """
    if not layers:
        raise ValueError("layers")
    chosen = {(notice.layer, notice.year): notice for notice in calendars if notice.layer in layers}
    order = sorted(chosen.values(), key=lambda notice: (layers.index(notice.layer), notice.year))
    return WorkCalendar(order, layers)


@cache
def built_in() -> tuple[Calendar, ...]:
    """Return the national calendars that are shipped with the service, by year."""
    sources = sorted(
        files("service.workflows").joinpath("calendars").iterdir(), key=lambda source: source.name
    )
    texts = [
        source.read_text(encoding="utf-8") for source in sources if source.name.endswith(".yaml")
    ]
    return tuple(Calendar.model_validate(yaml.safe_load(text)) for text in texts)


def notice_days(notice: Calendar) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days off and the make-up days of one notice.

    Raises ValueError with a Chinese message for a day that does not exist, lies outside the notice's year (days of
    the December before are usual), stands under both, or for a range that runs backwards.
    """
    off, on = (
        frozenset(_days_in(notice, notice.holidays)),
        frozenset(_days_in(notice, notice.workdays)),
    )
    if both := sorted(off & on):
        raise ValueError(f"{both[0]} 既写为放假又写为上班")
    return off, on


def contradictions(given: Iterable[Calendar], known: Iterable[Calendar]) -> list[date]:
    """Return the days on which given notices would change what known notices of the same layer say (S-20c)."""
    given, known = list(given), list(known)
    listed = {day for notice in [*known, *given] for days in notice_days(notice) for day in days}
    found: set[date] = set()
    for layer in {notice.layer for notice in known}:
        before, after = build(known, (layer,)), build([*known, *given], (layer,))
        found |= {
            day
            for day in listed
            if before.known(day) and before.is_working(day) != after.is_working(day)
        }
    return sorted(found)


def _version(notices: Sequence[Calendar], layers: tuple[str, ...]) -> str:
    """Name the notices in order and seal their content: a changed notice is another version."""
    digest = hashlib.sha256()
    for notice in notices:
        off, on = notice_days(notice)
        digest.update(
            repr((notice.layer, notice.year, notice.source, sorted(off), sorted(on))).encode()
        )
    names = [f"{notice.layer}-{notice.year}" for notice in notices] or layers
    return f"{'.'.join(names)}#{digest.hexdigest()[:8]}"


def _listed(notices: Sequence[Calendar], layers: tuple[str, ...]) -> dict[date, tuple[bool, str]]:
    listed: dict[date, tuple[bool, str]] = {}
    for notice in notices:
        off, on = notice_days(notice)
        national = notice.layer == layers[0]
        rest, work = ("法定节假日", "调休上班") if national else ("地方放假", "地方调休上班")
        names = dict(_named_days_off(notice))
        for day in off:
            kind = f"{names[day]}放假" if day in names else rest
            listed[day] = (False, f"{kind}（{notice.source}）")
        listed.update(dict.fromkeys(on, (True, f"{work}（{notice.source}）")))
    return listed


def _named_days_off(notice: Calendar) -> Iterator[tuple[date, str]]:
    """Yield the days off of a notice that say what they are for."""
    for entry in notice.holidays:
        days, _, name = entry.partition(" ")
        if name:
            yield from ((day, name) for day in _days_in(notice, [days]))


def _days_in(notice: Calendar, entries: Iterable[str]) -> Iterator[date]:
    for entry in entries:
        try:
            bounds = [date.fromisoformat(text) for text in entry.partition(" ")[0].split("/")]
        except ValueError:
            raise ValueError(f"{entry} 不是有效的日期") from None
        if bounds[-1] < bounds[0]:
            raise ValueError(f"{entry} 的结束日期早于开始日期")
        if bounds[0] < date(notice.year - 1, 12, 1) or bounds[-1].year > notice.year:
            raise ValueError(f"{entry} 不在{notice.year}年")
        yield from _each_day(bounds[0], bounds[-1])


def _each_day(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))
