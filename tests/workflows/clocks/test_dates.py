"""Dates of clocks and their cards against the dated examples of the rules (2, 3, 6, 20)."""

import time
from typing import Literal

import pytest

from service.workflows import clocks
from service.workflows.calendar import build, built_in, midnight
from service.workflows.case.parts import Clock
from tests.workflows.clocks.running import (
    NATIONAL,
    POLICY,
    REGION,
    at,
    fallen,
    on,
    reading,
    reckon,
    run,
)


class TestReckon:
    @pytest.mark.parametrize(
        ("started", "limit", "due"),
        [
            ("2026-09-14", "20wd", "2026-10-16"),  # S-01 statutory
            ("2026-09-14", "10wd", "2026-09-28"),  # S-01 promised
            ("2026-02-12T09:00", "5wd", "2026-02-26"),  # S-02 intake
            (
                "2026-02-12T09:00",
                "20wd",
                "2026-03-18",
            ),  # S-02 deemed acceptance, from the day of receipt
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
            (
                "2026-01-31",
                "1mo",
                "2026-02-28",
            ),  # 民法典 202: no corresponding day; Sat 02-28 is a make-up day
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
        assert run("2026-03-07T21:00", statutory="5wd", policy=later, entry=True).due_on == on(
            "2026-03-16"
        )
        assert run("2026-03-06T21:00", statutory="5wd", policy=later, entry=True).due_on == on(
            "2026-03-16"
        )
        assert run("2026-03-06T08:00", statutory="5wd", policy=later, entry=True).due_on == on(
            "2026-03-13"
        )
        assert run("2026-03-06T16:59", statutory="5wd", policy=later, entry=True).due_on == on(
            "2026-03-13"
        )
        assert run("2026-03-07T21:00", statutory="5wd", policy=later).due_on == on("2026-03-13")
        assert run("2026-03-07T21:00", statutory="5wd", entry=True).due_on == on("2026-03-13")

    def test_keeps_the_ledger_in_order_when_a_moved_receipt_is_stopped_before_it_counts(
        self,
    ) -> None:
        """A stop before the counted start leaves nothing used and nothing lost."""
        later = reading(offhours_receipt="next_working_day")
        clock = run("2026-03-06T21:00", statutory="5wd", policy=later, entry=True)
        clock = clocks.stop(clock, at("2026-03-06T22:00"), "专家评审")
        assert reckon(clock, "2026-03-06T22:00", policy=later).due_on is None
        clock = reckon(
            clocks.resume(clock, at("2026-03-07T09:00")), "2026-03-07T09:00", policy=later
        )
        assert clock.due_on == on("2026-03-16")

    def test_shows_the_litigation_safe_date(self) -> None:
        """S-05, R-TIME-4: entered Fri 05-08 21:00, accepted Tue 05-12."""
        clock = run(
            "2026-05-12", promised="10wd", statutory="20wd", entered_at=at("2026-05-08T21:00")
        )
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
            [*built_in(), stored.model_copy(update={"holidays": [*stored.holidays, "2026-10-08"]})],
            ("CN",),
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

    def test_does_not_depend_on_the_zone_of_the_machine(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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
            clocks.start(
                Clock("x", "c", "t"), at("2026-09-14").replace(tzinfo=None), POLICY, NATIONAL
            )


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
        for limit, day in [
            ("10wd", "2026-07-16"),
            ("3wd", "2026-07-08"),
            ("2wd", "2026-07-07"),
            ("1wd", "2026-07-07"),
        ]:
            assert run("2026-07-06", promised=limit).wake_at == midnight(on(day))

    def test_never_yellow_on_the_start_day(self) -> None:
        """With the start day counted, the first warning is on the next counted day, or none is left to give."""
        counting = reading(count_start_day=True)
        assert run("2026-07-06", promised="2wd", policy=counting).wake_at == midnight(
            on("2026-07-07")
        )
        assert fallen(
            run("2026-07-06", promised="1wd", policy=counting), "2026-07-08", counting
        ) == [("2026-07-07 00:00", "red")]

    def test_tells_the_promise_from_the_statute(self) -> None:
        """R-TIME-6: red for the promise, a separate mark for the law, each at its own instant (S-01, S-06)."""
        clock = run("2026-08-12", promised="12wd", statutory="20wd")
        assert fallen(clock, "2026-12-01") == [
            ("2026-08-26 00:00", "yellow"),
            ("2026-08-29 00:00", "red"),
            ("2026-09-10 00:00", "breach"),
        ]

    def test_a_late_worker_gives_what_a_punctual_one_gives(self) -> None:
        """S-02, invariant 8: started on 03-02 it still finds 02-27 00:00."""
        clock = run("2026-02-12T09:00", statutory="5wd", expiry="deem_accepted")
        assert fallen(clock, "2026-02-26T23:59") == [("2026-02-25 00:00", "yellow")]
        assert fallen(clock, "2026-03-02") == [
            ("2026-02-25 00:00", "yellow"),
            ("2026-02-27 00:00", "red"),
            ("2026-02-27 00:00", "breach"),
            ("2026-02-27 00:00", "expire"),
        ]

    def test_gives_no_card_to_an_applicant(self) -> None:
        """S-16 (b): the applicant's paper is due 04-21 and at 04-22 00:00 only the rule acts."""
        clock = run("2026-04-09", owner="applicant", promised="8wd", expiry="lapse")
        assert clock.wake_at == at("2026-04-22T00:00")
        assert fallen(clock, "2026-05-01") == [("2026-04-22 00:00", "expire")]

    def test_is_empty_while_stopped(self) -> None:
        """A clock that stands cannot fall due (R-CLK-3)."""
        clock = clocks.stop(
            run("2026-06-08", statutory="20wd", expiry="lapse"), at("2026-06-15"), "专家评审"
        )
        assert fallen(clock, "2026-12-01") == []

    def test_gives_each_event_once(self) -> None:
        """After marking, nothing is left; red without yellow gives no yellow later (R-MON-5)."""
        clock = run("2026-07-06", promised="10wd", statutory="20wd")
        marks: list[tuple[Literal["red", "breach"], str]] = [
            ("red", "2026-07-21"),
            ("breach", "2026-08-04"),
        ]
        for what, day in marks:
            clock = clocks.mark(clock, what, on(day))
        assert fallen(clock, "2026-12-01") == []
        assert reckon(clock, "2026-12-01").wake_at is None
        assert clocks.mark(clock, "yellow", on("2026-12-01")).card == "red"

    def test_gives_no_yellow_in_calendar_days_or_on_the_spot(self) -> None:
        """Warnings are counted in working days."""
        assert [what for _, what in fallen(run("2026-07-06", promised="20d"), "2026-12-01")] == [
            "red"
        ]
        assert fallen(run("2026-07-06", promised="0wd"), "2026-12-01") == [
            ("2026-07-07 00:00", "red")
        ]


class TestRemaining:
    @pytest.mark.parametrize(
        ("moment", "used", "left"),
        [
            ("2026-07-06", 0, 10),
            ("2026-07-09", 3, 7),
            ("2026-07-10", 4, 6),
            ("2026-07-11", 4, 6),
            ("2026-07-17", 9, 1),
            ("2026-07-20T23:59", 10, 0),
            ("2026-07-21T00:00", 11, -1),
        ],
    )
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
