"""转办 — hand a task over to a colleague of the same post: who, and why if there is something to say."""

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.desk.wanted import LONGEST_BACK, wanted_of
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Clerk, Member
from service.api.texts import CaseNumber, Whole
from service.errors import NotFound, ServiceError, one_field

router = APIRouter(include_in_schema=False, prefix="/desk/tasks/{number}/{n}/transfer")
LONGEST_REASON = 2000


@router.get("")
async def choose(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: Clerk
) -> Response:
    """Ask to whom."""
    return await _page(request, desk, visitor, number, n, request.query_params.get("back", ""))


@router.post("")
@does("tasks_claim")
async def hand_over(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: Clerk
) -> Response:
    """Hand it over, and go on with the list."""
    form = await filled(request, visitor)
    back, reason = form.text("back"), form.text("reason")
    try:
        if not form.text("to"):
            raise one_field("/to", "请选择转给谁")
        if len(reason) > LONGEST_REASON:
            raise one_field("/reason", f"最多 {LONGEST_REASON} 个字")
        await desk.office.transfer(asked(visitor, form), number, n, form.text("to"), reason)
    except NotFound:
        raise
    except ServiceError as refusal:
        return await _page(request, desk, visitor, number, n, back, form=form, refusal=refusal)
    query = wanted_of(dict(parse_qsl(back[:LONGEST_BACK]))).query
    return see(f"/desk?{query}{'&' if query else ''}done=transfer&of={number}")


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    number: str,
    n: int,
    back: str,
    *,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    view = await desk.office.case(visitor.actor, number, visitor.now)
    people = await desk.office.colleagues(visitor.actor, number, n, visitor.now)
    task = view.case.tasks[n]
    return shown(
        request,
        visitor,
        "desk/handover.html",
        filled=form,
        refusal=refusal,
        view=view,
        n=n,
        people=people,
        item=view.case.items[task.item],
        back=back[:LONGEST_BACK],
    )
