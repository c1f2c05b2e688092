"""Submitting: one form, one set of papers, one receipt, and nothing the law forbids."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.application.known import doubts, prefill
from service.workflows.application.questions import Applicant
from service.workflows.definition import Release, VocabularyField
from service.workflows.telling.guide import guide, guide_text
from tests.workflows.story import Town
from tests.workflows.town import Data

TOO_LARGE = {"when": "answers.area > 100", "say": "太大了。", "basis": "某法 9"}
AREA = {"id": "area", "ask": "面积是多少？", "type": "number", "fills": "area", "min": 1}


def guided(shop: type[Town], *items: Any, **of: Any) -> Data:
    """The guide for these items and 130 ㎡."""
    release, now = shop.release(*items, **of), shop.moment("2026-09-14")
    who = Applicant("sole-trader", "小店", "92999901MADEM0046F")
    return guide(release, who, {"area": 130}, {}, shop.national, now)


class TestReceive:
    def test_the_receipt_is_dated_and_numbered_at_once(self, shop: type[Town]) -> None:
        """The receipt is dated and numbered at once, and is not the acceptance (R-ACC-7, R-BND-1)."""
        story = shop.submitted("food", "sign", missing=("photo",))
        assert (story.case.state, story.papers()) == ("received", ["receipt"])
        receipt = story.case.notices[1]
        assert (receipt.number, receipt.issued_at) == ("S-0001-01", shop.moment("2026-09-14"))
        assert receipt.body["missing"] == ["现场照片"]
        assert story.item("food").accepted_on is None

    def test_all_items_are_received_at_one_instant(self, shop: type[Town]) -> None:
        """Every parallel item is received at the same instant and its five days begin there (R-BND-3)."""
        story = shop.submitted("food", "fire", at="2026-10-20")
        assert {story.due("food.notice"), story.due("fire.notice")} == {date(2026, 10, 27)}

    def test_the_whole_has_one_promised_date(self, shop: type[Town]) -> None:
        """The case has one promised date of its own (R-BND-7)."""
        story = shop.submitted("food", promised="13wd")
        assert story.due("promise") == date(2026, 10, 8)

    def test_what_is_known_is_not_asked_again(self, shop: type[Town]) -> None:
        """What a question fills or the record knows is not asked again."""
        story = shop.submitted("food")
        assert story.case.form == {"name": "云泽市川味小馆", "area": 130.0, "phone": "13912345678"}

    def test_missing_paper_is_no_refusal(self, shop: type[Town]) -> None:
        """Papers that are not there never prevent the receipt (R-ACC-4)."""
        assert (
            shop.submitted("food", missing=("lease", "plan", "photo")).state("food") == "received"
        )

    @pytest.mark.parametrize("at", ["2026-09-19T03:00", "2026-10-01T12:00", "2026-09-14T23:59"])
    def test_the_counter_on_the_net_never_closes(self, shop: type[Town], at: str) -> None:
        """The counter on the net never closes (R-TIME-5)."""
        assert shop.submitted("food", at=at).case.received_at == shop.moment(at)

    def test_a_case_is_submitted_once(self, shop: type[Town]) -> None:
        """A case is submitted once."""
        with pytest.raises(ActionNotAllowed):
            shop.submitted("food").zhang("submit")

    def test_only_the_applicant_submits(self, shop: type[Town]) -> None:
        """Nobody else submits for the applicant."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-09-14")
        for person in (story.stranger, story.li):
            with pytest.raises(NotPermitted):
                person("submit", materials=[])

    def test_typed_in_at_the_counter(self, shop: type[Town]) -> None:
        """The clerk who typed it in may submit it: the offline way stays open (R-ACC-1); paper is not yet served (R-DEC-7)."""
        release = shop.release("food")
        story = shop.story(
            release,
            shop.draft(release, account="", entered_by="li", channel="counter"),
            "2026-09-14",
        )
        story.li("submit", materials=["lease", "plan", "photo"])
        assert story.case.state == "received"
        assert story.case.notices[1].delivered_at is None  # paper is handed over, not sent


