"""办事指南 — the guide made for one applicant's situation: what applies and what does not, what is needed, until when."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.workflows import bundle
from service.workflows.bundle import Applicant
from service.workflows.calendar import WorkCalendar
from service.workflows.language.release import Release
from service.workflows.situation import Held
from service.workflows.tools.forms import form_schema
from service.workflows.tools.guide import contents, timing, titles
from service.workflows.tools.guide.questioning import answered, questions, stops_so_far
from service.workflows.tools.guide.rehearsal import NOTHING_EARLIER, Certificates, Earlier, Rehearsal, rehearse
from service.workflows.tools.guide.text import guide_text

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
    library: tuple[Held, ...] = (),
) -> dict[str, Any]:
    """Return the guide as JSON; what is shown has its Chinese title beside the code (R-ACC-2).

    `library` holds the applicant's certificates; `certificates` is what he says of others, code → {name: value};
    `form` is what was filled in so far: the fields and materials that depend on it become certain; `earlier` is what
    an earlier application said. Dates count from submission and acceptance `now`.

    Raises:
        DataInvalid: a question is not answered, or something given is wrong.
    """
    rehearsal = rehearse(release, applicant, answers, handling, form, certificates, calendar, now, earlier, library)
    papers = contents.materials(rehearsal)
    needs = _needs(rehearsal)
    projection = timing.project(rehearsal)
    return {
        **_heading(rehearsal, applicant),
        "items": contents.items(rehearsal, projection),
        "not_needed": contents.not_needed(rehearsal),
        "departments": contents.departments(rehearsal),
        "materials": papers,
        "form": form_schema(release, needs),
        "prefill": {n: {"value": need.value, "origin": need.origin} for n, need in needs.items() if need.origin},
        "undecided": contents.undecided(rehearsal),
        "limits": timing.limits(rehearsal),
        "dates": projection.as_json(),
        "fees": contents.fees(rehearsal),
        "savings": contents.savings(rehearsal, papers),
        "channels": [titles.coded(code, titles.CHANNELS) for code in titles.CHANNELS],
    }


def _heading(rehearsal: Rehearsal, applicant: Applicant) -> dict[str, Any]:
    release, selection = rehearsal.release, rehearsal.selection
    return {
        "bundle": release.bundle.code,
        "title": release.bundle.title,
        "region": {"code": release.directory.region.code, "title": release.directory.region.title},
        "lead": titles.department(release, release.bundle.lead),
        "applicant_type": titles.applicant_type(applicant.type),
        "stops": [{"say": stop.say, "basis": stop.basis} for stop in selection.stops],
        "can_apply": bool(selection.items) and not selection.stops,
        "questions": answered(release, selection),
    }


def _needs(rehearsal: Rehearsal) -> dict[str, bundle.FieldNeed]:
    """Return the fields of the one form, with what is known already and where it comes from; what was filled in counts."""
    form = rehearsal.work.case.form
    needs = bundle.one_form(rehearsal.release, rehearsal.items, rehearsal.handling, rehearsal.facts)
    for name, need in needs.items():
        if not need.origin and name in rehearsal.origins:
            need.value, need.origin = form[name], rehearsal.origins[name]
        elif form.get(name) != need.value:
            need.value, need.origin = form.get(name), ""
    return needs
