"""办件里的文件和文书 — what is looked at beside a case: an uploaded file in its frame, a paper to print."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from service.api.auth import Counter
from service.api.pages.frame import shown_paper
from service.api.pages.visit import Clerk
from service.api.rest.papers import PDF, POLICY, address
from service.api.texts import CaseNumber, Whole
from service.errors import NotFound
from service.office.exchange import NO_FILE

router = APIRouter(include_in_schema=False, prefix="/desk/cases/{number}")
# what a browser shows without running anything of ours
LOOKED_AT = frozenset({"application/pdf", "image/png", "image/jpeg"})
FRAMED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
PRIVATE = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}


@router.get("/files/{n}")
async def file(
    number: CaseNumber, n: Whole, desk: Counter, visitor: Clerk, *, download: bool = False
) -> Response:
    """Show an uploaded file in its frame on our own page; kinds that a browser does not merely show are handed over."""
    view = await desk.office.case(visitor.actor, number, visitor.now)
    row = view.case.materials.get(n)
    if row is None or not row.file:
        raise NotFound(NO_FILE)
    info, content = await desk.office.file(visitor.actor, number, row.file, visitor.now)
    shown = info.type in LOOKED_AT and not download
    headers = {
        **PRIVATE,
        "content-length": str(info.size),
        "content-security-policy": FRAMED if shown else "sandbox",
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(info.name, safe='')}",
    }
    return StreamingResponse(content, headers=headers, media_type=info.type)


@router.get("/papers/{n}.pdf")
async def paper_pdf(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: Clerk
) -> Response:
    """Hand over a paper as PDF."""
    base = address(request, desk)
    name, content = await desk.office.paper(visitor.actor, number, n, "pdf", visitor.now, base=base)
    disposition = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content, headers={**PRIVATE, "content-disposition": disposition}, media_type=PDF
    )


@router.get("/papers/{n}")
async def paper(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: Clerk
) -> Response:
    """Show a paper as it is printed."""
    base = address(request, desk)
    _, content = await desk.office.paper(visitor.actor, number, n, "html", visitor.now, base=base)
    return shown_paper(content, POLICY, **PRIVATE)
