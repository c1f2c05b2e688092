from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows import ratings


def closed(shop, *items, **of):
    """One item decided and handed out on Fri 2026-09-18."""
    story = shop.accepted(*(items or ("food",)), at="2026-09-16", on="2026-09-17", **of)
    story.wang("food.propose", "2026-09-18", opinion="符合")
    story.zhao("food.grant", opinion="同意")
    story.li("food.issue")
    return story


class TestRate:
    def test_once_after_the_end(self, shop):
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

    def test_an_item_of_its_own(self, shop):
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
    def test_a_low_grade_opens_the_loop(self, shop, grade, begins):
        """The last two grades are 差评; level 3 is not (R-EVAL-2)."""
        story = closed(shop)
        story.zhang("rate", grade=grade)
        assert ("case.redress" in story.case.items) is begins


class TestRedress:
    def test_the_loop_with_its_dates(self, shop):
        """S-19: rated Fri 09-18; contact by Sun 09-20 (make-up day), answer by Thu 09-24, ended by Thu 10-15 (R-EVAL-5)."""
        story = closed(shop)
        story.zhang("rate", grade=1, text="慢")
        name = "case.redress"
        dates = [story.due(f"{name}.{clock}") for clock in ("contact", "rectify", "whole")]
        assert dates == [date(2026, 9, 20), date(2026, 9, 24), date(2026, 10, 15)]
        assert story.tasks(name) == [("scjg", "head")]
        story.qian(f"{name}.contact", "2026-09-20", opinion="已电话联系，核实情况")
        story.qian(f"{name}.plan", "2026-09-21", opinion="增开一个窗口")
        story.qian(f"{name}.report", "2026-09-23", opinion="已经整改")
        story.qian(f"{name}.reopen", "2026-09-28", opinion="回访仍不满意")
        story.qian(f"{name}.report", opinion="再次整改")
        story.qian(f"{name}.revisit", opinion="回访满意")
        assert (story.state(name), story.item(name).outcome) == ("redressed", "closed")
        assert (story.case.state, story.papers().count("redress_reply")) == ("granted", 2)

    @pytest.mark.parametrize("way", ["settle", "explain"])
    def test_fixed_at_once_or_explained(self, shop, way):
        """What is clear is fixed at once, what has no basis is explained; both are answered (R-EVAL-5)."""
        story = closed(shop)
        story.zhang("rate", grade=2)
        story.qian("case.redress.contact", opinion="已联系")
        story.qian(f"case.redress.{way}", opinion="答复如下")
        assert (story.state("case.redress"), story.papers()[-1]) == ("replied", "redress_reply")

    def test_a_mistaken_rating(self, shop):
        """A false or mistaken rating is found to be so, with reasons (R-EVAL-5)."""
        story = closed(shop)
        story.zhang("rate", grade=1)
        story.qian("case.redress.contact", opinion="申请人说按错了")
        with pytest.raises(DataInvalid):
            story.qian("case.redress.find_unfounded")
        story.qian("case.redress.find_unfounded", reasons=[{"text": "申请人确认按错"}])
        assert story.item("case.redress").outcome == "unfounded"

    def test_late_is_red(self, shop):
        """Each period is a clock: nobody called back in time, and it is red (R-EVAL-5, R-MON-1)."""
        story = closed(shop)
        story.zhang("rate", grade=1)
        story.until("2026-09-21T00:00")
        assert story.clock("case.redress.contact").card == "red"

    def test_of_an_item(self, shop):
        """The department that is responsible answers, and not the person who was rated (R-EVAL-3, R-EVAL-5)."""
        story = shop.accepted("food", "drain", at="2026-09-16")
        story.han("drain.propose", opinion="符合")
        story.yang("drain.grant", opinion="同意")
        story.li("drain.issue")
        story.zhang("rate", grade=2, item="drain")
        assert story.tasks("drain.redress") == [("cg", "head")]
        assert story.item("drain.redress").reviewer == "yang"

    def test_anonymous(self, shop):
        """An anonymous rating opens nothing that would show whose it is (R-EVAL-3)."""
        story = closed(shop)
        story.zhang("rate", grade=1, anonymous=True)
        assert "case.redress" not in story.case.items


class TestDefault:
    def test_calendar_days_not_rolled(self, shop):
        """Closed Fri 2026-09-18, seven days: Fri 09-25, though it is a holiday (R-EVAL-4)."""
        story = closed(shop, policy={"rating_default_after": "7d"})
        policy = story.release.directory.policy
        assert ratings.defaulted_on(story.case, policy, story.calendar) == date(2026, 9, 25)
        story.zhang("rate", grade=4)
        assert ratings.defaulted_on(story.case, policy, story.calendar) is None

    def test_off_unless_the_region_says_so(self, shop):
        """No national rule makes silence a grade (R-EVAL-4)."""
        story = closed(shop)
        assert ratings.defaulted_on(story.case, story.release.directory.policy, story.calendar) is None
