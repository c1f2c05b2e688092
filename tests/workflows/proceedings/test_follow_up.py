"""事后核查: who is drawn, what the check finds, and what a broken promise costs."""

import hashlib
import hmac
import json
from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.situation import UNDRAWN, Actor
from service.workflows.definition.release import Release
from tests.workflows.decided import revoke
from tests.workflows.rules.promises import granted, promised
from tests.workflows.story import Story, Town


def as_published_before(release: Release) -> Release:
    """Return the release as it was written when leaving `inspectors` out meant one."""
    written = json.dumps(release.document, ensure_ascii=False)
    before = Release(json.loads(written.replace(', "inspectors": 2', "")))
    assert before.hash != release.hash
    return before


class TestDraw:
    def test_anybody_can_repeat_the_draw(self, shop: type[Town]) -> None:
        """The draw follows from what is on record, so anybody can repeat it (R-SUP-1)."""
        first, second = granted(shop), granted(shop)
        assert first.case.commitments["fire"].draw == second.case.commitments["fire"].draw
        draw = first.case.commitments["fire"].draw
        promise = first.case.commitments["fire"]
        seed = hashlib.sha256(f"c0ffee:fire:{promise.text_sha256}".encode()).hexdigest()
        assert (draw.seed, draw.value, draw.drawn) == (
            seed,
            int(seed[:13], 16) / 16**13,
            True,
        )

    def test_with_a_lot_it_rests_on_what_nobody_knows(self, shop: type[Town]) -> None:
        """The same grant under another day's lot is another draw; with the lot anybody can repeat it (R-SUP-1)."""
        seeds = set()
        for lot in ("a" * 64, "b" * 64):
            story = promised(shop).until("2026-09-11")
            record, story.lot = story.case.last_hash, lot
            story.sun("fire.grant_by_commitment")
            draw = story.case.commitments["fire"].draw
            drawn_from = f"{story.case.id}:fire:{record}".encode()
            assert draw.seed == hmac.new(lot.encode(), drawn_from, hashlib.sha256).hexdigest()
            assert (draw.day, draw.record) == ("2026-09-11", record)
            seeds.add(draw.seed)
        assert len(seeds) == 2

    def test_who_only_looks_ahead_learns_nothing(self, shop: type[Town]) -> None:
        """A grant that is tried out draws nobody: otherwise one tries until the draw is as one likes."""
        story = promised(shop)
        story.lot = UNDRAWN
        story.sun("fire.grant_by_commitment", "2026-09-11")
        assert story.case.commitments["fire"].draw is None
        assert "fire.follow-up" not in story.case.items

    def test_a_share_of_none_checks_nobody(self, shop: type[Town]) -> None:
        """A share of none checks nobody and says so."""
        story = granted(shop, sample=0.0)
        assert ("fire.follow-up" in story.case.items, story.case.commitments["fire"].follow_up) == (
            False,
            "未抽中，免予核查",
        )

    @pytest.mark.parametrize(("grade", "sample"), [("A", 0.05), ("B", 0.2), ("C", 1.0), ("D", 1.0)])
    def test_the_share_is_that_of_the_class_of_credit(
        self, shop: type[Town], grade: str, sample: float
    ) -> None:
        """The share is that of the applicant's class where the region has a table, else the item's own (R-SUP-2)."""
        story = promised(shop, policy={"credit_sampling": {"A": 5, "B": 20, "C": 100}})
        story.credit_class = grade
        story.sun("fire.grant_by_commitment", "2026-09-11")
        draw = story.case.commitments["fire"].draw
        assert (draw.credit_class, draw.sample, draw.drawn) == (
            grade,
            sample,
            draw.value < sample,
        )

    def inspected(self, shop: type[Town]) -> Story:
        """Grant where several could check; sun, who grants, is an inspector as well, and he is zhang's cousin he."""
        story = promised(shop)
        story.staff = {("xf", "inspector"): ("zhou", "sun", "he", "tian", "yu")}
        story.subjects = {"he": story.case.applicant_id}
        story.sun("fire.grant_by_commitment", "2026-09-11")
        return story

    def test_inspectors_are_drawn_by_lot(self, shop: type[Town]) -> None:
        """Who checks is drawn by lot; never who granted, nor who applies; anybody can draw again (R-SUP-1)."""
        story = self.inspected(shop)
        draw = story.case.commitments["fire"].draw
        lot, seed = draw.inspectors, draw.seed
        free = sorted(
            ["zhou", "tian", "yu"],
            key=lambda who: hashlib.sha256(f"{seed}:{who}".encode()).hexdigest(),
        )
        assert lot.among == ("he", "sun", "tian", "yu", "zhou")
        assert (lot.barred, lot.drawn) == (("he", "sun"), tuple(free[:2]))
        task = next(t for t in story.case.tasks.values() if t.item == "fire.follow-up")
        assert task.person == free[0]
        others = Actor(free[2], "clerk", "xf", frozenset({"inspector"}))
        with pytest.raises(ActionNotAllowed, match="认领"):
            story.act(others, "fire.follow-up.pass")
        one = Actor(free[0], "clerk", "xf", frozenset({"inspector"}))
        seen = story.seen("fire.follow-up", free[0])
        story.act(one, "fire.follow-up.pass", **{**seen, "officers": free})
        assert story.state("fire.follow-up") == "passed"

    def test_one_person_is_drawn_once(self, shop: type[Town]) -> None:
        """Nor is who granted drawn with another account: of each person one account takes part."""
        story = promised(shop)
        story.staff = {("xf", "inspector"): ("zhou", "sun2", "tian", "tian2", "yu")}
        story.subjects = {"sun": "P1", "sun2": "p1", "tian": "P2", "tian2": "P2"}
        story.sun("fire.grant_by_commitment", "2026-09-11")
        lot = story.case.commitments["fire"].draw.inspectors
        assert lot.barred == ("sun2", "tian2")
        assert len(lot.drawn) == 2

    def test_the_two_who_were_drawn_check(self, shop: type[Town]) -> None:
        """Two are drawn where the item says nothing, and both stand in the record of the check (行政许可法 34)."""
        story = self.inspected(shop)
        drawn = story.case.commitments["fire"].draw.inspectors.drawn
        assert len(set(drawn)) == 2
        seen = story.seen("fire.follow-up", drawn[0])
        del seen["officers"]
        one = Actor(drawn[0], "clerk", "xf", frozenset({"inspector"}))
        story.act(one, "fire.follow-up.pass", **seen)
        assert story.events[-1].data["officers"] == list(drawn)

    @pytest.mark.parametrize("published", [False, True])
    def test_a_check_is_by_two(self, shop: type[Town], published: bool) -> None:
        """Who checks alone is told so, also under a release that draws one by lot (行政许可法 34)."""
        story = promised(shop)
        if published:
            story.release = as_published_before(story.release)
        story.staff = {("xf", "inspector"): ("zhou", "tian", "yu"), ("xf", "reviewer"): ("zheng",)}
        story.sun("fire.grant_by_commitment", "2026-09-11")
        drawn = story.case.commitments["fire"].draw.inspectors.drawn
        assert len(drawn) == (1 if published else 2)
        one = Actor(drawn[0], "clerk", "xf", frozenset({"inspector"}))
        seen = story.seen("fire.follow-up", drawn[0])
        with pytest.raises(DataInvalid, match="两名"):
            story.act(one, "fire.follow-up.pass", **{**seen, "officers": [drawn[0]]})
        story.act(one, "fire.follow-up.pass", **{**seen, "officers": [drawn[0], "zheng"]})


