"""The state of the whole follows from its items."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed
from service.workflows.application.order import final_state
from tests.workflows.decided import grant
from tests.workflows.story import Town


class TestDerivedState:
    def test_is_a_draft_before_the_submission(self, shop: type[Town]) -> None:
        """Before submission it is a draft."""
        assert shop.draft(shop.release("food")).state == "draft"

    def test_follows_the_items_to_the_grant(self, shop: type[Town]) -> None:
        """It goes received → correcting → received → in_progress → granted."""
        story = shop.submitted("food", missing=("plan",))
        seen = [story.case.state]
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        seen.append(story.case.state)
        story.zhang("food.supply", materials=["plan"])
        seen.append(story.case.state)
        story.li("food.accept")
        seen.append(story.case.state)
        seen.append(grant(story).case.state)
        assert seen == ["received", "correcting", "received", "in_progress", "granted"]

    @pytest.mark.parametrize(
        ("outcomes", "state"),
        [
            (["granted"], "granted"),
            (["granted", "not_required"], "granted"),
            (["granted", "revoked"], "granted"),
            (["granted", "refused"], "partly_granted"),
            (["granted", "withdrawn"], "partly_granted"),
            (["granted", "stopped"], "partly_granted"),
            (["refused"], "refused"),
            (["declined", "lapsed"], "refused"),
            (["refused", "withdrawn"], "refused"),
            (["withdrawn", "withdrawn"], "withdrawn"),
            (["withdrawn", "stopped"], "withdrawn"),
            (["lapsed"], "terminated"),
            (["not_required"], "terminated"),
            (["lapsed", "withdrawn"], "terminated"),
            (["lapsed", "stopped"], "terminated"),
        ],
    )
    def test_ends_by_the_outcomes_alone(self, outcomes: list[str], state: str) -> None:
        """The result follows from the outcomes alone (R-BND-5)."""
        assert final_state(outcomes) == final_state(outcomes[::-1]) == state

    def test_closes_once_with_one_package(self, shop: type[Town]) -> None:
        """The last item closes the case with one package (R-BND-11); nothing opens it again."""
        story = grant(shop.accepted("food"))
        assert (story.did().count("close"), story.papers().count("result")) == (1, 1)
        assert story.clock("promise").state == "settled"
        for action in ("food.issue", "food.withdraw", "withdraw", "urge"):
            with pytest.raises(ActionNotAllowed):
                (story.li if action == "food.issue" else story.zhang)(action)

    def test_ends_with_filings_and_decisions_on_the_spot_as_well(self, shop: type[Town]) -> None:
        """Filing, deciding on the spot and verifying end a case as well."""
        story = shop.submitted("sign", "tax", "look-up")
        story.li("sign.file")
        story.li("tax.decide_now")
        story.han("look-up.confirm")
        assert (story.case.state, story.item("sign").accepted_on) == ("granted", date(2026, 9, 14))
