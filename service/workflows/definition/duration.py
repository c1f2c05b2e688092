"""时限长度 — `5wd` working days, `20d` calendar days, `2mo`, `5y`; `0wd` is on the spot."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Unit = Literal["wd", "d", "mo", "y"]
PATTERN = r"^(0|[1-9][0-9]{0,3})(wd|d|mo|y)$"
UNIT_TITLES = {"wd": "个工作日", "d": "天", "mo": "个月", "y": "年"}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as the law writes it: a count and its unit."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `13wd`. Raises ValueError for anything else."""
        return _parsed(text)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    def title(self) -> str:
        """Say it in Chinese: 13个工作日, 当场."""
        return "当场" if self.count == 0 else f"{self.count}{UNIT_TITLES[self.unit]}"


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Duration:
    found = re.match(PATTERN, text)
    if not found:
        raise ValueError(text)
    unit: Unit = found[2]  # type: ignore[assignment]  # the pattern admits only the four units
    return Duration(int(found[1]), unit)


def shift(day: date, limit: Duration) -> date:
    """Return the corresponding day `d`, `mo` or `y` later, the month's last if there is none; never rolled.

    For the validity of a certificate: an expiry date is not a period of an act. Law: 民法典 202.
    """
    if limit.unit == "wd":
        raise ValueError(str(limit))
    if limit.unit == "d":
        return day + timedelta(days=limit.count)
    months = day.year * 12 + day.month - 1 + limit.count * (12 if limit.unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
