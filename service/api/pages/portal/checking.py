"""检查并提交、提交成功 — all of it once more, then sent in once; the receipt with what happens next."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.portal import drafts, rows
from service.api.pages.portal.drafts import Draft
from service.api.pages.visit import Member, SignedIn
from service.api.rest.papers import address
from service.api.texts import CaseNumber
from service.errors import ActionNotAllowed, CaseChanged, DataInvalid, ServiceError
from service.office import local_date
from service.workflows.case import CASE
from service.workflows.notices import qr_svg, track_address

router = APIRouter(include_in_schema=False, prefix="/apply/{number}")
DECLARE = "declare"


@router.get("/check")
async def check(number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Show all of it, each part with the way to change it."""
    draft = await drafts.draft_or_progress(desk, visitor, number)
    return draft if isinstance(draft, Response) else _page(request, visitor, draft)


def _page(request: Request, visitor: Member, draft: Draft, **more: Any) -> Response:
    # who insists on what the law forbids is not held up: a written decision answers it
    if not draft.guide or not (draft.guide.can_apply or draft.guide.stops):
        return see(f"/apply/{draft.number}")
    return drafts.page(request, visitor, "portal/check.html", draft, places=places(draft), **more)


def places(draft: Draft) -> dict[str, str]:
    """Return where each part is changed, by the pointer of what may be wrong with it."""
    base = f"/apply/{draft.number}"
    found = {
        name: f"{base}/form/{page['n']}#f-{name.replace('/', '-')}"
        for page in draft.content["pages"]
        for section in page["sections"]
        for field in section["fields"]
        for name in [
            f"form/{field['code']}",
            *rows.names_of(field, draft.case.form.get(field["code"])),
        ]
    }
    found |= {
        f"handling/{code}": f"{base}/commitments" for code in (item.code for item in draft.offers)
    }
    here = [DECLARE, "received_on", "document"]
    here += [f"meets_by/{item.code}" for item in draft.offers]
    return found | {name: f"#f-{name.replace('/', '-')}" for name in here}


@router.post("/check")
@does("cases_submit")
async def submit(
    number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Send it in, once however often it is clicked; what is wrong leads to its place."""
    form = await filled(request, visitor)
    try:
        _require_declaration(form)
        await desk.office.submit_draft(
            asked(visitor, form),
            number,
            {},
            meets_by=_meets_by(form),
            received=_received_before(form),
        )
    except ActionNotAllowed as refusal:
        if refusal.facts.get("state") == "draft":
            raise
        return see(f"/apply/{number}/done")
    except (DataInvalid, CaseChanged) as refusal:
        draft = await drafts.draft_or_progress(desk, visitor, number)
        if isinstance(draft, Response):  # it was sent in from another window
            return see(f"/apply/{number}/done")
        return _refused(request, visitor, draft, refusal, form)
    return see(f"/apply/{number}/done")


def _meets_by(form: Filled) -> dict[str, str]:
    """Return until when which promised conditions will be met; what was left empty is met already."""
    return {item: days[0] for item, days in form.beginning("meets_by/").items() if days}


def _received_before(form: Filled) -> dict[str, str] | None:
    """Return when a window received the papers it types in; None when that is today."""
    found = {name: form.text(name) for name in ("received_on", "document")}
    return found if any(found.values()) else None


def _require_declaration(form: Filled) -> None:
    if not form.text(DECLARE):
        raise DataInvalid(
            "还没有提交", errors=[{"pointer": f"/{DECLARE}", "detail": "请确认内容真实后再提交"}]
        )


def _refused(
    request: Request, visitor: Member, draft: Draft, refusal: ServiceError, form: Filled
) -> Response:
    if draft.guide and draft.guide.can_apply:
        return _page(request, visitor, draft, refusal=refusal, filled=form)
    raise refusal


@router.get("/done")
async def done(number: CaseNumber, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Show the receipt on the day it was given; later the address leads to the progress."""
    view = await desk.office.case(visitor.actor, number, visitor.now)
    case = view.case
    if case.state == "draft":
        return see(f"/apply/{number}")
    if not view.own:
        return see(f"/desk/cases/{number}")  # the query code is for who applied
    receipt = next((notice for notice in case.notices.values() if notice.kind == "receipt"), None)
    if receipt is None or local_date(receipt.issued_at) < local_date(visitor.now) or case.closed_at:
        return see(f"/my/cases/{number}")
    track = track_address(address(request, desk), case)
    promise = case.clocks.get((CASE, "promise"))
    return shown(
        request,
        visitor,
        "portal/done.html",
        view=view,
        case=case,
        release=view.release,
        receipt=receipt,
        promised_on=promise.promised_on if promise else None,
        drawn=qr_svg(track, f"办件 {number} 的查询二维码"),
    )
