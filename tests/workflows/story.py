"""A story is one application as it goes: zhang applies, li sits at the lead's window."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from service.workflows.application import needed, questions
from service.workflows.calendar import WorkCalendar
from service.workflows.case import record
from service.workflows.case.parts import Ban, Case, Clock, Event, Item
from service.workflows.case.situation import Action, Actor, Held, Offer, Situation, Step
from service.workflows.definition.release import Release
from service.workflows.handling import numbers
from service.workflows.rules import inspection
from service.workflows.step import offers, recalendar, step, tick
from tests.workflows.town import ITEMS, NATIONAL, PEOPLE, Data, moment, town


class Story:
    """One application from its draft to its end; each person is a method: `story.li("food.accept")`."""

    def __init__(
        self, release: Release, case: Case, now: str, calendar: WorkCalendar = NATIONAL
    ) -> None:
        self.release, self.case, self.calendar = release, case, calendar
        self.now = moment(now)
        self.excluded = False
        self.excluded_by, self.credit_class = "", "B"
        self.lot = ""
        self.subjects: dict[str, str] = {}
        self.library: tuple[Held, ...] = ()
        self.bans: tuple[Ban, ...] = ()
        self.events: list[Event] = []
        self.rows: dict[str, dict[Any, Data]] = {}
        self.serials: Counter[str] = Counter()
        self.staff: dict[tuple[str, str], tuple[str, ...]] = {}
        self.people = {
            name: Actor(name, "clerk", department, frozenset({post}))
            for name, (department, post) in PEOPLE.items()
        }
        self.people["zhang"] = Actor("zhang", "applicant", subject=case.applicant_id)
        self.people["stranger"] = Actor("stranger", "applicant", subject="92999901MADEM9999X")

    def __getattr__(self, name: str) -> Callable[..., Step]:
        if name.startswith("_") or name not in self.people:
            raise AttributeError(name)
        return partial(self.act, self.people[name])

    @property
    def situation(self) -> Situation:
        """What is known at this moment."""
        return Situation(
            self.release,
            self.calendar,
            self.now,
            staff=self.staff,
            excluded=self.excluded,
            excluded_by=self.excluded_by,
            credit_class=self.credit_class,
            lot=self.lot,
            subjects=self.subjects,
            library=self.library,
            bans=self.bans,
        )

    def act(self, actor: Actor, what: str, on: str = "", **data: Any) -> Step:
        """Let somebody act on `<item>.<action>`, or on the case with the bare name of the action."""
        if on:
            self.until(on)
        item, _, name = what.rpartition(".")
        return self._keep(step(self.case, Action(name, item, data), actor, self.situation))

    def checks(self, who: str, what: str, on: str = "", **data: Any) -> Step:
        """Let somebody record a check with a colleague: all in order, or what the result says is not."""
        if on:
            self.until(on)
        item = what.rpartition(".")[0]
        bad = what.rpartition(".")[2] not in ("pass", "record_inspection")
        return self.act(self.people[who], what, **{**self.seen(item, who, bad=bad), **data})

    def seen(self, item: str, who: str, *, bad: bool = False) -> Data:
        """Return the record of a check that is made now by somebody and a colleague of the department."""
        points = inspection.points_of(self.release, self.item(item))
        department = self.item(item).department
        colleague = next(
            p for p, (of, _) in PEOPLE.items() if of == department and p not in (who, "sun")
        )
        found = [{"point": n, "result": "ok"} for n in range(1, len(points) + 1)]
        if bad:
            found[0] = {"point": 1, "result": "bad", "note": "疏散标志损坏"}
        return {
            "officers": [who, colleague],
            "checked_at": self.now.isoformat(),
            "place": "示例路1号",
            "checklist": found,
            "findings": "相符",
            "confirmed": True,
        }

    def until(self, when: str | datetime) -> "Story":
        """Let time pass, with a punctual clock at that moment."""
        self.now = max(self.now, moment(when) if isinstance(when, str) else when)
        return self.swept()

    def swept(self) -> "Story":
        """Let the clock do what has fallen due."""
        taken = tick(self.case, self.situation)
        if taken.events:
            self._keep(taken)
        return self

    def new_calendar(self, calendar: WorkCalendar) -> "Story":
        """Let a new notice of holidays arrive."""
        self.calendar = calendar
        taken = recalendar(self.case, self.situation)
        if taken.events:
            self._keep(taken)
        return self

    def _keep(self, taken: Step) -> Step:
        first = {}
        for series, many in numbers.wanted(taken, self.release).items():
            kept = "certificate" if series.startswith("certificate ") else series
            first[series] = self.serials[kept] + 1
            self.serials[kept] += many
        taken = numbers.numbered(taken, self.release, first)
        self.case, events, rows = record.sealed(taken)
        self.events += events
        for table, changed in rows.items():
            self.rows.setdefault(table, {})
            for row in changed:
                self.rows[table][tuple(row[k] for k in evidence_keys(table))] = row
        return replace(taken, events=events)

    # ---- looking ----

    def item(self, code: str) -> Item:
        """Return an item of the case."""
        return self.case.items[code]

    def state(self, code: str) -> str:
        """Return the state of an item."""
        return self.case.items[code].state

    def clock(self, name: str) -> Clock:
        """Return a clock: `food.decision`, or `promise` of the case."""
        item, _, clock = name.rpartition(".")
        return self.case.clocks[item, clock]

    def due(self, name: str, limit: str = "due") -> date | None:
        """Return a date of a clock: promised, statutory, safe or the earlier of the two."""
        found: date | None = getattr(self.clock(name), f"{limit}_on")
        return found

    def offers(self, name: str) -> dict[str, Offer]:
        """Return what somebody is offered, by `<item>.<action>`."""
        found = offers(self.case, self.people[name], self.situation)
        return {f"{offer.item}.{offer.action}".strip("."): offer for offer in found}

    def tasks(self, item: str) -> list[tuple[str, str]]:
        """Return who must act on an item now, as (department, post)."""
        return [
            (t.department, t.post)
            for t in self.case.tasks.values()
            if t.item == item and t.done_at is None
        ]

    def papers(self) -> list[str]:
        """Return the kinds of the papers issued, in order."""
        return [notice.kind for notice in self.case.notices.values()]

    def did(self) -> list[str]:
        """Return the actions recorded, as `<item>.<action>`."""
        return [f"{event.item}.{event.action}".strip(".") for event in self.events]


def evidence_keys(table: str) -> tuple[str, ...]:
    """Return the key columns of a table of parts."""
    from service.workflows.case.parts import KEYS

    return KEYS[table]


def draft(release: Release, **of: Any) -> Case:
    """Fill in what zhang would."""
    said: Data = {
        "id": "c0ffee",
        "bundle": "open-shop",
        "release": release.hash,
        "applicant_type": "sole-trader",
        "applicant_name": "云泽市川味小馆",
        "applicant_id": "92999901MADEM0046F",
        "number": "S-0001",
        "salt": "pepper",
        "query_code": "778899",
        "account": "zhang",
        "answers": {"area": 130},
        "form": {"phone": "13912345678"},
    }
    said |= of
    said["form"] = {
        name: value for name, value in said["form"].items() if name in release.vocabulary.fields
    }
    return Case(**said)


def everything(
    release: Release, case: Case, missing: tuple[str, ...] = (), defer: tuple[str, ...] = ()
) -> list[Data]:
    """Return all the papers the application asks for, each from its first origin."""
    applicant = questions.Applicant(case.applicant_type, case.applicant_name, case.applicant_id)
    selection = questions.select(release, case.answers, applicant, only=case.limited_to)
    needs = needed.one_set(
        release, selection.items, case.handling, questions.facts_for(release, case)
    )
    given = [
        {"material": c, "source": n.origins[0]}
        for c, n in needs.items()
        if c not in {*missing, *defer}
    ]
    return [*given, *({"material": code, "defer": True} for code in defer)]


def submitted(
    *items: str | Data,
    at: str = "2026-09-14",
    missing: tuple[str, ...] = (),
    defer: tuple[str, ...] = (),
    excluded: bool = False,
    case: Data | None = None,
    calendar: WorkCalendar = NATIONAL,
    signing: Data | None = None,
    **of_town: Any,
) -> Story:
    """Let zhang, or who typed it in, submit for these items; all papers are there but those named."""
    release = town(*items, **of_town)
    filled = draft(release, **(case or {}))
    story = Story(release, filled, at, calendar)
    story.excluded = excluded
    writer = getattr(story, filled.entered_by or "zhang")
    writer("submit", materials=everything(release, filled, missing, defer), **(signing or {}))
    return story


def accepted(*items: str | Data, at: str = "2026-09-14", on: str = "", **of: Any) -> Story:
    """Let zhang submit and li accept every item."""
    story = submitted(*items, at=at, **of)
    for code in list(story.case.items):
        if story.item(code).lifecycle == "licence" and story.state(code) == "received":
            story.li(f"{code}.accept", on)
    return story


class Begun:
    """One application that zhang has not sent yet."""

    def __init__(self, release: Release, case: Case, at: str) -> None:
        self.story, self.case = Story(release, case, at), case

    def submit(
        self, missing: tuple[str, ...] = (), also: tuple[Data, ...] = (), **held: Any
    ) -> Story:
        """Send it; `held` is what the situation holds beside the case (library, bans …)."""
        story = self.story
        for name, value in held.items():
            setattr(story, name, value)
        given = [*everything(story.release, self.case, missing), *also]
        story.act(story.people["zhang"], "submit", materials=given)
        return story


def begun(*items: str | Data, at: str = "2026-09-14", case: Data | None = None, **of: Any) -> Begun:
    """Let zhang fill in an application without sending it."""
    release = town(*items, **of)
    return Begun(release, draft(release, **(case or {})), at)


class Town:
    """What stories are made of."""

    release = staticmethod(town)
    submitted = staticmethod(submitted)
    begun = staticmethod(begun)
    accepted = staticmethod(accepted)
    draft = staticmethod(draft)
    everything = staticmethod(everything)
    story = Story
    moment = staticmethod(moment)
    national = NATIONAL
    items = ITEMS
