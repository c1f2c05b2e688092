"""延长: the decision is put off once, in time and with a reason."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Town


class TestExtend:
    def test_once_with_reason_before_the_end(self, shop: type[Town]) -> None:
        """S-06: the head extends once, with a reason, before the end; the promise stays (R-DEC-4)."""
        story = shop.accepted(
            "food",
            at="2026-08-12",
            change={"food": {"limits": {"statutory": "20wd", "promised": "12wd"}}},
        )
        with pytest.raises(NotPermitted):
            story.wang("food.extend", "2026-09-07", days=10, reason="案情复杂")
        for wrong in (
            {"days": 10},
            {"reason": "案情复杂"},
            {"days": 11, "reason": "案情复杂"},
            {"days": 0, "reason": "案"},
        ):
            with pytest.raises(DataInvalid):
                story.qian("food.extend", **wrong)
        story.qian("food.extend", days=10, reason="案情复杂")
        assert (
            story.due("food.decision", "statutory"),
            story.due("food.decision", "promised"),
        ) == (date(2026, 9, 22), date(2026, 8, 28))
        assert story.papers()[-1] == "extension"
        with pytest.raises(ActionNotAllowed):
            story.qian("food.extend", days=5, reason="还是复杂")

    def test_a_statute_of_its_own_may_allow_more(self, shop: type[Town]) -> None:
        """42 ①: laws and regulations may say otherwise; the paper, the record and the public reason name which (R-TIME-10)."""
        own = {"extension": {"days": "30wd", "basis": "某法 12"}}
        story = shop.accepted("food", at="2026-08-12", change={"food": own})
        with pytest.raises(DataInvalid) as refused:
            story.qian("food.extend", "2026-09-07", days=31, reason="案情复杂")
        assert (refused.value.law, refused.value.detail) == ("某法 12", "最多延长30个工作日")
        story.qian("food.extend", days=30, reason="案情复杂")
        told = list(story.case.notices.values())[-1]
        assert told.body["text"].startswith(
            "「食品经营许可」依据《中华人民共和国某法》第十二条，经负责人批准延长30个工作日"
        )
        assert story.events[-1].data["basis"] == "某法 12"
        assert story.item("food").note == "经负责人批准延长30个工作日（依据某法 12）：案情复杂"
        assert story.due("food.decision", "statutory") == date(2026, 10, 27)

    @pytest.mark.parametrize(
        "before", ["inspecting", "special", "overrun", "hearing_told", "hearing", "hearing_late"]
    )
    def test_wherever_the_item_stands(self, shop: type[Town], before: str) -> None:
        """Article 42 knows no bar while something is going on; once is once wherever (R-DEC-4)."""
        story = shop.accepted("food", at="2026-08-12")
        special = {"procedure": "testing", "basis": "某法 9", "notice_text": "送检。", "days": 2}
        ways: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
            "inspecting": (("start_inspection", {}),),
            "special": (("start_special", special),),
            "overrun": (("start_special", special),),
            "hearing_told": (("tell_hearing", {"reason": "涉及相邻方。", "parties": []}),),
            "hearing": (
                (
                    "open_hearing",
                    {"reason": "公众关心", "notice_text": "公告。", "days": 9, "parties": []},
                ),
            ),
        }
        ways["hearing_late"] = ways["hearing"]
        over = {"overrun": "2026-08-20", "hearing_late": "2026-08-27"}
        for action, data in ways[before]:
            story.wang(f"food.{action}", "2026-08-13", **data)
        story.until(over.get(before, "2026-08-14"))
        assert story.state("food") == before
        story.qian("food.extend", days=10, reason="案情复杂")
        assert [e["days"] for e in story.clock("food.decision").extensions] == ["10wd"]
        with pytest.raises(ActionNotAllowed, match="延长过一次"):
            story.qian("food.extend", days=1, reason="还是复杂")

    def test_a_promise_that_is_not_accepted_keeps_it(self, shop: type[Town]) -> None:
        """Extended while the promise was before them: rejecting it gives no second extension."""
        story = shop.submitted("fire", at="2026-09-14", case={"handling": {"fire": "commitment"}})
        story.jiang("fire.extend", days=10, reason="案情复杂")
        before = story.due("fire.decision", "statutory")
        story.sun("fire.reject_commitment", "2026-09-16", reasons=["unfit"])
        story.li("fire.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.zhang("fire.supply", materials="all")
        story.li("fire.accept")
        assert story.due("fire.decision", "statutory") == before
        with pytest.raises(ActionNotAllowed, match="延长过一次"):
            story.jiang("fire.extend", days=1, reason="再延")

    def test_not_after_the_limit(self, shop: type[Town]) -> None:
        """After the limit an extension is refused."""
        story = shop.accepted("food", at="2026-08-12")
        with pytest.raises(ActionNotAllowed):
            story.qian("food.extend", "2026-09-10", days=10, reason="案情复杂")
