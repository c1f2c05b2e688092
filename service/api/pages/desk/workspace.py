"""办件工作区 — what a clerk sees of a case: where it is, what was handed in, what was said, what happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from service.api.auth import Desk
from service.api.pages.desk.lines import CARD_KINDS
from service.api.pages.visit import Member
from service.api.rest import case_views
from service.errors import NotFound
from service.office import CaseView, Progress, titles
from service.office.filetypes import clean_name
from service.workflows.case import APPLICANT, PHOTO, WAITING, Item, Material, machine_for
from service.workflows.definition import Release, own_code

SHOWN_INLINE = {".pdf": "pdf", ".png": "image", ".jpg": "image", ".jpeg": "image"}
LOOK_KINDS = ("promise", "form", "checks", "papers", "others", "record", "chart")
PROMISE = "promise"
OUTCOME_KINDS = {
    "granted": "ok",
    "passed": "ok",
    "refused": "bad",
    "declined": "bad",
    "broken": "bad",
    "revoked": "bad",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the middle: one file, or one of the views of the case."""

    kind: str  # file | promise | form | papers | others | record | chart
    material: int = 0


def chosen(view: CaseView, wanted: str) -> Item:
    """Return the item the page is about: the one asked for, else the first the clerk can act on, else the first of theirs."""
    # what is hidden from this clerk is not there either when its code is typed in
    items = view.case.items
    if wanted in items:
        return items[wanted]
    if wanted:
        raise NotFound("这件办件里没有这个事项。")
    able = [offer.item for offer in view.offers if offer.allowed and offer.item in items]
    own = [code for code, item in items.items() if item.department == view.actor.department]
    return items[next(iter([*able, *own, *items]))]


def look(view: CaseView, item: Item, wanted: str) -> Look:
    """Return what to show in the middle; by default the signed promise, else the first paper that can be looked at."""
    promised = own_code(item.item) in view.case.commitments
    if wanted in LOOK_KINDS and (promised or wanted != PROMISE):
        return Look(wanted)
    if promised and not wanted:
        return Look(PROMISE)  # what is decided or checked rests on it
    found = materials(view, item)
    own = [row["n"] for row in found["rows"] if row["file"]]
    rest = [row["n"] for row in found["rest"] if row["file"]]
    asked = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    n = next((n for n in [*own, *rest] if n == asked), next(iter(own), 0))
    return Look("file", n) if n else Look("form")


def state_kind(view: CaseView, item: Item) -> str:
    """Return the shape of an item's state: ok, bad, pause, run, todo."""
    machine = machine_for(view.release, item.item)
    state = machine.states[item.state]
    if state.final:
        return OUTCOME_KINDS.get(state.final, "todo")
    if item.state == WAITING:
        return "todo"
    if state.post == APPLICANT:
        return "warn"
    stopped = any(c.item == item.item and c.state == "paused" for c in view.whole.clocks.values())
    return "pause" if stopped else "todo" if item.state == machine.lifecycle.initial else "run"


async def turn(desk: Desk, view: CaseView, item: Item) -> dict[str, Any]:
    """Return whose turn it is with an item: stage, department, post and person, since when."""
    where = next((each for each in view.where if each.item == item.item), None)
    base = {
        "kind": state_kind(view, item),
        "stage": titles.state_title(view.release, item.item, item.state),
    }
    if where is None:
        nobody = {"who": "", "person": "", "task": 0, "hand": "", "transfer": False}
        return {**base, **nobody, "since": item.final_at}
    who = f"{where.department_title}{where.post_title}"
    if not where.department:
        who = titles.APPLICANT_TITLE
    open_tasks = [task for task in view.whole.tasks.values() if task.done_at is None]
    task = next((task for task in open_tasks if task.item == item.item), None)
    mine = bool(where.person) and where.person == view.actor.account
    person = "您" if mine else await name_of(desk, where.person)
    ours = where.department == view.actor.department
    heads = ours and "head" in view.actor.posts
    takes = ours and where.post in view.actor.posts and not where.person
    return {
        **base,
        "who": who,
        "person": person,
        "task": task.n if task else 0,
        "since": where.since_at,
        "hand": "release" if mine else "claim" if takes else "",
        "transfer": task is not None and (mine or heads),
    }


async def name_of(desk: Desk, account: str) -> str:
    """Return the name behind an account."""
    if not account:
        return ""
    actor = await desk.office.actor(account)
    return actor.name if actor else "已停用的账号"


async def colleagues(desk: Desk, visitor: Member) -> dict[str, str]:
    """Return the names of the clerks of one's own department by account."""
    found = await desk.office.accounts(kind="clerk")
    return {
        each.account: each.name
        for each in found
        if each.department == visitor.actor.department and each.active
    }


def limits(view: CaseView, item: Item) -> list[dict[str, Any]]:
    """Return the open clocks of an item, the nearest first, each with what is left and how its date came about."""
    machine = machine_for(view.release, item.item)
    found: list[dict[str, Any]] = []
    for clock in view.clocks_of(item.item):
        if clock.state == "settled":
            continue
        kind = "pause" if clock.state == "paused" else CARD_KINDS[clock.card]
        ends = next((each.title for each in machine.transitions if each.action == clock.expiry), "")
        then = ends if not ends or ends.startswith("逾期") else f"逾期{ends}"
        told = {"left": view.left(clock), "told": view.explained(clock)}
        found.append({"clock": clock, "kind": kind, "then": then, **told})
    return sorted(found, key=lambda each: (each["clock"].due_on is None, each["clock"].due_on))


