"""我的待办 — what a clerk must do, the most urgent first."""

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import Clerk
from service.office import TaskFilter

router = APIRouter(include_in_schema=False)


@router.get("/desk")
async def worklist(request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Show the open tasks."""
    found = await desk.office.tasks(visitor.actor, TaskFilter("all"), now=visitor.now)
    return shown(request, visitor, "desk/worklist.html", rows=found.items)
