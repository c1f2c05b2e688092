"""A draft: its form by pages, its papers, what it lacks, what changed since it was begun."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from service.errors import DataInvalid
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack
from service.workflows.calendar import TZ, WorkCalendar
from service.workflows.case.parts import Case, Material
from service.workflows.case.situation import Action, Actor, Held, Situation
from service.workflows.definition import models
from service.workflows.definition.release import Release
from service.workflows.step import step
from service.workflows.telling.draft import draft, to_hand_in
from service.workflows.telling.guide import Earlier

ANSWERS: dict[str, Any] = {
    "licence": "have",
    "area": 400,
    "sign": True,
    "dishes": ["raw"],
    "staff": 0,
}
BEGUN = datetime(2026, 11, 4, 9, 0, 0, 417_389, tzinfo=TZ)
WHOLE = {"address": "临湖路1号", "seats": 20, "has_agent": False}
BEFORE = Earlier({"usable_area": 80.0}, "来自您2026年10月9日的申请")


class Author:
    """Someone who writes an application."""

    def __init__(self, release: Release, calendar: WorkCalendar, now: datetime) -> None:
        self.release, self.calendar, self.now = release, calendar, now
        self.library: tuple[Held, ...] = ()

    def case(self, **changes: Any) -> Case:
        case = Case(
            id="c1",
            bundle="open-shop",
            release=self.release.hash,
            applicant_type="sole-trader",
            applicant_name="示例小馆",
            applicant_id="92999901MADEM0046F",
            account="zhang",
            answers=dict(ANSWERS),
        )
        return replace(case, **changes)

    def draft(
        self, *, earlier: Earlier = BEFORE, before: Release | None = None, **changes: Any
    ) -> dict[str, Any]:
        situation = Situation(self.release, self.calendar, self.now, library=self.library)
        return draft(self.case(**changes), situation, earlier=earlier, before=before)


@pytest.fixture
def author(release: Release, calendar: WorkCalendar, now: datetime) -> Author:
    return Author(release, calendar, now)


def fields(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f["code"]: f
        for page in found["pages"]
        for section in page["sections"]
        for f in section["fields"]
    }


def papers(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {paper["code"]: paper for paper in found["papers"]}


def material(n: int, code: str, source: str = "upload", **more: Any) -> dict[int, Material]:
    return {n: Material(n, code, source, BEGUN, "zhang", **more)}


class TestPages:
    """The one form, by sections."""

    def test_name_their_sections(self, author: Author) -> None:
        """Fields without a section come last; short sections share a page."""
        found = author.draft()
        assert [(page["n"], page["title"]) for page in found["pages"]] == [(1, "场所、其他")]

    def test_say_what_is_known_and_from_where(self, author: Author) -> None:
        """Each field has its value in words and its origin."""
        found = fields(author.draft())
        assert (found["status"]["said"], found["status"]["origin"]) == (
            "已有",
            "来自您前面的回答",
        )
        assert (found["area"]["said"], found["subject_name"]["origin"]) == (
            "400㎡",
            "来自您的登记信息",
        )
        assert (found["usable_area"]["value"], found["usable_area"]["origin"]) == (
            80.0,
            BEFORE.said,
        )
        assert (
            found["address"]["value"],
            found["address"]["said"],
            found["address"]["lacking"],
        ) == (None, "", True)

    def test_take_back_the_origin_of_what_was_changed(self, author: Author) -> None:
        """What the applicant wrote is the applicant's."""
        assert (
            fields(author.draft(form={"subject_name": "另一个名字"}))["subject_name"]["origin"]
            == ""
        )

    def test_hold_no_more_than_twelve_to_fill_in(
        self, pack: Pack, calendar: WorkCalendar, now: datetime
    ) -> None:
        """What is known does not count; a long section takes several pages, and a short one joins the last."""
        long = {
            f"f{n}": models.VocabularyField(title=f"第{n}项", type="text", section="很长")
            for n in range(17)
        }
        known = {
            "k": models.VocabularyField(
                title="名称", type="text", section="很长", source=["applicant.name"]
            )
        }
        words = pack.vocabulary.model_copy(
            update={"fields": {**known, **long, **pack.vocabulary.fields}}
        )
        item = pack.items["food-licence"].model_copy(
            update={"fields": ["k", *long, "status", "seats", "area", "has_agent"]}
        )
        changed = replace(pack, vocabulary=words, items={**pack.items, "food-licence": item})
        made = Author(compile_release(changed, "open-shop"), calendar, now)
        answers = {**ANSWERS, "area": 100, "sign": False}
        found = made.draft(answers=answers)
        assert [(page["title"], page["to_fill"]) for page in found["pages"]] == [
            ("很长（1）", 9),
            ("很长（2）、其他", 10),
        ]
        again = made.draft(answers=answers, form={"k": "另一个名字", "f3": "写了", "f9": "写了"})
        assert [page["title"] for page in again["pages"]] == ["很长（1）", "很长（2）、其他"]
        assert [
            [field["code"] for part in page["sections"] for field in part["fields"]]
            for page in again["pages"]
        ] == [
            [field["code"] for part in page["sections"] for field in part["fields"]]
            for page in found["pages"]
        ]

    def test_propose_what_was_typed_in_another_field(
        self, pack: Pack, calendar: WorkCalendar, now: datetime
    ) -> None:
        """To be looked at and saved, like anything that is only proposed."""
        words = dict(pack.vocabulary.fields)
        words["keeper"] = models.VocabularyField(
            title="安全员", type="text", source=["form.address"]
        )
        item = pack.items["food-licence"].model_copy(
            update={"fields": [*pack.items["food-licence"].fields, "keeper"]}
        )
        changed = replace(
            pack,
            vocabulary=pack.vocabulary.model_copy(update={"fields": words}),
            items={**pack.items, "food-licence": item},
        )
        made = Author(compile_release(changed, "open-shop"), calendar, now)
        assert fields(made.draft())["keeper"]["value"] is None
        field = fields(made.draft(form={"address": "示例路1号"}))["keeper"]
        assert (field["value"], field["lacking"]) == ("示例路1号", True)
        assert field["origin"].startswith("和您填的“")


