"""好差评: five grades, each once, and what silence is worth."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.rules import rating
from tests.workflows.decided import closed
from tests.workflows.story import Town


class TestRate:
    def test_once_after_the_end(self, shop: type[Town]) -> None:
        """One rating of the whole, five grades, after the case is closed (R-EVAL-1, R-EVAL-2)."""
        story = shop.accepted("food")
        with pytest.raises(ActionNotAllowed):
            story.zhang("rate", grade=5)
        story = closed(shop)
        for wrong in (None, 0, 6, True, "5", 4.5):
            with pytest.raises(DataInvalid):
                story.zhang("rate", grade=wrong)
        with pytest.raises(NotPermitted):
            story.li("rate", grade=5)
        story.zhang("rate", grade=2, text="太慢", anonymous=True)
        assert (story.case.ratings[1].grade, story.case.ratings[1].anonymous) == (2, True)
        with pytest.raises(ActionNotAllowed, match="已经评价"):
            story.zhang("rate", grade=5)

    def test_an_item_of_its_own(self, shop: type[Town]) -> None:
        """一事一评: an item is rated once it is final, beside the whole, each once (R-EVAL-1)."""
        story = closed(shop, "food", "sign")
        with pytest.raises(ActionNotAllowed, match="办结后"):
            story.zhang("rate", grade=4, item="sign")
        story.zhang("rate", grade=4, item="food")
        with pytest.raises(ActionNotAllowed, match="已经评价"):
            story.zhang("rate", grade=5, item="food")
        with pytest.raises(DataInvalid):
            story.zhang("rate", grade=5, item="nothing")
        assert [(r.item, r.grade) for r in story.case.ratings.values()] == [("food", 4)]

    @pytest.mark.parametrize(("grade", "begins"), [(1, True), (2, True), (3, False), (5, False)])
    def test_a_low_grade_opens_the_loop(self, shop: type[Town], grade: int, begins: bool) -> None:
        """The last two grades are 差评; level 3 is not (R-EVAL-2)."""
        story = closed(shop)
        story.zhang("rate", grade=grade)
        assert ("case.redress" in story.case.items) is begins


class TestDefault:
    def test_calendar_days_not_rolled(self, shop: type[Town]) -> None:
        """Closed Fri 2026-09-18, seven days: Fri 09-25, though it is a holiday (R-EVAL-4)."""
        story = closed(shop, policy={"rating_default_after": "7d"})
        policy = story.release.directory.policy
        assert rating.defaulted_on(story.case, policy, story.calendar) == date(2026, 9, 25)
        story.zhang("rate", grade=4)
        assert rating.defaulted_on(story.case, policy, story.calendar) is None

    def test_off_unless_the_region_says_so(self, shop: type[Town]) -> None:
        """No national rule makes silence a grade (R-EVAL-4)."""
        story = closed(shop)
        assert (
            rating.defaulted_on(story.case, story.release.directory.policy, story.calendar) is None
        )
