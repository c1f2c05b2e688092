"""At the counter: earlier receipts proved by a stamp, corrections on the spot, acts typed in for the applicant."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

TYPED = {"account": "", "entered_by": "li", "channel": "counter"}
LETTER = {"on_behalf": True, "document": "申请人签名的申请书1号"}


def typed(
    shop: type[Town],
    *items: str | Data,
    at: str = "2026-10-21T09:10",
    missing: tuple[str, ...] = (),
    case: Data = TYPED,
    **data: Any,
) -> Story:
    """Let li type in an application that zhang brought to the counter."""
    release = shop.release(*items)
    story = shop.story(release, shop.draft(release, **case), at)
    story.li("submit", materials=shop.everything(release, story.case, missing), **data)
    return story


class TestEarlierReceipt:
    def test_a_stamp_proves_the_earlier_day(self, shop: type[Town]) -> None:
        """Handed in Tue 10-20, typed in 10-21: received 10-20, five days from there, both days on record (R-ACC-1)."""
        story = typed(shop, "food", received_on="2026-10-20", document="收件章0128")
        told = story.events[-1]
        assert (story.due("food.notice"), told.data["document"]) == (
            date(2026, 10, 27),
            "收件章0128",
        )
        assert (told.at.date(), told.recorded_at) == (date(2026, 10, 20), story.now)
        assert story.case.received_at.date() == date(2026, 10, 20)
        receipt = story.case.notices[1]
        assert (receipt.kind, receipt.issued_at) == ("receipt", story.now)

    def test_papers_of_weeks_ago_are_accepted_from_their_day(self, shop: type[Town]) -> None:
        """Papers that lay for weeks are accepted by law from the day they came (R-ACC-5)."""
        story = typed(shop, "food", received_on="2026-09-28", document="收件章0101").swept()
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2026, 9, 28),
        )

    def test_the_day_of_typing_in_counts_from_its_hour(self, shop: type[Town]) -> None:
        """The day of typing in counts from its own hour."""
        story = typed(shop, "food", received_on="2026-10-21", document="收件章0128")
        assert story.case.received_at == story.now

    @pytest.mark.parametrize(
        "data",
        [
            {"received_on": "2026-10-20"},
            {"received_on": "2026-10-20", "document": " "},
            {"received_on": "2026-10-22", "document": "收件章0128"},
            {"received_on": "2026-02-30", "document": "收件章0128"},
            {"document": "收件章0128"},
        ],
    )
    def test_no_earlier_day_without_a_proof(self, shop: type[Town], data: Data) -> None:
        """No earlier day without a paper that proves it, and none later than the entry (R-ACC-1)."""
        with pytest.raises(DataInvalid):
            typed(shop, "food", **data)

    def test_what_comes_over_the_net_is_received_when_it_comes(self, shop: type[Town]) -> None:
        """What comes over the net is received when it enters the system (R-TIME-4)."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-10-21")
        with pytest.raises(DataInvalid, match="网上申请"):
            story.zhang("submit", materials=[], received_on="2026-10-20", document="收件章0128")


