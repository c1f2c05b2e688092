"""The working-day calendar: notices, layers, unpublished years (rules 1, R-TIME-9, S-20)."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflows.calendar import (
    WorkCalendar,
    build,
    built_in,
    contradictions,
    local_date,
    midnight,
    notice_days,
)
from service.workflows.definition.models import Calendar

NATIONAL = build(built_in(), ("CN",))
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]


def notice(
    layer: str = "CN", year: int = 2026, off: list[str] | None = None, on: list[str] | None = None
) -> Calendar:
    """Write a notice."""
    return Calendar.model_validate(
        {
            "kind": "calendar",
            "layer": layer,
            "year": year,
            "source": f"{layer}通知",
            "holidays": off or [],
            "workdays": on or [],
        }
    )


GUANGXI = notice("CN-GX", 2026, ["2026-04-17", "2026-04-20"])


class TestBuiltIn:
    def test_2026_has_the_published_number_of_working_days_in_each_month(self) -> None:
        """R-CAL-2: 21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23 = 248."""
        months = [
            sum(NATIONAL.is_working(day) for day in DAYS if (day.year, day.month) == (2026, m))
            for m in range(1, 13)
        ]
        assert months == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]
        assert sum(months) == 248
        assert NATIONAL.count(date(2025, 12, 31), date(2026, 12, 31)) == 248

    @pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
    def test_agrees_with_chinese_calendar_on_every_day(self, year: int) -> None:
        """R-CAL-4: the comparison of a year the package does not know is skipped, not passed."""
        if not any(day.year == year for day in chinese_calendar.constants.holidays):
            pytest.skip(f"chinese_calendar has no data for {year}")
        days = [
            date(year, 1, 1) + timedelta(days=n)
            for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
        ]
        assert [NATIONAL.is_working(day) for day in days] == [
            chinese_calendar.is_workday(day) for day in days
        ]

    @pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
    def test_agrees_with_holidays_on_every_day(self, year: int) -> None:
        """R-CAL-4: `holidays` guesses years without a notice, so an unpublished year is skipped."""
        if year not in NATIONAL.years:
            pytest.skip(f"no notice for {year}: holidays only computes it")
        china = holidays.country_holidays("CN", years=year)
        days = [day for day in DAYS if day.year == year]
        assert [NATIONAL.is_working(day) for day in days] == [
            china.is_working_day(day) for day in days
        ]

    @pytest.mark.parametrize(
        ("day", "working"),
        [
            ("2026-09-20", True),
            ("2026-10-10", True),
            ("2026-09-25", False),
            ("2026-10-01", False),
            ("2026-06-01", True),
        ],
    )
    def test_a_make_up_sunday_works_and_a_weekday_off_does_not(
        self, day: str, working: bool
    ) -> None:
        """R-CAL-1, R-CAL-3: half-day and children's holidays stay full working days."""
        assert NATIONAL.is_working(date.fromisoformat(day)) is working

    def test_says_why_with_the_notice(self) -> None:
        """Every day carries its reason in plain Chinese."""
        source = "国务院办公厅关于2026年部分节假日安排的通知"
        assert NATIONAL.why(date(2026, 10, 1)) == f"国庆节放假（{source}）"
        assert NATIONAL.why(date(2026, 9, 20)) == f"调休上班（{source}）"
        assert NATIONAL.why(date(2026, 9, 12)) == "周末"
        assert NATIONAL.why(date(2026, 9, 14)) == "工作日"


class TestAdd:
    @given(st.sampled_from(DAYS), st.integers(1, 300))
    def test_is_the_nth_working_day_after(self, day: date, n: int) -> None:
        """Holds against a walk day by day, over the end of the known years too."""
        walked, left = day, n
        while left:
            walked += timedelta(days=1)
            left -= NATIONAL.is_working(walked)
        assert NATIONAL.add(day, n) == walked
        assert NATIONAL.count(day, walked) == n
        assert NATIONAL.before(walked + timedelta(days=1), 1) == walked

    def test_reaches_years_far_from_any_notice(self) -> None:
        """A limit is never refused because the calendar ends (R-CAL-5)."""
        calendar = build(built_in(), ("CN",))
        assert calendar.add(date(2040, 1, 2), 9999) > date(2078, 1, 1)
        assert calendar.before(date(2024, 1, 2), 9999) < date(1986, 12, 31)
        assert calendar.add(date(2026, 9, 14), 20) == date(2026, 10, 16)

    @pytest.mark.parametrize("n", [0, -1])
    def test_refuses_less_than_one(self, n: int) -> None:
        """The day itself is not a working day after itself."""
        with pytest.raises(ValueError, match=str(n)):
            NATIONAL.add(date(2026, 1, 5), n)
        with pytest.raises(ValueError, match=str(n)):
            NATIONAL.before(date(2026, 1, 5), n)


