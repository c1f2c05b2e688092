"""待办的认领、退还与转办 — who has taken a task; while somebody has it, nobody else acts on it."""

from typing import Any

from service.errors import ActionNotAllowed, NotFound, NotPermitted, one_field
from service.workflows.actions import Carries, Data, TaskAction, as_given
from service.workflows.case.parts import Case, Task
from service.workflows.case.situation import CLOCK_ACTOR, Action, Actor, Situation, sides
from service.workflows.rights import refuse_own_application
from service.workflows.worksheet import Work


def _own_post(work: Work, actor: Actor, task: Task) -> None:
    if not _is_of_post(actor, task):
        raise NotPermitted("这项待办不属于您的部门或岗位", action="claim", item=task.item)
    refuse_own_application(work.case, actor)


def _untaken(_: Work, actor: Actor, task: Task) -> None:
    if task.person:
        by = "您已经认领这项待办" if task.person == actor.account else "这项待办已由同事认领"
        raise ActionNotAllowed(by, action="claim", person=task.person)


def _claim(work: Work, task: Task, _: Data, actor: Actor) -> None:
    """Take an open task of one's own department and post."""
    task.person = actor.account
    work.log("claim", actor, item=task.item, post=task.post, data={"task": task.n})


def _holder_or_head(_: Work, actor: Actor, task: Task) -> None:
    if not _may_give_away(actor, task):
        raise NotPermitted("这项待办不在您名下", action="release", item=task.item)


def _taken(_: Work, __: Actor, task: Task) -> None:
    if not task.person:
        raise ActionNotAllowed("这项待办没有人认领", action="release")


def _release(work: Work, task: Task, _: Data, actor: Actor) -> None:
    """Give a task back; the head of the department may give back what somebody else has taken."""
    was, task.person = task.person, ""
    work.log("release", actor, item=task.item, post=task.post, data={"task": task.n, "person": was})


def _holder_head_or_colleague(_: Work, actor: Actor, task: Task) -> None:
    could_claim = _is_of_post(actor, task) and not task.person
    if not _may_give_away(actor, task) and not could_claim:
        raise NotPermitted("这项待办不在您名下，不能转办", action="transfer", item=task.item)


def _claimed_first(_: Work, actor: Actor, task: Task) -> None:
    if not _may_give_away(actor, task):
        raise ActionNotAllowed("这项待办还没有人认领，请先认领再转办", action="transfer")


def _transfer(work: Work, task: Task, data: Data, actor: Actor) -> None:
    """Hand a task over to a colleague who may act on it; both accounts are in the record."""
    to = data["to"]
    if to not in work.situation.staff.get((task.department, task.post), ()):
        raise one_field("/data/to", "只能转给本部门同一岗位的在岗人员")
    if to == task.person:
        raise ActionNotAllowed("这项待办已经在他名下", action="transfer", person=to)
    if barred := _why_barred(work.case, task, to, work.situation):
        raise barred
    told = {"task": task.n, "person": task.person, "to": to}
    if data.get("reason"):
        told["reason"] = data["reason"]
    task.person = to
    work.log("transfer", actor, item=task.item, post=task.post, data=told)


def give_back_left(work: Work) -> None:
    """Give back what somebody has taken who does not sit at its post any more: he moved, or is gone.

    Nobody else could act on it, and he may not either (首问负责; R-SEC-4).
    """
    for task in work.case.tasks.values():
        here = work.situation.staff.get((task.department, task.post), ())
        if task.done_at is None and task.person and task.person not in here:
            told = {"task": task.n, "person": task.person, "left": True}
            task.person = ""
            work.log("release", CLOCK_ACTOR, item=task.item, post=task.post, data=told)


TASK_ACTIONS: dict[str, TaskAction] = {
    action.name: action
    for action in (
        TaskAction("claim", "认领", by=_own_post, when=_untaken, do=_claim, in_bulk=True),
        TaskAction("release", "退还", by=_holder_or_head, when=_taken, do=_release),
        TaskAction(
            "transfer",
            "转办",
            by=_holder_head_or_colleague,
            when=_claimed_first,
            carries=(Carries("to", as_given), Carries("reason", as_given, optional=True)),
            do=_transfer,
        ),
    )
}


def act(work: Work, action: Action, actor: Actor) -> None:
    """Take one action on a task; `action.data` carries {task: n} beside what the action needs.

    Raises:
        NotFound: no such task. And what the action refuses.
    """
    TASK_ACTIONS[action.name].take(work, _open_task(work, action), action.data, actor)


def colleagues(case: Case, task: Task, situation: Situation) -> list[str]:
    """Return the accounts a task may be handed to: those of its department and post who do not hold it and may act on it."""
    found = situation.staff.get((task.department, task.post), ())
    return [
        to for to in found if to != task.person and _why_barred(case, task, to, situation) is None
    ]


def _is_of_post(actor: Actor, task: Task) -> bool:
    return actor.sits(task.post, task.department)


def _may_give_away(actor: Actor, task: Task) -> bool:
    own = actor.is_clerk_of(task.department) and task.person == actor.account
    return own or actor.sits("head", task.department)


def _why_barred(case: Case, task: Task, to: str, situation: Situation) -> ActionNotAllowed | None:
    """Return why a colleague could not act on it: the applicant himself, or who reviewed what is to be decided."""
    if to == case.account or situation.person(to) in sides(case):
        law = "行政许可法 第五条、公务员回避规定"
        return ActionNotAllowed("对方是本件的申请人，应当回避", law=law, action="transfer")
    reviewer = case.items[task.item].reviewer
    same = reviewer and situation.person(reviewer) == situation.person(to)
    if same and task.post != "reviewer":
        return ActionNotAllowed(
            "对方审查过这一项，不能再由他决定", law="行政许可法 34", action="transfer"
        )
    return None


def _open_task(work: Work, action: Action) -> Task:
    n: Any = action.data.get("task")
    if isinstance(n, bool) or not isinstance(n, int):
        raise one_field("/data/task", "请写明待办的序号")
    task = work.case.tasks.get(n)
    if task is None:
        raise no_task(n)
    if task.done_at is not None:
        raise ActionNotAllowed("这项待办已经办完", action=action.name, task=n)
    return task


def no_task(n: int) -> NotFound:
    """Return the answer to who names a task that is not there, or not for him."""
    return NotFound("这件办件里没有这项待办", task=n)
