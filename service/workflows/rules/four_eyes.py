"""审查与决定分离（四眼） — who reviewed does not decide; who granted by commitment does not check it afterwards.

Persons are compared, not accounts: two accounts of one person are one pair of eyes.
Law: 行政许可法 34; R-SEC-4.
"""

from service.errors import ActionNotAllowed
from service.workflows.case.situation import Move
from service.workflows.proceedings import KINDS
from service.workflows.worksheet import Work

LAW = "行政许可法 34"


def refuse(work: Work, move: Move) -> None:
    """Refuse the second of two acts that one pair of eyes may not do both."""
    item, transition = move.item, move.transition
    if not move.actor.officer or not work.situation.is_same(move.actor, item.reviewer):
        return
    if item.parent and KINDS[item.lifecycle].barred:
        raise ActionNotAllowed(
            "先前作出决定或者认定的人不能再办本程序，请换人", action=transition.action
        )
    undecided = work.machine(item).before_decision
    ends_decision = item.state in undecided and transition.to not in undecided
    if ("approver" in transition.actors or ends_decision) and move.post != "reviewer":
        raise ActionNotAllowed(
            "审查人不能同时作出决定，请由他人决定", law=LAW, action=transition.action
        )


def moved(_: Work, move: Move) -> None:
    """Remember who reviewed last."""
    if move.actor.officer and move.post == "reviewer":
        move.item.reviewer = move.actor.account
