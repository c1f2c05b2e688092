"""差评整改: a low grade under one's own name is answered in time."""

from datetime import date

import pytest

from service.errors import DataInvalid
from tests.workflows.decided import closed
from tests.workflows.story import Town


class TestRedress:
    def test_the_loop_with_its_dates(self, shop: type[Town]) -> None:
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
    def test_fixed_at_once_or_explained(self, shop: type[Town], way: str) -> None:
        """What is clear is fixed at once, what has no basis is explained; both are answered (R-EVAL-5)."""
        story = closed(shop)
        story.zhang("rate", grade=2)
        story.qian("case.redress.contact", opinion="已联系")
        story.qian(f"case.redress.{way}", opinion="答复如下")
        assert (story.state("case.redress"), story.papers()[-1]) == ("replied", "redress_reply")

    def test_a_mistaken_rating(self, shop: type[Town]) -> None:
        """A false or mistaken rating is found to be so, with reasons (R-EVAL-5)."""
        story = closed(shop)
        story.zhang("rate", grade=1)
        story.qian("case.redress.contact", opinion="申请人说按错了")
        with pytest.raises(DataInvalid):
            story.qian("case.redress.find_unfounded")
        story.qian("case.redress.find_unfounded", opinion="申请人确认按错")
        assert story.item("case.redress").outcome == "unfounded"

    def test_a_late_answer_is_red(self, shop: type[Town]) -> None:
        """Each period is a clock: nobody called back in time, and it is red (R-EVAL-5, R-MON-1)."""
        story = closed(shop)
        story.zhang("rate", grade=1)
        story.until("2026-09-21T00:00")
        assert story.clock("case.redress.contact").card == "red"

    def test_an_item_is_answered_by_its_department(self, shop: type[Town]) -> None:
        """The department that is responsible answers, and not the person who was rated (R-EVAL-3, R-EVAL-5)."""
        story = shop.accepted("food", "drain", at="2026-09-16")
        story.han("drain.propose", opinion="符合")
        story.yang("drain.grant", opinion="同意")
        story.li("drain.issue")
        story.zhang("rate", grade=2, item="drain")
        assert story.tasks("drain.redress") == [("cg", "head")]
        assert story.item("drain.redress").reviewer == "yang"

    def test_an_anonymous_rating_opens_nothing(self, shop: type[Town]) -> None:
        """An anonymous rating opens nothing that would show whose it is (R-EVAL-3)."""
        story = closed(shop)
        story.zhang("rate", grade=1, anonymous=True)
        assert "case.redress" not in story.case.items
