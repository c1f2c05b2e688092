"""The window: five outcomes, one notice, its correction, and silence."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted


class TestOutcomes:
    def test_accept(self, shop):
        """Complete papers are accepted on the day, with a paper, and the two limits begin (R-ACC-4 no. 5)."""
        story = shop.accepted("food")
        food = story.item("food")
        assert (food.state, food.accepted_on, food.first_handler) == ("reviewing", date(2026, 9, 14), "li")
        assert (story.due("food.decision", "promised"), story.due("food.decision", "statutory")) == (
            date(2026, 9, 28), date(2026, 10, 16))  # fmt: skip
        assert story.clock("food.notice").state == "settled"
        assert story.papers()[-1] == "acceptance"

    def test_accept_incomplete(self, shop):
        """What is incomplete is not accepted, and the refusal names what is missing."""
        story = shop.submitted("food", missing=("plan",))
        with pytest.raises(ActionNotAllowed, match="平面图") as refusal:
            story.li("food.accept")
        assert refusal.value.facts["missing"] == ["plan"]

    @pytest.mark.parametrize(
        ("action", "outcome", "paper"),
        [("decline", "declined", "not_accepted"), ("not_required", "not_required", "not_required")],
    )
    def test_turned_away(self, shop, action, outcome, paper):
        """不予受理 and 不受理 end the item, with reasons and remedies on paper (R-ACC-4 nos. 1 and 2)."""
        story = shop.submitted("food")
        with pytest.raises(DataInvalid):
            story.li(f"food.{action}")
        story.li(f"food.{action}", reasons=["elsewhere"])
        said = story.case.notices[2]
        assert (story.item("food").outcome, said.kind) == (outcome, paper)
        assert said.body["points"] == ["不属于本机关职权，请向区局申请"]
        assert "行政复议" in said.body["remedies"]["text"]
        assert story.item("food").accepted_on is None

    def test_differ_per_item(self, shop):
        """In a bundle each item has its own outcome and the rest goes on (R-ACC-4)."""
        story = shop.submitted("food", "fire", "drain", missing=("plan",), case={"handling": {"fire": "ordinary"}})
        story.li("drain.decline", reasons=["elsewhere"])
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        states = {code: story.state(code) for code in story.case.items}
        assert states == {"food": "correcting", "fire": "received", "drain": "declined"}
        assert story.case.state == "correcting"

    @pytest.mark.parametrize("person", ["wang", "zhao", "qian", "wu", "zhang", "stranger"])
    def test_only_the_lead_window(self, shop, person):
        """In 统一受理 only the lead's window accepts (R-BND-1)."""
        with pytest.raises(NotPermitted):
            getattr(shop.submitted("drain"), person)("drain.accept")

    def test_each_window(self, shop):
        """With `acceptance: each` every department's own window does, and not the lead's."""
        story = shop.submitted("drain", acceptance="each")
        with pytest.raises(NotPermitted):
            story.li("drain.accept")
        story.wu("drain.accept")
        assert story.state("drain") == "reviewing"


