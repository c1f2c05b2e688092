"""Clocks: ledger, dates, cards and explanation against the dated examples of the rules (2, 3, 6, 20)."""

import json
import time
from datetime import date, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import ActionNotAllowed
from service.workflows import clocks
from service.workflows.calendar import TZ, WorkCalendar, build, built_in, local_date, midnight
from service.workflows.case import Clock
from service.workflows.language.duration import Duration
from service.workflows.language.models import Calendar, Policy

NATIONAL = build(built_in(), ("CN",))
GUANGXI = Calendar(
    kind="calendar", layer="CN-GX", year=2026, source="三月三放假通知", holidays=["2026-04-17", "2026-04-20"]
)
REGION = build([*built_in(), GUANGXI], ("CN", "CN-GX"))


def reading(**of: Any) -> Policy:
    """Build a policy: the defaults, or another reading."""
    return Policy(**of)


POLICY = reading()


def at(text: str) -> datetime:
    """Read a Shanghai instant: `2026-09-14` (10:00) or `2026-09-14T21:00`."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T10:00").replace(tzinfo=TZ)


def on(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


def run(
    started: str, *, calendar: WorkCalendar = NATIONAL, policy: Policy = POLICY, entry: bool = False, **of: Any
) -> Clock:
    """Start a clock and reckon it."""
    blank = Clock(item="food-licence", clock="decision", title="决定", **of)
    return clocks.reckon(clocks.start(blank, at(started), policy, calendar, entry=entry), calendar, policy, at(started))


def reckon(clock: Clock, moment: str, calendar: WorkCalendar = NATIONAL, policy: Policy = POLICY) -> Clock:
    """Reckon on the national calendar."""
    return clocks.reckon(clock, calendar, policy, at(moment))


def fallen(clock: Clock, now: str, policy: Policy = POLICY) -> list[tuple[str, str]]:
    """Return what is due as (local instant, what)."""
    due = clocks.due_events(clock, NATIONAL, policy, at(now))
    return [(f"{moment.astimezone(TZ):%Y-%m-%d %H:%M}", what) for moment, what in due]


class TestReckon:
    @pytest.mark.parametrize(
        ("started", "limit", "due"),
        [
            ("2026-09-14", "20wd", "2026-10-16"),  # S-01 statutory
            ("2026-09-14", "10wd", "2026-09-28"),  # S-01 promised
            ("2026-02-12T09:00", "5wd", "2026-02-26"),  # S-02 intake
            ("2026-02-12T09:00", "20wd", "2026-03-18"),  # S-02 deemed acceptance, from the day of receipt
            ("2026-02-27", "20wd", "2026-03-26"),  # S-02 the wrong start
            ("2026-02-14", "5wd", "2026-02-28"),  # S-04 (a)
            ("2026-03-07T21:00", "5wd", "2026-03-13"),  # S-04 (b)
            ("2026-05-12", "20wd", "2026-06-09"),  # S-05
            ("2026-08-12", "20wd", "2026-09-09"),  # S-06
            ("2026-08-12", "12wd", "2026-08-28"),  # S-06 promised
            ("2026-03-02", "5wd", "2026-03-09"),  # S-08 notice
            ("2026-03-02", "2wd", "2026-03-04"),  # S-08 departments' answer
            ("2026-03-17", "20wd", "2026-04-15"),  # S-08 after correction
            ("2026-06-08", "20wd", "2026-07-07"),  # S-09
            ("2026-09-08", "1wd", "2026-09-09"),  # S-10 B
            ("2026-09-08", "3wd", "2026-09-11"),  # S-10 C
            ("2026-09-08", "6wd", "2026-09-16"),  # S-10 A
            ("2026-09-08", "10wd", "2026-09-21"),  # S-10 D
            ("2026-09-08", "20wd", "2026-10-12"),  # S-10 statutory
            ("2026-09-21", "10wd", "2026-10-12"),  # S-10 issue of D
            ("2026-09-18", "10wd", "2026-10-09"),  # S-12 (a) issue
            ("2026-09-18", "20wd", "2026-10-22"),  # S-12 (a) publication
            ("2026-08-06", "60d", "2026-10-08"),  # S-12 (b) reconsideration
            ("2026-09-10T15:00", "1wd", "2026-09-11"),  # S-14 decision by commitment
            ("2026-09-11", "20wd", "2026-10-15"),  # S-14 verification
            ("2026-09-29", "3wd", "2026-10-09"),  # S-14 rectification notice
            ("2026-10-09", "10wd", "2026-10-22"),  # S-14 rectification
            ("2026-10-20", "3wd", "2026-10-23"),  # S-14 recheck asked for
            ("2026-10-22", "3wd", "2026-10-27"),  # S-14 recheck without asking
            ("2026-03-30", "10wd", "2026-04-14"),  # S-15 inspection
            ("2026-04-14", "3wd", "2026-04-17"),  # S-15 decision
            ("2026-04-09", "10wd", "2026-04-23"),  # S-16 promised
            ("2026-04-09", "8wd", "2026-04-21"),  # S-16 promise of the paper
            ("2026-06-16", "5wd", "2026-06-24"),  # S-17
            ("2026-07-06", "10wd", "2026-07-20"),  # S-18
            ("2026-07-06", "2wd", "2026-07-08"),  # S-18 step
            ("2026-07-21", "5wd", "2026-07-28"),  # S-18 reply to the supervisor
            ("2026-04-13", "5wd", "2026-04-20"),  # S-20 (a) national
            ("2026-04-17T15:20", "5wd", "2026-04-24"),  # R-XR-2
            ("2026-09-07", "3wd", "2026-09-10"),  # R-TIME-10
            ("2026-09-14", "0wd", "2026-09-14"),  # R-TIME-1 on the spot
            ("2026-09-19", "0wd", "2026-09-19"),  # on the spot, on a Saturday
            ("2026-09-14", "0d", "2026-09-14"),
            ("2026-01-31", "1mo", "2026-02-28"),  # 民法典 202: no corresponding day; Sat 02-28 is a make-up day
            ("2026-03-31", "3mo", "2026-06-30"),
            ("2024-02-29", "1y", "2025-02-28"),
        ],
    )
    def test_gives_the_dates_of_the_rules(self, started: str, limit: str, due: str) -> None:
        """R-TIME-1, R-TIME-7 and every dated scenario of section 20."""
        assert run(started, statutory=limit).due_on == on(due)

    def test_runs_both_limits_and_the_earlier_is_due(self) -> None:
        """S-01, R-TIME-3, R-TIME-6: overdue from 00:00 after the last day."""
        clock = run("2026-09-14", promised="10wd", statutory="20wd")
        assert (clock.promised_on, clock.statutory_on, clock.due_on) == (
            on("2026-09-28"),
            on("2026-10-16"),
            on("2026-09-28"),
        )
        assert not clock.provisional
        assert clock.calendar == NATIONAL.version

    def test_counts_the_start_day_if_the_policy_says_so(self) -> None:
        """R-TIME-1: the reading with the start day is one day earlier, 10-15."""
        counting = reading(count_start_day=True)
        assert run("2026-09-14", statutory="20wd", policy=counting).due_on == on("2026-10-15")
        assert run("2026-09-12", statutory="5wd", policy=counting).due_on == on("2026-09-18")
        assert run("2026-03-02", statutory="1mo", policy=counting).due_on == on("2026-04-01")

    def test_moves_a_receipt_outside_office_hours_only_if_the_policy_says_so(self) -> None:
        """S-04 (b), R-TIME-4: only a receipt moves, never another start."""
        later = reading(offhours_receipt="next_working_day")
        assert run("2026-03-07T21:00", statutory="5wd", policy=later, entry=True).due_on == on("2026-03-16")
        assert run("2026-03-06T21:00", statutory="5wd", policy=later, entry=True).due_on == on("2026-03-16")
        assert run("2026-03-06T08:00", statutory="5wd", policy=later, entry=True).due_on == on("2026-03-13")
        assert run("2026-03-06T16:59", statutory="5wd", policy=later, entry=True).due_on == on("2026-03-13")
        assert run("2026-03-07T21:00", statutory="5wd", policy=later).due_on == on("2026-03-13")
        assert run("2026-03-07T21:00", statutory="5wd", entry=True).due_on == on("2026-03-13")

    def test_keeps_the_ledger_in_order_when_a_moved_receipt_is_stopped_before_it_counts(self) -> None:
        """A stop before the counted start leaves nothing used and nothing lost."""
        later = reading(offhours_receipt="next_working_day")
        clock = run("2026-03-06T21:00", statutory="5wd", policy=later, entry=True)
        clock = clocks.stop(clock, at("2026-03-06T22:00"), "专家评审")
        assert reckon(clock, "2026-03-06T22:00", policy=later).due_on is None
        clock = reckon(clocks.resume(clock, at("2026-03-07T09:00")), "2026-03-07T09:00", policy=later)
        assert clock.due_on == on("2026-03-16")

    def test_shows_the_litigation_safe_date(self) -> None:
        """S-05, R-TIME-4: entered Fri 05-08 21:00, accepted Tue 05-12."""
        clock = run("2026-05-12", promised="10wd", statutory="20wd", entered_at=at("2026-05-08T21:00"))
        assert (clock.statutory_on, clock.safe_on) == (on("2026-06-09"), on("2026-06-04"))

    def test_keeps_the_national_date_beside_a_regional_holiday(self) -> None:
        """S-20 (a), R-CAL-3."""
        clock = run("2026-04-13", calendar=REGION, statutory="5wd", entered_at=at("2026-04-13"))
        assert (clock.statutory_on, clock.safe_on) == (on("2026-04-22"), on("2026-04-20"))
        assert clock.calendar == REGION.version

    def test_is_provisional_beyond_the_published_years(self) -> None:
        """S-20 (b): an estimate with a mark, and never a refusal."""
        clock = run("2026-12-10", statutory="20wd")
        assert (clock.statutory_on, clock.provisional) == (on("2027-01-08"), True)
        assert not run("2026-12-10", statutory="15wd").provisional
        assert run("2026-12-31", statutory="0wd").provisional is False

    def test_is_provisional_when_only_the_end_of_a_calendar_period_is_unknown(self) -> None:
        """R-TIME-7: six months from 2026-08-06 end on Sat 2027-02-06 and roll on."""
        clock = run("2026-08-06", owner="applicant", statutory="6mo")
        assert (clock.due_on, clock.provisional) == (on("2027-02-08"), True)
        assert not run("2026-08-06", owner="applicant", statutory="60d").provisional

    def test_follows_a_new_notice_for_a_running_clock_only(self) -> None:
        """R-CAL-6: Thu 10-08 made a day off moves 10-16 to Mon 10-19; a settled clock is untouched."""
        stored = next(each for each in built_in() if each.year == 2026)
        changed = build(
            [*built_in(), stored.model_copy(update={"holidays": [*stored.holidays, "2026-10-08"]})], ("CN",)
        )
        clock = run("2026-09-14", statutory="20wd")
        assert reckon(clock, "2026-09-30", changed).due_on == on("2026-10-19")
        settled = clocks.settle(clock, at("2026-09-28"))
        assert reckon(settled, "2026-09-30", changed) == settled

    def test_answers_for_a_past_instant_by_the_ledger_of_that_time(self) -> None:
        """R-MON-3: what was known then is what is shown for then."""
        clock = clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审")
        assert reckon(clock, "2026-06-12").due_on == on("2026-07-07")
        assert reckon(clock, "2026-06-16").due_on is None
        resumed = clocks.resume(clock, at("2026-06-26"))
        assert reckon(resumed, "2026-06-20").due_on is None
        assert reckon(resumed, "2026-06-26").due_on == on("2026-07-17")

    def test_changes_nothing_but_a_copy(self) -> None:
        """A clock is a value."""
        clock = Clock(item="x", clock="decision", title="决定", statutory="20wd")
        clocks.start(clock, at("2026-09-14"), POLICY, NATIONAL)
        assert clock == Clock(item="x", clock="decision", title="决定", statutory="20wd")

    def test_does_not_depend_on_the_zone_of_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The legal day is that of Shanghai wherever the process runs."""
        here = run("2026-09-14T00:30", promised="10wd", statutory="20wd", expiry="lapse")
        told = clocks.explain(here, NATIONAL, POLICY, at("2026-09-20"))
        try:
            for zone in ("America/New_York", "Pacific/Kiritimati", "UTC"):
                monkeypatch.setenv("TZ", zone)
                time.tzset()
                there = run("2026-09-14T00:30", promised="10wd", statutory="20wd", expiry="lapse")
                assert there == here
                assert clocks.explain(there, NATIONAL, POLICY, at("2026-09-20")) == told
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_refuses_a_naive_instant(self) -> None:
        """A naive instant would be read in the machine's zone."""
        with pytest.raises(ValueError, match="naive"):
            clocks.start(Clock("x", "c", "t"), at("2026-09-14").replace(tzinfo=None), POLICY, NATIONAL)


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
        same_day = clocks.resume(clocks.stop(clock, at("2026-07-08T09:00"), "检测"), at("2026-07-08T17:00"))
        assert reckon(same_day, "2026-07-08T18:00").due_on == on("2026-07-20")
        overnight = clocks.resume(clocks.stop(clock, at("2026-07-08T17:00"), "检测"), at("2026-07-09T09:00"))
        assert reckon(overnight, "2026-07-09T18:00").due_on == on("2026-07-21")

    def test_lengthens_a_calendar_period_by_the_days_stopped(self) -> None:
        """R-TIME-7 with R-CLK-3: 20 days plus 4."""
        clock = clocks.stop(run("2026-07-06", statutory="20d"), at("2026-07-08"), "检测")
        assert reckon(clocks.resume(clock, at("2026-07-12")), "2026-07-12").due_on == on("2026-07-30")

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
        clock = clocks.extend(run("2026-03-02", statutory="5wd"), Duration(5, "wd"), at("2026-03-03"), "head", "复杂")
        clock = clocks.mark(clocks.mark(clock, "red", on("2026-03-10")), "breach", on("2026-03-10"))
        again = reckon(clocks.start(clock, at("2026-03-17"), POLICY, NATIONAL), "2026-03-17")
        assert (again.card, again.red_on, again.breach_on, again.extensions) == ("none", None, None, [])
        assert again.due_on == on("2026-03-24")


