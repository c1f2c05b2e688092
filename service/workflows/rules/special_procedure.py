"""特别程序 — one of the eight that stop the limit, announced in writing with the time it takes.

Law: 行政许可法 45; R-CLK-1.
"""

from collections.abc import Iterator
from dataclasses import replace

from service.workflows import clocks
from service.workflows.case.parts import Clock, Item
from service.workflows.case.procedures import SpecialProcedure
from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import BOTH, PROCEDURES, STATUTORY
from service.workflows.limits import LIMITS
from service.workflows.notices.citations import cited
from service.workflows.notices.wording import Said, say_date
from service.workflows.worksheet import Work

LAW = "行政许可法 42、45"
PAUSE = "pause-"  # the time during which the region lets a promise stand, by its kind
PROMISE = "promise-"  # a promise that goes on while the statutory limit of its clock stands


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
        item.special = SpecialProcedure(
            data["procedure"],
            days=data.get("days"),
            notice_text=data.get("notice_text", ""),
            since_at=work.at,
            basis=data.get("basis", ""),
            affects=data.get("affects", BOTH),
        )
    elif item.special is None:
        return
    elif "notice_text" in needs:  # the procedure goes on, the time is another
        days, text = data.get("days"), data["notice_text"]
        item.special = replace(item.special, days=days, notice_text=text, since_at=work.at)
    elif move.leaves and not move.actor.is_clock:
        item.special = None


def moved(work: Work, move: Move) -> None:
    """Let the promise go on where only the statutory limit is stopped: from here on it has a ledger of its own.

    Before the clocks turn: what both had used up is the same until now.
    """
    special = move.item.special
    if special is None or special.affects != STATUTORY or "procedure" not in move.transition.needs:
        return
    part(work, move)


def part(work: Work, move: Move) -> None:
    """Give the promise of the limits that run a ledger of its own."""
    for limit in list(_own_limits(work, move)):
        if limit.promised is None:
            continue
        name, title = PROMISE + limit.clock, f"{limit.title}（承诺）"
        alone = replace(limit, clock=name, title=title, statutory=None, extensions=[], expiry="")
        work.put(replace(alone, entered_at=None))
        work.put(replace(limit, promised=None))


def follows(work: Work, move: Move) -> None:
    """Let a promise of its own follow the limit it belongs to."""
    turn_promises(work, move.item)


def turn_promises(work: Work, item: Item) -> None:
    """Stop, let go on and end a promise of its own with the limit it belongs to, but for the procedures that leave it."""
    for promise in list(work.case.clocks.values()):
        if promise.item != item.item or not promise.clock.startswith(PROMISE):
            continue
        limit = work.case.clocks[item.item, promise.clock.removeprefix(PROMISE)]
        if limit.state == "settled":
            work.put(clocks.settle(promise, work.counted_at))
            continue
        left = limit.state == "paused" and item.special and item.special.affects == STATUTORY
        stands = (limit.state == "paused" and not left) or paused(work, item.item)
        why = limit.spans[-1][2] if limit.state == "paused" else None
        work.hold(item.item, promise.clock, (why or "停表") if stands else "")


def paused(work: Work, item: str) -> bool:
    """Tell whether the region lets the promise of an item stand now."""
    return any(
        clock.item == item and clock.clock.startswith(PAUSE) and clock.state == "running"
        for clock in work.case.clocks.values()
    )


def says(_: Work, move: Move, name: str) -> Said | None:
    """Say which procedure it is and how long it takes; to the department, that the time told is over."""
    special, data = move.item.special, move.data
    if special is None:
        return None
    if move.transition.notice == "special":
        again = "原告知的时间不够，" if "procedure" not in data else ""
        procedure = PROCEDURES[special.procedure]
        by_law = f"依据{cited(special.basis)}，" if special.basis else ""
        counted = "这段时间不计入办理期限。"
        if special.affects == STATUTORY:
            counted = "这段时间不计入法定办理期限，承诺时限照常计算。"
        return Said(
            f"{again}{by_law}{name}需要{procedure}，预计{data['days']}个工作日，"
            f"{counted}{data['notice_text']}"
        )
    if move.transition.notice == "special_overrun":
        return Said(
            f"{name}的特别程序已超过书面告知的{special.days}个工作日，办理期限从即日起继续计算。"
            "还需要时间的，请另行书面告知申请人。"
        )
    return None
