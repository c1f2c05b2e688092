"""Review and decision: who may, what must be carried, what moves a limit and what does not."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.situation import Actor


def deciding(shop, *items, **of):
    """Bring the food licence to its decision."""
    story = shop.accepted(*(items or ("food",)), **of)
    story.wang("food.propose", opinion="符合条件。")
    return story


class TestDecide:
    def test_grant(self, shop):
        """A grant starts the ten days for handing out; the certificate comes with it (R-DEC-6)."""
        story = deciding(shop, at="2026-09-18")
        story.zhao("food.grant", opinion="同意。")
        assert (story.state("food"), story.due("food.issue")) == ("issuing", date(2026, 10, 9))
        assert (story.item("food").decided_by, story.case.certificates) == ("zhao", {})
        story.li("food.issue", "2026-09-20")
        card = story.case.certificates[1]
        assert (card.number, card.issued_on, card.valid_until) == ("F9999010001", date(2026, 9, 20), date(2031, 9, 20))
        assert (story.case.state, story.item("food").served_on) == ("granted", date(2026, 9, 20))
        assert story.papers()[-2:] == ["issue", "result"]

    def test_refuse(self, shop):
        """A refusal carries reasons, and remedies dated from its service (R-DEC-3; S-12 b)."""
        story = deciding(shop, at="2026-08-06")
        with pytest.raises(DataInvalid):
            story.zhao("food.refuse")
        story.zhao("food.refuse", reasons=["unfit"])
        said = next(n for n in story.case.notices.values() if n.kind == "refusal").body
        assert (said["points"], said["remedies"]["review_until"]) == (["不符合条件"], "2026-10-08")
        assert (story.item("food").outcome, story.item("food").note, story.case.state) == (
            "refused",
            "不符合条件",
            "refused",
        )

    @pytest.mark.parametrize("opinion", [None, "", "   ", 5, "长" * 2001])
    def test_opinion(self, shop, opinion):
        """An opinion is said in words, within bounds."""
        with pytest.raises(DataInvalid):
            deciding(shop).zhao("food.grant", opinion=opinion)

    def test_unknown_data(self, shop):
        """What nobody reads is not taken."""
        with pytest.raises(DataInvalid):
            deciding(shop).zhao("food.grant", opinion="同意", colour="red")

    def test_send_back(self, shop):
        """退回: the item goes back to the same reviewer; the limit runs on (R-CLK-2)."""
        story = deciding(shop)
        due = story.due("food.decision", "statutory")
        story.zhao("food.send_back", opinion="请补充意见。")
        assert (story.state("food"), story.due("food.decision", "statutory")) == ("reviewing", due)
        task = next(t for t in story.case.tasks.values() if t.done_at is None)
        assert (task.post, task.person) == ("reviewer", "wang")

    def test_before_acceptance(self, shop):
        """Nothing is decided that was not accepted."""
        story = shop.submitted("food")
        for action in ("propose", "grant", "refuse", "issue"):
            with pytest.raises(ActionNotAllowed):
                {"propose": story.wang, "issue": story.li}.get(action, story.zhao)(
                    f"food.{action}", opinion="同意", reasons=["unfit"]
                )

    def test_never_by_silence(self, shop):
        """S-18: past the limit the item is red and still undecided (R-DEC-8)."""
        story = shop.accepted("food", at="2026-07-06").until("2026-12-01")
        assert (story.state("food"), story.clock("food.decision").card) == ("reviewing", "red")

    def test_revoke(self, shop):
        """撤销: the head ends a grant; its certificate is no longer valid, the closed case stays closed (R-LIFE-4)."""
        story = deciding(shop)
        story.zhao("food.grant", opinion="同意。")
        story.li("food.issue")
        closed = story.case.closed_at
        with pytest.raises(NotPermitted):
            story.zhao("food.revoke", reasons=["unfit"])
        story.qian("food.revoke", "2026-12-01", reasons=["unfit"])
        assert (story.state("food"), story.case.certificates[1].state) == ("revoked", "revoked")
        assert (story.case.state, story.case.closed_at) == ("granted", closed)


class TestRights:
    @pytest.mark.parametrize("person", ["sun", "yang", "li", "qian", "zhang", "stranger"])
    def test_department_and_post(self, shop, person):
        """Only the owning department's post decides (R-BND-9)."""
        with pytest.raises(NotPermitted):
            getattr(deciding(shop), person)("food.grant", opinion="同意。")

    def test_four_eyes(self, shop):
        """Who reviewed does not decide, whatever posts they hold (R-SEC-4)."""
        story = shop.accepted("food")
        both = Actor("wang", "clerk", "scjg", frozenset({"reviewer", "approver"}))
        story.act(both, "food.propose", opinion="符合。")
        for action, data in (("grant", {"opinion": "同意"}), ("refuse", {"reasons": ["unfit"]})):
            with pytest.raises(ActionNotAllowed, match="审查人"):
                story.act(both, f"food.{action}", **data)

    def test_own_application(self, shop):
        """Nobody handles their own application, by account or by identity."""
        story = shop.submitted("food")
        for own in (
            Actor("zhang", "clerk", "scjg", frozenset({"window"})),
            Actor("li", "clerk", "scjg", frozenset({"window"}), subject=story.case.applicant_id),
        ):
            with pytest.raises(NotPermitted, match="回避"):
                story.act(own, "food.accept")

    @pytest.mark.parametrize("action", ["deem_accepted", "start", "stop", "lapse"])
    def test_what_the_clock_does(self, shop, action):
        """What the clock does nobody else may."""
        story = shop.submitted("food")
        for person in (story.li, story.qian, story.zhang):
            with pytest.raises(NotPermitted):
                person(f"food.{action}")

    def test_claimed_by_another(self, shop):
        """A task somebody has claimed is theirs; the head may step in."""
        story = shop.accepted("food")
        task = next(t.n for t in story.case.tasks.values() if t.done_at is None)
        story.wang("claim", task=task)
        other = Actor("hua", "clerk", "scjg", frozenset({"reviewer"}))
        with pytest.raises(ActionNotAllowed, match="同事"):
            story.act(other, "food.propose", opinion="符合。")
        story.wang("food.propose", opinion="符合。")

    @pytest.mark.parametrize("kind", ["supervisor", "admin", "portal"])
    def test_other_kinds(self, shop, kind):
        """A supervisor watches, an administrator defines; neither decides."""
        with pytest.raises(NotPermitted):
            deciding(shop).act(
                Actor("boss", kind, "scjg", frozenset({"approver", "head"})), "food.grant", opinion="同意"
            )


