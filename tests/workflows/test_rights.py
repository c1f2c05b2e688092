"""Who may act: the post of the department, never in one's own case, never twice on one matter."""

import pytest

from service.errors import ActionNotAllowed, NotPermitted
from service.workflows.case.situation import Actor
from tests.workflows.decided import deciding
from tests.workflows.story import Town


class TestRights:
    @pytest.mark.parametrize("person", ["sun", "yang", "li", "qian", "zhang", "stranger"])
    def test_only_the_post_of_the_department_decides(self, shop: type[Town], person: str) -> None:
        """Only the owning department's post decides (R-BND-9)."""
        with pytest.raises(NotPermitted):
            getattr(deciding(shop), person)("food.grant", opinion="同意。")

    def test_who_reviewed_does_not_decide(self, shop: type[Town]) -> None:
        """Who reviewed does not decide, whatever posts they hold (R-SEC-4)."""
        story = shop.accepted("food")
        both = Actor("wang", "clerk", "scjg", frozenset({"reviewer", "approver"}))
        story.act(both, "food.propose", opinion="符合。")
        for action, data in (("grant", {"opinion": "同意"}), ("refuse", {"reasons": ["unfit"]})):
            with pytest.raises(ActionNotAllowed, match="审查人"):
                story.act(both, f"food.{action}", **data)

    def test_nobody_handles_their_own_application(self, shop: type[Town]) -> None:
        """Nobody handles their own application, by account or by identity."""
        story = shop.submitted("food")
        for own in (
            Actor("zhang", "clerk", "scjg", frozenset({"window"})),
            Actor("li", "clerk", "scjg", frozenset({"window"}), subject=story.case.applicant_id),
        ):
            with pytest.raises(NotPermitted, match="回避"):
                story.act(own, "food.accept")

    @pytest.mark.parametrize("action", ["deem_accepted", "start", "stop", "lapse"])
    def test_what_the_clock_does_nobody_else_may(self, shop: type[Town], action: str) -> None:
        """What the clock does nobody else may."""
        story = shop.submitted("food")
        for person in (story.li, story.qian, story.zhang):
            with pytest.raises(NotPermitted):
                person(f"food.{action}")

    def test_what_another_has_claimed_is_theirs(self, shop: type[Town]) -> None:
        """A task somebody has claimed is theirs; the head may step in."""
        story = shop.accepted("food")
        task = next(t.n for t in story.case.tasks.values() if t.done_at is None)
        story.wang("claim", task=task)
        other = Actor("hua", "clerk", "scjg", frozenset({"reviewer"}))
        with pytest.raises(ActionNotAllowed, match="同事"):
            story.act(other, "food.propose", opinion="符合。")
        story.wang("food.propose", opinion="符合。")

    @pytest.mark.parametrize("kind", ["supervisor", "admin", "portal"])
    def test_supervisors_and_administrators_decide_nothing(
        self, shop: type[Town], kind: str
    ) -> None:
        """A supervisor watches, an administrator defines; neither decides."""
        with pytest.raises(NotPermitted):
            deciding(shop).act(
                Actor("boss", kind, "scjg", frozenset({"approver", "head"})),
                "food.grant",
                opinion="同意",
            )
