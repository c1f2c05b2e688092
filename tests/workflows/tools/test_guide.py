"""The guide: what applies and what does not, what is needed, until when — the same as the engine would have it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.errors import DataInvalid
from service.workflows.bundle import Applicant
from service.workflows.calendar import TZ, WorkCalendar
from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.situation import Action, Actor, Situation
from service.workflows.step import step
from service.workflows.tools.guide import Earlier, guide, guide_text, questions, stops_so_far

ANSWERS: dict[str, Any] = {"licence": "have", "area": 400, "sign": True, "dishes": ["raw"], "staff": 0}
WHO = Applicant("sole-trader", "示例小馆", "92999901MADEM0046F")
LICENCE = {"business-licence": {"address": "临湖路1号", "seats": "很多"}}


class Desk:
    """Someone who asks for guides."""

    def __init__(self, release: Release, calendar: WorkCalendar, now: datetime) -> None:
        self.release, self.calendar, self.now = release, calendar, now

    def guide(self, *, who: Applicant = WHO, handling: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        answers = more.pop("answers", ANSWERS)
        return guide(self.release, who, answers, handling or {}, self.calendar, self.now, **more)


@pytest.fixture
def desk(release: Release, calendar: WorkCalendar, now: datetime) -> Desk:
    return Desk(release, calendar, now)


def by_code(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["code"]: entry for entry in entries}


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
            ("市场监督管理局", True, 0), ("消防救援大队", False, 1),
        ]  # fmt: skip

    def test_says_when_the_law_forbids_it(self, desk: Desk) -> None:
        """A stop is said with its article, before anyone fills in a form."""
        found = desk.guide(answers={**ANSWERS, "area": 8, "dishes": ["hot"], "fumes": True})
        assert found["stops"] == [{"say": "这么小的店不得新建产生油烟的餐饮项目。", "basis": "大气污染防治法 81"}]
        assert found["can_apply"] is False
        assert desk.guide()["can_apply"] is True

    def test_has_nothing_to_apply_for(self, desk: Desk) -> None:
        """Answers under which nothing applies make a guide that says so."""
        found = desk.guide(answers={**ANSWERS, "area": 20, "sign": False, "dishes": []})
        assert (found["items"], found["materials"], found["can_apply"], found["dates"]["expected_on"]) == (
            [],
            [],
            False,
            None,
        )

    def test_repeats_the_answers(self, desk: Desk) -> None:
        """The questions asked come with the answer as a person would say it."""
        asked = {
            q["id"]: q["said"]
            for q in desk.guide(answers={**ANSWERS, "dishes": ["hot", "raw"], "fumes": True})["questions"]
        }
        assert asked == {
            "licence": "已经有了", "area": "400㎡", "sign": "是", "dishes": "炒菜、火锅；生食", "fumes": "是", "staff": "0",
        }  # fmt: skip
        assert {q["id"]: q["said"] for q in desk.guide(answers={**ANSWERS, "dishes": []})["questions"]}[
            "dishes"
        ] == "都没有"

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
        assert (offer["offered"], offer["why_not"]) == (True, "")
        assert offer["text"].startswith("# 消防安全检查告知承诺书")
        assert offer["limit"] == {"limit": "1wd", "title": "1个工作日"}
        assert offer["waives"] == [{"code": "fire-plan", "title": "消防平面图"}]
        assert offer["follow_up"]["title"] == "准予后20个工作日内核查，全部核查"
        assert offer["follow_up"]["post"] == {"code": "inspector", "title": "核查岗"}
        assert offer["depends_on"] == [{"code": "usable_area", "title": "使用面积"}]

    def test_says_how_many_are_checked(self, joint: Release, calendar: WorkCalendar, now: datetime) -> None:
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
            by_code(desk.guide(form={"usable_area": n})["items"])["fire-check"]["commitment"] for n in (90, 2000)
        )
        assert (small["offered"], small["depends_on"]) == (True, [])
        assert (large["offered"], large["depends_on"]) == (False, [])

    def test_changes_limit_and_materials(self, desk: Desk) -> None:
        """The guide for this choice shows its own limit and drops what is waived (R-NCP-6)."""
        ordinary, promise = desk.guide(), desk.guide(handling={"fire-check": "commitment"})
        fire = by_code(promise["items"])["fire-check"]
        assert fire["handling"] == {"code": "commitment", "title": "告知承诺"}
        assert fire["limits"]["promised"]["limit"] == "1wd"
        assert fire["expected_on"] == "2026-11-06"
        assert set(by_code(ordinary["materials"])) - set(by_code(promise["materials"])) == {"fire-plan"}

    @pytest.mark.parametrize(
        ("handling", "pointer"), [({"other": "ordinary"}, "other"), ({"fire-check": "maybe"}, "fire-check")]
    )
    def test_refuses_an_unknown_choice(self, desk: Desk, handling: dict[str, str], pointer: str) -> None:
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
        assert {code: (paper["needed_from_applicant"], paper["how"]) for code, paper in papers.items()} == {
            "licence-copy": (False, "调取电子证照，免交；系统取不到时再上传"),
            "identity": (False, "数据共享，免交；系统取不到时再上传"),
            "layout": (True, "上传 1 份"),
            "workflow-doc": (True, "上传 1 份；可以先受理、3个工作日内补交"),
            "rules": (False, "系统按您填写的内容生成，免交；系统取不到时再上传"),
            "fire-plan": (True, "上传 1 份"),
            "premises-right": (True, "告知承诺替代，也可以上传 1 份"),
        }

    def test_asks_once(self, desk: Desk) -> None:
        """A paper of two items appears once, for both, by an origin that serves both (R-BND-3)."""
        paper = by_code(desk.guide()["materials"])["premises-right"]
        assert [item["code"] for item in paper["items"]] == ["fire-check", "outdoor-sign"]
        assert [origin["title"] for origin in paper["origins"]] == ["告知承诺替代", "上传"]

    def test_describes_the_file(self, desk: Desk) -> None:
        """Formats, size, hint and how long it may follow later are there before the upload."""
        papers = by_code(desk.guide(answers={**ANSWERS, "staff": 2})["materials"])
        assert (papers["layout"]["formats"], papers["layout"]["max_mb"], papers["layout"]["hint"]) == (
            ["pdf", "png"],
            15,
            "标注尺寸",
        )
        assert papers["layout"]["deferrable"] is None
        assert papers["workflow-doc"]["deferrable"] == {"limit": "3wd", "title": "3个工作日"}
        assert (papers["health-list"]["required"], papers["health-list"]["how"]) == (False, "上传 1 份（选交）")

    def test_tells_what_the_form_will_decide(self, desk: Desk) -> None:
        """The published list is complete: what may come is named with what it depends on, and is certain once that is filled in."""
        open_ = desk.guide()["undecided"]
        agent = [{"code": "has_agent", "title": "是否委托他人代办"}]
        assert open_["materials"] == [{"code": "authorisation", "title": "授权委托书", "depends_on": agent}]
        assert open_["fields"] == [{"code": "agent_name", "title": "代办人姓名", "depends_on": agent}]
        known = desk.guide(form={"has_agent": True})
        assert known["undecided"] == {"fields": [], "materials": []}
        assert "authorisation" in by_code(known["materials"])
        assert "agent_name" in known["form"]["required"]


class TestForm:
    """One form, and what is filled in already."""

    def test_is_prefilled_with_its_origins(self, desk: Desk) -> None:
        """Answers, the applicant's record and certificates fill fields; what does not fit its field is left to the applicant."""
        assert desk.guide(certificates=LICENCE)["prefill"] == {
            "status": {"value": "have", "origin": "来自您对情形问题的回答"},
            "area": {"value": 400.0, "origin": "来自您对情形问题的回答"},
            "subject_name": {"value": "示例小馆", "origin": "来自您的登记信息"},
            "uscc": {"value": "92999901MADEM0046F", "origin": "来自您的登记信息"},
            "address": {"value": "临湖路1号", "origin": "来自您的营业执照"},
            "dishes": {"value": ["raw"], "origin": "来自您对情形问题的回答"},
        }

    def test_is_a_schema_with_origins(self, desk: Desk) -> None:
        """The schema is valid, and the prefilled values fit it."""
        found = desk.guide(certificates=LICENCE)
        Draft202012Validator.check_schema(found["form"])
        assert found["form"]["properties"]["address"]["x-origin"] == "来自您的营业执照"
        values = {name: entry["value"] for name, entry in found["prefill"].items()}
        assert Draft202012Validator(found["form"]).is_valid({**values, "seats": 3, "has_agent": False})

    def test_takes_what_an_earlier_application_said(self, desk: Desk) -> None:
        """Where the definition says so, and only there; a better source goes first, and what was filled in now counts."""
        before = Earlier({"address": "旧址1号", "usable_area": 80.0, "seats": 12}, "来自您2026年10月9日的申请")
        found = desk.guide(earlier=before)["prefill"]
        assert found["usable_area"] == {"value": 80.0, "origin": "来自您2026年10月9日的申请"}
        assert {"address", "seats"} & set(found) == set()
        assert "usable_area" not in desk.guide(earlier=before, form={"usable_area": 90})["prefill"]

    def test_takes_having_none_for_an_answer(self, desk: Desk) -> None:
        """Who chose nothing of a list is not asked again in the form."""
        found = desk.guide(answers={**ANSWERS, "dishes": []})["prefill"]
        assert found["dishes"] == {"value": [], "origin": "来自您对情形问题的回答"}

    def test_lets_the_form_correct_an_answer(self, desk: Desk) -> None:
        """What was filled in otherwise is the applicant's own word."""
        assert "area" not in desk.guide(form={"area": 380})["prefill"]

    def test_takes_a_stranger(self, desk: Desk) -> None:
        """Without a login nothing personal is prefilled."""
        assert set(desk.guide(who=Applicant("enterprise"))["prefill"]) == {"status", "area", "dishes"}