class TestOneNotice:
    def noted(self, shop, *items, missing=("plan",), at="2026-10-20", **of):
        story = shop.submitted(*(items or ("food",)), missing=missing, at=at, **of)
        story.li("food.note_defects", reasons=["plan-no-size"])
        return story

    def test_only_noted(self, shop):
        """Noting tells nobody yet: the item stays, no paper goes out."""
        story = self.noted(shop)
        assert (story.state("food"), story.papers()) == ("received", ["receipt"])

    def test_one_paper_for_all(self, shop):
        """The lead sends every point of every item in one notice, and it names the date (R-ACC-6, R-BND-4)."""
        story = self.noted(shop, "food", "drain")
        story.li("drain.note_defects", reasons=["plan-no-door"])
        story.li("notify_correction")
        assert story.papers() == ["receipt", "correction"]
        said = story.case.notices[2].body
        assert said["points"] == ["食品经营许可：平面图缺少尺寸", "排水许可：平面图没有标出口"]
        assert set(said["dates"].values()) == {"2026-11-10"}
        assert story.tasks("food") == [("", "applicant")]
        assert story.clock("food.notice").state == "paused"

    def test_whole(self, shop):
        """What is missing is told with it, though the clerk did not tick it (R-ACC-6)."""
        story = self.noted(shop, missing=("plan", "lease"))
        story.li("notify_correction")
        assert [p["reason"] for p in story.item("food").asked] == ["plan-no-size", "missing:lease"]

    def test_nothing_noted(self, shop):
        """Without a point there is no notice."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").li("notify_correction")

    @pytest.mark.parametrize("person", ["wu", "wang", "zhang"])
    def test_only_the_lead(self, shop, person):
        """The notice is the lead's, also where each window accepts."""
        story = shop.submitted("drain", acceptance="each")
        story.wu("drain.note_defects", reasons=["plan-no-size"])
        with pytest.raises(NotPermitted):
            getattr(story, person)("notify_correction")
        story.li("notify_correction")

    def test_no_unrelated_paper(self, shop):
        """No paper may be asked for that the item does not need (行政许可法 31)."""
        with pytest.raises(DataInvalid, match="效果图"):
            shop.submitted("food", "sign").li("food.note_defects", reasons=["sketch-dark"])

    def test_new_point(self, shop):
        """After the notice a new point is refused with its article; a point of it may be repeated (R-ACC-6)."""
        story = self.noted(shop)
        story.li("notify_correction")
        story.zhang("food.supply", "2026-10-26", materials=["plan"])
        with pytest.raises(ActionNotAllowed, match="一次性告知") as refusal:
            story.li("food.note_defects", reasons=["lease-pages"])
        assert refusal.value.law == "行政许可法 32"
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert (story.state("food"), story.item("food").corrections) == ("correcting", 2)

    def test_fault_of_a_paper_that_was_missing(self, shop):
        """What is wrong with a paper that was not there before is no new point."""
        story = shop.submitted("food", missing=("lease",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("food.supply", materials=["lease", "plan"])
        story.li("food.note_defects", reasons=["lease-pages"])
        with pytest.raises(ActionNotAllowed):
            story.li("food.note_defects", reasons=["plan-no-door"])

    def test_too_late(self, shop):
        """After acceptance nothing can be noted any more."""
        with pytest.raises(ActionNotAllowed):
            shop.accepted("food").li("food.note_defects", reasons=["plan-no-size"])


class TestSupply:
    def asked(self, shop, *items, reasons=("plan-no-size", "lease-pages"), **of):
        story = shop.submitted(*(items or ("food",)), at="2026-03-02", **of)
        story.li("food.note_defects", reasons=list(reasons))
        story.li("notify_correction", "2026-03-06")
        return story

    def test_partial(self, shop):
        """A part of what was asked starts nothing (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-12", materials=["plan"])
        assert (story.state("food"), story.item("food").complete_at) == ("correcting", None)

    def test_complete(self, shop):
        """With the last paper a new check of five days begins, and acceptance counts from that day (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-12", materials=["plan"])
        story.zhang("food.supply", "2026-03-17", materials=["lease"])
        assert (story.state("food"), story.due("food.notice")) == ("received", date(2026, 3, 24))
        story.li("food.accept", "2026-03-20")
        assert (story.item("food").accepted_on, story.due("food.decision", "statutory")) == (
            date(2026, 3, 17), date(2026, 4, 15))  # fmt: skip

    def test_all_that_was_asked_is_enough(self, shop):
        """Who supplied all that was asked must be accepted, whatever the notice forgot (行政许可法 32.1(5))."""
        change = {"food": {"materials": ["lease", "plan", {"use": "photo", "when": "form.area > 500"}]}}
        story = self.asked(shop, reasons=["plan-no-size"], change=change)
        story.zhang("food.supply", materials=["plan"], form={"area": 900})
        story.li("food.accept")
        assert story.state("food") == "reviewing"

    def test_for_every_item(self, shop):
        """One paper answers every item that asked for it: nothing is handed in twice."""
        story = shop.submitted("food", "drain", missing=("plan",))
        for item in ("food", "drain"):
            story.li(f"{item}.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("food.supply", materials=["plan"])
        assert (story.state("food"), story.state("drain")) == ("received", "received")
        assert story.did().count("food.supply") == story.did().count("drain.supply") == 1

    def test_by_the_form(self, shop):
        """A point about a field is answered by the field, one in words by naming it."""
        story = self.asked(shop, reasons=["phone-wrong", {"text": "说明用途"}])
        story.zhang("food.supply", form={"phone": "13800000000"})
        assert story.state("food") == "correcting"
        story.zhang("food.supply", points=["own:说明用途"])
        assert (story.state("food"), story.case.form["phone"]) == ("received", "13800000000")

    @pytest.mark.parametrize(
        "row",
        ["sketch", {"material": "plan", "share": True}, {"material": "photo", "defer": True}, {"material": "none"}],
    )
    def test_wrong_paper(self, shop, row):
        """A paper nobody needs, in a way that is not open, or promised again, is refused."""
        story = self.asked(shop, missing=("photo",))
        with pytest.raises(DataInvalid):
            story.zhang("food.supply", materials=[row])
        assert "photo" not in [m.material for m in story.case.materials.values()]

    @pytest.mark.parametrize("person", ["stranger", "li", "wang"])
    def test_only_the_applicant(self, shop, person):
        """Papers come from the applicant."""
        with pytest.raises(NotPermitted):
            getattr(self.asked(shop), person)("food.supply", materials=["plan"])

    def test_lapse(self, shop):
        """At the end of the correction the item counts as withdrawn, with a paper (R-ACC-9)."""
        story = self.asked(shop)
        assert story.due("food.correction") == date(2026, 3, 27)
        story.until("2026-03-27T23:59")
        assert story.state("food") == "correcting"
        story.until("2026-03-28T00:00")
        assert (story.state("food"), story.item("food").outcome) == ("lapsed", "lapsed")
        assert (story.papers()[-2:], story.case.state) == (["lapse", "result"], "terminated")

    def test_silence_after_correction(self, shop):
        """Silence after a correction accepts from the day of the last paper, not from the first receipt (R-ACC-8)."""
        story = self.asked(shop)
        story.zhang("food.supply", "2026-03-17", materials=["plan", "lease"])
        story.until("2026-03-25T00:00")
        assert (story.state("food"), story.item("food").accepted_on) == ("reviewing", date(2026, 3, 17))
        assert story.due("food.decision", "statutory") == date(2026, 4, 15)

    def test_promise_waits(self, shop):
        """The citizen's time does not count against the promise of the whole."""
        story = self.asked(shop)
        assert story.clock("promise").state == "paused"
        story.zhang("food.supply", "2026-03-17", materials=["plan", "lease"])
        assert story.clock("promise").state == "running"


class TestSilence:
    def test_deemed(self, shop):
        """S-02: silence over the Spring Festival accepts from the day of receipt, and the breach is on record (R-ACC-5)."""
        story = shop.submitted("food", at="2026-02-12T09:00").until("2026-02-26T23:59")
        assert story.state("food") == "received"
        story.until("2026-02-27T00:00")
        assert (story.state("food"), story.item("food").accepted_on) == ("reviewing", date(2026, 2, 12))
        assert story.due("food.decision", "statutory") == date(2026, 3, 18)
        assert story.papers().count("acceptance") == 1
        breach = next(n for n in story.case.notices.values() if n.kind == "statutory_breach")
        assert (breach.to, breach.item) == ("scjg", "food")

    def test_twice(self, shop):
        """A second run changes nothing."""
        story = shop.submitted("food", at="2026-02-12T09:00").until("2026-03-02")
        before = len(story.events)
        assert len(story.swept().events) == before

    def test_with_points_noted_but_not_told(self, shop):
        """Points nobody told in time are no obstacle: the item is accepted (R-ACC-5)."""
        story = shop.submitted("food", missing=("plan",), at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.until("2026-10-28T00:00")
        assert (story.state("food"), story.item("food").noted) == ("reviewing", [])

    def test_others_in_correction(self, shop):
        """One department's silence accepts its item while another's waits for the applicant (R-BND-4)."""
        story = shop.submitted("food", "drain", missing=("plan",), at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", "2026-10-22")
        story.until("2026-10-28T00:00")
        assert (story.state("food"), story.state("drain")) == ("correcting", "reviewing")

    def test_not_for_a_verification(self, shop):
        """The timers of the licence law are for licences (R-BND-8)."""
        story = shop.submitted("look-up", at="2026-10-20").until("2026-10-28T00:00")
        assert story.state("look-up") == "received"
