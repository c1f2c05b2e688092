"""What is published of ratings."""

from dataclasses import replace

import pytest

from service.api.rest.case_views import rating_default
from service.errors import DataInvalid
from service.office import Office
from service.office.figures import FEWEST_RATINGS

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    PACK,
    REVIEWER,
    STALL,
    SUPERVISOR,
    WINDOW,
    Act,
    Open,
)

NO_SIGN = replace(
    STALL, answers={"sign": False}, materials=({"material": "layout", "share": True},)
)


async def closed(opened: Open, done: Act, n: int) -> str:
    """Open a case and hand out its result."""
    number = (await opened(NO_SIGN, MORNING + n * HOUR / 60)).case.number
    at = MORNING + HOUR
    await done(number, "food.accept", WINDOW, at)
    await done(number, "food.propose", REVIEWER, at, opinion="符合")
    await done(number, "food.grant", APPROVER, at, opinion="同意")
    await done(number, "food.issue", WINDOW, at)
    return str(number)


class TestRatings:
    """R-EVAL-6."""

    async def test_figures_of_a_month(self, office: Office, opened: Open, done: Act) -> None:
        """Grades and average of what was rated; too few are not shown, for they would show who (R-EVAL-6)."""
        for n, grade in enumerate([5, 5, 4, 4, 2]):
            number = await closed(opened, done, n)
            assert (await office.ratings("2026-11", MORNING + DAY) == []) is (n == 0)
            await done(
                number, "case.rate", CITIZEN, MORNING + 2 * HOUR, grade=grade, anonymous=grade == 2
            )
            line = (await office.ratings("2026-11", MORNING + DAY))[0]
            assert (line.rated is None) is (n + 1 < FEWEST_RATINGS)
        assert (line.bundle, line.item, line.rated, line.average, line.defaulted) == (
            "open-stall",
            "",
            5,
            4.0,
            None,
        )
        assert line.grades == {5: 2, 4: 2, 3: 0, 2: 1, 1: 0}
        assert await office.ratings("2026-10", MORNING + DAY) == []

    async def test_silence_is_counted_apart(self, office: Office, opened: Open, done: Act) -> None:
        """Where the region lets silence count, it is a figure of its own and in no average (R-EVAL-4)."""
        directory = str(PACK["directory.yaml"]) + "policy: {rating_default_after: 7d}\n"
        await office.publish_pack({**PACK, "directory.yaml": directory}, "admin", MORNING)
        await closed(opened, done, 0)
        assert await office.ratings("2026-11", MORNING + 7 * DAY) == []
        line = (await office.ratings("2026-11", MORNING + 8 * DAY))[0]
        assert (line.rated, line.average, line.defaulted) == (None, None, 1)

    @pytest.mark.parametrize("month", ["2026-13", "2026", "2027-01", "x"])
    async def test_a_month_that_is_none(self, office: Office, month: str) -> None:
        """A month is written 2026-09 and has begun."""
        with pytest.raises(DataInvalid):
            await office.ratings(month, MORNING)


class TestWhoSees:
    """R-EVAL-3."""

    async def test_the_rated_do_not_see_who(self, office: Office, opened: Open, done: Act) -> None:
        """Window, reviewer and approver see neither rating nor redress, in the case or its record; supervision does.

        Who rated sees the rating; what the offices owe each other for it is not his.
        """
        number = await closed(opened, done, 0)
        await done(number, "case.rate", CITIZEN, MORNING + 2 * HOUR, grade=1, text="慢")
        for actor, rating, sees in (
            (WINDOW, False, False),
            (REVIEWER, False, False),
            (APPROVER, False, False),
            (CITIZEN, True, False),
            (SUPERVISOR, True, True),
        ):
            view = await office.case(actor, number, MORNING + 3 * HOUR)
            events = (await office.events(actor, number, now=MORNING + 3 * HOUR)).items
            assert bool(view.case.ratings) is rating
            assert any(event.action == "rate" for event in events) is rating
            assert ("case.redress" in view.case.items) is sees
            assert any(key[0] == "case.redress" for key in view.case.clocks) is sees
            assert any(task.item == "case.redress" for task in view.case.tasks.values()) is sees
            assert any("redress" in event.item for event in events) is sees
            assert any("redress" in line.item for line in view.where) is sees

    async def test_the_public_sees_no_proceedings_inside(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """Who has the query code sees the matter itself, not what the departments owe each other."""
        number = await closed(opened, done, 0)
        view = await done(number, "case.rate", CITIZEN, MORNING + 2 * HOUR, grade=1)
        shown = await office.track(number, view.case.query_code, MORNING + 3 * HOUR)
        assert [item["item"] for item in shown["items"]] == ["food"]
        assert shown["where"] == []

    async def test_what_silence_counts_as_is_told(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """The grade the region names, and until when one may rate; nothing where it names none (R-EVAL-4)."""
        number = await closed(opened, done, 0)
        assert rating_default(await office.case(CITIZEN, number, MORNING + DAY)) is None
        policy = "policy: {rating_default_after: 7d, rating_default: 4}\n"
        directory = str(PACK["directory.yaml"]) + policy
        await office.publish_pack({**PACK, "directory.yaml": directory}, "admin", MORNING)
        number = await closed(opened, done, 1)
        told = rating_default(await office.case(CITIZEN, number, MORNING + DAY))
        assert told is not None
        assert (str(told.on), told.grade, told.grade_title) == ("2026-11-12", 4, "满意")