class TestDates:
    """The dates are those the engine would give."""

    @pytest.fixture
    def submitted(self, release: Release, calendar: WorkCalendar, now: datetime) -> Case:
        """Return the application submitted now with everything, and accepted at once."""
        case = Case(
            id="c1", bundle="open-shop", release=release.hash, applicant_type="sole-trader", applicant_name="示例小馆",
            applicant_id="92999901MADEM0046F", number="N-1", salt="s", account="zhang", answers=dict(ANSWERS),
            form={"address": "临湖路1号", "seats": 20, "has_agent": False},
        )  # fmt: skip
        papers = ["licence-copy", "identity", "layout", "workflow-doc", "rules", "fire-plan", "premises-right"]
        applicant = Actor("zhang", "applicant", subject=case.applicant_id)
        return step(
            case, Action("submit", data={"materials": papers}), applicant, Situation(release, calendar, now)
        ).case

    def test_are_those_of_a_real_case(self, desk: Desk, submitted: Case) -> None:
        """Correction notice, promise of the whole and promise of each item agree with a case submitted at the same instant."""
        found = desk.guide()
        assert found["dates"]["notice_by"] == str(submitted.clocks["food-licence", "notice"].due_on) == "2026-11-12"
        assert found["dates"]["promised_on"] == str(submitted.clocks["", "promise"].due_on) == "2026-11-24"
        window = Actor("li", "clerk", "scjg", frozenset({"window"}))
        case = step(
            submitted, Action("accept", "food-licence"), window, Situation(desk.release, desk.calendar, desk.now)
        ).case
        expected = by_code(found["items"])["food-licence"]["expected_on"]
        assert expected == str(case.clocks["food-licence", "decision"].promised_on) == "2026-11-12"

    def test_follow_the_order(self, desk: Desk) -> None:
        """An item counts from the end of those before it; the whole is done with the last (R-BND-7)."""
        found = desk.guide()
        days = {code: item["expected_on"] for code, item in by_code(found["items"]).items()}
        assert days == {"food-licence": "2026-11-12", "fire-check": "2026-11-17", "outdoor-sign": "2026-11-17"}
        assert found["dates"]["expected_on"] == "2026-11-17"
        assert found["dates"]["submit_on"] == "2026-11-05"
        new = desk.guide(answers={**ANSWERS, "licence": "none"})
        assert by_code(new["items"])["outdoor-sign"]["expected_on"] == "2026-11-18"

    def test_need_no_notice_for_a_promise(self, desk: Desk) -> None:
        """What is granted on a promise has no intake, so there is no notice to wait for."""
        answers = {**ANSWERS, "dishes": [], "sign": False}
        assert desk.guide(answers=answers, handling={"fire-check": "commitment"})["dates"]["notice_by"] is None

    def test_are_provisional_beyond_the_calendar(self, release: Release, calendar: WorkCalendar) -> None:
        """A date that hangs on a year without a published calendar is marked, and says what is assumed (R-CAL-5)."""
        dates = Desk(release, calendar, datetime(2026, 12, 25, 9, tzinfo=TZ)).guide()["dates"]
        assert dates["provisional"] is True
        assert "尚未公布" in dates["note"]
        known = Desk(release, calendar, datetime(2026, 11, 5, 9, tzinfo=TZ)).guide()["dates"]
        assert (known["provisional"], known["note"]) == (False, "")

    def test_have_a_cap_when_handled_jointly(
        self, desk: Desk, joint: Release, calendar: WorkCalendar, now: datetime
    ) -> None:
        """Joint handling is capped by law; otherwise each item keeps its own limits (R-BND-2)."""
        found = Desk(joint, calendar, now).guide()
        assert found["limits"]["legal_cap"] == {"limit": "45wd", "title": "45个工作日", "basis": "行政许可法 26、42"}
        assert found["dates"]["cap_on"] > found["dates"]["promised_on"]
        alone = desk.guide()
        assert alone["limits"] == {"promised": "13wd", "promised_title": "13个工作日", "legal_cap": None}
        assert alone["dates"]["cap_on"] is None


