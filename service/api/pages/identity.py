"""办事身份 — for whom this browser acts: oneself, one's sole trade, an enterprise, somebody who has given a mandate."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.forms import Filled, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.sign import HOME_OF_KIND, Next, own_path
from service.api.pages.visit import Member, only, token_of
from service.errors import ServiceError

router = APIRouter(include_in_schema=False)
Applicant = Annotated[Member, only("applicant")]


@router.get("/identity")
async def identity(
    request: Request,
    desk: Counter,
    visitor: Applicant,
    wanted: Next = "",
    lost: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Show for whom the account may act, to choose from."""
    return await _page(request, desk, visitor, own_path(wanted), lost=bool(lost))


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    wanted: str,
    *,
    lost: bool = False,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    found = await desk.office.identities(visitor.actor.account, visitor.now)
    return shown(
        request,
        visitor,
        "identity.html",
        identities=found,
        wanted=wanted,
        lost=lost,
        filled=form,
        refusal=refusal,
    )


@router.post("/identity")
@does("me_identities")
async def choose(request: Request, desk: Counter, visitor: Applicant) -> Response:
    """Act for another from now on, and go on where one was."""
    form = await filled(request, visitor)
    wanted = own_path(form.text("next"))
    try:
        await desk.office.choose_identity(
            visitor.actor, token_of(request), form.text("identity"), visitor.now
        )
    except ServiceError as refusal:
        return await _page(request, desk, visitor, wanted, form=form, refusal=refusal)
    return see(wanted or HOME_OF_KIND["applicant"])
