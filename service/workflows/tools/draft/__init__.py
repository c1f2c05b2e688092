"""填写中的申请 — what a draft would be if it were submitted now: its form by pages, its papers, and what it still lacks."""

from collections.abc import Mapping
from typing import Any

from service.errors import DataInvalid
from service.workflows import bundle, library, submission
from service.workflows.answers import check_value
from service.workflows.bundle import Applicant
from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.situation import Situation
from service.workflows.tools.draft.changes import changes
from service.workflows.tools.draft.form_pages import Typed, pages
from service.workflows.tools.draft.given import papers, to_hand_in
from service.workflows.tools.guide import Earlier, guide
from service.workflows.tools.guide.rehearsal import NOTHING_EARLIER
from service.workflows.work import Work

__all__ = ["draft", "to_hand_in"]


def draft(
    case: Case, situation: Situation, *, earlier: Earlier = NOTHING_EARLIER, before: Release | None = None
) -> dict[str, Any]:
    """Return what a draft comes to if it is submitted in this situation, as JSON: {guide, pages, papers, lacking, changes}.

    `guide` is None while the answers do not say what applies. `lacking` are the errors a submission would be refused
    with, as [{pointer, detail}]; `changes` says in Chinese what is different from the rules of `before`.
    """
    release, work = situation.release, Work(situation, case)
    who = Applicant(case.applicant_type, case.applicant_name, case.applicant_id, situation.excluded)
    typed = _typed(work)

    def guided(rules: Release) -> dict[str, Any]:
        form = {name: value for name, value in typed.values.items() if name in rules.vocabulary.fields}
        chosen = {code: way for code, way in case.handling.items() if code in rules.items}
        return guide(
            rules, who, case.answers, chosen, situation.calendar, situation.now,
            form=form, earlier=earlier, library=situation.library,
        )  # fmt: skip

    try:
        found = guided(release)
    except DataInvalid as wrong:
        return {"guide": None, "pages": [], "papers": [], "lacking": list(wrong.facts["errors"]), "changes": []}
    made = pages(release, found, typed)
    return {
        "guide": found,
        "pages": made,
        "papers": papers(work, found),
        "lacking": [*_not_open(found, case), *_empty(made)],
        "changes": changes(before, guided, found) if before else [],
    }


def _typed(work: Work) -> Typed:
    """Sort what was filled in: what fits, what does not; what nobody asks for any more is left out."""
    release, case = work.release, work.case
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, given in case.form.items():
        if name not in release.vocabulary.fields:
            continue
        definition = release.vocabulary.fields[name]
        value, wrong = check_value(definition, given)
        if wrong:
            faults[name] = f"{definition.title}{wrong}"
        else:
            values[name] = value
    known = [library.prefilled(work), submission.prefill(work), bundle.filled_by_answers(release, case.answers)]
    return Typed(values, faults, set(values).union(*known))


def _not_open(found: Mapping[str, Any], case: Case) -> list[dict[str, str]]:
    """Return why it cannot be applied for at all, and choices for what is not applied for."""
    wrong = [{"pointer": "/answers", "detail": stop["say"]} for stop in found["stops"]]
    if not found["items"]:
        wrong.append({"pointer": "/answers", "detail": "按您的回答没有需要办理的事项"})
    open_ = {item["code"] for item in found["items"]}
    gone = [code for code in case.handling if code not in open_]
    return wrong + [{"pointer": f"/handling/{code}", "detail": "这个事项不用办了，请重新选择办理方式"} for code in gone]


def _empty(made: list[dict[str, Any]]) -> list[dict[str, str]]:
    fields = [field for page in made for section in page["sections"] for field in section["fields"]]
    return [
        {
            "pointer": f"/form/{field['code']}",
            "detail": field["fault"] or f"请{'核对' if field['origin'] else '填写'}{field['title']}",
        }
        for field in fields
        if field["lacking"]
    ]
