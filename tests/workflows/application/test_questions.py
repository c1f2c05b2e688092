"""Which items of the one thing apply, in one form and one set of papers."""

import pytest

from service.workflows.application import needed, questions
from service.workflows.definition.release import Release
from tests.workflows.story import Town
from tests.workflows.town import Data

AREA = {
    "id": "area",
    "ask": "面积是多少？",
    "type": "number",
    "fills": "area",
    "min": 1,
    "unit": "㎡",
}

HOT = {"id": "hot", "ask": "有热菜吗？", "type": "boolean"}

HOTTER = {"id": "hot_pot", "ask": "是火锅吗？", "type": "boolean"}


def choose(release: Release, answers: Data, kind: str = "sole-trader") -> questions.Selection:
    """Select the items for these answers."""
    return questions.select(release, answers, questions.Applicant(kind))


class TestSelect:
    def release(self, shop: type[Town]) -> Release:
        return shop.release(
            "food",
            {"use": "fire", "when": "derived.risky"},
            {"use": "sign", "when": "answers.hot_pot"},
            questions=[AREA, HOT, HOTTER],
            derived={"large": "answers.area > 300", "risky": "derived.large || answers.hot"},
        )

    def test_says_it_in_the_words_of_the_author(self, shop: type[Town]) -> None:
        """Where he wrote some; only while it is left out."""
        sign = {"use": "sign", "when": "answers.hot", "otherwise": "您没有选“有热菜”"}
        release = shop.release("food", sign, questions=[AREA, HOT])
        assert choose(release, {"area": 9, "hot": False}).left_out == {"sign": "您没有选“有热菜”"}
        assert choose(release, {"area": 9, "hot": True}).left_out == {}

    def test_says_which_answers_left_an_item_out(self, shop: type[Town]) -> None:
        """What does not apply says which answers decided it, through whatever was derived, and no others."""
        found = choose(self.release(shop), {"area": 200, "hot": False, "hot_pot": False})
        assert found.items == ("food",)
        assert (
            found.left_out["fire"] == "根据您的回答不需要办理（面积是多少？ 200㎡；有热菜吗？ 否）"
        )
        assert found.left_out["sign"] == "根据您的回答不需要办理（是火锅吗？ 否）"

    @pytest.mark.parametrize(
        ("area", "hot", "applies"), [(300, False, False), (300.5, False, True), (1, True, True)]
    )
    def test_conditions_hold_exactly_where_they_say(
        self, shop: type[Town], area: float, hot: bool, applies: bool
    ) -> None:
        """Conditions hold exactly where they say."""
        found = choose(self.release(shop), {"area": area, "hot": hot, "hot_pot": False})
        assert ("fire" in found.items) is applies

    def test_one_form_has_each_field_once(self, shop: type[Town]) -> None:
        """The form is the union of what the items ask, each field once, with those who asked (R-BND-10)."""
        release = shop.release("food", "drain")
        facts = choose(release, {"area": 5}).facts
        needs = needed.one_form(release, ["food", "drain"], {}, facts)
        assert {name: need.items for name, need in needs.items()} == {
            "name": ["food"],
            "area": ["food", "drain"],
            "phone": ["food"],
        }
        assert (needs["area"].value, needs["area"].departments) == (5.0, ["scjg", "cg"])
        assert "您前面的回答" in needs["area"].origin

    def test_one_set_drops_what_a_promise_waives(self, shop: type[Town]) -> None:
        """The papers are the union by code; a commitment drops what it waives (R-NCP-6)."""
        release = shop.release("food", "fire")
        facts = choose(release, {"area": 5}).facts
        assert set(needed.one_set(release, ["food", "fire"], {}, facts)) == {
            "lease",
            "plan",
            "photo",
            "proof",
        }
        needs = needed.one_set(release, ["food", "fire"], {"fire": "commitment"}, facts)
        assert {code: need.items for code, need in needs.items()} == {
            "lease": ["food"],
            "plan": ["food", "fire"],
            "photo": ["food"],
        }
        assert (needs["plan"].required, needs["photo"].deferrable) == (True, "8wd")
