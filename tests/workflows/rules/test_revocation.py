"""撤销、撤回: what an authority takes back after its decision."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.situation import Actor
from tests.workflows.decided import granted, revoke
from tests.workflows.story import Story, Town

SAFE = {"food": {"public_safety": True}}
HEARING = {"date": "2026-10-20", "hour": "09:30", "place": "区政务服务中心三楼", "chair": "jin"}


class TestRevocation:
    """撤销许可 as a proceeding."""

    def begun(self, shop: type[Town], ground: str = "unqualified", **of: Any) -> Story:
        """Discovered and told on 2026-09-29."""
        story = granted(shop, **of)
        story.qian("food.start_revocation", on="2026-09-29", ground=ground, reason="材料不实")
        return story

    def test_it_is_decided_in_sixty_days(self, shop: type[Town]) -> None:
        """Sixty days from the discovery, the earlier reading, rolled on from a Saturday; twenty more by the head (R-LIFE-4)."""
        story = self.begun(shop)
        assert story.due("food.revocation.decision") == date(2026, 11, 30)  # 11-28 is a Saturday
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        told = [n for n in story.case.notices.values() if n.kind == "revocation_right"][-1]
        for part in ("经查材料不实", "申请人不具备资格或者条件"):
            assert part in told.body["text"]
        assert "要求听证" in told.body["note"]
        # 10-10 is a make-up day
        assert story.due("food.revocation.statement") == date(2026, 10, 12)
        story.until("2026-10-13")
        assert story.state("food.revocation") == "deciding"
        with pytest.raises(DataInvalid, match="最多延长20个工作日"):
            story.qian("food.revocation.extend", days=21, reason="案情复杂")
        story.qian("food.revocation.extend", days=20, reason="案情复杂")
        assert [c.state for c in story.case.certificates.values()] == ["valid"]
        assert [n.kind for n in story.case.notices.values()].count("result") == 1

    def test_there_is_no_way_beside_it(self, shop: type[Town]) -> None:
        """Neither before it was begun nor while the five days run may the head revoke directly (行政许可法 36、69)."""
        story = granted(shop)
        for day in ("2026-09-28", "2026-09-30"):
            with pytest.raises(NotPermitted, match="先启动程序"):
                story.qian("food.revoke", on=day, reasons=["unfit"])
            assert "food.revoke" not in story.offers("qian")
            if day == "2026-09-28":
                story.qian("food.start_revocation", ground="other", reason="材料不实")
                story.wang("food.revocation.tell_grounds", reason="经查材料不实")

    def test_every_revocation_is_struck_off(self, shop: type[Town]) -> None:
        """On whatever ground it was revoked, the entry is to be struck off (行政许可法 70 ④)."""
        story = revoke(granted(shop), ground="other")
        assert story.tasks("food.deregistration") == [("scjg", "approver")]

    def test_struck_off_only_after_it_was_heard(self, shop: type[Town]) -> None:
        """A ground found on 09-29 revokes nothing at once; decided on 10-13, the entry is due until 11-10 (69, 70 ㈣)."""
        story = shop.accepted("food", at="2026-09-01", change=SAFE)
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", opinion="准予。")
        story.li("food.issue")
        with pytest.raises(NotPermitted, match="先启动程序"):
            story.qian("food.revoke", "2026-09-29", reasons=["unfit"])
        assert (story.state("food"), "food.deregistration" in story.case.items) == (
            "granted",
            False,
        )
        story.qian("food.start_revocation", ground="other", reason="材料不实")
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        story.until("2026-10-12T23:59")
        assert story.state("food.revocation") == "stating"
        story.qian("food.revocation.decide_revoke", "2026-10-13", reasons=["unfit"])
        assert (story.state("food"), story.state("food.deregistration")) == ("revoked", "due")
        assert story.due("food.deregistration.entry") == date(2026, 11, 10)

    @pytest.mark.parametrize(("code", "decide"), [("tax", "decide_now"), ("sign", "file")])
    def test_what_was_decided_on_the_spot_or_filed_is_revoked_the_same_way(
        self, shop: type[Town], code: str, decide: str
    ) -> None:
        """即办 and 备案: told, heard and decided, never at once; the paper says why and where to turn (R-LIFE-4)."""
        story = shop.submitted(code, at="2026-09-14")
        head, reviewer, window = ("zhu", "han", "wu") if code == "sign" else ("qian", "wang", "li")
        getattr(story, window)(f"{code}.{decide}", "2026-09-15")
        with pytest.raises(NotPermitted, match="先启动程序"):
            getattr(story, head)(f"{code}.revoke", "2026-09-29", reasons=["unfit"])
        getattr(story, head)(f"{code}.start_revocation", ground="unqualified", reason="材料不实")
        assert story.due(f"{code}.revocation.decision") == date(2026, 11, 30)
        getattr(story, reviewer)(f"{code}.revocation.tell_grounds", reason="经查材料不实")
        story.until("2026-10-13")
        getattr(story, head)(f"{code}.revocation.decide_revoke", reasons=["unfit"])
        paper = list(story.case.notices.values())[-1]
        assert (story.state(code), story.item(code).outcome) == ("revoked", "revoked")
        assert (paper.kind, bool(paper.body["remedies"])) == ("revocation", True)

    def test_the_answer_of_a_company_is_not_revoked(self, shop: type[Town]) -> None:
        """No authority decided it: nobody is offered to revoke or to take it back."""
        story = shop.submitted("tax", change={"tax": {"category": "utility"}})
        story.li("tax.decide_now")
        assert not {"tax.start_revocation", "tax.withdraw_permit"} & story.offers("qian").keys()
        with pytest.raises(NotPermitted, match="不是行政决定"):
            story.qian("tax.start_revocation", ground="other", reason="有误")

    def test_to_revoke_a_major_decision_needs_its_legal_review(self, shop: type[Town]) -> None:
        """By neither who told the grounds nor who decides; to leave the permit needs none (R-SUP-5)."""
        story = self.begun(shop, change={"food": {"legal_review": True}}, reviewed=True)
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        story.until("2026-10-13")
        with pytest.raises(DataInvalid, match="法制审核"):
            story.qian("food.revocation.decide_revoke", reasons=["unfit"])
        both = Actor("wang", "clerk", "scjg", frozenset({"reviewer", "legal"}))
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.act(both, "food.revocation.record_legal_review", opinion="合法。")
        story.jin("food.revocation.record_legal_review", opinion="事实清楚、程序合法。")
        story.qian("food.revocation.decide_revoke", reasons=["unfit"])
        assert story.state("food") == "revoked"
        kept = self.begun(shop, change={"food": {"legal_review": True}}, reviewed=True)
        kept.wang("food.revocation.tell_grounds", reason="经查材料不实")
        kept.until("2026-10-13")
        kept.qian("food.revocation.keep", reason="理由不成立")
        assert kept.state("food") == "granted"

    def test_past_the_sixty_days_it_is_red(self, shop: type[Town]) -> None:
        """The sixty days are the department's, though the holder is heard within them: red on the day after (R-LIFE-4)."""
        story = self.begun(shop).until("2026-11-30T23:59")
        clock = story.clock("food.revocation.decision")
        assert (clock.owner, clock.due_on, clock.red_on) == ("department", date(2026, 11, 30), None)
        story.until("2026-12-01")
        assert story.clock("food.revocation.decision").card == "red"
        assert "food.revocation.statutory_breach" in story.did()

    def test_the_head_decides_after_the_hearing(self, shop: type[Town]) -> None:
        """Heard, then decided by the head: the licence ends with a paper and remedies, the closed case stays closed (R-LIFE-4)."""
        story = self.begun(shop, "fraud", change=SAFE)
        closed = story.case.closed_at
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        assert story.papers()[-1] == "revocation_right"
        story.zhang("food.revocation.request_hearing")
        story.wang("food.revocation.announce_hearing", **HEARING)
        story.wang("food.revocation.record_hearing", "2026-10-20T10:00", document="听证笔录1号")
        story.qian("food.revocation.decide_revoke", reasons=["unfit"])
        assert (story.state("food.revocation"), story.state("food")) == ("revoked", "revoked")
        assert (story.case.certificates[1].state, story.case.closed_at) == ("revoked", closed)
        paper = next(n for n in story.case.notices.values() if n.kind == "revocation")
        assert (paper.item, bool(paper.body["remedies"]), paper.body["points"]) == (
            "food",
            True,
            ["不符合条件"],
        )
        assert story.tasks("food.deregistration") == [("scjg", "approver")]
        ban = story.case.bans[1]
        assert (ban.item, ban.ground, ban.until_on) == ("food", "fraud", date(2029, 10, 20))

    def test_a_hearing_is_announced_seven_days_before_with_day_hour_and_place(
        self, shop: type[Town]
    ) -> None:
        """As before a decision: seven working days, day, hour and place, not led by who granted it (R-HEAR-3, R-LIFE-4)."""
        story = self.begun(shop)
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        story.zhang("food.revocation.request_hearing")
        with pytest.raises(ActionNotAllowed, match="还没有通知"):
            story.wang("food.revocation.record_hearing", document="听证笔录1号")
        for wrong in ({"date": "2026-10-12"}, {"hour": ""}, {"place": ""}, {"chair": "zhao"}):
            with pytest.raises(DataInvalid):  # zhao granted it
                story.wang("food.revocation.announce_hearing", **HEARING | wrong)
        story.wang("food.revocation.announce_hearing", **HEARING)
        paper = next(n for n in story.case.notices.values() if n.kind == "hearing_notice")
        assert paper.body["text"].startswith(
            "撤销「食品经营许可」的听证于2026年10月20日09:30在区政务服务中心三楼公开举行"
        )
        with pytest.raises(ActionNotAllowed, match="09:30"):
            story.wang("food.revocation.record_hearing", "2026-10-20T09:29", document="笔录1号")
        story.wang("food.revocation.record_hearing", "2026-10-20T09:30", document="笔录1号")
        assert story.state("food.revocation") == "deciding"

    def test_who_takes_the_request_back_states_the_case_in_what_is_left(
        self, shop: type[Town]
    ) -> None:
        """Told 09-29, until 10-12; asked on 09-30, taken back on 10-12: the four days left end on 10-16."""
        story = self.begun(shop)
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        story.zhang("food.revocation.request_hearing", "2026-09-30")
        story.zhang("food.revocation.withdraw_hearing_request", "2026-10-12")
        assert story.state("food.revocation") == "stating"
        assert story.due("food.revocation.statement") == date(2026, 10, 16)
        with pytest.raises(ActionNotAllowed, match="已经作过答复"):
            story.zhang("food.revocation.request_hearing")
        story.until("2026-10-17")
        assert story.state("food.revocation") == "deciding"

    def test_the_licence_stays_where_the_public_would_be_harmed(self, shop: type[Town]) -> None:
        """Where revoking would gravely harm the public, the licence stays (R-LIFE-4)."""
        story = self.begun(shop)
        story.wang("food.revocation.tell_grounds", reason="程序有瑕疵")
        story.zhang("food.revocation.state_case", opinion="请保留")
        story.qian("food.revocation.keep", reason="撤销将严重损害公共利益")
        assert (story.state("food.revocation"), story.state("food")) == ("kept", "granted")
        assert (story.case.certificates[1].state, story.case.bans) == ("valid", {})

    def test_once_at_a_time_and_with_a_ground(self, shop: type[Town]) -> None:
        """Not twice at once, not without one of the grounds of the law, not by anybody but the head."""
        story = self.begun(shop)
        with pytest.raises(ActionNotAllowed, match="正在进行"):
            story.qian("food.start_revocation", ground="fraud", reason="又发现")
        with pytest.raises(NotPermitted):
            story.zhao("food.revocation.decide_revoke", reasons=["unfit"])
        with pytest.raises(DataInvalid, match="属于哪种情形"):
            granted(shop).qian("food.start_revocation", ground="whim", reason="不喜欢")


