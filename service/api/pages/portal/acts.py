"""申请人的动作 — withdrawing with its effect told first, urging, rating, and single steps of items."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Member, SignedIn
from service.api.texts import CaseNumber, ItemCode, Word
from service.errors import ActionNotAllowed, NotFound, NotPermitted, ServiceError
from service.office import CaseView, titles
from service.workflows.case import CASE, Action

router = APIRouter(include_in_schema=False)
OF_CASE = frozenset({"withdraw", "urge"})
# what an applicant may have to say with a step, and how the page asks for it
SAID = {"reason": "理由", "opinion": "您的陈述和申辩"}


@dataclass(frozen=True, slots=True)
class Change:
    """会怎样 — what becomes of one item."""

    title: str
    before: str
    after: str
    note: str

    @property
    def stays(self) -> bool:
        """Tell whether the item is left as it is."""
        return self.before == self.after


# ---- one step, looked at before it is taken --------------------------------------------------------------------


@router.get("/my/cases/{number}/do/{step}")
async def before(
    number: CaseNumber, step: Word, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Tell what an act on the case would do, item by item."""
    if step not in OF_CASE:
        raise NotFound
    return await _before(request, desk, visitor, number, Action(step))


@router.post("/my/cases/{number}/do/{step}")
@does("cases_act")
async def act(
    number: CaseNumber, step: Word, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Withdraw or urge."""
    if step not in OF_CASE:
        raise NotFound
    return await _act(request, desk, visitor, number, Action(step))


@router.get("/my/cases/{number}/items/{item}/do/{step}")
async def before_item(
    number: CaseNumber,
    item: ItemCode,
    step: Word,
    request: Request,
    desk: Counter,
    visitor: SignedIn,
) -> Response:
    """Tell what a step of one item would do."""
    return await _before(request, desk, visitor, number, Action(step, item))


@router.post("/my/cases/{number}/items/{item}/do/{step}")
@does("items_act")
async def act_item(
    number: CaseNumber,
    item: ItemCode,
    step: Word,
    request: Request,
    desk: Counter,
    visitor: SignedIn,
) -> Response:
    """Take a step of one item that carries words at most: report a repair, ask for a hearing, state one's case."""
    return await _act(request, desk, visitor, number, Action(step, item))


async def _act(
    request: Request, desk: Any, visitor: Member, number: str, action: Action
) -> Response:
    form = await filled(request, visitor)
    try:
        said = {name: form.text(f"data/{name}") for name in SAID if f"data/{name}" in form}
        await desk.office.act(asked(visitor, form), number, replace(action, data=said))
    except ServiceError as refusal:
        if refusal.status not in (409, 422):
            raise
        return await _before(request, desk, visitor, number, action, form=form, refusal=refusal)
    return see(f"/my/cases/{number}" + (f"?did={action.name}" if action.name in OF_CASE else ""))


async def _before(
    request: Request,
    desk: Any,
    visitor: Member,
    number: str,
    action: Action,
    *,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    view: CaseView = await desk.office.case(visitor.actor, number, visitor.now)
    offer = next((o for o in view.offers if (o.action, o.item) == (action.name, action.item)), None)
    if not view.own:
        raise NotPermitted("只有申请人可以办这一步。")
    if offer is None or not set(offer.needs) <= SAID.keys():
        raise ActionNotAllowed("现在不能办这一步，请回到办件看看最新的情况。")
    changes: list[Change] = []
    if offer.allowed and refusal is None and not offer.needs:
        after = await desk.office.foresee(visitor.actor, number, action, visitor.now)
        changes = _changes(view, after)
    return shown(
        request,
        visitor,
        "portal/before.html",
        case=view.case,
        title=view.release.bundle.title,
        offer=offer,
        changes=changes,
        words=[(f"data/{need}", SAID[need]) for need in offer.needs],
        about=titles.item_title(view.release, action.item) if action.item else "",
        filled=form,
        refusal=refusal,
    )


def _changes(before: CaseView, after: CaseView) -> list[Change]:
    """Compare the items of a case with what they would become."""
    release = before.release
    found = []
    for code, item in after.case.items.items():
        was = before.case.items.get(code)
        old = titles.state_title(release, code, was.state) if was else ""
        new = titles.state_title(release, code, item.state)
        note = item.note if not was or item.note != was.note else ""
        found.append(Change(titles.item_title(release, code), old, new, note))
    return found


# ---- 评价 ------------------------------------------------------------------------------------------------------


@router.get("/my/cases/{number}/rate")
async def rate_page(
    number: CaseNumber,
    request: Request,
    desk: Counter,
    visitor: SignedIn,
    item: Annotated[str, Query(max_length=80)] = CASE,
    grade: Annotated[int, Query(ge=0, le=5)] = 0,
) -> Response:
    """Offer the five grades; after one of the two low ones, ask for the reason."""
    view = await desk.office.case(visitor.actor, number, visitor.now)
    return _rating(request, visitor, view, item, grade)


@router.post("/my/cases/{number}/rate")
@does("cases_act")
async def rate(number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Rate; for a low grade the reason is asked for first, and may be left out."""
    form = await filled(request, visitor)
    typed, item = form.text("grade"), form.text("item")
    grade = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 1 else 0
    anonymous = form.text("anonymous") == "1"
    if 0 < grade <= titles.LOW_GRADE and "text" not in form:
        about = f"&item={quote(item, safe='')}" if item else ""
        hidden = "&anonymous=1" if anonymous else ""
        return see(f"/my/cases/{number}/rate?grade={grade}{about}{hidden}")
    data: dict[str, Any] = {"grade": grade, "text": form.text("text"), "anonymous": anonymous}
    if item:
        data["item"] = item
    try:
        await desk.office.act(asked(visitor, form, None), number, Action("rate", data=data))
    except ServiceError as refusal:
        view = await desk.office.case(visitor.actor, number, visitor.now)
        return _rating(request, visitor, view, item, grade, form=form, refusal=refusal)
    return see(f"/my/cases/{number}?did=rate")


def _rating(
    request: Request,
    visitor: Member,
    view: CaseView,
    item: str,
    grade: int,
    *,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    own = view.own_items
    rated = {rating.item: rating for rating in view.case.ratings.values()}
    ended = {
        code: titles.item_title(view.release, code)
        for code, one in own.items()
        if one.outcome and code not in rated
    }
    about = titles.item_title(view.release, item) if item in own else view.release.bundle.title
    item = item if item in own else CASE
    return shown(
        request,
        visitor,
        "portal/rate.html",
        case=view.case,
        title=view.release.bundle.title,
        about=about,
        item=item,
        others={code: title for code, title in ended.items() if code != item},
        grade=grade,
        grades=titles.GRADES,
        low=titles.LOW_GRADE,
        already=rated.get(item),
        can=item in ended if item else bool(view.case.closed_at),
        filled=form,
        refusal=refusal,
    )
