"""可能的回答 — whether some combination of answers makes given conditions true together, and which.

Exact for booleans, options and applicant types; numbers, dates and texts are tried around every literal that the
conditions compare them with. Only the questions involved are tried, in the order they are asked, and a branch ends as
soon as a condition fails.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, islice
from typing import Any

from service.workflows.authoring.checks.conditions import APPLICANTS, Conditions
from service.workflows.definition import models
from service.workflows.definition.expressions import Expression, ExpressionFailed

BUDGET = 20_000  # combinations looked at before the search gives up
MOST_SUBSETS = 512  # of the options of a multiple choice, the smallest first


class Undecided(Exception):
    """Too many combinations to look at all of them."""


@dataclass(frozen=True, slots=True)
class _Must:
    """A condition that has to be true (or false), and the place in the order after which it can be told."""

    expression: Expression
    value: bool
    after: int


@dataclass
class Search:
    """One search for answers under which every given condition of a bundle holds and nothing stops the case."""

    conditions: Conditions
    wanted: list[Expression]
    left: int = BUDGET
    partial: bool = False  # not every combination is among the candidates
    answers: dict[str, Any] = field(default_factory=dict)
    building: dict[Expression, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the questions involved and what has to hold."""
        self.stops = self._related_stops()
        every = [*self.wanted, *self.stops]
        ids = self._involved(every)
        bundle = self.conditions.bundle
        self.asked = [
            (q, self.conditions.questions[n]) for n, q in enumerate(bundle.questions) if q.id in ids
        ]
        self.literals = list(self._literals(every))
        order = {question.id: n for n, (question, _) in enumerate(self.asked)}
        self.musts = [
            _Must(
                each,
                each in self.wanted,
                max((order[i] for i in self.conditions.uses(each)), default=-1),
            )
            for each in every
        ]

    def example(self) -> dict[str, Any] | None:
        """Return answers (with `applicant.type` when it matters), or None when there are none. Raises Undecided."""
        typed = any(
            "applicant.type" in each.names
            for each in self._closure([m.expression for m in self.musts])
        )
        for applicant in (
            self.conditions.bundle.applicants if typed else self.conditions.bundle.applicants[:1]
        ):
            self.answers = {}
            if self._holds(-1, applicant) and self._extend(0, applicant):
                return {**self.answers, **({"applicant.type": applicant} if typed else {})}
        if self.partial:
            raise Undecided
        return None

    def _extend(self, n: int, applicant: str) -> bool:
        if n == len(self.asked):
            return True
        question, when = self.asked[n]
        for value in (
            self._candidates(question) if when is None or self._value(when, applicant) else [None]
        ):
            self.left -= 1
            if self.left < 0:
                raise Undecided
            self.answers[question.id] = value
            if self._holds(n, applicant) and self._extend(n + 1, applicant):
                return True
        del self.answers[question.id]
        return False

    def _holds(self, n: int, applicant: str) -> bool:
        return all(
            self._value(m.expression, applicant) is m.value for m in self.musts if m.after == n
        )

    def _value(self, expression: Expression, applicant: str) -> Any:
        known: dict[str, Any] = {}
        facts = {"answers": self.answers, "applicant": {"type": applicant}, "derived": known}
        try:
            for name in self._derived_of(expression):
                known[name] = self.conditions.derived[name].evaluate(facts)
            return expression.evaluate(facts)
        except ExpressionFailed:
            return None

    def _derived_of(self, expression: Expression) -> list[str]:
        """Return the derived values an expression builds on, in their order."""
        if expression not in self.building:
            names = {name for each in self._closure([expression]) for name in each.names}
            self.building[expression] = [
                name for name in self.conditions.derived if f"derived.{name}" in names
            ]
        return self.building[expression]

    def _related_stops(self) -> list[Expression]:
        """Return the stops that share a question with the conditions, directly or through one another."""
        related: list[Expression] = []
        ids = self._involved(self.wanted)
        rest = [stop for stop in self.conditions.whole_stops if stop]
        while touching := [stop for stop in rest if self.conditions.uses(stop) & ids]:
            related += touching
            rest = [stop for stop in rest if stop not in touching]
            ids = self._involved([*self.wanted, *related])
        return related

    def _involved(self, expressions: list[Expression]) -> set[str]:
        ids = {each for expression in expressions for each in self.conditions.uses(expression)}
        whens = dict(
            zip(
                (q.id for q in self.conditions.bundle.questions),
                self.conditions.questions,
                strict=True,
            )
        )
        while (
            more := {
                i for each in ids if (when := whens.get(each)) for i in self.conditions.uses(when)
            }
            - ids
        ):
            ids |= more
        return ids

    def _closure(self, expressions: list[Expression]) -> Iterator[Expression]:
        for expression in expressions:
            yield expression
            names = (name[8:] for name in expression.names if name.startswith("derived."))
            yield from self._closure(
                [self.conditions.derived[n] for n in names if n in self.conditions.derived]
            )

    def _literals(self, expressions: list[Expression]) -> Iterator[Any]:
        whens = [when for _, when in self.asked if when]
        for expression in self._closure([*expressions, *whens]):
            yield from (
                token.literal() for token in expression.tokens if token.sort in ("number", "string")
            )

    def _candidates(self, question: models.Question) -> list[Any]:
        kind = models.value_kind(question.type)
        if kind == "boolean":
            return [True, False]
        if kind == "number":
            return self._numbers(question)
        named = {each for each in self.literals if isinstance(each, str)}
        if question.options:
            options = list(models.one_of(question.options))
            if kind != "texts":
                return options
            subsets = self._subsets(options, named)
            return [chosen for chosen in subsets if chosen or not question.required]
        return _days(sorted(named)) if kind == "date" else [*sorted(named), "其他"]

    def _subsets(self, options: list[str], named: set[str]) -> list[list[str]]:
        """Return the subsets of the options that conditions name, with one of the others to stand for all of them."""
        telling = [option for option in options if option in named]
        telling += [option for option in options if option not in named][:1]
        subsets = (
            list(chosen)
            for size in range(len(telling) + 1)
            for chosen in combinations(telling, size)
        )
        self.partial = self.partial or 2 ** len(telling) > MOST_SUBSETS
        return list(islice(subsets, MOST_SUBSETS))

    def _numbers(self, question: models.Question) -> list[float]:
        low = question.min if question.min is not None else -1e6
        high = question.max if question.max is not None else 1e6
        around = {
            each + by
            for each in self.literals
            if isinstance(each, float)
            for by in (-1.0, 0.0, 1.0)
        }
        return sorted(value for value in {*around, float(low), float(high)} if low <= value <= high)


def _days(texts: list[str]) -> list[str]:
    days = {date(2026, 1, 1)}
    for text in texts:
        try:
            days |= {date.fromisoformat(text) + timedelta(days=by) for by in (-1, 0, 1)}
        except ValueError:
            continue
    return [day.isoformat() for day in sorted(days)]


def answers_said(bundle: models.Bundle, answers: Mapping[str, Any]) -> str:
    """Say the answers as people would: `面积是多少？301㎡；要装招牌吗？是`."""
    parts = []
    for question in bundle.questions:
        value = answers.get(question.id)
        if value is None:
            continue
        labels = models.one_of(question.options or {})
        if isinstance(value, bool):
            shown = "是" if value else "否"
        elif isinstance(value, list):
            shown = "、".join(str(labels.get(each, each)) for each in value) or "都不选"
        elif isinstance(value, str):
            shown = labels.get(value, value)
        else:
            shown = f"{value:g}{question.unit}"
        parts.append(f"{question.ask}{shown}")
    if applicant := answers.get("applicant.type"):
        parts.append(f"申请人是{APPLICANTS[applicant]}")
    return "；".join(parts) or "任何回答"
