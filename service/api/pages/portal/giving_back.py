"""申请注销 — the holder gives a certificate back: told first what it means, asked for the reason, then sent."""

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Member, SignedIn
from service.api.texts import CaseNumber, ItemCode
from service.errors import NotFound, NotPermitted, ServiceError
from service.office import CaseView, titles
from service.workflows.case import Action

router = APIRouter(include_in_schema=False)
ACTION = "request_deregistration"


@router.get("/my/cases/{number}/give-back/{item}")
async def ask(
    number: CaseNumber, item: ItemCode, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Tell what giving back the certificate of an item means, and ask for the reason."""
    view = await desk.office.case(visitor.actor, number, visitor.now)
    return _page(request, visitor, view, item)


@router.post("/my/cases/{number}/give-back/{item}")
@does("cases_act")
async def give_back(
    number: CaseNumber, item: ItemCode, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Ask for the deregistration."""
    form = await filled(request, visitor)
    data = {"item": item, "reason": form.text("reason")}
    try:
        await desk.office.act(asked(visitor, form), number, Action(ACTION, data=data))
    except ServiceError as refusal:
        if refusal.status not in (409, 422):
            raise
        view = await desk.office.case(visitor.actor, number, visitor.now)
        return _page(request, visitor, view, item, form=form, refusal=refusal)
    return see(f"/my/cases/{number}")


def _page(
    request: Request,
    visitor: Member,
    view: CaseView,
    item: str,
    *,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    if not view.own:
        raise NotPermitted("只有持证人可以申请注销。")
    found = next((c for c in view.case.certificates.values() if c.item == item), None)
    if found is None:
        raise NotFound
    return shown(
        request,
        visitor,
        "portal/give_back.html",
        case=view.case,
        title=view.release.bundle.title,
        certificate=found,
        state_title=titles.CERTIFICATE_STATES[found.state],
        filled=form,
        refusal=refusal,
    )
