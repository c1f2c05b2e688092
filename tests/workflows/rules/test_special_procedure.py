"""特别程序: only the eight of the statute stop the limit."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid
from tests.workflows.story import Town

TESTING = {"procedure": "testing", "basis": "某法 9", "notice_text": "送检，请等候。", "days": 5}


class TestSpecial:
    def test_days_of_expert_review_are_not_counted(self, shop: type[Town]) -> None:
        """S-09: eight working days of expert review are not counted (R-CLK-1, R-CLK-3)."""
        story = shop.accepted("food", at="2026-06-08")
        story.wang(
            "food.start_special",
            "2026-06-15",
            procedure="expert_review",
            basis="某法 9",
            notice_text="请等候。",
            days=10,
        )
        assert (story.due("food.decision"), story.papers()[-1]) == (None, "special")
        story.wang("food.end_special", "2026-06-26")
        assert story.due("food.decision", "statutory") == date(2026, 7, 17)
        assert story.item("food").special is None
        story.qian("food.extend", days=10, reason="案情复杂")
        assert story.due("food.decision", "statutory") == date(2026, 7, 31)  # R-CLK-5

    @pytest.mark.parametrize("procedure", ["site_check", "听证", "", None, 5, "publication"])
    def test_nothing_but_the_eight_stops_the_clock(self, shop: type[Town], procedure: Any) -> None:
        """Nothing but the eight stops the clock (行政许可法 45)."""
        with pytest.raises(DataInvalid) as refusal:
            shop.accepted("food").wang(
                "food.start_special",
                procedure=procedure,
                basis="某法 9",
                notice_text="请等候。",
                days=10,
            )
        assert refusal.value.facts["errors"][0]["pointer"] == "/data/procedure"

    @pytest.mark.parametrize("left_out", ["procedure", "basis", "notice_text", "days"])
    def test_the_written_notice_is_part_of_the_act(self, shop: type[Town], left_out: str) -> None:
        """The written notice of the time needed is part of the same act."""
        data = {"procedure": "testing", "basis": "某法 9", "notice_text": "请等候。", "days": 5}
        with pytest.raises(DataInvalid):
            shop.accepted("food").wang(
                "food.start_special", **{k: v for k, v in data.items() if k != left_out}
            )

    def test_the_items_own_statute_need_not_be_typed(self, shop: type[Town]) -> None:
        """What the law of the item demands rests on that statute, whatever is typed; what it does not, is typed (R-CLK-1)."""
        change = {"food": {"procedures": {"testing": {"basis": "某条例 12"}}}}
        for typed in ({}, {"basis": ""}, {"basis": "别的办法 3"}):
            story = shop.accepted("food", change=change)
            data = {k: v for k, v in TESTING.items() if k != "basis"} | typed
            with pytest.raises(DataInvalid, match="哪一条要求"):
                story.wang("food.start_special", **data | {"procedure": "appraisal", "basis": ""})
            story.wang("food.start_special", **data)
            assert story.item("food").special.basis == "某条例 12"
            text = list(story.case.notices.values())[-1].body["text"]
            assert text.startswith("依据《某条例》第十二条")

    def test_basis_and_article_stand_on_the_paper(self, shop: type[Town]) -> None:
        """Which procedure, which statute demands it, how long, and what is not counted (R-CLK-1)."""
        story = shop.accepted("food")
        story.wang("food.start_special", **TESTING)
        text = list(story.case.notices.values())[-1].body["text"]
        assert text.startswith(
            "依据《中华人民共和国某法》第九条，「食品经营许可」需要检测，预计5个工作日"
        )
        assert "这段时间不计入办理期限" in text
        assert (story.item("food").special.basis, story.item("food").special.affects) == (
            "某法 9",
            "both",
        )
        assert story.events[-1].data["basis"] == "某法 9"

    def test_the_promise_may_go_on(self, shop: type[Town]) -> None:
        """Only the statutory limit is stopped: the promise keeps its day, its cards and its end (R-CLK-1 affects)."""
        story = shop.accepted("food", at="2026-06-08")
        promised = story.due("food.decision", "promised")
        story.wang("food.start_special", "2026-06-15", **TESTING | {"affects": "statutory"})
        text = list(story.case.notices.values())[-1].body["text"]
        assert "不计入法定办理期限，承诺时限照常计算" in text
        assert (story.due("food.decision"), story.due("food.promise-decision")) == (None, promised)
        assert promised == date(2026, 6, 23)
        task = next(t for t in story.case.tasks.values() if t.done_at is None)
        assert task.due_on == date(2026, 6, 23)
        story.until("2026-06-24")  # the five days told are over: the statutory limit runs on
        assert story.state("food") == "overrun"
        assert story.due("food.decision", "statutory") == date(2026, 7, 14)
        assert story.clock("food.decision").promised is None
        assert story.clock("food.promise-decision").red_on == date(2026, 6, 24)
        assert not story.clock("food.decision").red_on
        story.wang("food.end_special", "2026-06-24T15:00")
        story.wang("food.start_special", "2026-06-25", **TESTING)
        assert story.clock("food.promise-decision").state == "paused"
        story.wang("food.end_special", "2026-06-26")
        assert story.clock("food.promise-decision").state == "running"
        story.wang("food.propose", opinion="可以。")
        story.zhao("food.grant", opinion="同意。")
        assert story.clock("food.promise-decision").state == "settled"

    def test_what_it_affects_is_one_of_two(self, shop: type[Town]) -> None:
        """Article 45 always stops the statutory limit; only of the promise there is a choice."""
        with pytest.raises(DataInvalid):
            shop.accepted("food").wang("food.start_special", **TESTING | {"affects": "promised"})

    def test_a_stop_on_the_last_day_ends_on_the_day_of_the_restart(self, shop: type[Town]) -> None:
        """Stopped on its last day: the day of the restart is the last one, and may still be extended (R-CLK-3, R-DEC-4)."""
        story = shop.accepted("food", at="2026-06-18")
        assert story.due("food.decision", "statutory") == date(2026, 7, 17)
        story.wang("food.start_special", "2026-07-17T15:00", **TESTING | {"days": 10})
        story.wang("food.end_special", "2026-07-24")
        assert story.due("food.decision", "statutory") == date(2026, 7, 24)
        assert story.until("2026-07-24T23:59").clock("food.decision").breach_on is None
        story.qian("food.extend", days=10, reason="案情复杂")
        assert story.due("food.decision", "statutory") == date(2026, 8, 7)

    def test_a_promise_that_was_used_up_ends_on_the_day_of_the_restart(
        self, shop: type[Town]
    ) -> None:
        """Of the promise it is the same: red when the day of the restart is over, and not before (R-CLK-3)."""
        story = shop.accepted("food", at="2026-06-18T09:12:33.120417")
        assert story.due("food.decision", "promised") == date(2026, 7, 3)
        story.wang("food.start_special", "2026-07-03T15:00:07.331002", **TESTING | {"days": 10})
        story.wang("food.end_special", "2026-07-13T10:11:12.131415")
        assert story.due("food.decision", "promised") == date(2026, 7, 13)
        assert story.until("2026-07-13T23:59").clock("food.decision").red_on is None
        story.until("2026-07-14T00:00")
        assert story.clock("food.decision").red_on == date(2026, 7, 14)

    def test_a_restart_on_a_day_off(self, shop: type[Town]) -> None:
        """(20 + 5)th working day: Friday, though the procedure ended on Sunday; overdue when the restart's day is over."""
        story = shop.accepted("food", at="2026-06-18")
        story.wang("food.start_special", "2026-07-17T15:00", **TESTING | {"days": 10})
        story.wang("food.end_special", "2026-07-26")
        assert story.due("food.decision", "statutory") == date(2026, 7, 24)
        story.until("2026-08-01")
        breach = next(e for e in story.events if e.action == "statutory_breach")
        assert breach.at == shop.moment("2026-07-27T00:00")

    def test_the_time_told_is_all_that_is_not_counted(self, shop: type[Town]) -> None:
        """R-CLK-1: past the days that were told the limit runs on, and a card comes; the procedure itself goes on."""
        story = shop.accepted("food", at="2026-03-02")
        story.wang("food.start_special", "2026-03-03", **TESTING)
        story.until("2026-03-11")
        assert (story.state("food"), story.due("food.decision", "promised")) == (
            "overrun",
            date(2026, 3, 23),
        )
        assert story.item("food").special.procedure == "testing"
        story.until("2026-09-17")
        clock = story.clock("food.decision")
        assert (story.state("food"), clock.card, clock.breach_on) == (
            "overrun",
            "red",
            date(2026, 4, 8),
        )
        assert [t.card for t in story.case.tasks.values() if t.done_at is None] == ["red"]

    def test_told_anew_it_stops_again_from_that_day(self, shop: type[Town]) -> None:
        """A new written notice stops the limit again; what ran between the two notices is counted."""
        story = shop.accepted("food", at="2026-03-02")
        story.wang("food.start_special", "2026-03-03", **TESTING)
        story.until("2026-03-12T09:00")
        again = {"notice_text": "还需三日。", "days": 3}
        story.wang("food.renew_special_notice", "2026-03-12", **again)
        assert (story.state("food"), story.due("food.special")) == ("special", date(2026, 3, 17))
        story.wang("food.end_special", "2026-03-16")
        # used: 03-03, 03-11, 03-12; seven are left of the promise's ten
        assert story.due("food.decision", "promised") == date(2026, 3, 25)

    def test_not_after_the_limit_has_passed(self, shop: type[Town]) -> None:
        """What is overdue is not paused: neither by a procedure begun too late nor by one told anew too late."""
        late = shop.accepted("food", at="2026-06-18").until("2026-07-18")
        with pytest.raises(ActionNotAllowed, match="已经届满"):
            late.wang("food.start_special", **TESTING)
        assert not late.offers("wang")["food.start_special"].allowed
        begun = shop.accepted("food", at="2026-06-18")
        begun.wang("food.start_special", "2026-07-16", **TESTING)
        begun.until("2026-08-20")
        with pytest.raises(ActionNotAllowed, match="已经届满"):
            begun.wang("food.renew_special_notice", notice_text="还需三日。", days=3)
        assert begun.clock("food.decision").card == "red"

    def test_on_the_last_day_it_may_begin(self, shop: type[Town]) -> None:
        """The last day belongs to the limit."""
        story = shop.accepted("food", at="2026-06-18")
        story.wang("food.start_special", "2026-07-17T23:00", **TESTING)
        assert story.state("food") == "special"

    def test_a_card_stays_while_the_limit_stands(self, shop: type[Town]) -> None:
        """The promise was broken before the procedure began: the red card is not put away with it (R-MON-5)."""
        story = shop.accepted("food", at="2026-06-18").until("2026-07-06")
        assert story.clock("food.decision").card == "red"
        story.wang("food.start_special", **TESTING)
        assert [t.card for t in story.case.tasks.values() if t.done_at is None] == ["red"]

    def test_the_intake_is_not_stopped(self, shop: type[Town]) -> None:
        """The five days of the intake cannot be stopped (R-CLK-4)."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").wang(
                "food.start_special",
                procedure="testing",
                basis="某法 9",
                notice_text="请等候。",
                days=5,
            )
