"""办件详情 — one case at the desk: what was handed in beside what may be done, and the forms that do it."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.desk import acts, workspace
from service.api.pages.desk.place import address, place_of
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import errors_of, see, shown
from service.api.pages.visit import Clerk, Member
from service.api.texts import CaseNumber, Word
from service.errors import CaseChanged, NotFound, ServiceError
from service.office import CaseView
from service.workflows.case import Item
from service.workflows.case_actions import CASE_ACTIONS
from service.workflows.machine import machine_of
from service.workflows.situation import Action
from service.workflows.tools.papers import Contents, prepared

router = APIRouter(include_in_schema=False)
HANDED = {"claim": "认领", "release": "退还"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a case is to be shown, as the address or the hidden fields of a form say."""

    item: str = ""
    show: str = ""
    back: str = ""
    done: str = ""  # what was just done …
    of: str = ""  # … on another case, when the next one is opened
    action: str = ""  # the form that stands open


def wish(
    item: Annotated[str, Query(max_length=100)] = "", show: Annotated[str, Query(max_length=20)] = "",
    back: Annotated[str, Query(max_length=1000)] = "", done: Annotated[str, Query(max_length=60)] = "",
    of: Annotated[str, Query(max_length=40)] = "",
) -> Wish:  # fmt: skip
    """Read what is to be shown from the address."""
    return Wish(item, show, back, done, of)


Wished = Annotated[Wish, Depends(wish)]


@router.get("/desk/cases/{number}")
async def case(number: CaseNumber, request: Request, desk: Counter, visitor: Clerk, wished: Wished) -> Response:
    """Show the case."""
    return await _page(request, desk, visitor, number, wished)


@router.get("/desk/cases/{number}/do/{action}")
async def prepare(
    number: CaseNumber, action: Word, request: Request, desk: Counter, visitor: Clerk, wished: Wished
) -> Response:
    """Show the case with the form of one action open; the one notice as it would be sent."""
    return await _page(request, desk, visitor, number, replace(wished, action=action))


@router.post("/desk/cases/{number}/do/{action}")
@does("items_act", "cases_act")
async def act(number: CaseNumber, action: Word, request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Take an action; `step=preview` only shows the paper that it would send."""
    form = await filled(request, visitor)
    wished = Wish(form.text("item"), form.text("show"), form.text("back"), action=action)
    view = await desk.office.case(visitor.actor, number, visitor.now)
    item = workspace.chosen(view, wished.item)
    place = await place_of(desk, visitor, wished.back, number, item.item)  # acting may take it off the list
    try:
        wanted = acts.action_of(view, action, form)
        if form.text("step") == "preview":
            return await _page(request, desk, visitor, number, wished, form, preview=view.after(wanted))
        taken = await desk.office.act(asked(visitor, form), number, wanted)
    except ServiceError as refusal:
        return await _page(request, desk, visitor, number, wished, form, refusal=refusal)
    if action == acts.NOTE and any(offer.action == acts.NOTIFY and offer.allowed for offer in taken.offers):
        return see(address(number, acts.NOTIFY, item=wished.item, back=wished.back))
    if form.text("then") == "next" and place.after:
        return see(f"{place.after}&done={action}&of={number}")
    return see(address(number, item=wished.item, back=wished.back, done=action))


async def _page(
    request: Request, desk: Desk, visitor: Member, number: str, wished: Wish, form: Filled | None = None, *,
    refusal: ServiceError | None = None, preview: CaseView | None = None,
) -> Response:  # fmt: skip
    if isinstance(refusal, NotFound):
        raise refusal
    view = await desk.office.case(visitor.actor, number, visitor.now)
    item = workspace.chosen(view, wished.item)
    offers = [offer for offer in view.offers if offer.item in ("", item.item)]
    allowed = [offer for offer in offers if offer.allowed]
    chairs = any("chair" in offer.needs for offer in allowed)
    ways = acts.ways(view, allowed, await workspace.colleagues(desk, visitor) if chairs else {}, wished.action)
    if wished.action == acts.NOTIFY and preview is None and any(way.action == acts.NOTIFY for way in ways):
        preview = view.after(Action(acts.NOTIFY))
    look = workspace.look(view, item, wished.show)
    opened = wished.action if any(way.action == wished.action for way in ways) else ""
    return shown(
        request, visitor, "desk/case.html", filled=form, refusal=refusal, fragment="look", frames=True,
        errors={name.rpartition("/")[0] if name[-1:].isdigit() else name: said for name, said in errors_of(refusal).items()},
        view=view, case=view.case, release=view.release, item=item, wished=wished, look=look, ways=ways,
        refused=[offer for offer in offers if not offer.allowed],
        elsewhere=[offer.title for offer in allowed if not acts.takes(offer)], preview=_papers_of(view, preview),
        place=await place_of(desk, visitor, wished.back, number, item.item),
        turn=await workspace.turn(desk, view, item), limits=workspace.limits(view, item),
        done=_done(view, item, wished), subject=view.release.subject(item.item), address=address,
        opened=opened, labels=next((way.labels for way in ways if way.action == opened), {}),
        at=lambda show: address(number, opened, item=item.item, back=wished.back, show=str(show)),
        **await _looked_at(desk, visitor, view, item, look),
        changed=await _since(desk, visitor, view, form) if isinstance(refusal, CaseChanged) else (),
    )  # fmt: skip


async def _looked_at(desk: Desk, visitor: Member, view: CaseView, item: Item, look: workspace.Look) -> dict[str, Any]:
    """Return what the left column and the middle show; only what is looked at is gathered."""
    found: dict[str, Any] = {
        "materials": workspace.materials(view, item), "items": workspace.items(view), "papers": workspace.papers(view),
        "mine": workspace.shows_contents(view, item),
    }  # fmt: skip
    match look.kind:
        case "form":
            found |= {"fields": workspace.filled_form(view, item), "answers": workspace.situation(view)}
        case "record" | "chart":
            told = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
            found |= (
                {"record": await workspace.record(desk, told)} if look.kind == "record" else {"chart": told.chart()}
            )
        case "file":
            rows = [*found["materials"]["rows"], *found["materials"]["rest"]]
            found["file"] = next((row for row in rows if row["n"] == look.material), None)
    return found


async def _since(desk: Desk, visitor: Member, view: CaseView, form: Filled | None) -> list[dict[str, Any]]:
    """Return what happened after the page was made that the form came from."""
    last = form.text("last") if form else ""
    told = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
    return [each for each in await workspace.record(desk, told) if last.isdigit() and each["entry"].n > int(last)]


def _papers_of(view: CaseView, after: CaseView | None) -> list[Contents]:
    """Return the papers an action would send, as they would be printed."""
    if after is None:
        return []
    sent = [notice for n, notice in after.case.notices.items() if n not in view.whole.notices and after.reads(n)]
    return [prepared(each, after.case, view.release, verify_url="") for each in sent]


def _done(view: CaseView, item: Item, wished: Wish) -> str:
    """Return the title of what was just done; empty for anything that is no action here."""
    if not wished.done:
        return ""
    if wished.done in HANDED:
        return HANDED[wished.done]
    if wished.done in CASE_ACTIONS:
        return CASE_ACTIONS[wished.done][0]
    known = machine_of(view.release, item.lifecycle).transitions
    return next((each.title for each in known if each.action == wished.done), "办理")
