"""公开的核查记录 — what was checked, on which day, with which result; for everybody, nobody has to sign in (行政许可法 61)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import Visiting

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 20


@router.get("/inspections")
async def inspections(
    request: Request,
    desk: Counter,
    visitor: Visiting,
    cursor: Annotated[str, Query(max_length=600)] = "",
) -> Response:
    """List the records that are filed, the newest first."""
    found = await desk.office.public_inspections(cursor, ON_A_PAGE)
    return shown(request, visitor, "portal/inspections.html", found=found, first=not cursor)
