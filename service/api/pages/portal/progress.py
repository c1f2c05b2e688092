"""办件进度 — whose turn it is first, then the items, the chart, what happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import see, shown
from service.api.pages.visit import SignedIn, on_a_phone, vary_by_phone
from service.api.rest.events import OF_CASE
from service.api.rest.papers import address
from service.api.texts import CaseNumber
from service.office import CaseView, Left, Progress, titles
from service.workflows.case import (
    APPLICANT,
    CASE,
    SATISFIED,
    WAITING,
    Clock,
    Item,
    Notice,
    Offer,
    machine_for,
)
from service.workflows.notices import qr_svg, track_address

router = APIRouter(include_in_schema=False)
GOOD_OUTCOMES = SATISFIED | {"passed", "closed"}


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
async def my_case(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show where a case stands."""
    found = await desk.office.progress(visitor.actor, number, visitor.now)
    if found.view.case.state == "draft":
        return see(f"/apply/{number}")
    facts = facts_of(found, request, desk)
    did = request.query_params.get("did", "")
    small = on_a_phone(request)
    return vary_by_phone(
        shown(request, visitor, "portal/my_case.html", small=small, did=did, **facts)
    )


def facts_of(found: Progress, request: Request, desk: Any) -> dict[str, Any]:
    """Return what the page shows."""
    view = found.view
    offices = {where.item: where.office for where in view.where}
    rows = [_row_of(view, item, offices.get(item.item, "")) for item in view.told_items]
    own = view.own_items.values()
    offers = {offer.action: offer for offer in view.offers if not offer.item}
    link = track_address(address(request, desk), view.case) if view.own else ""
    return {
        "view": view,
        "case": view.case,
        "title": view.release.bundle.title,
        "turn": view.turn,
        "kind": _panel_kind(view),
        "rows": rows,
        "ended": sum(bool(item.outcome) for item in own),
        "count": len(own),
        "entries": found.timeline(),
        "notices": view.case.notices,
        "states": titles.CERTIFICATE_STATES,
        "endings": list(_endings(view)),
        "poor": any(
            r.grade <= titles.LOW_GRADE and not r.anonymous for r in view.case.ratings.values()
        ),
        "certificates": list(view.case.certificates.values()),
        "to_give_back": _to_give_back(view),
        "reappliable": {code: titles.item_title(view.release, code) for code in view.reappliable},
        "reapplied": _reapplied(view),
        "promises": {code: titles.item_title(view.release, code) for code in view.case.commitments},
        "chart": found.chart(),
        "expected": _limit_of(view, view.case.clocks.get((CASE, "promise"))),
        "offers": offers,
        "others": _other_steps(view),
        "asked": _latest_notice(view, "correction"),
        "link": link,
        "code": qr_svg(link, "用手机扫码查进度") if link else "",
        "of_case": OF_CASE,
        "ratings": [rating for rating in view.case.ratings.values() if rating.item == CASE],
        "grades": titles.GRADES,
    }


@dataclass(frozen=True, slots=True)
class Ending:
    """没有办成的一项 — how it ended, why, by which paper, what may be done about it."""

    title: str
    words: str
    why: tuple[str, ...]
    law: str
    paper: int
    paper_title: str
    remedy: str
    until: str
    again: bool


def _endings(view: CaseView) -> Iterator[Ending]:
    """Yield the items that came to nothing, once the whole has ended."""
    if not view.case.closed_at:
        return
    for item in view.own_items.values():
        if not item.outcome or item.outcome in GOOD_OUTCOMES:
            continue
        last = _latest_notice(view, "", item.item)
        body = last.body if last else {}
        remedies: Mapping[str, Any] = body.get("remedies") or {}
        told = tuple(body.get("points", ())) or tuple(filter(None, [item.note]))
        yield Ending(
            title=titles.item_title(view.release, item.item),
            words=titles.outcome_title(view.release, item.item, item.outcome),
            why=told,
            law=body.get("law", ""),
            paper=last.n if last else 0,
            paper_title=last.title if last else "",
            remedy=remedies.get("text", ""),
            until=remedies.get("review_until", ""),
            again=item.item in view.reappliable,
        )


