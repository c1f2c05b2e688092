"""The way of an item: every period on it counts, whoever's time it is, but the applicant's own."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import service.workflows
from service.workflows.application.questions import Applicant
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.calendar import TZ, WorkCalendar
from service.workflows.case.ways import COMPLETE
from service.workflows.definition.models import Vocabulary
from service.workflows.definition.release import Release
from service.workflows.definition.scopes import lifecycle_scope
from service.workflows.telling.guide import guide
from service.workflows.trials.samples import answers_with_neutral

NOW = datetime(2026, 11, 5, 10, 0, 0, 417_389, tzinfo=TZ)


@pytest.fixture(scope="module")
def closing() -> Release:
    """Closing a company in the sample city, whose items have lifecycles of their own."""
    pack = load_pack(read_folder(Path(service.workflows.__file__).parent / "packs" / "linhu")).pack
    assert pack is not None
    return compile_release(pack, "close-company")


def expected(release: Release, calendar: WorkCalendar, kind: str, **answers: Any) -> dict[str, str]:
    """Return the day on which each item should be done."""
    given = answers_with_neutral(release, answers, kind)
    found = guide(release, Applicant(kind), given, {}, calendar, NOW)
    return {item["code"]: item["expected_on"] for item in found["items"]}


def test_knows_all_that_lifecycles_may_ask() -> None:
    """A name that is missing here makes the guide of whatever asks for it impossible."""
    asked = {
        name.removeprefix("item.") for name in lifecycle_scope(Vocabulary(kind="vocabulary")).names
    }
    assert {name for name in asked if "." not in name and name != "handling"} == set(COMPLETE)


class TestExpectedDates:
    """The date told is the end of the whole way."""

    def test_counts_a_public_period(self, closing: Release, calendar: WorkCalendar) -> None:
        """Published within one working day, open to objections for twenty days, then deregistered within one."""
        days = expected(closing, calendar, "enterprise", subject="company", way="simple")
        assert days["simplified-publicity"] == "2026-11-26"
        assert days["company-deregistration"] == "2026-11-27"

    def test_counts_what_a_department_does_after_it(
        self, closing: Release, calendar: WorkCalendar
    ) -> None:
        """For a sole trader ten days of asking round, and one working day in which the window confirms it."""
        days = expected(closing, calendar, "sole-trader", subject="sole")
        assert days["sole-trader-consultation"] == "2026-11-17"

    def test_leaves_out_the_applicants_own_time(
        self, closing: Release, calendar: WorkCalendar
    ) -> None:
        """Filed within its limit and announced for 45 days; how long the liquidators then take is up to them."""
        days = expected(closing, calendar, "enterprise", subject="company", way="general")
        assert days["liquidation-notice"] == "2026-12-21"

    def test_counts_once_what_runs_through_several_states(
        self, release: Release, calendar: WorkCalendar
    ) -> None:
        """Review and decision share one limit; intake and handing out are not part of it."""
        answers = {"licence": "have", "area": 400, "sign": False, "dishes": ["raw"], "staff": 0}
        assert expected(release, calendar, "sole-trader", **answers)["food-licence"] == "2026-11-12"
