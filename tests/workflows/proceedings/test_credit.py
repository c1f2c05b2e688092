"""信用: what a broken promise leaves behind, the right to be heard before a revocation, the way to repair it."""

from copy import copy
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.authoring.standard import standard_lifecycles
from service.workflows.calendar import TZ
from service.workflows.case.situation import Actor
from service.workflows.proceedings import defence
from service.workflows.proceedings.kind import begin
from service.workflows.worksheet import Work
from tests.workflows.decided import revoke
from tests.workflows.story import Story, Town

PROOF = {"document": "消防验收意见书", "pledge": True}


def broken(
    shop: type[Town], on: str = "2026-09-29", severity: str = "ordinary", **of: Any
) -> Story:
    """Let zhou find on a day that what zhang promised for fire on 09-10 was false."""
    story = shop.submitted(
        "fire", at="2026-09-10T15:00", case={"handling": {"fire": "commitment"}}, **of
    )
    story.sun("fire.grant_by_commitment", "2026-09-11")
    story.li("fire.issue")
    story.checks("zhou", "fire.follow-up.find_false", on, reasons=["unfit"], severity=severity)
    return story


def heard_beside(story: Story) -> Story:
    """Open the right to be heard beside the revocation, as releases before ADR 0037 did."""
    story.release = copy(story.release)
    known = {defence.KIND.code: standard_lifecycles()[defence.KIND.code]}
    story.release.lifecycles = {**story.release.lifecycles, **known}
    work = Work(story.situation, story.case)
    begin(work, defence.KIND, "fire", department="xf")
    story.case = work.case
    return story


class TestRecord:
    def test_a_record_says_which_breach_and_how_grave(self, shop: type[Town]) -> None:
        """A record says which breach, how grave, from when it may be repaired and until when it counts (R-NCP-9)."""
        credit = broken(shop).case.credits[1]
        assert (credit.kind, credit.severity, credit.excluded, credit.repair) == (
            "false_commitment",
            "ordinary",
            True,
            "fire.repair",
        )
        assert (credit.repair_from, credit.ends_on) == (date(2026, 12, 29), date(2027, 9, 29))

    def test_not_put_right_is_no_false_promise(self, shop: type[Town]) -> None:
        """Who did not put it right made no false promise: the record says so."""
        story = shop.submitted(
            "fire", at="2026-09-10T15:00", case={"handling": {"fire": "commitment"}}
        )
        story.sun("fire.grant_by_commitment", "2026-09-11")
        story.checks(
            "zhou", "fire.follow-up.order_rectify", "2026-10-09", reasons=["unfit"], days=10
        )
        story.until("2026-10-23T00:00")
        story.checks("zhou", "fire.follow-up.find_unkept", reasons=["unfit"])
        assert story.case.credits[1].kind == "unkept_commitment"

    def test_both_papers_at_once(self, shop: type[Town]) -> None:
        """The finding and the notice how to repair it go out together, with reasons and remedies (R-SUP-4 两书同达)."""
        story = broken(shop)
        finding, repair = list(story.case.notices.values())[-2:]
        assert (finding.kind, repair.kind) == ("credit_recorded", "repair_notice")
        assert finding.issued_at == repair.issued_at
        assert finding.body["points"] == ["不符合条件"]
        assert finding.body["remedies"]
        assert "2026年12月29日" in repair.body["text"]

    def test_grave_as_an_officer_says(self, shop: type[Town]) -> None:
        """How grave it was is one of three, nothing else."""
        with pytest.raises(DataInvalid, match="失信程度"):
            broken(shop, severity="terrible")


