"""特别程序 — one of the eight that stop the limit, announced in writing with the time it takes.

Law: 行政许可法 45; R-CLK-1.
"""

from collections.abc import Iterator
from dataclasses import replace

from service.workflows.case.parts import Clock
from service.workflows.case.procedures import SpecialProcedure
from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import PROCEDURES
from service.workflows.limits import LIMITS
from service.workflows.notices.wording import Said, say_date
from service.workflows.worksheet import Work

LAW = "行政许可法 42、45"


def refuse(work: Work, move: Move) -> None:
    """Refuse to stop a limit that has passed: what is overdue is not paused by a procedure begun, or told, too late."""
    if move.effect.limit is None or move.transition.notice != "special":
        return
    for limit in _own_limits(work, move):
        last = limit.statutory_on or limit.due_on
        if last and last < work.today and not limit.provisional:  # no right ends on an estimate
            raise move.refusal(f"办理期限{say_date(last)}已经届满，不能再进入特别程序", LAW)


def _own_limits(work: Work, move: Move) -> Iterator[Clock]:
    item = move.item
    for name, definition in work.machine(item).lifecycle.clocks.items():
        clock = work.case.clocks.get((item.item, name))
        if definition.limit == LIMITS and clock and clock.state == "running":
            yield clock


def apply(work: Work, move: Move) -> None:
    """Begin the procedure, keep the time that was told anew, or end it; past the time told it goes on, and counts."""
    item, needs, data = move.item, move.transition.needs, move.data
    if "procedure" in needs:
        days, text = data.get("days"), data.get("notice_text", "")
        item.special = SpecialProcedure(data["procedure"], days, text, work.at)
    elif item.special is None:
        return
    elif "notice_text" in needs:  # the procedure goes on, the time is another
        days, text = data.get("days"), data["notice_text"]
        item.special = replace(item.special, days=days, notice_text=text, since_at=work.at)
    elif move.leaves and not move.actor.is_clock:
        item.special = None


def says(_: Work, move: Move, name: str) -> Said | None:
    """Say which procedure it is and how long it takes; to the department, that the time told is over."""
    special, data = move.item.special, move.data
    if special is None:
        return None
    if move.transition.notice == "special":
        again = "原告知的时间不够，" if "procedure" not in data else ""
        procedure = PROCEDURES[special.procedure]
        return Said(
            f"{again}{name}需要{procedure}，预计{data['days']}个工作日，这段时间不计入办理期限。{data['notice_text']}"
        )
    if move.transition.notice == "special_overrun":
        return Said(
            f"{name}的特别程序已超过书面告知的{special.days}个工作日，办理期限从即日起继续计算。"
            "还需要时间的，请另行书面告知申请人。"
        )
    return None
