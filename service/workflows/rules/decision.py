"""决定 — granting or refusing, by a person and with reasons; silence decides nothing.

Law: 行政许可法 38, 42, 50, 74; R-DEC-3, R-DEC-8.
"""

from collections.abc import Mapping

from service.workflows.case.lifecycle import tacitly_renews
from service.workflows.case.parts import Item
from service.workflows.case.situation import Move
from service.workflows.definition.models import Category
from service.workflows.notices import matters
from service.workflows.notices.wording import Said
from service.workflows.rules import renewal
from service.workflows.worksheet import Work

APPROVER = "approver"
NOT_NEEDED: Mapping[Category, str] = {
    "licence": "取得行政许可",
    "confirmation": "取得行政确认",
    "filing": "备案",
}
UNDECIDED_ENDS = frozenset({"lapsed", "withdrawn", "stopped"})  # ends that are no decision
REASONS_KEPT = frozenset(
    {"stopped", "refused", "declined", "not_required", "broken", "unkept", "revoked"}
)


def refuse(work: Work, move: Move) -> None:
    """Refuse that a clock decides, or undoes what is decided (R-DEC-8, R-ACC-11).

    Overdue is red, never granted; the one exception is a renewal (R-LIFE-2). A grant ends by revocation, withdrawal,
    the end of validity or deregistration alone: releases of 2026 had a gap that was left open undo it.

    What is no licence meets the same rule (section 18, invariant 1): no text lets a confirmation or a payment come about
    by silence either, and after a publicity without objection it is a person who registers. Only the article is another.
    """
    ends = work.machine(move.item).states[move.transition.to].final
    stands = move.actor.is_clock and work.machine(move.item).decided(move.was)
    if stands and ends and ends != "granted":
        raise move.refusal("已经作出准予决定，不因期限届满而失效", "行政许可法 8、69")
    by_silence = move.actor.is_clock and work.machine(move.item).grants(move.transition)
    if by_silence and not _renewed_by_silence(work, move):
        subject = work.release.subject(move.item.item)
        licence = subject is not None and subject.category == "licence"
        why = "逾期不作决定不等于准予" if licence else "到期不等于办成，要有人作决定"
        raise move.refusal(why, "行政许可法 42、50" if licence else "")


def _renewed_by_silence(work: Work, move: Move) -> bool:
    tacit = tacitly_renews(work.machine(move.item).lifecycle, move.transition)
    return tacit and renewal.timely(move.item)


def moved(work: Work, move: Move) -> None:
    """Keep when and by whom it was decided."""
    item, machine = move.item, work.machine(move.item)
    if item.state in machine.before_decision or item.decided_at or not move.actor.officer:
        return
    if machine.states[item.state].final not in ("withdrawn", "stopped"):
        item.decided_at, item.decided_by = work.at, move.actor.account


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say what the decider wrote, but on a grant, where it is the reasoning of the office; that no permit is needed at all."""
    if (opinion := move.data.get("opinion")) and move.transition.notice != "grant":
        return Said(note=opinion)
    if move.transition.notice == "permit_withdrawal":
        return _withdrawn(work, move, name)
    if move.transition.notice == "not_required":
        definition = work.release.subject(move.item.item)
        needs = NOT_NEEDED.get(definition.category if definition else "licence", "办理这个事项")
        return Said(note=f"这件事依法不需要{needs}，您不必再申请。")
    return None


def _withdrawn(work: Work, move: Move, name: str) -> Said:
    """Say why a permit is taken back though it was lawful (行政许可法 8)."""
    subject = work.release.subject(move.item.item)
    result = matters.RESULTS[subject.category if subject else "licence"]
    why = move.data.get("reason", "")
    return Said(f"为了公共利益的需要，本机关决定撤回{name}的{result}。理由：{why}。")


def ended(_: Work, move: Move) -> None:
    """Keep the reasons of a bad end with the item, in words for the applicant."""
    if move.item.outcome in REASONS_KEPT and move.data.get("reasons"):
        move.item.note = "；".join(point["title"] for point in move.data["reasons"])


def decides(work: Work, move: Move) -> bool:
    """Tell whether a move ends the open decision; the intake decides nothing, an end without a decision is none."""
    machine = work.machine(move.item)
    if not _awaits_decision(work, move.item) or move.transition.to in machine.before_decision:
        return False
    return machine.states[move.transition.to].final not in UNDECIDED_ENDS


def proposes(work: Work, move: Move) -> bool:
    """Tell whether a move brings the matter before those who decide."""
    target = work.machine(move.item).states[move.transition.to]
    return (
        _awaits_decision(work, move.item)
        and target.post == APPROVER
        and move.transition.to != move.item.state
    )


def _awaits_decision(work: Work, item: Item) -> bool:
    machine = work.machine(item)
    return item.state in machine.before_decision and item.state not in machine.acceptance_states
