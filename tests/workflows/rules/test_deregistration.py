"""注销: the holder gives his certificate back; what hangs on the grant is closed with it."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.decided import granted, revoke
from tests.workflows.rules.promises import granted as promised
from tests.workflows.story import Town

ASKED = {"item": "food", "reason": "不再经营"}


class TestRequest:
    """注销 on the holder's own request (行政许可法 70)."""

    def test_it_ends_with_its_entry(self, shop: type[Town]) -> None:
        """Asked for, it holds until the department has entered it; then it runs out no more, and the case stays closed."""
        story = granted(shop)
        story.zhang("request_deregistration", "2027-03-01", **ASKED)
        assert story.papers()[-1] == "deregistration_request"
        assert story.case.certificates[1].state == "valid"
        assert story.tasks("food.deregistration") == [("scjg", "approver")]
        story.zhao("food.deregistration.deregister")
        assert (story.case.certificates[1].state, story.state("food")) == (
            "deregistered",
            "granted",
        )
        story.until(f"{date(2032, 1, 5)}")
        assert "food.expire_certificate" not in story.did()

    def test_a_refusal_has_its_reason_and_remedies(self, shop: type[Town]) -> None:
        """Who is not struck off learns why and where to turn; the certificate holds on."""
        story = granted(shop)
        story.zhang("request_deregistration", **ASKED)
        story.zhao("food.deregistration.keep_entry", reason="尚有未了的许可义务")
        paper = list(story.case.notices.values())[-1]
        assert (paper.kind, bool(paper.body["remedies"])) == ("deregistration_kept", True)
        assert "尚有未了的许可义务" in paper.body["note"]
        assert story.case.certificates[1].state == "valid"

    def test_only_the_holder_and_only_what_holds(self, shop: type[Town]) -> None:
        """Nobody else, not before it was handed over, not twice, not to slip out of a revocation."""
        story = shop.accepted("food")
        with pytest.raises(ActionNotAllowed, match="没有可以注销"):
            story.zhang("request_deregistration", **ASKED)
        story = granted(shop)
        with pytest.raises(NotPermitted):
            story.stranger("request_deregistration", **ASKED)
        for wrong in ({}, {"item": "food"}, {"item": "nothing", "reason": "不再经营"}):
            with pytest.raises(DataInvalid):
                story.zhang("request_deregistration", **wrong)
        story.zhang("request_deregistration", **ASKED)
        with pytest.raises(ActionNotAllowed, match="正在办理"):
            story.zhang("request_deregistration", **ASKED)
        story = granted(shop)
        story.qian("food.start_revocation", ground="fraud", reason="材料不实")
        with pytest.raises(ActionNotAllowed, match="撤销程序"):
            story.zhang("request_deregistration", **ASKED)


class TestMoot:
    """What hangs on a grant is closed when it has ended (L21)."""

    def test_no_check_after_a_revocation(self, shop: type[Town]) -> None:
        """Nothing is left to check, and nobody is late with it: no red card, no breach."""
        story = promised(shop)
        assert story.state("fire.follow-up") == "due"
        revoke(story, "fire", "jiang", "zheng")
        check = story.item("fire.follow-up")
        assert (check.state, check.outcome, check.note) == ("stopped", "stopped", "已撤销")
        assert story.tasks("fire.follow-up") == []
        story.until("2027-03-01")
        assert "fire.follow-up.red_card" not in story.did()

    def test_no_check_after_a_deregistration(self, shop: type[Town]) -> None:
        """The same where the holder gave it back."""
        story = promised(shop)
        story.zhang("request_deregistration", item="fire", reason="不再经营")
        story.sun("fire.deregistration.deregister")
        assert story.item("fire.follow-up").outcome == "stopped"
