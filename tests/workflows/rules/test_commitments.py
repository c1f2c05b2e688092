"""告知承诺: chosen freely, signed, taken back, granted on form."""

import hashlib
from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotEligible, NotPermitted
from tests.workflows.rules.promises import changed, granted, promised
from tests.workflows.story import Town


class TestChoose:
    def test_the_promise_is_accepted_with_its_own_limit(self, shop: type[Town]) -> None:
        """The promise is accepted with its own limit; the text that was shown is kept by hash (R-NCP-4, 5, 6)."""
        story = promised(shop)
        fire, promise = story.item("fire"), story.case.commitments["fire"]
        assert (fire.state, fire.accepted_on, story.tasks("fire")) == (
            "pledged",
            date(2026, 9, 10),
            [("xf", "approver")],
        )
        assert story.due("fire.decision", "promised") == date(2026, 9, 11)
        assert (
            promise.text_sha256
            == hashlib.sha256(story.release.texts["fire-v1"].encode()).hexdigest()
        )
        assert (promise.chosen_by, promise.chosen_at) == ("zhang", shop.moment("2026-09-10T15:00"))

    def test_nobody_promises_by_default(self, shop: type[Town]) -> None:
        """Who chooses nothing is handled the ordinary way (R-NCP-2)."""
        story = shop.submitted("fire")
        assert (story.state("fire"), story.case.commitments) == ("received", {})

    def test_what_it_replaces_is_not_asked_for(self, shop: type[Town]) -> None:
        """What the promise replaces is not asked for; in the ordinary way it is."""
        assert [m.material for m in promised(shop).case.materials.values()] == ["plan"]
        assert shop.submitted("fire", missing=("proof",)).case.notices[1].body["missing"] == [
            "消防验收证明"
        ]

    @pytest.mark.parametrize(("excluded", "why"), [(True, "失信"), (False, "适用条件")])
    def test_who_is_not_eligible_goes_the_ordinary_way(
        self, shop: type[Town], excluded: bool, why: str
    ) -> None:
        """Who is not eligible goes the ordinary way and is told why; it is no refusal (R-NCP-3, S-15)."""
        small = {
            **shop.items["fire"]["commitment"],
            "eligible": "form.area < 100",
        }  # the question said 130
        story = promised(
            shop, "fire", "food", excluded=excluded, change={"fire": {"commitment": small}}
        )
        assert (story.state("fire"), story.item("fire").handling, story.state("food")) == (
            "received",
            "ordinary",
            "received",
        )
        said = next(n for n in story.case.notices.values() if n.kind == "ordinary_path")
        assert why in said.body["text"]
        assert story.case.commitments == {}

    def test_an_item_without_promises_goes_the_ordinary_way(self, shop: type[Town]) -> None:
        """An item that the law does not open for promises is handled the ordinary way."""
        story = shop.submitted("food", case={"handling": {"food": "commitment"}})
        assert (story.state("food"), story.item("food").note) == (
            "received",
            "本事项不实行告知承诺，按一般程序办理",
        )

    def test_a_promise_waits_with_its_item(self, shop: type[Town]) -> None:
        """An item that waited is pledged when it starts, and its day counts from there."""
        story = promised(shop, "food", {"use": "fire", "after": ["food"]}, at="2026-09-10")
        story.li("food.accept")
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", "2026-09-14", opinion="同意。")
        assert (story.state("fire"), story.due("fire.decision", "promised")) == (
            "pledged",
            date(2026, 9, 15),
        )


class TestList:
    @pytest.mark.parametrize(
        ("day", "state"),
        [
            ("2026-08-31", "received"),
            ("2026-09-01", "pledged"),
            ("2026-12-31", "pledged"),
            ("2027-01-04", "received"),
        ],
    )
    def test_only_while_listed(self, shop: type[Town], day: str, state: str) -> None:
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
    def test_the_signature_is_over_both_texts(self, shop: type[Town]) -> None:
        """Notice and promise are two versioned texts, both kept by hash, and the signature is over both (R-NCP-4, R-NCP-5)."""
        story = promised(shop, change=changed(shop, notice="fire-notice-v1"))
        promise = story.case.commitments["fire"]
        hashes = [
            hashlib.sha256(story.release.texts[code].encode()).hexdigest()
            for code in ("fire-notice-v1", "fire-v1")
        ]
        assert [promise.notice_sha256, promise.text_sha256] == promise.signature["over"] == hashes
        assert promise.notice == "fire-notice-v1"

    def test_the_time_is_ours(self, shop: type[Town]) -> None:
        """Who signs may type a name, not another time or other texts."""
        forged = {"signature": {"name": "张三", "at": "2020-01-01T00:00:00+08:00", "over": ["00"]}}
        signature = promised(shop, signing=forged).case.commitments["fire"].signature
        assert (signature["name"], signature["at"][:10]) == ("张三", "2026-09-10")
        assert signature["over"] != ["00"]


