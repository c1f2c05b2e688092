"""How much is left, in words, and why that is not what a wall calendar says."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflows import clocks
from service.workflows.calendar import DAY
from service.workflows.case.parts import Clock
from tests.workflows.clocks.running import NATIONAL, POLICY, at, run


def left(clock: Clock, on: str) -> clocks.Left:
    """Ask on a morning."""
    found = clocks.left(clock, NATIONAL, POLICY, at(on))
    assert found is not None
    return found


class TestLeft:
    """What the applicant and the clerk read beside a date."""

    def test_names_the_holidays_it_crosses(self) -> None:
        """R-TIME-1, R-CAL-1: 13 working days stand for 24 days on the wall calendar, and the words say why."""
        found = left(run("2026-09-18", promised="15wd"), "2026-09-21")
        assert (found.days, found.on, found.words) == (13, date(2026, 10, 15), "还剩 13 个工作日")
        assert found.note == "已扣除中秋节、国庆节放假和周末，计入10月10日（周六）调休上班"

    def test_says_nothing_where_there_is_nothing_to_say(self) -> None:
        """Within one week a working day is a day."""
        found = left(run("2026-09-14", promised="3wd"), "2026-09-14")
        assert (found.words, found.note) == ("还剩 3 个工作日", "")

    @pytest.mark.parametrize(
        ("on", "words"),
        [
            ("2026-09-16", "还剩 1 个工作日"),
            ("2026-09-17", "今天是最后一天"),
            ("2026-09-21", "已超过 3 个工作日"),
        ],
    )
    def test_of_the_nearer_limit(self, on: str, words: str) -> None:
        """The promise comes before the law; past it the days are counted on (Sunday the 20th was worked)."""
        assert left(run("2026-09-14", promised="3wd", statutory="20wd"), on).words == words

    def test_past_is_past_on_a_weekend_too(self) -> None:
        """Due on Friday, looked at on Saturday: no working day is over, the limit is."""
        found = left(run("2026-09-10", promised="1wd"), "2026-09-12")
        assert (found.days, found.words) == (0, "已过期限")

    def test_counts_calendar_days_where_the_limit_does(self) -> None:
        """A limit in days says days, and why its end was put off."""
        found = left(run("2026-08-06", statutory="60d"), "2026-09-30")
        assert (found.days, found.words) == (8, "还剩 8 天")
        assert found.note == "期满日10月5日（周一）逢国庆节，顺延到10月8日（周四）"

    def test_of_a_stopped_clock_has_no_date(self) -> None:
        """What is left does not melt away while it stands."""
        clock = clocks.stop(run("2026-06-08", promised="12wd"), at("2026-06-15"), "听证")
        found = left(clock, "2026-07-20")
        assert (found.on, found.words) == (None, "已停表，还剩 7 个工作日")

    def test_of_an_ended_clock_is_nothing(self) -> None:
        """A settled clock counts no more."""
        clock = clocks.settle(run("2026-06-08", promised="12wd"), at("2026-06-15"))
        assert clocks.left(clock, NATIONAL, POLICY, at("2026-06-16")) is None

    @given(st.integers(0, 300), st.integers(1, 30))
    def test_goes_down_by_one_on_working_days_only(self, start: int, length: int) -> None:
        """R-TIME-2: on the wall the numbers fall from one working day to the next, and never on a day off."""
        began = date(2026, 1, 5) + start * DAY
        clock = run(began.isoformat(), promised=f"{length}wd")
        days = [began + n * DAY for n in range(40)]
        for before, day in pairwise(days):
            fallen = left(clock, before.isoformat()).days - left(clock, day.isoformat()).days
            assert fallen == NATIONAL.is_working(day), day
