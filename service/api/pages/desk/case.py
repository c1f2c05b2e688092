"""办件详情 — one case at the desk: what was handed in beside what may be done, and the forms that do it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.desk import acts, checks, workspace
from service.api.pages.desk.place import address, place_of
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import errors_of, see, shown
from service.api.pages.visit import Clerk, Member
from service.api.promised import promise_of
from service.api.rest import case_views
from service.api.texts import CaseNumber, Word
from service.errors import CaseChanged, NotFound, ServiceError
from service.office import CaseView, FileInfo, titles
from service.workflows.case import Action, Item, machine_for
from service.workflows.notices import Contents, prepared_paper

router = APIRouter(include_in_schema=False)
NO_PHOTOS: Mapping[str, FileInfo] = {}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a case is to be shown, as the address or the hidden fields of a form say."""

    item: str = ""
    show: str = ""
    back: str = ""
    done: str = ""  # what was just done …
    of: str = ""  # … on another case, when the next one is opened
    action: str = ""  # the form that stands open


async def wish(
    item: Annotated[str, Query(max_length=100)] = "",
    show: Annotated[str, Query(max_length=20)] = "",
    back: Annotated[str, Query(max_length=1000)] = "",
    done: Annotated[str, Query(max_length=60)] = "",
    of: Annotated[str, Query(max_length=40)] = "",
) -> Wish:
    """Read what is to be shown from the address."""
    return Wish(item, show, back, done, of)


Wished = Annotated[Wish, Depends(wish)]


@router.get("/desk/cases/{number}")
async def case(
    number: CaseNumber, request: Request, desk: Counter, visitor: Clerk, wished: Wished
) -> Response:
    """Show the case."""
    return await _page(request, desk, visitor, number, wished)


@router.get("/desk/cases/{number}/do/{action}")
async def prepare(
    number: CaseNumber,
    action: Word,
    request: Request,
    desk: Counter,
    visitor: Clerk,
    wished: Wished,
) -> Response:
    """Show the case with the form of one action open; the one notice as it would be sent."""
    return await _page(request, desk, visitor, number, replace(wished, action=action))


@router.post("/desk/cases/{number}/do/{action}")
@does("items_act", "cases_act")
async def act(
    number: CaseNumber, action: Word, request: Request, desk: Counter, visitor: Clerk
) -> Response:
    """Take an action; `step=preview` only shows the paper that it would send."""
    try:
        form = await filled(request, visitor)
        return await _acted(number, action, request, desk, visitor, form)
    finally:
        await request.close()  # photos that came are stored or refused by now


async def _acted(
    number: str, action: str, request: Request, desk: Desk, visitor: Member, form: Filled
) -> Response:
    wished = Wish(form.text("item"), form.text("show"), form.text("back"), action=action)
    view = await desk.office.case(visitor.actor, number, visitor.now)
    item = workspace.chosen(view, wished.item)
    # before acting, which may take it off the list
    place = await place_of(desk, visitor, wished.back, number, item.item)
    photos = NO_PHOTOS
    try:
        photos = await checks.kept_photos(desk, visitor, form)
        wanted = acts.action_of(view, action, form, [each.id for each in photos.values()])
        if form.text("step") == "preview":
            preview = view.after(wanted)
            return await _page(
                request, desk, visitor, number, wished, form, preview=preview, photos=photos
            )
        taken = await desk.office.act(asked(visitor, form), number, wanted)
    except ServiceError as refusal:
        return await _page(
            request, desk, visitor, number, wished, form, refusal=refusal, photos=photos
        )
    if action == acts.NOTE and _allows(taken, acts.NOTIFY):
        return see(address(number, acts.NOTIFY, item=wished.item, back=wished.back))
    if form.text("then") == "next" and place.after:
        return see(f"{place.after}&done={action}&of={number}")
    return see(address(number, item=wished.item, back=wished.back, done=action))


def _allows(view: CaseView, action: str) -> bool:
    return any(offer.action == action and offer.allowed for offer in view.offers)


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    number: str,
    wished: Wish,
    form: Filled | None = None,
    *,
    refusal: ServiceError | None = None,
    preview: CaseView | None = None,
    photos: Mapping[str, FileInfo] = NO_PHOTOS,
) -> Response:
    if isinstance(refusal, NotFound):
        raise refusal
    view = await desk.office.case(visitor.actor, number, visitor.now)
    item = workspace.chosen(view, wished.item)
    stale = isinstance(refusal, CaseChanged)
    show = partial(shown, request, visitor, "desk/case.html")
    return show(
        filled=form,
        refusal=refusal,
        fragment="look",
        frames=True,
        errors=_errors_of(refusal),
        view=view,
        case=view.case,
        release=view.release,
        item=item,
        wished=wished,
        **checks.beside(visitor, photos),
        subject=view.release.subject(item.item),
        address=address,
        done=_title_of_done(view, item, wished),
        place=await place_of(desk, visitor, wished.back, number, item.item),
        turn=await workspace.turn(desk, view, item),
        limits=workspace.limits(view, item),
        changed=await _happened_since(desk, visitor, view, form) if stale else (),
        **await _columns(desk, visitor, view, item, wished, preview),
    )


