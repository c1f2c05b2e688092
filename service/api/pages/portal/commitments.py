"""告知承诺 — the notice and the promise in full, and a free choice for each item; nothing is chosen beforehand."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
from service.api.pages.portal.filling import read, saved_texts
from service.api.pages.prose import prose
from service.api.pages.visit import Member, SignedIn
from service.api.texts import CaseNumber
from service.errors import CaseChanged, DataInvalid, ServiceError

router = APIRouter(include_in_schema=False, prefix="/apply/{number}/commitments")
HANDLINGS = ("ordinary", "commitment")


@router.get("")
async def choose(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show what may be promised."""
    draft = await drafts.draft_or_progress(desk, visitor, number)
    return draft if isinstance(draft, Response) else _page(request, visitor, draft)


def _page(request: Request, visitor: Member, draft: Draft, **more: Any) -> Response:
    if not draft.offers:
        return see(f"/apply/{draft.number}")
    path = f"/apply/{draft.number}/commitments"
    texts = {item.code: prose(item.commitment.text) for item in draft.offers}
    asked_first = _asked_first(draft, more.get("filled") or Filled.nothing())
    notices = {item.code: prose(item.commitment.notice) for item in draft.offers}
    return drafts.page(
        request,
        visitor,
        "portal/commitments.html",
        draft,
        path,
        texts=texts,
        notices=notices,
        first=asked_first,
        following=draft.following(path),
        **more,
    )


def _asked_first(draft: Draft, form: Filled) -> dict[str, list[tuple[dict[str, Any], list[str]]]]:
    """Return by item the fields to fill in before anybody knows whether it may be promised, each once, with its texts."""
    left = draft.fields()
    found = {}
    for item in draft.offers:
        # rows have a page of their own: what hangs on them is offered once they are filled in
        asked = (on.code for on in item.commitment.depends_on)
        codes = [code for code in asked if code in left and not left[code]["columns"]]
        fields = [left.pop(code) for code in codes]
        found[item.code] = [
            (field, list(form.fields.get(f"form/{field['code']}") or saved_texts(draft, field)))
            for field in fields
        ]
    return found


@router.post("")
@does("cases_change_draft")
async def chosen(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Keep the choices, and what decides whether there is one: then the page is shown again."""
    form = await filled(request, visitor)
    draft = await drafts.opened(desk, visitor, number)
    try:
        changes, wrong = _read(draft, form)
        draft = await drafts.changed(desk, visitor, form, number, changes)
    except (DataInvalid, CaseChanged) as refusal:
        return _again(request, visitor, await drafts.opened(desk, visitor, number), form, refusal)
    if wrong:
        fault = DataInvalid(f"有 {len(wrong)} 处要填写或改正", errors=wrong)
        return _again(request, visitor, draft, form, fault)
    return see(draft.following(f"/apply/{number}/commitments", or_here="form" in changes))


def _again(
    request: Request, visitor: Member, draft: Draft, form: Filled, refusal: ServiceError
) -> Response:
    return _page(request, visitor, draft, refusal=refusal, filled=form)


def _read(draft: Draft, form: Filled) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return what to change – how each item is to be handled, what was filled in – and what is wrong with that.

    Raises DataInvalid where nothing was chosen: an item without a choice goes the ordinary path, but the applicant is asked.
    """
    open_ = {item.code: item.title for item in draft.offers if item.commitment.offered}
    said = {code: form.text(f"handling/{code}") for code in open_}
    errors = [
        {"pointer": f"/handling/{code}", "detail": f"请选择「{open_[code]}」怎样办理"}
        for code, way in said.items()
        if way not in HANDLINGS
    ]
    if errors:
        raise DataInvalid(f"有 {len(errors)} 个事项要选择办理方式", errors=errors)
    asked = draft.fields()
    first = {each.code for item in draft.offers for each in item.commitment.depends_on}
    fields = [asked[code] for code in sorted(first) if f"form/{code}" in form]
    if not fields:
        return {"handling": said}, []
    kept, wrong = read(draft, fields, form)
    return {"handling": said, "form": kept}, wrong