class TestWithdrawal:
    """撤回许可 by the authority."""

    def test_it_needs_a_decision_and_a_compensation(self, shop: type[Town]) -> None:
        """Only with a decision and a compensation file; then the entry is to be struck off (R-LIFE-3, R-LIFE-5)."""
        story = granted(shop)
        with pytest.raises(DataInvalid):
            story.qian("food.withdraw_permit", reason="规划调整", document="区政府决定1号")
        story.qian(
            "food.withdraw_permit",
            reason="规划调整",
            document="区政府决定1号",
            compensation="补偿方案1号",
        )
        assert (story.state("food"), story.case.certificates[1].state) == ("recalled", "recalled")
        assert (story.case.state, story.tasks("food.deregistration")) == (
            "granted",
            [("scjg", "approver")],
        )
        paper = next(n for n in story.case.notices.values() if n.kind == "permit_withdrawal")
        assert paper.body["remedies"]
        assert "补偿方案：补偿方案1号" in paper.body["text"]
        assert story.case.bans == {}


class TestLoss:
    """赔偿: who bears the loss of what is revoked (行政许可法 69 ④, R-LIFE-4)."""

    def paper(self, shop: type[Town], ground: str) -> str:
        """Return what the decision says that revokes on a ground."""
        story = revoke(granted(shop), ground=ground)
        papers = [n for n in story.case.notices.values() if n.kind == "revocation"]
        return str(papers[-1].body["text"])

    @pytest.mark.parametrize(
        "ground", ["abuse", "incompetent", "procedure", "unqualified", "other"]
    )
    def test_the_authority_bears_it(self, shop: type[Town], ground: str) -> None:
        """On the five grounds of the first paragraph the paper says that, where and by when to claim."""
        said = self.paper(shop, ground)
        assert "依法给予赔偿（《中华人民共和国行政许可法》第六十九条第四款）" in said
        assert (
            "两年内书面向本机关要求赔偿（《中华人民共和国国家赔偿法》第九条、第三十九条）" in said
        )

    @pytest.mark.parametrize("ground", ["fraud", "false_material"])
    def test_the_holder_brought_it_about(self, shop: type[Town], ground: str) -> None:
        """What was got by fraud is not protected."""
        said = self.paper(shop, ground)
        assert ("不受保护" in said, "赔偿" in said) == (True, False)

    def test_what_was_agreed_stands_on_the_paper(self, shop: type[Town]) -> None:
        """A plan that is there already is named with the decision."""
        story = granted(shop)
        story.qian("food.start_revocation", ground="procedure", reason="未经听证")
        story.wang("food.revocation.tell_grounds", reason="未经听证")
        story.zhang("food.revocation.state_case", opinion="没有意见")
        story.qian("food.revocation.decide_revoke", reasons=["unfit"], compensation="赔偿方案2号")
        papers = [n for n in story.case.notices.values() if n.kind == "revocation"]
        assert "赔偿方案：赔偿方案2号。" in papers[-1].body["text"]

    def test_who_brought_it_about_gets_no_plan(self, shop: type[Town]) -> None:
        """What was got by fraud is not made good: a plan beside it is refused with the article (69 ④)."""
        story = granted(shop)
        story.qian("food.start_revocation", ground="fraud", reason="假材料")
        story.wang("food.revocation.tell_grounds", reason="假材料")
        story.zhang("food.revocation.state_case", opinion="没有意见")
        with pytest.raises(DataInvalid, match="利益不受保护") as refused:
            story.qian("food.revocation.decide_revoke", reasons=["unfit"], compensation="方案2号")
        assert refused.value.law == "行政许可法 69"


class TestWhatCanBeRevoked:
    """Every grant whose lifecycle begins the proceeding, whatever the item is called (R-LIFE-4)."""

    @pytest.mark.parametrize("category", ["licence", "confirmation"])
    def test_licences_and_confirmations(self, shop: type[Town], category: str) -> None:
        """A confirmation that goes the way of a licence is taken back the same way."""
        story = revoke(granted(shop, change={"food": {"category": category}}))
        assert (story.state("food"), story.case.certificates[1].state) == ("revoked", "revoked")

    def test_a_change_too(self, shop: type[Town]) -> None:
        """What the release knows of it follows from the lifecycle, not from its name."""
        release = shop.release("food", "look-up")
        assert "revocation" in release.lifecycles
        assert "revocation" not in shop.release("look-up").lifecycles
