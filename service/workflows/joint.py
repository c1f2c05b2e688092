"""统一、联合、集中办理 — the one legal limit for the whole: 45 working days, 15 more by the head of the government (R-BND-2).

Law: 行政许可法 26 ②, 42 ②.
"""

from datetime import datetime

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import bundle, clocks, notices
from service.workflows.case import CASE, Case, Clock, Item
from service.workflows.language.duration import Duration
from service.workflows.rights import refuse_own_application
from service.workflows.situation import Action, Actor
from service.workflows.work import Work

CAP, LIMIT, BASIS = "cap", "45wd", "行政许可法 26、42"
LONGEST = 15  # working days by which the cap may be extended
LONGEST_REASON = 2000


def begin_cap(work: Work, at: datetime) -> None:
    """统一办理总时限: in joint handling 45 working days for the whole, from the earliest acceptance (R-BND-2)."""
    if work.release.bundle.legal_mode == "coordination":
        return
    running = work.case.clocks.get((CASE, CAP))
    if running is None or at < datetime.fromisoformat(str(running.spans[0][0])):
        work.begin(Clock(CASE, CAP, "统一办理总时限", BASIS, statutory=LIMIT), at)


def stands(work: Work) -> bool:
    """Tell whether a lawful stop (行政许可法 45) keeps an item's own limit, and so the cap, from being counted."""
    return any(_stopped(work.case, work, item) for item in bundle.own_items(work.case).values())


def _stopped(case: Case, work: Work, item: Item) -> bool:
    machine = work.machine(item)
    if not item.accepted_on or item.state not in machine.before_decision or item.state in machine.acceptance_states:
        return False
    own = [name for name, clock in machine.lifecycle.clocks.items() if clock.limit == "limits"]
    return any((clock := case.clocks.get((item.item, name))) and clock.state == "paused" for name in own)


def extend_cap(work: Work, action: Action, actor: Actor) -> None:
    """批准延长统一办理总时限: the head of the government, once, before the end, at most 15 working days, with a notice.

    `action.data` carries {reason, days}. Law: 行政许可法 42 ②.
    """
    law = "行政许可法 42"
    mine = actor.kind == "clerk" and "head" in actor.posts
    if not mine or actor.department != (work.release.directory.government or None):
        raise NotPermitted("只有本级人民政府负责人可以批准延长统一办理的总时限", action="extend_cap", law=law)
    refuse_own_application(work.case, actor)
    clock = work.case.clocks.get((CASE, CAP))
    if clock is None:
        raise ActionNotAllowed("这件办件没有统一办理的总时限", action="extend_cap", law=law)
    clocks.extend(clock, Duration(1, "wd"), work.at, "", "")  # refuses before what is carried is looked at
    days, reason = action.data.get("days"), action.data.get("reason")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST:
        raise one_field("/data/days", f"请填延长的工作日数，1 到 {LONGEST}", law=law)
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise one_field("/data/reason", f"请写明延长的理由，最多 {LONGEST_REASON} 个字", law=law)
    reason = reason.strip()
    work.put(clocks.extend(clock, Duration(days, "wd"), work.at, actor.account, reason))
    text = f"「{work.release.bundle.title}」经本级人民政府负责人批准，总时限延长{days}个工作日。理由：{reason}"
    dates = notices.dates_of(work.case, CASE)
    work.issue("extension", CASE, notices.plain("extension", text, law=BASIS, dates=dates))
    work.log("extend_cap", actor, post="head", law=BASIS, data={"days": days, "reason": reason})
