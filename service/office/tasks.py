"""待办 — what one must do and could take, earliest due first; taking a task and giving it back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from service.errors import NotPermitted
from service.office import titles
from service.office.asking import Request, TaskFilter
from service.office.desk import Desk, refuse_stale, scope_of, there
from service.office.views import CaseView, Page, TaskRow
from service.store import cases, tasks
from service.store.cases import Row
from service.store.database import Connection
from service.store.paging import page
from service.store.tasks import Narrowing
from service.workflows.language.release import Release
from service.workflows.situation import Action, Actor
from service.workflows.step import step

ORDER = ("rank_on", "case_id", "n")
MOST = 200
MINE = TaskFilter()

RowAnswer = Callable[[TaskRow], Any]


class Tasks(Desk):
    """The work list of a clerk."""

    async def tasks(
        self, actor: Actor, wanted: TaskFilter = MINE, cursor: str | None = None, limit: int = 50
    ) -> Page[TaskRow]:
        """List open tasks: those the clerk has taken, those the clerk could take, or both."""
        if actor.kind != "clerk":
            raise NotPermitted("只有工作人员有待办", action="tasks")
        by = Narrowing(wanted.card, wanted.bundle, wanted.item, wanted.text)
        limit = max(1, min(limit, MOST))
        posts = [(actor.department, post) for post in actor.posts]
        rows: list[Row] = []
        next_cursor = ""
        async with self.database.reading() as connection:
            if wanted.view in ("mine", "all"):
                found = await tasks.mine(connection, actor.account, by, limit=limit, cursor=cursor or "")
                rows, next_cursor = found.rows, found.next
            if wanted.view in ("unclaimed", "all"):
                found = await tasks.unclaimed(connection, posts, by, limit=limit, cursor=cursor or "")
                more = bool(next_cursor or found.next)
                rows = sorted([*rows, *found.rows], key=lambda row: tuple(row[name] for name in ORDER))
                next_cursor = found.next if wanted.view == "unclaimed" else _merged_next(rows, limit, more)
            shown = [await self._row(row, connection) for row in rows[:limit]]
        return Page(shown, next_cursor or None)

    async def _row(self, row: Row, connection: Connection) -> TaskRow:
        return shown(row, await self.catalogue.release(row["release"], connection))

    async def claim(self, request: Request, number: str, n: int, *, answer: RowAnswer | None = None) -> TaskRow:
        """Take a task: nobody else acts on it until it is given back."""
        return await self._hand(request, number, n, "claim", answer)

    async def release_task(self, request: Request, number: str, n: int, *, answer: RowAnswer | None = None) -> TaskRow:
        """Give back a task one has taken."""
        return await self._hand(request, number, n, "release", answer)

    async def _hand(self, request: Request, number: str, n: int, verb: str, answer: RowAnswer | None) -> TaskRow:
        def stored(view: CaseView) -> Any:
            return answer(task_of(view, n)) if answer else None

        scope = scope_of(request, verb, number, str(n))
        async with self.database.transaction() as tx:
            found = there(await cases.gather(tx, number=number, key=scope))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            view = self.repeated(found.answered, request, case, situation)
            if view is None:
                refuse_stale(case, request)
                taken = step(case, Action(verb, data={"task": n}), request.actor, situation)
                view = await self.recorded(
                    tx, taken, request, situation, was=found.case, scope=scope, answer=stored if answer else None
                )
        return replace(task_of(view, n), answer=view.answer)


def task_of(view: CaseView, n: int) -> TaskRow:
    """Return a task of a case as a line of the list."""
    task, whole = view.whole.tasks[n], view.whole
    about = {name: getattr(task, name) for name in ("n", "item", "state", "department", "post", "person")}
    about |= {name: getattr(task, name) for name in ("since_at", "due_on", "card")}
    about |= {
        name: getattr(whole, name) for name in ("number", "bundle", "applicant_type", "applicant_name", "version")
    }
    return shown(about, view.release)


def shown(row: Row, release: Release) -> TaskRow:
    """Return a task with the titles of its release."""
    return TaskRow(
        row["number"], row["n"], row["item"], titles.item_title(release, row["item"]),
        row["bundle"], release.bundle.title, row["state"], titles.state_title(release, row["item"], row["state"]),
        row["department"], titles.department_title(release, row["department"]),
        row["post"], titles.post_title(release, row["post"]), row["person"], row["since_at"], row["due_on"],
        row["card"], row["applicant_type"], row["applicant_name"], row["version"],
    )  # fmt: skip


def _merged_next(rows: Sequence[Row], limit: int, more: bool) -> str:
    """Return where the page after two merged lists begins."""
    kept = list(rows)
    if more and len(kept) == limit:  # one list filled this page alone and goes on
        kept = [*kept, kept[-1]]
    return page(kept, limit, ORDER).next
