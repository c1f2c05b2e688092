"""延长期限 — once, by the head, before the end, with a reason that is public; the promise stays where it was.

Law: 行政许可法 42 ①, 优化营商环境条例 36; R-DEC-4.
"""

from typing import Any

from service.workflows import clocks
from service.workflows.case.parts import Clock
from service.workflows.case.situation import Move
from service.workflows.definition.duration import Duration
from service.workflows.notices.citations import cited
from service.workflows.notices.wording import Said, say_date
from service.workflows.rules.special_procedure import PROMISE
from service.workflows.worksheet import Work

SHORTEST = Duration(1, "wd")


def refuse(work: Work, move: Move) -> None:
    """Refuse what the extension itself would refuse, so that the page does not offer it."""
    if not move.effect.extend:
        return
    clock = work.case.clocks.get((move.item.item, move.effect.extend))
    if clock is None:
        raise move.refusal("还没有开始计时，不能延长")
    clocks.extend(clock, SHORTEST, work.at, "", "")


def moved(work: Work, move: Move) -> None:
    """Lengthen the limit and make the reason public."""
    if not move.effect.extend:
        return
    clock, days = work.case.clocks[move.item.item, move.effect.extend], move.data["days"]
    by, reason = move.actor.account, move.data["reason"]
    work.put(clocks.extend(clock, Duration(days, "wd"), work.at, by, reason))
    by_law = _statute(work, move)
    statute = f"（依据{by_law}）" if by_law else ""
    move.item.note = f"经负责人批准延长{days}个工作日{statute}：{reason}"


def tells(work: Work, move: Move) -> dict[str, Any]:
    """Say in the record on which statute of its own the extension rests."""
    statute = _statute(work, move)
    return {"basis": statute} if statute else {}


def _statute(work: Work, move: Move) -> str:
    """Return the statute that lets this limit be put off otherwise than article 42 does; empty where none is named."""
    if not move.effect.extend or move.item.parent:
        return ""
    special = work.release.items[move.item.item].extension
    return (special.basis or "") if special else ""


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say by how much, by which statute and why, and that the promise stays."""
    data = move.data
    text = ""
    if move.transition.notice == "extension":
        by_law = _statute(work, move)
        statute = f"依据{cited(by_law)}，" if by_law else ""
        text = f"{name}{statute}经负责人批准延长{data['days']}个工作日。理由：{data['reason'].rstrip('。')}。"
    note = ""
    if move.effect.extend:
        own = PROMISE + move.effect.extend  # a promise that goes on by itself
        known = work.case.clocks
        kept = known.get((move.item.item, own)) or known[move.item.item, move.effect.extend]
        note = _promise_kept(kept)
    return Said(text, note=note) if text or note else None


def _promise_kept(clock: Clock) -> str:
    if clock.promised_on is None:
        return ""
    return f"承诺时限{say_date(clock.promised_on)}不变；到期没有办结的，理由向社会公开。"
