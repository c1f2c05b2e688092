"""催办、抄送: reminders and copies, which move nothing."""

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Town


class TestCopy:
    def test_another_department_is_told_once(self, shop: type[Town]) -> None:
        """The lead lets another department know, once; it gets a paper and nothing to do."""
        story = shop.accepted("food", {"use": "drain", "when": "answers.area > 1000"})
        story.li("copy", to="cg")
        assert (story.papers()[-1], story.tasks("food")) == ("copy", [("scjg", "reviewer")])
        with pytest.raises(ActionNotAllowed, match="已经抄送"):
            story.li("copy", to="cg")
        with pytest.raises(DataInvalid):
            story.li("copy", to="nowhere")
        with pytest.raises(NotPermitted):
            story.wang("copy", to="cg")


class TestUrge:
    def test_once_a_day(self, shop: type[Town]) -> None:
        """催办 reminds those whose turn it is, at most once a working day (R-MON-2)."""
        story = shop.accepted("food", "drain")
        story.zhang("urge")
        assert [n.to for n in story.case.notices.values() if n.kind == "urge"] == ["cg", "scjg"]
        for person in (story.zhang, story.li):
            with pytest.raises(ActionNotAllowed, match="2026年9月15日"):
                person("urge", "2026-09-14T23:00")
        story.li("urge", "2026-09-15T00:00")

    def test_it_moves_no_limit(self, shop: type[Town]) -> None:
        """It moves nothing."""
        story = shop.accepted("food")
        before = dict(story.case.clocks)
        story.zhang("urge")
        assert story.case.clocks == before

    def test_nobody_is_urged_on_the_applicants_turn(self, shop: type[Town]) -> None:
        """When it is the applicant's own turn there is nobody to urge."""
        story = shop.submitted("food", missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        with pytest.raises(ActionNotAllowed, match="轮到申请人"):
            story.zhang("urge")

    @pytest.mark.parametrize("person", ["wu", "wang", "stranger"])
    def test_neither_other_departments_nor_strangers_urge(
        self, shop: type[Town], person: str
    ) -> None:
        """Neither other departments nor strangers."""
        with pytest.raises(NotPermitted):
            getattr(shop.submitted("food"), person)("urge")
