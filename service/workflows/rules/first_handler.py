"""首问负责 — who handled a matter first keeps it, and what somebody has taken is nobody else's to do.

Law: 国办发〔2020〕43号 (十八); R-XR-3.
"""

from service.errors import ActionNotAllowed
from service.workflows.case.situation import Move
from service.workflows.worksheet import Work


def refuse(work: Work, move: Move) -> None:
    """Refuse a task that somebody else claimed; the head may step in, and what several sign is nobody's alone."""
    item, actor = move.item, move.actor
    shared = work.machine(item).states[item.state].sign != "any"
    if not actor.officer or "head" in actor.posts or shared:
        return
    for task in work.case.tasks.values():
        mine = actor.sits(task.post, task.department)
        taken = task.person not in ("", actor.account)
        if task.item == item.item and task.done_at is None and mine and taken:
            raise ActionNotAllowed("这项待办已由同事认领，请先转办或由其释放", person=task.person)


def moved(_: Work, move: Move) -> None:
    """Remember who of the office handled the item first."""
    if move.actor.officer:
        move.item.first_handler = move.item.first_handler or move.actor.account


def keep_person(work: Work, move: Move) -> None:
    """Remember on the task just closed who did it, so that the same person gets the next one like it."""
    if not move.actor.officer:
        return
    done = (move.item.item, move.was, move.post, work.at)
    for task in work.case.tasks.values():
        if (task.item, task.state, task.post, task.done_at) == done:
            task.person = task.person or move.actor.account