def _to_give_back(view: CaseView) -> set[str]:
    """Return the items whose certificate its holder may ask to have struck off; none while that is barred for all."""
    offered = any(o.action == "request_deregistration" and o.allowed for o in view.offers)
    return set(view.own_items) if view.own and offered else set()


def _reapplied(view: CaseView) -> list[tuple[str, str, str]]:
    """Return the cases that apply anew for items of this one: number, what for, how it stands."""
    return [
        (
            each.number,
            "、".join(titles.item_title(view.release, code) for code in each.items),
            titles.CASE_STATES[each.state],
        )
        for each in view.later
    ]


def _panel_kind(view: CaseView) -> str:
    """Return the look of the first panel."""
    if view.turn.whose == "applicant":
        return "warn"
    if view.turn.whose == "nobody":
        return {"granted": "ok", "partly_granted": "warn"}.get(view.case.state, "pause")
    return "bad" if view.turn.late else "run"


def _row_of(view: CaseView, item: Item, office: str) -> Row:
    kind, words = _state_tag(view, item)
    limits = [_limit_of(view, clock) for clock in view.clocks_of(item.item)]
    dated = [limit for limit in limits if limit and limit.left.on]
    return Row(
        code=item.item,
        title=titles.item_title(view.release, item.item),
        kind=kind,
        words=words,
        department=titles.department_title(view.release, item.department)
        if office in ("", titles.APPLICANT_TITLE)
        else office,
        notes=tuple(_notes_of(view, item)),
        limits=tuple(sorted(dated, key=lambda limit: str(limit.left.on))),
        final_at=item.final_at,
    )


def _state_tag(view: CaseView, item: Item) -> tuple[str, str]:
    state = machine_for(view.release, item.item).states[item.state]
    if item.outcome:
        return ("ok" if item.outcome in GOOD_OUTCOMES else "bad"), state.title
    if item.state == WAITING:
        return "todo", "未开始"
    if state.post == APPLICANT:
        return "warn", f"等您：{state.title}" if view.own else state.title
    return ("pause" if item.special else "run"), state.title


def _notes_of(view: CaseView, item: Item) -> Iterator[str]:
    """Yield what a person would ask next: how it is handled, what it waits for, what stopped its time, how it ended."""
    release = view.release
    if item.handling == "commitment":
        yield "告知承诺"
    if item.state == WAITING and not item.outcome:
        before = view.waits_for(item)
        titled = "、".join(titles.item_title(release, code) for code in before)
        yield f"在{titled}办结后开始"
    if not item.outcome and (gaps := view.gaps_of(item)):
        titled = "、".join(release.vocabulary.materials[code].title for code in gaps)
        yield f"容缺受理，还要后补{titled}"
    if item.note:
        yield item.note


def _limit_of(view: CaseView, clock: Clock | None) -> Limit | None:
    """Return a limit that is not over; None for one that is."""
    if clock is None:
        return None
    left = view.left(clock)
    return Limit(clock.title, left, clock.item or OF_CASE, clock.clock) if left else None


def _latest_notice(view: CaseView, kind: str = "", item: str = "") -> Notice | None:
    """Return the newest paper of a kind, or about an item, that the actor reads."""
    return next(
        (
            notice
            for notice in reversed(view.case.notices.values())
            if (notice.kind == kind if kind else notice.item == item) and view.reads(notice.n)
        ),
        None,
    )


def _other_steps(view: CaseView) -> list[Offer]:
    """Return what the applicant may do with single items, beside handing something in and withdrawing the whole."""
    handing_in = {(one.item, one.action) for one in view.owed}
    return [
        offer
        for offer in view.offers
        if offer.item
        and offer.allowed
        and set(offer.needs) <= {"reason", "opinion"}  # words, which the page of the step asks for
        and offer.action != "withdraw"
        and (offer.item, offer.action) not in handing_in
    ]
