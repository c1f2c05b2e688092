"""缴费: told in writing, settled elsewhere, before anything is handed over."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Town
from tests.workflows.town import ITEMS, PEOPLE

FEE = [
    {"title": "工本费", "amount": 80, "basis": "收费办法 1"},
    {"title": "检测费", "amount": 2, "unit": "平方米", "times": "area", "basis": "收费办法 2"},
]


@pytest.fixture(autouse=True)
def charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The food licence costs something; somebody collects."""
    monkeypatch.setitem(ITEMS, "food", ITEMS["food"] | {"fee": FEE})
    monkeypatch.setitem(PEOPLE, "jiao", ("scjg", "cashier"))


def granted(shop: type[Town]) -> Town:
    """Return a story whose food licence is granted and not handed over; its form says 130㎡."""
    story = shop.begun("food").submit()
    story.li("food.accept")
    story.wang("food.propose", opinion="符合")
    story.zhao("food.grant", opinion="同意")
    return story


class TestPayment:
    def test_nothing_is_handed_over_before_it_was_asked_for_and_paid(
        self, shop: type[Town]
    ) -> None:
        """What holds must be asked for, then paid; the amount is that of the rules (行政许可法 59)."""
        story = granted(shop)
        with pytest.raises(ActionNotAllowed, match="还没有通知缴费"):
            story.li("food.issue")
        story.li("food.ask_payment")
        assert (story.state("food"), story.item("food").payment.amount) == ("paying", 340)
        paper = story.case.notices[len(story.case.notices)]
        assert (paper.title, paper.body["points"]) == (
            "缴费通知书",
            [
                "工本费：80元，80元（依据：收费办法 1）",
                "检测费：2元/平方米，260元（依据：收费办法 2）",
            ],
        )
        with pytest.raises(DataInvalid, match="340"):
            story.jiao("food.record_payment", amount=80, receipt="PJ1")
        story.jiao("food.record_payment", amount=340, receipt="PJ1")
        story.li("food.issue")
        assert (story.state("food"), story.item("food").payment.state) == ("granted", "paid")

    def test_no_time_of_the_office_runs_meanwhile(self, shop: type[Town]) -> None:
        """What the applicant takes to pay moves the day of handing over by as much."""
        story = granted(shop)
        due = story.due("food.issue")
        story.li("food.ask_payment")
        assert story.clock("food.issue").state == "paused"
        story.until("2026-09-21T10:00")
        story.jiao("food.record_payment", amount=340, receipt="PJ1")
        assert isinstance(due, date)
        assert story.due("food.issue") > due

    def test_who_waives_says_why(self, shop: type[Town]) -> None:
        """Only who decides waives, with a reason that the paper tells; then it is handed over."""
        story = granted(shop)
        story.li("food.ask_payment")
        with pytest.raises(NotPermitted):
            story.jiao("food.waive_payment", reason="低保户")
        with pytest.raises(DataInvalid):
            story.feng("food.waive_payment")
        story.feng("food.waive_payment", reason="低保户")
        assert "低保户" in story.case.notices[len(story.case.notices)].body["text"]
        story.li("food.issue")
        assert story.item("food").payment.state == "waived"

    def test_what_was_not_paid_is_let_go_with_the_item(self, shop: type[Town]) -> None:
        """An item that ends otherwise leaves nothing to pay."""
        story = granted(shop)
        story.li("food.ask_payment")
        story.qian("food.terminate", reasons=["unfit"], document="终1")
        assert story.item("food").payment.state == "dropped"

    def test_nothing_is_asked_for_where_nothing_holds(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where no charge holds in this situation there is no notice, and the result is handed over as ever (许可法 58)."""
        small = [FEE[0] | {"when": "form.area > 1000"}]
        monkeypatch.setitem(ITEMS, "food", ITEMS["food"] | {"fee": small})
        story = granted(shop)
        with pytest.raises(ActionNotAllowed):
            story.li("food.ask_payment")
        story.li("food.issue")
        assert story.item("food").payment is None
