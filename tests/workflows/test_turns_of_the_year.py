"""Dated stories over New Year, the leap day and make-up Sundays: every day was counted by hand from the notices of 2024–2026.

Off in 2026: 01-01…03, 02-15…23; worked: Sun 01-04, Sat 02-14, Sat 02-28. In 2025: 01-01, 05-01…05, 10-01…08; worked: Sun 04-27,
Sun 09-28, Sat 10-11. In 2024: 02-10…17; worked: Sun 02-04, Sun 02-18.
"""

from datetime import date

import pytest

from service.errors import DataInvalid
from service.workflows.definition.models import Renewal
from service.workflows.rules.renewal import dates
from tests.workflows.story import Story, Town
from tests.workflows.test_guessed_days import KNOWN
from tests.workflows.town import NATIONAL


def decided(shop: type[Town], received: str, on: str) -> Story:
    """A food card that is granted on a day."""
    story = shop.accepted("food", at=received)
    story.wang("food.propose", on, opinion="符合。")
    story.zhao("food.grant", opinion="同意。")
    return story


class TestNewYear:
    def test_two_limits_over_it(self, shop: type[Town]) -> None:
        """From Tue 12-23: 24, 25, 26, 29, 30, 31, then Sun 01-04 is worked, 05, 06, 07; ten more end on 01-21 (R-TIME-1)."""
        story = shop.accepted("food", at="2025-12-23")
        assert story.due("food.decision", "promised") == date(2026, 1, 7)
        assert story.due("food.decision", "statutory") == date(2026, 1, 21)
        story.until("2026-01-21T23:59")
        assert story.clock("food.decision").breach_on is None
        story.until("2026-01-22T00:00")
        assert story.clock("food.decision").breach_on == date(2026, 1, 22)

    def test_five_days_of_silence(self, shop: type[Town]) -> None:
        """Received Mon 12-29: 30, 31, 01-04 (Sun), 05, 06; accepted as of the receipt, limits 01-13 and 01-27 (R-ACC-5)."""
        story = shop.submitted("food", at="2025-12-29T09:00")
        assert story.due("food.notice") == date(2026, 1, 6)
        assert story.until("2026-01-06T23:59").state("food") == "received"
        story.until("2026-01-07T00:00")
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2025, 12, 29),
        )
        assert story.due("food.decision", "promised") == date(2026, 1, 13)
        assert story.due("food.decision", "statutory") == date(2026, 1, 27)

    def test_what_is_granted_on_the_last_day_of_the_year(self, shop: type[Town]) -> None:
        """Ten working days to hand out: 01-04…09 are six, 12…15 four (R-DEC-6); five years to 2030-12-31 (R-TIME-7)."""
        story = decided(shop, "2025-12-23", "2025-12-31")
        assert story.due("food.issue") == date(2026, 1, 15)
        assert story.case.certificates[1].valid_until == date(2030, 12, 31)

    def test_remedies_of_what_is_refused_on_that_day(self, shop: type[Town]) -> None:
        """Sixty days after 12-31 is Sun 03-01, so Mon 03-02; six months are 06-30 (R-DEC-7, R-TIME-7)."""
        story = shop.accepted("food", at="2025-12-23")
        story.wang("food.propose", "2025-12-31", opinion="不符合。")
        story.zhao("food.refuse", reasons=["unfit"])
        (paper,) = (n for n in story.case.notices.values() if n.kind == "refusal")
        assert paper.body["remedies"]["review_until"] == "2026-03-02"
        assert paper.body["remedies"]["suit_until"] == "2026-06-30"

    def test_a_hearing_soon_after_it(self, shop: type[Town]) -> None:
        """For Fri 01-09: 08, 07, 06, 05, Sun 01-04, 12-31, 12-30 – told on 12-30 it is in time, on 12-31 not (48)."""
        story = shop.accepted("food", at="2025-12-08")
        story.wang("food.tell_hearing", "2025-12-09", reason="影响邻居", parties=[])
        story.zhang("food.request_hearing", "2025-12-10")
        day = {"date": "2026-01-09", "hour": "09:30", "place": "三楼", "chair": "qian"}
        with pytest.raises(DataInvalid, match="最迟 2025-12-30"):
            story.wang("food.announce_hearing", "2025-12-31", **day)
        punctual = shop.accepted("food", at="2025-12-08")
        punctual.wang("food.tell_hearing", "2025-12-09", reason="影响邻居", parties=[])
        punctual.zhang("food.request_hearing", "2025-12-10")
        punctual.wang("food.announce_hearing", "2025-12-30", **day)
        assert punctual.item("food").hearing.hour == "09:30"

    def test_silence_waits_for_the_notice_of_the_next_year(self, shop: type[Town]) -> None:
        """Received Mon 2026-12-28: 29, 30, 31 and two days nobody knows; with the notice 01-05, and the limit 01-26 (R-CAL-5)."""
        story = shop.submitted("food", at="2026-12-28T09:00")
        assert story.until("2027-01-20").state("food") == "received"
        story.new_calendar(KNOWN)
        story.swept()
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2026, 12, 28),
        )
        assert story.due("food.decision", "statutory") == date(2027, 1, 26)


