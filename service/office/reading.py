"""查阅 — one case, lists of cases, the record, why a date is what it is, public progress."""

import hmac
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from service.errors import NotFound, NotPermitted, one_field
from service.office import sight, titles
from service.office.asking import CaseFilter
from service.office.attachments import scans_of
from service.office.case_view import CaseView, Progress, Recorded
from service.office.desk import Desk, there
from service.office.views import CaseSummary, Page, value_of
from service.office.whereabouts import where_is
from service.store import case_lists, cases
from service.store.case_lists import Filter
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import clocks
from service.workflows.application import filled_by_answers
from service.workflows.case import CASE, CLOCK_ACTOR, Actor, Case, Event, Item, Situation
from service.workflows.definition import Release, sought_spelling
from service.workflows.handling import Later
from service.workflows.proceedings import is_inside
from service.workflows.telling import Oddity, attached_papers, oddities_of, turn_of

MOST_ROWS = 200
EVERYTHING = CaseFilter()
_MOST_IN_A_STEP = 100  # no step has more events
_EVENT_COLUMNS = tuple(f.name for f in fields(Event))


class Reading(Desk):
    """Everything that only looks."""

    async def case(self, actor: Actor, number: str, now: datetime) -> CaseView:
        """Return a case as the actor may see it. Raises NotFound, also for who may not see it."""
        async with self.database.reading() as connection:
            case, situation = await self._seen_case(connection, actor, number, now)
            scans = await self._scans(connection, case)
            later = await later_cases(connection, case, actor)
            newest = await self._newest_of(case, connection)
        return CaseView.of(case, actor, situation, scans=scans, later=later, newest=newest)

    async def progress(self, actor: Actor, number: str, now: datetime) -> Progress:
        """Return a case with its record. Raises NotFound, also for who may not see it."""
        async with self.database.reading() as connection:
            case, situation = await self._seen_case(connection, actor, number, now)
            events = await record_of(connection, case.id)
            scans = await self._scans(connection, case)
            later = await later_cases(connection, case, actor)
            newest = await self._newest_of(case, connection)
        view = CaseView.of(case, actor, situation, scans=scans, later=later, newest=newest)
        return Progress(view, events)

    async def _newest_of(self, case: Case, connection: Connection) -> Release | None:
        """Return the rules under which one would apply now; None where the bundle is not in force any more."""
        try:
            return await self.catalogue.newest(case.bundle, connection)
        except NotFound:
            return None

    async def oddities(self, actor: Actor, number: str, now: datetime) -> list[Oddity]:
        """Return what looks odd in the record of a case (R-MON-4). Raises NotPermitted for all but supervision, NotFound."""
        if not actor.is_supervisor:
            raise NotPermitted("只有效能监察可以查看疑点", action="oddities")
        async with self.database.reading() as connection:
            case, situation = await self._seen_case(connection, actor, number, now)
            events = await record_of(connection, case.id)
        return oddities_of(situation.release, case, events, situation.calendar)

    async def _scans(self, connection: Connection, case: Case) -> dict[str, Row]:
        """Return what the scanner said of the files of a case; where there is none, nothing was scanned."""
        return await scans_of(connection, case) if self.scanner else {}

    async def _seen_case(
        self, connection: Connection, actor: Actor, number: str, now: datetime
    ) -> tuple[Case, Situation]:
        found = there(await cases.look(connection, number=number))
        return await self.opened(found, actor, now, connection)

    async def cases(
        self,
        actor: Actor,
        wanted: CaseFilter = EVERYTHING,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[CaseSummary]:
        """List the cases the actor may see, newest first."""
        by = Filter(wanted.state, wanted.bundle, sought_spelling(wanted.text))
        async with self.database.reading() as connection:
            right = await self.right_to_cases(actor, connection)
            found = await case_lists.listed(
                connection, right, by, limit=max(1, min(limit, MOST_ROWS)), cursor=cursor or ""
            )
            own = [row["number"] for row in found.rows] if actor.kind == "applicant" else []
            told = await case_lists.told_in(connection, own)
            shown = [
                await self._summary_of(row, told.get(row["number"]), connection)
                for row in found.rows
            ]
        return Page(shown, found.next or None)

    async def _summary_of(self, row: Row, told: Row | None, connection: Connection) -> CaseSummary:
        release = await self.catalogue.release(row["release"], connection)
        return value_of(
            CaseSummary,
            row,
            bundle_title=release.bundle.title,
            state_title=titles.CASE_STATES[row["state"]],
            whose=_whose_turn(row),
            named=tuple(_named(release, told)) if told else (),
        )

    async def events(
        self,
        actor: Actor,
        number: str,
        cursor: str | None = None,
        limit: int = 100,
        *,
        now: datetime,
    ) -> Page[Recorded]:
        """Return the record of a case in order, what concerns the actor; `cursor` is the last number seen."""
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise one_field("/cursor", "翻页标记无效，请回到第一页。")
        limit = max(1, min(limit, MOST_ROWS))
        async with self.database.reading() as connection:
            case, situation = await self._seen_case(connection, actor, number, now)
            rows = await case_lists.events(
                connection, case.id, after=int(cursor or 0), limit=limit + 1
            )
            around = await self._with_neighbours(connection, case.id, rows)
        papers, view = attached_papers(around), CaseView.of(case, actor, situation)
        read = {n: tuple(filter(view.reads, some)) for n, some in papers.items()}
        shown = [
            Recorded(**_event_columns(row), papers=told)
            for row in rows[:limit]
            for told in [read.get(row["n"], ())]
            if sight.sees_event(
                situation.release, case, actor, row["item"], row["action"], told=bool(told)
            )
        ]
        return Page(shown, str(rows[limit - 1]["n"]) if len(rows) > limit else None)

    async def _with_neighbours(
        self, connection: Connection, case_id: str, rows: list[Row]
    ) -> list[Event]:
        """Return a page of records with what belongs to the steps it begins and ends in."""
        if not rows:
            return []
        first, last = rows[0]["n"], rows[-1]
        most = min(first - 1, _MOST_IN_A_STEP)
        before = await case_lists.events(connection, case_id, after=first - 1 - most, limit=most)
        after: list[Row] = []
        if not last["rows"]:
            most = _MOST_IN_A_STEP
            after = await case_lists.events(connection, case_id, after=last["n"], limit=most)
        return [Event(**_event_columns(row)) for row in [*before, *rows, *after]]

    async def explain(
        self, actor: Actor, number: str, item: str, clock: str, now: datetime
    ) -> dict[str, Any]:
        """Explain a clock day by day; `item` is empty for the case's own. See `clocks.explain` for the shape.

        Raises NotFound, also for the clock of what the actor has no business with.
        """
        async with self.database.reading() as connection:
            case, situation = await self._seen_case(connection, actor, number, now)
        found = sight.shown(situation.release, case, actor).clocks.get((item, clock))
        if found is None:
            raise NotFound("这件办件里没有这项时限。", item=item, clock=clock)
        return clocks.explain(found, situation.calendar, situation.policy, now)

    # ---- for everybody ----

    async def track(self, number: str, code: str, now: datetime) -> dict[str, Any]:
        """Show the progress of a case to who knows its query code: no person, no paper, the name half hidden.

        `{number, bundle, title, state, state_title, applicant, received_at, closed_at, promised_on, turn: Turn,
        items: [{item, title, department_title, state, state_title, outcome, outcome_title, due_on}],
        where: [{item, item_title, stage, department_title, since_at, due_on, card}]}`. Raises NotFound for a wrong code.
        """
        async with self.database.reading() as connection:
            found = await cases.look(connection, number=number)
            known = found.case["query_code"] if found and found.case["state"] != "draft" else ""
            right = hmac.compare_digest(known.encode(), code.strip().upper().encode())
            if not right or not known or found is None:
                raise NotFound("没有查到：请核对办件编号和查询码。")
            case, situation = await self.opened(found, CLOCK_ACTOR, now, connection)
        return _public_progress(case, situation)


async def record_of(connection: Connection, case_id: str) -> list[Event]:
    """Return the whole record of a case, in order."""
    found: list[Event] = []
    while rows := await case_lists.events(connection, case_id, after=found[-1].n if found else 0):
        found += [Event(**_event_columns(row)) for row in rows]
    return found


async def later_cases(connection: Connection, case: Case, actor: Actor) -> list[Later]:
    """Return what applies anew for items of a case, oldest first; of drafts only the actor's own."""
    found: dict[str, Later] = {}
    for row in await case_lists.later(connection, case.number):
        filed = (row["account"], row["representation"])
        own = filed == (actor.account, actor.representation) or actor.account == row["entered_by"]
        if row["state"] == "draft" and not own:
            continue
        number, items = row["number"], tuple(row["limited_to"])
        one = found.setdefault(number, Later(number, row["state"], items, {}))
        if row["item"]:
            found[number] = replace(one, outcomes={**one.outcomes, row["item"]: row["outcome"]})
    return list(found.values())


def _named(release: Release, told: Row) -> Iterator[str]:
    """Yield what a case is called by, as its bundle says: the shop, the place."""
    known = filled_by_answers(release, told["answers"]) | told["form"]
    for name in release.bundle.named_by:
        if name in known and (
            said := str(titles.answer_title(release.vocabulary.fields[name], known[name]))
        ):
            yield said


def _event_columns(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _EVENT_COLUMNS}


def _whose_turn(row: Row) -> str:
    if row["yours"] or row["yours_on"] or row["state"] == "draft":
        return "applicant"
    return "nobody" if row["closed_at"] else "department"


def _item_told(release: Release, item: Item) -> dict[str, Any]:
    return {
        "item": item.item,
        "title": titles.item_title(release, item.item),
        "department_title": titles.department_title(release, item.department),
        "state": item.state,
        "state_title": titles.state_title(release, item.item, item.state),
        "outcome": item.outcome,
        "outcome_title": titles.outcome_title(release, item.item, item.outcome),
    }


def _public_progress(case: Case, situation: Situation) -> dict[str, Any]:
    release = situation.release
    due: dict[str, Any] = {}
    for clock in case.clocks.values():
        if clock.state == "running" and clock.due_on:
            due[clock.item] = min(clock.due_on, due.get(clock.item, clock.due_on))
    promise = case.clocks.get((CASE, "promise"))
    items = [
        {**_item_told(release, item), "due_on": due.get(item.item)}
        for item in case.items.values()
        if not is_inside(item.lifecycle)
    ]
    shown = {item["item"] for item in items}
    told = ("item", "item_title", "stage", "department_title", "since_at", "due_on", "card")
    return {
        "number": case.number,
        "bundle": case.bundle,
        "title": release.bundle.title,
        "state": case.state,
        "state_title": titles.CASE_STATES[case.state],
        "applicant": titles.masked(case.applicant_name),
        "received_at": case.received_at,
        "closed_at": case.closed_at,
        "promised_on": promise.promised_on if promise else None,
        "turn": replace(turn_of(case, situation, you=titles.APPLICANT_TITLE), points=()),
        "items": items,
        "where": [
            {name: getattr(line, name) for name in told}
            for line in where_is(release, case)
            if line.item in shown
        ],
    }
