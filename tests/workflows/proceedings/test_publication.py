"""公示: a decision is made public in time."""

from datetime import date

import pytest

from service.errors import NotPermitted
from tests.workflows.decided import deciding
from tests.workflows.story import Story, Town


class TestPublication:
    @staticmethod
    def granted(shop: type[Town], limit: str = "7wd") -> Story:
        limits = {"statutory": "20wd", "promised": "10wd"} | (
            {"publication": limit} if limit else {}
        )
        story = deciding(shop, at="2026-09-11", change={"food": {"limits": limits}})
        story.zhao("food.grant", opinion="同意。")
        return story

    @pytest.mark.parametrize(
        ("limit", "due"), [("7wd", date(2026, 9, 21)), ("20wd", date(2026, 10, 15))]
    )
    def test_it_is_due_by_the_limit_of_the_item(
        self, shop: type[Town], limit: str, due: date
    ) -> None:
        """R-DEC-11: granted 09-11, public within seven working days by 09-21, within twenty by 10-15."""
        assert self.granted(shop, limit).due("food.publication.publish") == due

    def test_late_is_red_for_the_department_alone(self, shop: type[Town]) -> None:
        """Late is red for the department; the licence does not know of it."""
        story = self.granted(shop)
        story.li("food.issue")
        story.until("2026-09-22")
        clock = story.clock("food.publication.publish")
        assert (clock.card, clock.breach_on, story.case.state) == ("red", None, "granted")
        assert story.case.certificates[1].state == "valid"
        story.wang("food.publication.publish", document="信用网站公示记录")
        assert (story.state("food.publication"), story.case.state) == ("published", "granted")

    def test_the_head_withholds_what_is_secret(self, shop: type[Town]) -> None:
        """What is secret or private is not published, as the head decides with a reason."""
        story = self.granted(shop)
        with pytest.raises(NotPermitted):
            story.wang("food.publication.withhold", reason="涉及国家秘密")
        story.qian("food.publication.withhold", reason="涉及国家秘密")
        assert story.state("food.publication") == "withheld"

    def test_where_nothing_is_given(self, shop: type[Town]) -> None:
        """No limit, no duty here."""
        assert "food.publication" not in self.granted(shop, "").case.items
