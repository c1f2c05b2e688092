"""容缺受理: accepted with named gaps, each with its date (R-RQ-1)."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotEligible
from tests.workflows.decided import revoke
from tests.workflows.story import Story, Town
from tests.workflows.town import Data


def tolerant(shop: type[Town], at: str = "2026-04-09", **of: Any) -> Story:
    """Accept without the photo, which may follow."""
    story = shop.submitted("food", at=at, missing=("photo",), **of)
    story.li("food.accept_tolerant", gaps=["photo"])
    return story


def decided(story: Story) -> Story:
    """Review and grant."""
    story.wang("food.propose", opinion="符合。")
    story.zhao("food.grant", opinion="同意。")
    return story


class TestAcceptTolerant:
    def test_each_gap_has_its_clock(self, shop: type[Town]) -> None:
        """S-16: the limits begin like with any acceptance; the gap has its own date."""
        story = tolerant(shop)
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2026, 4, 9),
        )
        assert (story.due("food.gap-photo"), story.due("food.decision", "promised")) == (
            date(2026, 4, 21),
            date(2026, 4, 23),
        )
        assert story.papers()[-1] == "tolerant_acceptance"

    def test_online_it_has_its_safe_date(self, shop: type[Town]) -> None:
        """What was sent on Wednesday evening entered the system then, though a paper follows (法释〔2009〕20号 6)."""
        story = shop.submitted("food", at="2026-04-08T21:00", missing=("photo",))
        story.li("food.accept_tolerant", "2026-04-10", gaps=["photo"])
        assert (story.due("food.decision", "statutory"), story.due("food.decision", "safe")) == (
            date(2026, 5, 12),
            date(2026, 5, 9),
        )

    @pytest.mark.parametrize("gaps", [None, [], "photo", ["lease"], ["sketch"], [5]])
    def test_only_what_may_follow(self, shop: type[Town], gaps: Any) -> None:
        """Gaps are named, and only deferrable ones."""
        with pytest.raises(DataInvalid):
            shop.submitted("food", missing=("photo",)).li("food.accept_tolerant", gaps=gaps)

    def test_main_paper_missing(self, shop: type[Town]) -> None:
        """A missing main paper is no gap."""
        with pytest.raises(ActionNotAllowed, match="租赁合同"):
            shop.submitted("food", missing=("photo", "lease")).li(
                "food.accept_tolerant", gaps=["photo"]
            )

    def test_a_complete_application_is_not_tolerated(self, shop: type[Town]) -> None:
        """A complete application is accepted, not tolerated: no promise may hang over it."""
        story = shop.submitted("food")
        with pytest.raises(ActionNotAllowed, match="齐全"):
            story.li("food.accept_tolerant", gaps=["photo"])

    def test_a_paper_in_hand_is_no_gap(self, shop: type[Town]) -> None:
        """A paper that is in hand is no gap."""
        change = {
            "food": {
                "materials": [
                    "lease",
                    {"use": "plan", "deferrable": "5wd"},
                    {"use": "photo", "deferrable": "8wd"},
                ]
            }
        }
        story = shop.submitted("food", missing=("photo",), change=change)
        with pytest.raises(DataInvalid, match="已经收到"):
            story.li("food.accept_tolerant", gaps=["photo", "plan"])

    def test_every_gap_named(self, shop: type[Town]) -> None:
        """What is missing is named completely."""
        change = {
            "food": {
                "materials": [
                    "lease",
                    {"use": "plan", "deferrable": "5wd"},
                    {"use": "photo", "deferrable": "8wd"},
                ]
            }
        }
        story = shop.submitted("food", missing=("photo", "plan"), change=change)
        with pytest.raises(DataInvalid, match="平面图"):
            story.li("food.accept_tolerant", gaps=["photo"])

    def test_bad_credit_bars_it(self, shop: type[Town]) -> None:
        """Whose promise is not trusted gets none (section 18)."""
        story = shop.submitted("food", missing=("photo",))
        story.excluded = True
        with pytest.raises(NotEligible):
            story.li("food.accept_tolerant", gaps=["photo"])


class TestGap:
    def test_with_the_paper_the_result_is_handed_out(self, shop: type[Town]) -> None:
        """With the paper the gap is closed and the result can be handed out."""
        story = decided(tolerant(shop))
        with pytest.raises(ActionNotAllowed, match="现场照片"):
            story.li("food.issue")
        story.zhang("food.supply", "2026-04-20", materials=["photo"])
        assert story.clock("food.gap-photo").state == "settled"
        story.li("food.issue")
        assert story.state("food") == "granted"

    def test_filled_through_another_item(self, shop: type[Town]) -> None:
        """A paper handed in for one item fills the gap of another."""
        change = {"drain": {"materials": ["plan", {"use": "photo", "deferrable": "8wd"}]}}
        story = shop.submitted("food", "drain", missing=("photo",), change=change)
        for code in ("food", "drain"):
            story.li(f"{code}.accept_tolerant", gaps=["photo"])
        story.zhang("drain.supply", materials=["photo"])
        assert {story.clock(f"{code}.gap-photo").state for code in ("food", "drain")} == {"settled"}

    @pytest.mark.parametrize(
        "row", [{"material": "photo", "defer": True}, {"material": "photo", "share": True}]
    )
    def test_not_by_another_promise(self, shop: type[Town], row: Data) -> None:
        """A gap is closed by the paper, not by promising it again."""
        story = tolerant(shop)
        with pytest.raises(DataInvalid):
            story.zhang("food.supply", materials=[row])
        assert story.clock("food.gap-photo").state == "running"

    def test_a_decision_stands_whatever_is_missing(self, shop: type[Town]) -> None:
        """Granted on 03-04, the paper missing on 03-12: the grant stands, only the result stays locked (R-ACC-11, R-RQ-1)."""
        story = decided(tolerant(shop, "2026-03-02"))
        story.until("2026-06-30")
        assert (story.state("food"), story.clock("food.gap-photo").due_on) == (
            "issuing",
            date(2026, 3, 12),
        )
        with pytest.raises(ActionNotAllowed, match="现场照片"):
            story.li("food.issue")
        assert (
            "food.red_card" not in story.did()
        )  # the department cannot hand out: its days stand still
        assert story.clock("food.issue").state == "paused"
        story.zhang("food.supply", materials=["photo"])
        assert (story.clock("food.issue").state, story.due("food.issue")) == (
            "running",
            date(2026, 7, 14),
        )
        assert story.case.certificates[1].state == "made"

    def test_what_is_never_completed_is_revoked_by_the_proceeding(self, shop: type[Town]) -> None:
        """Left open for good, the grant may be revoked before it was handed out, by the proceeding (行政许可法 69)."""
        story = revoke(decided(tolerant(shop)), ground="other")
        assert (story.state("food"), story.case.certificates[1].state) == ("revoked", "revoked")
        assert story.tasks("food.deregistration") == [("scjg", "approver")]

    @pytest.mark.parametrize("through", ["reviewing", "deciding", "special"])
    def test_left_open_the_item_lapses(self, shop: type[Town], through: str) -> None:
        """S-16 b: not filled in time, the item lapses by rule, wherever it stands."""
        story = tolerant(shop)
        if through == "special":
            story.wang(
                "food.start_special",
                procedure="testing",
                basis="某法 9",
                notice_text="请等候。",
                days=30,
            )
        elif through != "reviewing":
            story.wang("food.propose", opinion="符合。")
        assert story.until("2026-04-21T23:59").state("food") == through
        story.until("2026-04-22T00:00")
        assert (story.state("food"), story.papers()[-2:]) == ("lapsed", ["lapse", "result"])
