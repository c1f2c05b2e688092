"""办件进度 — whose turn it is first, then the items, the chart, what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import see, shown
from service.api.pages.visit import SignedIn
from service.api.rest.events import OF_CASE
from service.api.rest.papers import address
from service.api.texts import CaseNumber
from service.office import CaseView, Progress, titles
from service.workflows import bundle, papers
from service.workflows.case import CASE, Clock, Item, Notice
from service.workflows.clocks import Left, left
from service.workflows.machine import APPLICANT, SATISFIED, WAITING, machine_of
from service.workflows.proceedings import INSIDE
from service.workflows.ratings import GRADE_TITLES
from service.workflows.situation import Offer
from service.workflows.tools.papers import qr, track_address

router = APIRouter(include_in_schema=False)
GOOD = SATISFIED | {"passed", "closed"}


@dataclass(frozen=True, slots=True)
class Limit:
    """一个期限 — what it is, its day, what is left, where its explanation stands."""

    title: str
    left: Left
    item: str
    clock: str


@dataclass(frozen=True, slots=True)
class Row:
    """一个事项 — its state as a tag (shape and word), its office, its limits, what else there is to say."""

    code: str
    title: str
    kind: str  # ok | warn | bad | pause | run | todo
    words: str
    department: str
    notes: tuple[str, ...]
    limits: tuple[Limit, ...]
    final_at: datetime | None


@router.get("/my/cases/{number}")
async def my_case(number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Show where a case stands."""
    found = await desk.office.progress(visitor.actor, number, visitor.now)
    if found.view.case.state == "draft":
        return see(f"/apply/{number}")
    return shown(request, visitor, "portal/my_case.html", **facts_of(found, request, desk))


def facts_of(found: Progress, request: Request, desk: Any) -> dict[str, Any]:
    """Return what the page shows."""
    view = found.view
    rows = [_row(view, item) for item in view.case.items.values() if item.lifecycle not in INSIDE]
    own = bundle.own_items(view.case).values()
    offers = {offer.action: offer for offer in view.offers if not offer.item}
    link = track_address(address(request, desk), view.case) if view.own else ""
    return {
        "view": view, "case": view.case, "title": view.release.bundle.title, "turn": view.turn, "kind": _kind(view),
        "rows": rows, "ended": sum(bool(item.outcome) for item in own), "count": len(own), "entries": found.timeline(),
        "notices": view.case.notices, "certificates": list(view.case.certificates.values()),
        "chart": found.chart(), "expected": _limit(view, view.case.clocks.get((CASE, "promise"))),
        "offers": offers, "others": _others(view), "asked": _latest(view, "correction"),
        "link": link, "code": qr.svg(link, "用手机扫码查进度") if link else "", "of_case": OF_CASE,
        "ratings": [rating for rating in view.case.ratings.values() if rating.item == CASE],
        "grades": GRADE_TITLES,
    }  # fmt: skip


def _kind(view: CaseView) -> str:
    """Return the look of the first panel."""
    if view.turn.whose == "applicant":
        return "warn"
    if view.turn.whose == "nobody":
        return {"granted": "ok", "partly_granted": "warn"}.get(view.case.state, "pause")
    return "bad" if view.turn.late else "run"


def _row(view: CaseView, item: Item) -> Row:
    kind, words = _state(view, item)
    limits = [_limit(view, clock) for (code, _), clock in view.case.clocks.items() if code == item.item]
    return Row(
        item.item, titles.item_title(view.release, item.item), kind, words,
        titles.department_title(view.release, item.department), tuple(_notes(view, item)),
        tuple(sorted((one for one in limits if one and one.left.on), key=lambda one: str(one.left.on))), item.final_at,
    )  # fmt: skip


def _state(view: CaseView, item: Item) -> tuple[str, str]:
    state = machine_of(view.release, item.lifecycle).states[item.state]
    if item.outcome:
        return ("ok" if item.outcome in GOOD else "bad"), state.title
    if item.state == WAITING:
        return "todo", "未开始"
    if state.post == APPLICANT:
        return "warn", f"等您：{state.title}" if view.own else state.title
    return ("pause" if item.special.get("procedure") else "run"), state.title


def _notes(view: CaseView, item: Item) -> Iterator[str]:
    """Yield what a person would ask next: how it is handled, what it waits for, what stopped its time, how it ended."""
    release = view.release
    if item.handling == "commitment":
        yield "告知承诺"
    if item.state == WAITING and not item.outcome:
        before = bundle.waits_for(release, item.item, view.case.items)
        titled = "、".join(titles.item_title(release, code) for code in before)
        yield f"在{titled}办结后开始"
    if not item.outcome and papers.open_gaps(view.case, item.item):
        gaps = papers.open_gaps(view.case, item.item)
        yield "容缺受理，还要后补" + "、".join(release.vocabulary.materials[code].title for code in gaps)
    if item.note:
        yield item.note


def _limit(view: CaseView, clock: Clock | None) -> Limit | None:
    """Return a limit that is not over; None for one that is."""
    if clock is None:
        return None
    situation = view.situation
    rest = left(clock, situation.calendar, situation.policy, situation.now)
    return Limit(clock.title, rest, clock.item or OF_CASE, clock.clock) if rest else None


def _latest(view: CaseView, kind: str) -> Notice | None:
    """Return the newest paper of a kind."""
    return next((n for n in reversed(view.case.notices.values()) if n.kind == kind and view.reads(n.n)), None)


def _others(view: CaseView) -> list[Offer]:
    """Return what the applicant may do with single items, beside handing something in and withdrawing the whole."""
    handing_in = {(one.item, one.action) for one in view.owed}
    return [
        offer for offer in view.offers
        if offer.item and offer.allowed and not offer.needs and offer.action != "withdraw"
        and (offer.item, offer.action) not in handing_in
    ]  # fmt: skip
