"""法制审核: no major decision without its record."""

import pytest

from service.errors import ActionNotAllowed, DataInvalid
from service.workflows.case.situation import Actor
from tests.workflows.decided import deciding
from tests.workflows.story import Town

MAJOR = {"food": {"legal_review": True}}


class TestLegalReview:
    def test_no_decision_without_its_record(self, shop: type[Town]) -> None:
        """R-SUP-5: where the item asks for it, no decision either way without the record; 422."""
        story = deciding(shop, change=MAJOR)
        for action, data in (("grant", {"opinion": "同意"}), ("refuse", {"reasons": ["unfit"]})):
            with pytest.raises(DataInvalid, match="法制审核"):
                story.zhao(f"food.{action}", **data)
            assert "法制审核" in story.offers("zhao")[f"food.{action}"].reason
        story.jin("food.record_legal_review", opinion="权限、依据、程序合法。")
        assert story.item("food").legal_review.by == "jin"
        story.zhao("food.grant", opinion="同意。")
        assert story.state("food") == "issuing"

    def test_it_is_done_anew_after_a_return(self, shop: type[Town]) -> None:
        """What went back to the reviewer is reviewed anew."""
        story = deciding(shop, change=MAJOR)
        story.jin("food.record_legal_review", opinion="合法。")
        story.zhao("food.send_back", opinion="请补充。")
        story.wang("food.propose", opinion="已补充。")
        with pytest.raises(DataInvalid, match="法制审核"):
            story.zhao("food.grant", opinion="同意。")

    def test_it_is_done_by_other_eyes(self, shop: type[Town]) -> None:
        """Neither the reviewer nor who decides is the legal reviewer."""
        story = shop.accepted("food", change=MAJOR)
        both = Actor("wang", "clerk", "scjg", frozenset({"reviewer", "legal"}))
        story.act(both, "food.propose", opinion="符合。")
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.act(both, "food.record_legal_review", opinion="合法。")
        decider = Actor("zhao", "clerk", "scjg", frozenset({"legal", "approver"}))
        story.act(decider, "food.record_legal_review", opinion="合法。")
        with pytest.raises(ActionNotAllowed, match="法制审核人"):
            story.act(decider, "food.grant", opinion="同意。")

    def test_it_is_not_done_where_nobody_asks_for_it(self, shop: type[Town]) -> None:
        """Without the switch nothing waits."""
        deciding(shop).zhao("food.grant", opinion="同意。")