class TestRefuse:
    def refused(
        self,
        shop: type[Town],
        *items: str | Data,
        materials: Sequence[Any] = (),
        town: Data | None = None,
        **case: Any,
    ) -> list[str]:
        release = shop.release(*(items or ("food",)), **(town or {}))
        story = shop.story(release, shop.draft(release, **case), "2026-09-14")
        with pytest.raises(DataInvalid) as refusal:
            story.zhang("submit", materials=list(materials))
        assert story.case.state == "draft"
        return [error["pointer"] for error in refusal.value.facts["errors"]]

    def test_a_question_that_is_asked_must_be_answered(self, shop: type[Town]) -> None:
        """A question that is asked must be answered."""
        assert self.refused(shop, answers={}) == ["/answers/area"]

    def test_an_answer_to_no_question_is_an_error(self, shop: type[Town]) -> None:
        """An answer to no question is an error, not ignored."""
        assert self.refused(shop, answers={"area": 1, "colour": "red"}) == ["/answers/colour"]

    def test_a_required_field_may_not_be_left_out(self, shop: type[Town]) -> None:
        """A required field may not be left out."""
        assert self.refused(shop, form={}) == ["/form/phone"]

    def test_papers_nobody_asks_for_are_not_taken(self, shop: type[Town]) -> None:
        """Papers nobody asks for are not taken (R-ACC-3)."""
        never = {"use": "sign", "when": "answers.area > 9000"}
        assert self.refused(shop, "food", never, materials=["sketch"]) == ["/materials/0"]

    def test_main_paper_may_not_follow(self, shop: type[Town]) -> None:
        """Only what the item marks as deferrable may follow later (R-RQ-1)."""
        assert self.refused(shop, materials=[{"material": "lease", "defer": True}]) == [
            "/materials/0"
        ]

    def test_a_paper_comes_only_in_the_ways_that_are_open(self, shop: type[Town]) -> None:
        """A paper comes only in the ways its item names."""
        assert self.refused(shop, materials=[{"material": "lease", "share": True}]) == [
            "/materials/0"
        ]

    def test_the_bundle_says_which_applicants_it_is_for(self, shop: type[Town]) -> None:
        """The bundle says whom it serves."""
        assert self.refused(shop, applicant_type="organisation") == ["/applicant/type"]

    def test_choice_for_another_item(self, shop: type[Town]) -> None:
        """A commitment is chosen for an item of this application only."""
        never = {"use": "fire", "when": "answers.area > 9000"}
        assert self.refused(shop, "food", never, handling={"fire": "commitment"}) == [
            "/handling/fire"
        ]

    def test_answers_that_leave_no_item_are_told_so(self, shop: type[Town]) -> None:
        """Answers that leave no item are told so."""
        entry = {"use": "food", "when": "answers.area > 1000"}
        assert self.refused(shop, entry) == ["/answers"]

    def test_what_the_law_forbids_is_answered_in_writing(self, shop: type[Town]) -> None:
        """Who applies nevertheless gets a number and a dated decision with ground and remedies (许可法 38, invariant 2)."""
        release = shop.release(
            "food",
            "drain",
            "sign",
            on_refusal="stop_all",
            stop=[{"when": "answers.area > 100", "say": "太大了，不能办", "basis": "某法 9"}],
        )
        story = shop.story(release, shop.draft(release), "2026-09-14")
        story.zhang("submit", materials=[])
        assert {item.state for item in story.case.items.values()} == {"forbidden"}
        assert (story.case.state, story.case.closed_at is not None) == ("refused", True)
        assert story.papers() == ["receipt", *["refusal"] * 3, "result"]
        said = story.case.notices[2].body
        assert (said["law"], said["points"]) == ("某法 9", ["太大了，不能办"])
        assert "行政诉讼" in said["remedies"]["text"]
        told = story.events[1]
        assert (told.action, told.law, told.data["ground"]) == (
            "refuse_at_once",
            "某法 9",
            "forbidden",
        )
        assert story.tasks("food") == []

    def test_what_the_law_forbids_of_one_item_bars_that_item(self, shop: type[Town]) -> None:
        """Refused in writing, with form and papers for the others alone; what waits for it is stopped (R-ACC-4)."""
        after = {"use": "sign", "after": ["drain"]}
        release = shop.release("food", "drain", after, stop=[{**TOO_LARGE, "items": ["drain"]}])
        story = shop.story(release, shop.draft(release), "2026-09-14")
        story.zhang("submit", materials=[])
        assert {code: item.state for code, item in story.case.items.items()} == {
            "food": "received",
            "drain": "forbidden",
            "sign": "stopped",
        }
        assert story.papers() == ["receipt", "refusal", "stopped"]
        assert "招牌效果图" not in str(story.case.notices[1].body)  # nothing is asked for in vain
        said = story.case.notices[2].body
        assert (said["law"], said["points"]) == ("某法 9", ["太大了。"])
        assert story.case.closed_at is None
        story.li("food.note_defects", reasons=["phone-wrong"])

    def test_what_falls_with_it_is_told_before(self, shop: type[Town]) -> None:
        """The guide tells which items the law forbids and what falls with them, and asks nothing for them."""
        after = {"use": "sign", "after": ["drain"]}
        found = guided(shop, "food", "drain", after, stop=[{**TOO_LARGE, "items": ["drain"]}])
        assert (found["can_apply"], found["stops"]) == (True, [])
        assert [item["code"] for item in found["items"]] == ["food"]
        assert [(e["item"]["code"], e["say"], e["basis"]) for e in found["barred"]] == [
            ("drain", "太大了。", "某法 9"),
            ("sign", "「排水许可」不能办，这一项随之终止", ""),
        ]
        assert "sketch" not in {paper["code"] for paper in found["materials"]}
        assert "其中依法不能办的" in guide_text(found)

    @pytest.mark.parametrize(
        "items", [("drain",), ("food", {"use": "drain", "on_refusal": "stop_all"})]
    )
    def test_where_nothing_is_left_the_whole_is_forbidden(
        self, shop: type[Town], items: tuple[Any, ...]
    ) -> None:
        """Barred is all there is, or all falls with it by the policy: the guide says so, as of a stop of the whole."""
        found = guided(shop, *items, stop=[{**TOO_LARGE, "items": ["drain"]}])
        assert (found["can_apply"], found["barred"]) == (False, [])
        assert found["stops"] == [{"say": "太大了。", "basis": "某法 9"}]

    def test_what_is_barred_asks_for_no_form_and_no_promise(self, shop: type[Town]) -> None:
        """Whoever gets a refusal fills in nothing and signs nothing for it."""
        release = shop.release(
            "fire", stop=[{"when": "answers.area > 100", "say": "不能办。", "basis": "某法 9"}]
        )
        case = shop.draft(release, form={}, handling={"fire": "commitment"})
        story = shop.story(release, case, "2026-09-14")
        story.zhang("submit", materials=[])
        assert (story.state("fire"), story.case.commitments) == ("forbidden", {})

    @pytest.mark.parametrize(
        "value", [0, -1, 10**400, 1e300, float("nan"), float("inf"), True, "130", None, [], {}]
    )
    def test_a_number_is_a_number_in_its_bounds(self, shop: type[Town], value: Any) -> None:
        """A number is a number in its bounds, however it is written."""
        assert self.refused(shop, answers={"area": value}) == ["/answers/area"]

    @pytest.mark.parametrize(
        "value", ["05.11.2026", "2026-W45-4", "2026-11-31", "", "2026-11-05T00:00", 20261105]
    )
    def test_a_date_has_one_spelling(self, shop: type[Town], value: Any) -> None:
        """A date has one spelling, for conditions compare it as text."""
        release = shop.release("food", change={"food": {"fields": ["name", "opens"]}})
        story = shop.story(release, shop.draft(release, form={"opens": value}), "2026-09-14")
        with pytest.raises(DataInvalid) as refusal:
            story.zhang("submit", materials=[])
        assert refusal.value.facts["errors"][0]["pointer"] == "/form/opens"