async def _columns(
    desk: Desk,
    visitor: Member,
    view: CaseView,
    item: Item,
    wished: Wish,
    preview: CaseView | None,
) -> dict[str, Any]:
    done = await _what_may_be_done(desk, visitor, view, item, wished, preview)
    return {**done, **await _looked_at(desk, visitor, view, item, wished)}


def _errors_of(refusal: ServiceError | None) -> dict[str, str]:
    """Return what is wrong by name of field; what is wrong with one of several lines stands by the field of all of them."""
    return {
        name.rpartition("/")[0] if name[-1:].isdigit() else name: detail
        for name, detail in errors_of(refusal).items()
    }


async def _what_may_be_done(
    desk: Desk,
    visitor: Member,
    view: CaseView,
    item: Item,
    wished: Wish,
    preview: CaseView | None,
) -> dict[str, Any]:
    """Return what the right column shows: what may be done, the form that stands open, the papers it would send."""
    offers = [offer for offer in view.offers if offer.item in ("", item.item)]
    allowed = [offer for offer in offers if offer.allowed]
    named = any({"chair", "officers"} & set(offer.needs) for offer in allowed)
    people = await workspace.colleagues(desk, visitor) if named else {}
    ways = acts.ways(view, allowed, people, wished.action)
    way = next((each for each in ways if each.action == wished.action), None)
    if way and wished.action == acts.NOTIFY and preview is None:
        # a reason for sending it now stands in the record, not on the paper
        asked = {"reason": "（预览）"} if "reason" in way.needs else {}
        preview = view.after(Action(acts.NOTIFY, data=asked))
    opened = way.action if way else ""

    def at(show: object) -> str:
        number = view.case.number
        return address(number, opened, item=item.item, back=wished.back, show=str(show))

    return {
        "ways": ways,
        "refused": [offer for offer in offers if not offer.allowed],
        "elsewhere": [offer.title for offer in allowed if not acts.takes(offer)],
        "preview": _papers_of(view, preview),
        "opened": opened,
        "labels": way.labels if way else {},
        "at": at,
    }


async def _looked_at(
    desk: Desk, visitor: Member, view: CaseView, item: Item, wished: Wish
) -> dict[str, Any]:
    """Return what the left column and the middle show; only what is looked at is gathered."""
    look = workspace.look(view, item, wished.show)
    found: dict[str, Any] = {
        "materials": workspace.materials(view, item),
        "items": workspace.items(view),
        "papers": workspace.papers(view),
        "mine": view.sees_contents_of(item),
        "look": look,
        "promise": promise_of(view, item.item),
        "opinions": (),
    }
    if item.reviewer or item.officers or item.legal_review:
        before = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
        found["opinions"] = await workspace.opinions(desk, before, item)
    match look.kind:
        case "form":
            found["fields"] = workspace.filled_form(view, item)
            found["answers"] = workspace.situation(view)
        case "checks":
            records = view.case.inspections.values()
            found["checked"] = [case_views.inspection(view.release, each) for each in records]
            found["photo_rows"] = workspace.photo_rows(view)
        case "record":
            told = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
            found["record"] = await workspace.record(desk, told)
        case "chart":
            told = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
            found["chart"] = told.chart()
        case "file":
            rows = [*found["materials"]["rows"], *found["materials"]["rest"]]
            found["file"] = next((row for row in rows if row["n"] == look.material), None)
    return found


async def _happened_since(
    desk: Desk, visitor: Member, view: CaseView, form: Filled | None
) -> list[dict[str, Any]]:
    """Return what happened after the page was made that the form came from."""
    last = form.text("last") if form else ""
    told = await desk.office.progress(visitor.actor, view.case.number, visitor.now)
    return [
        each
        for each in await workspace.record(desk, told)
        if last.isdigit() and each["entry"].n > int(last)
    ]


def _papers_of(view: CaseView, after: CaseView | None) -> list[Contents]:
    """Return the papers an action would send, as they would be printed."""
    if after is None:
        return []
    sent = [
        notice
        for n, notice in after.case.notices.items()
        if n not in view.whole.notices and after.reads(n)
    ]
    return [prepared_paper(each, after.case, view.release, verify_url="") for each in sent]


def _title_of_done(view: CaseView, item: Item, wished: Wish) -> str:
    """Return the title of what was just done; empty for anything that is no action here."""
    if not wished.done:
        return ""
    if wished.done in titles.TASK_ACTIONS:
        return titles.TASK_ACTIONS[wished.done]
    if found := titles.action_title(view.release, "", wished.done):
        return found
    known = machine_for(view.release, item.item).transitions
    return next((each.title for each in known if each.action == wished.done), "办理")
