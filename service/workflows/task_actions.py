"""待办的认领、释放与转办 — who has taken a task; while somebody has it, nobody else acts on it."""

from typing import Any

from service.errors import ActionNotAllowed, NotFound, NotPermitted, one_field
from service.workflows.case import Case, Task
from service.workflows.rights import refuse_own_application
from service.workflows.situation import Action, Actor, Situation
from service.workflows.work import Work


def claim(work: Work, action: Action, actor: Actor) -> None:
    """认领: take an open task of one's own department and post; `action.data` carries {task: n}."""
    task = _open_task(work, action)
    if actor.kind != "clerk" or task.department != actor.department or task.post not in actor.posts:
        raise NotPermitted("这项待办不属于您的部门或岗位", action="claim", item=task.item)
    refuse_own_application(work.case, actor)
    if task.person:
        by = "您已经认领这项待办" if task.person == actor.account else "这项待办已由同事认领"
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


def transfer(work: Work, action: Action, actor: Actor) -> None:
    """转办: hand a task over to a colleague of the same department and post; the head may hand over anybody's.

    `action.data` carries {task: n, to: account, reason?}. Both accounts are in the record.
    """
    task = _open_task(work, action)
    heads = actor.department == task.department and "head" in actor.posts
    if actor.kind != "clerk" or not (heads or task.person == actor.account):
        if (
            actor.kind == "clerk"
            and task.department == actor.department
            and task.post in actor.posts
            and not task.person
        ):
            raise ActionNotAllowed("这项待办还没有人认领，请先认领再转办", action="transfer")
        raise NotPermitted("这项待办不在您名下，不能转办", action="transfer", item=task.item)
    to, reason = action.data.get("to"), action.data.get("reason", "")
    if to not in work.situation.staff.get((task.department, task.post), ()):
        raise one_field("/data/to", "只能转给本部门同一岗位的在岗人员")
    if to == task.person:
        raise ActionNotAllowed("这项待办已经在他名下", action="transfer", person=to)
    if barred := _barred(work.case, task, to, work.situation):
        raise barred
    was, task.person = task.person, to
    data = {"task": task.n, "person": was, "to": to} | ({"reason": reason} if reason else {})
    work.log("transfer", actor, item=task.item, post=task.post, data=data)


def colleagues(case: Case, task: Task, situation: Situation) -> list[str]:
    """Return the accounts a task may be handed to: those of its department and post who do not hold it and may act on it."""
    found = situation.staff.get((task.department, task.post), ())
    return [to for to in found if to != task.person and _barred(case, task, to, situation) is None]


def _barred(case: Case, task: Task, to: str, situation: Situation) -> ActionNotAllowed | None:
    """Return why a colleague could not act on it: the applicant himself, or who reviewed what is to be decided."""
    if to == case.account or situation.subjects.get(to, "?") == case.applicant_id:
        law = "行政许可法 第五条、公务员回避规定"
        return ActionNotAllowed("对方是本件的申请人，应当回避", law=law, action="transfer")
    if case.items[task.item].reviewer == to and task.post != "reviewer":
        return ActionNotAllowed("对方审查过这一项，不能再由他决定", law="行政许可法 34", action="transfer")
    return None


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


TASK_ACTIONS = {"claim": claim, "release": release, "transfer": transfer}
