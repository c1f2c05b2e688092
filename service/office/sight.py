"""谁看得到什么 — the applicant sees the whole case; a department its own items' fields and papers (R-BND-10)."""

from typing import Any

from service.store.case_lists import Right
from service.workflows import rights
from service.workflows.application import facts_for, field_uses, material_uses
from service.workflows.case import (
    AGENT,
    APPLICANT,
    CASE,
    PHOTO,
    THIRD_PARTY,
    Action,
    Actor,
    Case,
    Notice,
    altered,
)
from service.workflows.definition import Release, kinds_of, own_code
from service.workflows.handling import SUPERVISE, no_item, no_task
from service.workflows.proceedings import KINDS, is_inside
from service.workflows.rules import readable_by_head

HEADS = frozenset({"head"})  # who reads the ratings of a department


def may_see(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may know of the case at all; a draft is nobody's business but its writer's."""
    if case.state == "draft":
        return rights.writes(release, case, actor)
    return rights.may_see(release, case, actor)


def sees_all(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether nothing is hidden: the applicant, who typed it in, and the lead's window that checks for all."""
    if rights.is_applicant(case, actor) or rights.typed_in(release, case, actor):
        return True
    lead = actor.sits("window", release.bundle.lead)
    return lead and release.bundle.acceptance == "lead"


def shown(release: Release, case: Case, actor: Actor) -> Case:
    """Return the case without what this actor has no business with."""
    case = _without_hidden(case, actor)
    if rights.is_applicant(case, actor):
        return case
    case = _without_raters(release, case, actor)
    if sees_all(release, case, actor):
        return case
    own: set[str] = set()
    if actor.is_clerk:
        own = {c for c, item in case.items.items() if item.department == actor.department}
    about = own | {CASE}
    if actor.is_supervisor:  # watches over the time of all, needs nobody's papers
        about |= set(case.items)
    fields, materials = _needed_by_items(release, case, own)
    filled = {q.id for q in release.bundle.questions if q.fills in fields}
    return altered(
        case,
        answers={name: value for name, value in case.answers.items() if name in filled},
        form={name: value for name, value in case.form.items() if name in fields},
        mandate=case.mandate if own else {},  # who decides knows who acted for whom
        represented_by=case.represented_by if own else {},
        registers={},  # what it says of fields that others need is not theirs; see `CaseView.doubts`
        materials={
            n: row
            for n, row in case.materials.items()
            if row.material in materials or (row.material == PHOTO and row.reference in own)
        },
        inspections={n: row for n, row in case.inspections.items() if row.item in about},
        notices={n: row for n, row in case.notices.items() if row.item in about},
        certificates={n: row for n, row in case.certificates.items() if row.item in about},
        commitments={code: row for code, row in case.commitments.items() if code in about},
        credits={n: row for n, row in case.credits.items() if row.item in own},
    )


def refuse_hidden(case: Case, actor: Actor, action: Action) -> None:
    """Refuse an action on an item or a task that is hidden from the actor as one on none. Raises NotFound."""
    hidden = _hidden(case, actor)
    if action.item in hidden:
        raise no_item(action.item)
    task = action.data.get("task")
    if type(task) is int and task in case.tasks and case.tasks[task].item in hidden:
        raise no_task(task)


def _hidden(case: Case, actor: Actor) -> set[str]:
    """Return the proceedings that the actor does not know of.

    What offices do among themselves is nobody's outside (R-MON-2); who rated is not for those who were rated: only the
    head answers for it, and supervision watches (R-EVAL-3).
    """
    if actor.is_supervisor or actor.is_clock:
        return set()
    if rights.is_applicant(case, actor):
        return {code for code in case.items if _among_offices(code)}
    return {
        code
        for code, item in case.items.items()
        if (readers := _readers(code)) and not _sits(actor, readers, item.department)
    }


def _among_offices(code: str) -> bool:
    """Tell whether it is a proceeding among offices, or follows one."""
    return any(is_inside(kind) for kind in kinds_of(code))


def _without_hidden(case: Case, actor: Actor) -> Case:
    """Leave out the proceedings that the actor does not know of; the applicant keeps what was written to him."""
    hidden = _hidden(case, actor)
    if not hidden:
        return case
    own = rights.is_applicant(case, actor)
    return altered(
        case,
        items={code: item for code, item in case.items.items() if code not in hidden},
        clocks={key: clock for key, clock in case.clocks.items() if clock.item not in hidden},
        tasks={n: task for n, task in case.tasks.items() if task.item not in hidden},
        notices={
            n: row
            for n, row in case.notices.items()
            if row.item not in hidden or (own and row.to == APPLICANT)
        },
    )


def _without_raters(release: Release, case: Case, actor: Actor) -> Case:
    """Hide the ratings from those who were rated (R-EVAL-3)."""
    if actor.is_supervisor:
        return case
    if not _sits(actor, HEADS, actor.department):
        return altered(case, ratings={})
    lead = release.bundle.lead
    return altered(case, ratings=readable_by_head(case, department=actor.department, lead=lead))


def _readers(code: str) -> frozenset[str]:
    """Return the posts that alone read a proceeding and what follows it, nothing where whoever reads its item may."""
    readers = (KINDS[kind].readers for kind in kinds_of(code) if kind in KINDS)
    return frozenset().union(*readers)


def _sits(actor: Actor, posts: frozenset[str], department: str) -> bool:
    return actor.is_clerk_of(department) and bool(posts & actor.posts)


def _needed_by_items(release: Release, case: Case, items: set[str]) -> tuple[set[str], set[str]]:
    fields: set[str] = set()
    materials: set[str] = set()
    facts: dict[str, Any] = facts_for(release, case)
    for code in items:
        item = case.items[code]
        if release.subject(code):  # a proceeding on the whole case asks for nothing of its own
            of, how = own_code(code), item.handling
            fields |= {use.use for use in field_uses(release, of, how, facts)}
            materials |= {use.use for use in material_uses(release, of, how, facts)}
        materials |= {str(p["material"]) for p in [*item.asked, *item.noted] if p.get("material")}
    return fields, materials


def reads(notice: Notice, actor: Actor) -> bool:
    """Tell whether a notice of a case this actor sees is for their eyes: the applicant's own, inside also the department's."""
    inside = actor.is_supervisor or (
        actor.is_clerk and notice.to in (actor.department, THIRD_PARTY)
    )
    return notice.to == APPLICANT or inside


def sees_event(
    release: Release, case: Case, actor: Actor, item: str, action: str, *, told: bool
) -> bool:
    """Tell whether a record of an item concerns this actor; `told`: a paper to the applicant went out with it.

    A rating and its redress are not for those rated, and what offices order each other is not for the applicant.
    """
    if rights.is_applicant(case, actor):
        return told or not (_among_offices(item) or action == SUPERVISE.name)
    of = case.items.get(item)
    readers = HEADS if action == "rate" else _readers(item)
    if readers and not actor.is_supervisor:
        return of is not None and _sits(actor, readers, of.department)
    if not item or actor.is_supervisor or sees_all(release, case, actor):
        return True
    return item in case.items and case.items[item].department == actor.department


def right_of_applicant(actor: Actor) -> Right:
    """Return what who applies finds: the own, and what was filed for the subject; an agent what he filed, or was named for."""
    by = actor.representing
    if by is not None and by.role == AGENT:
        return Right(
            account=actor.account, representation=by.id, named=tuple(by.cases), of=actor.subject
        )
    return Right(
        account=actor.account,
        representation=actor.representation,
        applicant_id=actor.subject,
    )
