"""填写中的申请 — what a draft would be if it were submitted now: its form by pages, its papers, and what it still lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from service.errors import DataInvalid
from service.workflows.application import consistency, questions
from service.workflows.application.fieldtypes import Fault, faults_of
from service.workflows.application.known import prefill, registered
from service.workflows.application.questions import Applicant
from service.workflows.case.parts import Case
from service.workflows.case.situation import Situation
from service.workflows.definition.release import Release
from service.workflows.rules import library
from service.workflows.telling.draft.changes import changes
from service.workflows.telling.draft.form_pages import Typed, pages
from service.workflows.telling.draft.given import papers, to_hand_in
from service.workflows.telling.draft.registers import registers
from service.workflows.telling.guide import Earlier, guide
from service.workflows.telling.guide.rehearsal import NOTHING_EARLIER
from service.workflows.telling.guide.titles import joined
from service.workflows.worksheet import Work

__all__ = ["draft", "to_hand_in"]
NO_PARTS: Mapping[str, Any] = {
    "pages": [],
    "papers": [],
    "changes": [],
    "closed": [],
    "clashes": [],
    "registers": [],
}


def draft(
    case: Case,
    situation: Situation,
    *,
    earlier: Earlier = NOTHING_EARLIER,
    before: Release | None = None,
) -> dict[str, Any]:
    """Return what a draft comes to if it is submitted in this situation, as JSON.

    It is {guide, pages, papers, lacking, changes, closed, clashes, registers}. `guide` is None while the answers do not say what applies;
    `lacking` are the errors a submission would be refused with, as [{pointer, detail}]; `changes` says in Chinese what is
    different from the rules of `before`;
    `closed` what was chosen to be done on a promise, and cannot be any more or not yet, as [{code, title, say}];
    `clashes` which fields do not go together, as [{field, say, reads}].
    """
    work = Work(situation, case)
    typed = _typed(work)
    guided = partial(_guided, work, typed, earlier)
    try:
        found = guided(situation.release)
    except DataInvalid as wrong:
        return {"guide": None, **NO_PARTS, "lacking": list(wrong.facts["errors"])}
    clashes = _clashes(work, typed, found)
    faults = {each["field"]: [("", each["say"])] for each in clashes}
    typed = replace(typed, faults={**faults, **typed.faults})
    made = pages(situation.release, found, typed)
    return {
        "guide": found,
        "pages": made,
        "papers": papers(work, found),
        "lacking": _lacking(found, case, made, typed),
        "changes": changes(before, guided, found) if before else [],
        "closed": list(_closed(found, case)),
        "clashes": clashes,
        "registers": registers(situation.release, case, found["form"]["properties"]),
    }


def _clashes(work: Work, typed: Typed, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was filled in and does not go together, as [{field, say, reads}]; what is only proposed speaks too."""
    case, fields = work.case, found["form"]["properties"]
    known = {name: entry["value"] for name, entry in found["prefill"].items()}
    form = {**known, **typed.values, **questions.filled_by_answers(work.release, case.answers)}
    facts = {**work.facts(), "form": form}
    items = [item["code"] for item in found["items"]]
    return [
        {"field": fault.at, "say": fault.say, "reads": sorted(fault.reads)}
        for fault in consistency.faults(work.release, items, fields, facts, work.today)
    ]


def _closed(found: Mapping[str, Any], case: Case) -> Iterator[dict[str, str]]:
    """Yield the choices of a promise that the answers have closed since, and those nobody knows to be open."""
    asked = {paper["code"] for paper in found["materials"]}
    for item in found["items"]:
        offer = item["commitment"]
        if case.handling.get(item["code"]) != "commitment" or offer is None or offer["offered"]:
            continue
        if offer["unknown"]:
            say = f"要先填{joined(offer['depends_on'])}，才知道能不能用告知承诺"
        else:
            more = [paper for paper in offer["waives"] if paper["code"] in asked]
            say = f"您选的告知承诺不再适用：{offer['why_not']}"
            say += f"，要补交{joined(more)}" if more else ""
        yield {"code": item["code"], "title": item["title"], "say": say}


def _guided(work: Work, typed: Typed, earlier: Earlier, rules: Release) -> dict[str, Any]:
    """Return the guide under these rules; what they do not know is left out."""
    case, situation = work.case, work.situation
    who = Applicant(case.applicant_type, case.applicant_name, case.applicant_id, situation.excluded)
    known = rules.vocabulary.fields
    return guide(
        rules,
        who,
        case.answers,
        handling={code: way for code, way in case.handling.items() if code in rules.items},
        calendar=situation.calendar,
        now=situation.now,
        form={name: value for name, value in typed.values.items() if name in known},
        earlier=replace(earlier, registered=registered(rules, case)),
        library=situation.library if situation.asked else None,
        only=case.limited_to,
    )


def _typed(work: Work) -> Typed:
    """Sort what was filled in: what fits, what does not; what nobody asks for any more is left out."""
    release, case = work.release, work.case
    values: dict[str, Any] = {}
    faults: dict[str, list[Fault]] = {}
    for name, given in case.form.items():
        if name not in release.vocabulary.fields:
            continue
        definition = release.vocabulary.fields[name]
        value, wrong = faults_of(definition, given)
        if wrong:
            faults[name] = [(place, f"{definition.title}{words}") for place, words in wrong]
        else:
            values[name] = value
    known = [
        library.prefilled(work),
        prefill(work.release, work.case),
        questions.filled_by_answers(release, case.answers),
    ]
    recorded: set[str] = set().union(*known)
    known_too = set(values) | set(registered(release, case))
    return Typed(values, faults, recorded | known_too, recorded)


def _lacking(
    found: Mapping[str, Any], case: Case, made: list[dict[str, Any]], typed: Typed
) -> list[dict[str, str]]:
    """Return what a submission would be refused for; a field that is empty is not told twice."""
    wrong = [*_not_open(found, case), *_empty(made, typed)]
    told = {each["pointer"] for each in wrong if each["pointer"].startswith("/form/")}
    barred = [each for each in found["obstacles"] if each["pointer"] not in told]
    return wrong + [{"pointer": each["pointer"], "detail": each["say"]} for each in barred]


def _not_open(found: Mapping[str, Any], case: Case) -> list[dict[str, str]]:
    """Return why it cannot be applied for at all, and choices for what is not applied for."""
    wrong = [{"pointer": "/answers", "detail": stop["say"]} for stop in found["stops"]]
    if not found["items"]:
        wrong.append({"pointer": "/answers", "detail": "按您的回答没有需要办理的事项"})
    open_ = {item["code"] for item in found["items"]}
    gone = [code for code in case.handling if code not in open_]
    return wrong + [
        {"pointer": f"/handling/{code}", "detail": "这个事项不用办了，请重新选择办理方式"}
        for code in gone
    ]


def _empty(made: list[dict[str, Any]], typed: Typed) -> list[dict[str, str]]:
    """Return what is wrong, each at its own place, and what is still to be filled in or looked at."""
    fields = [field for page in made for section in page["sections"] for field in section["fields"]]
    return [
        {"pointer": f"/form/{field['code']}{place}", "detail": words}
        for field in fields
        if field["lacking"]
        for place, words in typed.faults.get(field["code"])
        or [("", f"请{'核对' if field['origin'] else '填写'}{field['title']}")]
    ]