class TestMoney:
    """Fees and what is saved."""

    def test_adds_up_the_fees(self, desk: Desk) -> None:
        """Each fee has its basis; without any it says so."""
        fees = desk.guide()["fees"]
        assert (fees["total"], fees["title"]) == (12.5, "12.5元")
        assert fees["items"] == [
            {"code": "outdoor-sign", "title": "户外招牌设置备案", "amount": 12.5, "basis": "城市道路管理条例 37"}
        ]
        free = desk.guide(answers={**ANSWERS, "sign": False})["fees"]
        assert (free["total"], free["title"], free["items"]) == (0, "不收费", [])

    def test_shows_what_is_saved(self, desk: Desk) -> None:
        """Published figures of before stand beside what this applicant has to do now (R-ONE-1)."""
        assert desk.guide()["savings"] == {
            "steps": {"before": 12, "now": 2},
            "materials": {"before": 35, "now": 3},
            "days": {
                "before": {"limit": "48wd", "title": "48个工作日"},
                "now": {"limit": "13wd", "title": "13个工作日"},
            },
        }
        nothing_issued = desk.guide(answers={**ANSWERS, "area": 20, "dishes": []})["savings"]
        assert nothing_issued["steps"] == {"before": 12, "now": 1}

    def test_compares_nothing_without_figures(self, joint: Release, calendar: WorkCalendar, now: datetime) -> None:
        """No published figures, no claim."""
        assert Desk(joint, calendar, now).guide()["savings"] is None


