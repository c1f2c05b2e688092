"""一件事 — which items apply and why not, one form, one set of materials, the order, the derived state.

Pure functions over a release. Answers are checked here once; everything after may trust them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any

from service.errors import DataInvalid
from service.workflows.answers import check_value
from service.workflows.case import Case, Item
from service.workflows.language.models import (
    BundleItem,
    FieldUse,
    MaterialUse,
    Question,
    Stop,
    VocabularyField,
    one_of,
)  # fmt: skip
from service.workflows.language.models import (
    Item as ItemDefinition,
)
from service.workflows.language.release import Release
from service.workflows.machine import SATISFIED, WAITING


@dataclass(frozen=True, slots=True)
class Applicant:
    """申请人 — who applies; `excluded` says that an unrepaired breach bars 告知承诺 (R-NCP-3)."""

    type: str
    name: str = ""
    id: str = ""
    excluded: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what expressions may ask about the applicant."""
        return {"type": self.type, "name": self.name, "id": self.id, "credit": {"excluded": self.excluded}}


@dataclass(frozen=True, slots=True)
class Selection:
    """选定结果 — what the answers lead to: stops, items that apply, items that do not with the reason."""

    facts: Mapping[str, Any]
    stops: tuple[Stop, ...]
    items: tuple[str, ...]
    left_out: Mapping[str, str]  # item code → reason in plain Chinese
    asked: tuple[str, ...]  # ids of the questions that are asked, given the answers


def asked_questions(release: Release, answers: Mapping[str, Any], applicant_type: str = "") -> list[Question]:
    """Return the questions that are asked, given the answers to those before and the kind of applicant."""
    before: dict[str, Any] = {}
    asked = []
    for question in release.bundle.questions:
        if question.when and not _asks(release, question.when, before, applicant_type):
            continue
        asked.append(question)
        if question.id in answers:
            before[question.id] = answers[question.id]
    return asked


def _asks(release: Release, when: str, answers: Mapping[str, Any], applicant_type: str) -> bool:
    facts = facts_of(release, Applicant(applicant_type or release.bundle.applicants[0]), answers, {})
    return bool(release.expression(when, "bundle").evaluate(facts))


def facts_of(
    release: Release, applicant: Applicant, answers: Mapping[str, Any], form: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the facts that expressions look at; each derived value may build on those before it."""
    facts: dict[str, Any] = {"answers": answers, "form": form, "applicant": applicant.facts()}
    facts["derived"] = Derived(release, facts)
    return facts


class Derived(Mapping[str, Any]):
    """由答案推出的情形 — the bundle's derived values, each computed when a condition first asks for it."""

    def __init__(self, release: Release, facts: Mapping[str, Any]) -> None:
        self._release, self._facts = release, facts
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            text = self._release.bundle.derived[name]
            self._known[name] = self._release.expression(text, "bundle").evaluate(self._facts)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._release.bundle.derived)

    def __len__(self) -> int:
        return len(self._release.bundle.derived)


def check_answers(release: Release, answers: Mapping[str, Any], applicant_type: str = "") -> dict[str, Any]:
    """Return the answers to the questions asked, each of its declared type.

    Raises:
        DataInvalid: an unknown question, a wrong type or option, or a question left unanswered.
    """
    questions = {q.id: q for q in release.bundle.questions}
    errors = [
        {"pointer": f"/answers/{key}", "detail": f"没有「{key}」这个问题；可回答：{'、'.join(questions)}"}
        for key in answers
        if key not in questions
    ]
    checked: dict[str, Any] = {}
    for question in questions.values():
        if question.id in answers:
            value, wrong = check_value(question, answers[question.id])
            checked[question.id] = value
            errors += [{"pointer": f"/answers/{question.id}", "detail": about(question, wrong)}] if wrong else []
    if not errors:
        asked = asked_questions(release, checked, applicant_type)
        errors = [{"pointer": f"/answers/{q.id}", "detail": f"请回答：{q.ask}"} for q in asked if q.id not in checked]
        checked = {q.id: checked[q.id] for q in asked if q.id in checked}
    if errors:
        raise DataInvalid("回答有误，请检查", errors=errors)
    return checked


def about(question: Question, wrong: str) -> str:
    """Say which answer is wrong and how."""
    return question.ask + (wrong.removeprefix("：") if question.ask.endswith(("？", "）", "：")) else wrong)


