"""督办: an order of supervision is answered in time, and never approves."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.situation import Actor
from tests.workflows.story import Story, Town

SUPERVISOR = Actor("watch", "supervisor")


def overdue(shop: type[Town]) -> Story:
    """S-18: accepted Mon 2026-07-06, ten working days; red on Tue 07-21."""
    story = shop.accepted("food", at="2026-07-06")
    story.people["watch"] = SUPERVISOR
    return story.until("2026-07-21T00:00")


class TestSupervise:
    def test_answered_within_five_working_days(self, shop: type[Town]) -> None:
        """督办 of 07-21 is to be answered by Tue 07-28; it never approves (S-18, R-MON-2)."""
        story = overdue(shop)
        assert story.clock("food.decision").card == "red"
        story.watch("supervise", "2026-07-21", item="food", text="请说明超期原因")
        order = "food.supervision"
        assert (story.due(f"{order}.reply"), story.tasks(order)) == (
            date(2026, 7, 28),
            [("scjg", "head")],
        )
        assert (story.papers()[-1], story.case.notices[len(story.papers())].to) == (
            "supervision",
            "scjg",
        )
        assert story.state("food") == "reviewing"
        story.qian("reply", "2026-07-22", opinion="人手不足，已增派")
        story.watch(f"{order}.return_reply", "2026-07-23", opinion="没有说明何时办结")
        assert story.due(f"{order}.reply") == date(2026, 7, 30)
        story.qian("reply", item="food", opinion="七月三十一日前办结")
        story.watch(f"{order}.close", opinion="同意")
        assert (story.state(order), story.item(order).outcome) == ("closed", "closed")

    def test_silence_is_red_again(self, shop: type[Town]) -> None:
        """An order nobody answers is overdue itself (R-MON-2)."""
        story = overdue(shop)
        story.watch("supervise", "2026-07-21", item="food", text="请说明")
        story.until("2026-07-29T00:00")
        assert story.clock("food.supervision.reply").card == "red"

    def test_only_supervision_orders_and_only_a_head_answers(self, shop: type[Town]) -> None:
        """Only supervision orders, only a head answers, one order at a time, none on what is ended (R-MON-2)."""
        story = overdue(shop)
        for clerk in (story.li, story.qian, story.zhang):
            with pytest.raises(NotPermitted):
                clerk("supervise", text="快办")
        with pytest.raises(DataInvalid):
            story.watch("supervise", text=" ")
        with pytest.raises(DataInvalid):
            story.watch("supervise", text="快办", item="nothing")
        story.watch("supervise", text="快办")
        with pytest.raises(ActionNotAllowed, match="已经督办"):
            story.watch("supervise", text="再快")
        with pytest.raises(NotPermitted):
            story.li("reply", opinion="好")
        with pytest.raises(ActionNotAllowed, match="没有待答复"):
            story.jiang("reply", opinion="不是我们")
        with pytest.raises(NotPermitted):
            story.qian("case.supervision.close", opinion="自己办结")
        story.zhang("withdraw")
        with pytest.raises(ActionNotAllowed):
            story.watch("supervise", text="快办", item="food")

    def test_without_an_item_the_lead_answers(self, shop: type[Town]) -> None:
        """Without an item the lead answers; the end of the case does not end the duty to answer."""
        story = overdue(shop)
        story.watch("supervise", text="整件超期")
        story.zhang("withdraw")
        assert (story.case.state, story.state("case.supervision")) == ("withdrawn", "issued")
        story.qian("reply", opinion="申请人已撤回")
        assert story.state("case.supervision") == "replied"

    def test_what_follows_a_decision_can_be_ordered(self, shop: type[Town]) -> None:
        """A check nobody gets on with is ordered like an item: by a code, a title and a clock of its own (R-MON-2)."""
        story = shop.submitted(
            "fire", case={"handling": {"fire": "commitment"}}, missing=("proof",)
        )
        story.people["watch"] = SUPERVISOR
        story.sun("fire.grant_by_commitment")
        story.shen("fire.issue")
        story.watch("supervise", item="fire.follow-up", text="请核查")
        order = "fire.follow-up.supervision"
        assert (story.item(order).parent, story.tasks(order)) == (
            "fire.follow-up",
            [("xf", "head")],
        )
        assert story.release.title_of(order) == "消防安全检查（事后核查 · 督办）"
        assert story.release.lifecycle_of(order).code == "supervision"
        story.jiang("reply", item="fire.follow-up", opinion="明天核查")
        story.watch(f"{order}.close", opinion="同意")
        assert (story.state(order), story.state("fire.follow-up")) == ("closed", "due")
