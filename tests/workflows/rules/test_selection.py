"""招标、拍卖、考试; the standard that a refusal names (行政许可法 53–55, R-DEC-10)."""

from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

STANDARD = "GB 31654-2021 餐饮服务通用卫生规范"
TESTED: Data = {"food": {"inspection": {"basis": "行政许可法 55", "standards": [STANDARD]}}}


def chosen_by(how: str) -> Data:
    """Return the food licence as one for which applicants are chosen."""
    selection = {"by": how, "basis": "某法 9", "published": "报名条件、办法见公告第1号。"}
    return {"food": {"selection": selection}}


def reviewing(shop: type[Town], how: str, **of: Any) -> Story:
    """Accept an application for it."""
    return shop.accepted("food", change=chosen_by(how), **of)


class TestSelection:
    @pytest.mark.parametrize("how", ["tender", "auction", "exam"])
    def test_nothing_is_decided_before_its_result(self, shop: type[Town], how: str) -> None:
        """Not even proposed; the decision cites the document of the result."""
        story = reviewing(shop, how)
        with pytest.raises(ActionNotAllowed, match="要先记录"):
            story.wang("food.propose", opinion="符合。")
        story.wang(
            "food.record_selection", document="结果公告2号", selected="yes", findings="第一名"
        )
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", opinion="同意。")
        paper = [n for n in story.case.notices.values() if n.kind == "grant"][-1]
        assert ("结果公告2号" in paper.body["text"], "某法 9" in paper.body["text"]) == (True, True)

    @pytest.mark.parametrize("how", ["tender", "auction", "exam"])
    def test_who_was_not_chosen_is_not_granted(self, shop: type[Town], how: str) -> None:
        """Refused in writing, with the result and where to turn."""
        story = reviewing(shop, how)
        story.wang(
            "food.record_selection", document="结果公告2号", selected="no", findings="第九名"
        )
        story.wang("food.propose", opinion="没有中选。")
        with pytest.raises(ActionNotAllowed, match="结果不是他"):
            story.zhao("food.grant", opinion="同意。")
        story.zhao("food.refuse", reasons=["unfit"])
        paper = [n for n in story.case.notices.values() if n.kind == "refusal"][-1]
        assert ("结果公告2号" in paper.body["text"], bool(paper.body["remedies"])) == (True, True)

    def test_who_won_is_granted_and_who_passed_may_fail_otherwise(self, shop: type[Town]) -> None:
        """53 ③: the winner of bids has to be granted; an exam is one of the conditions (54 ①)."""
        for how in ("tender", "auction"):
            story = reviewing(shop, how)
            story.wang("food.record_selection", document="1号", selected="yes", findings="中标")
            story.wang("food.propose", opinion="符合。")
            with pytest.raises(ActionNotAllowed, match="依法应当准予"):
                story.zhao("food.refuse", reasons=["unfit"])
        story = reviewing(shop, "exam")
        story.wang("food.record_selection", document="1号", selected="yes", findings="合格")
        story.wang("food.propose", opinion="不符合其他条件。")
        story.zhao("food.refuse", reasons=["unfit"])
        assert story.state("food") == "refused"

    def test_where_nobody_is_chosen_no_result_is_recorded(self, shop: type[Town]) -> None:
        """Nothing that the law does not ask for."""
        story = shop.accepted("food")
        assert not story.offers("wang")["food.record_selection"].allowed


class TestStandard:
    def test_a_refusal_names_the_standard_that_is_not_met(self, shop: type[Town]) -> None:
        """55 ③: one of those the item names, on the paper and in the record; a grant names none."""
        story = shop.accepted("food", change=TESTED)
        story.wang("food.propose", opinion="不合格。")
        for wrong in ({}, {"standard": "随便"}):
            with pytest.raises(DataInvalid, match="技术标准"):
                story.zhao("food.refuse", reasons=["unfit"], **wrong)
        assert "standard" not in story.offers("zhao")["food.grant"].needs
        story.zhao("food.refuse", reasons=["unfit"], standard=STANDARD)
        paper = [n for n in story.case.notices.values() if n.kind == "refusal"][-1]
        assert STANDARD in paper.body["text"]
        refused = [event for event in story.events if event.action == "refuse"]
        assert refused[0].data["standard"] == STANDARD

    def test_what_is_refused_for_another_reason_names_none(self, shop: type[Town]) -> None:
        """It has to be said that nothing tested is the reason: the paper then names no standard."""
        story = shop.accepted("food", change=TESTED)
        story.wang("food.propose", opinion="不合格。")
        story.zhao("food.refuse", reasons=["unfit"], standard="none")
        paper = [n for n in story.case.notices.values() if n.kind == "refusal"][-1]
        assert "技术标准" not in paper.body["text"]
