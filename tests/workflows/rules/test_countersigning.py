"""会签、票签、依次: a decision of several people."""

import pytest

from service.errors import ActionNotAllowed
from service.workflows.case.situation import Actor
from tests.workflows.case.board import BOARD, of, tabled
from tests.workflows.story import Town


class TestAll:
    def test_it_takes_effect_with_the_last_who_agrees(self, shop: type[Town]) -> None:
        """会签: it takes effect with the last who agrees; each signature before is an event of its own."""
        story = tabled(shop)
        for person in ("zhao", "feng"):
            getattr(story, person)("food.agree", opinion="同意。")
            assert story.state("food") == "before_board"
        assert story.did()[-2:] == ["food.sign", "food.sign"]
        assert "grant" not in story.papers()
        story.chu("food.agree", opinion="同意。")
        assert (story.state("food"), story.item("food").decided_by, story.papers()[-1]) == (
            "agreed",
            "chu",
            "grant",
        )

    @pytest.mark.parametrize("before", [0, 1, 2])
    def test_whoever_objects_ends_it(self, shop: type[Town], before: int) -> None:
        """一票否决: whoever objects, first or last, ends it; never a grant over an objection."""
        story = tabled(shop)
        for person in BOARD[:before]:
            getattr(story, person)("food.agree", opinion="同意。")
        getattr(story, BOARD[before])("food.object", reasons=["unfit"])
        assert story.state("food") == "turned_down"

    def test_signatures_before_a_return_count_no_more(self, shop: type[Town]) -> None:
        """Back to study: earlier signatures count no more."""
        story = tabled(shop)
        story.zhao("food.agree", opinion="同意。")
        story.feng("food.return_it", opinion="请补充。")
        assert (story.state("food"), story.item("food").signatures) == ("studied", [])

    def test_nobody_signs_twice(self, shop: type[Town]) -> None:
        """Nobody signs twice."""
        story = tabled(shop)
        story.zhao("food.agree", opinion="同意。")
        with pytest.raises(ActionNotAllowed, match="签署过"):
            story.zhao("food.agree", opinion="同意。")
        assert not story.offers("zhao")["food.agree"].allowed

    def test_the_reviewer_is_no_signer(self, shop: type[Town]) -> None:
        """Who reviewed does not sign, and nobody waits for that signature."""
        story = shop.submitted("food", **of())
        story.staff["scjg", "approver"] = BOARD
        both = Actor("zhao", "clerk", "scjg", frozenset({"reviewer", "approver"}))
        story.li("food.take_up")
        story.act(both, "food.put_forward", opinion="请审议。")
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.act(both, "food.agree", opinion="同意。")
        story.feng("food.agree", opinion="同意。")
        story.chu("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"

    def test_a_claim_does_not_shut_the_others_out(self, shop: type[Town]) -> None:
        """What all sign is nobody's alone: a claim does not shut the others out."""
        story = tabled(shop)
        story.zhao("claim", task=next(n for n, t in story.case.tasks.items() if t.done_at is None))
        story.feng("food.agree", opinion="同意。")
        assert [s["account"] for s in story.item("food").signatures] == ["feng"]

    def test_extension_needs_no_signatures(self, shop: type[Town]) -> None:
        """What leaves the state as it is, is done by one."""
        story = tabled(shop)
        before = story.due("food.verdict", "statutory")
        story.qian("food.lengthen", days=5, reason="案情复杂")
        assert story.due("food.verdict", "statutory") > before


class TestRatio:
    @pytest.mark.parametrize(
        ("votes", "state"),
        [
            ("yy", "agreed"),
            ("yny", "agreed"),
            ("nyy", "agreed"),
            ("nn", "turned_down"),
            ("ynn", "turned_down"),
            ("nyn", "turned_down"),
            ("y", "before_board"),
            ("n", "before_board"),
            ("yn", "before_board"),
        ],
    )
    def test_enough_in_favour_grant(self, shop: type[Town], votes: str, state: str) -> None:
        """票签: enough in favour grant; it is refused as soon as that can no longer come about; no dead end."""
        story = tabled(shop, {"ratio": 0.6})
        for person, vote in zip(BOARD, votes, strict=False):
            if vote == "y":
                getattr(story, person)("food.agree", opinion="同意。")
            else:
                getattr(story, person)("food.object", reasons=["unfit"])
        assert story.state("food") == state


class TestOrder:
    def test_they_sign_one_after_the_other(self, shop: type[Town]) -> None:
        """依次: one after the other."""
        story = tabled(shop, "order")
        with pytest.raises(ActionNotAllowed, match="zhao"):
            story.feng("food.agree", opinion="同意。")
        for person in BOARD:
            getattr(story, person)("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"
