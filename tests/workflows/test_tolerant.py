"""容缺受理: accepted with named gaps, each with its date (R-RQ-1)."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotEligible


def tolerant(shop, at="2026-04-09", **of):
    """Accept without the photo, which may follow."""
    story = shop.submitted("food", at=at, missing=("photo",), **of)
    story.li("food.accept_tolerant", gaps=["photo"])
    return story


def decided(story):
    """Review and grant."""
    story.wang("food.propose", opinion="符合。")
    story.zhao("food.grant", opinion="同意。")
    return story


class TestAcceptTolerant:
    def test_clock_of_the_gap(self, shop):
        """S-16: the limits begin like with any acceptance; the gap has its own date."""
        story = tolerant(shop)
        assert (story.state("food"), story.item("food").accepted_on) == ("reviewing", date(2026, 4, 9))
        assert (story.due("food.gap-photo"), story.due("food.decision", "promised")) == (
            date(2026, 4, 21), date(2026, 4, 23))  # fmt: skip
        assert story.papers()[-1] == "tolerant_acceptance"

    @pytest.mark.parametrize("gaps", [None, [], "photo", ["lease"], ["sketch"], [5]])
    def test_only_what_may_follow(self, shop, gaps):
        """Gaps are named, and only deferrable ones."""
        with pytest.raises(DataInvalid):
            shop.submitted("food", missing=("photo",)).li("food.accept_tolerant", gaps=gaps)

    def test_main_paper_missing(self, shop):
        """A missing main paper is no gap."""
        with pytest.raises(ActionNotAllowed, match="租赁合同"):
            shop.submitted("food", missing=("photo", "lease")).li("food.accept_tolerant", gaps=["photo"])

    def test_nothing_missing(self, shop):
        """A complete application is accepted, not tolerated: no promise may hang over it."""
        story = shop.submitted("food")
        with pytest.raises(ActionNotAllowed, match="齐全"):
            story.li("food.accept_tolerant", gaps=["photo"])

    def test_already_there(self, shop):
        """A paper that is in hand is no gap."""
        change = {
            "food": {
                "materials": ["lease", {"use": "plan", "deferrable": "5wd"}, {"use": "photo", "deferrable": "8wd"}]
            }
        }
        story = shop.submitted("food", missing=("photo",), change=change)
        with pytest.raises(DataInvalid, match="已经收到"):
            story.li("food.accept_tolerant", gaps=["photo", "plan"])

    def test_every_gap_named(self, shop):
        """What is missing is named completely."""
        change = {
            "food": {
                "materials": ["lease", {"use": "plan", "deferrable": "5wd"}, {"use": "photo", "deferrable": "8wd"}]
            }
        }
        story = shop.submitted("food", missing=("photo", "plan"), change=change)
        with pytest.raises(DataInvalid, match="平面图"):
            story.li("food.accept_tolerant", gaps=["photo"])

    def test_bad_credit(self, shop):
        """Whose promise is not trusted gets none (section 18)."""
        story = shop.submitted("food", missing=("photo",))
        story.excluded = True
        with pytest.raises(NotEligible):
            story.li("food.accept_tolerant", gaps=["photo"])


class TestGap:
    def test_filled(self, shop):
        """With the paper the gap is closed and the result can be handed out."""
        story = decided(tolerant(shop))
        with pytest.raises(ActionNotAllowed, match="现场照片"):
            story.li("food.issue")
        story.zhang("food.supply", "2026-04-20", materials=["photo"])
        assert story.clock("food.gap-photo").state == "settled"
        story.li("food.issue")
        assert story.state("food") == "granted"

    def test_filled_through_another_item(self, shop):
        """A paper handed in for one item fills the gap of another."""
        change = {"drain": {"materials": ["plan", {"use": "photo", "deferrable": "8wd"}]}}
        story = shop.submitted("food", "drain", missing=("photo",), change=change)
        for code in ("food", "drain"):
            story.li(f"{code}.accept_tolerant", gaps=["photo"])
        story.zhang("drain.supply", materials=["photo"])
        assert {story.clock(f"{code}.gap-photo").state for code in ("food", "drain")} == {"settled"}

    @pytest.mark.parametrize("row", [{"material": "photo", "defer": True}, {"material": "photo", "share": True}])
    def test_not_by_another_promise(self, shop, row):
        """A gap is closed by the paper, not by promising it again."""
        story = tolerant(shop)
        with pytest.raises(DataInvalid):
            story.zhang("food.supply", materials=[row])
        assert story.clock("food.gap-photo").state == "running"

    @pytest.mark.parametrize("through", ["reviewing", "deciding", "issuing", "special"])
    def test_left_open(self, shop, through):
        """S-16 b: not filled in time, the item lapses by rule, wherever it stands."""
        story = tolerant(shop)
        if through == "special":
            story.wang("food.start_special", procedure="testing", notice_text="请等候。", days=30)
        elif through != "reviewing":
            story.wang("food.propose", opinion="符合。")
            if through == "issuing":
                story.zhao("food.grant", opinion="同意。")
        assert story.until("2026-04-21T23:59").state("food") == through
        story.until("2026-04-22T00:00")
        assert (story.state("food"), story.papers()[-2:]) == ("lapsed", ["lapse", "result"])
