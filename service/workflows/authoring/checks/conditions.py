"""条件检查 — every expression compiles in its place, asks only for what is known there, and compares with what exists."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Path, Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.definition.expressions import Expression, Scope
from service.workflows.definition.scopes import (
    APPLICANT,
    DERIVED_KINDS,
    form_names,
    item_scope,
    question_names,
)
from service.workflows.definition.tokens import Token

Options = Mapping[str, Mapping[str, str]]  # name → its possible values with their labels
APPLICANTS = {
    "enterprise": "企业",
    "sole-trader": "个体工商户",
    "individual": "自然人",
    "organisation": "其他组织",
}
HANDLING = {"ordinary": "一般程序", "commitment": "告知承诺"}
_EQUALS = ("==", "!=")
_ORDERS = ("==", "!=", "<", "<=", ">", ">=")


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the expressions of bundles, items and lifecycles."""
    for code, bundle in view.pack.bundles.items():
        view.conditions[code] = Conditions(view, bundle, view.source("bundle", code))
        yield from view.conditions[code].findings
    for code, item in view.pack.items.items():
        yield from _item(view, item, view.source("item", code))
    for code, cycle in view.pack.own_lifecycles().items():
        source = view.source("lifecycle", code)
        for index, transition in enumerate(cycle.transitions):
            if transition.when:
                path = ("transitions", index, "when")
                yield from _of_form(view, view.lifecycle_scope, transition.when, source, path)[1]


class Conditions:
    """The conditions of one bundle compiled, and what is wrong with them; what cannot be compiled is left out."""

    def __init__(self, view: View, bundle: models.Bundle, source: Source) -> None:
        """Compile derived values in their order, then questions, stops and items."""
        self.view, self.bundle, self.source = view, bundle, source
        fields = view.pack.vocabulary.fields
        self.findings: list[Diagnostic] = []
        self.options: Options = _answer_options(bundle.questions)
        self.dates = _dates(bundle.questions)
        self.derived: dict[str, Expression] = {}
        base = Scope(
            "一件事", {**question_names(bundle.questions), **form_names(fields), **APPLICANT}
        )
        kinds: dict[str, models.ValueKind] = {}
        for name, text in bundle.derived.items():
            scope = base.extended(kinds) if "derived." in text else base
            derived = self._compile(scope, text, ("derived", name), DERIVED_KINDS)
            if derived:
                self.derived[name] = derived
                kinds[f"derived.{name}"] = derived.result
        self.scope = scope = base.extended(kinds)
        self.item_scope = item_scope(view.pack.vocabulary, scope.names)
        self.questions = [
            self._when(scope, q.when, ("questions", n, "when"))
            for n, q in enumerate(bundle.questions)
        ]
        self.stops = [
            self._when(scope, s.when, ("stop", n, "when")) for n, s in enumerate(bundle.stop)
        ]
        # what stops the whole; others only keep some items from being done
        self.whole_stops = [
            each for each, stop in zip(self.stops, bundle.stop, strict=True) if not stop.items
        ]
        self.items = [
            self._when(scope, e.when, ("items", n, "when")) for n, e in enumerate(bundle.items)
        ]
        for index, asked in enumerate(self.questions):
            if asked:
                self._asked_before(index, asked)

    def uses(self, expression: Expression) -> set[str]:
        """Return the ids of the questions an expression depends on, through derived values too."""
        ids: set[str] = set()
        for name in expression.names:
            root, _, rest = name.partition(".")
            if root in ("answers", "answered"):
                ids.add(rest)
            elif root == "derived" and rest in self.derived:
                ids |= self.uses(self.derived[rest])
        return ids

    def _when(self, scope: Scope, text: str | None, path: Path) -> Expression | None:
        return self._compile(scope, text, path) if text else None

    def _compile(
        self,
        scope: Scope,
        text: str,
        path: Path,
        results: tuple[models.ValueKind, ...] = ("boolean",),
    ) -> Expression | None:
        expression, wrong = self.view.compiled(scope, text, self.source, path, results)
        for each in wrong:
            named = re.search(r"derived\.(\w+)", each.message) if each.code == "E302" else None
            if named is None or named[1] not in self.bundle.derived:
                self.findings.append(each)
            elif path[0] == "derived" and self._later(named[1], str(path[1])):
                said = f"derived.{named[1]} 写在后面，这里还用不到"
                self.findings.append(
                    replace(each, code="E308", message=said, hint="把它移到前面；不能互相引用")
                )
        if expression:
            self.findings += literals(expression, self.options, self.dates, self.source, path)
        return expression

    def _later(self, name: str, here: str) -> bool:
        order = list(self.bundle.derived)
        return order.index(name) >= order.index(here)

    def _asked_before(self, index: int, expression: Expression) -> None:
        before = {question.id for question in self.bundle.questions[:index]}
        for name in sorted(self.uses(expression) - before):
            at = self.source.within(("questions", index, "when"), 0)
            said = f"问到这里时，问题“{name}”还没有回答"
            self.findings.append(found(at, "E308", said, "把那个问题移到前面，或改条件"))


def _dates(questions: Sequence[models.Question]) -> set[str]:
    """Return the names of the answers that are dates."""
    dated = (q for q in questions if models.value_kind(q.type) == "date")
    return {f"answers.{question.id}" for question in dated}


def _answer_options(questions: list[models.Question]) -> Options:
    chosen = {f"answers.{q.id}": models.one_of(q.options) for q in questions if q.options}
    return {**chosen, "applicant.type": APPLICANTS}


