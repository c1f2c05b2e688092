"""The institutes of the law: each has its article and its place, none is forgotten, and a new one is one module and a line."""

import importlib
import inspect
import pkgutil
from dataclasses import fields
from types import ModuleType
from typing import Any

import pytest

from service.errors import ActionNotAllowed
from service.workflows import proceedings, rules
from service.workflows.case.situation import Move
from service.workflows.rules import legal_order
from service.workflows.rules.legal_order import RULES, Institute
from service.workflows.worksheet import Work

PLACES = {field.name for field in fields(Institute)} - {"name", "law", "expires"}
CITED = ("法", "条例", "规定", "办法", "国办发", "国发", "51号")


def modules() -> list[ModuleType]:
    """Every module of the chapter but the order itself."""
    found = (each.name for each in pkgutil.iter_modules(rules.__path__))
    return [
        importlib.import_module(f"{rules.__name__}.{name}")
        for name in found
        if name != "legal_order"
    ]


class TestOrder:
    """One visible tuple."""

    def test_every_institute_names_its_articles(self) -> None:
        """No module stands in `rules` without one."""
        assert not [each.name for each in RULES if not any(word in each.law for word in CITED)]
        silent = [
            module.__name__
            for module in modules()
            if not any(word in (module.__doc__ or "") for word in (*CITED, "R-"))
        ]
        assert not silent

    def test_no_function_of_an_institute_is_forgotten(self) -> None:
        """What a module calls `refuse`, `apply` … is asked in that place."""
        asked = {speaks for each in RULES for place in PLACES if (speaks := getattr(each, place))}
        written = {
            function
            for module in modules()
            for name, function in inspect.getmembers(module, inspect.isfunction)
            if name in PLACES and function.__module__ == module.__name__
        }
        assert written <= asked

    def test_what_stands_in_the_order_is_asked_in_that_order(self) -> None:
        """The tuples that the step walks through are the order, place by place."""
        for place in PLACES:
            expected = tuple(getattr(each, place) for each in RULES if getattr(each, place))
            assert getattr(legal_order, place.upper()) == expected

    def test_names_are_given_once(self) -> None:
        """An institute is found by its name."""
        names = [each.name for each in RULES]
        assert len(names) == len(set(names))


class TestTrialInstitute:
    """A new institute is one module and its line: the step, what is offered and the record follow."""

    @pytest.fixture
    def rest_day(self, monkeypatch: pytest.MonkeyPatch) -> Institute:
        """试验制度: nothing is accepted on a Friday; every acceptance says so in its record."""

        def refuse(work: Work, move: Move) -> None:
            if move.transition.action == "accept" and work.today.weekday() == 4:
                raise move.refusal("星期五不受理", "示例法 1")

        def tells(_: Work, move: Move) -> dict[str, Any]:
            return {"rested": True} if move.transition.action == "accept" else {}

        made = Institute(name="试验制度", law="示例法 1", refuse=refuse, tells=tells)
        monkeypatch.setattr(legal_order, "REFUSE", (*legal_order.REFUSE, refuse))
        monkeypatch.setattr(legal_order, "TELLS", (*legal_order.TELLS, tells))
        return made

    def test_it_refuses_with_its_article(self, shop: Any, rest_day: Institute) -> None:
        """On Friday 11 September 2026 it speaks, on Monday it does not."""
        story = shop.submitted("food", at="2026-09-10T15:00")
        with pytest.raises(ActionNotAllowed, match="星期五") as refused:
            story.li("food.accept", "2026-09-11")
        assert refused.value.law == rest_day.law
        story.li("food.accept", "2026-09-14")
        assert story.state("food") == "reviewing"
        assert story.events[-1].data["rested"] is True


def test_proceedings_have_no_institutes_of_their_own() -> None:
    """What a proceeding forbids stands in the order by name, not by discovery."""
    names = {each.refuse.__module__ for each in RULES if each.refuse}
    assert {f"{proceedings.__name__}.{name}" for name in ("repair", "defence")} <= names