def select(release: Release, answers: Mapping[str, Any], applicant: Applicant) -> Selection:
    """Decide which items apply to these (checked) answers, which do not and why, and whether the law forbids it all.

    Raises:
        DataInvalid: this kind of applicant is not served by the bundle, or answers do not fit the questions.
    """
    if applicant.type not in release.bundle.applicants:
        raise DataInvalid(
            "这件事不面向这类申请人",
            errors=[{"pointer": "/applicant/type", "detail": f"可办理：{'、'.join(release.bundle.applicants)}"}],
        )
    checked = check_answers(release, answers, applicant.type)
    facts = facts_of(release, applicant, checked, filled_by_answers(release, checked))
    holds = {
        e.use: e.when is None or bool(release.expression(e.when, "bundle").evaluate(facts))
        for e in release.bundle.items
    }
    return Selection(
        facts=facts,
        stops=tuple(s for s in release.bundle.stop if release.expression(s.when, "bundle").evaluate(facts)),
        items=tuple(use for use, applies in holds.items() if applies),
        left_out={e.use: why_not(release, e, facts) for e in release.bundle.items if not holds[e.use]},
        asked=tuple(q.id for q in asked_questions(release, checked, applicant.type)),
    )


def why_not(release: Release, entry: BundleItem, facts: Mapping[str, Any]) -> str:
    """Say in plain Chinese why an item does not apply: which of the answers its condition looked at."""
    seen = looked_at(release, entry.when or "true")
    parts = [
        f"{question.ask} {say(question, facts['answers'][question.id])}"
        for question in release.bundle.questions
        if seen & {f"answers.{question.id}", f"answered.{question.id}"} and question.id in facts["answers"]
    ]
    return f"根据您的回答不需要办理（{'；'.join(parts)}）" if parts else "不适用于您的情形"


def looked_at(release: Release, when: str) -> set[str]:
    """Return the names a condition of the bundle depends on, through derived values too: `answers.area`, …."""
    seen: set[str] = set()
    todo = [when]
    while todo:
        new = release.expression(todo.pop(), "bundle").names - seen
        seen |= new
        todo += [release.bundle.derived[name.removeprefix("derived.")] for name in new if name.startswith("derived.")]
    return seen


def say(question: Question | VocabularyField, value: Any) -> str:
    """Say an answer as a person would."""
    if value in (None, "", []):
        return "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    if question.options:
        labels = one_of(question.options)
        return "；".join(labels.get(str(v), str(v)) for v in (value if isinstance(value, list) else [value]))
    number = f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"{number}{question.unit}"


