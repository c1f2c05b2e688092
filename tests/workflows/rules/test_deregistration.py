"""注销: the holder gives his certificate back; what hangs on the grant is closed with it."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.definition.models import DEREGISTRATION_CAUSES
from service.workflows.step import concerned
from tests.workflows.decided import granted, revoke
from tests.workflows.rules.promises import granted as promised
from tests.workflows.story import Town

CAUSED = {"item": "food", "reason": "经营者已去世", "document": "死亡证明7号"}
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
    """What hangs on a grant is closed when it has ended (行政许可法 70)."""

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

    def test_a_check_is_ended_by_the_head(self, shop: type[Town]) -> None:
        """Its object is gone: with reason and document, a paper, an event; no card, no breach, nobody is found to have lied."""
        story = promised(shop)
        told = {"item": "fire.follow-up", "reason": "店铺已拆除", "document": "拆除公告3号"}
        story.jiang("close_follow_up", **told)
        check, paper = story.item("fire.follow-up"), list(story.case.notices.values())[-1]
        assert (check.state, check.outcome) == ("stopped", "stopped")
        assert (paper.kind, paper.to) == ("stopped", "applicant")
        assert "店铺已拆除" in paper.body["text"]
        assert "拆除公告3号" in paper.body["text"]
        event = story.events[-1]
        assert (event.action, event.data, event.actor["post"]) == (
            "close_follow_up",
            {"reason": "店铺已拆除", "document": "拆除公告3号"},
            "head",
        )
        assert (story.tasks("fire.follow-up"), story.case.credits) == ([], {})
        story.until("2027-03-01")
        assert "fire.follow-up.red_card" not in story.did()

    @pytest.mark.parametrize("person", ["zhou", "sun", "qian", "zhang"])
    def test_by_nobody_else(self, shop: type[Town], person: str) -> None:
        """Neither who checks, nor who granted, nor the head of another department, nor the applicant."""
        story = promised(shop)
        with pytest.raises(NotPermitted):
            getattr(story, person)(
                "close_follow_up", item="fire.follow-up", reason="拆除", document="1号"
            )

    def test_only_a_check_that_goes_on(self, shop: type[Town]) -> None:
        """Not what has ended, not another proceeding, not without a document."""
        story = promised(shop)
        for wrong in (
            {"item": "fire.follow-up", "reason": "拆除"},
            {"item": "fire.follow-up", "document": "1号"},
            {"reason": "拆除", "document": "1号"},
        ):
            with pytest.raises(DataInvalid):
                story.jiang("close_follow_up", **wrong)
        told = {"reason": "拆除", "document": "1号"}
        with pytest.raises(ActionNotAllowed):
            story.jiang("close_follow_up", item="fire", **told)
        story.jiang("close_follow_up", item="fire.follow-up", **told)
        with pytest.raises(ActionNotAllowed):
            story.jiang("close_follow_up", item="fire.follow-up", **told)


class TestForCause:
    """注销 by the department: death, dissolution, force majeure (行政许可法 70 (二)–(六), R-LIFE-5)."""

    @pytest.mark.parametrize("cause", DEREGISTRATION_CAUSES)
    def test_on_each_cause_of_the_law(self, shop: type[Town], cause: str) -> None:
        """The head opens it, the holder's side is told why, the certificate holds until the entry is made."""
        story = granted(shop)
        by = {"statute": "食品安全法 63"} if cause == "statute" else {}
        story.qian("deregister_for_cause", "2027-03-01", cause=cause, **by, **CAUSED)
        paper = list(story.case.notices.values())[-1]
        assert (paper.kind, paper.to) == ("deregistration_opened", "applicant")
        assert DEREGISTRATION_CAUSES[cause] in paper.body["text"]
        assert "死亡证明7号" in paper.body["text"]
        assert story.case.certificates[1].state == "valid"
        assert story.item("food.deregistration").ground == cause
        assert story.clock("food.deregistration.entry").due_on == date(2027, 3, 29)
        story.zhao("food.deregistration.deregister")
        struck = list(story.case.notices.values())[-1]
        assert DEREGISTRATION_CAUSES[cause] in struck.body["note"]
        assert (story.case.certificates[1].state, story.state("food")) == (
            "deregistered",
            "granted",
        )

    def test_another_case_of_the_law_names_its_statute(self, shop: type[Town]) -> None:
        """70 (六): what another law or regulation says is a cause only where that one is named, on the paper and in the record."""
        story = granted(shop)
        for wrong in ({}, {"statute": "  "}):
            with pytest.raises(DataInvalid) as refused:
                story.qian("deregister_for_cause", "2027-03-01", cause="statute", **wrong, **CAUSED)
            assert refused.value.facts["errors"][0]["pointer"] == "/data/statute"
        by = "食品经营许可和备案管理办法 45"
        story.qian("deregister_for_cause", cause="statute", statute=by, **CAUSED)
        opened = list(story.case.notices.values())[-1]
        assert by in opened.body["text"]
        assert story.events[-2].data["statute"] == by
        story.zhao("food.deregistration.deregister")
        assert by in list(story.case.notices.values())[-1].body["note"]

    def test_what_hangs_on_the_grant_ends_with_it(self, shop: type[Town]) -> None:
        """The check after a promise is moot once the entry is made, not before."""
        story = promised(shop)
        told = {**CAUSED, "item": "fire"}
        story.jiang("deregister_for_cause", cause="dissolution", **told)
        assert story.state("fire.follow-up") == "due"
        story.sun("fire.deregistration.deregister")
        assert story.item("fire.follow-up").outcome == "stopped"

    def test_it_may_turn_out_otherwise(self, shop: type[Town]) -> None:
        """The holder lives: the entry is kept, with a reason and remedies."""
        story = granted(shop)
        story.qian("deregister_for_cause", cause="death", **CAUSED)
        story.zhao("food.deregistration.keep_entry", reason="查无此事")
        assert story.case.certificates[1].state == "valid"
        story.qian("deregister_for_cause", cause="death", **CAUSED)
        assert story.state("food.deregistration-2") == "due"

    @pytest.mark.parametrize("person", ["zhao", "li", "jiang", "zhang"])
    def test_by_nobody_else(self, shop: type[Town], person: str) -> None:
        """Neither approver nor window, no other department, not the holder."""
        story = granted(shop)
        with pytest.raises(NotPermitted):
            getattr(story, person)("deregister_for_cause", cause="death", **CAUSED)

    def test_only_what_holds_and_once(self, shop: type[Town]) -> None:
        """Not before it was handed over, not twice, not beside a revocation, not of another department, on a cause alone."""
        story = shop.accepted("food")
        with pytest.raises(ActionNotAllowed, match="没有可以注销"):
            story.qian("deregister_for_cause", cause="death", **CAUSED)
        story = granted(shop)
        for wrong in ({"cause": "expired"}, {}, {"cause": "death", "document": ""}):
            with pytest.raises(DataInvalid):
                story.qian("deregister_for_cause", **{**CAUSED, **wrong})
        story.qian("deregister_for_cause", cause="force_majeure", **CAUSED)
        with pytest.raises(ActionNotAllowed, match="正在办理"):
            story.qian("deregister_for_cause", cause="death", **CAUSED)
        with pytest.raises(NotPermitted):
            promised(shop).qian("deregister_for_cause", cause="death", **{**CAUSED, "item": "fire"})

    def test_the_desk_asks_which_item(self, shop: type[Town]) -> None:
        """What it may be about is offered by name."""
        story = granted(shop)
        qian = story.people["qian"]
        assert concerned(story.case, "deregister_for_cause", qian, story.situation) == ["food"]