class TestLeapDay:
    def test_it_is_a_day_like_any_other(self, shop: type[Town]) -> None:
        """From Mon 2024-02-26: 27, 28, 29, 03-01, 04…08, 11; twenty end on 03-25 (R-CAL-1)."""
        story = shop.accepted("food", at="2024-02-26")
        assert story.due("food.decision", "promised") == date(2024, 3, 11)
        assert story.due("food.decision", "statutory") == date(2024, 3, 25)

    def test_what_is_granted_on_it(self, shop: type[Town]) -> None:
        """Five years on there is no 29th: the last day of February, and it is never rolled (R-TIME-7, 民法典 202)."""
        story = decided(shop, "2024-02-26", "2024-02-29")
        assert story.case.certificates[1].valid_until == date(2029, 2, 28)
        assert story.due("food.issue") == date(2024, 3, 14)


class TestMakeUpDays:
    def test_a_correction_over_labour_day(self, shop: type[Town]) -> None:
        """Told Fri 2025-04-18: 21…25, Sun 27, 28, 29, 30, then 05-06…09, 12, 13; over on 05-14 (R-ACC-9)."""
        story = shop.submitted("food", at="2025-04-17", missing=("plan",))
        story.li("food.note_defects", "2025-04-18", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert story.due("food.correction") == date(2025, 5, 13)
        assert story.until("2025-05-13T23:59").state("food") == "correcting"
        assert story.until("2025-05-14T00:00").state("food") == "lapsed"

    def test_a_special_procedure_over_spring_festival(self, shop: type[Town]) -> None:
        """Accepted Mon 2026-02-02, due 03-06; stopped 02-11…25: 12, 13, Sat 14, 24, 25 are five, so 03-13 (R-CLK-3)."""
        story = shop.accepted("food", at="2026-02-02")
        assert story.due("food.decision", "statutory") == date(2026, 3, 6)
        told = {"procedure": "testing", "basis": "食品安全法 87", "affects": "both"}
        story.wang("food.start_special", "2026-02-11", notice_text="送检。", days=5, **told)
        assert story.due("food.special") == date(2026, 2, 25)
        story.wang("food.end_special", "2026-02-25")
        assert story.due("food.decision", "statutory") == date(2026, 3, 13)

    def test_an_extension_over_national_day(self, shop: type[Town]) -> None:
        """Due Tue 2025-09-30 (Sun 09-28 counts); ten more: 10-09, 10, Sat 11, 13…17, 20, 21 (R-DEC-4)."""
        story = shop.accepted("food", at="2025-09-03")
        assert story.due("food.decision", "statutory") == date(2025, 9, 30)
        story.qian("food.extend", "2025-09-29", days=10, reason="需要会商。")
        assert story.due("food.decision", "statutory") == date(2025, 10, 21)

    def test_a_window_of_renewal_that_closes_before_spring_festival(self) -> None:
        """To Sun 2026-03-01: Sat 28, 27…24, Sat 14, 13…9, 6…3 are fifteen: until 02-03, warned after 02-02 (R-TIME-9)."""
        window = {"open": "90wd", "close": "15wd"}
        renewal = Renewal.model_validate(
            {"certificate": "food-card", "window": window, "basis": "某办法 23"}
        )
        _, warn, closes = dates(renewal, date(2026, 3, 1), NATIONAL)
        assert (warn, closes) == (date(2026, 2, 2), date(2026, 2, 3))
