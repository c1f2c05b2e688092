"""招标、拍卖、考试 — where a decision rests on one, its result is recorded first and the decision follows it.

Law: 行政许可法 53, 54, 55 ③; R-DEC-10. Whoever was chosen by bids or at an auction is granted, whoever was not is not; who
passed an exam may still fail another condition. A refusal that rests on 检验、检测、检疫 names the standard.
"""

from service.workflows.case.procedures import Selected
from service.workflows.case.situation import Move
from service.workflows.definition.models.carried import NO_STANDARD
from service.workflows.definition.models.institutes import Selection
from service.workflows.definition.models.terms import SELECTIONS
from service.workflows.notices.wording import Said
from service.workflows.rules import decision
from service.workflows.worksheet import Work

RECORD = "selection"
FOLLOWS = ("tender", "auction")  # there the result decides (53 ③)
LAW = "行政许可法 53、54"
CHOSEN = "yes"


def _of(work: Work, move: Move) -> Selection | None:
    definition = work.release.items.get(move.item.item)
    return definition.selection if definition else None


def refuse(work: Work, move: Move) -> None:
    """Refuse a decision before its result is recorded, or against it; and a result where the item knows no selection."""
    selection, result = _of(work, move), move.item.selection
    if move.effect.record == RECORD and selection is None:
        raise move.refusal("本事项不通过招标、拍卖、考试作决定")
    proposes = decision.proposes(work, move)
    if selection is None or not (move.actor.officer and (proposes or decision.decides(work, move))):
        return
    title = SELECTIONS[selection.by]
    if result is None:
        why = f"本事项通过{title}作决定，要先记录{title}的结果，现在不能{move.transition.title}"
        raise move.refusal(why, selection.basis)
    grants = work.machine(move.item).grants(move.transition)
    if grants and not result.chosen:
        raise move.refusal(f"{title}的结果不是他，不能{move.transition.title}", selection.basis)
    refused = work.machine(move.item).reasons_for(move.transition) == "refusal"
    if refused and result.chosen and selection.by in FOLLOWS:
        why = f"{title}已经确定由他取得，依法应当准予，不能{move.transition.title}"
        raise move.refusal(why, "行政许可法 53")


def apply(work: Work, move: Move) -> None:
    """Keep the result; it may be put right until something is proposed on it."""
    if move.effect.record == RECORD:
        data = move.data
        chosen = data["selected"] == CHOSEN
        move.item.selection = Selected(chosen, data["document"], move.actor.account, work.at)


def says(work: Work, move: Move, _: str) -> Said | None:
    """Say on which result a decision rests, and which standard is not met."""
    if move.transition.notice not in ("grant", "refusal"):
        return None
    selection, result = _of(work, move), move.item.selection
    on = ""
    if selection and result:
        on = f"本决定根据{SELECTIONS[selection.by]}的结果（{result.document}，{selection.basis}）作出。"
    standard = move.data.get("standard")
    if standard and standard != NO_STANDARD:
        on += f"不符合的技术标准、技术规范：{standard}。"
    return Said(adds=on) if on else None
