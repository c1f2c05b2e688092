"""The decision: what it carries, what follows from it, and how an item ends without one."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.decided import deciding, revoke
from tests.workflows.story import Town


class TestDecide:
    def test_a_grant_starts_the_days_for_handing_out(self, shop: type[Town]) -> None:
        """A grant makes the certificate and starts the ten days for handing it out, which move none of its days (R-DEC-6)."""
        story = deciding(shop, at="2026-09-18")
        story.zhao("food.grant", opinion="同意。")
        assert (story.state("food"), story.due("food.issue")) == ("issuing", date(2026, 10, 9))
        assert (story.item("food").decided_by, story.case.certificates[1].state) == ("zhao", "made")
        story.li("food.issue", "2026-09-20")
        card = story.case.certificates[1]
        assert (card.number, card.issued_on, card.valid_from, card.valid_until, card.state) == (
            "F9999010001",
            date(2026, 9, 18),
            date(2026, 9, 18),
            date(2031, 9, 18),
            "valid",
        )
        assert (story.case.state, story.item("food").served_on) == ("granted", date(2026, 9, 20))
        assert story.papers()[-2:] == ["issue", "result"]

    def test_a_refusal_has_reasons_and_remedies(self, shop: type[Town]) -> None:
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
    def test_an_opinion_is_said_in_words(self, shop: type[Town], opinion: Any) -> None:
        """An opinion is said in words, within bounds."""
        with pytest.raises(DataInvalid):
            deciding(shop).zhao("food.grant", opinion=opinion)

    def test_what_nobody_reads_is_not_taken(self, shop: type[Town]) -> None:
        """What nobody reads is not taken."""
        with pytest.raises(DataInvalid):
            deciding(shop).zhao("food.grant", opinion="同意", colour="red")

    def test_sent_back_the_limit_runs_on(self, shop: type[Town]) -> None:
        """退回: the item goes back to the same reviewer; the limit runs on (R-CLK-2)."""
        story = deciding(shop)
        due = story.due("food.decision", "statutory")
        story.zhao("food.send_back", opinion="请补充意见。")
        assert (story.state("food"), story.due("food.decision", "statutory")) == ("reviewing", due)
        task = next(t for t in story.case.tasks.values() if t.done_at is None)
        assert (task.post, task.person) == ("reviewer", "wang")

    def test_nothing_is_decided_before_it_is_accepted(self, shop: type[Town]) -> None:
        """Nothing is decided that was not accepted."""
        story = shop.submitted("food")
        for action in ("propose", "grant", "refuse", "issue"):
            with pytest.raises(ActionNotAllowed):
                {"propose": story.wang, "issue": story.li}.get(action, story.zhao)(
                    f"food.{action}", opinion="同意", reasons=["unfit"]
                )

    def test_nothing_is_decided_by_silence(self, shop: type[Town]) -> None:
        """S-18: past the limit the item is red and still undecided (R-DEC-8)."""
        story = shop.accepted("food", at="2026-07-06").until("2026-12-01")
        assert (story.state("food"), story.clock("food.decision").card) == ("reviewing", "red")

    def test_the_head_revokes_a_grant(self, shop: type[Town]) -> None:
        """撤销: the head ends a grant; its certificate is no longer valid, the closed case stays closed (R-LIFE-4)."""
        story = deciding(shop)
        story.zhao("food.grant", opinion="同意。")
        story.li("food.issue")
        closed = story.case.closed_at
        with pytest.raises(NotPermitted):
            story.zhao("food.start_revocation", ground="other", reason="材料不实")
        revoke(story.until("2026-12-01"))
        assert (story.state("food"), story.case.certificates[1].state) == ("revoked", "revoked")
        assert (story.case.state, story.case.closed_at) == ("granted", closed)


class TestTerminate:
    @pytest.mark.parametrize(
        "stage", ["received", "correcting", "reviewing", "special", "deciding"]
    )
    def test_ends_the_item(self, shop: type[Town], stage: str) -> None:
        """R-CLK-6: died on 07-10 — ended with reasons, document and remedies; the limit of 07-20 is not reported overdue."""
        story = shop.submitted(
            "food", at="2026-07-03", missing=("plan",) if stage == "correcting" else ()
        )
        if stage == "correcting":
            story.li("food.note_defects", reasons=["plan-no-size"])
            story.li("notify_correction")
        elif stage != "received":
            story.li("food.accept", "2026-07-06")
        if stage == "special":
            story.wang(
                "food.start_special",
                procedure="testing",
                basis="某法 9",
                notice_text="送检。",
                days=5,
            )
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
            "terminated",
            "stopped",
            "申请人死亡，该许可属于特定个人",
            None,
        )
        paper = next(n for n in story.case.notices.values() if n.kind == "termination")
        assert paper.body["remedies"]
        assert paper.body["points"] == ["申请人死亡，该许可属于特定个人"]
        assert story.case.state == "terminated"
        story.until("2026-08-30")
        assert not [
            n for n in story.case.notices.values() if n.kind in ("red_card", "statutory_breach")
        ]

    def test_what_is_handed_over_does_not_end_so(self, shop: type[Town]) -> None:
        """What was handed over ends by revocation or deregistration, not so."""
        story = deciding(shop)
        story.zhao("food.grant", opinion="同意。")
        story.li("food.issue")
        with pytest.raises(ActionNotAllowed):
            story.qian("food.terminate", reasons=["unfit"], document="证明")

    def test_who_died_before_the_handing_over(self, shop: type[Town]) -> None:
        """Granted, and it can reach nobody any more: the certificate is void, its entry is struck off (行政许可法 70 ②③)."""
        story = deciding(shop)
        story.zhao("food.grant", opinion="同意。")
        story.qian("food.terminate", reasons=["unfit"], document="死亡证明")
        assert (story.item("food").outcome, story.case.certificates[1].state) == ("stopped", "void")
        assert story.tasks("food.deregistration") == [("scjg", "approver")]

    def test_also_before_its_turn(self, shop: type[Town]) -> None:
        """An item that still waits for another is ended the same way (R-CLK-6)."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]})
        with pytest.raises(NotPermitted):
            story.qian("drain.terminate", reasons=["unfit"], document="证明")
        story.zhu("drain.terminate", reasons=["unfit"], document="死亡证明")
        assert (story.state("drain"), story.item("drain").outcome) == ("terminated", "stopped")

    @pytest.mark.parametrize(("item", "head"), [("tax", "qian"), ("look-up", "zhu")])
    def test_whatever_the_lifecycle(self, shop: type[Town], item: str, head: str) -> None:
        """What is done at once and what one office asks another can be ended as well."""
        story = shop.submitted(item)
        getattr(story, head)(f"{item}.terminate", reasons=["unfit"], document="死亡证明")
        assert story.item(item).outcome == "stopped"

    def test_the_other_items_go_on(self, shop: type[Town]) -> None:
        """The other items of the case are not touched."""
        story = shop.accepted("food", "drain")
        story.qian("food.terminate", reasons=["unfit"], document="证明")
        assert story.state("drain") == "reviewing"
