"""统一、联合、集中办理 — the one legal limit for the whole: 45 working days, 15 more by the head of the government (R-BND-2).

Law: 行政许可法 26 ②, 42 ②.
"""

from datetime import datetime

from service.errors import ActionNotAllowed, NotPermitted
from service.workflows import actions, clocks
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.application import order
from service.workflows.case.parts import CASE, Case, Clock, Item
from service.workflows.case.situation import Actor
from service.workflows.definition.duration import Duration
from service.workflows.definition.models.carried import LONG
from service.workflows.notices import last_days, wording
from service.workflows.rights import refuse_own_application
from service.workflows.worksheet import Work

CAP, LIMIT, BASIS = "cap", "45wd", "行政许可法 26、42"
LONGEST = 15  # working days by which the cap may be extended
EXTENSION = "行政许可法 42"


def begin_cap(work: Work, at: datetime) -> None:
    """统一办理总时限: in joint handling 45 working days for the whole, from the earliest acceptance (R-BND-2)."""
    if work.release.bundle.legal_mode == "coordination":
        return
    running = work.case.clocks.get((CASE, CAP))
    if running is None:
        work.begin(Clock(CASE, CAP, "统一办理总时限", BASIS, statutory=LIMIT), at)
    elif at < datetime.fromisoformat(str(running.spans[0][0])):
        work.put(clocks.start_earlier(running, at))  # what the government added stays added


def turns(work: Work) -> None:
    """Let the cap stand while a lawful stop keeps an item's own limit from being counted.

    行政许可法 45 reaches the whole section, and so the cap; the bundle's promise does not stand.
    """
    work.hold(CASE, CAP, "特别程序或听证（行政许可法 45）" if _stands(work) else "")


def _stands(work: Work) -> bool:
    return any(_stopped(work.case, work, item) for item in order.own_items(work.case).values())


def _stopped(case: Case, work: Work, item: Item) -> bool:
    machine = work.machine(item)
    if (
        not item.accepted_on
        or item.state not in machine.before_decision
        or item.state in machine.acceptance_states
    ):
        return False
    own = [name for name, clock in machine.lifecycle.clocks.items() if clock.limit == "limits"]
    return any(
        (clock := case.clocks.get((item.item, name))) and clock.state == "paused" for name in own
    )


def _head_of_government(work: Work, actor: Actor) -> None:
    if not actor.sits("head", work.release.directory.government or "?"):
        raise NotPermitted(
            "只有本级人民政府负责人可以批准延长统一办理的总时限", action="extend_cap", law=EXTENSION
        )
    refuse_own_application(work.case, actor)


def _once_before_its_end(work: Work, _: Actor, __: str) -> None:
    clock = work.case.clocks.get((CASE, CAP))
    if clock is None:
        raise ActionNotAllowed("这件办件没有统一办理的总时限", action="extend_cap", law=EXTENSION)
    clocks.extend(clock, Duration(1, "wd"), work.at, "", "")  # the refusals of the extension itself


def _extend_cap(work: Work, data: Data, actor: Actor) -> None:
    days, reason = data["days"], data["reason"]
    clock = work.case.clocks[CASE, CAP]
    work.put(clocks.extend(clock, Duration(days, "wd"), work.at, actor.account, reason))
    said = f"「{work.release.bundle.title}」经本级人民政府负责人批准，总时限延长{days}个工作日。理由：{reason}"
    dates = last_days.dates_of(work.case, CASE)
    work.issue("extension", CASE, wording.plain("extension", said, law=BASIS, dates=dates))
    work.log("extend_cap", actor, post="head", law=BASIS, data={"days": days, "reason": reason})


EXTEND_CAP = CaseAction(  # once, before the end, at most 15 working days, with a notice
    name="extend_cap",
    title="批准延长总时限",
    by=_head_of_government,
    when=_once_before_its_end,
    carries=(
        Carries(
            "reason",
            actions.text(
                "reason", "延长的理由", say=f"请写明延长的理由，最多 {LONG} 个字", law=EXTENSION
            ),
        ),
        Carries(
            "days",
            actions.number(
                "days", 1, LONGEST, f"请填延长的工作日数，1 到 {LONGEST}", law=EXTENSION
            ),
        ),
    ),
    do=_extend_cap,
)