class TestExtend:
    def test_once_with_reason_before_the_end(self, shop):
        """S-06: the head extends once, with a reason, before the end; the promise stays (R-DEC-4)."""
        story = shop.accepted(
            "food", at="2026-08-12", change={"food": {"limits": {"statutory": "20wd", "promised": "12wd"}}}
        )
        with pytest.raises(NotPermitted):
            story.wang("food.extend", "2026-09-07", days=10, reason="案情复杂")
        for wrong in (
            {"days": 10},
            {"reason": "案情复杂"},
            {"days": 11, "reason": "案情复杂"},
            {"days": 0, "reason": "案"},
        ):
            with pytest.raises(DataInvalid):
                story.qian("food.extend", **wrong)
        story.qian("food.extend", days=10, reason="案情复杂")
        assert (story.due("food.decision", "statutory"), story.due("food.decision", "promised")) == (
            date(2026, 9, 22), date(2026, 8, 28))  # fmt: skip
        assert story.papers()[-1] == "extension"
        with pytest.raises(ActionNotAllowed):
            story.qian("food.extend", days=5, reason="还是复杂")

    def test_too_late(self, shop):
        """After the limit an extension is refused."""
        story = shop.accepted("food", at="2026-08-12")
        with pytest.raises(ActionNotAllowed):
            story.qian("food.extend", "2026-09-10", days=10, reason="案情复杂")