class TestLacking:
    """What a submission would be refused for."""

    def test_is_what_a_submission_says(
        self, author: Author, release: Release, calendar: WorkCalendar
    ) -> None:
        """The same places, no more and no fewer."""
        case = author.case(form={"seats": 3})
        with pytest.raises(DataInvalid) as refusal:
            step(
                case,
                Action("submit"),
                Actor("zhang", "applicant", subject=case.applicant_id),
                Situation(release, calendar, author.now),
            )
        wanted = [error["pointer"] for error in refusal.value.facts["errors"]]
        assert [error["pointer"] for error in author.draft(form={"seats": 3})["lacking"]] == wanted
        assert author.draft(form=WHOLE)["lacking"] == []

    def test_names_a_value_that_does_not_fit(self, author: Author) -> None:
        """In the words of the check; the rest of the form stays readable."""
        found = author.draft(form={**WHOLE, "seats": "很多"})
        assert found["lacking"] == [
            {"pointer": "/form/seats", "detail": "餐位数：请填数字，如 180"}
        ]
        assert found["guide"] is not None

    def test_asks_to_look_at_what_is_only_proposed(
        self, pack: Pack, calendar: WorkCalendar, now: datetime
    ) -> None:
        """An earlier application proposes; what stands in the new one is for the applicant to say."""
        entries = [*pack.items["food-licence"].fields, "usable_area"]
        item = pack.items["food-licence"].model_copy(update={"fields": entries})
        made = compile_release(
            replace(pack, items={**pack.items, "food-licence": item}), "open-shop"
        )
        found = Author(made, calendar, now).draft(form=WHOLE)
        assert found["lacking"] == [{"pointer": "/form/usable_area", "detail": "请核对使用面积"}]

    def test_asks_for_answers_first(self, author: Author) -> None:
        """Without them nobody knows what to fill in."""
        found = author.draft(answers={"licence": "have"})
        assert (found["guide"], found["pages"], found["papers"]) == (None, [], [])
        assert "/answers/area" in [error["pointer"] for error in found["lacking"]]

    def test_says_what_the_law_forbids(self, author: Author) -> None:
        """And when nothing applies at all."""
        stopped = author.draft(
            answers={**ANSWERS, "area": 8, "dishes": ["hot"], "fumes": True}, form=WHOLE
        )
        assert stopped["lacking"][0]["detail"] == "这么小的店不得新建产生油烟的餐饮项目。"
        nothing = author.draft(answers={**ANSWERS, "area": 20, "sign": False, "dishes": []})
        assert nothing["lacking"][0] == {
            "pointer": "/answers",
            "detail": "按您的回答没有需要办理的事项",
        }

    def test_finds_a_choice_that_has_no_item(self, author: Author) -> None:
        """After the answers changed, what was chosen for an item that is gone has to go too."""
        found = author.draft(
            answers={**ANSWERS, "area": 100}, form=WHOLE, handling={"fire-check": "commitment"}
        )
        assert [error["pointer"] for error in found["lacking"]] == ["/handling/fire-check"]