class TestRepair:
    def test_nobody_applies_before_its_day(self, shop: type[Town]) -> None:
        """A serious record of 2025-11-03 with one year may be repaired from 2026-11-03, not on 11-02 (R-SUP-4)."""
        story = shop.submitted("fire", at="2025-10-14", case={"handling": {"fire": "commitment"}})
        story.sun("fire.grant_by_commitment")
        story.checks(
            "zhou", "fire.follow-up.find_false", "2025-11-03", reasons=["unfit"], severity="serious"
        )
        with pytest.raises(ActionNotAllowed, match="2026年11月3日"):
            story.zhang("fire.repair.apply_repair", "2026-11-02", **PROOF)
        assert not story.offers("zhang")["fire.repair.apply_repair"].allowed
        story.zhang("fire.repair.apply_repair", "2026-11-03", **PROOF)
        assert story.due("fire.repair.decision") == date(2026, 11, 6)

    def test_the_exclusion_ends_with_the_decision(self, shop: type[Town]) -> None:
        """The exclusion ends with the decision, and says on which day."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-10-08", **PROOF)
        assert story.case.credits[1].excluded
        story.zheng("fire.repair.propose_repair", opinion="看过文书。")
        story.sun("fire.repair.grant_repair", "2026-10-09", opinion="已经履行。")
        credit = story.case.credits[1]
        assert (credit.excluded, credit.repaired_on, story.papers()[-1]) == (
            False,
            date(2026, 10, 9),
            "repair_granted",
        )

    def test_the_record_stands_after_a_refusal(self, shop: type[Town]) -> None:
        """A refusal has reasons and remedies; the record stands, and one may apply again."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-10-08", **PROOF)
        story.zheng("fire.repair.propose_repair", opinion="看过文书。")
        with pytest.raises(DataInvalid):
            story.sun("fire.repair.refuse_repair")
        story.sun("fire.repair.refuse_repair", reasons=["unfit"])
        paper = list(story.case.notices.values())[-1]
        assert (paper.kind, paper.body["points"], story.case.credits[1].excluded) == (
            "repair_refused",
            ["不符合条件"],
            True,
        )
        assert paper.body["remedies"]
        story.zhang("fire.repair.apply_repair", **PROOF)

    @pytest.mark.parametrize("lacks", ["document", "pledge"])
    def test_with_proof_and_promise(self, shop: type[Town], lacks: str) -> None:
        """Without proof of performance, or without a promise, it is no application."""
        story = broken(shop, severity="minor")
        with pytest.raises(DataInvalid):
            story.zhang(
                "fire.repair.apply_repair", **{k: v for k, v in PROOF.items() if k != lacks}
            )

    def test_put_off_once_by_the_head(self, shop: type[Town]) -> None:
        """Three days, and three more if the head says why."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-10-12", **PROOF)
        with pytest.raises(DataInvalid, match="3"):
            story.jiang("fire.repair.extend", days=4, reason="核对文书")
        story.jiang("fire.repair.extend", days=3, reason="核对文书")
        assert story.due("fire.repair.decision") == date(2026, 10, 20)
        with pytest.raises(ActionNotAllowed):
            story.jiang("fire.repair.extend", days=1, reason="核对文书")

    def test_the_term_ends_it_without_a_repair(self, shop: type[Town]) -> None:
        """What is not repaired ends with its term, counted from the record, also while nobody looks."""
        story = broken(shop, severity="minor").until("2026-12-29T23:59")
        assert story.case.credits[1].excluded
        story.until("2026-12-30T00:00")
        credit = story.case.credits[1]
        assert (credit.excluded, credit.repaired_on, story.state("fire.repair")) == (
            False,
            None,
            "expired",
        )

    def test_an_application_leaves_the_term_as_it_was(self, shop: type[Town]) -> None:
        """The term counts from the record, whatever is applied for and refused meanwhile."""
        story = broken(shop, severity="minor")
        ends = story.due("fire.repair.term")
        story.zhang("fire.repair.apply_repair", "2026-10-12", **PROOF)
        story.zheng("fire.repair.propose_repair", opinion="看过文书。")
        story.jiang("fire.repair.refuse_repair", "2026-10-13", reasons=["unfit"])
        assert story.due("fire.repair.term") == ends == story.case.credits[1].ends_on

    def test_the_term_ends_while_the_repair_is_being_decided(self, shop: type[Town]) -> None:
        """Asking for repair lengthens no exclusion: the record ends on its day, whatever is still undecided (R-SUP-4)."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-12-28", **PROOF)
        assert story.until("2026-12-29T23:59").case.credits[1].excluded
        story.until("2026-12-30T00:00")
        assert (story.case.credits[1].excluded, story.state("fire.repair")) == (False, "expired")
        assert story.papers()[-1] == "credit_expired"

    def test_a_second_application_has_days_of_its_own(self, shop: type[Town]) -> None:
        """What was refused may be asked for again; the three days of the decision begin with it."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-10-12", **PROOF)
        story.zheng("fire.repair.propose_repair", opinion="看过文书。")
        story.jiang("fire.repair.refuse_repair", "2026-10-14", reasons=["unfit"])
        story.zhang("fire.repair.apply_repair", "2026-10-19", **PROOF)
        assert story.due("fire.repair.decision") == date(2026, 10, 22)

    def test_the_region_sets_its_times(self, shop: type[Town]) -> None:
        """Periods are parameters of the region; what it does not say stays as it is."""
        policy = {"repair_after": {"ordinary": "6mo"}, "credit_term": {"ordinary": "2y"}}
        credit = broken(shop, policy=policy).case.credits[1]
        assert (credit.repair_from, credit.ends_on) == (date(2027, 3, 29), date(2028, 9, 29))

    def test_one_reviews_another_decides(self, shop: type[Town]) -> None:
        """Nobody decides before somebody has looked into it, nor alone, nor who found the breach (R-SEC-4)."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", "2026-10-08", **PROOF)
        finder = Actor("zhou", "clerk", "xf", frozenset({"reviewer", "approver"}))
        both = Actor("zheng", "clerk", "xf", frozenset({"reviewer", "approver"}))
        with pytest.raises(ActionNotAllowed, match="审查中"):
            story.sun("fire.repair.grant_repair", opinion="同意。")
        with pytest.raises(ActionNotAllowed, match="认定失信的人"):
            story.act(finder, "fire.repair.propose_repair", opinion="看过。")
        story.act(both, "fire.repair.propose_repair", opinion="看过文书。")
        with pytest.raises(ActionNotAllowed, match="审查人不能同时作出决定"):
            story.act(both, "fire.repair.grant_repair", opinion="同意。")
        with pytest.raises(ActionNotAllowed, match="认定失信的人"):
            story.act(finder, "fire.repair.grant_repair", opinion="同意。")
        story.sun("fire.repair.grant_repair", opinion="同意。")
        assert not story.case.credits[1].excluded

    def test_only_the_applicant_applies(self, shop: type[Town]) -> None:
        """Nobody repairs for somebody else, and nobody decides from another department."""
        story = broken(shop, severity="minor")
        for person in ("stranger", "sun", "li"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("fire.repair.apply_repair", **PROOF)
        story.zhang("fire.repair.apply_repair", **PROOF)
        with pytest.raises(NotPermitted):
            story.zhao("fire.repair.grant_repair", opinion="同意。")


class TestDefence:
    """Who loses a licence is heard once, in the proceeding that decides (行政许可法 36、47; ADR 0037)."""

    @pytest.mark.parametrize(
        ("region", "last"),
        [({}, date(2026, 10, 12)), ({"revocation_hearing": "10wd"}, date(2026, 10, 19))],
    )
    def test_as_long_as_the_region_gives(
        self, shop: type[Town], region: dict[str, str], last: date
    ) -> None:
        """The period runs from the notice of the intended revocation: five working days, or the region's longer one."""
        story = broken(shop, policy=region)
        assert "fire.defence" not in story.case.items
        assert "陈述、申辩" in list(story.case.notices.values())[-2].body["note"]
        with pytest.raises(NotPermitted, match="启动程序"):
            story.jiang("fire.revoke", reasons=["unfit"])
        story.jiang("fire.start_revocation", ground="unqualified", reason="材料不实")
        story.zheng("fire.revocation.tell_grounds", reason="经查材料不实")
        assert story.due("fire.revocation.statement") == last
        with pytest.raises(ActionNotAllowed):
            story.jiang("fire.revocation.decide_revoke", reasons=["unfit"])
        story.until(datetime.combine(last, time(23), TZ))
        assert story.state("fire.revocation") == "stating"
        story.until(datetime.combine(last, time(), TZ) + timedelta(days=1))
        assert story.state("fire.revocation") == "deciding"
        story.jiang("fire.revocation.decide_revoke", reasons=["unfit"])
        assert story.state("fire") == "revoked"

    def test_one_that_was_opened_before_still_bars(self, shop: type[Town]) -> None:
        """What an earlier release opened beside it was told with its last day: until then, or a waiver, nothing is revoked."""
        story = heard_beside(broken(shop, policy={"revocation_hearing": "5wd"}))
        assert story.due("fire.defence.window") == date(2026, 10, 12)
        with pytest.raises(ActionNotAllowed, match="2026年10月12日"):
            revoke(story.until("2026-10-10"), "fire", "jiang", "zheng")
        with pytest.raises(NotPermitted):
            story.jiang("fire.defence.waive")
        story.zhang("fire.defence.waive")
        story.jiang("fire.revocation.decide_revoke", reasons=["unfit"])
        assert story.state("fire") == "revoked"

    def test_a_hearing_that_was_asked_for_in_it_is_held(self, shop: type[Town]) -> None:
        """Who asked for a hearing there gets it before the revocation, however long it takes."""
        story = heard_beside(broken(shop, policy={"revocation_hearing": "5wd"}))
        story.zhang("fire.defence.ask_hearing")
        with pytest.raises(ActionNotAllowed):
            revoke(story.until("2026-11-02"), "fire", "jiang", "zheng")
        story.jiang("fire.defence.record_hearing", findings="属实。", document="听证笔录3号")
        story.jiang("fire.revocation.decide_revoke", reasons=["unfit"])

    def test_the_revocation_cites_the_check(self, shop: type[Town]) -> None:
        """The revocation names the check it rests on, and ends the certificate."""
        story = broken(shop)
        revoke(story, "fire", "jiang", "zheng")
        number = next(n.number for n in story.case.notices.values() if n.kind == "credit_recorded")
        told = next(event for event in story.events if event.action == "revoke").data
        assert (told["check"], told["paper"]) == (
            "fire.follow-up",
            number,
        )
        paper = next(n for n in story.case.notices.values() if n.kind == "revocation")
        assert number in paper.body["note"]
        assert story.case.certificates[1].state == "revoked"

    def test_who_found_the_breach_does_not_decide_on_the_repair(self, shop: type[Town]) -> None:
        """Whoever found the breach has the post of an inspector, not that of who decides on the repair."""
        story = broken(shop, severity="minor")
        story.zhang("fire.repair.apply_repair", **PROOF)
        with pytest.raises(NotPermitted):
            story.act(
                Actor("zhou", "clerk", "xf", frozenset({"inspector"})),
                "fire.repair.grant_repair",
                opinion="可以。",
            )
