"""现场核查: by two officers, point by point, signed by both."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from service.workflows.case.inspections import Inspection
from service.workflows.case.lifecycle import RECORD, completed
from service.workflows.notices.printing import prepared
from tests.workflows.rules.promises import granted
from tests.workflows.story import Story, Town

CHECK = "fire.follow-up"
SHOP = "food"
TWO = ("安全出口不少于2个", "消防设施完好")


def inspecting(shop: type[Town]) -> Story:
    """Let wang arrange a site check of the food licence."""
    story = shop.accepted(SHOP, at="2026-07-06")
    story.wang("food.start_inspection", "2026-07-09")
    return story.until("2026-07-10")


def last(story: Story) -> Inspection:
    """Return the newest record of a check."""
    return list(story.case.inspections.values())[-1]


class TestInspect:
    @pytest.mark.parametrize(
        "without", ["officers", "checked_at", "place", "checklist", "findings", "confirmed"]
    )
    def test_it_needs_the_whole_record(self, shop: type[Town], without: str) -> None:
        """A site check needs who, when, where, each point, what was found, and the officer's own yes (R-DEC-1)."""
        story = inspecting(shop)
        seen = story.seen("food", "wei")
        seen.pop(without)
        with pytest.raises(DataInvalid) as refused:
            story.wei("food.record_inspection", **seen)
        pointers = [error["pointer"] for error in refused.value.facts["errors"]]
        assert pointers == [f"/data/{without}"]

    def test_the_limit_runs_on(self, shop: type[Town]) -> None:
        """A site check stops nothing (R-CLK-2)."""
        story = inspecting(shop)
        story.checks("wei", "food.record_inspection")
        assert (story.state("food"), story.due("food.decision", "promised")) == (
            "reviewing",
            date(2026, 7, 20),
        )

    @pytest.mark.parametrize("officers", [None, [], ["wei"], ["wei", "wei"], "wei,qin"])
    def test_two_go(self, shop: type[Town], officers: Any) -> None:
        """One officer is not enough, nor one named twice (行政许可法 34)."""
        with pytest.raises(DataInvalid, match="两名"):
            inspecting(shop).checks("wei", "food.record_inspection", officers=officers)

    def test_officers_named_before_are_not_named_again(self, shop: type[Town]) -> None:
        """Officers named when the check is arranged need not be named again."""
        story = shop.accepted("food")
        story.wang("food.start_inspection", officers=["wei", "qin"])
        seen = story.seen("food", "wei")
        del seen["officers"]
        story.wei("food.record_inspection", **seen)
        assert [each["account"] for each in last(story).officers] == ["wei", "qin"]

    def test_who_records_was_there(self, shop: type[Town]) -> None:
        """Nobody writes down what only others saw."""
        with pytest.raises(DataInvalid, match="之一"):
            inspecting(shop).checks("wei", "food.record_inspection", officers=["li", "wang"])

    def test_only_colleagues_go(self, shop: type[Town]) -> None:
        """Whoever is named works in the department: a name that nobody has is refused."""
        story = inspecting(shop)
        story.staff = {("scjg", "inspector"): ("wei",), ("scjg", "window"): ("li",)}
        with pytest.raises(DataInvalid, match="不是本部门"):
            story.checks("wei", "food.record_inspection", officers=["wei", "qin"])
        story.checks("wei", "food.record_inspection", officers=["wei", "li"])

    def test_the_applicant_does_not_go(self, shop: type[Town]) -> None:
        """Not even as an officer (回避)."""
        story = inspecting(shop)
        story.subjects = {"li": story.case.applicant_id}
        with pytest.raises(DataInvalid, match="回避"):
            story.checks("wei", "food.record_inspection")

    @pytest.mark.parametrize(
        "at", ["2026-07-11T10:00+08:00", "2026-07-05T10:00+08:00", "2026-07-10T09:00", "gestern", 7]
    )
    def test_it_was_between_the_receipt_and_now(self, shop: type[Town], at: Any) -> None:
        """Not tomorrow, not before there was an application, and at an instant."""
        with pytest.raises(DataInvalid) as refused:
            inspecting(shop).checks("wei", "food.record_inspection", checked_at=at)
        assert refused.value.facts["errors"][0]["pointer"] == "/data/checked_at"


class TestOwnLifecycle:
    def test_a_checklist_asks_for_the_whole_record(self, shop: type[Town]) -> None:
        """Whatever lifecycle asks for a checklist: also for who, when, where and the signature."""
        licence = shop.release("food").lifecycles["licence"]
        named = next(t for t in licence.transitions if t.action == "record_inspection")
        short = named.model_copy(update={"needs": ["checklist"]})
        assert set(completed(licence, short).needs) == set(RECORD)


