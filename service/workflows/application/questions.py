"""情形引导 — the questions asked, the facts they give, which items apply and why not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.errors import DataInvalid
from service.workflows.application.barred import Bars, bars
from service.workflows.application.fieldtypes import check_value, say
from service.workflows.application.knowing import Knowing
from service.workflows.case.parts import Case
from service.workflows.definition.models import BundleItem, Question, Stop
from service.workflows.definition.release import Release


@dataclass(frozen=True, slots=True)
class Applicant:
    """申请人 — who applies; `excluded` says that an unrepaired breach bars 告知承诺 (R-NCP-3)."""

    type: str
    name: str = ""
    id: str = ""
    excluded: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what expressions may ask about the applicant."""
        return {
            "type": self.type,
            "name": self.name,
            "id": self.id,
            "credit": {"excluded": self.excluded},
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """选定结果 — what the answers lead to: stops, items that apply, items that do not with the reason."""

    facts: Mapping[str, Any]
    stops: tuple[Stop, ...]  # the law forbids all that applies
    items: tuple[str, ...]
    left_out: Mapping[str, str]  # item code → reason in plain Chinese
    asked: tuple[str, ...]  # ids of the questions that are asked, given the answers
    open: tuple[str, ...] = ()  # ids of those that are not answered yet
    # Item code → the open questions it waits for.
    depends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bars: Bars = field(default_factory=Bars)  # what each stop is against

    @property
    def going(self) -> tuple[str, ...]:
        """Return the items that the law lets go on; where it forbids all, those that were asked for."""
        return self.items if self.stops else self.bars.going(self.items)


def asked_questions(
    release: Release, answers: Mapping[str, Any], applicant_type: str = ""
) -> list[Question]:
    """Return the questions that are asked, given the answers to those before and the kind of applicant.

    One whose condition hangs on a question without an answer is not asked yet.
    """
    return settled(release, answers, applicant_type)[0]


def settled(
    release: Release, answers: Mapping[str, Any], applicant_type: str
) -> tuple[list[Question], dict[str, tuple[str, ...]]]:
    """Return the questions that are asked, and those that may still get an answer with the open ones that come first."""
    who = Applicant(applicant_type or release.bundle.applicants[0])
    before: dict[str, Any] = {}
    asked: list[Question] = []
    unsettled: dict[str, tuple[str, ...]] = {}
    for question in release.bundle.questions:
        if question.when:
            knowing = known_of(release, facts_of(release, who, before, {}), unsettled)
            holds = knowing.holds(question.when, "bundle")
            if holds is None:
                unsettled[question.id] = waiting_for(knowing, question.when, unsettled)
            if not holds:
                continue
        asked.append(question)
        if question.id in answers:
            before[question.id] = answers[question.id]
        else:
            unsettled[question.id] = (question.id,)
    return asked, unsettled


def known_of(release: Release, facts: Mapping[str, Any], unsettled: Collection[str]) -> Knowing:
    """Return the facts with what these questions and the fields that they fill leave unknown."""
    names = [f"{root}.{id_}" for id_ in unsettled for root in ("answers", "answered")]
    fills = [f"form.{q.fills}" for q in release.bundle.questions if q.fills and q.id in unsettled]
    return Knowing(release, facts, {*names, *fills})


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


def check_answers(
    release: Release, answers: Mapping[str, Any], applicant_type: str = "", *, so_far: bool = False
) -> dict[str, Any]:
    """Return the answers to the questions asked, each of its declared type; `so_far`: some may still be missing.

    Raises:
        DataInvalid: an unknown question, a wrong type or option, or a question left unanswered.
    """
    questions = {q.id: q for q in release.bundle.questions}
    errors = [
        {
            "pointer": f"/answers/{key}",
            "detail": f"没有「{key}」这个问题；可回答：{'、'.join(questions)}",
        }
        for key in answers
        if key not in questions
    ]
    checked: dict[str, Any] = {}
    for question in questions.values():
        if question.id in answers:
            value, wrong = check_value(question, answers[question.id])
            checked[question.id] = value
            if wrong:
                detail = about(question, wrong)
                errors.append({"pointer": f"/answers/{question.id}", "detail": detail})
    if not errors:
        asked = asked_questions(release, checked, applicant_type)
        left = [] if so_far else [q for q in asked if q.id not in checked]
        errors = [{"pointer": f"/answers/{q.id}", "detail": f"请回答：{q.ask}"} for q in left]
        checked = {q.id: checked[q.id] for q in asked if q.id in checked}
    if errors:
        raise DataInvalid("回答有误，请检查", errors=errors)
    return checked


def about(question: Question, wrong: str) -> str:
    """Say which answer is wrong and how."""
    return question.ask + (
        wrong.removeprefix("：") if question.ask.endswith(("？", "）", "：")) else wrong
    )


def select(
    release: Release,
    answers: Mapping[str, Any],
    applicant: Applicant,
    *,
    only: Collection[str] = (),
    so_far: bool = False,
) -> Selection:
    """Decide which items apply to these (checked) answers, which do not and why, and whether the law forbids it all.

    `only`: of some items, applied for anew. `so_far`: what is certain already; what is open is neither in nor out.

    Raises:
        DataInvalid: this kind of applicant is not served by the bundle, or answers do not fit the questions.
    """
    if not so_far:
        _refuse_unserved(release, applicant)
    checked = check_answers(release, answers, applicant.type, so_far=so_far)
    facts = facts_of(release, applicant, checked, filled_by_answers(release, checked))
    asked, unsettled = settled(release, checked, applicant.type)
    knowing = known_of(release, facts, unsettled)
    entries = [e for e in release.bundle.items if not only or e.use in only]
    holds = {e.use: knowing.holds(e.when, "bundle") for e in entries}
    depends = {
        e.use: waiting_for(knowing, e.when, unsettled) for e in entries if holds[e.use] is None
    }
    items = tuple(use for use, applies in holds.items() if applies)
    stops = [stop for stop in release.bundle.stop if knowing.holds(stop.when, "bundle")]
    found = bars(release, stops, items)
    return Selection(
        facts=facts,
        stops=found.whole if depends else found.of_all(items),
        items=items,
        left_out={e.use: why_not(release, e, facts) for e in entries if holds[e.use] is False},
        asked=tuple(q.id for q in asked),
        open=tuple(q.id for q in asked if q.id not in checked),
        depends=depends,
        bars=found,
    )


def _refuse_unserved(release: Release, applicant: Applicant) -> None:
    if applicant.type not in release.bundle.applicants:
        served = f"可办理：{'、'.join(release.bundle.applicants)}"
        wrong = {"pointer": "/applicant/type", "detail": served}
        raise DataInvalid("这件事不面向这类申请人", errors=[wrong])


def why_not(release: Release, entry: BundleItem, facts: Mapping[str, Any]) -> str:
    """Say in plain Chinese why an item does not apply: which of the answers its condition looked at."""
    seen = looked_at(release, entry.when or "true")
    parts = [
        f"{question.ask} {say(question, facts['answers'][question.id])}"
        for question in release.bundle.questions
        if seen & {f"answers.{question.id}", f"answered.{question.id}"}
        and question.id in facts["answers"]
    ]
    return f"根据您的回答不需要办理（{'；'.join(parts)}）" if parts else "不适用于您的情形"


def looked_at(release: Release, when: str) -> set[str]:
    """Return the names a condition of the bundle depends on, through derived values too: `answers.area`, …."""
    seen: set[str] = set()
    todo = [when]
    while todo:
        new = release.expression(todo.pop(), "bundle").names - seen
        seen |= new
        todo += [
            release.bundle.derived[name.removeprefix("derived.")]
            for name in new
            if name.startswith("derived.")
        ]
    return seen


def filled_by_answers(release: Release, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form fields that questions fill."""
    return {q.fills: answers[q.id] for q in release.bundle.questions if q.fills and q.id in answers}


def facts_for(release: Release, case: Case, excluded: bool = False) -> dict[str, Any]:
    """Return the facts of a case for bundle and item expressions."""
    applicant = Applicant(case.applicant_type, case.applicant_name, case.applicant_id, excluded)
    return facts_of(release, applicant, case.answers, case.form)


def waiting_for(
    knowing: Knowing, when: str | None, unsettled: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the open questions that a condition of the bundle hangs on."""
    fills = {q.fills: q.id for q in knowing.release.bundle.questions if q.fills}
    ids = {
        fills[rest] if root == "form" else rest
        for root, _, rest in (name.partition(".") for name in knowing.hangs_on(when, "bundle"))
    }
    return tuple(
        dict.fromkeys(first for id_ in unsettled if id_ in ids for first in unsettled[id_])
    )