def filled_by_answers(release: Release, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form fields that questions fill."""
    return {q.fills: answers[q.id] for q in release.bundle.questions if q.fills and q.id in answers}


# ---- one form, one set of materials ----------------------------------------------------------------------------


@dataclass(slots=True)
class FieldNeed:
    """One field of the one form: who asks for it, whether it must be filled in, what fills it."""

    field: str
    definition: VocabularyField
    required: bool
    items: list[str] = default(default_factory=list)
    departments: list[str] = default(default_factory=list)
    value: Any = None
    origin: str = ""  # in plain Chinese: where the prefilled value comes from


@dataclass(slots=True)
class MaterialNeed:
    """One paper of the one set: who asks for it, where it may come from, whether it may follow later."""

    material: str
    origins: list[str]
    required: bool
    items: list[str] = default(default_factory=list)
    departments: list[str] = default(default_factory=list)
    deferrable: str | None = None


def facts_for(release: Release, case: Case, excluded: bool = False) -> dict[str, Any]:
    """Return the facts of a case for bundle and item expressions."""
    applicant = Applicant(case.applicant_type, case.applicant_name, case.applicant_id, excluded)
    return facts_of(release, applicant, case.answers, case.form)


def field_uses(release: Release, code: str, handling: str, facts: Mapping[str, Any]) -> list[FieldUse]:
    """Return the fields one item asks for in this situation."""
    now = {**facts, "handling": handling}
    return [u for u in release.items[code].field_uses() if holds(release, u.when, now)]


def material_uses(release: Release, code: str, handling: str, facts: Mapping[str, Any]) -> list[MaterialUse]:
    """Return the materials one item asks for in this situation; a commitment drops what it waives (R-NCP-6)."""
    definition = release.items[code]
    waived = set(definition.commitment.waives) if handling == "commitment" and definition.commitment else set()
    now = {**facts, "handling": handling}
    return [u for u in definition.material_uses() if u.use not in waived and holds(release, u.when, now)]


def holds(release: Release, when: str | None, facts: Mapping[str, Any]) -> bool:
    """Tell whether an item's condition holds; no condition always does."""
    return when is None or bool(release.expression(when, "item").evaluate(facts))


def one_form(
    release: Release, items: Iterable[str], handling: Mapping[str, str], facts: Mapping[str, Any]
) -> dict[str, FieldNeed]:
    """Return the one form: the union of what the items ask, by field code (一张表)."""
    needs: dict[str, FieldNeed] = {}
    for code in items:
        for use in field_uses(release, code, handling.get(code, "ordinary"), facts):
            need = needs.setdefault(use.use, FieldNeed(use.use, release.vocabulary.fields[use.use], required=False))
            need.required = need.required or use.required
            _asked_by(need, release.items[code])
    for question in release.bundle.questions:
        if question.fills in needs and question.id in facts["answers"]:  # to choose none is an answer too
            needs[question.fills].value = facts["answers"][question.id]
            needs[question.fills].origin = "来自您对情形问题的回答"
    return needs


def one_set(
    release: Release, items: Iterable[str], handling: Mapping[str, str], facts: Mapping[str, Any]
) -> dict[str, MaterialNeed]:
    """Return the one set of materials: the union by material code (一套材料); nothing is asked twice."""
    needs: dict[str, MaterialNeed] = {}
    for code in items:
        for use in material_uses(release, code, handling.get(code, "ordinary"), facts):
            need = needs.setdefault(use.use, MaterialNeed(use.use, list(use.from_), required=False))
            need.origins = [origin for origin in need.origins if origin in use.from_] or list(use.from_)
            need.required = need.required or use.required
            need.deferrable = need.deferrable or use.deferrable
            _asked_by(need, release.items[code])
    return needs


def _asked_by(need: FieldNeed | MaterialNeed, item: ItemDefinition) -> None:
    need.items.append(item.code)
    if item.department not in need.departments:
        need.departments.append(item.department)


# ---- order and derived state -----------------------------------------------------------------------------------


def entry_of(release: Release, code: str) -> BundleItem:
    """Return the bundle's entry of an item."""
    return next(entry for entry in release.bundle.items if entry.use == code)


def waits_for(release: Release, code: str, present: Iterable[str]) -> list[str]:
    """Return the predecessors of an item that are in this case; an `after` that is not is dropped."""
    return [before for before in entry_of(release, code).after if before in set(present)]


def own_items(case: Case) -> dict[str, Item]:
    """Return the items of the application itself, without the proceedings that follow."""
    return {code: item for code, item in case.items.items() if not item.parent}


def derived_state(case: Case, waiting_for_applicant: Iterable[str], intake: Iterable[str]) -> str:
    """Derive the state of a case from its items, and from nothing else.

    `waiting_for_applicant` are the items whose state waits for the applicant, `intake` those still before acceptance.
    A revoked grant counts as granted: the closed case stays closed.
    """
    items = own_items(case)
    if not items:
        return "draft"
    if all(item.outcome for item in items.values()):
        return final_state([item.outcome for item in items.values()])
    if set(waiting_for_applicant) & set(items):
        return "correcting"
    before = set(intake)
    return "received" if all(code in before or item.state == WAITING for code, item in items.items()) else "in_progress"


def final_state(outcomes: list[str]) -> str:
    """Return the result of a case from the outcomes of its items (R-BND-5)."""
    good = [outcome in ("granted", "revoked", "recalled") for outcome in outcomes]
    if all(ok or outcome in SATISFIED for ok, outcome in zip(good, outcomes, strict=True)) and any(good):
        return "granted"
    if any(good):
        return "partly_granted"
    if set(outcomes) <= {"withdrawn", "stopped"} and "withdrawn" in outcomes:
        return "withdrawn"  # what stopped, stopped because of the withdrawal
    return "refused" if any(outcome in ("refused", "declined") for outcome in outcomes) else "terminated"


# ---- certificates ----------------------------------------------------------------------------------------------


def certificate_number(pattern: str, *, region: str, issued_on: date, seq: int) -> str:
    """Fill in a number rule such as `JY2{region}{seq:07}`."""
    return pattern.format(region=region, year=issued_on.year, seq=seq)


def check_form(release: Release, form: Mapping[str, Any], *, pointer: str = "/form") -> dict[str, Any]:
    """Return form values in canonical form.

    Raises:
        DataInvalid: an unknown field, or a value that does not fit its field.
    """
    errors, checked = [], {}
    for name, value in form.items():
        definition = release.vocabulary.fields.get(name)
        if definition is None:
            errors.append({"pointer": f"{pointer}/{name}", "detail": f"表单里没有「{name}」这一项"})
            continue
        checked[name], wrong = check_value(definition, value)
        if wrong:
            errors.append({"pointer": f"{pointer}/{name}", "detail": f"{definition.title}{wrong}"})
    if errors:
        raise DataInvalid("表单填写有误，请检查", errors=errors)
    return checked