class TestBefore:
    @pytest.mark.parametrize(
        ("n", "last"), [(15, "2026-10-26"), (30, "2026-09-29"), (90, "2026-07-07")]
    )
    def test_counts_backwards_from_an_expiry(self, n: int, last: str) -> None:
        """R-TIME-8, R-TIME-9, S-13: a food licence to Sun 2026-11-15."""
        assert NATIONAL.before(date(2026, 11, 15), n) == date.fromisoformat(last)

    def test_differs_by_a_day_from_what_is_left_going_forward(self) -> None:
        """R-TIME-9: filed on 10-26 the authority has 14 working days, on 10-23 it has 15."""
        assert NATIONAL.count(date(2026, 10, 26), date(2026, 11, 15)) == 14
        assert NATIONAL.count(date(2026, 10, 23), date(2026, 11, 15)) == 15

    @given(st.sampled_from(DAYS), st.integers(1, 300))
    def test_is_the_nth_working_day_before(self, day: date, n: int) -> None:
        """Holds against a walk day by day."""
        walked, left = day, n
        while left:
            walked -= timedelta(days=1)
            left -= NATIONAL.is_working(walked)
        assert NATIONAL.before(day, n) == walked


class TestCount:
    def test_of_a_span_that_does_not_go_forward_is_nothing(self) -> None:
        """An empty or backward span holds no day."""
        assert NATIONAL.count(date(2026, 9, 14), date(2026, 9, 14)) == 0
        assert NATIONAL.count(date(2026, 9, 14), date(2026, 9, 1)) == 0


class TestRoll:
    def test_moves_a_holiday_to_the_next_working_day_only(self) -> None:
        """民法典 203."""
        assert NATIONAL.roll(date(2026, 10, 5)) == date(2026, 10, 8)
        assert NATIONAL.roll(date(2026, 10, 8)) == date(2026, 10, 8)


class TestUnknownYear:
    def test_counts_weekdays_and_the_fixed_holidays(self) -> None:
        """S-20 (b): 20 working days from 2026-12-10 are estimated to end on 2027-01-08."""
        assert NATIONAL.add(date(2026, 12, 10), 20) == date(2027, 1, 8)
        off = [
            day
            for day in ("2027-01-01", "2027-10-01", "2027-01-02")
            if NATIONAL.is_working(date.fromisoformat(day))
        ]
        assert off == []
        assert NATIONAL.is_working(date(2027, 2, 8))
        assert not NATIONAL.known(date(2027, 1, 4))
        assert NATIONAL.known(date(2026, 12, 31))

    def test_says_that_it_is_an_estimate(self) -> None:
        """R-CAL-5: never every weekday working without saying so."""
        assert NATIONAL.why(date(2027, 1, 2)) == "周末（2027年放假安排尚未公布，按周一至周五推算）"
        assert (
            NATIONAL.why(date(2027, 1, 4)) == "工作日（2027年放假安排尚未公布，按周一至周五推算）"
        )
        assert (
            NATIONAL.why(date(2027, 1, 1))
            == "元旦（全国年节及纪念日放假办法第二条；2027年放假安排尚未公布）"
        )
        assert "未录入" in NATIONAL.why(date(2019, 3, 4))

    def test_becomes_known_with_its_notice(self) -> None:
        """A notice for the next year is another version and changes what it lists, December before included."""
        later = build(
            [*built_in(), notice(year=2027, off=["2026-12-31/2027-01-03"], on=["2026-12-27"])],
            ("CN",),
        )
        assert later.known(date(2027, 1, 4))
        assert not later.is_working(date(2026, 12, 31))
        assert later.is_working(date(2026, 12, 27))
        assert later != NATIONAL

    def test_of_no_notice_at_all_still_counts(self) -> None:
        """An empty calendar knows nothing and still answers."""
        empty = build([], ("CN",))
        assert empty.add(date(2026, 9, 14), 20) == date(2026, 10, 14)
        assert not empty.known(date(2026, 9, 14))


