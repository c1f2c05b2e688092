"""查询登记 — why a register is asked, whose record it is, what it will fill; it is asked only by who agrees."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import asked, does, filled
from service.api.pages.frame import see
from service.api.pages.portal import drafts
from service.api.pages.portal.drafts import Draft
from service.api.pages.visit import Member, SignedIn
from service.api.texts import CaseNumber, Code
from service.errors import CaseChanged, DataInvalid

router = APIRouter(include_in_schema=False, prefix="/apply/{number}/registers/{register}")


@router.get("")
async def ask(
    number: CaseNumber, register: Code, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show what would be asked; what came of it where it was asked already."""
    draft = await drafts.draft_or_progress(desk, visitor, number)
    return draft if isinstance(draft, Response) else _page(request, visitor, draft, register)


def _page(request: Request, visitor: Member, draft: Draft, register: str, **more: Any) -> Response:
    found = next((each for each in draft.content["registers"] if each["code"] == register), None)
    if found is None:
        return see(f"/apply/{draft.number}")
    path = f"/apply/{draft.number}/registers/{register}"
    back = _page_of(draft, found["fields"][0]["code"])
    return drafts.page(
        request, visitor, "portal/register.html", draft, path, register=found, back=back, **more
    )


def _page_of(draft: Draft, field: str) -> str:
    """Return the page of the form on which a field stands."""
    for page in draft.content["pages"]:
        if any(field == each["code"] for part in page["sections"] for each in part["fields"]):
            return f"/apply/{draft.number}/form/{page['n']}"
    return f"/apply/{draft.number}"


@router.post("")
@does("cases_ask_register")
async def agreed(
    number: CaseNumber, register: Code, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Ask, and lead back to what it fills; what was not found is said, with the way to type it in."""
    form = await filled(request, visitor)
    try:
        await desk.office.ask_register(
            asked(visitor, form), number, register, consent=form.text("consent") == "yes"
        )
    except (DataInvalid, CaseChanged) as refusal:
        draft = await drafts.opened(desk, visitor, number)
        return _page(request, visitor, draft, register, refusal=refusal, filled=form)
    draft = await drafts.opened(desk, visitor, number)
    found = next((each for each in draft.content["registers"] if each["code"] == register), None)
    if found is None or found["fault"]:
        return see(f"/apply/{number}/registers/{register}")
    return see(_page_of(draft, found["fields"][0]["code"]))
