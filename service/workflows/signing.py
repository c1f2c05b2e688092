"""会签、票签、依次 — who must sign before an action takes effect, and when it does.

What decides for the applicant needs all who sign (or the share the definition names). Anything else takes effect as
soon as that can no longer come about: with 会签 and 依次 at the first who differs (一票否决).
"""

from math import ceil

from service.errors import ActionNotAllowed
from service.workflows.case import Item
from service.workflows.language.models import Transition
from service.workflows.situation import Actor
from service.workflows.work import Work


def must_sign(work: Work, item: Item, transition: Transition, post: str) -> bool:
    """Tell whether the transition leaves a state in which more than one person signs."""
    state = work.machine(item).states[item.state]
    return state.sign != "any" and post == state.post and transition.to != item.state


def signers(work: Work, item: Item, actor: Actor, post: str) -> list[str]:
    """Return who signs: the people of the post, without the reviewer and the applicant, who may not."""
    staff = work.situation.staff.get((item.department, post), ())
    barred = {item.reviewer, work.case.account} - {""}
    return [account for account in staff if account not in barred] or [actor.account]


def refuse_turn(work: Work, item: Item, actor: Actor, post: str) -> None:
    """Refuse who has signed already, and who is not next where the order counts."""
    signed = [signature["account"] for signature in item.signatures]
    if actor.account in signed:
        raise ActionNotAllowed("您已经签署过，请等待其他人签署", action="sign", state=item.state)
    waiting = [account for account in signers(work, item, actor, post) if account not in signed]
    ordered = work.machine(item).states[item.state].sign == "order"
    if ordered and waiting and waiting[0] != actor.account:
        raise ActionNotAllowed(f"依次签署，现在轮到 {waiting[0]}", action="sign", state=item.state)


def takes_effect(work: Work, item: Item, transition: Transition, actor: Actor, post: str) -> bool:
    """Sign, and tell whether the action takes effect with this signature."""
    machine = work.machine(item)
    rule, people = machine.states[item.state].sign, signers(work, item, actor, post)
    needed = ceil(rule["ratio"] * len(people)) if isinstance(rule, dict) else len(people)
    good = machine.grants(transition)
    signature = {"account": actor.account, "action": transition.action, "at": work.at.isoformat(), "good": good}
    item.signatures = [*item.signatures, signature]
    in_favour = sum(1 for one in item.signatures if one["good"])
    still_to_sign = len(people) - len(item.signatures)
    return in_favour >= needed if good else in_favour + still_to_sign < needed
