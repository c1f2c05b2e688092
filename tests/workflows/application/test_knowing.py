"""What a condition comes to while not everything is known, and on what it hangs."""

from dataclasses import replace
from typing import Any

import pytest

from service.workflows.application.knowing import Knowing, of_form
from service.workflows.application.questions import asked_questions
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack
from service.workflows.definition.release import Release

FACTS: dict[str, Any] = {
    "answers": {"area": 400},
    "form": {"seats": 20},
    "applicant": {"type": "enterprise", "credit": {"excluded": True}},
}


class TestKnowing:
    """Kleene: what is known decides where it can."""

    @pytest.mark.parametrize(
        ("when", "value", "on"),
        [
            ("form.area > 10.0", None, ["form.area"]),
            ("!(form.area > 10.0)", None, ["form.area"]),
            ("form.area > 10.0 && form.seats > 30", False, []),
            ("form.seats > 30 && form.area > 10.0", False, []),
            ("form.area > 10.0 || form.seats > 10", True, []),
            ("form.area > 10.0 || form.seats > 30", None, ["form.area"]),
            ("form.seats > 10 ? form.seats < 90 : form.area > 1.0", True, []),
            ("form.seats > 10 ? form.area > 1.0 : form.seats < 90", None, ["form.area"]),
            ("'hot' in form.dishes && form.area > 1.0", None, ["form.area", "form.dishes"]),
            ("form.agent_name == ''", True, []),  # nobody asks for it: it is known to be empty
        ],
    )
    def test_decides_by_what_is_known(
        self, release: Release, when: str, value: bool | None, on: list[str]
    ) -> None:
        """Either operand decides, in any order; what does not is hung on."""
        knowing = Knowing(release, FACTS, {"form.area", "form.dishes"})
        assert knowing.holds(when, "item") is value
        assert knowing.hangs_on(when, "item") == on

    def test_no_condition_always_holds(self, release: Release) -> None:
        """Whatever is unknown."""
        knowing = Knowing(release, FACTS, {"form.area"})
        assert knowing.holds(None, "item") is True
        assert knowing.hangs_on(None, "item") == []


class TestOfForm:
    """What of the form is not known."""

    def test_is_what_is_asked_for_and_empty(self, release: Release) -> None:
        """Also what may come to be asked for; not what the answers rule out."""
        items = ["food-licence"]
        assert "form.agent_name" in of_form(release, items, FACTS).unknown
        without = {**FACTS, "form": {"seats": 20, "has_agent": False}}
        knowing = of_form(release, items, without)
        assert "form.agent_name" not in knowing.unknown
        assert "form.seats" not in knowing.unknown
        assert {"form.area", "form.address"} <= set(knowing.unknown)
        assert "form.usable_area" not in knowing.unknown  # another item asks for it


class TestQuestions:
    """A question is asked once its condition is known to hold."""

    def test_wait_for_what_their_condition_hangs_on(self, pack: Pack) -> None:
        """What reads an open question is not asked yet, whichever way it reads it."""
        one = pack.bundles["open-shop"]
        asks = [
            each.model_copy(update={"when": "!('hot' in answers.dishes)"})
            if each.id == "fumes"
            else each
            for each in one.questions
        ]
        bundles = {"open-shop": one.model_copy(update={"questions": asks})}
        other = compile_release(replace(pack, bundles=bundles), "open-shop")

        def asked(answers: dict[str, Any]) -> bool:
            return "fumes" in [question.id for question in asked_questions(other, answers)]

        assert [asked(each) for each in ({}, {"dishes": []}, {"dishes": ["hot"]})] == [
            False,
            True,
            False,
        ]
