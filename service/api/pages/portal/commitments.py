"""告知承诺 — the notice and the promise in full, and a free choice for each item; nothing is chosen beforehand."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
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
    notices = {item.code: prose(item.commitment.notice) for item in draft.offers}
    return drafts.page(
        request,
        visitor,
        "portal/commitments.html",
        draft,
        path,
        texts=texts,
        notices=notices,
        following=draft.following(path),
        **more,
    )


@router.post("")
@does("cases_change_draft")
async def chosen(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Keep the choices. An item without one goes the ordinary path in the end, but the applicant is asked."""
    form = await filled(request, visitor)
    draft = await drafts.opened(desk, visitor, number)
    try:
        draft = await drafts.changed(desk, visitor, form, number, {"handling": _read(draft, form)})
    except (DataInvalid, CaseChanged) as refusal:
        return _again(request, visitor, await drafts.opened(desk, visitor, number), form, refusal)
    return see(draft.following(f"/apply/{number}/commitments"))


def _again(
    request: Request, visitor: Member, draft: Draft, form: Filled, refusal: ServiceError
) -> Response:
    return _page(request, visitor, draft, refusal=refusal, filled=form)


def _read(draft: Draft, form: Filled) -> dict[str, str]:
    """Return how each item is to be handled. Raises DataInvalid where nothing was chosen."""
    open_ = {item.code: item.title for item in draft.offers if item.commitment.offered}
    said = {code: form.text(f"handling/{code}") for code in open_}
    errors = [
        {"pointer": f"/handling/{code}", "detail": f"请选择「{open_[code]}」怎样办理"}
        for code, way in said.items()
        if way not in HANDLINGS
    ]
    if errors:
        raise DataInvalid(f"有 {len(errors)} 个事项要选择办理方式", errors=errors)
    return said
