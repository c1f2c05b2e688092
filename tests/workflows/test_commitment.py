"""告知承诺: chosen freely, granted on form, checked afterwards, and what a broken promise costs."""

import hashlib
from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotEligible, NotPermitted
from service.workflows.situation import Actor

CHOICE = {"handling": {"fire": "commitment"}}


def promised(shop, *items, at="2026-09-10T15:00", **of):
    """Let zhang promise for the fire check."""
    return shop.submitted(*(items or ("fire",)), at=at, case=CHOICE, **of)


def changed(shop, **of):
    """Change what the fire item says about promises."""
    return {"fire": {"commitment": {**shop.items["fire"]["commitment"], **of}}}


def granted(shop, sample=1.0, **of):
    """Grant on the promise and hand out."""
    commitment = shop.items["fire"]["commitment"]
    follow_up = {**commitment["follow_up"], "sample": sample}
    story = promised(shop, change={"fire": {"commitment": {**commitment, "follow_up": follow_up}}}, **of)
    story.sun("fire.grant_by_commitment", "2026-09-11")
    story.li("fire.issue")
    return story


class TestChoose:
    def test_pledged(self, shop):
        """The promise is accepted with its own limit; the text that was shown is kept by hash (R-NCP-4, 5, 6)."""
        story = promised(shop)
        fire, promise = story.item("fire"), story.case.commitments["fire"]
        assert (fire.state, fire.accepted_on, story.tasks("fire")) == (
            "pledged",
            date(2026, 9, 10),
            [("xf", "approver")],
        )
        assert story.due("fire.decision", "promised") == date(2026, 9, 11)
        assert promise.text_sha256 == hashlib.sha256(story.release.texts["fire-v1"].encode()).hexdigest()
        assert (promise.chosen_by, promise.chosen_at) == ("zhang", shop.moment("2026-09-10T15:00"))

    def test_never_by_default(self, shop):
        """Who chooses nothing is handled the ordinary way (R-NCP-2)."""
        story = shop.submitted("fire")
        assert (story.state("fire"), story.case.commitments) == ("received", {})

    def test_waived(self, shop):
        """What the promise replaces is not asked for; in the ordinary way it is."""
        assert [m.material for m in promised(shop).case.materials.values()] == ["plan"]
        assert shop.submitted("fire", missing=("proof",)).case.notices[1].body["missing"] == ["消防验收证明"]

    @pytest.mark.parametrize(("excluded", "why"), [(True, "失信"), (False, "适用条件")])
    def test_not_open(self, shop, excluded, why):
        """Who is not eligible goes the ordinary way and is told why; it is no refusal (R-NCP-3, S-15)."""
        small = {**shop.items["fire"]["commitment"], "eligible": "form.area < 100"}  # the question said 130
        story = promised(shop, "fire", "food", excluded=excluded, change={"fire": {"commitment": small}})
        assert (story.state("fire"), story.item("fire").handling, story.state("food")) == (
            "received",
            "ordinary",
            "received",
        )
        said = next(n for n in story.case.notices.values() if n.kind == "ordinary_path")
        assert why in said.body["text"]
        assert story.case.commitments == {}

    def test_item_without(self, shop):
        """An item that the law does not open for promises is handled the ordinary way."""
        story = shop.submitted("food", case={"handling": {"food": "commitment"}})
        assert (story.state("food"), story.item("food").note) == ("received", "本事项不实行告知承诺，按一般程序办理")

    def test_after_a_predecessor(self, shop):
        """An item that waited is pledged when it starts, and its day counts from there."""
        story = promised(shop, "food", {"use": "fire", "after": ["food"]}, at="2026-09-10")
        story.li("food.accept")
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", opinion="同意。")
        story.li("food.issue", "2026-09-14")
        assert (story.state("fire"), story.due("fire.decision", "promised")) == ("pledged", date(2026, 9, 15))


class TestList:
    @pytest.mark.parametrize(
        ("day", "state"), [("2026-08-31", "received"), ("2026-09-01", "pledged"), ("2026-12-31", "pledged"),
                           ("2027-01-04", "received")],
    )  # fmt: skip
    def test_only_while_listed(self, shop, day, state):
        """An entry valid from 2026-09-01 is not offered the day before; who chose it is told why (R-NCP-1)."""
        entry = {"entry": "市清单第3项", "from": "2026-09-01", "until": "2026-12-31"}
        story = promised(shop, at=day, change=changed(shop, list=entry))
        assert story.state("fire") == state
        if state == "pledged":
            assert story.case.commitments["fire"].listed == "市清单第3项"
        else:
            assert "市清单第3项" in story.item("fire").note
            assert "ordinary_path" in story.papers()


