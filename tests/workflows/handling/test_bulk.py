"""What may be done to many cases at once."""

import pytest

from service.errors import ActionNotAllowed
from service.workflows.case.lifecycle import machine_of
from service.workflows.case.situation import Action
from service.workflows.handling.bulk import may_be_bulk, one_of_many, ways
from tests.workflows.story import Town


class TestOneOfMany:
    """`one_of_many`."""

    def test_only_acceptance_and_filing(self, shop: type[Town]) -> None:
        """Of all actions of the standard lifecycles: no refusal, no decision, nothing that carries words of one case."""
        story = shop.submitted("food", "sign", "tax", "look-up")
        found = set()
        for item in story.case.items.values():
            leaving = machine_of(story.release, item.lifecycle).transitions
            found |= {
                f"{item.lifecycle}.{t.action}"
                for t in leaving
                if may_be_bulk(story.release, item.item, t)
            }
        assert found == {"licence.accept", "filing.file"}

    @pytest.mark.parametrize("name", ["decline", "not_required", "note_defects", "accept_tolerant"])
    def test_what_takes_away_is_done_one_by_one(self, shop: type[Town], name: str) -> None:
        """Said with the action's own title."""
        story = shop.submitted("food")
        with pytest.raises(ActionNotAllowed, match="请逐件办理"):
            one_of_many(story.release, story.case, Action(name, "food"))

    @pytest.mark.parametrize("name", ["withdraw", "notify_correction", "rate"])
    def test_of_the_case_itself_only_the_reminder(self, shop: type[Town], name: str) -> None:
        """催办 has no legal consequence."""
        story = shop.submitted("food")
        assert one_of_many(story.release, story.case, Action("urge")) == Action("urge")
        with pytest.raises(ActionNotAllowed):
            one_of_many(story.release, story.case, Action(name))

    def test_a_claim_takes_the_open_task_of_the_item(self, shop: type[Town]) -> None:
        """A clerk marks items, not numbers of tasks."""
        story = shop.submitted("food", "sign")
        task = next(t for t in story.case.tasks.values() if t.item == "sign")
        assert one_of_many(story.release, story.case, Action("claim", "sign")) == Action(
            "claim", data={"task": task.n}
        )
        story.wu("sign.file")
        with pytest.raises(ActionNotAllowed, match="没有待办"):
            one_of_many(story.release, story.case, Action("claim", "sign"))

    def test_a_check_after_a_promise_is_never_one_of_many(self, shop: type[Town]) -> None:
        """What follows a decision looks at one place at a time."""
        story = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
        story.sun("fire.grant_by_commitment")
        story.li("fire.issue")
        with pytest.raises(ActionNotAllowed, match="请逐件办理"):
            one_of_many(story.release, story.case, Action("pass", "fire.follow-up"))


class TestWays:
    """`ways`."""

    def test_what_a_post_could_do_in_bulk(self, shop: type[Town]) -> None:
        """By the state alone, without looking at a case: what a list offers beside its rows."""
        release = shop.release("food", "sign")
        assert ways(release, "food", "received", {"window"}) == [("accept", "受理")]
        assert ways(release, "sign", "received", {"window", "head"}) == [("file", "备案")]
        assert ways(release, "food", "received", {"reviewer"}) == []
        assert ways(release, "food", "reviewing", {"reviewer"}) == []
