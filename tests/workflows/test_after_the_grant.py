"""撤销、撤回、禁止申请、送达: what an authority does after its decision."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, Stopped
from service.workflows.case import Ban


def granted(shop, **of):
    """A food licence handed out on Friday 2026-09-25."""
    story = shop.accepted("food", **of)
    story.wang("food.propose", opinion="同意")
    story.zhao("food.grant", opinion="准予")
    story.li("food.issue", on="2026-09-24")
    return story


SAFE = {"food": {"public_safety": True}}


class TestRevocation:
    """撤销许可 as a proceeding."""

    def begun(self, shop, ground="unqualified", **of):
        """Discovered and told on 2026-09-29."""
        story = granted(shop, **of)
        story.qian("food.start_revocation", on="2026-09-29", ground=ground, reason="材料不实")
        return story

    def test_dates(self, shop):
        """Sixty days from the discovery, the earlier reading, rolled on from a Saturday; twenty more by the head (R-LIFE-4)."""
        story = self.begun(shop)
        assert story.due("food.revocation.decision") == date(2026, 11, 30)  # 11-28 is a Saturday
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        assert story.due("food.revocation.statement") == date(2026, 10, 12)  # 10-10 is a make-up day
        story.until("2026-10-13")
        assert story.state("food.revocation") == "deciding"
        with pytest.raises(DataInvalid, match="最多延长20个工作日"):
            story.qian("food.revocation.extend", days=21, reason="案情复杂")
        story.qian("food.revocation.extend", days=20, reason="案情复杂")
        assert [c.state for c in story.case.certificates.values()] == ["valid"]
        assert [n.kind for n in story.case.notices.values()].count("result") == 1

    def test_revoked(self, shop):
        """Heard, then decided by the head: the licence ends with a paper and remedies, the closed case stays closed (R-LIFE-4)."""
        story = self.begun(shop, "fraud", change=SAFE)
        closed = story.case.closed_at
        story.wang("food.revocation.tell_grounds", reason="经查材料不实")
        assert story.papers()[-1] == "revocation_right"
        story.zhang("food.revocation.request_hearing")
        story.wang("food.revocation.record_hearing", document="听证笔录1号")
        story.qian("food.revocation.decide_revoke", reasons=["unfit"], on="2026-10-20")
        assert (story.state("food.revocation"), story.state("food")) == ("revoked", "revoked")
        assert (story.case.certificates[1].state, story.case.closed_at) == ("revoked", closed)
        paper = next(n for n in story.case.notices.values() if n.kind == "revocation")
        assert (paper.item, bool(paper.body["remedies"]), paper.body["points"]) == ("food", True, ["不符合条件"])
        assert story.tasks("food.deregistration") == [("scjg", "approver")]
        ban = story.case.bans[1]
        assert (ban.item, ban.ground, ban.until_on) == ("food", "fraud", date(2029, 10, 20))

    def test_kept(self, shop):
        """Where revoking would gravely harm the public, the licence stays (R-LIFE-4)."""
        story = self.begun(shop)
        story.wang("food.revocation.tell_grounds", reason="程序有瑕疵")
        story.zhang("food.revocation.state_case", opinion="请保留")
        story.qian("food.revocation.keep", reason="撤销将严重损害公共利益")
        assert (story.state("food.revocation"), story.state("food")) == ("kept", "granted")
        assert (story.case.certificates[1].state, story.case.bans) == ("valid", {})

    def test_once_at_a_time_and_with_a_ground(self, shop):
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

    def test_with_compensation(self, shop):
        """Only with a decision and a compensation file; then the entry is to be struck off (R-LIFE-3, R-LIFE-5)."""
        story = granted(shop)
        with pytest.raises(DataInvalid):
            story.qian("food.withdraw_permit", reason="规划调整", document="区政府决定1号")
        story.qian("food.withdraw_permit", reason="规划调整", document="区政府决定1号", compensation="补偿方案1号")
        assert (story.state("food"), story.case.certificates[1].state) == ("recalled", "recalled")
        assert (story.case.state, story.tasks("food.deregistration")) == ("granted", [("scjg", "approver")])
        paper = next(n for n in story.case.notices.values() if n.kind == "permit_withdrawal")
        assert paper.body["remedies"]
        assert story.case.bans == {}


class TestBans:
    """禁止申请."""

    def test_false_material(self, shop):
        """One year from the decision, through the corresponding day; only where safety or health is concerned (R-ACC-10)."""
        for change, bans in ((SAFE, 1), ({}, 0)):
            story = shop.submitted("food", at="2026-03-09", change=change)
            story.li("food.decline", on="2026-03-10", reasons=["unfit"], ground="false_material")
            assert len(story.case.bans) == bans
        story = shop.submitted("food", at="2026-03-09", change=SAFE)
        story.li("food.decline", on="2026-03-10", reasons=["unfit"])
        assert story.case.bans == {}
        story = shop.submitted("food", at="2026-03-09", change=SAFE)
        story.li("food.decline", on="2026-03-10", reasons=["unfit"], ground="false_material")
        assert story.case.bans[1].until_on == date(2027, 3, 10)

    def test_intake(self, shop):
        """Refused with the law and the date through the last day; the day after, another item, another person: not (R-ACC-10)."""
        ban = Ban(
            1, "92999901MADEM0046F", "food", "false_material", date(2026, 3, 10), date(2027, 3, 10), "行政许可法 78"
        )
        with pytest.raises(Stopped, match="2027年3月10日以前不得再次申请") as refusal:
            shop.begun("food", at="2027-03-10").submit(bans=(ban,))
        assert refusal.value.law == "行政许可法 78"
        assert shop.begun("food", at="2027-03-11").submit(bans=(ban,)).state("food") == "received"
        assert shop.begun("drain", at="2027-03-10").submit(bans=(ban,)).state("drain") == "received"


class TestDelivery:
    """送达."""

    def test_at_the_counter(self, shop):
        """Remedies count from the day it reached the applicant, not from the decision (R-DEC-7)."""
        story = shop.submitted("food", at="2026-08-03", case={"channel": "counter"})
        story.li("food.decline", on="2026-08-07", reasons=["unfit"])
        n = next(n.n for n in story.case.notices.values() if n.kind == "not_accepted")
        assert story.case.notices[n].delivered_at is None
        for wrong in ({"date": "2026-08-06"}, {"date": "2026-08-12"}, {"date": "x"}, {"document": ""}, {"notice": 99}):
            with pytest.raises(DataInvalid):
                story.li(
                    "record_delivery",
                    on="2026-08-11",
                    **({"notice": n, "date": "2026-08-10", "document": "回证"} | wrong),
                )
        with pytest.raises(NotPermitted):
            story.wang("record_delivery", notice=n, date="2026-08-10", document="回证1号")
        story.li("record_delivery", notice=n, date="2026-08-10", document="回证1号")
        assert story.case.notices[n].delivered_at.date() == date(2026, 8, 10)
        receipt = list(story.case.notices.values())[-1]
        assert (receipt.kind, receipt.body["remedies"]["review_until"]) == ("delivery_receipt", "2026-10-09")
        with pytest.raises(ActionNotAllowed, match="已经送达"):
            story.li("record_delivery", notice=n, date="2026-08-10", document="回证1号")

    def test_online(self, shop):
        """What was delivered when it was issued waits for nobody."""
        story = granted(shop)
        with pytest.raises(ActionNotAllowed, match="没有等待登记送达"):
            story.li("record_delivery", notice=1, date="2026-09-24", document="回证")
