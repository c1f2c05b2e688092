"""情景检查 — a story names only what exists, and time in it never goes back."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, get_args

from service.errors import ServiceError
from service.workflows.application.fieldtypes import check_value
from service.workflows.authoring.checks.lifecycles import ENGINE_ACTIONS, ENGINE_STATES
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.pack import Story
from service.workflows.authoring.regional import bundles_of
from service.workflows.case.literals import CaseState
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found, near
from service.workflows.definition.release import WHOLE, first_of, kinds_of
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from service.workflows.limits import LIMITS
from service.workflows.proceedings import KINDS, supervision
from service.workflows.rules.assignment import ASSIGN
from service.workflows.rules.special_procedure import PROMISE

CASE_STATES = get_args(CaseState)
CASE_WORDS = (*CASE_ACTIONS, *TASK_ACTIONS)
CASE_EVENTS = (
    "submit",
    "close",
    "request_correction",
    "notify_again",
    "sign",
    "expiry_refused",
    "await_calendar",
    "supersede_certificate",
)
ENGINE_PAPERS = (
    "yellow_card",
    "red_card",
    "statutory_breach",
    "ordinary_path",
    "deregistration_request",
    "deregistration_opened",
    "result",
    "started",
    "recalendar",
    "await_calendar",
    "share_failed",
    "expire_certificate",
    "feedback_overdue",
    "blocked",
    "expiry_refused",
)
REFUSALS = ("any", *sorted(kind.slug for kind in ServiceError.__subclasses__()))


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the scenarios."""
    known = bundles_of(view.pack)
    for story in view.pack.scenarios:
        bundle = view.pack.bundles.get(story.scenario.bundle)
        yield from view.known("bundle", story.scenario.bundle, known, story.source.at("bundle"))
        if bundle is not None:
            yield from _Story(view, story, bundle).findings()


