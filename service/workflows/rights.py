"""谁可以办 — the definition's `by`, the department that owns the item, the lead's window, the applicant himself."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from service.errors import NotPermitted, one_field
from service.workflows.case.engine import APPLICANT, CLOCK, FEEDBACK, SUPERVISOR, WITHDRAWN
from service.workflows.case.lifecycle import PROCEEDING, LifecycleMachine
from service.workflows.case.parts import Case, Item
from service.workflows.case.situation import Action, Actor, one_person, sides
from service.workflows.definition.models import BUILT_IN_POSTS, Transition
from service.workflows.definition.release import Release

LONGEST_DOCUMENT = 200
INSPECTOR = "inspector"  # who checks afterwards; an item may name another post for it
AGENCY = "行政许可法 29"
NO_MANDATE: Mapping[str, str] = MappingProxyType({})
# categories whose grant is a decision of the department
DECIDED = frozenset({"licence", "confirmation"})


def is_applicant(case: Case, actor: Actor) -> bool:
    """Tell whether the actor stands for the applicant: who filed it so, or acts for the same subject by id."""
    if actor.behalf:
        return True
    if actor.kind not in ("applicant", "portal"):
        return False
    return filed(case, actor) or is_own(case, actor)


def filed(case: Case, actor: Actor) -> bool:
    """Tell whether this account filed it, acting for whom it acts now: a role that was lost takes the case along."""
    return actor.account == case.account and actor.representation == case.representation


def is_own(case: Case, actor: Actor) -> bool:
    """Tell whether the actor acts for the applicant, as far as that was verified; an agent only as far as he may."""
    if not actor.subject or one_person(actor.subject) != one_person(case.applicant_id):
        return False
    return actor.representing is None or actor.representing.covers(case)


def typed_in(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether this clerk typed the application in and sits at that window still: who moved on keeps nothing."""
    wrote = bool(case.entered_by) and case.entered_by == actor.account
    return wrote and actor.sits("window", release.bundle.lead)


