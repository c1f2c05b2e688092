"""Submitting: one form, one set of papers, one receipt, and nothing the law forbids."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, Stopped

AREA = {"id": "area", "ask": "面积是多少？", "type": "number", "fills": "area", "min": 1}


class TestReceive:
    def test_receipt(self, shop):
        """The receipt is dated and numbered at once, and is not the acceptance (R-ACC-7, R-BND-1)."""
        story = shop.submitted("food", "sign", missing=("photo",))
        assert (story.case.state, story.papers()) == ("received", ["receipt"])
        receipt = story.case.notices[1]
        assert (receipt.number, receipt.issued_at) == ("S-0001-01", shop.moment("2026-09-14"))
        assert receipt.body["missing"] == ["现场照片"]
        assert story.item("food").accepted_on is None

    def test_common_receipt(self, shop):
        """Every parallel item is received at the same instant and its five days begin there (R-BND-3)."""
        story = shop.submitted("food", "fire", at="2026-10-20")
        assert {story.due("food.notice"), story.due("fire.notice")} == {date(2026, 10, 27)}

    def test_promise_of_the_whole(self, shop):
        """The case has one promised date of its own (R-BND-7)."""
        story = shop.submitted("food", promised="13wd")
        assert story.due("promise") == date(2026, 10, 8)

    def test_prefill(self, shop):
        """What a question fills or the record knows is not asked again."""
        story = shop.submitted("food")
        assert story.case.form == {"name": "云泽市川味小馆", "area": 130.0, "phone": "13912345678"}

    def test_missing_paper_is_no_refusal(self, shop):
        """Papers that are not there never prevent the receipt (R-ACC-4)."""
        assert shop.submitted("food", missing=("lease", "plan", "photo")).state("food") == "received"

    @pytest.mark.parametrize("at", ["2026-09-19T03:00", "2026-10-01T12:00", "2026-09-14T23:59"])
    def test_any_hour(self, shop, at):
        """The counter on the net never closes (R-TIME-5)."""
        assert shop.submitted("food", at=at).case.received_at == shop.moment(at)

    def test_twice(self, shop):
        """A case is submitted once."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").zhang("submit")

    def test_by_a_stranger(self, shop):
        """Nobody else submits for the applicant."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-09-14")
        for person in (story.stranger, story.li):
            with pytest.raises(NotPermitted):
                person("submit", materials=[])

    def test_typed_in_at_the_counter(self, shop):
        """The clerk who typed it in may submit it: the offline way stays open (R-ACC-1); paper is not yet served (R-DEC-7)."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release, account="", entered_by="li", channel="counter"), "2026-09-14")
        story.li("submit", materials=["lease", "plan", "photo"])
        assert story.case.state == "received"
        assert story.case.notices[1].delivered_at is None  # paper is handed over, not sent


class TestRefuse:
    def refused(self, shop, *items, materials=(), town=None, **case):
        release = shop.release(*(items or ("food",)), **(town or {}))
        story = shop.story(release, shop.draft(release, **case), "2026-09-14")
        with pytest.raises(DataInvalid) as refusal:
            story.zhang("submit", materials=list(materials))
        assert story.case.state == "draft"
        return [error["pointer"] for error in refusal.value.facts["errors"]]

    def test_unanswered(self, shop):
        """A question that is asked must be answered."""
        assert self.refused(shop, answers={}) == ["/answers/area"]

    def test_unknown_answer(self, shop):
        """An answer to no question is an error, not ignored."""
        assert self.refused(shop, answers={"area": 1, "colour": "red"}) == ["/answers/colour"]

    def test_required_field(self, shop):
        """A required field may not be left out."""
        assert self.refused(shop, form={}) == ["/form/phone"]

    def test_unasked_paper(self, shop):
        """Papers nobody asks for are not taken (R-ACC-3)."""
        never = {"use": "sign", "when": "answers.area > 9000"}
        assert self.refused(shop, "food", never, materials=["sketch"]) == ["/materials/0"]

    def test_main_paper_may_not_follow(self, shop):
        """Only what the item marks as deferrable may follow later (R-RQ-1)."""
        assert self.refused(shop, materials=[{"material": "lease", "defer": True}]) == ["/materials/0"]

    def test_way_not_open(self, shop):
        """A paper comes only in the ways its item names."""
        assert self.refused(shop, materials=[{"material": "lease", "share": True}]) == ["/materials/0"]

    def test_kind_of_applicant(self, shop):
        """The bundle says whom it serves."""
        assert self.refused(shop, applicant_type="organisation") == ["/applicant/type"]

    def test_choice_for_another_item(self, shop):
        """A commitment is chosen for an item of this application only."""
        never = {"use": "fire", "when": "answers.area > 9000"}
        assert self.refused(shop, "food", never, handling={"fire": "commitment"}) == ["/handling/fire"]

    def test_nothing_applies(self, shop):
        """Answers that leave no item are told so."""
        entry = {"use": "food", "when": "answers.area > 1000"}
        assert self.refused(shop, entry) == ["/answers"]

    def test_forbidden(self, shop):
        """What the law forbids is said with its article before anything is taken."""
        release = shop.release(
            "food", stop=[{"when": "answers.area > 100", "say": "太大了，不能办", "basis": "某法 9"}]
        )
        story = shop.story(release, shop.draft(release), "2026-09-14")
        with pytest.raises(Stopped) as refusal:
            story.zhang("submit", materials=[])
        assert (refusal.value.detail, refusal.value.law) == ("太大了，不能办", "某法 9")
        assert story.case.items == {}

    @pytest.mark.parametrize("value", [0, -1, 10**400, 1e300, float("nan"), float("inf"), True, "130", None, [], {}])
    def test_numbers(self, shop, value):
        """A number is a number in its bounds, however it is written."""
        assert self.refused(shop, answers={"area": value}) == ["/answers/area"]

    @pytest.mark.parametrize("value", ["20261105", "2026-W45-4", "2026-11-31", "", "2026-11-05T00:00", 20261105])
    def test_dates(self, shop, value):
        """A date has one spelling, for conditions compare it as text."""
        release = shop.release("food", change={"food": {"fields": ["name", "opens"]}})
        story = shop.story(release, shop.draft(release, form={"opens": value}), "2026-09-14")
        with pytest.raises(DataInvalid) as refusal:
            story.zhang("submit", materials=[])
        assert refusal.value.facts["errors"][0]["pointer"] == "/form/opens"


class TestAsk:
    def test_kind_of_applicant_decides(self, shop):
        """A question for individuals is asked of them, whoever the bundle names first."""
        when = "applicant.type == 'individual'"
        questions = [AREA, {"id": "hires", "ask": "请人吗？", "type": "boolean", "when": when}]
        entry = {"use": "sign", "when": "answers.hires"}
        of = {"questions": questions, "case": {"applicant_type": "individual", "answers": {"area": 1, "hires": True}}}
        assert "sign" in shop.submitted("food", entry, **of).case.items

    def test_answers_not_asked_are_dropped(self, shop):
        """What is no longer asked has no effect."""
        questions = [AREA, {"id": "hires", "ask": "请人吗？", "type": "boolean", "when": "answers.area > 500"}]
        entry = {"use": "sign", "when": "answers.hires"}
        story = shop.submitted("food", entry, questions=questions, case={"answers": {"area": 1, "hires": True}})
        assert (list(story.case.items), story.case.answers) == (["food"], {"area": 1.0})
