"""申请时间 — an item that may be applied for only in a part of the year, or between two days: outside it, a written answer.

Who applies nevertheless gets a dated decision that says when it opens again; the other items go on.
Law: 行政许可法 30, 32 ②.
"""

from dataclasses import dataclass
from datetime import date

from service.workflows.definition.models.institutes import Season
from service.workflows.notices.wording import say_date
from service.workflows.worksheet import Work


@dataclass(frozen=True, slots=True)
class Closed:
    """不在申请时间内 — in words, and by which rule."""

    say: str
    law: str


def closed(work: Work, code: str) -> Closed | None:
    """Return why an item may not be applied for today; None where it may."""
    season, today = work.release.items[code].open, work.today
    if season is None or _is_open(season, today):
        return None
    title, opens = work.release.items[code].title, opens_on(season, today)
    when = f"下一次从{say_date(opens)}起受理" if opens else "已经截止"
    return Closed(f"「{title}」{said(season)}受理，现在不在申请时间内，{when}", season.basis)


def said(season: Season) -> str:
    """Say when an item is open: 每年5月1日至10月31日."""
    if not season.yearly:
        first, last = (date.fromisoformat(day) for day in (season.from_, season.until))
        return f"{say_date(first)}至{say_date(last)}"
    (month, day), (last_month, last_day) = _month_day(season.from_), _month_day(season.until)
    return f"每年{month}月{day}日至{last_month}月{last_day}日"


def opens_on(season: Season, today: date) -> date | None:
    """Return the next day on which it opens; None where it never does again."""
    if not season.yearly:
        first = date.fromisoformat(season.from_)
        return first if first > today else None
    first = date(today.year, *_month_day(season.from_))
    return first if first > today else first.replace(year=today.year + 1)


def _is_open(season: Season, today: date) -> bool:
    if not season.yearly:
        return season.from_ <= today.isoformat() <= season.until
    first, last, now = season.from_, season.until, today.strftime("%m-%d")
    return first <= now <= last if first <= last else now >= first or now <= last


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)
