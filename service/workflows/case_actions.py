"""办件动作 — what is done on the case as a whole: the one correction notice, withdrawing, urging."""

from collections.abc import Callable
from typing import Any

from service.errors import ActionNotAllowed, NotPermitted
from service.workflows import bundle, clocks, item_actions, notices, papers, signals
from service.workflows.calendar import local_date
from service.workflows.case import CASE, Item
from service.workflows.delivery import record_delivery
from service.workflows.joint import extend_cap
from service.workflows.language.duration import Duration
from service.workflows.machine import APPLICANT, WITHDRAWN, LifecycleMachine
from service.workflows.oversight import copy, reply, supervise
from service.workflows.ratings import rate
from service.workflows.rights import is_applicant, require_lead_window
from service.workflows.situation import Action, Actor
from service.workflows.work import Work


def notify_correction(work: Work, _: Action, actor: Actor) -> None:
    """一次性告知: the lead's window sends every noted point in one notice; the items concerned wait for the applicant.

    Law: 行政许可法 32.1(4); R-ACC-6, R-BND-4.
    """
    require_lead_window(work.release, work.case, actor, "发出补正通知")
    told = [item for item in work.case.items.values() if item.noted and _correcting_state(work, item)]
    if not told:
        raise ActionNotAllowed("还没有部门记录需要补正的问题", action="notify_correction", law="行政许可法 32")
    for item in told:
        was, item.asked = item.state, _all_points(work, item)
        item.noted, item.answered = [], []
        item.corrections += 1
        item.complete_at = None
        item.state = _correcting_state(work, item)
        for clock in [c for c in work.case.clocks.values() if c.item == item.item and c.clock in _runs(work, item)]:
            work.case.clocks.pop((clock.item, clock.clock))  # each correction has its own period
        work.turn_clocks(item, None)
        work.close_tasks(item.item)
        work.open_task(item)
        data = {"points": [p["reason"] for p in item.asked]}
        work.log(
            "request_correction",
            actor,
            item=item.item,
            post="window",
            states=(was, item.state),
            law="行政许可法 32",
            data=data,
        )
    work.issue("correction", CASE, notices.correction(work.release, work.case, told))
    items = [item.item for item in told]
    work.log("notify_correction", actor, post="window", law="行政许可法 32", data={"items": items})


def _all_points(work: Work, item: Item) -> list[dict[str, Any]]:
    """Return what is noted, and every required paper that is not there: the one notice must be complete (R-ACC-6)."""
    told = {point["reason"] for point in item.asked}
    named = {point.get("material") for point in item.noted}
    titles = work.release.vocabulary.materials
    lacking = [
        {"reason": papers.ABSENT + code, "title": f"缺少{titles[code].title}", "material": code}
        for code in papers.missing(work.release, work.case, item, work.facts())
        if code not in named
    ]
    return [*item.noted, *(point for point in lacking if not told or point["reason"] in told)]


def _runs(work: Work, item: Item) -> list[str]:
    return work.machine(item).states[item.state].runs


def _correcting_state(work: Work, item: Item) -> str:
    """Return the state in which this item waits for the applicant's correction, or an empty text outside the intake."""
    machine: LifecycleMachine = work.machine(item)
    if item.state != machine.lifecycle.initial:
        return ""
    return next(iter(sorted(machine.acceptance_states - {machine.lifecycle.initial})), "")


def withdraw(work: Work, _: Action, actor: Actor) -> None:
    """撤回申请: every item whose decision is still open; what is decided stands (R-ACC-11)."""
    _require_applicant(work, actor, "撤回申请")
    own = bundle.own_items(work.case)
    hit = [i for i in own.values() if not i.outcome and _withdrawable(work, i)]
    if not hit:
        raise ActionNotAllowed("已经作出决定，不能撤回", action="withdraw", state=work.case.state)
    for item in sorted(hit, key=lambda i: len(signals.dependents(work, i.item))):  # those that wait for others first
        if not item.outcome:  # one withdrawal may have stopped another
            item_actions.act(work, Action("withdraw", item.item), actor)
    work.log("withdraw", actor, post=APPLICANT)


def _withdrawable(work: Work, item: Item) -> bool:
    return any(t.to == WITHDRAWN for t in work.machine(item).leaving(item.state))


def urge(work: Work, _: Action, actor: Actor) -> None:
    """催办: the applicant or the lead reminds those whose turn it is; rate-limited, without legal consequence (R-MON-2)."""
    if not is_applicant(work.case, actor):
        require_lead_window(work.release, work.case, actor, "催办")
    if work.case.closed_at:
        raise ActionNotAllowed("办件已经办结，不需要催办", action="urge", state=work.case.state)
    if work.case.urged_at:
        pause = Duration.parse(work.situation.policy.urge_every)
        again = clocks.deadline(local_date(work.case.urged_at), pause, work.situation.calendar)
        if work.today < again:
            raise ActionNotAllowed(f"已经催办过，{notices.say_date(again)}后可以再次催办", action="urge")
    open_tasks = [t for t in work.case.tasks.values() if t.done_at is None and t.department]
    if not open_tasks:
        raise ActionNotAllowed("现在没有部门在办的事项，轮到申请人办理", action="urge", state=work.case.state)
    work.case.urged_at = work.at
    for department in sorted({t.department for t in open_tasks}):
        text = f"办件 {work.case.number}「{work.release.bundle.title}」被催办，请尽快办理。"
        work.issue("urge", CASE, notices.plain("urge", text), to=department)
    work.log("urge", actor, data={"departments": sorted({t.department for t in open_tasks})})


def _require_applicant(work: Work, actor: Actor, what: str) -> None:
    if not is_applicant(work.case, actor):
        raise NotPermitted(f"只有申请人可以{what}", action=what)


CaseAction = Callable[[Work, Action, Actor], Any]
CASE_ACTIONS: dict[str, tuple[str, tuple[str, ...], CaseAction]] = {
    "notify_correction": ("发出一次性补正通知", (), notify_correction),
    "withdraw": ("撤回申请", (), withdraw),
    "urge": ("催办", (), urge),
    "rate": ("评价", ("grade",), rate),
    "extend_cap": ("批准延长总时限", ("reason", "days"), extend_cap),
    "supervise": ("督办", ("text",), supervise),
    "reply": ("答复督办", ("opinion",), reply),
    "record_delivery": ("登记送达", ("notice", "date", "document"), record_delivery),
    "copy": ("抄送", ("to",), copy),
}