class TestChecklist:
    @pytest.mark.parametrize(
        ("points", "said"),
        [
            ([{"point": 1, "result": "ok"}], "还缺第 2 项"),
            ([{"point": 1, "result": "ok"}, {"point": 1, "result": "ok"}], "还缺第 2 项"),
            ([{"point": 1, "result": "ok"}, {"point": 3, "result": "ok"}], "还缺第 2 项"),
            ([{"point": 1, "result": "ok"}, {"point": 2, "result": "fine"}], "第 2 项的结果"),
            ([{"point": 1, "result": "ok"}, {"point": 2, "result": "bad"}], "看到的情况"),
            ([{"point": 1, "result": "na"}, {"point": 2, "result": "na"}], "都不适用"),
            ("all", "逐项核查"),
        ],
    )
    def test_each_point_has_its_result(self, shop: type[Town], points: Any, said: str) -> None:
        """Every condition of the item once, each with its result, and what is wrong with what is not in order."""
        story = granted(shop, conditions=TWO)
        with pytest.raises(DataInvalid, match=said):
            story.checks("zhou", f"{CHECK}.pass", "2026-09-29", checklist=points)

    def test_the_result_agrees_with_the_points(self, shop: type[Town]) -> None:
        """Nobody passes with a point that does not conform, nor orders without one (R-NCP-9)."""
        story = granted(shop).until("2026-09-29")
        bad, good = story.seen(CHECK, "zhou", bad=True), story.seen(CHECK, "zhou")
        with pytest.raises(DataInvalid, match="有不符合的要点"):
            story.zhou(f"{CHECK}.pass", **bad)
        for action, more in (
            ("record_mismatch", {}),
            ("order_rectify", {"days": 5, "reasons": ["unfit"]}),
            ("find_false", {"reasons": ["unfit"]}),
        ):
            with pytest.raises(DataInvalid, match="没有不符合的要点"):
                story.zhou(f"{CHECK}.{action}", **good, **more)
        assert story.case.inspections == {}

    def test_who_granted_does_not_go_along(self, shop: type[Town]) -> None:
        """Not as the second officer either (双随机)."""
        with pytest.raises(DataInvalid, match="换人"):
            granted(shop).checks("zhou", f"{CHECK}.pass", "2026-09-29", officers=["zhou", "sun"])


class TestRecord:
    def test_it_is_filed_when_both_have_signed(self, shop: type[Town]) -> None:
        """S-14: checked on 2026-09-29, signed by two inspectors, filed with the second signature (R-LIFE-6)."""
        story = granted(shop)
        story.checks("zhou", f"{CHECK}.pass", "2026-09-29", photos=["a" * 64])
        record = last(story)
        assert (record.result, record.awaits, record.filed_on) == ("conforming", "zheng", None)
        assert [each["account"] for each in record.signatures] == ["zhou"]
        assert record.photos == ["a" * 64]
        with pytest.raises(DataInvalid):
            story.zheng("sign_inspection", "2026-09-30")
        story.zheng("sign_inspection", confirmed=True)
        record = last(story)
        assert [each["account"] for each in record.signatures] == ["zhou", "zheng"]
        assert (record.awaits, record.filed_on, record.public) == ("", date(2026, 9, 30), True)
        with pytest.raises(ActionNotAllowed):
            story.zheng("sign_inspection", confirmed=True)

    def test_only_who_went_signs(self, shop: type[Town]) -> None:
        """Not who granted, not the head, not the applicant."""
        story = granted(shop)
        story.checks("zhou", f"{CHECK}.pass", "2026-09-29")
        for person in ("sun", "jiang", "zhang"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("sign_inspection", confirmed=True)

    def test_a_check_before_the_decision_is_not_for_the_public(self, shop: type[Town]) -> None:
        """It is part of the application; only what licence holders do is public (行政许可法 61 ②)."""
        story = inspecting(shop)
        story.checks("wei", "food.record_inspection")
        assert not last(story).public

    def test_the_mismatch_is_told_within_days_of_the_check(self, shop: type[Town]) -> None:
        """Recorded later, the three days still count from the check itself (R-NCP-9)."""
        story = granted(shop)
        story.checks(
            "zhou",
            f"{CHECK}.record_mismatch",
            "2026-10-08",
            checked_at="2026-09-29T10:00+08:00",
        )
        assert story.due(f"{CHECK}.rectify_notice") == date(2026, 10, 9)


class TestPapers:
    def test_the_order_says_what_why_until_when_and_what_follows(self, shop: type[Town]) -> None:
        """限期整改: the points that failed and what was seen, the reason, the last day, the consequence (R-NCP-9)."""
        story = granted(shop, conditions=TWO)
        story.checks("zhou", f"{CHECK}.record_mismatch", "2026-09-29")
        story.zhou(f"{CHECK}.order_rectify", "2026-10-09", reasons=["unfit"], days=10)
        notice = list(story.case.notices.values())[-1]
        paper = prepared(notice, story.case, story.release, verify_url="")
        sections = {section.title: section for section in paper.sections}
        assert [line.text for line in sections["需要整改的内容"].lines] == [
            "安全出口不少于2个：不符合（疏散标志损坏）"
        ]
        assert [line.text for line in sections["逐项核查的结果"].lines][1] == "消防设施完好：符合"
        assert sections["期限"].rows == (("整改期限", "2026年10月22日"),)
        assert "复查仍不符合" in sections["说明"].sentences[0]
        assert sections["依据"].sentences
        said = paper.sentences[0]
        assert "2026年9月29日10时00分，核查人员zhou、zheng到示例路1号" in said
        assert "10个工作日内改正" in said
        assert "理由：不符合条件" in said

    def test_the_result_says_who_was_there_and_each_point(self, shop: type[Town]) -> None:
        """The paper of the result is the record of the check."""
        story = granted(shop)
        story.checks("zhou", f"{CHECK}.pass", "2026-09-29", findings="设施完好。")
        body = list(story.case.notices.values())[-1].body
        assert body["checked"] == ["有场所：符合"]
        assert "核查结果：符合承诺。设施完好。" in body["text"]