class _Story:
    """One scenario against its bundle."""

    def __init__(self, view: View, story: Story, bundle: models.Bundle) -> None:
        self.view, self.story, self.bundle = view, story, bundle
        self.source, self.scenario = story.source, story.scenario
        self.items = {
            e.use: view.pack.items[e.use] for e in bundle.items if e.use in view.pack.items
        }
        self.cycles = {
            code: view.pack.lifecycles.get(item.lifecycle) for code, item in self.items.items()
        }
        for code, item in self.items.items():
            own = view.pack.lifecycles.get(item.lifecycle)
            begun = {t.effect.begin for t in own.transitions if t.effect} if own else set()
            for follows in KINDS.values():
                if follows.meets(item) or follows.code in begun:
                    self.cycles[f"{code}.{follows.code}"] = view.pack.lifecycles.get(follows.code)
        for kind in KINDS:
            self.cycles[f"{WHOLE}.{kind}"] = view.pack.lifecycles.get(kind)
        order = supervision.KIND.code  # the only one that may follow another
        followed = [code for code in self.cycles if kinds_of(code) not in ([], [order])]
        self.cycles |= {f"{code}.{order}": view.pack.lifecycles.get(order) for code in followed}
        self.whole = len(self.items) == len(bundle.items)  # every item of the bundle could be read
        self.materials = {use.use for item in self.items.values() for use in item.material_uses()}

    def findings(self) -> Iterator[Diagnostic]:
        yield from self.given()
        if self.scenario.expect:
            yield from self.expected(self.scenario.expect, ("expect",))
        now = self.scenario.now
        for index, step in enumerate(self.scenario.steps):
            here = ("steps", index)
            if step.at is not None:
                if step.at < now:
                    said = f"时间倒流：前面已经到了 {now.isoformat(timespec='minutes')}"
                    yield found(self.source.at(*here, "at"), "E610", said, "按先后排列各步")
                now = max(now, step.at)
            yield from self.step(step, here)

    def given(self) -> Iterator[Diagnostic]:
        """Check what the applicant brings."""
        scenario, source = self.scenario, self.source
        if scenario.applicant.type not in self.bundle.applicants:
            said = f"这件事不面向“{scenario.applicant.type}”"
            yield found(
                source.at("applicant", "type"),
                "E605",
                said,
                near(scenario.applicant.type, list(self.bundle.applicants)),
            )
        questions = {question.id: question for question in self.bundle.questions}
        for name, value in scenario.answers.items():
            yield from self.view.known("question", name, questions, source.at_key("answers", name))
            if name in questions:
                yield from self.value(questions[name], value, source.at("answers", name))
        yield from self.wishes()
        fields = self.fields()
        for name, value in scenario.form.items():
            if name not in fields and self.whole and self.view.sure("field"):
                yield found(
                    source.at_key("form", name),
                    "E613",
                    f"这件事不采集字段“{name}”",
                    near(name, set(fields)),
                )
            elif name in fields:
                yield from self.value(fields[name], value, source.at("form", name))
        yield from self.papers()

    def papers(self) -> Iterator[Diagnostic]:
        """Check the certificates the applicant holds, what registers answer, and what is not handed in."""
        scenario, source = self.scenario, self.source
        for code, values in scenario.registers.items():
            register = self.view.pack.vocabulary.registers.get(code)
            for name in values:
                if register is None or name not in register.gives:
                    said = f"登记“{code}”不答复“{name}”"
                    hint = near(name, set(register.gives)) if register else ""
                    yield found(
                        source.at_key("registers", code, name),
                        "E220",
                        said,
                        hint or "先在词汇表的 registers 里定义它",
                    )
        for index, held in enumerate(scenario.holds):
            among = self.view.pack.vocabulary.certificates
            yield from self.view.known(
                "certificate", held.certificate, among, source.at("holds", index, "certificate")
            )
        for part in ("missing", "defer"):
            for index, code in enumerate(getattr(scenario, part)):
                yield from self.material(code, source.at(part, index))

    def wishes(self) -> Iterator[Diagnostic]:
        for part in ("handling", "meets_by"):
            for code in getattr(self.scenario, part):
                yield from self.item(code, self.source.at_key(part, code))

    def fields(self) -> Mapping[str, models.VocabularyField]:
        known = self.view.pack.vocabulary.fields
        asked = {use.use for item in self.items.values() for use in item.field_uses()}
        asked |= {question.fills for question in self.bundle.questions if question.fills}
        return {name: known[name] for name in asked if name in known}

    def value(
        self, declared: models.Question | models.VocabularyField, value: Any, at: At
    ) -> Iterator[Diagnostic]:
        wrong = check_value(declared, models.dates_as_text(value))[1]
        if wrong:
            yield found(at, "E605", f"这个值不能用{wrong}")

    def item(self, code: str, at: At) -> Iterator[Diagnostic]:
        if first_of(code) not in self.cycles and self.whole:
            own = {
                each for each in self.cycles if not kinds_of(each) and not each.startswith("case.")
            }
            mend = f"写进 {self.scenario.bundle} 的 items，或从情景里去掉它的各步"
            hint = near(code, own) if code not in self.view.pack.items else mend
            yield found(at, "E602", f"这件事里没有事项“{code}”", hint)

    def material(self, code: str, at: At) -> Iterator[Diagnostic]:
        if code not in self.materials and self.whole:
            yield found(at, "E606", f"这件事不要材料“{code}”", near(code, self.materials))

    def actor(self, text: str, at: At) -> Iterator[Diagnostic]:
        department, _, at_post = text.rpartition(".")
        known = text in ("applicant", "supervisor") or (
            department in self.view.departments and at_post in self.view.posts
        )
        if not known and self.view.sure("department"):
            posts = [
                f"{each}.{post}"
                for each in sorted(self.view.departments)
                for post in sorted(self.view.posts)
            ]
            yield found(
                at,
                "E607",
                f"没有“{text}”这个经办人",
                near(text, ["applicant", "supervisor", *posts]) or "写成 <部门>.<岗位>",
            )

    def step(self, step: models.ScenarioStep, here: tuple[str, int]) -> Iterator[Diagnostic]:
        source = self.source
        if step.by:
            yield from self.actor(step.by, source.at(*here, "by"))
        if step.do:
            yield from self.action(step.do, source.at(*here, "do"))
        for index, code in enumerate(step.reapply):
            yield from self.item(code, source.at(*here, "reapply", index))
        if step.refused and step.refused not in REFUSALS:
            yield found(
                source.at(*here, "refused"),
                "E611",
                f"没有“{step.refused}”这种拒绝",
                near(step.refused, list(REFUSALS)),
            )
        yield from self.data(step.data, (*here, "data"))
        if step.expect:
            yield from self.expected(step.expect, (*here, "expect"))

    def action(self, do: str, at: At) -> Iterator[Diagnostic]:
        target, _, action = do.rpartition(".")
        if target == "case":
            yield from self.view.known("action", action, CASE_WORDS, at)
        elif not target:
            yield found(at, "E603", f"“{do}”没有说对谁办", "写成 <事项>.<动作> 或 case.<动作>")
        else:
            yield from self.item(target, at)
            cycle = self.cycles.get(first_of(target))
            if cycle:
                actions = {
                    transition.action for transition in cycle.transitions
                } | ENGINE_ACTIONS.keys()
                yield from self.view.known("action", action, actions, at)

    def data(self, data: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        reasons = data.get("reasons")
        for index, reason in enumerate(reasons if isinstance(reasons, list) else []):
            if isinstance(reason, str):
                at = self.source.at(*path, "reasons", index)
                yield from self.view.known("reason", reason, self.view.pack.vocabulary.reasons, at)
        for part in ("materials", "gaps"):
            given = data.get(part)
            for index, entry in enumerate(given if isinstance(given, list) else []):
                code = entry.get("material") if isinstance(entry, dict) else entry
                if isinstance(code, str):
                    yield from self.material(code, self.source.at(*path, part, index))

    def expected(
        self, expect: models.Expectation, path: tuple[str | int, ...]
    ) -> Iterator[Diagnostic]:
        at, key = self.source.at, self.source.at_key
        yield from self.states(expect, path)
        for name in expect.due:
            yield from self.clock(name, key(*path, "due", name))
        for code in expect.card:
            if code != "case":
                yield from self.item(code, key(*path, "card", code))
        for actor in expect.tasks:
            yield from self.actor(actor, key(*path, "tasks", actor))
        for index, code in enumerate(expect.items or []):
            yield from self.item(code, at(*path, "items", index))
        for index, code in enumerate(expect.materials or []):
            yield from self.material(code, at(*path, "materials", index))
        for part, kinds in self.kinds.items():
            for index, name in enumerate(getattr(expect, part)):
                if name not in kinds and self.whole:
                    yield found(
                        at(*path, part, index),
                        "E614",
                        f"“{name}”不会出现在 {part} 里",
                        near(name, kinds),
                    )

    def states(
        self, expect: models.Expectation, path: tuple[str | int, ...]
    ) -> Iterator[Diagnostic]:
        at = self.source.at
        if expect.case is not None and expect.case not in CASE_STATES:
            yield found(
                at(*path, "case"),
                "E608",
                f"办件没有状态“{expect.case}”",
                near(expect.case, list(CASE_STATES)),
            )
        for code, state in expect.states().items():
            yield from self.item(code, self.source.at_key(*path, code))
            cycle = self.cycles.get(first_of(code))
            if cycle and state not in cycle.states and state not in ENGINE_STATES:
                hint = near(state, [*cycle.states, *ENGINE_STATES])
                yield found(at(*path, code), "E608", f"“{code}”没有状态“{state}”", hint)

    @cached_property
    def kinds(self) -> dict[str, set[str]]:
        """Return what lists of notices, certificates and events may name."""
        transitions = [t for cycle in self.cycles.values() if cycle for t in cycle.transitions]
        actions, own = {t.action for t in transitions}, {t.notice for t in transitions if t.notice}
        return {
            "notices": {*models.NOTICE_TITLES, *ENGINE_PAPERS, *own},
            "certificates": set(self.view.pack.vocabulary.certificates),
            "events": actions | ENGINE_ACTIONS.keys() | {*CASE_WORDS, *CASE_EVENTS, *ENGINE_PAPERS},
        }

    def clock(self, name: str, at: At) -> Iterator[Diagnostic]:
        code, _, clock = re.sub(r"\.(promised|statutory|safe)$", "", name).rpartition(".")
        if code == "case" or name.startswith("case."):
            return
        yield from self.item(code, at)
        cycle = self.cycles.get(first_of(code))
        named = [*(cycle.clocks if cycle else ()), *self._beside(code)]
        if cycle and clock not in named and not clock.startswith("gap-"):
            yield found(at, "E609", f"“{code}”没有时限“{clock}”", near(clock, named))

    def _beside(self, code: str) -> Iterator[str]:
        """Yield the clocks of an item that the engine begins, beside those of its lifecycle."""
        item, cycle = self.items.get(code), self.cycles.get(code)
        if item and cycle:
            yield from (f"step-{state}" for state in item.steps)
            yield from (f"{PROMISE}{n}" for n, c in cycle.clocks.items() if c.limit == LIMITS)
            yield from [ASSIGN] if item.inspection else []
