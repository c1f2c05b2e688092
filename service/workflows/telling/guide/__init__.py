"""办事指南 — the guide made for one applicant's situation: what applies and what does not, what is needed, until when."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.workflows.application import needed
from service.workflows.application.form_schema import form_schema
from service.workflows.application.questions import Applicant
from service.workflows.calendar import WorkCalendar
from service.workflows.case.parts import Ban
from service.workflows.case.situation import Held
from service.workflows.definition.release import Release
from service.workflows.notices import opening
from service.workflows.telling.guide import contents, costs, standing, timing, titles
from service.workflows.telling.guide.questioning import answered, questions, stops_so_far
from service.workflows.telling.guide.rehearsal import (
    NOTHING_EARLIER,
    Certificates,
    Earlier,
    Rehearsal,
    rehearse,
)
from service.workflows.telling.guide.same_place import same_place
from service.workflows.telling.guide.text import guide_text

__all__ = ["Earlier", "guide", "guide_text", "questions", "stops_so_far"]
NOTHING: Mapping[str, Any] = MappingProxyType({})


def guide(
    release: Release,
    applicant: Applicant,
    answers: Mapping[str, Any],
    handling: Mapping[str, str],
    calendar: WorkCalendar,
    now: datetime,
    certificates: Certificates = NOTHING,
    form: Mapping[str, Any] = NOTHING,
    earlier: Earlier = NOTHING_EARLIER,
    library: tuple[Held, ...] | None = None,
    bans: tuple[Ban, ...] = (),
    *,
    only: Collection[str] = (),
    so_far: bool = False,
) -> dict[str, Any]:
    """Return the guide as JSON; what is shown has its Chinese title beside the code (R-ACC-2).

    `library` holds the applicant's certificates, None when nobody looked, `bans` what he may not apply for; `certificates`
    is what he says of others, code → {name: value}; `form` is what was filled in so far, `earlier` what an earlier
    application said; `only` are the items applied for anew. Dates count from submission `now`. A guide is never refused
    for what a submission would be: that stands in `obstacles`. `so_far`: also while questions are open.
    Raises DataInvalid: a question is not answered, or something given is wrong.
    """
    rehearsal = rehearse(
        release,
        applicant,
        answers,
        handling,
        form=form,
        certificates=certificates,
        calendar=calendar,
        now=now,
        earlier=earlier,
        library=library,
        bans=bans,
        only=only,
        so_far=so_far,
    )
    return {**_heading(rehearsal, applicant), **_contents(rehearsal)}


def _contents(rehearsal: Rehearsal) -> dict[str, Any]:
    papers = contents.materials(rehearsal)
    needs = _needs(rehearsal)
    known = {name: need for name, need in needs.items() if need.origin}
    projection = timing.project(rehearsal)
    return {
        "obstacles": standing.obstacles(rehearsal),
        "continues": standing.continues(rehearsal),
        "items": contents.items(rehearsal, projection),
        "not_needed": contents.not_needed(rehearsal),
        "departments": contents.departments(rehearsal),
        "materials": papers,
        "form": form_schema(rehearsal.release, needs),
        "prefill": {n: {"value": need.value, "origin": need.origin} for n, need in known.items()},
        "same_place": same_place(rehearsal, needs),
        "undecided": contents.undecided(rehearsal),
        "limits": timing.limits(rehearsal),
        "dates": projection.as_json(),
        "fees": costs.fees(rehearsal),
        "opens_with": [titles.item(rehearsal.release, code) for code in _opens_with(rehearsal)],
        "savings": costs.savings(rehearsal, papers),
        "channels": [titles.coded(code, titles.CHANNELS) for code in titles.CHANNELS],
    }


def _opens_with(rehearsal: Rehearsal) -> list[str]:
    return opening.needed(rehearsal.release.bundle, list(rehearsal.items))


def _heading(rehearsal: Rehearsal, applicant: Applicant) -> dict[str, Any]:
    release, selection = rehearsal.release, rehearsal.selection
    return {
        "bundle": release.bundle.code,
        "title": release.bundle.title,
        "region": {"code": release.directory.region.code, "title": release.directory.region.title},
        "lead": titles.department(release, release.bundle.lead),
        "applicant_type": titles.applicant_type(applicant.type),
        "stops": [{"say": stop.say, "basis": stop.basis} for stop in selection.stops],
        "barred": standing.barred(rehearsal),
        "can_apply": bool(selection.items) and not selection.stops and not selection.open,
        "questions": answered(release, selection),
        "to_answer": [
            {"id": q.id, "ask": q.ask} for q in release.bundle.questions if q.id in selection.open
        ],
    }


def _needs(rehearsal: Rehearsal) -> dict[str, needed.FieldNeed]:
    """Return the fields of the one form, with what is known already and where it comes from; what was filled in counts."""
    form = rehearsal.work.case.form
    needs = contents.needed_fields(rehearsal)
    for name, need in needs.items():
        if not need.origin and name in rehearsal.origins:
            need.value, need.origin = form[name], rehearsal.origins[name]
        elif form.get(name) != need.value:
            need.value, need.origin = form.get(name), ""
    return needs
