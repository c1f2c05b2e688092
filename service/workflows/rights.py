"""谁可以办 — the definition's `by`, the department that owns the item, the lead's window, the applicant himself."""

from dataclasses import replace

from service.errors import NotPermitted, one_field
from service.workflows.case import Case, Item
from service.workflows.language.models import Transition
from service.workflows.language.release import FOLLOW_UP, LATER, Release
from service.workflows.machine import APPLICANT, CLOCK, FEEDBACK, SUPERVISOR, WITHDRAWN, LifecycleMachine
from service.workflows.situation import Action, Actor

LONGEST_DOCUMENT = 200
DECIDED = frozenset({"licence", "confirmation"})  # categories whose grant is a decision of the department


def is_applicant(case: Case, actor: Actor) -> bool:
    """Tell whether the actor stands for the applicant: the filing account, or the same person by id."""
    if actor.behalf:
        return True
    if actor.kind not in ("applicant", "portal"):
        return False
    return actor.account == case.account or (bool(actor.subject) and actor.subject == case.applicant_id)


def acts_for_applicant(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether this window may write down what the applicant of a case without an account does (R-ACC-1, R-XR-4)."""
    sits = actor.kind == "clerk" and actor.department == release.bundle.lead and "window" in actor.posts
    own = bool(actor.subject) and actor.subject == case.applicant_id
    return sits and not own and bool(case.entered_by) and not case.account


def on_behalf(release: Release, case: Case, action: Action, actor: Actor) -> tuple[Action, Actor]:
    """Return the action and its actor when a window acts for the applicant: `data` carries {on_behalf, document}.

    Both names are recorded: the clerk's with each event, the applicant's with the case. Raises NotPermitted, DataInvalid.
    """
    if "on_behalf" not in action.data:
        return action, actor
    if not acts_for_applicant(release, case, actor):
        raise NotPermitted("只有牵头部门受理岗可以代没有账号的申请人办理", action=action.name)
    document = action.data.get("document")
    if action.data["on_behalf"] is not True:
        raise one_field("/data/on_behalf", "代申请人办理请填 true；不是就不要写")
    if not isinstance(document, str) or not 0 < len(document.strip()) <= LONGEST_DOCUMENT:
        raise one_field("/data/document", "请写明申请人签名的书面申请或委托书（名称或编号）")
    data = {name: value for name, value in action.data.items() if name not in ("on_behalf", "document")}
    return replace(action, data=data), replace(actor, behalf=document.strip())


def departments_of_window(release: Release, item: Item, machine: LifecycleMachine, transition: Transition) -> set[str]:
    """Return the departments whose window may take a transition of the intake or hand out a result.

    统一受理 (`acceptance: lead`): the lead's window checks and accepts for all; filing and handing out may be done by the
    owning department's window as well (R-BND-11). Deciding on the spot is the owner's alone: the lead never decides for
    others (R-BND-9, R-XR-3).
    """
    if release.bundle.acceptance == "each":
        return {item.department}
    lead = release.bundle.lead
    at_intake = bool(set(transition.sources) & machine.acceptance_states)
    ends_well = machine.states[transition.to].final == "granted"
    subject = release.subject(item.item)
    if at_intake and ends_well and subject and subject.category in DECIDED:
        return {item.department}
    return {lead} if at_intake and not ends_well else {lead, item.department}


def departments_asked(release: Release, item: Item) -> set[str]:
    """Return the department that is asked whether its papers are complete: none but one for which the lead accepts (R-BND-4)."""
    return {item.department} - {release.bundle.lead} if release.bundle.acceptance == "lead" else set()


def post_name(release: Release, item: Item, post: str) -> str:
    """Return the post that really acts: the check after a commitment is done by the post its definition names."""
    subject = release.subject(item.item)
    if item.lifecycle in (FOLLOW_UP, LATER) and post == "inspector" and subject:
        commitment = subject.commitment
        if commitment and commitment.follow_up:
            return commitment.follow_up.post
    return post


def acting_post(
    release: Release, case: Case, item: Item, machine: LifecycleMachine, transition: Transition, actor: Actor
) -> str:
    """Return the post in which the actor takes the transition.

    Raises:
        NotPermitted: this actor may never take it: wrong kind, department or post, or the own application.
    """
    for by in transition.actors:
        if by == CLOCK and actor.kind == "clock":
            return CLOCK
        if by == APPLICANT and is_applicant(case, actor) and not (item.parent and transition.to == WITHDRAWN):
            return APPLICANT  # the check after a commitment is not the applicant's to withdraw (R-NCP-8)
        if by == SUPERVISOR and actor.kind == "supervisor":
            return SUPERVISOR
        if by in (CLOCK, APPLICANT, SUPERVISOR) or not actor.officer:
            continue
        post = post_name(release, item, by)
        owners = departments_of_window(release, item, machine, transition) if by == "window" else {item.department}
        if transition.action in FEEDBACK:
            owners = departments_asked(release, item)
        if post in actor.posts and actor.department in owners:
            refuse_own_application(case, actor)
            return post
    raise NotPermitted(f"您的岗位或部门不能{transition.title}", action=transition.action, item=item.item)


def require_lead_window(release: Release, case: Case, actor: Actor, what: str) -> None:
    """Refuse unless the actor sits at the lead's window: only the lead acts on the case (R-BND-4)."""
    if actor.kind != "clerk" or actor.department != release.bundle.lead or "window" not in actor.posts:
        raise NotPermitted(f"只有牵头部门的受理岗可以{what}", action=what)
    refuse_own_application(case, actor)


def refuse_own_application(case: Case, actor: Actor) -> None:
    """Refuse a clerk who is the applicant: nobody decides on their own application."""
    if actor.account == case.account or (actor.subject and actor.subject == case.applicant_id):
        raise NotPermitted("不能办理本人的申请（回避）", law="行政许可法 第五条、公务员回避规定")


def may_see(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may read the case at all; who may not gets the same answer as for no case."""
    if (
        actor.kind == "supervisor"
        or is_applicant(case, actor)
        or (case.entered_by and case.entered_by == actor.account)
    ):
        return True
    if actor.kind != "clerk":
        return False
    government = release.directory.government if release.bundle.legal_mode != "coordination" else None
    if actor.department in (release.bundle.lead, government):
        return True
    if any(item.department == actor.department for item in case.items.values()):
        return True
    return any(paper.kind == "copy" and paper.to == actor.department for paper in case.notices.values())