class TestFollowUp:
    def test_a_check_that_finds_all_in_order_ends_it(self, shop: type[Town]) -> None:
        """A check that finds all in order ends it; the closed case stays as it was."""
        story = granted(shop)
        closed = story.case.closed_at
        story.checks("zhou", "fire.follow-up.pass", "2026-10-12")
        assert (story.state("fire.follow-up"), story.case.closed_at, story.case.state) == (
            "passed",
            closed,
            "granted",
        )

    def test_what_was_put_right_is_checked_again_in_three_days(self, shop: type[Town]) -> None:
        """S-14: put right in time, checked again within three days of the report or of the end (R-NCP-9)."""
        story = granted(shop)
        story.checks(
            "zhou", "fire.follow-up.order_rectify", "2026-10-09", reasons=["unfit"], days=10
        )
        assert (story.due("fire.follow-up.rectify"), story.case.state) == (
            date(2026, 10, 22),
            "granted",
        )
        story.zhang("fire.follow-up.report_rectified", "2026-10-20")
        assert story.due("fire.follow-up.recheck") == date(2026, 10, 23)
        story.checks("zhou", "fire.follow-up.pass")

    def test_a_mismatch_is_told_in_three_days(self, shop: type[Town]) -> None:
        """S-14: a check on Tue 09-29 finds a mismatch: the notice to rectify is due Fri 10-09 (R-NCP-9)."""
        story = granted(shop)
        story.checks(
            "zhou", "fire.follow-up.record_mismatch", "2026-09-29", findings="疏散标志损坏。"
        )
        assert story.due("fire.follow-up.rectify_notice") == date(2026, 10, 9)
        assert story.clock("fire.follow-up.check").state == "settled"
        story.checks(
            "zhou", "fire.follow-up.order_rectify", "2026-10-09", reasons=["unfit"], days=10
        )
        assert (story.papers()[-1], story.due("fire.follow-up.rectify")) == (
            "rectification",
            date(2026, 10, 22),
        )

    def test_an_officer_says_whether_it_was_false_or_not_kept(self, shop: type[Town]) -> None:
        """Not put right is not the same as false: an officer says which, with reasons (R-NCP-9)."""
        story = granted(shop)
        with pytest.raises(ActionNotAllowed):
            story.checks("zhou", "fire.follow-up.find_unkept", "2026-09-29", reasons=["unfit"])
        story.checks(
            "zhou", "fire.follow-up.order_rectify", "2026-10-09", reasons=["unfit"], days=10
        )
        story.until("2026-10-23T00:00")
        with pytest.raises(DataInvalid):
            story.checks("zhou", "fire.follow-up.find_unkept")
        story.checks("zhou", "fire.follow-up.find_unkept", reasons=["unfit"])
        assert story.item("fire.follow-up").outcome == "unkept"

    def test_the_check_comes_due_without_a_report(self, shop: type[Town]) -> None:
        """Without a report the check comes due by itself at the end of the time given."""
        story = granted(shop)
        story.checks(
            "zhou", "fire.follow-up.order_rectify", "2026-10-09", reasons=["unfit"], days=10
        )
        story.until("2026-10-23T00:00")
        assert (story.state("fire.follow-up"), story.due("fire.follow-up.recheck")) == (
            "rechecking",
            date(2026, 10, 27),
        )

    def test_a_false_promise_costs_the_grant_and_the_next_promise(self, shop: type[Town]) -> None:
        """A false promise: credit record, revocation by the head, and the next promise is not open (R-NCP-3, 9)."""
        story = granted(shop)
        with pytest.raises(DataInvalid):
            story.checks("zhou", "fire.follow-up.find_false", "2026-09-29")
        story.checks("zhou", "fire.follow-up.find_false", reasons=["unfit"])
        credit = story.case.credits[1]
        assert (credit.subject, credit.kind, credit.excluded) == (
            story.case.applicant_id,
            "false_commitment",
            True,
        )
        assert story.case.certificates[1].state == "valid"  # only a decision ends it
        revoke(story, "fire", "jiang", "zheng")
        assert story.case.certificates[1].state == "revoked"
        again = promised(shop, excluded=any(c.excluded for c in story.case.credits.values()))
        assert again.item("fire").handling == "ordinary"

    def test_a_late_check_is_the_departments_breach(self, shop: type[Town]) -> None:
        """A check not done in time is the department's breach; the grant stands (R-NCP-8)."""
        story = granted(shop).until("2026-10-16T00:00")
        assert (story.clock("fire.follow-up.check").card, story.state("fire")) == ("red", "granted")
        assert story.state("fire.follow-up") == "due"

    def test_not_by_the_one_who_granted(self, shop: type[Town]) -> None:
        """Who granted does not check (双随机)."""
        story = granted(shop)
        both = Actor("sun", "clerk", "xf", frozenset({"approver", "inspector"}))
        with pytest.raises(ActionNotAllowed, match="换人"):
            story.act(both, "fire.follow-up.pass")

    def test_not_for_the_applicant_to_withdraw(self, shop: type[Town]) -> None:
        """The applicant cannot withdraw from the check."""
        story = granted(shop)
        with pytest.raises(NotPermitted):
            story.zhang("fire.follow-up.withdraw")
        assert "fire.follow-up.withdraw" not in story.offers("zhang")

    def test_a_filing_on_a_promise_is_checked_as_well(self, shop: type[Town]) -> None:
        """A lifecycle without a promise of its own is checked after as well."""
        commitment = {**shop.items["fire"]["commitment"], "waives": ["sketch"], "eligible": None}
        del commitment["eligible"]
        story = shop.submitted(
            "sign",
            change={"sign": {"commitment": commitment}},
            case={"handling": {"sign": "commitment"}},
        )
        assert story.state("sign") == "received"
        story.li("sign.file")
        assert (story.state("sign"), story.state("sign.follow-up")) == ("filed", "due")