class TestQuestions:
    """One question after another."""

    def test_come_in_order_with_all_that_is_shown(self, release: Release) -> None:
        """Each says what it asks, why, and which answers it takes."""
        listed = questions(release, {})
        assert [q["id"] for q in listed] == ["licence", "area", "sign", "dishes", "fumes", "staff"]
        assert listed[0]["options"] == [{"value": "have", "title": "已经有了"}, {"value": "none", "title": "还没有"}]
        assert (listed[1]["type"], listed[1]["unit"], listed[1]["min"], listed[1]["why"]) == (
            "number",
            "㎡",
            1,
            "决定是否要消防检查",
        )
        assert (listed[5]["min"], listed[5]["max"]) == (0, 500)
        assert not any(q["answered"] for q in listed)

    def test_depend_on_the_answers_so_far(self, release: Release) -> None:
        """A question with a condition is asked when it holds; an answer to one not asked does not count."""
        before, after = (
            {q["id"]: q for q in questions(release, {"dishes": d, "fumes": True})} for d in (["raw"], ["hot"])
        )
        assert (before["fumes"]["asked"], before["fumes"]["answered"], before["fumes"]["said"]) == (False, False, "")
        assert (after["fumes"]["asked"], after["fumes"]["value"], after["fumes"]["said"]) == (True, True, "是")

    def test_say_what_is_wrong(self, release: Release) -> None:
        """A wrong answer is not taken, and the question says why."""
        area = {q["id"]: q for q in questions(release, {"area": "很大", "sign": False})}["area"]
        assert (area["answered"], area["value"]) == (False, None)
        assert area["fault"].startswith("店面建筑面积是多少？")