class TestSpecial:
    def test_expert_review(self, shop):
        """S-09: eight working days of expert review are not counted (R-CLK-1, R-CLK-3)."""
        story = shop.accepted("food", at="2026-06-08")
        story.wang("food.start_special", "2026-06-15", procedure="expert_review", notice_text="请等候。", days=10)
        assert (story.due("food.decision"), story.papers()[-1]) == (None, "special")
        story.wang("food.end_special", "2026-06-26")
        assert story.due("food.decision", "statutory") == date(2026, 7, 17)
        assert story.item("food").special == {}
        story.qian("food.extend", days=10, reason="案情复杂")
        assert story.due("food.decision", "statutory") == date(2026, 7, 31)  # R-CLK-5

    @pytest.mark.parametrize("procedure", ["site_check", "听证", "", None, 5, "publication"])
    def test_closed_list(self, shop, procedure):
        """Nothing but the eight stops the clock (行政许可法 45)."""
        with pytest.raises(DataInvalid) as refusal:
            shop.accepted("food").wang("food.start_special", procedure=procedure, notice_text="请等候。", days=10)
        assert refusal.value.facts["errors"][0]["pointer"] == "/data/procedure"

    @pytest.mark.parametrize("left_out", ["procedure", "notice_text", "days"])
    def test_written_notice(self, shop, left_out):
        """The written notice of the time needed is part of the same act."""
        data = {"procedure": "testing", "notice_text": "请等候。", "days": 5}
        with pytest.raises(DataInvalid):
            shop.accepted("food").wang("food.start_special", **{k: v for k, v in data.items() if k != left_out})

    def test_on_the_last_day(self, shop):
        """Stopped on its last day, a limit is overdue the day after the restart, not while it stood (R-CLK-3)."""
        story = shop.accepted("food", at="2026-06-18")
        story.wang("food.start_special", "2026-07-17", procedure="testing", notice_text="请等候。", days=30)
        story.wang("food.end_special", "2026-09-07")
        clock = story.clock("food.decision")
        assert (clock.state, clock.breach_on, story.until("2026-09-07T23:59").clock("food.decision").breach_on) == (
            "running", None, None)  # fmt: skip
        story.until("2026-09-17")
        breach = next(e for e in story.events if e.action == "statutory_breach" and e.item == "food")
        assert breach.at == shop.moment("2026-09-08T00:00")

    def test_not_at_the_intake(self, shop):
        """The five days of the intake cannot be stopped (R-CLK-4)."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").wang("food.start_special", procedure="testing", notice_text="请等候。", days=5)


class TestInspect:
    def test_two_officers(self, shop):
        """A site check needs two officers and what they found; the limit runs on (R-DEC-1, R-CLK-2)."""
        story = shop.accepted("food", at="2026-07-06")
        story.wang("food.start_inspection", "2026-07-09")
        for officers in (None, [], ["wei"], ["wei", "wei"], "wei,qin"):
            with pytest.raises(DataInvalid):
                story.wei("food.record_inspection", "2026-07-10", officers=officers, findings="相符")
        with pytest.raises(DataInvalid):
            story.wei("food.record_inspection", officers=["wei", "qin"])
        story.wei("food.record_inspection", officers=["wei", "qin"], findings="相符")
        assert (story.state("food"), story.due("food.decision", "promised")) == ("reviewing", date(2026, 7, 20))

    def test_named_before(self, shop):
        """Officers named when the check is arranged need not be named again."""
        story = shop.accepted("food")
        story.wang("food.start_inspection", officers=["wei", "qin"])
        story.wei("food.record_inspection", findings="相符")
        assert story.state("food") == "reviewing"


class TestTerminate:
    @pytest.mark.parametrize("stage", ["received", "correcting", "reviewing", "special", "deciding"])
    def test_ends_the_item(self, shop, stage):
        """R-CLK-6: died on 07-10 — ended with reasons, document and remedies; the limit of 07-20 is not reported overdue."""
        story = shop.submitted("food", at="2026-07-03", missing=("plan",) if stage == "correcting" else ())
        if stage == "correcting":
            story.li("food.note_defects", reasons=["plan-no-size"])
            story.li("notify_correction")
        elif stage != "received":
            story.li("food.accept", "2026-07-06")
        if stage == "special":
            story.wang("food.start_special", procedure="testing", notice_text="送检。", days=5)
        elif stage == "deciding":
            story.wang("food.propose", opinion="符合。")
        ended = {"reasons": [{"text": "申请人死亡，该许可属于特定个人"}], "document": "死亡证明"}
        with pytest.raises(NotPermitted):
            story.zhao("food.terminate", **ended)
        with pytest.raises(DataInvalid):
            story.qian("food.terminate", reasons=ended["reasons"])
        story.qian("food.terminate", "2026-07-10", **ended)
        item = story.item("food")
        assert (item.state, item.outcome, item.note, item.decided_at) == (
            "terminated", "stopped", "申请人死亡，该许可属于特定个人", None,
        )  # fmt: skip
        paper = next(n for n in story.case.notices.values() if n.kind == "termination")
        assert paper.body["remedies"]
        assert paper.body["points"] == ["申请人死亡，该许可属于特定个人"]
        assert story.case.state == "terminated"
        story.until("2026-08-30")
        assert not [n for n in story.case.notices.values() if n.kind in ("red_card", "statutory_breach")]

    def test_not_after_the_decision(self, shop):
        """What is granted ends by revocation or deregistration, not so."""
        story = deciding(shop)
        story.zhao("food.grant", opinion="同意。")
        with pytest.raises(ActionNotAllowed):
            story.qian("food.terminate", reasons=["unfit"], document="证明")

    def test_others_go_on(self, shop):
        """The other items of the case are not touched."""
        story = shop.accepted("food", "drain")
        story.qian("food.terminate", reasons=["unfit"], document="证明")
        assert story.state("drain") == "reviewing"


MAJOR = {"food": {"legal_review": True}}


class TestLegalReview:
    def test_needed(self, shop):
        """R-SUP-5: where the item asks for it, no decision either way without the record; 422."""
        story = deciding(shop, change=MAJOR)
        for action, data in (("grant", {"opinion": "同意"}), ("refuse", {"reasons": ["unfit"]})):
            with pytest.raises(DataInvalid, match="法制审核"):
                story.zhao(f"food.{action}", **data)
            assert "法制审核" in story.offers("zhao")[f"food.{action}"].reason
        story.jin("food.record_legal_review", opinion="权限、依据、程序合法。")
        assert story.item("food").special["legal_review"]["by"] == "jin"
        story.zhao("food.grant", opinion="同意。")
        assert story.state("food") == "issuing"

    def test_anew_after_a_return(self, shop):
        """What went back to the reviewer is reviewed anew."""
        story = deciding(shop, change=MAJOR)
        story.jin("food.record_legal_review", opinion="合法。")
        story.zhao("food.send_back", opinion="请补充。")
        story.wang("food.propose", opinion="已补充。")
        with pytest.raises(DataInvalid, match="法制审核"):
            story.zhao("food.grant", opinion="同意。")

    def test_other_eyes(self, shop):
        """Neither the reviewer nor who decides is the legal reviewer."""
        story = shop.accepted("food", change=MAJOR)
        both = Actor("wang", "clerk", "scjg", frozenset({"reviewer", "legal"}))
        story.act(both, "food.propose", opinion="符合。")
        with pytest.raises(ActionNotAllowed, match="审查人"):
            story.act(both, "food.record_legal_review", opinion="合法。")
        decider = Actor("zhao", "clerk", "scjg", frozenset({"legal", "approver"}))
        story.act(decider, "food.record_legal_review", opinion="合法。")
        with pytest.raises(ActionNotAllowed, match="法制审核人"):
            story.act(decider, "food.grant", opinion="同意。")

    def test_not_asked_for(self, shop):
        """Without the switch nothing waits."""
        deciding(shop).zhao("food.grant", opinion="同意。")


class TestPublication:
    @staticmethod
    def granted(shop, limit="7wd"):
        limits = {"statutory": "20wd", "promised": "10wd"} | ({"publication": limit} if limit else {})
        story = deciding(shop, at="2026-09-11", change={"food": {"limits": limits}})
        story.zhao("food.grant", opinion="同意。")
        return story

    @pytest.mark.parametrize(("limit", "due"), [("7wd", date(2026, 9, 21)), ("20wd", date(2026, 10, 15))])
    def test_dated(self, shop, limit, due):
        """R-DEC-11: granted 09-11, public within seven working days by 09-21, within twenty by 10-15."""
        assert self.granted(shop, limit).due("food.publication.publish") == due

    def test_late(self, shop):
        """Late is red for the department; the licence does not know of it."""
        story = self.granted(shop)
        story.li("food.issue")
        story.until("2026-09-22")
        clock = story.clock("food.publication.publish")
        assert (clock.card, clock.breach_on, story.case.state) == ("red", None, "granted")
        assert story.case.certificates[1].state == "valid"
        story.wang("food.publication.publish", document="信用网站公示记录")
        assert (story.state("food.publication"), story.case.state) == ("published", "granted")

    def test_withheld(self, shop):
        """What is secret or private is not published, as the head decides with a reason."""
        story = self.granted(shop)
        with pytest.raises(NotPermitted):
            story.wang("food.publication.withhold", reason="涉及国家秘密")
        story.qian("food.publication.withhold", reason="涉及国家秘密")
        assert story.state("food.publication") == "withheld"

    def test_where_nothing_is_given(self, shop):
        """No limit, no duty here."""
        assert "food.publication" not in self.granted(shop, "").case.items
