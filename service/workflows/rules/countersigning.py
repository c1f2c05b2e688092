"""会签、票签、依次 — who must sign before an action takes effect, and when it does.

What decides for the applicant needs all who sign (or the share the definition names). Anything else takes effect as
soon as that can no longer come about: with 会签 and 依次 at the first who differs (一票否决). Law: 行政许可法 38.
"""

from math import ceil

from service.errors import ActionNotAllowed
from service.workflows.case.columns import Signature
from service.workflows.case.situation import Move, sides
from service.workflows.worksheet import Work


def must_sign(work: Work, move: Move) -> bool:
    """Tell whether the move leaves a state in which more than one person signs."""
    state = work.machine(move.item).states[move.item.state]
    leaves = move.transition.to != move.item.state
    return state.sign != "any" and move.post == state.post and leaves


def signers(work: Work, move: Move) -> dict[str, str]:
    """Return who signs, person → account: the people of the post, without the reviewer and the applicant, who may not.

    Two accounts of one person sign once, with either.
    """
    told, case = work.situation, work.case
    barred = told.persons((move.item.reviewer, case.account)) | sides(case)
    found: dict[str, str] = {}
    for account in told.staff.get((move.item.department, move.post), ()):
        if told.person(account) not in barred:
            found.setdefault(told.person(account), account)
    return found or {told.person(move.actor.account): move.actor.account}


def refuse(work: Work, move: Move) -> None:
    """Refuse who has signed already, and who is not next where the order counts."""
    if not must_sign(work, move):
        return
    item, told = move.item, work.situation
    me = told.person(move.actor.account)
    signed = told.persons(signature["account"] for signature in item.signatures)
    if me in signed:
        raise ActionNotAllowed("您已经签署过，请等待其他人签署", action="sign", state=item.state)
    people = signers(work, move)
    waiting = [person for person in people if person not in signed]
    ordered = work.machine(item).states[item.state].sign == "order"
    if ordered and waiting and waiting[0] != me:
        next_one = people[waiting[0]]
        raise ActionNotAllowed(f"依次签署，现在轮到 {next_one}", action="sign", state=item.state)


def moved(_: Work, move: Move) -> None:
    """Forget the signatures when the state is left: the next decision is signed anew."""
    if move.leaves:
        move.item.signatures = []


def takes_effect(work: Work, move: Move) -> bool:
    """Sign, and tell whether the action takes effect with this signature."""
    item, machine = move.item, work.machine(move.item)
    rule, people = machine.states[item.state].sign, signers(work, move)
    needed = ceil(rule["ratio"] * len(people)) if isinstance(rule, dict) else len(people)
    good = machine.grants(move.transition)
    signature: Signature = {
        "account": move.actor.account,
        "action": move.transition.action,
        "at": work.at.isoformat(),
        "good": good,
    }
    item.signatures = [*item.signatures, signature]
    in_favour = sum(1 for one in item.signatures if one["good"])
    still_to_sign = len(people) - len(item.signatures)
    return in_favour >= needed if good else in_favour + still_to_sign < needed
