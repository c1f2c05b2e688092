"""Nothing final on a guess: what ends a right or a limit waits for the notice of holidays that tells its day (R-CAL-5)."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed
from service.workflows.calendar import WorkCalendar, build, built_in, local_date
from service.workflows.definition.models import Calendar
from service.workflows.telling import turn_of
from tests.workflows.decided import decided
from tests.workflows.story import Story, Town

# an assumed notice: nobody knows the one of 2027 yet
SPRING = Calendar(
    kind="calendar",
    layer="CN",
    year=2027,
    source="国办发明电〔2026〕0号（假设）",
    holidays=["2027-01-01/2027-01-03 元旦", "2027-02-05/2027-02-11 春节"],
    workdays=[],
)
EARLY = SPRING.model_copy(
    update={"holidays": ["2027-01-01/2027-01-03"], "workdays": ["2027-02-06"]}
)
KNOWN = build([*built_in(), SPRING], ("CN",))


def correcting(shop: type[Town], **of: WorkCalendar) -> Story:
    """Told on 2027-01-20 what is missing: fifteen working days, by weekdays alone until Wed 02-10."""
    story = shop.submitted("food", at="2027-01-18T09:00", missing=("plan",), **of)
    story.li("food.note_defects", "2027-01-20T09:00", reasons=["plan-no-size"])
    story.li("notify_correction")
    return story


class TestLapse:
    def test_no_application_lapses_on_an_estimated_day(self, shop: type[Town]) -> None:
        """02-10 is an estimate: on 02-11 nothing lapses, and both the applicant and the department are told why, once."""
        story = correcting(shop)
        assert story.due("food.correction") == date(2027, 2, 10)
        story.until("2027-02-10T23:59")
        assert "await_calendar" not in story.papers()
        story.until("2027-02-11T09:00")
        assert story.state("food") == "correcting"
        told = [n for n in story.case.notices.values() if n.kind == "await_calendar"]
        assert [n.to for n in told] == ["applicant", "scjg"]
        assert "2027年2月10日" in told[0].body["text"]
        assert "2027年的放假安排还没有公布" in told[0].body["text"]
        story.until("2027-06-01")
        assert (story.state("food"), story.papers().count("await_calendar")) == ("correcting", 2)

    def test_right_after_the_notice_it_ends_on_the_right_day(self, shop: type[Town]) -> None:
        """With a holiday of seven days it ends on 02-17; whoever comes late with the calendar gets the same dates."""
        late = correcting(shop).until("2027-03-01")
        late.new_calendar(KNOWN)
        late.swept()
        punctual = correcting(shop, calendar=KNOWN).until("2027-03-01")
        assert late.state("food") == punctual.state("food") == "lapsed"
        ended = [story.item("food").final_at for story in (late, punctual)]
        assert ended == [shop.moment("2027-02-18T00:00")] * 2
        assert late.clock("food.correction").due_on == date(2027, 2, 17)
        told = next(e for e in late.events if e.action == "lapse")
        assert (local_date(told.at), told.data["as_of"][:10]) == (date(2027, 3, 1), "2027-02-17")

    def test_what_was_supplied_meanwhile_counts(self, shop: type[Town]) -> None:
        """Supplied after the estimated day and before the right one: in time."""
        story = correcting(shop).until("2027-02-16T09:00")
        story.zhang("food.supply", materials="all")
        story.new_calendar(KNOWN).until("2027-02-19")
        assert story.state("food") == "received"

    def test_nobody_acts_before_what_the_notice_has_ended(self, shop: type[Town]) -> None:
        """The calendar is there, the worker has not come by yet: the next act settles first what has fallen due."""
        story = correcting(shop).until("2027-03-01")
        story.calendar = KNOWN
        with pytest.raises(ActionNotAllowed):
            story.zhang("food.supply", materials="all")

    def test_an_earlier_day_is_not_told_before_what_was_told(self, shop: type[Town]) -> None:
        """A make-up Saturday makes it 02-09: the record stays in the order of time, the date is the right one."""
        story = correcting(shop).until("2027-02-12")
        story.new_calendar(build([*built_in(), EARLY], ("CN",))).until("2027-02-13")
        assert story.state("food") == "lapsed"
        assert story.clock("food.correction").due_on == date(2027, 2, 9)
        assert [e.at for e in story.events] == sorted(e.at for e in story.events)


class TestLimits:
    def test_silence_and_cards_wait_too(self, shop: type[Town]) -> None:
        """No acceptance by silence, no red, no breach on estimated days; afterwards as if the notice had been there."""
        silent = shop.submitted("food", at="2027-01-28").until("2027-03-30")
        assert (silent.state("food"), silent.clock("food.notice").breach_on) == ("received", None)
        slow = shop.accepted("food", at="2027-01-04").until("2027-03-30")
        clock = slow.clock("food.decision")
        assert (clock.red_on, clock.breach_on) == (None, None)
        assert clock.card == "yellow"  # a reminder ends nothing
        for story, at in ((silent, "2027-01-28"), (slow, "2027-01-04")):
            story.new_calendar(KNOWN)
            story.swept()
            again = shop.submitted("food", at=at, calendar=KNOWN)
            if story is slow:
                again.li("food.accept")
            again.until("2027-03-30")
            own, other = story.clock("food.decision"), again.clock("food.decision")
            assert (own.red_on, own.breach_on, own.card) == (
                other.red_on,
                other.breach_on,
                "red",
            )
            assert (own.promised_on, own.statutory_on) == (other.promised_on, other.statutory_on)
            assert story.item("food").accepted_on == again.item("food").accepted_on

    def test_what_is_certain_does_not_wait(self, shop: type[Town]) -> None:
        """The promise ends in a known year and the card comes; only the statutory end hangs on the next year's notice."""
        story = shop.accepted("food", at="2026-12-10")
        clock = story.clock("food.decision")
        assert (clock.promised_on, clock.provisional) == (date(2026, 12, 24), True)
        story.until("2026-12-25T00:00")
        assert story.clock("food.decision").red_on == date(2026, 12, 25)
        story.until("2027-02-01")
        clock = story.clock("food.decision")
        assert (clock.breach_on, clock.awaited_on) == (None, date(2027, 1, 9))

    def test_no_right_ends_on_an_estimate_either(self, shop: type[Town]) -> None:
        """After the estimated end the head may still extend, and a procedure may still begin; nobody is called late."""
        story = shop.accepted("food", at="2026-12-10").until("2027-01-20")
        assert story.due("food.decision", "statutory") == date(2027, 1, 8)
        assert story.offers("wang")["food.start_special"].allowed
        turn = turn_of(story.case, story.situation)
        assert any("是推算的" in said for said in turn.told)
        story.qian("food.extend", days=5, reason="案情复杂")
        assert story.due("food.decision", "statutory") == date(2027, 1, 15)

    def test_a_validity_is_a_given_day(self, shop: type[Town]) -> None:
        """The last day of a certificate hangs on no notice: it ends in 2031 as it says (R-TIME-7)."""
        story = decided(shop.accepted("food", at="2026-09-14"))
        story.li("food.issue")
        ends = story.due("food.validity")
        assert ends.year == 2031
        story.until(f"{ends.year + 1}-01-05")
        assert story.case.certificates[1].state == "expired"
