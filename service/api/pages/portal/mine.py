"""我的办件 — the cases of who has signed in: whose turn it is, until when, where to go on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import SignedIn
from service.api.texts import Cursor
from service.office import CaseFilter, local_date

router = APIRouter(include_in_schema=False)
AT_ONCE = 20


@router.get("/my/cases")
async def my_cases(
    request: Request,
    desk: Counter,
    visitor: SignedIn,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Response:
    """Show what was applied for and what is still being written, newest first."""
    found = await desk.office.cases(visitor.actor, CaseFilter(), cursor, AT_ONCE)
    return shown(
        request,
        visitor,
        "portal/my_cases.html",
        rows=found.items,
        today=local_date(visitor.now),
        cursor=cursor or "",
        following=found.next,
    )
