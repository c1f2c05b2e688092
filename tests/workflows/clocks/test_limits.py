"""Lengths of limits: shifted, and compared by the dates they lead to."""

import pytest

from service.workflows import clocks
from service.workflows.calendar import build
from service.workflows.definition.duration import Duration
from tests.workflows.clocks.running import NATIONAL, on


class TestCompare:
    @pytest.mark.parametrize(
        ("a", "b", "never_later"),
        [
            ("10wd", "20wd", True),
            ("21wd", "20wd", False),
            ("20wd", "20wd", True),
            ("10wd", "14d", False),  # no holiday: the same day; across one, later
            ("10wd", "60d", True),
            ("20d", "20wd", True),
            ("0wd", "1d", True),
            ("0d", "0wd", True),
            ("1d", "0wd", False),
            ("12mo", "1y", True),
            ("1mo", "31d", True),
            ("31d", "1mo", False),
            ("1y", "240wd", False),
            ("45wd", "3mo", True),
        ],
    )
    def test_compares_resulting_dates_not_numbers(self, a: str, b: str, never_later: bool) -> None:
        """R-TIME-6: units differ, so every start day of the known years decides."""
        assert clocks.compare(Duration.parse(a), Duration.parse(b), NATIONAL) is never_later

    def test_works_without_a_notice(self) -> None:
        """Lint of a pack for unpublished years still answers."""
        empty = build([], ("CN",))
        assert clocks.compare(Duration.parse("5wd"), Duration.parse("12d"), empty)
        assert not clocks.compare(Duration.parse("10wd"), Duration.parse("10d"), empty)


class TestShift:
    @pytest.mark.parametrize(
        ("day", "limit", "then"),
        [
            ("2026-10-01", "5y", "2031-10-01"),
            ("2024-02-29", "1y", "2025-02-28"),
            ("2026-10-31", "4mo", "2027-02-28"),
            ("2026-12-31", "1d", "2027-01-01"),
            ("2026-12-15", "1mo", "2027-01-15"),
        ],
    )
    def test_gives_the_corresponding_day_and_never_rolls(
        self, day: str, limit: str, then: str
    ) -> None:
        """民法典 202; R-TIME-7: a validity date may be a holiday."""
        assert clocks.shift(on(day), Duration.parse(limit)) == on(then)

    def test_refuses_working_days(self) -> None:
        """Working days need a calendar."""
        with pytest.raises(ValueError, match="5wd"):
            clocks.shift(on("2026-10-01"), Duration.parse("5wd"))
