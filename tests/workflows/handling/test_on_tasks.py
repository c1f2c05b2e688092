"""转办: a task goes to a colleague who may do it, by who holds it or by the head."""

from dataclasses import replace
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted, ServiceError
from service.workflows.case.situation import Action
from service.workflows.handling.on_tasks import colleagues
from service.workflows.step import step
from service.workflows.telling.progress import timeline
from tests.workflows.story import Story, Town

STAFF = {
    ("scjg", "window"): ("li", "meng"),
    ("scjg", "approver"): ("zhao", "feng"),
    ("scjg", "reviewer"): ("wang",),
}


@pytest.fixture
def story(shop: type[Town]) -> Any:
    """A case at the window that li has claimed; meng sits beside him."""
    found = shop.submitted("food")
    found.staff = STAFF
    found.li("claim", task=1)
    return found


def hand(story: Story, who: str, to: Any, n: int = 1, **more: Any) -> Any:
    """Hand a task over."""
    return story.act(story.people[who], "transfer", task=n, to=to, **more)


class TestTransfer:
    """The action `transfer`."""

    def test_the_record_names_both(self, story: Story) -> None:
        """Whoever had it, whoever has it now, and why."""
        taken = hand(story, "li", "meng", reason="明天起休假")
        assert story.case.tasks[1].person == "meng"
        assert taken.events[-1].data == {
            "task": 1,
            "person": "li",
            "to": "meng",
            "reason": "明天起休假",
        }
        with pytest.raises(ActionNotAllowed, match="认领"):
            story.li("food.accept")

    def test_is_told_in_chinese(self, story: Story) -> None:
        """The record names what was done with a task as it names everything else."""
        hand(story, "li", "meng")
        told = timeline(story.release, story.case, story.events, {}, inside=True)
        assert [entry.title for entry in told][:2] == [
            "食品经营许可：转办待办",
            "食品经营许可：认领待办",
        ]

    def test_by_its_holder_or_the_head(self, story: Story) -> None:
        """Not by a colleague, not by another department, not by the applicant."""
        for who in ("wang", "wu", "zhang"):
            with pytest.raises(NotPermitted):
                hand(story, who, "meng")
        story.li("release", task=1)
        with pytest.raises(ActionNotAllowed, match="先认领"):
            hand(story, "li", "meng")
        hand(story, "qian", "meng")
        assert story.case.tasks[1].person == "meng"

    @pytest.mark.parametrize("to", ["wang", "wu", "nobody", "", None, ["meng"]])
    def test_to_the_same_post_of_the_department_only(self, story: Story, to: Any) -> None:
        """Whatever is sent, the refusal points to it."""
        with pytest.raises(DataInvalid) as refused:
            hand(story, "li", to)
        assert refused.value.facts["errors"][0]["pointer"] == "/data/to"

    def test_not_to_who_has_it_nor_when_it_is_done(self, story: Story) -> None:
        """Nothing would change."""
        with pytest.raises(ActionNotAllowed):
            hand(story, "li", "li")
        story.li("food.accept")
        with pytest.raises(ActionNotAllowed, match="已经办完"):
            hand(story, "li", "meng")

    def test_not_to_the_applicant(self, story: Story) -> None:
        """Nobody decides on their own application, by whatever way it comes to them."""
        own = replace(story.situation, subjects={"meng": story.case.applicant_id})
        with pytest.raises(ActionNotAllowed, match="回避"):
            step(
                story.case,
                Action("transfer", data={"task": 1, "to": "meng"}),
                story.people["li"],
                own,
            )
        assert colleagues(story.case, story.case.tasks[1], own) == []

    def test_not_to_who_reviewed_what_is_to_be_decided(self, story: Story) -> None:
        """Four eyes (许可法 34)."""
        story.li("food.accept")
        story.wang("food.propose", opinion="好")
        n = max(story.case.tasks)
        story.staff = {**STAFF, ("scjg", "approver"): ("zhao", "feng", "wang")}
        story.zhao("claim", task=n)
        with pytest.raises(ActionNotAllowed, match="审查过"):
            hand(story, "zhao", "wang", n)
        assert colleagues(story.case, story.case.tasks[n], story.situation) == ["feng"]
        hand(story, "zhao", "feng", n)


class TestClaim:
    def task(self, story: Story) -> int:
        return next(n for n, task in story.case.tasks.items() if task.done_at is None)

    def test_a_task_has_one_holder(self, shop: type[Town]) -> None:
        """A task has one holder; giving it back frees it."""
        story = shop.accepted("food")
        n = self.task(story)
        story.wang("claim", task=n)
        with pytest.raises(ActionNotAllowed):
            story.wang("claim", task=n)
        with pytest.raises(NotPermitted):
            story.zhao("release", task=n)
        story.qian("release", task=n)
        assert story.case.tasks[n].person == ""

    @pytest.mark.parametrize(
        ("task", "refusal"),
        [(None, DataInvalid), ("1", DataInvalid), (99, NotFound), (1, ActionNotAllowed)],
    )
    def test_the_task_is_named_and_open(
        self, shop: type[Town], task: Any, refusal: type[ServiceError]
    ) -> None:
        """The task is named, exists, and is open."""
        with pytest.raises(refusal):
            shop.accepted("food").wang("claim", task=task)

    def test_who_had_it_gets_it_again(self, shop: type[Town]) -> None:
        """首问负责: who had it gets it again."""
        story = shop.accepted("food")
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.send_back", opinion="补充。")
        assert story.case.tasks[self.task(story)].person == "wang"
