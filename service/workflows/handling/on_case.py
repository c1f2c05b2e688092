"""办件动作 — what may be done on the case as a whole: every action there is, in the order in which it is offered."""

from service.errors import DataInvalid
from service.workflows.actions import CaseAction
from service.workflows.case.situation import Action, Actor
from service.workflows.handling.acceptance import ACCEPT_TOGETHER
from service.workflows.handling.correction import NOTIFY_CORRECTION
from service.workflows.handling.oversight import COPY, REPLY, SUPERVISE, URGE
from service.workflows.handling.withdrawal import WITHDRAW
from service.workflows.rules.delivery import RECORD_DELIVERY
from service.workflows.rules.deregistration import DEREGISTER_FOR_CAUSE, REQUEST_DEREGISTRATION
from service.workflows.rules.inspection import SIGN_INSPECTION
from service.workflows.rules.joint import EXTEND_CAP
from service.workflows.rules.moot import CLOSE_FOLLOW_UP
from service.workflows.rules.rating import RATE
from service.workflows.worksheet import Work

CASE_ACTIONS: dict[str, CaseAction] = {
    action.name: action
    for action in (
        NOTIFY_CORRECTION,
        ACCEPT_TOGETHER,
        WITHDRAW,
        URGE,
        RATE,
        EXTEND_CAP,
        SUPERVISE,
        REPLY,
        RECORD_DELIVERY,
        SIGN_INSPECTION,
        COPY,
        REQUEST_DEREGISTRATION,
        DEREGISTER_FOR_CAUSE,
        CLOSE_FOLLOW_UP,
    )
}


def act(work: Work, action: Action, actor: Actor) -> None:
    """Take one action on the case. Raises what the action refuses; DataInvalid where there is no such action."""
    if action.name not in CASE_ACTIONS:
        detail = f"办件没有「{action.name}」这个动作；可用：{'、'.join(CASE_ACTIONS)}"
        raise DataInvalid(detail, errors=[{"pointer": "/action", "detail": detail}])
    CASE_ACTIONS[action.name].take(work, action.data, actor)
