"""批量办理 — what may be done to many cases at once: what helps the applicant on and is written for nobody in particular.

A refusal, a decision on a licence and whatever carries words or papers of one case are done one by one.
"""

from collections.abc import Collection

from service.errors import ActionNotAllowed
from service.workflows.case.engine import CLOCK
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import CASE, Case
from service.workflows.case.situation import Action
from service.workflows.definition.models import Transition
from service.workflows.definition.release import Release, own_code
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS

ONE_BY_ONE = "不能批量办理，请逐件办理"


def one_of_many(release: Release, case: Case, action: Action) -> Action:
    """Return the action that a bulk takes on one item, or on the case (`item` empty).

    Raises:
        ActionNotAllowed: it is done one by one, or the item has no open task to take.
    """
    item = case.items.get(action.item)
    if item is None:  # the case itself; an item that is not there is refused by `step`
        whole = CASE_ACTIONS.get(action.name)
        if action.item == CASE and not (whole and whole.in_bulk):
            said = whole.title if whole else action.name
            raise ActionNotAllowed(f"整件的动作「{said}」{ONE_BY_ONE}", action=action.name)
        return action
    of_task = TASK_ACTIONS.get(action.name)
    if of_task and of_task.in_bulk:
        task = next(
            (t.n for t in case.tasks.values() if t.item == item.item and t.done_at is None), None
        )
        if task is None:
            raise ActionNotAllowed("这个事项现在没有待办", action=action.name, state=item.state)
        return Action(action.name, data={"task": task})
    for transition in machine_for(release, item.item).leaving(item.state):
        if transition.action == action.name and not may_be_bulk(release, item.item, transition):
            raise ActionNotAllowed(
                f"「{transition.title}」{ONE_BY_ONE}", action=action.name, state=item.state
            )
    return action


def may_be_bulk(release: Release, code: str, transition: Transition) -> bool:
    """Tell whether a transition of an item leads out of the intake with nothing to be written: 受理, 备案.

    What follows a decision (a check, a revocation) is never done in bulk.
    """
    subject = release.subject(code)
    if subject is None or own_code(code) != code or transition.needs or CLOCK in transition.actors:
        return False
    machine = machine_for(release, code)
    intake = machine.acceptance_states
    if transition.to in intake or not intake & set(transition.sources):
        return False
    final = machine.states[transition.to].final
    return final is None or (final == "granted" and subject.category == "filing")


def ways(release: Release, code: str, state: str, posts: Collection[str]) -> list[tuple[str, str]]:
    """Return the (action, title) that these posts may take in bulk on an item in a state; each case decides for itself."""
    leaving = machine_for(release, code).leaving(state)
    return [
        (t.action, t.title)
        for t in leaving
        if may_be_bulk(release, code, t) and set(posts) & set(t.actors)
    ]
