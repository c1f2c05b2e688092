"""公开数字 — how services are rated, month by month; figures only, never a person (R-EVAL-6)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.errors import one_field
from service.office import titles
from service.office.desk import Desk
from service.store import figures
from service.workflows.calendar import local_date, midnight
from service.workflows.definition import Release
from service.workflows.rules import silence_ends

FEWEST_RATINGS = 5  # fewer ratings than this could be traced to who gave them


@dataclass(frozen=True, slots=True)
class Rated:
    """一行评价数字 — of a bundle as a whole (`item` empty) or of one item; grades and average are None when too few."""

    bundle: str
    bundle_title: str
    item: str
    item_title: str
    department_title: str
    rated: int | None
    grades: Mapping[int, int] | None
    average: float | None
    defaulted: int | None  # silence that counts as the default grade; never part of the average


class Figures(Desk):
    """What is published."""

    async def ratings(self, month: str, now: datetime) -> list[Rated]:
        """Return the figures of a month, `2026-09` in Asia/Shanghai. Raises DataInvalid for any other text or a month to come."""
        begins, ends = _bounds_of_month(month, now)
        async with self.database.reading() as connection:
            counted: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
            for row in await figures.ratings(connection, begins, ends):
                counted[row["bundle"], row["item"]][row["grade"]] = row["count"]
            releases = {
                release.bundle.code: release
                for release in await self.catalogue.all_newest(connection)
            }
            lines = []
            for code, release in releases.items():
                silent = self._silent_until(release, begins, ends, now)
                silence = None
                if silent is not None:
                    silence = await figures.unrated(connection, code, begins, silent)
                if silence:
                    counted[code, ""] = counted.get((code, ""), {})
                lines += [
                    _rated_line(release, item, grades, silence if item == "" else None)
                    for (bundle, item), grades in sorted(counted.items())
                    if bundle == code and (item == "" or item in release.items)
                ]
        return lines

    def _silent_until(
        self, release: Release, begins: datetime, ends: datetime, now: datetime
    ) -> datetime | None:
        """Return the instant before which a case must have closed for its silence to count by now; None: it is no grade."""
        policy, calendar = release.directory.policy, self.catalogue.calendar_for(release)
        day, today = local_date(ends - timedelta(microseconds=1)), local_date(now)
        last = silence_ends(day, policy, calendar)
        while last and last >= today and day >= local_date(begins):
            day -= timedelta(days=1)
            last = silence_ends(day, policy, calendar)
        return midnight(day + timedelta(days=1)) if last else None


def _bounds_of_month(text: str, now: datetime) -> tuple[datetime, datetime]:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise one_field("/month", "月份请写成 2026-09 这样") from None
    if first > local_date(now):
        raise one_field("/month", "这个月还没有到")
    after = (first + timedelta(days=31)).replace(day=1)
    return midnight(first), midnight(after)


def _rated_line(
    release: Release, item: str, grades: Mapping[int, int], silent: int | None
) -> Rated:
    rated = sum(grades.values())
    enough = rated >= FEWEST_RATINGS
    owner = release.items[item].department if item else release.bundle.lead
    return Rated(
        bundle=release.bundle.code,
        bundle_title=release.bundle.title,
        item=item,
        item_title=release.title_of(item),
        department_title=titles.department_title(release, owner),
        rated=rated if enough else None,
        grades={n: grades.get(n, 0) for n in titles.GRADES} if enough else None,
        average=round(sum(n * grades[n] for n in grades) / rated, 2) if enough else None,
        defaulted=silent,
    )
