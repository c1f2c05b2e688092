"""The guide: until when, for how much, and what is saved."""

from datetime import datetime

import pytest

from service.workflows.calendar import TZ, WorkCalendar
from service.workflows.case.parts import Case
from service.workflows.case.situation import Action, Actor, Situation
from service.workflows.definition.models import Before
from service.workflows.definition.release import Release
from service.workflows.step import step
from tests.workflows.telling.guide.conftest import ANSWERS, Desk, by_code


class TestDates:
    """The dates are those the engine would give."""

    @pytest.fixture
    def submitted(self, release: Release, calendar: WorkCalendar, now: datetime) -> Case:
        """Return the application submitted now with everything, and accepted at once."""
        case = Case(
            id="c1",
            bundle="open-shop",
            release=release.hash,
            applicant_type="sole-trader",
            applicant_name="示例小馆",
            applicant_id="92999901MADEM0046F",
            number="N-1",
            salt="s",
            account="zhang",
            answers=dict(ANSWERS),
            form={"address": "临湖路1号", "seats": 20, "has_agent": False},
        )
        papers = [
            "licence-copy",
            "identity",
            "layout",
            "workflow-doc",
            "rules",
            "fire-plan",
            "premises-right",
        ]
        applicant = Actor("zhang", "applicant", subject=case.applicant_id)
        return step(
            case,
            Action("submit", data={"materials": papers}),
            applicant,
            Situation(release, calendar, now),
        ).case

    def test_are_those_of_a_real_case(self, desk: Desk, submitted: Case) -> None:
        """Correction notice, promise of the whole and promise of each item agree with a case submitted at the same instant."""
        found = desk.guide()
        assert (
            found["dates"]["notice_by"]
            == str(submitted.clocks["food-licence", "notice"].due_on)
            == "2026-11-12"
        )
        assert (
            found["dates"]["promised_on"]
            == str(submitted.clocks["", "promise"].due_on)
            == "2026-11-24"
        )
        window = Actor("li", "clerk", "scjg", frozenset({"window"}))
        case = step(
            submitted,
            Action("accept", "food-licence"),
            window,
            Situation(desk.release, desk.calendar, desk.now),
        ).case
        expected = by_code(found["items"])["food-licence"]["expected_on"]
        assert expected == str(case.clocks["food-licence", "decision"].promised_on) == "2026-11-12"

    def test_follow_the_order(self, desk: Desk) -> None:
        """An item counts from the end of those before it; the whole is done with the last (R-BND-7)."""
        found = desk.guide()
        days = {code: item["expected_on"] for code, item in by_code(found["items"]).items()}
        assert days == {
            "food-licence": "2026-11-12",
            "fire-check": "2026-11-17",
            "outdoor-sign": "2026-11-17",
        }
        assert found["dates"]["expected_on"] == "2026-11-17"
        assert found["dates"]["submit_on"] == "2026-11-05"
        new = desk.guide(answers={**ANSWERS, "licence": "none"})
        assert by_code(new["items"])["outdoor-sign"]["expected_on"] == "2026-11-18"

    def test_need_no_notice_for_a_promise(self, desk: Desk) -> None:
        """What is granted on a promise has no intake, so there is no notice to wait for."""
        answers = {**ANSWERS, "dishes": [], "sign": False}
        assert (
            desk.guide(
                answers=answers, handling={"fire-check": "commitment"}, form={"usable_area": 90}
            )["dates"]["notice_by"]
            is None
        )

    def test_are_provisional_beyond_the_calendar(
        self, release: Release, calendar: WorkCalendar
    ) -> None:
        """A date that hangs on a year without a published calendar is marked, and says what is assumed (R-CAL-5)."""
        dates = Desk(release, calendar, datetime(2026, 12, 25, 9, tzinfo=TZ)).guide()["dates"]
        assert dates["provisional"] is True
        assert "尚未公布" in dates["note"]
        known = Desk(release, calendar, datetime(2026, 11, 5, 9, tzinfo=TZ)).guide()["dates"]
        assert (known["provisional"], known["note"]) == (False, "")

    def test_have_a_cap_when_handled_jointly(
        self, desk: Desk, joint: Release, calendar: WorkCalendar, now: datetime
    ) -> None:
        """Joint handling is capped by law; otherwise each item keeps its own limits (R-BND-2)."""
        found = Desk(joint, calendar, now).guide()
        assert found["limits"]["legal_cap"] == {
            "limit": "45wd",
            "title": "45个工作日",
            "basis": "行政许可法 26、42",
        }
        assert found["dates"]["cap_on"] > found["dates"]["promised_on"]
        alone = desk.guide()
        assert alone["limits"] == {
            "promised": "13wd",
            "promised_title": "13个工作日",
            "legal_cap": None,
        }
        assert alone["dates"]["cap_on"] is None


class TestMoney:
    """Fees and what is saved."""

    def test_adds_up_the_fees(self, desk: Desk) -> None:
        """Each fee has its basis; without any it says so."""
        fees = desk.guide()["fees"]
        assert (fees["total"], fees["title"]) == (12.5, "12.5元")
        assert fees["items"] == [
            {
                "code": "outdoor-sign",
                "title": "户外招牌设置备案",
                "amount": 12.5,
                "said": "12.5元",
                "basis": "城市道路管理条例 37",
            }
        ]
        free = desk.guide(answers={**ANSWERS, "sign": False})["fees"]
        assert (free["total"], free["title"], free["items"]) == (0, "不收费", [])

    def test_shows_what_is_saved(self, desk: Desk) -> None:
        """Published figures of before stand beside what this applicant has to do now (R-ONE-1)."""
        assert desk.guide()["savings"] == {
            "of_these_items": False,
            "steps": {"before": 12, "now": 2, "less": 10},
            "materials": {"before": 35, "now": 3, "less": None},  # of a part of what was published
            "days": {
                "before": {"limit": "48wd", "title": "48个工作日"},
                "now": {"limit": "13wd", "title": "13个工作日"},
                "less": {"limit": "35wd", "title": "35个工作日"},
            },
        }
        nothing_issued = desk.guide(answers={**ANSWERS, "area": 20, "dishes": []})["savings"]
        assert nothing_issued["steps"] == {"before": 12, "now": 1, "less": 11}

    def test_compares_nothing_without_figures(
        self, joint: Release, calendar: WorkCalendar, now: datetime
    ) -> None:
        """No published figures, no claim."""
        assert Desk(joint, calendar, now).guide()["savings"] is None

    def test_adds_up_what_each_item_took(self, desk: Desk) -> None:
        """Where every item says what it took alone, these are compared: papers add up, days along the longest chain."""
        alone = desk.guide(answers={**ANSWERS, "sign": False})
        for item in alone["items"]:
            code, published = item["code"], {"steps": 2, "materials": 5, "days": "10wd"}
            definition = desk.release.items[code]
            desk.release.items[code] = definition.model_copy(
                update={"before": Before.model_validate(published)}
            )
        count = len(alone["items"])
        saved = desk.guide(answers={**ANSWERS, "sign": False})["savings"]
        assert saved["of_these_items"] is True
        assert saved["steps"]["before"] == 2 * count
        assert saved["materials"]["before"] == 5 * count
        assert saved["materials"]["less"] == 5 * count - saved["materials"]["now"]
        longest = int(saved["days"]["before"]["limit"].removesuffix("wd"))
        assert 10 <= longest <= 10 * count
