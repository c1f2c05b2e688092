"""逾期不补 — what the region makes of papers that did not come, or came and were wrong as before.

Law: 地方规定 (the licensing law is silent); R-ACC-9, R-RQ-1. Told before: on the notice of correction, on the acceptance
with gaps.
"""

from service.workflows.application import in_hand
from service.workflows.case.engine import OVERDUE
from service.workflows.case.parts import Item
from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import STILL_DEFECTIVE
from service.workflows.expiry import RULES
from service.workflows.notices.wording import Said, body_of
from service.workflows.worksheet import Work

LAW = "行政许可法 32"


def refuse(work: Work, move: Move) -> None:
    """Refuse an act of the clock that the region's rule does not name: its policy is pinned with the release."""
    if move.transition.action in OVERDUE and not _rule(work, move):
        raise move.refusal("本地没有这样的规定")


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say what did not come, by which rule it ends, and what that is: a decision, with its reasons."""
    policy = work.situation.policy
    if move.data.get("ground") == STILL_DEFECTIVE:
        return Said(more=body_of(law=policy.still_defective.basis or LAW))
    if move.transition.action not in OVERDUE:
        return None
    rule = _rule(work, move)
    lacking = _lacking(work, move.item)
    text = (
        f"本机关已经书面告知您补齐{name}的材料，您没有在告知的期限内补齐。依据{rule}，"
        f"本机关决定：对{name}的申请{RULES[_then(work, move)]}。您可以重新申请。"
    )
    return Said(text, more=body_of(law=rule, points=lacking))


def ended(work: Work, move: Move) -> None:
    """Keep with the item what did not come."""
    if move.transition.action in OVERDUE:
        move.item.note = "逾期未补：" + "；".join(_lacking(work, move.item))


def _then(work: Work, move: Move) -> str:
    policy = work.situation.policy
    by_gap = move.was not in work.machine(move.item).acceptance_states
    return policy.gap_overdue.then if by_gap else policy.correction_overdue.then


def _rule(work: Work, move: Move) -> str:
    policy = work.situation.policy
    by_gap = move.was not in work.machine(move.item).acceptance_states
    return (policy.gap_overdue.basis if by_gap else policy.correction_overdue.basis) or ""


def _lacking(work: Work, item: Item) -> list[str]:
    """Return what did not come; the clocks of the gaps may have ended with the application already."""
    titles, held = work.release.vocabulary.materials, in_hand.in_hand(work.case)
    own = (name for of, name in work.case.clocks if of == item.item)
    gaps = [name.removeprefix(in_hand.GAP) for name in own if name.startswith(in_hand.GAP)]
    absent = [f"缺少{titles[code].title}" for code in gaps if code not in held]
    return absent + [point["title"] for point in in_hand.unanswered(item)]
