"""Why a date is what it is, day by day."""

import json

from service.workflows import clocks
from service.workflows.definition.duration import Duration
from tests.workflows.clocks.running import NATIONAL, POLICY, at, reading, reckon, run


class TestExplain:
    def test_lists_every_day_with_its_reason(self) -> None:
        """S-09 shape: start, weekend, holiday, pause and counted days all say why."""
        clock = clocks.stop(
            run("2026-06-08", promised="12wd", statutory="20wd"), at("2026-06-15"), "专家评审"
        )
        clock = reckon(clocks.resume(clock, at("2026-06-26")), "2026-06-26")
        told = clocks.explain(clock, NATIONAL, POLICY, at("2026-06-30"))
        days = {row["date"]: row for row in told["days"]}
        source = "国务院办公厅关于2026年部分节假日安排的通知"
        assert len(days) == 40
        assert days["2026-06-08"] == {
            "date": "2026-06-08",
            "counted": False,
            "n": 0,
            "why": "起算日不计入",
        }
        assert days["2026-06-09"] == {
            "date": "2026-06-09",
            "counted": True,
            "n": 1,
            "why": "计入第1天",
        }
        assert days["2026-06-13"]["why"] == "周末"
        assert days["2026-06-15"] == {
            "date": "2026-06-15",
            "counted": True,
            "n": 5,
            "why": "计入第5天",
        }
        assert days["2026-06-16"] == {
            "date": "2026-06-16",
            "counted": False,
            "n": 5,
            "why": "停表：专家评审",
        }
        assert days["2026-06-19"]["why"] == f"端午节放假（{source}）"
        assert days["2026-06-26"]["why"] == "停表：专家评审"
        assert days["2026-07-17"] == {
            "date": "2026-07-17",
            "counted": True,
            "n": 20,
            "why": "计入第20天",
        }
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
        told = clocks.explain(
            run("2026-12-10", statutory="20wd"), NATIONAL, POLICY, at("2026-12-10")
        )
        assert told["provisional"] is True
        assert told["known"].startswith(
            "20个工作日中已确定15个，其余5个在2027年，放假安排没有公布或录入，暂按"
        )
        assert told["known"] in told["sentence"]
        assert (
            told["days"][-1]["why"]
            == "工作日（2027年放假安排尚未公布，按周一至周五推算），计入第20天"
        )
        assert (
            clocks.explain(run("2026-09-14", statutory="20wd"), NATIONAL, POLICY, at("2026-09-14"))[
                "known"
            ]
            == ""
        )

    def test_shows_how_a_calendar_period_rolls_over_a_holiday(self) -> None:
        """S-12 (b): day 60 is Mon 10-05, in the holiday."""
        told = clocks.explain(
            run("2026-08-06", statutory="60d"), NATIONAL, POLICY, at("2026-08-06")
        )
        days = {row["date"]: row for row in told["days"]}
        assert days["2026-08-08"]["why"] == "计入第2天"
        assert (days["2026-10-05"]["n"], days["2026-10-05"]["counted"]) == (60, True)
        assert days["2026-10-07"]["why"].startswith("期满日逢休息日，顺延（国庆节放假")
        assert days["2026-10-08"]["why"] == "期满日逢休息日，顺延至本日届满"
        assert told["days"][-1]["date"] == told["due_on"] == "2026-10-08"

    def test_of_a_paused_clock_says_what_is_left_instead_of_a_date(self) -> None:
        """R-CLK-3: shown as paused, N days left."""
        clock = reckon(
            clocks.stop(run("2026-06-08", statutory="20wd"), at("2026-06-15"), "专家评审"),
            "2026-06-15",
        )
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
        assert told["days"][-1] == {
            "date": "2026-10-16",
            "counted": False,
            "n": 4,
            "why": "时限已结束",
        }

    def test_tells_an_extension_apart_from_a_pause(self) -> None:
        """R-CLK-5: approval adds, facts exclude."""
        clock = clocks.extend(
            run("2026-08-12", statutory="20wd"),
            Duration(10, "wd"),
            at("2026-09-07"),
            "head",
            "复杂",
        )
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
