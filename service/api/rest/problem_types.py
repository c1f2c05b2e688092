"""问题种类 — what a problem's `type` leads to: what it means, in words."""

from html import escape

from fastapi import APIRouter, Request, Response

from service.api.body import StrictRoute
from service.api.problems import kinds, refusals
from service.api.rest.shapes import Shown, json_answer
from service.api.texts import Code
from service.errors import NotFound, ServiceError

router = APIRouter(prefix="/problems", tags=["service"], route_class=StrictRoute)


class ProblemKind(Shown):
    """一种问题。"""

    type: str
    title: str
    status: int


@router.get(
    "/{slug}",
    operation_id="problems_get",
    summary="一种问题的说明",
    response_model=ProblemKind,
    responses=refusals(NotFound),
)
async def get_problem_kind(slug: Code, request: Request) -> Response:
    """浏览器打开得到一页说明，程序得到 JSON。"""
    kind = kinds().get(slug)
    if kind is None:
        raise NotFound("没有这种问题。")
    if "text/html" in request.headers.get("accept", ""):
        return Response(
            _page(kind).encode(), headers={"vary": "accept"}, media_type="text/html; charset=utf-8"
        )
    shown = ProblemKind(type=f"/problems/{slug}", title=kind.title(), status=kind.status)
    return json_answer(shown.model_dump_json(), vary="accept")


def _page(kind: type[ServiceError]) -> str:
    title = escape(kind.title())
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>HTTP {kind.status}　{escape(kind.slug)}</p></html>"
    )
