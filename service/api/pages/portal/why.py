"""日期怎么算的 — a limit explained day by day, as a calendar and as a list."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import SignedIn
from service.api.rest.events import OF_CASE
from service.api.texts import CaseNumber, ClockCode, ItemCode
from service.office import titles
from service.workflows.case import CASE

router = APIRouter(include_in_schema=False)
COUNTED = re.compile(r"，?计入第[0-9]+天$")
SHORT = ("起算", "停表", "调休", "顺延")
DATES = ("promised_on", "statutory_on", "safe_on")


@dataclass(frozen=True, slots=True)
class Day:
    """一天 — whether it counts and as which, why, and that in as few characters as a calendar has room for."""

    date: date
    counted: bool
    n: int
    why: str
    short: str
    last: bool  # of a limit


@dataclass(frozen=True, slots=True)
class Run:
    """连续几天 — days after each other that count, or do not, for the same reason."""

    first: Day
    last: Day

    @property
    def numbers(self) -> str:
        """Say which of the counted days they are."""
        if self.first == self.last:
            return f"第 {self.first.n} 天"
        return f"第 {self.first.n}–{self.last.n} 天"


@router.get("/my/cases/{number}/why/{item}/{clock}")
async def why(
    number: CaseNumber,
    item: ItemCode,
    clock: ClockCode,
    request: Request,
    desk: Counter,
    visitor: SignedIn,
) -> Response:
    """Explain a date day by day, as a calendar and as a list."""
    of = CASE if item == OF_CASE else item
    told = await desk.office.explain(visitor.actor, number, of, clock, visitor.now)
    view = await desk.office.case(visitor.actor, number, visitor.now)
    dates = {name: date.fromisoformat(on) if (on := told[name]) else None for name in DATES}
    days = [_day(row, {dates["promised_on"], dates["statutory_on"]}) for row in told["days"]]
    about = titles.item_title(view.release, item) if item != OF_CASE else view.release.bundle.title
    return shown(
        request,
        visitor,
        "portal/why.html",
        told=told,
        runs=list(_runs(days)),
        dates=dates,
        about=about,
        number=number,
        months=list(_months(days)),
        title=view.release.bundle.title,
        begins=days[0].date,
    )


def _day(row: dict[str, Any], last: set[date | None]) -> Day:
    """Read one line of the explanation; that it counts is said once, by its number."""
    on, told = date.fromisoformat(row["date"]), COUNTED.sub("", row["why"])
    feast = told.partition("放假")[0] if "放假（" in told else ""
    short = next((words for words in SHORT if words in told), feast)
    return Day(on, row["counted"], row["n"], told or "照常计入", short, on in last)


def _runs(days: Iterable[Day]) -> Iterator[Run]:
    for _, found in groupby(days, key=lambda day: (day.counted, day.why)):
        same = list(found)
        yield Run(same[0], same[-1])


def _months(days: list[Day]) -> Iterator[tuple[date, list[list[Day | None]]]]:
    """Yield the first day of each month with its weeks, Monday first; days outside are empty."""
    for month, found in groupby(days, key=lambda day: day.date.replace(day=1)):
        inside = list(found)
        cells: list[Day | None] = [*[None] * inside[0].date.weekday(), *inside]
        cells += [None] * (-len(cells) % 7)
        yield month, [cells[n : n + 7] for n in range(0, len(cells), 7)]
