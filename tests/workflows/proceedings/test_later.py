"""将于 X 日前符合: a promise of what is to come, checked when its day is over."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid
from tests.workflows.rules.promises import changed, promised
from tests.workflows.story import Story, Town
from tests.workflows.town import Data


class TestLater:
    """R-NCP-7: granted Fri 2026-09-11 with 「conditions met by 10-30」."""

    @pytest.fixture
    def story(self, shop: type[Town]) -> Story:
        """The grant on a promise for 10-30, handed out."""
        story = promised(
            shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-10-30"}}
        )
        story.sun("fire.grant_by_commitment", "2026-09-11")
        story.li("fire.issue")
        return story

    def test_the_certificate_is_not_operable_at_first(self, story: Story) -> None:
        """Granted, but nothing may be done with the certificate; the day is the one that was promised."""
        assert (story.state("fire"), story.case.certificates[1].operable_from) == ("granted", None)
        assert (story.state("fire.later"), story.due("fire.later.meet")) == (
            "awaiting",
            date(2026, 10, 30),
        )
        assert "fire.follow-up" not in story.case.items

    def test_it_is_operable_once_the_papers_are_checked(self, story: Story) -> None:
        """Handed in and checked Tue 10-20: operable from 10-20, and the check after begins."""
        story.zhang("fire.later.report_met", "2026-10-19", materials="all")
        assert "proof" in {row.material for row in story.case.materials.values()}
        story.zhou("fire.later.confirm_met", "2026-10-20")
        assert story.case.certificates[1].operable_from == date(2026, 10, 20)
        assert (story.papers()[-1], story.state("fire.follow-up")) == ("operable", "due")

    def test_nothing_by_the_day_leads_to_the_check(self, story: Story) -> None:
        """Nothing by 10-30: not operable, and the check of R-NCP-9 comes, whatever the draw."""
        story.until("2026-10-31T00:00")
        assert (story.state("fire.later"), story.case.certificates[1].operable_from) == (
            "unmet",
            None,
        )
        assert story.state("fire.follow-up") == "due"
        assert story.case.commitments["fire"].draw.sample == 1.0

    def test_papers_that_do_not_fit_lead_to_the_check(self, story: Story) -> None:
        """Papers that do not show it are refused with reasons, and the check comes."""
        story.zhang("fire.later.report_met", "2026-10-19", materials=["proof"])
        with pytest.raises(DataInvalid):
            story.zhou("fire.later.deny_met")
        story.zhou("fire.later.deny_met", reasons=["unfit"])
        assert (story.state("fire.later"), story.state("fire.follow-up")) == ("unmet", "due")

    def test_papers_the_item_does_not_ask_for_are_not_taken(self, shop: type[Town]) -> None:
        """A paper that the item does not ask for is not taken."""
        later: Data = {
            "change": changed(shop, later="2mo"),
            "signing": {"meets_by": {"fire": "2026-10-30"}},
        }
        story = promised(shop, "fire", "food", **later)
        story.sun("fire.grant_by_commitment", "2026-09-11")
        with pytest.raises(DataInvalid, match="租赁合同"):
            story.zhang("fire.later.report_met", "2026-10-19", materials=["lease"])

    def test_met_before_it_is_handed_out(self, shop: type[Town]) -> None:
        """What is met before the certificate is handed out is operable from that day."""
        story = promised(
            shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-10-30"}}
        )
        story.sun("fire.grant_by_commitment", "2026-09-11")
        story.zhang("fire.later.report_met", materials="all")
        story.zhou("fire.later.confirm_met", "2026-09-14")
        story.li("fire.issue", "2026-09-15")
        assert story.case.certificates[1].operable_from == date(2026, 9, 15)

    @pytest.mark.parametrize(
        ("later", "meets_by", "why"),
        [
            (None, {"fire": "2026-10-30"}, "只能承诺已经符合"),
            ("2mo", {"fire": "2026-11-11"}, "2026-11-10"),
            ("2mo", {"fire": "2026-09-10"}, "今天以后"),
            ("2mo", {"fire": "soon"}, "2026-10-30"),
            ("2mo", {"food": "2026-10-30"}, "告知承诺"),
            ("2mo", ["fire"], "告知承诺"),
        ],
    )
    def test_the_day_is_within_what_the_item_allows(
        self, shop: type[Town], later: str | None, meets_by: Any, why: str
    ) -> None:
        """Only where the item allows it, and within its longest time."""
        change = changed(shop, **({"later": later} if later else {}))
        with pytest.raises(DataInvalid, match=why):
            promised(shop, change=change, signing={"meets_by": meets_by})

    def test_nothing_is_granted_once_the_day_has_passed(self, shop: type[Town]) -> None:
        """A promise whose day has passed before the decision is not granted any more."""
        story = promised(
            shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-09-14"}}
        )
        with pytest.raises(ActionNotAllowed, match="已经过去"):
            story.sun("fire.grant_by_commitment", "2026-09-15")