class TestTakeBack:
    def test_it_is_taken_back_before_the_decision(self, shop: type[Town]) -> None:
        """Taken back and accepted the same day: ten days are Wed 09-23, as of any ordinary case; no credit effect (R-NCP-10)."""
        story = promised(
            shop, change={"fire": {"limits": {"statutory": "13wd", "promised": "10wd"}}}
        )
        story.zhang("fire.take_back_commitment")
        fire = story.item("fire")
        assert (fire.state, fire.handling, fire.accepted_on, fire.complete_at) == (
            "received",
            "ordinary",
            None,
            None,
        )
        assert (story.papers()[-1], story.case.credits) == ("commitment_taken_back", {})
        with pytest.raises(ActionNotAllowed, match="消防验收证明"):
            story.li("fire.accept")  # what the promise had replaced is asked for now
        story.li("fire.note_defects", reasons=["unfit"])
        story.li("notify_correction")
        story.zhang("fire.supply", materials="all")
        story.li("fire.accept")
        # 11, 14-18, 20, 21, 22, 23
        assert story.due("fire.decision", "promised") == date(2026, 9, 23)
        with pytest.raises(ActionNotAllowed):
            story.sun("fire.grant_by_commitment")

    def test_it_is_not_taken_back_after_the_decision(self, shop: type[Town]) -> None:
        """What is granted is not taken back."""
        with pytest.raises(ActionNotAllowed):
            granted(shop).zhang("fire.take_back_commitment")

    def test_only_the_applicant_takes_it_back(self, shop: type[Town]) -> None:
        """Only the applicant takes the promise back."""
        story = promised(shop)
        for person in ("sun", "stranger", "li"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("fire.take_back_commitment")

    def test_silence_after_it_counts_from_the_taking_back(self, shop: type[Town]) -> None:
        """What the window has before it since the 20th is not accepted as of the 10th."""
        story = promised(shop)
        story.until("2026-09-14T09:00")
        assert story.clock("fire.decision").card == "red"
        story.zhang("fire.take_back_commitment", "2026-09-20")
        story.until("2026-09-30T09:00")
        assert (story.state("fire"), story.item("fire").accepted_on) == (
            "reviewing",
            date(2026, 9, 20),
        )
        assert story.due("fire.decision", "statutory") == date(2026, 10, 14)
        assert (
            story.clock("fire.decision").card == "red"
        )  # of the promise's day; it stays (R-MON-5)


class TestGrant:
    def test_granted_on_form_the_check_begins_at_once(self, shop: type[Town]) -> None:
        """S-14: granted on form; the check after begins with the grant and has its own limit (R-NCP-8)."""
        story = granted(shop)
        assert (story.state("fire"), story.case.state) == ("granted", "granted")
        check = story.item("fire.follow-up")
        assert (check.state, check.parent, story.tasks("fire.follow-up")) == (
            "due",
            "fire",
            [("xf", "inspector")],
        )
        assert story.due("fire.follow-up.check") == date(2026, 10, 15)
        assert story.case.commitments["fire"].granted_on == date(2026, 9, 11)

    def test_what_the_guard_was_told_is_kept_both_times(self, shop: type[Town]) -> None:
        """What the credit guard was told, by whom and when, is kept: at the choice and at the decision (R-NCP-3)."""
        asked = granted(shop).case.commitments["fire"].asked
        assert [(told["at"][:10], told["excluded"], told["source"]) for told in asked] == [
            ("2026-09-10", False, "本系统信用记录"),
            ("2026-09-11", False, "本系统信用记录"),
        ]

    def test_the_guard_is_asked_again_at_the_decision(self, shop: type[Town]) -> None:
        """The guard is asked again at the decision (R-NCP-3)."""
        story = promised(shop)
        story.excluded = True
        with pytest.raises(NotEligible):
            story.sun("fire.grant_by_commitment")

    def test_a_promise_that_is_rejected_goes_the_ordinary_way(self, shop: type[Town]) -> None:
        """转一般程序: the ordinary path with its five days, and the applicant is told."""
        story = promised(shop)
        accepted_on = story.item("fire").accepted_on
        story.sun("fire.reject_commitment", "2026-09-11", reasons=["unfit"])
        fire = story.item("fire")
        assert (fire.state, fire.handling, fire.accepted_on, fire.note) == (
            "received",
            "ordinary",
            accepted_on,
            "不符合条件",
        )
        assert (story.papers()[-1], story.due("fire.notice")) == (
            "commitment_refused",
            date(2026, 9, 18),
        )
        with pytest.raises(ActionNotAllowed, match="消防验收证明"):
            story.li("fire.accept")  # what had been waived is asked for now
        with pytest.raises(ActionNotAllowed):
            story.sun("fire.grant_by_commitment")

    def test_rejecting_it_moves_no_limit(self, shop: type[Town]) -> None:
        """The department cannot give itself a new limit by turning the promise down, nor by a correction after it (R-INV-3).

        Thirteen working days from Monday 03-02 are Thursday 03-19; rejected that day, corrected, accepted on 03-26.
        """
        story = promised(shop, at="2026-03-02T09:00")
        assert story.due("fire.decision", "statutory") == date(2026, 3, 19)
        story.sun("fire.reject_commitment", "2026-03-19", reasons=["unfit"])
        assert story.due("fire.decision", "promised") == date(2026, 3, 12)  # the ordinary eight
        story.li("fire.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert [(t.post, t.card) for t in story.case.tasks.values() if t.done_at is None] == [
            ("applicant", "none")
        ]
        story.until("2026-03-25")
        assert story.clock("fire.decision").breach_on == date(2026, 3, 20)
        story.zhang("fire.supply", materials="all")
        story.li("fire.accept", "2026-03-26")
        clock = story.clock("fire.decision")
        assert (clock.statutory_on, clock.card, len(clock.spans)) == (date(2026, 3, 19), "red", 1)
        assert story.item("fire").accepted_on == date(2026, 3, 2)
        assert "2026年3月2日" in list(story.case.notices.values())[-1].body["text"]

    def test_silence_does_not_grant_a_promise(self, shop: type[Town]) -> None:
        """Silence does not grant a promise either."""
        story = promised(shop).until("2027-01-04")
        assert (story.state("fire"), story.clock("fire.decision").card) == ("pledged", "red")


class TestWhatItDoesNotReplace:
    """A promise replaces the papers that it names; all others are asked for like any other (R-NCP-6)."""

    def test_no_grant_without_them(self, shop: type[Town]) -> None:
        """The plan, which the promise does not replace, is missing: no grant on the promise."""
        story = promised(shop, missing=("plan",))
        assert story.state("fire") == "pledged"
        with pytest.raises(ActionNotAllowed, match="承诺不能代替的材料还缺：平面图"):
            story.sun("fire.grant_by_commitment")
        assert "平面图" in story.offers("sun")["fire.grant_by_commitment"].reason

    def test_they_are_told_once_and_the_promise_goes_on(self, shop: type[Town]) -> None:
        """Told on 09-11, handed in on 09-15: the promise's day counts from then, and it can be granted."""
        story = promised(shop, missing=("plan",))
        story.sun("fire.note_lacking", "2026-09-11", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert (story.state("fire"), story.case.state) == ("completing", "correcting")
        assert story.item("fire").accepted_on is None
        assert story.clock("fire.decision").state == "paused"
        story.zhang("fire.supply", "2026-09-15", materials=["plan"])
        fire = story.item("fire")
        assert (fire.state, fire.handling) == ("pledged", "commitment")
        assert fire.accepted_on == date(2026, 9, 15)
        assert story.due("fire.decision", "promised") == date(2026, 9, 16)
        story.sun("fire.grant_by_commitment")
        assert story.state("fire") == "issuing"

    def test_they_are_told_within_the_five_days_or_not_at_all(self, shop: type[Town]) -> None:
        """A correction asked for on the last day gives no department its limit once more (R-INV-3, 行政许可法 32)."""
        story = promised(shop, missing=("plan",))  # received Thu 09-10: five days are Thu 09-17
        story.sun("fire.note_lacking", "2026-09-17", reasons=["plan-no-size"])
        assert story.offers("li")["notify_correction"].allowed
        story.until("2026-09-18T09:00")
        assert not story.offers("li")["notify_correction"].allowed
        with pytest.raises(ActionNotAllowed, match="超过五个工作日"):
            story.sun("fire.note_lacking", reasons=["plan-no-size"])
        statutory = story.due("fire.decision", "statutory")
        story.sun("fire.reject_commitment", reasons=["unfit"])
        assert story.due("fire.decision", "statutory") == statutory

    def test_no_answer_is_a_withdrawal(self, shop: type[Town]) -> None:
        """Who does not answer the one notice in time has withdrawn, as in the ordinary way."""
        story = promised(shop, missing=("plan",))
        story.sun("fire.note_lacking", "2026-09-11", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert story.until("2026-10-20").state("fire") == "lapsed"

    def test_what_was_told_and_what_it_replaced(self, shop: type[Town]) -> None:
        """Rejected after a correction: what the promise had replaced is asked for, nothing else is new."""
        story = promised(shop, missing=("plan",))
        story.sun("fire.note_lacking", "2026-09-11", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("fire.supply", "2026-09-14", materials=["plan"])
        story.sun("fire.reject_commitment", reasons=["unfit"])
        with pytest.raises(ActionNotAllowed, match="缺消防验收证明"):
            story.li("fire.accept")
        with pytest.raises(ActionNotAllowed, match="不能再提出新的问题"):
            story.li("fire.note_defects", reasons=[{"text": "另缺一份说明"}])
        story.li("fire.note_defects", reasons=[{"text": "缺消防验收证明", "material": "proof"}])
        story.li("notify_correction")
        assert story.state("fire") == "correcting"
        story.zhang("fire.supply", materials=["proof"])
        story.li("fire.accept")
        assert story.state("fire") == "reviewing"

    def test_may_be_a_major_decision(self, shop: type[Town]) -> None:
        """A promise and a legal review go together: reviewed while it is pledged, then granted (R-SUP-5)."""
        story = promised(shop, change={"fire": {"legal_review": True}})
        with pytest.raises(DataInvalid, match="法制审核"):
            story.sun("fire.grant_by_commitment")
        story.jiang("fire.record_legal_review", opinion="合法。")
        story.sun("fire.grant_by_commitment")
        assert story.state("fire") == "issuing"