class TestGuideText:
    """The guide to read."""

    def test_reads_well(self, desk: Desk) -> None:
        """Everything a person must know stands there in plain Chinese, and no code does."""
        text = guide_text(desk.guide(certificates=LICENCE))
        assert text.startswith("# 开办餐饮店办事指南\n")
        headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
        assert headings == [
            "您的情况", "要办的事项（3 个，3 个部门）", "不用办的事项", "材料（一套，交一次）", "要填的内容（一张表）", "时间", "费用",
            "比分头办省了什么", "在哪里办",
        ]  # fmt: skip
        for said in (
            "预计 **2026年11月17日（周二）** 前全部办结", "承诺5个工作日，法定10个工作日，预计2026年11月12日（周四）前",
            "「食品经营许可（餐饮服务）」办完后自动开始", "免交「消防平面图」", "要您准备的 4 份", "不用您交的 3 份", "共 9 项，其中 6 项已经替您填好",
            "授权委托书（取决于：是否委托他人代办）", "| 经营布局图（标注尺寸） | 上传 1 份 | pdf、png，不超过 15 MB | 食品经营许可（餐饮服务） |",
            "12.5元（依据：城市道路管理条例 37）", "| 交几份材料 | 35 份 | 3 份 |", "消防安全检查告知承诺书",
        ):  # fmt: skip
            assert said in text
        assert not any(code in text for code in ("food-licence", "outdoor-sign", "scjg", "None", "has_agent"))
        assert "\n\n\n" not in text

    def test_follows_the_choice(self, desk: Desk) -> None:
        """A chosen promise is said to be chosen; one that is not open says why."""
        assert "您已选择告知承诺，1个工作日办结" in guide_text(desk.guide(handling={"fire-check": "commitment"}))
        assert "失信记录" in guide_text(desk.guide(who=Applicant("enterprise", excluded=True)))

    def test_stops_at_what_is_forbidden(self, desk: Desk) -> None:
        """When the law forbids it, that is all there is to read."""
        text = guide_text(desk.guide(answers={**ANSWERS, "area": 8, "dishes": ["hot"], "fumes": True}))
        assert "## 现在不能办" in text
        assert "大气污染防治法 81" in text
        assert "材料" not in text

    def test_says_when_nothing_applies(self, desk: Desk) -> None:
        """No items is an answer too."""
        assert "没有需要办理的事项" in guide_text(
            desk.guide(answers={**ANSWERS, "area": 20, "sign": False, "dishes": []})
        )

    def test_warns_of_provisional_dates(self, joint: Release, calendar: WorkCalendar) -> None:
        """Dates beyond the calendar are said to be provisional; a cap by law is named."""
        text = guide_text(Desk(joint, calendar, datetime(2026, 12, 25, 9, tzinfo=TZ)).guide())
        assert "日期是暂定的" in text
        assert "法定最长期限（45个工作日，行政许可法 26、42）" in text
        assert "省了什么" not in text


class TestStopsSoFar:
    """What the law forbids is said at once, and not before it is certain."""

    def test_wait_for_every_answer_they_look_at(self, release: Release) -> None:
        """An open question is no answer."""
        assert stops_so_far(release, {"dishes": ["hot"], "fumes": True}) == []
        assert stops_so_far(release, {"area": 8, "dishes": ["hot"]}) == []

    def test_are_said_before_the_rest_is_answered(self, release: Release) -> None:
        """With the article."""
        found = stops_so_far(release, {"area": 8, "dishes": ["hot"], "fumes": True})
        assert [stop.basis for stop in found] == ["大气污染防治法 81"]

    def test_do_not_wait_for_what_is_not_asked(self, release: Release) -> None:
        """Who cooks nothing is not asked about fumes."""
        assert stops_so_far(release, {"area": 8, "dishes": ["raw"]}) == []