class TestOneForm:
    """What is kept is what was asked, and each value once."""

    def test_what_nobody_asks_for_is_not_kept(self, shop: type[Town]) -> None:
        """Whatever a client sends along (个人信息保护法 6)."""
        release = shop.release("food", change={"food": {"fields": ["name"]}})
        case = shop.draft(release, form={"opens": "2026-11-05"})
        story = shop.story(release, case, "2026-09-14")
        story.zhang("submit", materials=[])
        assert "opens" not in story.case.form
        assert story.case.form["area"] == 130.0  # the answer

    def test_a_field_that_a_question_fills_equals_the_answer(self, shop: type[Town]) -> None:
        """An application that says two things is told so, whichever is meant."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release, form={"area": 500}), "2026-09-14")
        with pytest.raises(DataInvalid) as refusal:
            story.zhang("submit", materials=[])
        assert [each["pointer"] for each in refusal.value.facts["errors"]] == ["/form/area"]
        assert "与对情形问题的回答不一致" in refusal.value.facts["errors"][0]["detail"]

    def test_a_draft_outlives_a_change_of_the_rules(self, shop: type[Town]) -> None:
        """A field that is gone is left out, an answer given since stands."""
        release = shop.release("food")
        case = shop.draft(release)
        case.form |= {"area": 500, "parents_phone": "13912345678"}
        case.last_event = 1  # kept before
        story = shop.story(release, case, "2026-09-14")
        story.zhang("submit", materials=[])
        assert story.case.form["area"] == 130.0
        assert "parents_phone" not in story.case.form

    def test_what_differs_from_the_record_is_for_the_clerk_to_look_at(
        self, shop: type[Town]
    ) -> None:
        """A shop may be called otherwise than who opens it: nothing is refused for it."""
        release = shop.release("food")
        form = {"name": "别的店", "phone": "13912345678"}
        story = shop.story(release, shop.draft(release, form=form), "2026-09-14")
        story.zhang("submit", materials=[])
        assert story.case.form["name"] == "别的店"
        told = doubts(release, story.case)
        assert any("填的是“别的店”" in said and "请核对" in said for said in told)
        submitted = next(event for event in story.events if event.action == "submit")
        assert submitted.data["warnings"] == told

    @pytest.mark.parametrize(
        ("kind", "number", "filled"),
        [
            ("individual", "11010519491231002X", ("person_name", "person_id")),
            ("sole-trader", "92999901MADEM0046F", ("shop_name", "shop_id")),
        ],
    )
    def test_a_person_is_not_the_shop(
        self, shop: type[Town], kind: str, number: str, filled: tuple[str, str]
    ) -> None:
        """Each of their data fills the fields of its kind."""
        fields = {
            "person_name": ("text", "person.name"),
            "person_id": ("id-number", "person.id"),
            "shop_name": ("text", "organisation.name"),
            "shop_id": ("uscc", "organisation.id"),
            "any_id": ("uscc", "applicant.id"),
        }
        vocabulary = {
            code: VocabularyField(title=code, type=type_, source=[source])
            for code, (type_, source) in fields.items()
        }
        release = shop.release("food")
        known = SimpleNamespace(
            vocabulary=SimpleNamespace(fields=vocabulary),
            directory=release.directory,
            bundle=release.bundle,
        )
        case = shop.draft(release)
        case.applicant_type, case.applicant_name, case.applicant_id = kind, "张三", number
        found = prefill(cast("Release", known), case)
        expected = dict(zip(filled, ("张三", number), strict=True)) | (
            {"any_id": number} if kind != "individual" else {}
        )
        assert found == expected

    @pytest.mark.parametrize(
        ("number", "document", "filled"),
        [
            ("E71234568", "passport", {"kind": "passport", "number": "E71234568"}),
            ("11010519491231002X", "", {"kind": "id_card", "number": "11010519491231002X"}),
            ("E71234568", "", None),
        ],
    )
    def test_an_identity_is_filled_with_its_kind(
        self, shop: type[Town], number: str, document: str, filled: dict[str, str] | None
    ) -> None:
        """As it is on record, or as the number tells; a number of which nobody knows the kind fills nothing."""
        own = {"title": "本人证件", "type": "identity", "source": ["person.id"]}
        vocabulary = {"own": VocabularyField.model_validate(own)}
        release = shop.release("food")
        known = SimpleNamespace(
            vocabulary=SimpleNamespace(fields=vocabulary),
            directory=release.directory,
            bundle=release.bundle,
        )
        case = shop.draft(release)
        case.applicant_type, case.applicant_id, case.applicant_document = (
            "individual",
            number,
            document,
        )
        assert prefill(cast("Release", known), case).get("own") == filled


class TestAsk:
    def test_kind_of_applicant_decides(self, shop: type[Town]) -> None:
        """A question for individuals is asked of them, whoever the bundle names first."""
        when = "applicant.type == 'individual'"
        questions = [AREA, {"id": "hires", "ask": "请人吗？", "type": "boolean", "when": when}]
        entry = {"use": "sign", "when": "answers.hires"}
        of: Data = {
            "questions": questions,
            "case": {"applicant_type": "individual", "answers": {"area": 1, "hires": True}},
        }
        assert "sign" in shop.submitted("food", entry, **of).case.items

    def test_answers_not_asked_are_dropped(self, shop: type[Town]) -> None:
        """What is no longer asked has no effect."""
        questions = [
            AREA,
            {"id": "hires", "ask": "请人吗？", "type": "boolean", "when": "answers.area > 500"},
        ]
        entry = {"use": "sign", "when": "answers.hires"}
        story = shop.submitted(
            "food", entry, questions=questions, case={"answers": {"area": 1, "hires": True}}
        )
        assert (list(story.case.items), story.case.answers) == (["food"], {"area": 1.0})
