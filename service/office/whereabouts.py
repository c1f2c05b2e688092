"""办到哪里 — where each open item of a case is: its open task, or what it waits for (R-MON-3)."""

from dataclasses import dataclass
from datetime import date, datetime

from service.office import titles
from service.workflows.case import WAITING, Case, Item, Task
from service.workflows.definition import Card, Release
from service.workflows.telling import office_of


@dataclass(frozen=True, slots=True)
class WhereIs:
    """办到哪里 — stage, department, post and person of one open item, since when and until when (R-MON-3)."""

    item: str
    item_title: str
    stage: str
    department: str
    department_title: str
    post: str
    post_title: str
    person: str  # empty: nobody has taken it yet
    since_at: datetime | None
    due_on: date | None
    card: Card
    office: str  # as the applicant reads it: who decides, and where it lies if that is elsewhere


def where_is(release: Release, case: Case) -> list[WhereIs]:
    """Return where each open item of a case is: its open task, or what it waits for."""
    tasks = {task.item: task for task in case.tasks.values() if task.done_at is None}
    found = []
    for item in case.items.values():
        if item.item in tasks:
            found.append(at_task(release, tasks[item.item], item.state))
        elif item.state == WAITING:
            found.append(_waiting(release, case, item))
    return found


def at_task(release: Release, task: Task, state: str) -> WhereIs:
    """Return where an item in a state is, by its task."""
    return WhereIs(
        item=task.item,
        item_title=titles.item_title(release, task.item),
        stage=titles.state_title(release, task.item, state),
        department=task.department,
        department_title=titles.department_title(release, task.department),
        post=task.post,
        post_title=titles.post_title(release, task.post),
        person=task.person,
        since_at=task.since_at,
        due_on=task.due_on,
        card=task.card,
        office=office_of(release, task) if task.department else titles.APPLICANT_TITLE,
    )


def _waiting(release: Release, case: Case, item: Item) -> WhereIs:
    return WhereIs(
        item=item.item,
        item_title=titles.item_title(release, item.item),
        stage=titles.state_title(release, item.item, item.state),
        department=item.department,
        department_title=titles.department_title(release, item.department),
        post="",
        post_title="",
        person="",
        since_at=case.received_at,
        due_on=None,
        card="none",
        office=titles.department_title(release, item.department),
    )