class TestSigned:
    def test_both_texts(self, shop):
        """Notice and promise are two versioned texts, both kept by hash, and the signature is over both (R-NCP-4, R-NCP-5)."""
        story = promised(shop, change=changed(shop, notice="fire-notice-v1"))
        promise = story.case.commitments["fire"]
        hashes = [
            hashlib.sha256(story.release.texts[code].encode()).hexdigest() for code in ("fire-notice-v1", "fire-v1")
        ]
        assert [promise.notice_sha256, promise.text_sha256] == promise.signature["over"] == hashes
        assert promise.notice == "fire-notice-v1"

    def test_the_time_is_ours(self, shop):
        """Who signs may type a name, not another time or other texts."""
        forged = {"signature": {"name": "张三", "at": "2020-01-01T00:00:00+08:00", "over": ["00"]}}
        signature = promised(shop, signing=forged).case.commitments["fire"].signature
        assert (signature["name"], signature["at"][:10]) == ("张三", "2026-09-10")
        assert signature["over"] != ["00"]


class TestTakeBack:
    def test_before_the_decision(self, shop):
        """Taken back and accepted the same day: ten days are Wed 09-23, as of any ordinary case; no credit effect (R-NCP-10)."""
        story = promised(shop, change={"fire": {"limits": {"statutory": "13wd", "promised": "10wd"}}})
        story.zhang("fire.take_back_commitment")
        fire = story.item("fire")
        assert (fire.state, fire.handling, fire.accepted_on, fire.complete_at) == ("received", "ordinary", None, None)
        assert (story.papers()[-1], story.case.credits) == ("commitment_taken_back", {})
        with pytest.raises(ActionNotAllowed, match="消防验收证明"):
            story.li("fire.accept")  # what the promise had replaced is asked for now
        story.li("fire.note_defects", reasons=["unfit"])
        story.li("notify_correction")
        story.zhang("fire.supply", materials="all")
        story.li("fire.accept")
        assert story.due("fire.decision", "promised") == date(2026, 9, 23)  # 11, 14-18, 20, 21, 22, 23
        with pytest.raises(ActionNotAllowed):
            story.sun("fire.grant_by_commitment")

    def test_not_after_it(self, shop):
        """What is granted is not taken back."""
        with pytest.raises(ActionNotAllowed):
            granted(shop).zhang("fire.take_back_commitment")

    def test_nobody_else(self, shop):
        """Only the applicant takes the promise back."""
        story = promised(shop)
        for person in ("sun", "stranger", "li"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("fire.take_back_commitment")


class TestLater:
    """R-NCP-7: granted Fri 2026-09-11 with 「conditions met by 10-30」."""

    @pytest.fixture
    def story(self, shop):
        """The grant on a promise for 10-30, handed out."""
        story = promised(shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-10-30"}})
        story.sun("fire.grant_by_commitment", "2026-09-11")
        story.li("fire.issue")
        return story

    def test_not_operable(self, story):
        """Granted, but nothing may be done with the certificate; the day is the one that was promised."""
        assert (story.state("fire"), story.case.certificates[1].operable_from) == ("granted", None)
        assert (story.state("fire.later"), story.due("fire.later.meet")) == ("awaiting", date(2026, 10, 30))
        assert "fire.follow-up" not in story.case.items

    def test_met(self, story):
        """Handed in and checked Tue 10-20: operable from 10-20, and the check after begins."""
        story.zhang("fire.later.report_met", "2026-10-19", materials="all")
        assert "proof" in {row.material for row in story.case.materials.values()}
        story.zhou("fire.later.confirm_met", "2026-10-20")
        assert story.case.certificates[1].operable_from == date(2026, 10, 20)
        assert (story.papers()[-1], story.state("fire.follow-up")) == ("operable", "due")

    def test_not_met(self, story):
        """Nothing by 10-30: not operable, and the check of R-NCP-9 comes, whatever the draw."""
        story.until("2026-10-31T00:00")
        assert (story.state("fire.later"), story.case.certificates[1].operable_from) == ("unmet", None)
        assert story.state("fire.follow-up") == "due"
        assert story.case.commitments["fire"].draw["sample"] == 1.0

    def test_not_as_reported(self, story):
        """Papers that do not show it are refused with reasons, and the check comes."""
        story.zhang("fire.later.report_met", "2026-10-19", materials=["proof"])
        with pytest.raises(DataInvalid):
            story.zhou("fire.later.deny_met")
        story.zhou("fire.later.deny_met", reasons=["unfit"])
        assert (story.state("fire.later"), story.state("fire.follow-up")) == ("unmet", "due")

    def test_of_other_papers(self, shop):
        """A paper that the item does not ask for is not taken."""
        later = {"change": changed(shop, later="2mo"), "signing": {"meets_by": {"fire": "2026-10-30"}}}
        story = promised(shop, "fire", "food", **later)
        story.sun("fire.grant_by_commitment", "2026-09-11")
        with pytest.raises(DataInvalid, match="租赁合同"):
            story.zhang("fire.later.report_met", "2026-10-19", materials=["lease"])

    def test_met_before_it_is_handed_out(self, shop):
        """What is met before the certificate is handed out is operable from that day."""
        story = promised(shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-10-30"}})
        story.sun("fire.grant_by_commitment", "2026-09-11")
        story.zhang("fire.later.report_met", materials="all")
        story.zhou("fire.later.confirm_met", "2026-09-14")
        story.li("fire.issue", "2026-09-15")
        assert story.case.certificates[1].operable_from == date(2026, 9, 15)

    @pytest.mark.parametrize(
        ("later", "meets_by", "why"),
        [
            (None, {"fire": "2026-10-30"}, "只能承诺已经符合"), ("2mo", {"fire": "2026-11-11"}, "2026-11-10"),
            ("2mo", {"fire": "2026-09-10"}, "今天以后"), ("2mo", {"fire": "soon"}, "2026-10-30"),
            ("2mo", {"food": "2026-10-30"}, "告知承诺"), ("2mo", ["fire"], "告知承诺"),
        ],
    )  # fmt: skip
    def test_wrong_day(self, shop, later, meets_by, why):
        """Only where the item allows it, and within its longest time."""
        change = changed(shop, **({"later": later} if later else {}))
        with pytest.raises(DataInvalid, match=why):
            promised(shop, change=change, signing={"meets_by": meets_by})

    def test_day_gone_by(self, shop):
        """A promise whose day has passed before the decision is not granted any more."""
        story = promised(shop, change=changed(shop, later="2mo"), signing={"meets_by": {"fire": "2026-09-14"}})
        with pytest.raises(ActionNotAllowed, match="已经过去"):
            story.sun("fire.grant_by_commitment", "2026-09-15")


class TestGrant:
    def test_at_once(self, shop):
        """S-14: granted on form; the check after begins with the grant and has its own limit (R-NCP-8)."""
        story = granted(shop)
        assert (story.state("fire"), story.case.state) == ("granted", "granted")
        check = story.item("fire.follow-up")
        assert (check.state, check.parent, story.tasks("fire.follow-up")) == ("due", "fire", [("xf", "inspector")])
        assert story.due("fire.follow-up.check") == date(2026, 10, 15)
        assert story.case.commitments["fire"].granted_on == date(2026, 9, 11)

    def test_asked_twice(self, shop):
        """What the credit guard was told, by whom and when, is kept: at the choice and at the decision (R-NCP-3)."""
        asked = granted(shop).case.commitments["fire"].asked
        assert [(told["at"][:10], told["excluded"], told["source"]) for told in asked] == [
            ("2026-09-10", False, "本系统信用记录"), ("2026-09-11", False, "本系统信用记录"),
        ]  # fmt: skip

    def test_excluded_meanwhile(self, shop):
        """The guard is asked again at the decision (R-NCP-3)."""
        story = promised(shop)
        story.excluded = True
        with pytest.raises(NotEligible):
            story.sun("fire.grant_by_commitment")

    def test_rejected(self, shop):
        """转一般程序: the ordinary path with its five days, and the applicant is told."""
        story = promised(shop)
        story.sun("fire.reject_commitment", "2026-09-11", reasons=["unfit"])
        fire = story.item("fire")
        assert (fire.state, fire.handling, fire.accepted_on, fire.note) == ("received", "ordinary", None, "不符合条件")
        assert (story.papers()[-1], story.due("fire.notice")) == ("commitment_refused", date(2026, 9, 18))
        with pytest.raises(ActionNotAllowed, match="消防验收证明"):
            story.li("fire.accept")  # what had been waived is asked for now
        with pytest.raises(ActionNotAllowed):
            story.sun("fire.grant_by_commitment")

    def test_late(self, shop):
        """Silence does not grant a promise either."""
        story = promised(shop).until("2027-01-04")
        assert (story.state("fire"), story.clock("fire.decision").card) == ("pledged", "red")


class TestDraw:
    def test_reproducible(self, shop):
        """The draw follows from what is on record, so anybody can repeat it (R-SUP-1)."""
        first, second = granted(shop), granted(shop)
        assert first.case.commitments["fire"].draw == second.case.commitments["fire"].draw
        draw = first.case.commitments["fire"].draw
        promise = first.case.commitments["fire"]
        seed = hashlib.sha256(f"c0ffee:fire:{promise.text_sha256}".encode()).hexdigest()
        assert (draw["seed"], draw["value"], draw["drawn"]) == (seed, int(seed[:13], 16) / 16**13, True)

    def test_not_drawn(self, shop):
        """A share of none checks nobody and says so."""
        story = granted(shop, sample=0.0)
        assert ("fire.follow-up" in story.case.items, story.case.commitments["fire"].follow_up) == (
            False,
            "未抽中，免予核查",
        )

    @pytest.mark.parametrize(("grade", "sample"), [("A", 0.05), ("B", 0.2), ("C", 1.0), ("D", 1.0)])
    def test_by_class_of_credit(self, shop, grade, sample):
        """The share is that of the applicant's class where the region has a table, else the item's own (R-SUP-2)."""
        story = promised(shop, policy={"credit_sampling": {"A": 5, "B": 20, "C": 100}})
        story.credit_class = grade
        story.sun("fire.grant_by_commitment", "2026-09-11")
        draw = story.case.commitments["fire"].draw
        assert (draw["class"], draw["sample"], draw["drawn"]) == (grade, sample, draw["value"] < sample)

    def inspected(self, shop, wanted=1):
        """Grant where several could check; sun, who grants, is an inspector as well, and he is zhang's cousin he."""
        follow_up = {**shop.items["fire"]["commitment"]["follow_up"], "inspectors": wanted}
        story = promised(shop, change=changed(shop, follow_up=follow_up))
        story.staff = {("xf", "inspector"): ("zhou", "sun", "he", "tian", "yu")}
        story.subjects = {"he": story.case.applicant_id}
        story.sun("fire.grant_by_commitment", "2026-09-11")
        return story

    def test_inspectors(self, shop):
        """Who checks is drawn by lot; never who granted, nor who applies; anybody can draw again (R-SUP-1)."""
        story = self.inspected(shop)
        lot, seed = (story.case.commitments["fire"].draw[k] for k in ("inspectors", "seed"))
        free = sorted(["zhou", "tian", "yu"], key=lambda who: hashlib.sha256(f"{seed}:{who}".encode()).hexdigest())
        assert lot == {"among": ["he", "sun", "tian", "yu", "zhou"], "barred": ["he", "sun"], "drawn": free[:1]}
        task = next(t for t in story.case.tasks.values() if t.item == "fire.follow-up")
        assert task.person == free[0]
        others = Actor(free[1], "clerk", "xf", frozenset({"inspector"}))
        with pytest.raises(ActionNotAllowed, match="认领"):
            story.act(others, "fire.follow-up.pass")
        story.act(Actor(free[0], "clerk", "xf", frozenset({"inspector"})), "fire.follow-up.pass")
        assert story.state("fire.follow-up") == "passed"

    def test_two_inspectors(self, shop):
        """Where two are needed two are drawn, and both stand in the record of the check."""
        story = self.inspected(shop, wanted=2)
        drawn = story.case.commitments["fire"].draw["inspectors"]["drawn"]
        assert len(set(drawn)) == 2
        story.act(Actor(drawn[0], "clerk", "xf", frozenset({"inspector"})), "fire.follow-up.pass")
        assert story.events[-1].data["officers"] == drawn

    def test_two_are_needed(self, shop):
        """Who checks alone where two are needed is told so."""
        follow_up = {**shop.items["fire"]["commitment"]["follow_up"], "inspectors": 2}
        story = promised(shop, change=changed(shop, follow_up=follow_up))
        story.sun("fire.grant_by_commitment", "2026-09-11")
        with pytest.raises(DataInvalid, match="两名"):
            story.zhou("fire.follow-up.pass")
        story.zhou("fire.follow-up.pass", officers=["zhou", "zheng"])


class TestFollowUp:
    def test_passed(self, shop):
        """A check that finds all in order ends it; the closed case stays as it was."""
        story = granted(shop)
        closed = story.case.closed_at
        story.zhou("fire.follow-up.pass", "2026-10-12")
        assert (story.state("fire.follow-up"), story.case.closed_at, story.case.state) == ("passed", closed, "granted")

    def test_rectified(self, shop):
        """S-14: put right in time, checked again within three days of the report or of the end (R-NCP-9)."""
        story = granted(shop)
        story.zhou("fire.follow-up.order_rectify", "2026-10-09", days=10)
        assert (story.due("fire.follow-up.rectify"), story.case.state) == (date(2026, 10, 22), "granted")
        story.zhang("fire.follow-up.report_rectified", "2026-10-20")
        assert story.due("fire.follow-up.recheck") == date(2026, 10, 23)
        story.zhou("fire.follow-up.pass")

    def test_mismatch(self, shop):
        """S-14: a check on Tue 09-29 finds a mismatch: the notice to rectify is due Fri 10-09 (R-NCP-9)."""
        story = granted(shop)
        story.zhou("fire.follow-up.record_mismatch", "2026-09-29", findings="疏散标志损坏。")
        assert story.due("fire.follow-up.rectify_notice") == date(2026, 10, 9)
        assert story.clock("fire.follow-up.check").state == "settled"
        story.zhou("fire.follow-up.order_rectify", "2026-10-09", days=10)
        assert (story.papers()[-1], story.due("fire.follow-up.rectify")) == ("rectification", date(2026, 10, 22))

    def test_unkept(self, shop):
        """Not put right is not the same as false: an officer says which, with reasons (R-NCP-9)."""
        story = granted(shop)
        with pytest.raises(ActionNotAllowed):
            story.zhou("fire.follow-up.find_unkept", "2026-09-29", reasons=["unfit"])
        story.zhou("fire.follow-up.order_rectify", "2026-10-09", days=10)
        story.until("2026-10-23T00:00")
        with pytest.raises(DataInvalid):
            story.zhou("fire.follow-up.find_unkept")
        story.zhou("fire.follow-up.find_unkept", reasons=["unfit"])
        assert story.item("fire.follow-up").outcome == "unkept"

    def test_not_reported(self, shop):
        """Without a report the check comes due by itself at the end of the time given."""
        story = granted(shop)
        story.zhou("fire.follow-up.order_rectify", "2026-10-09", days=10)
        story.until("2026-10-23T00:00")
        assert (story.state("fire.follow-up"), story.due("fire.follow-up.recheck")) == (
            "rechecking",
            date(2026, 10, 27),
        )

    def test_false(self, shop):
        """A false promise: credit record, revocation by the head, and the next promise is not open (R-NCP-3, 9)."""
        story = granted(shop)
        with pytest.raises(DataInvalid):
            story.zhou("fire.follow-up.find_false", "2026-09-29")
        story.zhou("fire.follow-up.find_false", reasons=["unfit"])
        credit = story.case.credits[1]
        assert (credit.subject, credit.kind, credit.excluded) == (story.case.applicant_id, "false_commitment", True)
        assert story.case.certificates[1].state == "valid"  # only a decision ends it
        story.jiang("fire.revoke", reasons=["unfit"])
        assert story.case.certificates[1].state == "revoked"
        again = promised(shop, excluded=any(c.excluded for c in story.case.credits.values()))
        assert again.item("fire").handling == "ordinary"

    def test_overdue(self, shop):
        """A check not done in time is the department's breach; the grant stands (R-NCP-8)."""
        story = granted(shop).until("2026-10-16T00:00")
        assert (story.clock("fire.follow-up.check").card, story.state("fire")) == ("red", "granted")
        assert story.state("fire.follow-up") == "due"

    def test_not_by_the_one_who_granted(self, shop):
        """Who granted does not check (双随机)."""
        story = granted(shop)
        both = Actor("sun", "clerk", "xf", frozenset({"approver", "inspector"}))
        with pytest.raises(ActionNotAllowed, match="换人"):
            story.act(both, "fire.follow-up.pass")

    def test_not_for_the_applicant_to_withdraw(self, shop):
        """The applicant cannot withdraw from the check."""
        story = granted(shop)
        with pytest.raises(NotPermitted):
            story.zhang("fire.follow-up.withdraw")
        assert "fire.follow-up.withdraw" not in story.offers("zhang")

    def test_of_a_filing(self, shop):
        """A lifecycle without a promise of its own is checked after as well."""
        commitment = {**shop.items["fire"]["commitment"], "waives": ["sketch"], "eligible": None}
        del commitment["eligible"]
        story = shop.submitted(
            "sign", change={"sign": {"commitment": commitment}}, case={"handling": {"sign": "commitment"}}
        )
        assert story.state("sign") == "received"
        story.li("sign.file")
        assert (story.state("sign"), story.state("sign.follow-up")) == ("filed", "due")
