"""四眼与回避 by person: two accounts of one person are one pair of eyes (I-15, R-SEC-4)."""

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.situation import Actor
from tests.workflows.case.board import tabled
from tests.workflows.decided import deciding
from tests.workflows.story import Story, Town

ONE, OTHER = "999901198001010010", "999901198001010029"


def same(story: Story, *accounts: str) -> Story:
    """Let these accounts be of one person."""
    story.subjects = dict.fromkeys(accounts, ONE)
    return story


class TestDecision:
    def test_who_reviewed_does_not_decide_with_his_other_account(self, shop: type[Town]) -> None:
        """Neither grant nor refuse; another person may."""
        story = same(deciding(shop), "wang", "zhao")
        for action, data in (("grant", {"opinion": "同意"}), ("refuse", {"reasons": ["unfit"]})):
            with pytest.raises(ActionNotAllowed, match="审查人"):
                story.zhao(f"food.{action}", **data)
        story.subjects["zhao"] = OTHER
        story.zhao("food.grant", opinion="同意")
        assert story.item("food").decided_by == "zhao"

    def test_numbers_are_compared_in_one_spelling(self, shop: type[Town]) -> None:
        """A small x and a blank hide nobody."""
        story = deciding(shop)
        story.subjects = {"wang": "99990119800101001X", "zhao": " 99990119800101001x"}
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.zhao("food.grant", opinion="同意")

    def test_nobody_handles_his_own_whatever_the_spelling(self, shop: type[Town]) -> None:
        """The applicant's number, as the clerk's account has it."""
        story = shop.submitted("food")
        own = f" {story.case.applicant_id.lower()}"
        with pytest.raises(NotPermitted, match="回避"):
            story.act(
                Actor("li", "clerk", "scjg", frozenset({"window"}), subject=own), "food.accept"
            )


class TestSigners:
    """会签 counts persons."""

    def test_who_must_recuse_himself_is_not_waited_for(self, shop: type[Town]) -> None:
        """An approver who is the applicant does not count: all the others decide."""
        story = tabled(shop)
        story.subjects = {"zhao": story.case.applicant_id.lower()}
        for person in ("feng", "chu"):
            getattr(story, person)("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"

    def test_the_reviewers_other_account_is_not_waited_for(self, shop: type[Town]) -> None:
        """Nor may it sign."""
        story = tabled(shop)
        same(story, story.item("food").reviewer, "chu")
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.chu("food.agree", opinion="同意。")
        for person in ("zhao", "feng"):
            getattr(story, person)("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"

    def test_one_person_signs_once(self, shop: type[Town]) -> None:
        """With either account, and that is enough of him."""
        story = same(tabled(shop), "feng", "chu")
        story.chu("food.agree", opinion="同意。")
        with pytest.raises(ActionNotAllowed, match="签署过"):
            story.feng("food.agree", opinion="同意。")
        story.zhao("food.agree", opinion="同意。")
        assert story.state("food") == "agreed"


class TestTwoOfThem:
    def test_two_officers_are_two_persons(self, shop: type[Town]) -> None:
        """A site check by two accounts of one person is by one (行政许可法 34)."""
        story = same(shop.accepted("food", at="2026-07-06"), "wei", "li")
        story.wang("food.start_inspection", "2026-07-09")
        with pytest.raises(DataInvalid, match="同一个人"):
            story.checks("wei", "food.record_inspection", officers=["wei", "li"])
        story.subjects["li"] = OTHER
        story.checks("wei", "food.record_inspection", officers=["wei", "li"])

    def test_a_task_is_not_handed_to_the_reviewers_other_account(self, shop: type[Town]) -> None:
        """What he could not decide he is not given."""
        story = same(deciding(shop), "wang", "feng")
        story.staff["scjg", "approver"] = ("zhao", "feng")
        task = next(n for n, t in story.case.tasks.items() if t.done_at is None)
        story.zhao("claim", task=task)
        with pytest.raises(ActionNotAllowed, match="审查过"):
            story.zhao("transfer", task=task, to="feng")