class TestExtend:
    def test_adds_to_the_statutory_limit_and_leaves_the_promise(self) -> None:
        """S-06, R-DEC-4: 09-09 becomes 09-22; the promise of 12 days stays 08-28."""
        clock = run("2026-08-12", promised="12wd", statutory="20wd")
        clock = reckon(clocks.extend(clock, Duration(10, "wd"), at("2026-09-07"), "head", "案情复杂"), "2026-09-07")
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
        clock = clocks.extend(run("2026-08-06", statutory="60d"), Duration(10, "wd"), at("2026-09-07"), "head", "复杂")
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


class TestDueEvents:
    def test_yellow_at_ninety_percent_and_red_when_passed(self) -> None:
        """S-18: yellow Fri 07-17 00:00 (9/10), red Tue 07-21 00:00, neither a minute before."""
        ninety = reading(yellow_percent=90)
        clock = run("2026-07-06", promised="10wd", statutory="20wd", policy=ninety)
        assert clock.wake_at == at("2026-07-17T00:00")
        assert fallen(clock, "2026-07-16T23:59", ninety) == []
        assert fallen(clock, "2026-07-17T00:00", ninety) == [("2026-07-17 00:00", "yellow")]
        clock = reckon(clocks.mark(clock, "yellow", on("2026-07-17")), "2026-07-17", policy=ninety)
        assert (clock.card, clock.wake_at) == ("yellow", at("2026-07-21T00:00"))
        assert fallen(clock, "2026-07-20T23:59", ninety) == []
        assert fallen(clock, "2026-07-21T00:00", ninety) == [("2026-07-21 00:00", "red")]
        clock = reckon(clocks.mark(clock, "red", on("2026-07-21")), "2026-07-21", policy=ninety)
        assert (clock.card, clock.wake_at) == ("red", midnight(on("2026-08-04")))

    def test_yellow_by_what_is_left_or_used_whichever_is_first(self) -> None:
        """R-MON-1 with the defaults: 80 % of 10 is the 8th day, 1 left of 3 is the 2nd, and 1 day warns on its day."""
        for limit, day in [("10wd", "2026-07-16"), ("3wd", "2026-07-08"), ("2wd", "2026-07-07"), ("1wd", "2026-07-07")]:
            assert run("2026-07-06", promised=limit).wake_at == midnight(on(day))

    def test_never_yellow_on_the_start_day(self) -> None:
        """With the start day counted, the first warning is on the next counted day, or none is left to give."""
        counting = reading(count_start_day=True)
        assert run("2026-07-06", promised="2wd", policy=counting).wake_at == midnight(on("2026-07-07"))
        assert fallen(run("2026-07-06", promised="1wd", policy=counting), "2026-07-08", counting) == [
            ("2026-07-07 00:00", "red")
        ]

    def test_tells_the_promise_from_the_statute(self) -> None:
        """R-TIME-6: red for the promise, a separate mark for the law, each at its own instant (S-01, S-06)."""
        clock = run("2026-08-12", promised="12wd", statutory="20wd")
        assert fallen(clock, "2026-12-01") == [
            ("2026-08-26 00:00", "yellow"), ("2026-08-29 00:00", "red"), ("2026-09-10 00:00", "breach"),
        ]  # fmt: skip

    def test_a_late_worker_gives_what_a_punctual_one_gives(self) -> None:
        """S-02, invariant 8: started on 03-02 it still finds 02-27 00:00."""
        clock = run("2026-02-12T09:00", statutory="5wd", expiry="deem_accepted")
        assert fallen(clock, "2026-02-26T23:59") == [("2026-02-25 00:00", "yellow")]
        assert fallen(clock, "2026-03-02") == [
            ("2026-02-25 00:00", "yellow"), ("2026-02-27 00:00", "red"), ("2026-02-27 00:00", "breach"),
            ("2026-02-27 00:00", "expire"),
        ]  # fmt: skip

    def test_gives_no_card_to_an_applicant(self) -> None:
        """S-16 (b): the applicant's paper is due 04-21 and at 04-22 00:00 only the rule acts."""
        clock = run("2026-04-09", owner="applicant", promised="8wd", expiry="lapse")
        assert clock.wake_at == at("2026-04-22T00:00")
        assert fallen(clock, "2026-05-01") == [("2026-04-22 00:00", "expire")]

    def test_is_empty_while_stopped(self) -> None:
        """A clock that stands cannot fall due (R-CLK-3)."""
        clock = clocks.stop(run("2026-06-08", statutory="20wd", expiry="lapse"), at("2026-06-15"), "专家评审")
        assert fallen(clock, "2026-12-01") == []

    def test_gives_each_event_once(self) -> None:
        """After marking, nothing is left; red without yellow gives no yellow later (R-MON-5)."""
        clock = run("2026-07-06", promised="10wd", statutory="20wd")
        marks: list[tuple[Literal["red", "breach"], str]] = [("red", "2026-07-21"), ("breach", "2026-08-04")]
        for what, day in marks:
            clock = clocks.mark(clock, what, on(day))
        assert fallen(clock, "2026-12-01") == []
        assert reckon(clock, "2026-12-01").wake_at is None
        assert clocks.mark(clock, "yellow", on("2026-12-01")).card == "red"

    def test_gives_no_yellow_in_calendar_days_or_on_the_spot(self) -> None:
        """Warnings are counted in working days."""
        assert [what for _, what in fallen(run("2026-07-06", promised="20d"), "2026-12-01")] == ["red"]
        assert fallen(run("2026-07-06", promised="0wd"), "2026-12-01") == [("2026-07-07 00:00", "red")]


