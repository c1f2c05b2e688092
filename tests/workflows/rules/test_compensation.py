"""赔偿、补偿: what is lost by a revocation on the authority's fault, or by a permit taken back, is claimed and answered."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, NotPermitted
from service.workflows.case.parts import Notice
from tests.workflows.decided import granted, revoke
from tests.workflows.story import Story, Town

LOSS = {"reason": "装修损失 80000 元，附合同和发票"}


def revoked(shop: type[Town], ground: str = "incompetent") -> Story:
    """Revoked on 2026-09-29, four days after it was handed out."""
    story = granted(shop)
    story.until("2026-09-29")
    return revoke(story, ground=ground)


def last(story: Story) -> Notice:
    """Return the newest paper."""
    return list(story.case.notices.values())[-1]


class TestClaim:
    def test_it_is_answered_within_two_months(self, shop: type[Town]) -> None:
        """Claimed on 2026-10-12, decided by 12-14 for 12-12 is a Saturday; red and a breach on the day after (国家赔偿法 13)."""
        story = revoked(shop)
        story.zhang("food.claim_loss", "2026-10-12", **LOSS)
        assert story.papers()[-1] == "loss_claim"
        assert "80000" in last(story).body["text"]
        assert story.due("food.loss-claim.decision") == date(2026, 12, 14)
        assert story.tasks("food.loss-claim") == [("scjg", "head")]
        story.until("2026-12-15")
        assert story.clock("food.loss-claim.decision").card == "red"
        assert "food.loss-claim.statutory_breach" in story.did()
        story.qian("food.loss-claim.award", reason="损失属实。", document="赔决1号")
        paper = last(story)
        assert (paper.kind, "赔决1号" in paper.body["text"]) == ("compensation_award", True)
        # not sixty days and six months: three months to the court alone (国家赔偿法 14)
        assert "三个月" in paper.body["remedies"]["text"]
        assert "review_until" not in paper.body["remedies"]
        assert (story.state("food"), story.state("food.loss-claim")) == ("revoked", "awarded")

    def test_it_may_be_refused_with_its_reason(self, shop: type[Town]) -> None:
        """In writing, once: what was decided is not claimed again."""
        story = revoked(shop)
        story.zhang("food.claim_loss", "2026-10-12", **LOSS)
        with pytest.raises(ActionNotAllowed, match="正在进行"):
            story.zhang("food.claim_loss", **LOSS)
        story.qian("food.loss-claim.reject_claim", reason="没有证明材料")
        assert "没有证明材料" in last(story).body["text"]
        with pytest.raises(ActionNotAllowed, match="已经要求过"):
            story.zhang("food.claim_loss", **LOSS)

    @pytest.mark.parametrize("ground", ["fraud", "false_material"])
    def test_not_by_who_brought_it_about(self, shop: type[Town], ground: str) -> None:
        """What was got by fraud is not protected (69 ④); it is not offered as possible."""
        story = revoked(shop, ground)
        assert not story.offers("zhang")["food.claim_loss"].allowed
        with pytest.raises(ActionNotAllowed, match="不受保护"):
            story.zhang("food.claim_loss", **LOSS)

    def test_by_the_holder_alone_and_only_after_it_ended(self, shop: type[Town]) -> None:
        """Nobody else; not while the licence stands."""
        with pytest.raises(ActionNotAllowed):
            granted(shop).zhang("food.claim_loss", **LOSS)
        with pytest.raises(NotPermitted):
            revoked(shop).stranger("food.claim_loss", **LOSS)

    def test_a_permit_taken_back_is_compensated(self, shop: type[Town]) -> None:
        """撤回 is lawful, and so is the loss made good: an ordinary decision with its ordinary remedies (8 ②)."""
        story = granted(shop)
        taken_back = {
            "reason": "规划调整",
            "document": "会议纪要1号",
            "compensation": "补偿方案1号",
        }
        story.qian("food.withdraw_permit", "2026-10-09", **taken_back)
        story.zhang("food.claim_loss", "2026-10-12", **LOSS)
        story.qian("food.loss-claim.reject_claim", reason="已经按方案补偿")
        assert "review_until" in last(story).body["remedies"]