def _item(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    fields = item.field_uses()
    places: list[tuple[str, Path]] = []
    places += [(use.when, ("fields", n, "when")) for n, use in enumerate(fields) if use.when]
    places += [
        (use.when, ("materials", n, "when"))
        for n, use in enumerate(item.material_uses())
        if use.when
    ]
    places += [(fee.when, (*at, "when")) for at, fee in charges_at(item) if fee.when]
    if item.commitment and item.commitment.eligible:
        places.append((item.commitment.eligible, ("commitment", "eligible")))
    asked = {f"form.{use.use}" for use in fields} | _collected_beside(view, item)
    scopes = [c.item_scope for c in _conditions_with(view, item)] or [view.item_scope]
    misspelt = any(use.use not in view.pack.vocabulary.fields for use in fields)
    # What a bundle or another item that could not be read asks for, nobody knows.
    misspelt = misspelt or not (view.sure("bundle") and view.sure("item"))
    for text, path in places:
        results = [_of_form(view, scope, text, source, path) for scope in scopes]
        expression, wrong = next((result for result in results if result[1]), results[0])
        yield from wrong
        if expression and not misspelt:
            yield from _unasked(expression, asked, source, path, "本事项")
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle and not misspelt and ("lifecycle", cycle.code) in view.pack.origins:
        for transition in cycle.transitions:
            expression = _quietly(view, transition.when)
            if expression:
                said = f"生命周期“{cycle.code}”的“{transition.title}”"
                yield from _unasked(expression, asked, source, ("lifecycle",), said)


def charges_at(item: models.ItemDefinition) -> list[tuple[Path, models.Fee]]:
    """Return the charges of an item, each with its place: one stands under `fee` itself."""
    listed = isinstance(item.fee, list)
    return [(("fee", n) if listed else ("fee",), fee) for n, fee in enumerate(item.charges())]


def _conditions_with(view: View, item: models.ItemDefinition) -> list[Conditions]:
    """Return the conditions of the bundles that use an item: its expressions may ask for their answers."""
    return [
        c
        for c in view.conditions.values()
        if any(entry.use == item.code for entry in c.bundle.items)
    ]


def _collected_beside(view: View, item: models.ItemDefinition) -> set[str]:
    """Return the form fields that every bundle using the item collects by its questions or other items."""
    found_in = []
    for conditions in _conditions_with(view, item):
        others = [
            view.pack.items[entry.use]
            for entry in conditions.bundle.items
            if entry.use in view.pack.items
        ]
        fields = {use.use for other in others for use in other.field_uses()}
        found_in.append(
            {
                f"form.{name}"
                for name in fields | {q.fills for q in conditions.bundle.questions if q.fills}
            }
        )
    return set.intersection(*found_in) if found_in else set()


def _quietly(view: View, text: str | None) -> Expression | None:
    source = Source("", "", {}, {}, {})
    if not text or "form." not in text:
        return None
    return view.compiled(view.lifecycle_scope, text, source, ())[0]


def _unasked(
    expression: Expression, asked: set[str], source: Source, path: Path, who: str
) -> Iterator[Diagnostic]:
    for name in sorted(
        name for name in expression.names if name.startswith("form.") and name not in asked
    ):
        said = f"{who}用到 {name}，但本事项没有采集这个字段"
        yield found(
            source.within(path, max(expression.text.find(name), 0) if path[-1] == "when" else 0),
            "E307",
            said,
            f"在 fields 里加上 {name[5:]}",
        )


def _of_form(
    view: View, scope: Scope, text: str, source: Source, path: Path
) -> tuple[Expression | None, list[Diagnostic]]:
    """Compile an expression about the form; unknown fields are not told when a vocabulary could not be read."""
    expression, wrong = view.compiled(scope, text, source, path)
    if not view.sure("field"):
        wrong = [each for each in wrong if "form." not in each.message]
    if expression is None:
        return None, wrong
    chosen = {**view.form_options, "applicant.type": APPLICANTS, "handling": HANDLING}
    return expression, [*wrong, *literals(expression, chosen, view.form_dates, source, path)]


@dataclass(frozen=True, slots=True)
class Compared:
    """A name beside the texts it is compared with."""

    name: str
    operator: str
    text: Token


def comparisons(expression: Expression) -> Iterator[Compared]:
    """Yield each name that is compared with a written text: `x == 'a'`, `'a' in x`, `x in ['a', 'b']`."""
    tokens = expression.tokens
    for n, middle in enumerate(tokens[1:-1], start=1):
        left, right = tokens[n - 1], tokens[n + 1]
        if middle.text in _ORDERS or middle.text == "in":
            for name, text in ((left, right), (right, left)):
                if name.sort == "name" and text.sort == "string":
                    yield Compared(name.text, middle.text, text)
        if middle.text == "in" and left.sort == "name" and right.text == "[":
            for token in tokens[n + 2 :]:
                if token.text == "]":
                    break
                if token.sort == "string":
                    yield Compared(left.text, "in", token)


def literals(
    expression: Expression, options: Options, dates: Collection[str], source: Source, path: Path
) -> Iterator[Diagnostic]:
    """Yield comparisons with an option that does not exist or a date that is none."""
    for compared in comparisons(expression):
        value = compared.text.literal()
        at = source.within(path, compared.text.offset)
        known = options.get(compared.name)
        if known is not None and value not in known and compared.operator in (*_EQUALS, "in"):
            yield found(
                at, "E306", f"{compared.name} 没有“{value}”这个选项", near(str(value), list(known))
            )
        elif compared.name in dates and not _is_date(str(value)):
            yield found(at, "E310", f"“{value}”不是日期，比不出先后", "写成 '2026-10-09'")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return text == ""
