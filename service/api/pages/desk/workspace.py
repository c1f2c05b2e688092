"""办件工作区 — what a clerk sees of a case: where it is, what was handed in, what was said, what happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from service.api.auth import Desk
from service.api.pages.visit import Member
from service.api.rest import case_views
from service.api.rest.shapes import SOURCES, said
from service.errors import NotFound
from service.office import CaseView, sight, titles
from service.office.views import Progress
from service.workflows import bundle, clocks
from service.workflows.case import Item, Material
from service.workflows.language.models import VocabularyField
from service.workflows.language.release import own_code
from service.workflows.machine import APPLICANT, WAITING, machine_of
from service.workflows.notices import say_date

INLINE = {".pdf": "pdf", ".png": "image", ".jpg": "image", ".jpeg": "image"}
SHOWS = ("form", "papers", "others", "record", "chart")
KINDS = {"granted": "ok", "passed": "ok", "refused": "bad", "declined": "bad", "broken": "bad", "revoked": "bad"}


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the middle: one file, or one of the views of the case."""

    kind: str  # file | form | papers | others | record | chart
    material: int = 0


def chosen(view: CaseView, wanted: str) -> Item:
    """Return the item the page is about: the one asked for, else the first the clerk can act on, else the first of theirs."""
    items = view.whole.items
    if wanted in items:
        return items[wanted]
    if wanted:
        raise NotFound("这件办件里没有这个事项。")
    able = [offer.item for offer in view.offers if offer.allowed and offer.item]
    own = [code for code, item in items.items() if item.department == view.actor.department]
    return items[next(iter([*able, *own, *items]))]


def look(view: CaseView, item: Item, wanted: str) -> Look:
    """Return what to show in the middle; by default the first paper of the item that can be looked at."""
    if wanted in SHOWS:
        return Look(wanted)
    found = materials(view, item)
    own = [row["n"] for row in found["rows"] if row["file"]]
    rest = [row["n"] for row in found["rest"] if row["file"]]
    asked = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    n = next((n for n in [*own, *rest] if n == asked), next(iter(own), 0))
    return Look("file", n) if n else Look("form")


def shows_contents(view: CaseView, item: Item) -> bool:
    """Tell whether this clerk has business with what was handed in for an item."""
    return sight.sees_all(view.release, view.whole, view.actor) or item.department == view.actor.department


def state_kind(view: CaseView, item: Item) -> str:
    """Return the shape of an item's state: ok, bad, pause, run, todo."""
    machine = machine_of(view.release, item.lifecycle)
    state = machine.states[item.state]
    if state.final:
        return KINDS.get(state.final, "todo")
    if item.state == WAITING:
        return "todo"
    if state.post == APPLICANT:
        return "warn"
    stopped = any(c.item == item.item and c.state == "paused" for c in view.whole.clocks.values())
    return "pause" if stopped else "todo" if item.state == machine.lifecycle.initial else "run"


async def turn(desk: Desk, view: CaseView, item: Item) -> dict[str, Any]:
    """Return whose turn it is with an item: stage, department, post and person, since when."""
    where = next((each for each in view.where if each.item == item.item), None)
    base = {"kind": state_kind(view, item), "stage": titles.state_title(view.release, item.item, item.state)}
    if where is None:
        return {**base, "who": "", "person": "", "task": 0, "since": item.final_at, "hand": "", "transfer": False}
    who = "申请人" if not where.department else f"{where.department_title}{where.post_title}"
    task = next((t for t in view.whole.tasks.values() if t.item == item.item and t.done_at is None), None)
    mine = bool(where.person) and where.person == view.actor.account
    person = "您" if mine else await name_of(desk, where.person)
    heads = where.department == view.actor.department and "head" in view.actor.posts
    takes = where.department == view.actor.department and where.post in view.actor.posts and not where.person
    return {
        **base, "who": who, "person": person, "task": task.n if task else 0, "since": where.since_at,
        "hand": "release" if mine else "claim" if takes else "",
        "transfer": task is not None and (mine or heads),
    }  # fmt: skip


async def name_of(desk: Desk, account: str) -> str:
    """Return the name behind an account."""
    if not account:
        return ""
    actor = await desk.office.actor(account)
    return actor.name if actor else "已停用的账号"


async def colleagues(desk: Desk, visitor: Member) -> dict[str, str]:
    """Return the names of the clerks of one's own department by account."""
    found = await desk.office.accounts(kind="clerk")
    return {each.account: each.name for each in found if each.department == visitor.actor.department and each.active}


def limits(view: CaseView, item: Item) -> list[dict[str, Any]]:
    """Return the open clocks of an item, the nearest first, each with what is left and how its date came about."""
    calendar, policy, now = view.situation.calendar, view.situation.policy, view.situation.now
    machine = machine_of(view.release, item.lifecycle)
    found: list[dict[str, Any]] = []
    for clock in view.case.clocks.values():
        if clock.item != item.item or clock.state == "settled":
            continue
        told = clocks.explain(clock, calendar, policy, now)
        left = clocks.left(clock, calendar, policy, now)
        kind = "pause" if clock.state == "paused" else {"red": "bad", "yellow": "warn"}.get(clock.card, "ok")
        ends = next((each.title for each in machine.transitions if each.action == clock.expiry), "")
        then = ends if not ends or ends.startswith("逾期") else f"逾期{ends}"
        found.append({"clock": clock, "left": left, "kind": kind, "told": told, "then": then})
    return sorted(found, key=lambda each: (each["clock"].due_on is None, each["clock"].due_on))