class TestRemaining:
    @pytest.mark.parametrize(
        ("moment", "used", "left"),
        [("2026-07-06", 0, 10), ("2026-07-09", 3, 7), ("2026-07-10", 4, 6), ("2026-07-11", 4, 6), ("2026-07-17", 9, 1),
         ("2026-07-20T23:59", 10, 0), ("2026-07-21T00:00", 11, -1)],
    )  # fmt: skip
    def test_is_the_limit_less_what_is_used(self, moment: str, used: int, left: int) -> None:
        """R-TIME-2, S-18: on the last day nothing is left and nothing is overdue."""
        clock = run("2026-07-06", promised="10wd")
        assert clocks.elapsed(clock, NATIONAL, POLICY, at(moment)) == (used, None)
        assert clocks.remaining(clock, NATIONAL, POLICY, at(moment)) == (left, None)

    def test_counts_each_limit_in_its_unit(self) -> None:
        """Calendar days run to the rolled day: 60 days from 08-06 end on 10-08."""
        clock = run("2026-08-06", promised="10wd", statutory="60d")
        assert clocks.elapsed(clock, NATIONAL, POLICY, at("2026-08-16")) == (6, 10)
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-08-16")) == (4, 53)
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-10-08")).statutory == 0
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-10-09")).statutory == -1

    def test_stays_overdue_while_stopped(self) -> None:
        """Stopping late does not heal a limit that has passed."""
        clock = clocks.stop(run("2026-07-06", promised="2wd"), at("2026-07-10"), "检测")
        assert clocks.remaining(clock, NATIONAL, POLICY, at("2026-08-10")).promised == -2