class TestBuild:
    def test_a_later_layer_overrides_the_days_it_lists(self) -> None:
        """R-CAL-3, S-20 (a): Guangxi 三月三, with the national calendar kept beside it."""
        region = build([*built_in(), GUANGXI], ("CN", "CN-GX"))
        assert region.add(date(2026, 4, 13), 5) == date(2026, 4, 22)
        assert region.national.add(date(2026, 4, 13), 5) == date(2026, 4, 20)
        assert region.national == NATIONAL
        assert region.why(date(2026, 4, 17)) == "地方放假（CN-GX通知）"
        assert NATIONAL.national is NATIONAL

    def test_the_later_notice_of_a_year_stands_alone(self) -> None:
        """A pack's notice replaces the built-in one wholly."""
        given_last = build([*built_in(), notice(off=["2026-10-08"])], ("CN",))
        assert not given_last.is_working(date(2026, 10, 8))
        assert given_last.is_working(date(2026, 10, 1))

    def test_version_names_the_notices_and_seals_their_content(self) -> None:
        """Equal content is the same calendar, whoever built it; any change is another."""
        again = build(reversed(built_in()), ("CN",))
        assert NATIONAL.version.startswith("CN-2024.CN-2025.CN-2026#")
        assert again == NATIONAL
        assert hash(again) == hash(NATIONAL)
        assert build([notice()], ("CN",)) != build([notice(off=["2026-10-08"])], ("CN",))

    def test_ignores_layers_not_asked_for(self) -> None:
        """An item decided elsewhere does not count by this region's days (R-XR-2)."""
        assert build([*built_in(), GUANGXI], ("CN",)).version == NATIONAL.version

    def test_refuses_no_layers(self) -> None:
        """A calendar without a layer would be a guess."""
        with pytest.raises(ValueError, match="layers"):
            build(built_in(), ())


class TestNoticeDays:
    @pytest.mark.parametrize(
        ("off", "on", "said"),
        [
            (["2026-02-30"], [], "2026-02-30 不是有效的日期"),
            (["2026-10-07/2026-10-01"], [], "结束日期早于开始日期"),
            (["2027-01-01"], [], "不在2026年"),
            (["2025-11-30"], [], "不在2026年"),
            (["2026-10-01/2026-10-07"], ["2026-10-03"], "2026-10-03 既写为放假又写为上班"),
        ],
    )
    def test_refuses_what_cannot_be_true(self, off: list[str], on: list[str], said: str) -> None:
        """A wrong notice is refused with the day that is wrong."""
        with pytest.raises(ValueError, match=said):
            notice_days(notice(off=off, on=on))


class TestContradictions:
    def test_lists_the_days_a_given_notice_would_change(self) -> None:
        """S-20 (c): 2026-09-20 off against the stored year."""
        stored = next(each for each in built_in() if each.year == 2026)
        changed = stored.model_copy(
            update={"workdays": [d for d in stored.workdays if d != "2026-09-20"]}
        )
        assert contradictions([changed], built_in()) == [date(2026, 9, 20)]

    def test_is_empty_for_the_same_days_another_year_or_a_region(self) -> None:
        """A repetition, the next year's notice and a regional layer contradict nothing."""
        following = notice(year=2027, off=["2027-01-01/2027-01-03"])
        assert contradictions([*built_in(), following, GUANGXI], built_in()) == []


class TestLocalDate:
    def test_turns_at_midnight_in_shanghai(self) -> None:
        """The legal day is that of Asia/Shanghai whatever zone the instant is written in."""
        assert local_date(datetime(2026, 9, 14, 15, 59, tzinfo=UTC)) == date(2026, 9, 14)
        assert local_date(datetime(2026, 9, 14, 16, 0, tzinfo=UTC)) == date(2026, 9, 15)
        assert midnight(date(2026, 9, 15)) == datetime(2026, 9, 14, 16, 0, tzinfo=UTC)

    def test_refuses_a_naive_instant(self) -> None:
        """A naive instant would be read in the machine's zone."""
        with pytest.raises(ValueError, match="naive"):
            local_date(datetime.fromisoformat("2026-09-14T10:00"))


class TestWorkCalendar:
    def test_is_not_equal_to_anything_else(self) -> None:
        """Equality is by version, among calendars only."""
        assert NATIONAL.version != NATIONAL
        assert isinstance(NATIONAL, WorkCalendar)
