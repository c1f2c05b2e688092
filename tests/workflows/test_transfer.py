"""转办: a task goes to a colleague who may do it, by who holds it or by the head."""

from dataclasses import replace
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.situation import Action
from service.workflows.step import step
from service.workflows.task_actions import colleagues

STAFF = {("scjg", "window"): ("li", "meng"), ("scjg", "approver"): ("zhao", "feng"), ("scjg", "reviewer"): ("wang",)}


@pytest.fixture
def story(shop: Any) -> Any:
    """A case at the window that li has claimed; meng sits beside him."""
    found = shop.submitted("food")
    found.staff = STAFF
    found.li("claim", task=1)
    return found


def hand(story: Any, who: str, to: Any, n: int = 1, **more: Any) -> Any:
    """Hand a task over."""
    return story.act(story.people[who], "transfer", task=n, to=to, **more)


class TestTransfer:
    """The action `transfer`."""

    def test_the_record_names_both(self, story: Any) -> None:
        """Whoever had it, whoever has it now, and why."""
        taken = hand(story, "li", "meng", reason="明天起休假")
        assert story.case.tasks[1].person == "meng"
        assert taken.events[-1].data == {"task": 1, "person": "li", "to": "meng", "reason": "明天起休假"}
        with pytest.raises(ActionNotAllowed, match="认领"):
            story.li("food.accept")

    def test_by_its_holder_or_the_head(self, story: Any) -> None:
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
    def test_to_the_same_post_of_the_department_only(self, story: Any, to: Any) -> None:
        """Whatever is sent, the refusal points to it."""
        with pytest.raises(DataInvalid) as refused:
            hand(story, "li", to)
        assert refused.value.facts["errors"][0]["pointer"] == "/data/to"

    def test_not_to_who_has_it_nor_when_it_is_done(self, story: Any) -> None:
        """Nothing would change."""
        with pytest.raises(ActionNotAllowed):
            hand(story, "li", "li")
        story.li("food.accept")
        with pytest.raises(ActionNotAllowed, match="已经办完"):
            hand(story, "li", "meng")

    def test_not_to_the_applicant(self, story: Any) -> None:
        """Nobody decides on their own application, by whatever way it comes to them."""
        own = replace(story.situation, subjects={"meng": story.case.applicant_id})
        with pytest.raises(ActionNotAllowed, match="回避"):
            step(story.case, Action("transfer", data={"task": 1, "to": "meng"}), story.people["li"], own)
        assert colleagues(story.case, story.case.tasks[1], own) == []

    def test_not_to_who_reviewed_what_is_to_be_decided(self, story: Any) -> None:
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
