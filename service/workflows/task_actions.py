"""待办的认领与释放 — who has taken a task; while somebody has it, nobody else acts on it."""

from typing import Any

from service.errors import ActionNotAllowed, NotFound, NotPermitted, one_field
from service.workflows.case import Task
from service.workflows.rights import refuse_own_application
from service.workflows.situation import Action, Actor
from service.workflows.work import Work


def claim(work: Work, action: Action, actor: Actor) -> None:
    """认领: take an open task of one's own department and post; `action.data` carries {task: n}."""
    task = _open_task(work, action)
    if actor.kind != "clerk" or task.department != actor.department or task.post not in actor.posts:
        raise NotPermitted("这项待办不属于您的部门或岗位", action="claim", item=task.item)
    refuse_own_application(work.case, actor)
    if task.person:
        by = "您已经认领这项待办" if task.person == actor.account else f"这项待办已由 {task.person} 认领"
        raise ActionNotAllowed(by, action="claim", person=task.person)
    task.person = actor.account
    work.log("claim", actor, item=task.item, post=task.post, data={"task": task.n})


def release(work: Work, action: Action, actor: Actor) -> None:
    """释放: give a task back; the head of the department may give back what somebody else has taken."""
    task = _open_task(work, action)
    heads = actor.department == task.department and "head" in actor.posts
    if actor.kind != "clerk" or not (heads or task.person == actor.account):
        raise NotPermitted("这项待办不在您名下", action="release", item=task.item)
    if not task.person:
        raise ActionNotAllowed("这项待办没有人认领", action="release")
    was, task.person = task.person, ""
    work.log("release", actor, item=task.item, post=task.post, data={"task": task.n, "person": was})


def _open_task(work: Work, action: Action) -> Task:
    n: Any = action.data.get("task")
    if isinstance(n, bool) or not isinstance(n, int):
        raise one_field("/data/task", "请写明待办的序号")
    task = work.case.tasks.get(n)
    if task is None:
        raise NotFound("这件办件里没有这项待办", task=n)
    if task.done_at is not None:
        raise ActionNotAllowed("这项待办已经办完", action=action.name, task=n)
    return task


TASK_ACTIONS = {"claim": claim, "release": release}
