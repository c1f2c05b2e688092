"""并联审批: the cap of a joint handling."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Town
from tests.workflows.town import NATIONAL, Data

JOINT: Data = {"legal_mode": "unified", "designation": "区政府令1号", "promised": "40wd"}


class TestLegalMode:
    @pytest.mark.parametrize("mode", ["unified", "joint", "centralised"])
    def test_forty_five_days_for_the_whole(self, shop: type[Town], mode: str) -> None:
        """S-07: in joint handling 45 working days for the whole from acceptance; each item keeps its own (R-BND-2)."""
        of: Data = {"legal_mode": mode, "designation": "区政府令1号", "promised": "40wd"}
        story = shop.submitted("food", "drain", at="2026-05-29", **of)
        assert ("", "cap") not in story.case.clocks
        story.li("food.accept", "2026-06-01")
        story.li("drain.accept", "2026-06-02")
        assert (story.due("cap"), story.due("food.decision", "statutory")) == (
            date(2026, 8, 4),
            date(2026, 6, 30),
        )

    def test_a_deemed_acceptance_starts_the_cap_from_the_receipt(self, shop: type[Town]) -> None:
        """A deemed acceptance counts from the receipt, and so does the cap."""
        of: Data = {"legal_mode": "unified", "designation": "区政府令1号", "promised": "40wd"}
        story = shop.submitted("food", "drain", at="2026-05-29", **of)
        story.li("food.accept", "2026-06-02")
        later = story.due("cap")
        story.until("2026-06-10")
        assert story.item("drain").accepted_on == date(2026, 5, 29)
        assert story.due("cap") < later

    def test_a_deemed_acceptance_keeps_what_the_government_added(self, shop: type[Town]) -> None:
        """The start moves to the earlier acceptance; the extension, and the days that stood, stay (行政许可法 42 ②)."""
        story = shop.submitted("food", "drain", at="2026-06-01T15:00", **JOINT)
        story.li("food.accept", "2026-06-05")
        story.wang(
            "food.start_special",
            "2026-06-05T11:00",
            procedure="testing",
            basis="某法 9",
            notice_text="送检。",
            days=9,
        )
        story.zong("extend_cap", days=15, reason="跨部门会商")
        story.wang("food.end_special", "2026-06-08T11:00")
        alone = story.due("cap")
        story.until("2026-06-10")
        cap = story.clock("cap")
        assert story.item("drain").accepted_on == date(2026, 6, 1)
        assert ([e["days"] for e in cap.extensions], len(cap.spans)) == (["15wd"], 2)
        assert story.due("cap") == NATIONAL.before(alone, 4)  # from Monday instead of Friday
        with pytest.raises(ActionNotAllowed, match="延长过一次"):
            story.zong("extend_cap", days=1, reason="再会商")

    def test_the_head_of_the_government_extends_it_once(self, shop: type[Town]) -> None:
        """+15 by the head of the government, once, before the end, with a reason and a paper: 08-04 → 08-25 (R-BND-2)."""
        story = shop.accepted("food", at="2026-06-01", **JOINT)
        for person in ("qian", "li", "zhang"):
            with pytest.raises(NotPermitted):
                getattr(story, person)("extend_cap", days=15, reason="跨部门会商")
        for wrong in (
            {"days": 16, "reason": "会商"},
            {"days": True, "reason": "会商"},
            {"days": 15, "reason": " "},
        ):
            with pytest.raises(DataInvalid):
                story.zong("extend_cap", **wrong)
        own = story.due("food.decision", "statutory")
        story.zong("extend_cap", "2026-08-04T23:00", days=15, reason="跨部门会商")
        assert (story.due("cap"), own) == (date(2026, 8, 25), date(2026, 6, 30))
        assert (story.papers()[-1], story.did()[-1]) == ("extension", "extend_cap")
        with pytest.raises(ActionNotAllowed, match="延长过一次"):
            story.zong("extend_cap", days=1, reason="再会商")

    def test_it_is_not_extended_after_its_end(self, shop: type[Town]) -> None:
        """Not after the end, and not where there is no cap."""
        late = shop.accepted("food", at="2026-06-01", **JOINT).until("2026-08-05")
        with pytest.raises(ActionNotAllowed, match="届满"):
            late.zong("extend_cap", days=15, reason="跨部门会商")
        with pytest.raises(ActionNotAllowed, match="没有统一办理"):
            shop.accepted("food").zong("extend_cap", days=15, reason="跨部门会商")

    def test_a_special_procedure_stops_the_cap(self, shop: type[Town]) -> None:
        """行政许可法 45 reaches the cap too: ten days of review move 08-04 to 08-18; the promise stays (R-BND-2, R-BND-7)."""
        story = shop.accepted("food", "drain", at="2026-06-01", **JOINT)
        promise = story.due("promise")
        story.wang(
            "food.start_special",
            "2026-06-08",
            procedure="testing",
            basis="某法 9",
            notice_text="送检。",
            days=12,
        )
        story.han(
            "drain.start_special",
            "2026-06-10",
            procedure="testing",
            basis="某法 9",
            notice_text="送检。",
            days=8,
        )
        assert story.due("cap") is None
        story.wang("food.end_special", "2026-06-16")
        story.han("drain.end_special", "2026-06-23")
        assert (story.due("cap"), story.due("promise")) == (date(2026, 8, 18), promise)

    def test_mere_coordination_has_no_cap(self, shop: type[Town]) -> None:
        """In mere coordination there is no cap of 45 days: each item has its own limits."""
        assert ("", "cap") not in shop.accepted("food").case.clocks
