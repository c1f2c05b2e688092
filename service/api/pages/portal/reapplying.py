"""重新申请 — from the page of a case to a draft for what came to nothing, with what was told and handed in before."""

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import asked, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.visit import SignedIn
from service.api.texts import CaseNumber

router = APIRouter(include_in_schema=False)


@router.post("/my/cases/{number}/reapply")
@does("cases_reapply")
async def reapply(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Begin the draft, and lead to the list of what is left to do."""
    form = await filled(request, visitor)
    order = asked(visitor, form, seen=None)
    begun = await desk.office.reapply(order, number, form.many("item"))
    draft = await drafts.opened(desk, visitor, begun.case.number)
    await drafts.settled(desk, visitor, order, draft)
    return see(f"/apply/{draft.number}")
