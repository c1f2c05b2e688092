"""待办 — what one must do and could take, earliest due first; taking a task and giving it back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from service.errors import NotPermitted
from service.office import sight, titles
from service.office.asking import Request, TaskFilter
from service.office.case_view import CaseView
from service.office.desk import Desk, refuse_stale, scope_of, there
from service.office.due import due_of
from service.office.views import Account, Page, TaskCounts, TaskRow, value_of
from service.store import cases, tasks
from service.store.cases import Row
from service.store.database import Connection
from service.store.deciding import decided
from service.store.paging import page
from service.store.tasks import Narrowing, Whose
from service.workflows.case import Action, Actor, Clock, machine_for
from service.workflows.definition import Release, own_code, sought_spelling
from service.workflows.handling import bulk_ways, colleagues, no_task
from service.workflows.step import step

LIST_ORDER = ("rank_on", "case_id", "n")
MOST_ROWS = 200
MOST_COUNTED = 100  # beyond this a number is not looked at, only that it is more
MY_TASKS = TaskFilter()
OF_CASE = ("number", "bundle", "applicant_type", "applicant_name", "version")

RowAnswer = Callable[[TaskRow], Any]


class Tasks(Desk):
    """The work list of a clerk."""

    async def tasks(
        self,
        actor: Actor,
        wanted: TaskFilter = MY_TASKS,
        cursor: str | None = None,
        limit: int = 50,
        *,
        now: datetime,
    ) -> Page[TaskRow]:
        """List tasks: those the clerk has taken, could take, has done, or that applicants must do first.

        What remains of each limit is reckoned on the day of `now`. Raises NotPermitted for who is no clerk.
        """
        limit = max(1, min(limit, MOST_ROWS))
        async with self.database.reading() as connection:
            whose = await self._whose_tasks(actor, connection)
            rows, next_cursor = await _found_rows(connection, whose, wanted, cursor or "", limit)
            clocks = {} if wanted.view == "done" else await _running_clocks(connection, rows)
            await self.catalogue.refresh(connection)
            shown_rows = []
            for row in rows:
                release = await self.catalogue.release(row["release"], connection)
                running = clocks.get((row["case_id"], row["item"]), ())
                due = due_of(
                    release, row["item"], running, self.catalogue.calendar_for(release), now
                )
                shown_rows.append(replace(shown(row, release, actor), due=due))
        return Page(shown_rows, next_cursor or None)

    async def task_counts(self, actor: Actor) -> TaskCounts:
        """Count what a clerk has to do, each number up to a bound. Raises NotPermitted for who is no clerk."""
        async with self.database.reading() as connection:
            whose = await self._whose_tasks(actor, connection)
            return TaskCounts(
                **await tasks.counts(connection, whose, MOST_COUNTED), most=MOST_COUNTED
            )

    async def _whose_tasks(self, actor: Actor, connection: Connection) -> Whose:
        if not actor.is_clerk:
            raise NotPermitted("只有工作人员有待办", action="tasks")
        led = [
            r.bundle.code
            for r in await self.catalogue.all_newest(connection)
            if r.bundle.lead == actor.department
        ]
        posts = [(actor.department, post) for post in actor.posts]
        return Whose(actor.account, posts, actor.department, led)

    async def claim(
        self, request: Request, number: str, n: int, *, answer: RowAnswer | None = None
    ) -> TaskRow:
        """Take a task: nobody else acts on it until it is given back."""
        return await self._hand(request, number, n, "claim", answer)

    async def release_task(
        self, request: Request, number: str, n: int, *, answer: RowAnswer | None = None
    ) -> TaskRow:
        """Give back a task one has taken."""
        return await self._hand(request, number, n, "release", answer)

    async def transfer(
        self,
        request: Request,
        number: str,
        n: int,
        to: str,
        reason: str = "",
        *,
        answer: RowAnswer | None = None,
    ) -> TaskRow:
        """Hand a task one has taken over to a colleague of the same department and post."""
        return await self._hand(request, number, n, "transfer", answer, to=to, reason=reason)

    async def colleagues(self, actor: Actor, number: str, n: int, now: datetime) -> list[Account]:
        """Return who a task may be handed to. Raises NotFound, NotPermitted for whoever is not of its department."""
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            task = sight.shown(situation.release, case, actor).tasks.get(n)
            if not actor.is_clerk_of(task.department if task else actor.department):
                raise NotPermitted("这项待办不属于您的部门", action="transfer")
            if task is None or task.done_at is not None:
                raise no_task(n)
            names = colleagues(case, task, situation)
        return [account for name in names if (account := await self.staff.account(name))]

    async def _hand(
        self,
        request: Request,
        number: str,
        n: int,
        verb: str,
        answer: RowAnswer | None,
        **data: str,
    ) -> TaskRow:
        def stored(view: CaseView) -> Any:
            return answer(task_of(view, n)) if answer else None

        scope = scope_of(request, verb, number, str(n))
        rendered = stored if answer else None
        action = Action(verb, data={"task": n, **data})

        async def once(tx: Connection) -> CaseView:
            found = there(await cases.gather(tx, number=number, key=scope))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            if done := self.repeated(found.answered, request, case, situation, rendered):
                return done
            refuse_stale(case, request, case.tasks[n].item if n in case.tasks else "")
            sight.refuse_hidden(case, request.actor, action)
            taken = step(case, action, request.actor, situation)
            return await self.recorded(
                tx, taken, request, situation, was=found.case, scope=scope, answer=rendered
            )

        view = await decided(self.database, once)
        return replace(task_of(view, n), answer=view.answer)


async def _found_rows(
    connection: Connection, whose: Whose, wanted: TaskFilter, cursor: str, limit: int
) -> tuple[list[Row], str]:
    """Return the rows of a page and where the next one begins."""
    sought = sought_spelling(wanted.text)
    by = Narrowing(wanted.card, wanted.bundle, wanted.item, sought, wanted.numbers)
    at: dict[str, Any] = {"limit": limit, "cursor": cursor}
    match wanted.view:
        case "mine":
            found = await tasks.mine(connection, whose, by, **at)
        case "unclaimed":
            found = await tasks.unclaimed(connection, whose.posts, by, **at)
        case "waiting":
            found = await tasks.waiting(connection, whose, by, **at)
        case "done":
            found = await tasks.done(connection, whose, by, **at)
        case _:
            own = await tasks.mine(connection, whose, by, **at)
            free = await tasks.unclaimed(connection, whose.posts, by, **at)
            rows = sorted(
                [*own.rows, *free.rows], key=lambda row: tuple(row[name] for name in LIST_ORDER)
            )
            return rows[:limit], _merged_next(connection, rows, limit, bool(own.next or free.next))
    return found.rows, found.next


async def _running_clocks(
    connection: Connection, rows: Sequence[Row]
) -> dict[tuple[str, str], list[Clock]]:
    """Return the running clocks of the cases of a page, by case and item."""
    found: dict[tuple[str, str], list[Clock]] = {}
    for row in await tasks.running_clocks(connection, sorted({row["case_id"] for row in rows})):
        case_id = row.pop("case_id")
        found.setdefault((case_id, row["item"]), []).append(Clock(**row))
    return found


def task_of(view: CaseView, n: int) -> TaskRow:
    """Return a task of a case as a line of the list."""
    task, whole, situation = view.whole.tasks[n], view.whole, view.situation
    of_case = {name: getattr(whole, name) for name in OF_CASE}
    running = [clock for clock in whole.clocks.values() if clock.item == task.item]
    due = due_of(view.release, task.item, running, situation.calendar, situation.now)
    item = whole.items[task.item]
    said = {
        "feedback": asdict(item.feedback) if item.feedback else {},
        "corrections": item.corrections,
    }
    return replace(shown(asdict(task) | of_case | said, view.release, view.actor), due=due)


def shown(row: Row, release: Release, actor: Actor) -> TaskRow:
    """Return a task with the titles of its release."""
    ours = row["department"] == actor.department and not row.get("done_at")
    posts = actor.posts & {row["post"]}
    objection = _objection(row, release)
    open_ways = ours and not objection
    return value_of(
        TaskRow,
        row,
        item_title=titles.item_title(release, row["item"]),
        bundle_title=release.bundle.title,
        state_title=titles.state_title(release, row["item"], row["state"]),
        department_title=titles.department_title(release, row["department"]),
        post_title=titles.post_title(release, row["post"]),
        objection=objection,
        bulk=bulk_ways(release, row["item"], row["state"], posts) if open_ways else (),
    )


def _objection(row: Row, release: Release) -> str:
    """Say that the department of an item has found something missing that the applicant was not told yet."""
    said = row["feedback"] or {}
    at_intake = row["state"] == machine_for(release, row["item"]).common_intake
    points = said.get("points") or ()
    if not points or said["complete"] or row["corrections"] or not at_intake:
        return ""
    department = titles.department_title(release, release.items[own_code(row["item"])].department)
    return f"{department}反馈缺{len(points)}项"


def _merged_next(connection: Connection, rows: Sequence[Row], limit: int, more: bool) -> str:
    """Return where the page after two merged lists begins."""
    kept = list(rows)
    if more and len(kept) == limit:  # one list filled this page alone and goes on
        kept = [*kept, kept[-1]]
    return page(connection, kept, limit, LIST_ORDER).next
