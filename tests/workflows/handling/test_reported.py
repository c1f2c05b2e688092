"""Lower review, then the upper decision: two items of one case, each with its own limit."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Story, Town

LOWER = {"use": "drain"}
UPPER = {"use": "food", "after": ["drain"]}
CHANGE = {"drain": {"lifecycle": "reported", "limits": {"statutory": "20wd"}}}


def accepted_below(shop: type[Town]) -> Story:
    """The lower authority (cg) accepts on Mon 2026-06-01; the upper one (scjg) waits."""
    return shop.accepted(LOWER, UPPER, at="2026-06-01", change=CHANGE)


class TestReported:
    def below(self, story: Story) -> Story:
        story.li("drain.accept")
        return story

    def test_each_has_its_own_limit(self, shop: type[Town]) -> None:
        """Accepted 06-01: opinion by Tue 06-30; reported then, the upper authority decides by Tue 07-28 (R-DEC-5)."""
        story = self.below(accepted_below(shop))
        assert (story.due("drain.review"), story.state("food")) == (date(2026, 6, 30), "waiting")
        story.han("drain.propose", "2026-06-29", opinion="初审同意")
        story.zhu("drain.report", "2026-06-30", document="云水审报〔2026〕6号")
        assert (story.state("drain"), story.state("food")) == ("reported", "received")
        story.li("food.accept")
        assert story.due("food.decision", "statutory") == date(2026, 7, 28)

    def test_the_same_papers_are_not_asked_again(self, shop: type[Town]) -> None:
        """What came up with the review is there; the upper authority may ask only for what it alone needs (许可法 35)."""
        story = self.below(accepted_below(shop))
        story.han("drain.propose", opinion="初审同意")
        story.zhu("drain.report", document="云水审报〔2026〕6号")
        with pytest.raises(DataInvalid, match="已经随下级初审上报"):
            story.li("food.note_defects", reasons=["lease-pages"])
        story.li("food.note_defects", reasons=["phone-wrong"])
        assert [point["reason"] for point in story.item("food").noted] == ["phone-wrong"]

    def test_the_head_reports_after_the_review(self, shop: type[Town]) -> None:
        """The head of the lower authority reports, with the number of the report, after the review and not before."""
        story = self.below(accepted_below(shop))
        with pytest.raises(ActionNotAllowed):
            story.zhu("drain.report", document="早了")
        story.han("drain.propose", opinion="初审同意")
        with pytest.raises(NotPermitted):
            story.han("drain.report", document="越权")
        with pytest.raises(DataInvalid):
            story.zhu("drain.report")
        story.zhu("drain.send_back", opinion="补写理由")
        assert story.state("drain") == "reviewing"
