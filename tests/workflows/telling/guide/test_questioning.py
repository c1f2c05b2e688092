"""The guide: what it asks, in which order, and when it says that the law forbids something."""

from service.workflows.definition.release import Release
from service.workflows.telling.guide import questions, stops_so_far


class TestQuestions:
    """One question after another."""

    def test_come_in_order_with_all_that_is_shown(self, release: Release) -> None:
        """Each says what it asks, why, and which answers it takes."""
        listed = questions(release, {})
        assert [q["id"] for q in listed] == ["licence", "area", "sign", "dishes", "fumes", "staff"]
        assert listed[0]["options"] == [
            {"value": "have", "title": "已经有了"},
            {"value": "none", "title": "还没有"},
        ]
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
            {q["id"]: q for q in questions(release, {"dishes": d, "fumes": True})}
            for d in (["raw"], ["hot"])
        )
        assert (before["fumes"]["asked"], before["fumes"]["answered"], before["fumes"]["said"]) == (
            False,
            False,
            "",
        )
        assert (after["fumes"]["asked"], after["fumes"]["value"], after["fumes"]["said"]) == (
            True,
            True,
            "是",
        )

    def test_say_what_is_wrong(self, release: Release) -> None:
        """A wrong answer is not taken, and the question says why."""
        area = {q["id"]: q for q in questions(release, {"area": "很大", "sign": False})}["area"]
        assert (area["answered"], area["value"]) == (False, None)
        assert area["fault"].startswith("店面建筑面积是多少？")


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
