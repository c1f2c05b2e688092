"""撤回申请 — the applicant takes back every item whose decision is still open; what is decided stands (R-ACC-11)."""

from service.errors import ActionNotAllowed, NotPermitted
from service.workflows.actions import CaseAction, Data
from service.workflows.application import order
from service.workflows.case.engine import APPLICANT, WITHDRAWN
from service.workflows.case.parts import Item
from service.workflows.case.situation import Action, Actor
from service.workflows.handling import between_items, on_items
from service.workflows.rights import is_applicant
from service.workflows.worksheet import Work


def _applicant(work: Work, actor: Actor) -> None:
    if not is_applicant(work.case, actor):
        raise NotPermitted("只有申请人可以撤回申请", action="撤回申请")


def _something_undecided(work: Work, _: Actor, __: str) -> None:
    if not _undecided_items(work):
        raise ActionNotAllowed("已经作出决定，不能撤回", action="withdraw", state=work.case.state)


def _withdraw(work: Work, _: Data, actor: Actor) -> None:
    def followers(item: Item) -> int:
        return len(between_items.dependents(work, item.item))

    for item in sorted(_undecided_items(work), key=followers):  # those that wait for others first
        if not item.outcome:  # one withdrawal may have stopped another
            on_items.act(work, Action("withdraw", item.item), actor)
    work.log("withdraw", actor, post=APPLICANT)


WITHDRAW = CaseAction(
    name="withdraw",
    title="撤回申请",
    by=_applicant,
    when=_something_undecided,
    do=_withdraw,
)


def _undecided_items(work: Work) -> list[Item]:
    own = order.own_items(work.case).values()
    return [item for item in own if not item.outcome and _withdrawable(work, item)]


def _withdrawable(work: Work, item: Item) -> bool:
    return any(t.to == WITHDRAWN for t in work.machine(item).leaving(item.state))