class TestOnTheSpot:
    def test_papers_and_fields_are_put_right_at_the_counter(self, shop: type[Town]) -> None:
        """A missing paper and a wrong field are put right at the counter: no notice, the set is complete (R-ACC-4 no. 3)."""
        story = typed(shop, "food", missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size", "phone-wrong"])
        story.li("food.correct_on_spot", materials=["plan"], form={"phone": "13812345678"})
        item = story.item("food")
        assert (item.noted, item.complete_at, story.case.form["phone"]) == (
            [],
            story.now,
            "13812345678",
        )
        assert (item.first_handler, "correction" in story.papers()) == ("li", False)
        with pytest.raises(ActionNotAllowed):
            story.li("notify_correction")
        story.li("food.accept")
        assert story.due("food.decision", "statutory") == date(2026, 11, 18)

    def test_so_in_a_filing_and_what_is_decided_on_the_spot(self, shop: type[Town]) -> None:
        """The same in a filing and in what is decided on the spot."""
        story = typed(shop, "sign", "tax", missing=("sketch",))
        story.li("sign.correct_on_spot", materials=["sketch"])
        story.li("tax.correct_on_spot", form={"name": "云泽市川味小馆"})
        story.li("sign.file")
        assert story.state("sign") == "filed"

    @pytest.mark.parametrize("person", ["zhang", "wang", "sun"])
    def test_only_the_window(self, shop: type[Town], person: str) -> None:
        """It is the window's act."""
        with pytest.raises(NotPermitted):
            getattr(typed(shop, "food", missing=("plan",)), person)(
                "food.correct_on_spot", materials=["plan"]
            )

    def test_not_the_next_day(self, shop: type[Town]) -> None:
        """On the day of the receipt only; afterwards all that lacks is told at once."""
        story = typed(shop, "food", missing=("plan",))
        assert story.offers("li")["food.correct_on_spot"].allowed
        story.until("2026-10-22")
        assert "收件当天" in story.offers("li")["food.correct_on_spot"].reason

    def test_not_for_who_applied_online(self, shop: type[Town]) -> None:
        """Who applied online is not there."""
        with pytest.raises(ActionNotAllowed, match="网上申请"):
            shop.submitted("food", missing=("plan",)).li("food.correct_on_spot", materials=["plan"])

    def test_papers_nobody_asks_for_are_not_taken(self, shop: type[Town]) -> None:
        """Papers nobody asks for are not taken here either (R-ACC-3)."""
        with pytest.raises(DataInvalid):
            typed(shop, "food", missing=("plan",)).li("food.correct_on_spot", materials=["sketch"])


class TestOnBehalf:
    def test_papers_are_supplied_with_both_names_on_record(self, shop: type[Town]) -> None:
        """The correction of an applicant without an account: both names on record, the window is no handler (R-XR-4)."""
        story = typed(shop, "food", missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        offer = story.offers("li")["food.supply"]
        assert (offer.allowed, offer.needs[-2:]) == (True, ("on_behalf", "document"))
        story.li("food.supply", materials=["plan"], **LETTER)
        assert story.state("food") == "received"
        who = story.events[-1].actor
        assert who | {"account": "li", "post": "applicant", "on_behalf": "applicant"} == who
        assert who["document"] == "申请人签名的申请书1号"

    def test_withdraws_but_never_rates(self, shop: type[Town]) -> None:
        """One item or the whole application; a rating is never typed in by the rated."""
        story = typed(shop, "food", "sign")
        story.li("sign.withdraw", **LETTER)
        story.li("withdraw", **LETTER)
        assert (story.state("food"), story.case.state) == ("withdrawn", "withdrawn")
        with pytest.raises(NotPermitted):
            story.li("rate", grade=5, **LETTER)

    @pytest.mark.parametrize(
        "data", [{}, {"document": "  "}, {"on_behalf": False, "document": "申请书"}]
    )
    def test_needs_a_paper(self, shop: type[Town], data: Data) -> None:
        """Without the applicant's signed paper nobody acts for them."""
        with pytest.raises(DataInvalid):
            typed(shop, "food").li("food.withdraw", **{"on_behalf": True, **data})

    @pytest.mark.parametrize("person", ["wang", "wu", "sun", "zhang"])
    def test_only_the_lead_window(self, shop: type[Town], person: str) -> None:
        """Nobody but the lead's window."""
        with pytest.raises(NotPermitted):
            getattr(typed(shop, "food"), person)("food.withdraw", **LETTER)

    def test_not_with_an_account(self, shop: type[Town]) -> None:
        """Who has an account acts in person."""
        story = shop.submitted("food")
        assert "food.withdraw" not in story.offers("li")
        with pytest.raises(NotPermitted, match="没有账号"):
            story.li("food.withdraw", **LETTER)

    def test_what_is_the_offices_own_is_not_done_so(self, shop: type[Town]) -> None:
        """What is the office's own cannot be done in the applicant's name."""
        story = typed(shop, "food")
        with pytest.raises(NotPermitted):
            story.li("food.accept", **LETTER)


class TestOneWindow:
    """一窗受理: one window receives, looks at the form and hands out for all; each department decides its own."""

    def test_it_receives_for_all_and_decides_nothing(self, shop: type[Town]) -> None:
        """Who took it in is on record as the first asked; the fire brigade's matter is not his to decide (R-XR-3)."""
        story = typed(shop, "food", "fire")
        story.li("food.accept")
        story.li("fire.accept")
        assert {code: item.first_handler for code, item in story.case.items.items()} == {
            "food": "li",
            "fire": "li",
        }
        story.zheng("fire.propose", opinion="符合。")
        for person in ("li", "zhao"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("fire.grant", opinion="同意。")
        story.sun("fire.grant", opinion="同意。")
        story.li("fire.issue")
        assert story.state("fire") == "granted"