def writes(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether it is the actor's draft: it is nobody's business but its writer's, not even of whom it names."""
    own = actor.kind in ("applicant", "portal") and filed(case, actor)
    return own or typed_in(release, case, actor)


def stands_for(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether the actor has shown that he acts for this very applicant: only then is it looked up what is kept of him.

    An applicant whose verified number it is, a portal with a mandate, the window before which the person stands.
    Law: 个人信息保护法 13、28; R-BND-10.
    """
    if actor.kind == "applicant":
        return is_own(case, actor)
    if actor.kind == "portal":
        return actor.account == case.account and bool(case.mandate)
    return typed_in(release, case, actor)


def require_standing(
    actor: Actor, applicant_id: str, mandate: Mapping[str, str] = NO_MANDATE
) -> None:
    """Refuse an application in the name of somebody for whom the actor has not shown to act (行政许可法 29).

    Raises:
        NotPermitted: an account whose holder was not verified, or is somebody else. DataInvalid: a portal without mandate.
    """
    if actor.kind == "portal" and not mandate:
        raise one_field(
            "/mandate", "门户代为申请，请写明授权：谁授权、授权或者实名核验的凭证编号", law=AGENCY
        )
    if actor.kind != "applicant":
        return
    if not actor.subject:
        raise NotPermitted(
            "您的账号还没有核验身份，可以写草稿，不能提交申请：请先核验本人（本单位）身份，或者带证件到牵头部门窗口办理",
            action="submit",
        )
    if one_person(actor.subject) != one_person(applicant_id):
        raise NotPermitted("只能为本人（本单位）申请", action="submit")


def knows_of(actor: Actor, bundle: str, applicant_id: str) -> bool:
    """Tell whether what is kept of an applicant is looked up for the actor when he asks what a bundle would be for him."""
    if not actor.subject:
        return False
    opens = actor.representing is None or actor.representing.opens(bundle)
    return opens and one_person(actor.subject) == one_person(applicant_id)


def require_opening(actor: Actor, bundle: str) -> None:
    """Refuse an agent whose mandate is not for this bundle. Raises NotPermitted."""
    if actor.representing and not actor.representing.opens(bundle):
        why = "授权不包括这件事，请委托人另行授权，或者由本人办理"
        raise NotPermitted(why, action="submit", law=AGENCY)


def acts_for_applicant(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether this window may write down what the applicant of a case without an account does (R-ACC-1, R-XR-4)."""
    sits = actor.sits("window", release.bundle.lead)
    outside = one_person(actor.subject) not in sides(case)
    return sits and outside and bool(case.entered_by) and not case.account


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
    data = {
        name: value for name, value in action.data.items() if name not in ("on_behalf", "document")
    }
    return replace(action, data=data), replace(actor, behalf=document.strip())


def departments_of_window(
    release: Release, item: Item, machine: LifecycleMachine, transition: Transition
) -> set[str]:
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
    return (
        {item.department} - {release.bundle.lead} if release.bundle.acceptance == "lead" else set()
    )


def post_name(release: Release, item: Item, post: str) -> str:
    """Return the post that really acts: what a proceeding calls the inspector is the post its item names for checks."""
    if not item.parent or post != INSPECTOR:
        return post
    subject = release.subject(item.item)
    promise = subject.commitment if subject else None
    return promise.follow_up.post if promise and promise.follow_up else post


def acting_post(
    release: Release,
    case: Case,
    item: Item,
    machine: LifecycleMachine,
    transition: Transition,
    actor: Actor,
) -> str:
    """Return the post in which the actor takes the transition.

    Raises:
        NotPermitted: this actor may never take it: wrong kind, department or post, or the own application.
    """
    for by in transition.actors:
        if by == CLOCK and actor.is_clock:
            return CLOCK
        if (
            by == APPLICANT
            and is_applicant(case, actor)
            and not (item.parent and transition.to == WITHDRAWN)
        ):
            return APPLICANT  # the check after a commitment is not the applicant's to withdraw (R-NCP-8)
        if by == SUPERVISOR and actor.is_supervisor:
            return SUPERVISOR
        if by in (CLOCK, APPLICANT, SUPERVISOR, PROCEEDING) or not actor.officer:
            continue
        post = post_name(release, item, by)
        owners = {item.department}
        if by == "window":
            owners = departments_of_window(release, item, machine, transition)
        if transition.action in FEEDBACK:
            owners = departments_asked(release, item)
        if post in actor.posts and actor.department in owners:
            refuse_own_application(case, actor)
            return post
    why = f"您的岗位或部门不能{transition.title}，由{_who(release, item, transition)}办理"
    if transition.actors == [PROCEEDING]:
        why = f"不能直接{transition.title}：要先启动程序，告知并听取陈述申辩以后才能决定"
    raise NotPermitted(why, law=transition.basis, action=transition.action, item=item.item)


def _who(release: Release, item: Item, transition: Transition) -> str:
    """Say who may take it, for whom it is not."""
    titles = {
        **BUILT_IN_POSTS,
        **release.directory.posts,
        CLOCK: "系统到期时",
        APPLICANT: "申请人",
        SUPERVISOR: "效能监察",
    }
    posts = [post_name(release, item, by) for by in transition.actors]
    return "或".join(dict.fromkeys(titles.get(post, post) for post in posts))


def require_lead_window(release: Release, case: Case, actor: Actor, what: str) -> None:
    """Refuse unless the actor sits at the lead's window: only the lead acts on the case (R-BND-4)."""
    if not actor.sits("window", release.bundle.lead):
        raise NotPermitted(f"只有牵头部门的受理岗可以{what}", action=what)
    refuse_own_application(case, actor)


def refuse_own_application(case: Case, actor: Actor) -> None:
    """Refuse a clerk who is the applicant, by account or in person: nobody decides on their own application."""
    if actor.account == case.account or one_person(actor.subject) in sides(case):
        why = "不能办理本人申请的、本人代表或者代理的办件（回避）"
        raise NotPermitted(why, law="行政许可法 第五条、公务员回避规定")


def may_see(release: Release, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may read the case at all; who may not gets the same answer as for no case."""
    if actor.is_supervisor or is_applicant(case, actor):
        return True
    if not actor.is_clerk:
        return False
    government = (
        release.directory.government if release.bundle.legal_mode != "coordination" else None
    )
    if actor.department in (release.bundle.lead, government):
        return True
    if any(item.department == actor.department for item in case.items.values()):
        return True
    return any(
        paper.kind == "copy" and paper.to == actor.department for paper in case.notices.values()
    )