class TestPapers:
    """The one set, and what was handed in for it."""

    def test_offer_every_way(self, author: Author) -> None:
        """As the item says, a file in any case, later where it may be."""
        found = papers(author.draft())
        assert [way["code"] for way in found["premises-right"]["ways"]] == ["commitment", "upload"]
        assert [way["code"] for way in found["workflow-doc"]["ways"]] == ["upload", "defer"]
        assert found["identity"]["ways"][0] == {"code": "share", "title": "数据共享"}

    def test_show_what_was_handed_in(self, author: Author) -> None:
        """The newest counts; a promise to bring it later is not the paper."""
        rows = {
            **material(1, "layout", file="a" * 64, name="旧图.pdf", replaced=True),
            **material(2, "layout", file="b" * 64, name="新图.pdf"),
            **material(3, "workflow-doc", "defer"),
        }
        found = papers(author.draft(materials=rows))
        assert found["layout"]["given"] == {
            "source": "upload",
            "source_title": "上传",
            "file": "b" * 64,
            "name": "新图.pdf",
            "origin": "",
        }
        assert (found["layout"]["lacking"], found["workflow-doc"]["lacking"]) == (False, True)
        assert found["workflow-doc"]["given"]["source_title"] == "以后补交"

    def test_never_stand_in_the_way(self, author: Author) -> None:
        """A missing paper does not prevent the receipt (R-ACC-4)."""
        found = author.draft(form=WHOLE)
        assert any(paper["lacking"] for paper in found["papers"])
        assert found["lacking"] == []

    def test_come_by_themselves_where_they_can(self, author: Author) -> None:
        """Sharing and certificates need nobody to ask; what was chosen goes first."""
        chosen = author.draft(materials=material(1, "identity", file="c" * 64, name="身份证.pdf"))
        assert to_hand_in(chosen["papers"]) == [
            {"material": "licence-copy", "share": True},
            {"material": "identity", "file": "c" * 64, "name": "身份证.pdf"},
            {"material": "rules", "generated": True},
        ]

    def test_take_no_certificate_that_nobody_holds(self, author: Author) -> None:
        """The library is asked; without one the paper comes another way (R-ACC-3)."""
        paper = papers(author.draft())["licence-copy"]
        assert (paper["way"]["code"], [way["code"] for way in paper["ways"]]) == (
            "share",
            ["share", "upload"],
        )
        assert paper["how"] == "数据共享，免交；系统取不到时再上传"
        author.library = (
            Held("BL1", "business-licence", "营业执照", "92999901MADEM0046F", author.now.date()),
        )
        assert papers(author.draft())["licence-copy"]["way"]["code"] == "certificate"

    def test_follow_the_handling(self, author: Author) -> None:
        """What a promise waives is not asked for, and what was handed in for it is not handed in again (R-NCP-6)."""
        rows = material(1, "fire-plan", file="d" * 64)
        found = author.draft(
            materials=rows, handling={"fire-check": "commitment"}, form={"usable_area": 90}
        )
        assert "fire-plan" not in papers(found)
        assert "fire-plan" not in [entry["material"] for entry in to_hand_in(found["papers"])]


class TestClosed:
    """A choice of a promise that does not hold is said, never silently dropped."""

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({}, "要先填使用面积，才知道能不能用告知承诺"),
            (
                {"usable_area": 2000},
                "您选的告知承诺不再适用：不符合告知承诺的适用条件，按一般程序办理，要补交消防平面图",
            ),
        ],
    )
    def test_says_why(self, author: Author, form: dict[str, Any], said: str) -> None:
        """With what it hangs on, or with what has closed it and what that costs."""
        found = author.draft(form=form, handling={"fire-check": "commitment"})
        assert [(each["code"], each["say"]) for each in found["closed"]] == [("fire-check", said)]
        assert "fire-plan" in papers(found)

    def test_is_empty_while_it_holds(self, author: Author) -> None:
        """Who fills in what opens it, and who goes the ordinary way, reads nothing of it."""
        small = {"usable_area": 90}
        assert not author.draft(form=small, handling={"fire-check": "commitment"})["closed"]
        assert not author.draft(form={}, handling={"fire-check": "ordinary"})["closed"]


class TestChanges:
    """The rules changed since the draft was begun."""

    @pytest.fixture
    def stricter(self, pack: Pack) -> Release:
        food = pack.items["food-licence"].model_copy(
            update={
                "fields": [
                    *[f for f in pack.items["food-licence"].fields if f != "seats"],
                    "usable_area",
                ],
                "materials": [*pack.items["food-licence"].materials, "health-list"],
            }
        )
        whole = pack.bundles["open-shop"].model_copy(update={"promised": "15wd"})
        texts = {**pack.texts, "fire-v1": "# 新的承诺书\n"}
        changed = replace(
            pack,
            bundles={"open-shop": whole},
            items={**pack.items, "food-licence": food},
            texts=texts,
        )
        return compile_release(changed, "open-shop")

    def test_are_told(
        self,
        author: Author,
        stricter: Release,
        release: Release,
        calendar: WorkCalendar,
        now: datetime,
    ) -> None:
        """What is asked for now and was not, what is not any more, and the time it takes."""
        found = Author(stricter, calendar, now).draft(before=release)
        assert found["changes"] == [
            "现在还要交：体检名单",
            "现在不用填：餐位数",
            "承诺办结的时间由13个工作日改为15个工作日",
            "「公众聚集场所投入使用、营业前消防安全检查」的告知承诺书换了新的文本，请重新阅读",
        ]

    def test_are_none_under_the_same_rules(self, author: Author, release: Release) -> None:
        """Nothing changed, nothing told."""
        assert author.draft(before=release)["changes"] == []
        assert author.draft(answers={}, before=release)["changes"] == []
