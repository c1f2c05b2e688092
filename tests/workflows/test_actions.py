"""Actions as data: one table of what they may carry, and every list that must agree with it."""

import importlib
import pkgutil
from typing import Any, get_args

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, one_field
from service.workflows import actions, handling, rules
from service.workflows.actions import Carries, CaseAction, TaskAction, carried
from service.workflows.definition.models.carried import CARRIED
from service.workflows.definition.models.terms import GROUNDS, PROCEDURES, Need
from service.workflows.handling.carried import CHECKS
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from tests.workflows.story import Town

BESIDE = {
    "form",
    "points",
    "severity",
    "photos",
}  # no lifecycle needs them; they come with what it needs


class TestTable:
    """`CARRIED` is the one list; what else names things that are carried agrees with it."""

    def test_what_lifecycles_need_is_checked(self) -> None:
        """Every word of the definition language has its check, and no check is for nothing."""
        assert CHECKS.keys() == {*get_args(Need), *BESIDE}
        assert CHECKS.keys() <= CARRIED.keys()

    def test_what_actions_on_cases_and_tasks_carry_is_in_it(self) -> None:
        """So the API takes it and the desk knows how to ask for it."""
        every = [*CASE_ACTIONS.values(), *TASK_ACTIONS.values()]
        names = {each.name for action in every for each in action.carries}
        assert {"text", "grade", "notice", "to"} <= names <= CARRIED.keys()

    def test_nothing_stands_in_it_for_nothing(self) -> None:
        """What no action carries is not taken; `on_behalf` goes with any action of the applicant."""
        of_cases = {each.name for action in CASE_ACTIONS.values() for each in action.carries}
        assert CARRIED.keys() == {*CHECKS, *of_cases, "on_behalf"}

    def test_closed_lists_are_the_statute_s(self) -> None:
        """A choice offers what its check takes."""
        assert CARRIED["procedure"].options is PROCEDURES
        assert CARRIED["ground"].options is GROUNDS


class TestCaseAction:
    """By, when, what is carried, do: in this order."""

    def tried(
        self, shop: type[Town], refusals: dict[str, Exception], data: dict[str, Any]
    ) -> list[str]:
        """Take a trial action that refuses where it is told to; return what was asked."""
        asked: list[str] = []

        def ask(what: str) -> None:
            asked.append(what)
            if what in refusals:
                raise refusals[what]

        def check(_: object, value: Any) -> Any:
            ask("check")
            return value

        trial = CaseAction(
            name="trial",
            title="试一试",
            by=lambda *_: ask("by"),
            when=lambda *_: ask("when"),
            carries=(Carries("reason", check), Carries("text", check, optional=True)),
            do=lambda _, given, __: asked.append(str(dict(given))),
        )
        story = shop.submitted("food")
        try:
            trial.take(actions.Work(story.situation, story.case), data, story.people["li"])
        except tuple(type(refusal) for refusal in refusals.values()):
            asked.append("refused")
        return asked

    def test_gets_what_is_checked_and_nothing_else(self, shop: type[Town]) -> None:
        """What it does not carry never reaches it."""
        found = self.tried(shop, {}, {"reason": "好", "opinion": "多余"})
        assert found == ["by", "when", "check", "{'reason': '好'}"]

    @pytest.mark.parametrize(
        ("refusals", "asked"),
        [
            ({"by": NotPermitted("不可"), "when": ActionNotAllowed("未到")}, ["by"]),
            ({"when": ActionNotAllowed("未到"), "check": one_field("/x", "错")}, ["by", "when"]),
            ({"check": one_field("/x", "错")}, ["by", "when", "check"]),
        ],
    )
    def test_refuses_in_order(self, shop: type[Town], refusals: Any, asked: list[str]) -> None:
        """Who may never is told so first; what is carried is looked at last."""
        assert self.tried(shop, refusals, {"reason": "好"}) == [*asked, "refused"]


class TestCarried:
    """`carried`: the one checker."""

    def test_tells_all_that_is_wrong_at_once(self, shop: type[Town]) -> None:
        """Each with its place; the first is said, with the article it rests on."""
        story = shop.accepted("food", legal_mode="unified", designation="区政府令1号")
        with pytest.raises(DataInvalid) as refused:
            story.zong("extend_cap", days=16)
        places = [each["pointer"] for each in refused.value.facts["errors"]]
        assert places == ["/data/reason", "/data/days"]
        assert refused.value.detail == "请写明延长的理由，最多 2000 个字"
        assert refused.value.law == "行政许可法 42"

    def test_an_article_is_that_of_the_fault_which_is_said(self, shop: type[Town]) -> None:
        """A fault without one does not borrow that of the next."""
        story = shop.accepted("food")
        story.wang(
            "food.start_special",
            procedure="testing",
            basis="某法 9",
            notice_text="请等候。",
            days=5,
        )
        story.wang("food.end_special")
        with pytest.raises(DataInvalid) as refused:
            story.wang("food.start_special", days=0, notice_text="请等候。")
        assert (refused.value.law, len(refused.value.facts["errors"])) == ("行政许可法 45", 3)
        with pytest.raises(DataInvalid) as refused:
            story.wang("food.start_special", nothing="", notice_text="请等候。", days=5)
        assert refused.value.law == ""

    @pytest.mark.parametrize(
        ("check", "good", "wrong"),
        [
            (actions.text("text", "话", longest=3), " 好的 ", ["", " ", None, 1, "四个字了"]),
            (actions.number("days", 1, 15, "几天"), 15, [0, 16, True, "5", 1.5, None]),
            (actions.day("date", "哪天"), "2026-10-21", ["2026-13-01", 20261021, None, "明天"]),
            (actions.flag("anonymous"), False, [0, "true", None]),
        ],
    )
    def test_says_what_is_taken_and_what_is_not(
        self, shop: type[Town], check: Any, good: Any, wrong: list[Any]
    ) -> None:
        """What is taken, and what is not."""
        story = shop.submitted("food")
        work = actions.Work(story.situation, story.case)
        carries = (Carries("x", check),)
        said = good.strip() if isinstance(good, str) else good
        assert carried(work, carries, {"x": good}) == {"x": said}
        for value in wrong:
            with pytest.raises(DataInvalid):
                carried(work, carries, {"x": value})


def test_no_action_on_a_case_is_forgotten() -> None:
    """Whatever a module of the law defines as an action on a case or a task stands in the list that is offered."""
    chapters = (handling, rules)
    defined = {
        id(value): value
        for chapter in chapters
        for found in pkgutil.iter_modules(chapter.__path__)
        for value in vars(importlib.import_module(f"{chapter.__name__}.{found.name}")).values()
        if isinstance(value, CaseAction | TaskAction)
    }
    listed = {id(value) for value in (*CASE_ACTIONS.values(), *TASK_ACTIONS.values())}
    assert {value.name for key, value in defined.items() if key not in listed} == set()
