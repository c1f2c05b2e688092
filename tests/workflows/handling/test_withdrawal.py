"""撤回: the applicant takes an item or the whole application back."""

import pytest

from service.errors import ActionNotAllowed, NotPermitted
from tests.workflows.decided import decided
from tests.workflows.story import Town


class TestWithdraw:
    def test_one_item_while_the_others_go_on(self, shop: type[Town]) -> None:
        """One item before its decision, with a confirmation; the others go on (R-ACC-11)."""
        story = shop.accepted("food", "drain")
        story.zhang("drain.withdraw")
        drain = story.item("drain")
        assert (drain.outcome, story.state("food"), story.papers()[-1]) == (
            "withdrawn",
            "reviewing",
            "withdrawal",
        )
        assert {c.state for c in story.case.clocks.values() if c.item == "drain"} == {"settled"}
        assert story.tasks("drain") == []

    def test_the_whole_with_those_that_wait(self, shop: type[Town]) -> None:
        """The whole case, those that wait included."""
        story = shop.accepted(
            "food", {"use": "drain", "after": ["food"]}, "sign", on_refusal="stop_all"
        )
        story.zhang("withdraw")
        assert (story.case.state, story.case.closed_at is not None) == ("withdrawn", True)
        assert story.item("drain").outcome == "withdrawn"

    def test_what_is_decided_stands(self, shop: type[Town]) -> None:
        """After a decision it cannot be withdrawn; the rest can."""
        story = decided(shop.accepted("food", "drain"))
        with pytest.raises(ActionNotAllowed):
            story.zhang("food.withdraw")
        story.zhang("withdraw")
        assert (story.state("food"), story.state("drain")) == ("issuing", "withdrawn")
        with pytest.raises(ActionNotAllowed, match="已经作出决定"):
            story.zhang("withdraw")

    @pytest.mark.parametrize("person", ["li", "qian", "stranger"])
    def test_only_the_applicant_withdraws(self, shop: type[Town], person: str) -> None:
        """Only the applicant withdraws."""
        story = shop.submitted("food")
        for what in ("withdraw", "food.withdraw"):
            with pytest.raises(NotPermitted):
                getattr(story, person)(what)

    def test_from_anywhere_before_the_decision(self, shop: type[Town]) -> None:
        """Received, in correction, under review, pledged: all may be withdrawn."""
        correcting = shop.submitted("food", missing=("plan",))
        correcting.li("food.note_defects", reasons=["plan-no-size"])
        correcting.li("notify_correction")
        pledged = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
        for story in (
            shop.submitted("food"),
            correcting,
            shop.accepted("food"),
            pledged,
            shop.submitted("sign"),
        ):
            story.zhang("withdraw")
            assert story.case.state == "withdrawn"
