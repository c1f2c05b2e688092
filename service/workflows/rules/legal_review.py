"""法制审核 — a major decision, and to revoke one, needs its record, by neither who reviewed nor who decides.

Law: 国办发〔2018〕118号; R-SUP-5.
"""

from service.errors import one_field
from service.workflows.case.procedures import LegalReview
from service.workflows.case.situation import Move
from service.workflows.rules import decision
from service.workflows.worksheet import Work

LAW = "国办发〔2018〕118号"
RECORD = "legal_review"


def refuse(work: Work, move: Move) -> None:
    """Refuse a major decision without its review, and one pair of eyes for both.

    Raises DataInvalid: what is lacking is a record, as with any other thing a decision must carry.
    """
    item, actor = move.item, move.actor
    if move.effect.record == RECORD and work.situation.is_same(actor, item.reviewer):
        raise move.refusal("审查人不能自己作法制审核")
    if not (actor.officer and _is_major(work, move)):
        return
    if item.legal_review is None:
        raise one_field("/data/legal_review", "重大决定应当先有法制审核意见", law=LAW)
    if work.situation.is_same(actor, item.legal_review.by):
        raise move.refusal("法制审核人不能同时作出决定")


def _is_major(work: Work, move: Move) -> bool:
    """Tell whether the move decides what its item calls a major decision, or decides to revoke it.

    Releases whose revocation has no place for the review do without: nobody could ever record it.
    """
    definition = work.release.subject(move.item.item)
    if not (definition and definition.legal_review and decision.decides(work, move)):
        return False
    if not move.item.parent:
        return True
    reviewed = any(
        t.effect and t.effect.record == RECORD for t in work.machine(move.item).transitions
    )
    return reviewed and bool(move.effect.parent)


def apply(work: Work, move: Move) -> None:
    """Keep the review; what goes back before its decision is reviewed anew."""
    item = move.item
    if move.effect.record == RECORD:
        opinion = move.data.get("opinion", "")
        item.legal_review = LegalReview(move.actor.account, work.at, opinion)
    elif item.legal_review and _goes_back(work, move):
        item.legal_review = None


def _goes_back(work: Work, move: Move) -> bool:
    undecided = work.machine(move.item).before_decision
    return move.leaves and move.item.state in undecided and move.transition.to in undecided