class TestExplain:
    def test_lists_every_day_with_its_reason(self) -> None:
        """S-09 shape: start, weekend, holiday, pause and counted days all say why."""
        clock = clocks.stop(run("2026-06-08", promised="12wd", statutory="20wd"), at("2026-06-15"), "专家评审")
        clock = reckon(clocks.resume(clock, at("2026-06-26")), "2026-06-26")
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-06-30"))
        days = {row["date"]: row for row in told["days"]}
        source = "国务院办公厅关于2026年部分节假日安排的通知"
        assert len(days) == 40
        assert days["2026-06-08"] == {"date": "2026-06-08", "counted": False, "n": 0, "why": "起算日不计入"}
        assert days["2026-06-09"] == {"date": "2026-06-09", "counted": True, "n": 1, "why": "计入第1天"}
        assert days["2026-06-13"]["why"] == "周末"
        assert days["2026-06-15"] == {"date": "2026-06-15", "counted": True, "n": 5, "why": "计入第5天"}
        assert days["2026-06-16"] == {"date": "2026-06-16", "counted": False, "n": 5, "why": "停表：专家评审"}
        assert days["2026-06-19"]["why"] == f"端午节放假（{source}）"
        assert days["2026-06-26"]["why"] == "停表：专家评审"
        assert days["2026-07-17"] == {"date": "2026-07-17", "counted": True, "n": 20, "why": "计入第20天"}
        assert told["pauses"] == [{"from": "2026-06-15", "to": "2026-06-26", "why": "专家评审"}]
        assert (told["started_on"], told["promised_on"], told["statutory_on"]) == (
            "2026-06-08",
            "2026-07-07",
            "2026-07-17",
        )
        assert "停表8个工作日不计入（专家评审）" in told["sentence"]
        assert json.loads(json.dumps(told)) == told

    def test_names_the_make_up_days(self) -> None:
        """S-01: Sun 09-20 counts as the fifth day."""
        clock = run("2026-09-14", promised="10wd", statutory="20wd")
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-09-15"))
        sunday = next(row for row in told["days"] if row["date"] == "2026-09-20")
        assert sunday["why"] == "调休上班（国务院办公厅关于2026年部分节假日安排的通知），计入第5天"
        assert told["sentence"] == (
            "2026年9月14日（周一）起算，当日不计入；"
            "承诺时限10个工作日（周末和节假日不计，调休上班日计入），到2026年9月28日（周一）24时届满；"
            "法定时限20个工作日（周末和节假日不计，调休上班日计入），到2026年10月16日（周五）24时届满。"
        )

    def test_says_what_is_known_and_what_is_assumed(self) -> None:
        """S-20 (b): 15 of 20 known, with the assumption."""
        told = clocks.explain(run("2026-12-10", statutory="20wd"), NATIONAL, POLICY, at("2026-12-10"))
        assert told["provisional"] is True
        assert told["known"].startswith("20个工作日中已确定15个，其余5个在2027年，放假安排没有公布或录入，暂按")
        assert told["known"] in told["sentence"]
        assert told["days"][-1]["why"] == "工作日（2027年放假安排尚未公布，按周一至周五推算），计入第20天"
        assert clocks.explain(run("2026-09-14", statutory="20wd"), NATIONAL, POLICY, at("2026-09-14"))["known"] == ""

    def test_shows_how_a_calendar_period_rolls_over_a_holiday(self) -> None:
        """S-12 (b): day 60 is Mon 10-05, in the holiday."""
        told = clocks.explain(run("2026-08-06", statutory="60d"), NATIONAL, POLICY, at("2026-08-06"))
        days = {row["date"]: row for row in told["days"]}
        assert days["2026-08-08"]["why"] == "计入第2天"
        assert (days["2026-10-05"]["n"], days["2026-10-05"]["counted"]) == (60, True)
        assert days["2026-10-07"]["why"].startswith("期满日逢休息日，顺延（国庆节放假")
        assert days["2026-10-08"]["why"] == "期满日逢休息日，顺延至本日届满"
        assert told["days"][-1]["date"] == told["due_on"] == "2026-10-08"

    def test_of_a_paused_clock_says_what_is_left_instead_of_a_date(self) -> None:
        """R-CLK-3: shown as paused, N days left."""
        clock = reckon(clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审"), "2026-06-15")
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-06-17"))
        assert (told["due_on"], told["remaining"]) == (None, {"promised": None, "statutory": 15})
        assert "法定时限20个工作日，还剩15个工作日" in told["sentence"]
        assert told["sentence"].endswith("现已停表，恢复后继续计算。")
        assert told["days"][-1]["date"] == "2026-06-17"

    def test_of_a_settled_clock_keeps_its_dates(self) -> None:
        """A closed matter is explained as it was, to its limit."""
        clock = clocks.settle(run("2026-09-14", statutory="20wd"), at("2026-09-18"))
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-12-01"))
        assert (told["state"], told["due_on"]) == ("settled", "2026-10-16")
        assert told["days"][-1] == {"date": "2026-10-16", "counted": False, "n": 4, "why": "时限已结束"}

    def test_tells_an_extension_apart_from_a_pause(self) -> None:
        """R-CLK-5: approval adds, facts exclude."""
        clock = clocks.extend(run("2026-08-12", statutory="20wd"), Duration(10, "wd"), at("2026-09-07"), "head", "复杂")
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-09-08"))
        assert told["statutory_on"] == "2026-09-22"
        assert [extension["days"] for extension in told["extensions"]] == ["10wd"]
        assert "法定时限已含经批准延长的10个工作日" in told["sentence"]
        assert told["pauses"] == []

    def test_counts_the_start_day_when_the_policy_does(self) -> None:
        """R-TIME-1: the reading in force is the one shown."""
        counting = reading(count_start_day=True)
        clock = run("2026-09-14", statutory="5wd", policy=counting)
        told = clocks.explain(clock, NATIONAL, counting, at("2026-09-14"))
        assert told["days"][0]["why"] == "计入第1天"
        assert "当日计入" in told["sentence"]

    def test_shows_the_safe_date_when_it_differs(self) -> None:
        """S-05: the supervisor sees the earlier date too."""
        clock = run("2026-05-12", statutory="20wd", entered_at=at("2026-05-08T21:00"))
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-05-12"))
        assert told["safe_on"] == "2026-06-04"
        assert "稳妥日期为2026年6月4日（周四）" in told["sentence"]


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
        [("2026-10-01", "5y", "2031-10-01"), ("2024-02-29", "1y", "2025-02-28"), ("2026-10-31", "4mo", "2027-02-28"),
         ("2026-12-31", "1d", "2027-01-01"), ("2026-12-15", "1mo", "2027-01-15")],
    )  # fmt: skip
    def test_gives_the_corresponding_day_and_never_rolls(self, day: str, limit: str, then: str) -> None:
        """民法典 202; R-TIME-7: a validity date may be a holiday."""
        assert clocks.shift(on(day), Duration.parse(limit)) == on(then)

    def test_refuses_working_days(self) -> None:
        """Working days need a calendar."""
        with pytest.raises(ValueError, match="5wd"):
            clocks.shift(on("2026-10-01"), Duration.parse("5wd"))


