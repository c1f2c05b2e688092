"""The guide: what applies and what does not, what is needed — the same as the engine would have it."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.errors import DataInvalid
from service.workflows.application.questions import Applicant
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack
from service.workflows.calendar import WorkCalendar
from service.workflows.definition.release import Release
from service.workflows.telling.guide import Earlier, guide
from service.workflows.telling.guide.text import guide_text
from tests.workflows.telling.guide.conftest import ANSWERS, LICENCE, Desk, by_code
from tests.workflows.town import SAMPLES, town


def with_field(pack: Pack, *names: str, **changes: Any) -> Release:
    """Return the bundle with some fields declared otherwise."""
    fields = pack.vocabulary.fields
    changed = {name: fields[name].model_copy(update=changes) for name in names}
    vocabulary = pack.vocabulary.model_copy(update={"fields": {**fields, **changed}})
    return compile_release(replace(pack, vocabulary=vocabulary), "open-shop")


class TestItems:
    """What is to be done, and what is not."""

    def test_publishes_each_item(self, desk: Desk) -> None:
        """Basis, conditions, limits, result and fee are all there, with Chinese titles (R-ACC-2)."""
        items = by_code(desk.guide()["items"])
        assert list(items) == ["food-licence", "fire-check", "outdoor-sign"]
        food = items["food-licence"]
        assert food["title"] == "食品经营许可（餐饮服务）"
        assert food["department"] == {"code": "scjg", "title": "市场监督管理局"}
        assert food["category"]["title"] == "行政许可"
        assert food["basis"] == ["食品安全法 35"]
        assert food["conditions"] == ["配备食品安全员", "有专用操作区"]
        assert food["limits"] == {
            "statutory": {"limit": "10wd", "title": "10个工作日"},
            "promised": {"limit": "5wd", "title": "5个工作日"},
        }
        assert food["result"] == {
            "code": "food-licence",
            "title": "食品经营许可证",
            "valid": {"limit": "5y", "title": "5年"},
        }
        assert (food["after"], food["fee"], food["commitment"]) == ([], None, None)
        sign = items["outdoor-sign"]
        assert sign["after"] == [{"code": "food-licence", "title": "食品经营许可（餐饮服务）"}]
        assert sign["fee"] == {"amount": 12.5, "title": "12.5元", "basis": "城市道路管理条例 37"}
        assert (sign["limits"]["statutory"], sign["result"]) == (None, None)

    def test_says_why_others_are_not_needed(self, desk: Desk) -> None:
        """Each item left out has its reason, in the words of the answers."""
        left_out = by_code(desk.guide()["not_needed"])
        assert list(left_out) == ["business-licence", "health-check"]
        assert "您已经有营业执照了吗？ 已经有了" in left_out["business-licence"]["reason"]

    def test_names_the_departments(self, desk: Desk) -> None:
        """The lead comes first, even if it decides on nothing itself."""
        offices = desk.guide(answers={**ANSWERS, "dishes": [], "sign": False})["departments"]
        assert [(office["title"], office["lead"], len(office["items"])) for office in offices] == [
            ("市场监督管理局", True, 0),
            ("消防救援大队", False, 1),
        ]

    def test_says_when_the_law_forbids_it(self, desk: Desk) -> None:
        """A stop is said with its article, before anyone fills in a form."""
        found = desk.guide(answers={**ANSWERS, "area": 8, "dishes": ["hot"], "fumes": True})
        assert found["stops"] == [
            {"say": "这么小的店不得新建产生油烟的餐饮项目。", "basis": "大气污染防治法 81"}
        ]
        assert found["can_apply"] is False
        assert desk.guide()["can_apply"] is True

    def test_has_nothing_to_apply_for(self, desk: Desk) -> None:
        """Answers under which nothing applies make a guide that says so."""
        found = desk.guide(answers={**ANSWERS, "area": 20, "sign": False, "dishes": []})
        assert (
            found["items"],
            found["materials"],
            found["can_apply"],
            found["dates"]["expected_on"],
        ) == (
            [],
            [],
            False,
            None,
        )

    def test_repeats_the_answers(self, desk: Desk) -> None:
        """The questions asked come with the answer as a person would say it."""
        asked = {
            q["id"]: q["said"]
            for q in desk.guide(answers={**ANSWERS, "dishes": ["hot", "raw"], "fumes": True})[
                "questions"
            ]
        }
        assert asked == {
            "licence": "已经有了",
            "area": "400㎡",
            "sign": "是",
            "dishes": "炒菜、火锅；生食",
            "fumes": "是",
            "staff": "0",
        }
        assert {
            q["id"]: q["said"] for q in desk.guide(answers={**ANSWERS, "dishes": []})["questions"]
        }["dishes"] == "都没有"

    def test_asks_for_every_answer(self, desk: Desk) -> None:
        """A question that is asked and not answered is refused with its pointer."""
        with pytest.raises(DataInvalid) as refusal:
            desk.guide(answers={"licence": "have"})
        assert [error["pointer"] for error in refusal.value.facts["errors"]] == [
            "/answers/area",
            "/answers/sign",
            "/answers/dishes",
            "/answers/staff",
        ]

    def test_is_json(self, desk: Desk) -> None:
        """All of it goes over the wire as it is."""
        found = desk.guide(certificates=LICENCE)
        assert json.loads(json.dumps(found)) == found
        assert found["applicant_type"] == {"code": "sole-trader", "title": "个体工商户"}
        assert found["region"]["title"] == "云泽市临湖区（示例）"
        assert [channel["code"] for channel in found["channels"]] == ["online", "counter"]


class TestCommitment:
    """告知承诺: offered, refused with the reason, chosen."""

    def test_is_offered_with_its_whole_text(self, desk: Desk) -> None:
        """What is promised, waived and checked later is told before anyone chooses."""
        offer = by_code(desk.guide()["items"])["fire-check"]["commitment"]
        assert (offer["offered"], offer["unknown"], offer["why_not"]) == (False, True, "")
        assert offer["text"].startswith("# 消防安全检查告知承诺书")
        assert offer["limit"] == {"limit": "1wd", "title": "1个工作日"}
        assert offer["waives"] == [{"code": "fire-plan", "title": "消防平面图"}]
        assert offer["follow_up"]["title"] == "准予后20个工作日内核查，全部核查"
        assert offer["follow_up"]["post"] == {"code": "inspector", "title": "核查岗"}
        assert offer["depends_on"] == [{"code": "usable_area", "title": "使用面积"}]

    def test_says_how_many_are_checked(
        self, joint: Release, calendar: WorkCalendar, now: datetime
    ) -> None:
        """A sample is given as a share."""
        offer = by_code(Desk(joint, calendar, now).guide()["items"])["fire-check"]["commitment"]
        assert offer["follow_up"]["title"] == "准予后20个工作日内核查，按50%随机抽取"

    def test_is_not_open_to_the_excluded(self, desk: Desk) -> None:
        """An unrepaired breach bars it; the choice then has no effect, as at submission (R-NCP-3)."""
        who = Applicant("sole-trader", "示例小馆", "92999901MADEM0046F", excluded=True)
        found = desk.guide(who=who, handling={"fire-check": "commitment"})
        fire = by_code(found["items"])["fire-check"]
        assert fire["commitment"]["offered"] is False
        assert "失信记录" in fire["commitment"]["why_not"]
        assert fire["handling"]["code"] == "ordinary"
        assert "fire-plan" in by_code(found["materials"])

    def test_depends_on_what_is_filled_in(self, desk: Desk) -> None:
        """Once the field is known, so is the answer."""
        small, large = (
            by_code(desk.guide(form={"usable_area": n})["items"])["fire-check"]["commitment"]
            for n in (90, 2000)
        )
        assert (small["offered"], small["unknown"], small["depends_on"]) == (True, False, [])
        assert (large["offered"], large["unknown"], large["depends_on"]) == (False, False, [])

    def test_takes_what_was_only_proposed_for_unknown(self, desk: Desk) -> None:
        """What an earlier application said opens nothing before the applicant has looked at it."""
        before = Earlier({"usable_area": 80.0}, "来自您2026年10月9日的申请")
        found = desk.guide(earlier=before, handling={"fire-check": "commitment"})
        fire = by_code(found["items"])["fire-check"]
        assert (fire["commitment"]["unknown"], fire["handling"]["code"]) == (True, "ordinary")

    def test_is_not_unknown_to_the_excluded(self, desk: Desk) -> None:
        """What is known decides where the rest cannot change it: nobody is asked for nothing."""
        who = Applicant("sole-trader", "示例小馆", "92999901MADEM0046F", excluded=True)
        offer = by_code(desk.guide(who=who)["items"])["fire-check"]["commitment"]
        assert (offer["unknown"], offer["depends_on"]) == (False, [])

    def test_changes_limit_and_materials(self, desk: Desk) -> None:
        """The guide for this choice shows its own limit and drops what is waived (R-NCP-6)."""
        ordinary, promise = (
            desk.guide(form={"usable_area": 90}, handling={"fire-check": way})
            for way in ("ordinary", "commitment")
        )
        fire = by_code(promise["items"])["fire-check"]
        assert fire["handling"] == {"code": "commitment", "title": "告知承诺"}
        assert fire["limits"]["promised"]["limit"] == "1wd"
        assert fire["expected_on"] == "2026-11-06"
        assert set(by_code(ordinary["materials"])) - set(by_code(promise["materials"])) == {
            "fire-plan"
        }

    @pytest.mark.parametrize(
        ("handling", "pointer"),
        [({"other": "ordinary"}, "other"), ({"fire-check": "maybe"}, "fire-check")],
    )
    def test_refuses_an_unknown_choice(
        self, desk: Desk, handling: dict[str, str], pointer: str
    ) -> None:
        """An unknown item or way is refused with its pointer."""
        with pytest.raises(DataInvalid) as refusal:
            desk.guide(handling=handling)
        assert refusal.value.facts["errors"][0]["pointer"] == f"/handling/{pointer}"

    def test_forgets_a_choice_that_no_longer_matters(self, desk: Desk) -> None:
        """After the answers change, a choice for an item that does not apply any more is no mistake."""
        found = desk.guide(answers={**ANSWERS, "area": 100}, handling={"fire-check": "commitment"})
        assert "fire-check" not in by_code(found["items"])


class TestMaterials:
    """One set: how each paper comes, and for whom."""

    def test_says_how_each_comes(self, desk: Desk) -> None:
        """What can be had by sharing is not asked of the applicant (R-ACC-3)."""
        papers = by_code(desk.guide()["materials"])
        assert {
            code: (paper["needed_from_applicant"], paper["how"]) for code, paper in papers.items()
        } == {
            "licence-copy": (False, "调取电子证照，免交；系统取不到时再上传"),
            "identity": (False, "数据共享，免交；系统取不到时再上传"),
            "layout": (True, "上传 1 份"),
            "workflow-doc": (True, "上传 1 份；可以先受理、3个工作日内补交"),
            "rules": (False, "系统按您填写的内容生成，免交；系统取不到时再上传"),
            "fire-plan": (True, "上传 1 份"),
            "premises-right": (True, "告知承诺替代，也可以上传 1 份"),
        }

    def test_publishes_quantity_samples_and_on_what_a_limit_rests(
        self, calendar: WorkCalendar, now: datetime
    ) -> None:
        """许可法 30: the number that may be granted, a sample of a paper, the article of the limit (R-ACC-2, R-TIME-10)."""
        limited = {"limit": "全区 30 家", "basis": "某法 9"}
        demanded = {"testing": {"basis": "某条例 12"}}
        change = {
            "food": {"quantity": limited, "bases": {"statutory": "某法 7"}, "procedures": demanded}
        }
        told = guide(
            town("food", "fire", change=change),
            Applicant("sole-trader", "占位小店", "92999901MADEM0046F"),
            {"area": 130},
            {},
            calendar,
            now,
        )
        items, papers = by_code(told["items"]), by_code(told["materials"])
        assert (items["food"]["quantity"], items["fire"]["quantity"]) == (limited, None)
        assert items["food"]["procedures"] == [
            {"code": "testing", "title": "检测", "basis": "某条例 12"}
        ]
        assert items["fire"]["procedures"] == []
        assert [items[code]["statutory_basis"] for code in ("food", "fire")] == [
            "某法 7",
            "行政许可法 42",
        ]
        assert (papers["plan"]["sample"], papers["lease"]["sample"]) == (
            SAMPLES["plan-sample.md"],
            "",
        )
        text = guide_text(told)
        for said in (
            "数量**：全区 30 家（依据：某法 9）",
            "法定20个工作日（某法 7）",
            "> 平面图",
            "**检测**（依据：某条例 12）：需要的时间书面告知，不计入办理期限",
        ):
            assert said in text

    def test_promises_no_certificate_that_is_not_there(self, desk: Desk) -> None:
        """Where somebody looked and found none, the paper comes another way; where nobody looked, it may be there."""
        ways = {
            who: by_code(desk.guide(library=library)["materials"])["licence-copy"]
            for who, library in (("stranger", None), ("without", ()))
        }
        assert ways["stranger"]["way"]["code"] == "certificate"
        without = ways["without"]
        assert without["way"]["code"] != "certificate"
        assert "certificate" not in [origin["code"] for origin in without["origins"]]
        assert "电子证照" not in without["how"]

    def test_asks_once(self, desk: Desk) -> None:
        """A paper of two items appears once, for both, by an origin that serves both (R-BND-3)."""
        paper = by_code(desk.guide()["materials"])["premises-right"]
        assert [item["code"] for item in paper["items"]] == ["fire-check", "outdoor-sign"]
        assert [origin["title"] for origin in paper["origins"]] == ["告知承诺替代", "上传"]

    def test_describes_the_file(self, desk: Desk) -> None:
        """Formats, size, hint and how long it may follow later are there before the upload."""
        papers = by_code(desk.guide(answers={**ANSWERS, "staff": 2})["materials"])
        assert (
            papers["layout"]["formats"],
            papers["layout"]["max_mb"],
            papers["layout"]["hint"],
        ) == (
            ["pdf", "png"],
            15,
            "标注尺寸",
        )
        assert papers["layout"]["deferrable"] is None
        assert papers["workflow-doc"]["deferrable"] == {"limit": "3wd", "title": "3个工作日"}
        assert (papers["health-list"]["required"], papers["health-list"]["how"]) == (
            False,
            "上传 1 份（选交）",
        )

    def test_tells_what_the_form_will_decide(self, desk: Desk) -> None:
        """The published list is complete: what may come is named with what it depends on, and is certain once that is filled in."""
        open_ = desk.guide()["undecided"]
        agent = [{"code": "has_agent", "title": "是否委托他人代办"}]
        assert open_["materials"] == [
            {"code": "authorisation", "title": "授权委托书", "depends_on": agent}
        ]
        assert open_["fields"] == [
            {"code": "agent_name", "title": "代办人姓名", "depends_on": agent}
        ]
        known = desk.guide(form={"has_agent": True})
        assert known["undecided"] == {"items": [], "fields": [], "materials": []}
        assert "authorisation" in by_code(known["materials"])
        assert "agent_name" in known["form"]["required"]


class TestForm:
    """One form, and what is filled in already."""

    def test_is_prefilled_with_its_origins(self, desk: Desk) -> None:
        """Answers, the applicant's record and certificates fill fields; what does not fit its field is left to the applicant."""
        assert desk.guide(certificates=LICENCE)["prefill"] == {
            "status": {"value": "have", "origin": "来自您前面的回答"},
            "area": {"value": 400.0, "origin": "来自您前面的回答"},
            "subject_name": {"value": "示例小馆", "origin": "来自您的登记信息"},
            "uscc": {"value": "92999901MADEM0046F", "origin": "来自您的登记信息"},
            "address": {"value": "临湖路1号", "origin": "来自您的营业执照"},
            "dishes": {"value": ["raw"], "origin": "来自您前面的回答"},
        }

    def test_is_a_schema_with_origins(self, desk: Desk) -> None:
        """The schema is valid, and the prefilled values fit it."""
        found = desk.guide(certificates=LICENCE)
        Draft202012Validator.check_schema(found["form"])
        assert found["form"]["properties"]["address"]["x-origin"] == "来自您的营业执照"
        values = {name: entry["value"] for name, entry in found["prefill"].items()}
        assert Draft202012Validator(found["form"]).is_valid(
            {**values, "seats": 3, "has_agent": False}
        )

    def test_takes_what_an_earlier_application_said(self, desk: Desk) -> None:
        """Where the definition says so, and only there; a better source goes first, and what was filled in now counts."""
        before = Earlier(
            {"address": "旧址1号", "usable_area": 80.0, "seats": 12}, "来自您2026年10月9日的申请"
        )
        found = desk.guide(earlier=before)["prefill"]
        assert found["usable_area"] == {"value": 80.0, "origin": "来自您2026年10月9日的申请"}
        assert {"address", "seats"} & set(found) == set()
        assert "usable_area" not in desk.guide(earlier=before, form={"usable_area": 90})["prefill"]

    def test_asks_whether_it_is_the_same_place(self, desk: Desk, pack: Pack) -> None:
        """What belongs to a place fills no other place; what belongs to that case fills nothing."""
        before = Earlier({"usable_area": 80.0, "area": 400}, "来自您2026年10月9日的申请")

        def asked(of: str, form: dict[str, Any], earlier: Earlier = before) -> Any:
            desk.release = with_field(pack, "usable_area", of=of)
            found = desk.guide(form=form, earlier=earlier)
            return "usable_area" in found["prefill"], found["same_place"]

        assert asked("person", {}) == (True, None)
        assert asked("case", {}) == (False, None)
        filled, offer = asked("place", {})
        assert (filled, offer["ask"], offer["origin"]) == (
            False,
            "这次说的，和上次是同一个地方吗？",
            "来自您2026年10月9日的申请",
        )
        assert offer["fields"] == [
            {"code": "usable_area", "title": "使用面积", "value": 80.0, "said": "80㎡"}
        ]
        assert asked("place", {"usable_area": 80.0}) == (False, None)  # filled in already
        assert asked("place", {"usable_area": 90.0}) == (False, None)
        # who applies for the same anew is asked nothing
        assert asked("place", {}, replace(before, whole=True)) == (True, None)

    def test_knows_another_place_by_what_is_known(self, desk: Desk, pack: Pack) -> None:
        """Whose floor is larger than it was is in another place."""
        desk.release = with_field(pack, "usable_area", "area", of="place")
        was = Earlier({"usable_area": 80.0, "area": 90}, "来自您2026年10月9日的申请")
        assert desk.guide(earlier=was)["same_place"] is None

    def test_takes_having_none_for_an_answer(self, desk: Desk) -> None:
        """Who chose nothing of a list is not asked again in the form."""
        found = desk.guide(answers={**ANSWERS, "dishes": []})["prefill"]
        assert found["dishes"] == {"value": [], "origin": "来自您前面的回答"}

    def test_lets_the_form_correct_an_answer(self, desk: Desk) -> None:
        """What was filled in otherwise is the applicant's own word."""
        assert "area" not in desk.guide(form={"area": 380})["prefill"]

    def test_takes_a_stranger(self, desk: Desk) -> None:
        """Without a login nothing personal is prefilled."""
        assert set(desk.guide(who=Applicant("enterprise"))["prefill"]) == {
            "status",
            "area",
            "dishes",
        }
