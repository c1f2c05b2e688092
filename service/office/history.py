"""办到哪里的历史 — stage, department, post and person of each open item at any past moment (R-MON-3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from service.office import sight
from service.office.case_view import WhereIs, at_task
from service.office.desk import Desk, there
from service.store import case_lists, cases
from service.store.database import Connection
from service.workflows.case import Actor, Case, Task, laid
from service.workflows.definition import Release

AT_ONCE = 500  # records read in one go
Told = Mapping[int, Mapping[str, Any]]  # task → its row as it stood then


class History(Desk):
    """What can be asked about the past."""

    async def where_at(
        self, actor: Actor, number: str, at: datetime, now: datetime
    ) -> list[WhereIs]:
        """Return where each open item was at an instant; for who may not see the case it is not there."""
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            told = _rows_then(await _records(connection, case), at)
        return where_was(situation.release, sight.shown(situation.release, case, actor), told, at)


async def _records(connection: Connection, case: Case) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    while len(found) < case.last_event:
        more = await case_lists.events(connection, case.id, after=len(found), limit=AT_ONCE)
        if not more:
            break
        found += more
    return found


def _rows_then(records: Sequence[Mapping[str, Any]], at: datetime) -> Told:
    """Return each task as the record told it last before `at`; what was told later only where it was told first."""
    told: dict[int, Mapping[str, Any]] = {}
    whole = laid(record["rows"] for record in records)
    for record, rows in zip(records, whole, strict=True):
        for row in rows.get("tasks", []):
            if record["at"] <= at or row["n"] not in told:
                told[row["n"]] = row
    return told


def where_was(release: Release, case: Case, told: Told, at: datetime) -> list[WhereIs]:
    """Return the tasks that were open at an instant; when they began and ended is the law's time, not the record's."""
    return [
        _where_was(release, task, told.get(task.n, {}))
        for task in case.tasks.values()
        if task.since_at <= at and (task.done_at is None or at < task.done_at)
    ]


def _where_was(release: Release, task: Task, told: Mapping[str, Any]) -> WhereIs:
    due = told.get("due_on")
    return replace(
        at_task(release, task, task.state),
        person=str(told.get("person", task.person)),
        due_on=date.fromisoformat(due) if due else None,
        card=told.get("card", task.card),
    )