# ---- what was handed in ----------------------------------------------------------------------------------------


def materials(view: CaseView, item: Item) -> dict[str, Any]:
    """Return the papers of an item with their state, and the case's other papers this clerk may see."""
    rows = [_material(view, item, use.use, use.required) for use in _uses(view, item)]
    used = {row["n"] for row in rows}
    rest = [_row(view, each) for each in view.case.materials.values() if each.n not in used and not each.replaced]
    return {"rows": rows, "rest": rest}


def _uses(view: CaseView, item: Item) -> list[Any]:
    if view.release.subject(item.item) is None or not shows_contents(view, item):
        return []
    facts = bundle.facts_for(view.release, view.whole)
    return bundle.material_uses(view.release, own_code(item.item), item.handling, facts)


def _material(view: CaseView, item: Item, code: str, required: bool) -> dict[str, Any]:
    there = [row for row in view.case.materials.values() if row.material == code and not row.replaced]
    points = [
        p["title"] for p in [*item.noted, *item.asked] if p.get("material") == code and p["reason"] not in item.answered
    ]
    base = {"title": view.release.vocabulary.materials[code].title, "points": points}
    if not there:
        return {
            **base,
            "n": 0,
            "file": "",
            "kind": "bad" if required else "todo",
            "said": "没有提交" if required else "可不交",
        }
    newest = max(there, key=lambda row: row.n)
    waiting = newest.source == "defer"
    return {**_row(view, newest), **base, "kind": "warn" if points or waiting else "ok"}


def _row(view: CaseView, row: Material) -> dict[str, Any]:
    return {
        "n": row.n, "title": view.release.vocabulary.materials[row.material].title, "file": row.file, "name": row.name,
        "said": said(SOURCES, row.source), "kind": "ok", "points": [], "at": row.at,
        "inline": INLINE.get(PurePath(row.name.lower()).suffix, "") if row.file else "",
    }  # fmt: skip


def filled_form(view: CaseView, item: Item) -> list[tuple[str, str]]:
    """Return what an item asks of the one form, as (title, value in words)."""
    if view.release.subject(item.item) is None or not shows_contents(view, item):
        return []
    release = view.release
    values = {**bundle.filled_by_answers(release, view.case.answers), **view.case.form}
    facts = bundle.facts_for(release, view.whole)
    fields = release.vocabulary.fields
    uses = bundle.field_uses(release, own_code(item.item), item.handling, facts)
    region = release.directory.region
    return [
        (fields[use.use].title, _words(fields[use.use], values.get(use.use), {region.code: region.title}))
        for use in uses
    ]


def _words(definition: VocabularyField, value: Any, regions: Mapping[str, str]) -> str:
    if definition.type == "region":
        return regions.get(str(value), f"行政区划代码 {value}") if value else "没有填写"
    if definition.type == "date" and isinstance(value, str) and value:
        return say_date(date.fromisoformat(value))
    if isinstance(value, Mapping):
        return "，".join(str(part) for part in value.values())
    if isinstance(value, list) and not definition.options:
        return "；".join(_words(definition, part, regions) for part in value)
    return bundle.say(definition, value) if value not in (None, "", []) else "没有填写"


def situation(view: CaseView) -> list[tuple[str, str]]:
    """Return the questions of the bundle with the answers this clerk may see."""
    questions = view.release.bundle.questions
    return [(q.ask, bundle.say(q, view.case.answers[q.id])) for q in questions if q.id in view.case.answers]


# ---- the others, the record ------------------------------------------------------------------------------------


def items(view: CaseView) -> list[dict[str, Any]]:
    """Return every item of the case: whose it is, how it stands, what was noted or decided."""
    return [
        {"item": case_views.item(view, each), "kind": state_kind(view, each), "own": shows_contents(view, each)}
        for each in view.case.items.values()
    ]


async def record(desk: Desk, told: Progress) -> list[dict[str, Any]]:
    """Return what happened, the newest first, with the names of those who did it and what they wrote."""
    events = {event.n: event for event in told.seen}
    accounts = {str(e.actor.get("account") or "") for e in told.seen if e.actor.get("kind") == "clerk"}
    people = {account: await name_of(desk, account) for account in accounts}
    return [
        {
            "entry": entry, "said": [words for words in _said(events[entry.n].data) if words not in entry.told],
            "from": _state(told, events[entry.n].item, events[entry.n].state_from),
            "to": _state(told, events[entry.n].item, events[entry.n].state_to),
        }
        for entry in told.timeline(people)
    ]  # fmt: skip


def _state(told: Progress, item: str, state: str) -> str:
    if not state:
        return ""
    return titles.state_title(told.view.release, item, state) if item else said(titles.CASE_STATES, state)


def _said(data: Mapping[str, Any]) -> list[str]:
    """Return the words of what an action carried: opinion, findings, reasons."""
    found = [str(data[name]) for name in ("opinion", "findings", "reason", "notice_text") if data.get(name)]
    reasons: Iterable[Any] = data.get("reasons") or ()
    return found + [str(point["title"]) for point in reasons if isinstance(point, Mapping) and point.get("title")]


def papers(view: CaseView) -> list[Any]:
    """Return the papers of the case that are for this clerk's eyes, the newest first."""
    return list(reversed(case_views.notices(view)))
