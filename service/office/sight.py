"""谁看得到什么 — the applicant sees the whole case; a department its own items' fields and papers (R-BND-10)."""

from dataclasses import replace
from typing import Any

from service.workflows import bundle, ratings, rights
from service.workflows.case import CASE, THIRD_PARTY, Case, Notice
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT
from service.workflows.ratings import REDRESS
from service.workflows.situation import Actor


def may_see(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may know of the case at all; a draft is nobody's business but its writer's."""
    if case.state == "draft":
        return rights.is_applicant(case, actor) or _typed_in(case, actor)
    return rights.may_see(release, case, actor)


def _typed_in(case: Case, actor: Actor) -> bool:
    return bool(case.entered_by) and case.entered_by == actor.account


def sees_all(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether nothing is hidden: the applicant, who typed it in, and the lead's window that checks for all."""
    if rights.is_applicant(case, actor) or _typed_in(case, actor):
        return True
    lead = actor.kind == "clerk" and actor.department == release.bundle.lead and "window" in actor.posts
    return lead and release.bundle.acceptance == "lead"


def shown(release: Release, case: Case, actor: Actor) -> Case:
    """Return the case without what this actor has no business with."""
    if rights.is_applicant(case, actor):
        return case
    case = _without_raters(release, case, actor)
    if sees_all(release, case, actor):
        return case
    own = {c for c, i in case.items.items() if i.department == actor.department and actor.kind == "clerk"}
    about = own | {CASE}
    if actor.kind == "supervisor":  # watches over the time of all, needs nobody's papers
        about |= set(case.items)
    fields, materials = _needed(release, case, own)
    filled = {q.id for q in release.bundle.questions if q.fills in fields}
    return replace(
        case,
        answers={name: value for name, value in case.answers.items() if name in filled},
        form={name: value for name, value in case.form.items() if name in fields},
        materials={n: row for n, row in case.materials.items() if row.material in materials},
        notices={n: row for n, row in case.notices.items() if row.item in about},
        certificates={n: row for n, row in case.certificates.items() if row.item in about},
        commitments={code: row for code, row in case.commitments.items() if code in about},
        credits={n: row for n, row in case.credits.items() if row.item in own},
    )


def _without_raters(release: Release, case: Case, actor: Actor) -> Case:
    """Hide who rated from those who were rated: only the head answers for it, and supervision watches (R-EVAL-3)."""
    if actor.kind == "supervisor":
        return case
    head = actor.kind == "clerk" and "head" in actor.posts
    hidden = {
        code
        for code, item in case.items.items()
        if item.lifecycle == REDRESS and not (head and item.department == actor.department)
    }
    readable = ratings.readable_by_head(case, department=actor.department, lead=release.bundle.lead) if head else {}
    if not hidden:
        return replace(case, ratings=readable)
    return replace(
        case,
        ratings=readable,
        items={code: item for code, item in case.items.items() if code not in hidden},
        clocks={key: clock for key, clock in case.clocks.items() if clock.item not in hidden},
        tasks={n: task for n, task in case.tasks.items() if task.item not in hidden},
        notices={n: row for n, row in case.notices.items() if row.item not in hidden},
    )


def _needed(release: Release, case: Case, items: set[str]) -> tuple[set[str], set[str]]:
    fields: set[str] = set()
    materials: set[str] = set()
    facts: dict[str, Any] = bundle.facts_for(release, case)
    for code in items:
        item = case.items[code]
        asked = item.parent or code
        fields |= {use.use for use in bundle.field_uses(release, asked, item.handling, facts)}
        materials |= {use.use for use in bundle.material_uses(release, asked, item.handling, facts)}
        materials |= {str(p["material"]) for p in [*item.asked, *item.noted] if p.get("material")}
    return fields, materials


def reads(notice: Notice, actor: Actor) -> bool:
    """Tell whether a notice of a case this actor sees is for their eyes: the applicant's own, inside also the department's."""
    inside = actor.kind == "supervisor" or (actor.kind == "clerk" and notice.to in (actor.department, THIRD_PARTY))
    return notice.to == APPLICANT or inside


def sees_event(case: Case, actor: Actor, release: Release, item: str, action: str) -> bool:
    """Tell whether a record of an item concerns this actor; a rating and its redress are not for those rated."""
    about_rating = action == "rate" or (item in case.items and case.items[item].lifecycle == REDRESS)
    if about_rating and not (rights.is_applicant(case, actor) or actor.kind == "supervisor"):
        head = actor.kind == "clerk" and "head" in actor.posts
        return head and item in case.items and case.items[item].department == actor.department
    if not item or actor.kind == "supervisor" or sees_all(release, case, actor):
        return True
    return item in case.items and case.items[item].department == actor.department