# ---- what was handed in ----------------------------------------------------------------------------------------


def materials(view: CaseView, item: Item) -> dict[str, Any]:
    """Return the papers of an item with their state, and the case's other papers this clerk may see."""
    rows = [_material_asked(view, item, use.use, use.required) for use in view.materials_for(item)]
    used = {row["n"] for row in rows}
    rest = [
        _material_row(view, each)
        for each in view.case.materials.values()
        if each.n not in used and not each.replaced
    ]
    return {"rows": rows, "rest": rest}


def _material_asked(view: CaseView, item: Item, code: str, required: bool) -> dict[str, Any]:
    there = [
        row for row in view.case.materials.values() if row.material == code and not row.replaced
    ]
    points = [
        p["title"]
        for p in [*item.noted, *item.asked]
        if p.get("material") == code and p["reason"] not in item.answered
    ]
    base = {
        "title": view.release.vocabulary.materials[code].title,
        "asked": titles.material_asked(view.release, code),
        "points": points,
    }
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
    return {**_material_row(view, newest), **base, "kind": "warn" if points or waiting else "ok"}


def _material_row(view: CaseView, row: Material) -> dict[str, Any]:
    scan = view.scan_of(row.file) or ""
    return {
        "shut": scan if scan in ("pending", "found") else "",
        "n": row.n,
        "title": titles.material_title(view.release, row.material),
        "file": row.file,
        "name": clean_name(row.name),
        "said": titles.MATERIAL_SOURCES[row.source],
        "kind": "ok",
        "points": [],
        "at": row.at,
        "inline": SHOWN_INLINE.get(PurePath(row.name.lower()).suffix, "") if row.file else "",
    }


def photo_rows(view: CaseView) -> dict[str, int]:
    """Return where each photo of a check stands among the materials, by its file."""
    rows = view.case.materials.values()
    return {row.file: row.n for row in rows if row.material == PHOTO}


def filled_form(view: CaseView, item: Item) -> list[dict[str, Any]]:
    """Return what an item asks of the one form: {title, said}, of rows also {columns: [{code, title}], rows: [{code: words}]}."""
    here = view.release.directory.region
    return [
        {
            "title": definition.title,
            "said": titles.answer_title(definition, value, here)
            if _is_filled(value)
            else "没有填写",
            "columns": [
                {"code": code, "title": column.title} for code, column in definition.columns.items()
            ],
            "rows": titles.rows_said(definition, value, here),
        }
        for definition, value in view.form_for(item)
    ]


def _is_filled(value: Any) -> bool:
    return value not in (None, "", [])


def situation(view: CaseView) -> list[tuple[str, str]]:
    """Return the questions of the bundle with the answers this clerk may see."""
    questions = view.release.bundle.questions
    answers = view.case.answers
    return [(q.ask, titles.answer_title(q, answers[q.id])) for q in questions if q.id in answers]


# ---- the others, the record ------------------------------------------------------------------------------------


def items(view: CaseView) -> list[dict[str, Any]]:
    """Return every item of the case: whose it is, how it stands, what was noted or decided."""
    return [
        {
            "item": case_views.item(view, each),
            "kind": state_kind(view, each),
            "own": view.sees_contents_of(each),
        }
        for each in view.case.items.values()
    ]


async def record(desk: Desk, told: Progress) -> list[dict[str, Any]]:
    """Return what happened, the newest first, with the names of those who did it and what they wrote."""
    events = {event.n: event for event in told.seen}
    accounts = {
        str(e.actor.get("account") or "") for e in told.seen if e.actor.get("kind") == "clerk"
    }
    people = {account: await name_of(desk, account) for account in accounts}
    return [
        {
            "entry": entry,
            "said": [
                words
                for words in _words_carried(events[entry.n].data, told.view.release)
                if words not in entry.told
            ],
            "from": _state_title(told, events[entry.n].item, events[entry.n].state_from),
            "to": _state_title(told, events[entry.n].item, events[entry.n].state_to),
        }
        for entry in told.timeline(people)
    ]


def _state_title(told: Progress, item: str, state: str) -> str:
    if not state:
        return ""
    return titles.state_title(told.view.release, item, state) if item else titles.CASE_STATES[state]


async def opinions(desk: Desk, told: Progress, item: Item) -> list[dict[str, Any]]:
    """Return what was found and thought of an item before, the newest first: who decides reads it above the form."""
    thought = {
        event.n
        for event in told.seen
        if event.item == item.item and (event.data.get("opinion") or event.data.get("findings"))
    }
    return [each for each in await record(desk, told) if each["entry"].n in thought]


def _words_carried(data: Mapping[str, Any], release: Release) -> list[str]:
    """Return the words of what an action carried: opinion, findings, reasons; and which papers a grant did without."""
    found = [
        str(data[name])
        for name in ("opinion", "findings", "reason", "notice_text")
        if data.get(name)
    ]
    if lacking := data.get("missing"):
        named = "、".join(titles.material_title(release, code) for code in lacking)
        found.append(f"当时还没有收到：{named}")
    reasons: Iterable[Any] = data.get("reasons") or ()
    return found + [
        str(point["title"])
        for point in reasons
        if isinstance(point, Mapping) and point.get("title")
    ]


def papers(view: CaseView) -> list[Any]:
    """Return the papers of the case that are for this clerk's eyes, the newest first."""
    return list(reversed(case_views.notices(view)))
