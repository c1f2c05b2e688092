"""The guide as a person reads it."""

from datetime import datetime

from service.workflows.application.questions import Applicant
from service.workflows.calendar import TZ, WorkCalendar
from service.workflows.definition.release import Release
from service.workflows.telling.guide import guide_text
from tests.workflows.telling.guide.conftest import ANSWERS, LICENCE, Desk


class TestGuideText:
    """The guide to read."""

    def test_reads_well(self, desk: Desk) -> None:
        """Everything a person must know stands there in plain Chinese, and no code does."""
        text = guide_text(desk.guide(certificates=LICENCE))
        assert text.startswith("# 开办餐饮店办事指南\n")
        headings = [
            line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")
        ]
        assert headings == [
            "您的情况",
            "要办的事项（3 个，3 个部门）",
            "不用办的事项",
            "材料（一套，交一次）",
            "要填的内容（一张表）",
            "时间",
            "费用",
            "比分头办省了什么",
            "在哪里办",
        ]
        for said in (
            "预计 **2026年11月17日（周二）** 前全部办结",
            "承诺5个工作日，法定10个工作日（行政许可法 42），预计2026年11月12日（周四）前",
            "「食品经营许可（餐饮服务）」办完后自动开始",
            "免交「消防平面图」",
            "要您准备的 4 份",
            "不用您交的 3 份",
            "共 9 项，其中 6 项已经替您填好",
            "授权委托书（取决于：是否委托他人代办）",
            "| 经营布局图（标注尺寸） | 上传 1 份 | pdf、png，不超过 15 MB | 食品经营许可（餐饮服务） |",
            "12.5元（依据：城市道路管理条例 37）",
            "| 交几份材料 | 35 份 | 3 份 |",
            "消防安全检查告知承诺书",
        ):
            assert said in text
        assert not any(
            code in text for code in ("food-licence", "outdoor-sign", "scjg", "None", "has_agent")
        )
        assert "\n\n\n" not in text

    def test_follows_the_choice(self, desk: Desk) -> None:
        """A chosen promise is said to be chosen; one that is not open says why."""
        chosen = {"fire-check": "commitment"}
        assert "填了使用面积才知道" in guide_text(desk.guide(handling=chosen))
        assert "您已选择告知承诺，1个工作日办结" in guide_text(
            desk.guide(handling=chosen, form={"usable_area": 90})
        )
        assert "失信记录" in guide_text(desk.guide(who=Applicant("enterprise", excluded=True)))

    def test_stops_at_what_is_forbidden(self, desk: Desk) -> None:
        """When the law forbids it, that is all there is to read."""
        text = guide_text(
            desk.guide(answers={**ANSWERS, "area": 8, "dishes": ["hot"], "fumes": True})
        )
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
