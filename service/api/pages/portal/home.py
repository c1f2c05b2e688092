"""首页 — the front door."""

from fastapi import APIRouter, Request, Response

from service.api.pages.frame import shown
from service.api.pages.visit import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, visitor: Visiting) -> Response:
    """Show where to go."""
    return shown(request, visitor, "portal/home.html")