HOURS = st.integers(0, 24 * 12)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[datetime, list[datetime], Duration, Duration | None]:
    """Draw a start, alternating stops and restarts, a limit and an extension."""
    began = at("2024-01-01T00:00") + timedelta(hours=draw(st.integers(0, 24 * 1000)))
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
            return first and not any(local_date(off) < day <= local_date(back) for off, back in stopped)
        return not any(local_date(off) < day <= local_date(back) for off, back in stopped)

    day -= timedelta(days=1)
    for leg in legs:
        left = leg.count
        while left:
            day += timedelta(days=1)
            left -= inside(day) and (leg.unit == "d" or NATIONAL.is_working(day))
        while leg.unit == "d" and not (inside(day) and NATIONAL.is_working(day)):
            day += timedelta(days=1)
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
        clock = clocks.start(Clock("x", "decision", "决定", statutory=str(limit)), began, policy, NATIONAL)
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
        clock = clocks.start(Clock("x", "decision", "决定", statutory=str(limit)), began, POLICY, NATIONAL)
        for n, moment in enumerate(turns):
            clock = clocks.resume(clock, moment) if n % 2 else clocks.stop(clock, moment, "检测")
        moment = (turns[-1] if turns else began) + timedelta(days=later)
        clock = clocks.reckon(clock, NATIONAL, POLICY, moment)
        told = clocks.explain(clock, NATIONAL, POLICY, moment)
        assert told["days"][-1]["date"] == told["due_on"]
        assert told["days"][-1]["n"] == sum(row["counted"] for row in told["days"]) == limit.count
        if limit.unit == "wd":
            used = clocks.elapsed(clock, NATIONAL, POLICY, moment).statutory
            left = clocks.remaining(clock, NATIONAL, POLICY, moment).statutory
            assert (used or 0) + (left or 0) == limit.count
