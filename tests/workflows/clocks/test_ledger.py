"""The ledger of a clock: what starts, stops, settles and extends it; random ledgers against a walk day by day."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import ActionNotAllowed
from service.workflows import clocks
from service.workflows.calendar import local_date
from service.workflows.case.parts import Clock
from service.workflows.definition.duration import Duration
from tests.workflows.clocks.running import NATIONAL, POLICY, at, fallen, on, reading, reckon, run


class TestStop:
    def test_excludes_the_days_of_a_special_procedure(self) -> None:
        """S-09, R-CLK-3: expert review 06-15 → 06-26 moves 07-07 to 07-17."""
        clock = clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审")
        clock = reckon(clock, "2026-06-15")
        assert (clock.state, clock.due_on, clock.wake_at) == ("paused", None, None)
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-06-22")).statutory == 15
        clock = reckon(clocks.resume(clock, at("2026-06-26")), "2026-06-26")
        assert (clock.state, clock.due_on) == ("running", on("2026-07-17"))
        assert clocks.spent(clock, NATIONAL, at("2026-07-17")) == clocks.Spent(run=20, paused=8)

    def test_counts_the_day_of_a_stop_and_not_that_of_a_restart(self) -> None:
        """R-CLK-3: a stop within one day costs nothing; one over midnight costs the day that began stopped."""
        clock = run("2026-07-06", statutory="10wd")
        same_day = clocks.resume(
            clocks.stop(clock, at("2026-07-08T09:00"), "检测"), at("2026-07-08T17:00")
        )
        assert reckon(same_day, "2026-07-08T18:00").due_on == on("2026-07-20")
        overnight = clocks.resume(
            clocks.stop(clock, at("2026-07-08T17:00"), "检测"), at("2026-07-09T09:00")
        )
        assert reckon(overnight, "2026-07-09T18:00").due_on == on("2026-07-21")

    def test_lengthens_a_calendar_period_by_the_days_stopped(self) -> None:
        """R-TIME-7 with R-CLK-3: 20 days plus 4."""
        clock = clocks.stop(run("2026-07-06", statutory="20d"), at("2026-07-08"), "检测")
        assert reckon(clocks.resume(clock, at("2026-07-12")), "2026-07-12").due_on == on(
            "2026-07-30"
        )

    def test_is_idempotent(self) -> None:
        """A second run of a job changes nothing (R-ACC-5)."""
        clock = run("2026-06-08", statutory="20wd")
        paused = clocks.stop(clock, at("2026-06-15"), "专家评审")
        assert clocks.stop(paused, at("2026-06-16"), "又一次") == paused
        assert clocks.resume(clock, at("2026-06-16")) == clock
        settled = clocks.settle(clock, at("2026-06-16"))
        assert clocks.settle(settled, at("2026-06-17")) == settled
        assert clocks.stop(settled, at("2026-06-17"), "晚了") == settled


class TestSettle:
    def test_keeps_the_dates_and_never_wakes(self) -> None:
        """The timeliness of a closed matter is not rewritten (R-CAL-6)."""
        clock = clocks.settle(run("2026-09-14", statutory="20wd"), at("2026-09-20"))
        assert (clock.state, clock.due_on, clock.wake_at) == ("settled", on("2026-10-16"), None)
        assert fallen(clock, "2026-12-01") == []
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-12-01")).statutory == 15

    def test_ends_a_pause_at_the_settlement(self) -> None:
        """Time after the end belongs to nobody."""
        clock = clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审")
        clock = clocks.settle(clock, at("2026-06-18"))
        assert clocks.spent(clock, NATIONAL, at("2026-12-01")) == clocks.Spent(run=5, paused=3)
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-12-01"))
        assert told["pauses"] == [{"from": "2026-06-15", "to": "2026-06-18", "why": "专家评审"}]


class TestStart:
    def test_opens_a_fresh_ledger(self) -> None:
        """A complete correction begins a new check (R-ACC-8): no card, pause or extension is carried over."""
        clock = clocks.extend(
            run("2026-03-02", statutory="5wd"), Duration(5, "wd"), at("2026-03-03"), "head", "复杂"
        )
        clock = clocks.mark(clocks.mark(clock, "red", on("2026-03-10")), "breach", on("2026-03-10"))
        again = reckon(clocks.start(clock, at("2026-03-17"), POLICY, NATIONAL), "2026-03-17")
        assert (again.card, again.red_on, again.breach_on, again.extensions) == (
            "none",
            None,
            None,
            [],
        )
        assert again.due_on == on("2026-03-24")


class TestExtend:
    def test_adds_to_the_statutory_limit_and_leaves_the_promise(self) -> None:
        """S-06, R-DEC-4: 09-09 becomes 09-22; the promise of 12 days stays 08-28."""
        clock = run("2026-08-12", promised="12wd", statutory="20wd")
        clock = reckon(
            clocks.extend(clock, Duration(10, "wd"), at("2026-09-07"), "head", "案情复杂"),
            "2026-09-07",
        )
        assert (clock.promised_on, clock.statutory_on) == (on("2026-08-28"), on("2026-09-22"))
        assert clock.extensions[0]["days"] == "10wd"
        assert clock.extensions[0]["reason"] == "案情复杂"

    def test_adds_to_excluded_days(self) -> None:
        """R-CLK-5: (20 + 8 + 10)th working day = Fri 07-31."""
        clock = clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审")
        clock = reckon(clocks.resume(clock, at("2026-06-26")), "2026-06-26")
        clock = clocks.extend(clock, Duration(10, "wd"), at("2026-07-01"), "head", "复杂")
        assert reckon(clock, "2026-07-01").due_on == on("2026-07-31")

    def test_counts_on_from_the_old_deadline_in_its_own_unit(self) -> None:
        """60 days rolled to 10-08, then 10 working days: 10-09, 10, 12–16, 19–21."""
        clock = clocks.extend(
            run("2026-08-06", statutory="60d"), Duration(10, "wd"), at("2026-09-07"), "head", "复杂"
        )
        assert reckon(clock, "2026-09-07").due_on == on("2026-10-21")

    def test_refuses_a_second_a_late_and_a_groundless_one(self) -> None:
        """S-06: 409 with the article; the last day is still in time."""
        clock = run("2026-08-12", promised="12wd", statutory="20wd")
        once = clocks.extend(clock, Duration(10, "wd"), at("2026-09-09T23:59"), "head", "复杂")
        for wrong, moment in [
            (once, "2026-09-09"),
            (clock, "2026-09-10T00:00"),
            (run("2026-08-12", promised="12wd"), "2026-08-13"),
            (clocks.settle(clock, at("2026-08-20")), "2026-08-21"),
            (clocks.mark(clock, "breach", on("2026-09-10")), "2026-09-09"),
        ]:
            with pytest.raises(ActionNotAllowed) as refused:
                clocks.extend(wrong, Duration(10, "wd"), at(moment), "head", "复杂")
            assert refused.value.law == "行政许可法42"


HOURS = st.integers(0, 24 * 12)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[datetime, list[datetime], Duration, Duration | None]:
    """Draw a start, alternating stops and restarts, a limit and an extension."""
    odd = draw(st.sampled_from([0, 417_389]))
    hours = draw(st.integers(0, 24 * 1000))
    began = at("2024-01-01T00:00") + timedelta(hours=hours, microseconds=odd)
    turns, moment = [], began
    for gap in draw(st.lists(HOURS, max_size=6)):
        moment += timedelta(hours=gap)
        turns.append(moment)
    turns = turns[: len(turns) // 2 * 2]
    limit = Duration(draw(st.integers(1, 45)), draw(st.sampled_from(["wd", "wd", "d"])))
    extension = draw(st.none() | st.integers(1, 15).map(lambda n: Duration(n, "wd")))
    return began, turns, limit, extension


def brute_force(
    began: datetime, turns: list[datetime], limit: Duration, extension: Duration | None, first: bool
) -> date:
    """Walk day by day: a day counts if the clock was running when it began."""
    day, legs = local_date(began), [limit, *([extension] if extension else [])]
    stopped = list(zip(turns[::2], turns[1::2], strict=True))

    def inside(day: date) -> bool:
        if day == local_date(began):
            return first and not any(
                local_date(off) < day <= local_date(back) for off, back in stopped
            )
        return not any(local_date(off) < day <= local_date(back) for off, back in stopped)

    day -= timedelta(days=1)
    for leg in legs:
        left = leg.count
        while left:
            day += timedelta(days=1)
            left -= inside(day) and (leg.unit == "d" or NATIONAL.is_working(day))
        while leg.unit == "d" and not (inside(day) and NATIONAL.is_working(day)):
            day += timedelta(days=1)
        for (
            off,
            back,
        ) in stopped:  # nothing was left, yet the days of the stop are not the department's
            if local_date(off) == day:
                between = [day + timedelta(days=n) for n in range((back.date() - day).days + 12)]
                working = [each for each in between if NATIONAL.is_working(each)]
                if leg.unit == "d":
                    day = next(each for each in working if each >= local_date(back))
                else:
                    day = max([day, *(each for each in working if each <= local_date(back))])
    return day


class TestLedger:
    @settings(max_examples=300, deadline=None)
    @given(ledgers(), st.booleans())
    def test_agrees_with_a_walk_day_by_day(
        self, ledger: tuple[datetime, list[datetime], Duration, Duration | None], first: bool
    ) -> None:
        """R-TIME-1, R-CLK-3, R-DEC-4 for any pauses, extension and reading of the start day."""
        began, turns, limit, extension = ledger
        policy = reading(count_start_day=first)
        clock = clocks.start(
            Clock("x", "decision", "决定", statutory=str(limit)), began, policy, NATIONAL
        )
        if extension:
            clock = clocks.extend(clock, extension, began, "head", "复杂")
        for n, moment in enumerate(turns):
            clock = clocks.resume(clock, moment) if n % 2 else clocks.stop(clock, moment, "检测")
        end = clocks.reckon(clock, NATIONAL, policy, turns[-1] if turns else began)
        assert end.statutory_on == brute_force(began, turns, limit, extension, first)
        assert clocks.reckon(end, NATIONAL, policy, turns[-1] if turns else began) == end

    @settings(max_examples=100, deadline=None)
    @given(ledgers(), st.integers(0, 120))
    def test_explanation_counts_what_the_dates_count(
        self, ledger: tuple[datetime, list[datetime], Duration, Duration | None], later: int
    ) -> None:
        """The listed days end on the date, and their count is what is used and left."""
        began, turns, limit, _ = ledger
        clock = clocks.start(
            Clock("x", "decision", "决定", statutory=str(limit)), began, POLICY, NATIONAL
        )
        for n, moment in enumerate(turns):
            clock = clocks.resume(clock, moment) if n % 2 else clocks.stop(clock, moment, "检测")
        moment = (turns[-1] if turns else began) + timedelta(days=later)
        clock = clocks.reckon(clock, NATIONAL, POLICY, moment)
        told = clocks.explain(clock, NATIONAL, POLICY, moment)
        assert told["days"][-1]["date"] == told["due_on"]
        assert told["days"][-1]["n"] == sum(row["counted"] for row in told["days"]) == limit.count
        assert not any(row["why"] == "时限已结束" for row in told["days"])
        if limit.unit == "wd":
            used = clocks.elapsed(clock, NATIONAL, POLICY, moment).statutory
            left = clocks.remaining(clock, NATIONAL, POLICY, moment).statutory
            assert (used or 0) + (left or 0) == limit.count
