"""文书与文件 — the papers of one's own case to read, print and keep; the files that were handed in."""

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown, shown_paper
from service.api.pages.visit import SignedIn
from service.api.promised import promise_of
from service.api.rest.files import download
from service.api.rest.papers import PDF, POLICY, address, disposition
from service.api.texts import CaseNumber, ItemCode, Sha256, Whole
from service.errors import NotFound

router = APIRouter(include_in_schema=False, prefix="/my/cases/{number}")


@router.get("/promises/{item}")
async def promise(
    number: CaseNumber, item: ItemCode, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show a promise as it was signed, to read and to print. Answers 404 where there is none for this reader."""
    view = await desk.office.case(visitor.actor, number, visitor.now)
    found = promise_of(view, item)
    if found is None:
        raise NotFound
    return shown(request, visitor, "portal/promise.html", promise=found, case=view.case)


@router.get("/papers/{n}.pdf")
async def paper_pdf(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show a paper as PDF. Answers 503 and says what is missing where PDFs cannot be made."""
    name, content = await desk.office.paper(
        visitor.actor, number, n, "pdf", visitor.now, base=address(request, desk)
    )
    headers = {"content-disposition": disposition(name), "cache-control": "no-store"}
    return Response(content, headers=headers, media_type=PDF)


@router.get("/papers/{n}")
async def paper(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show a paper as a page to read and to print: the paper and nothing else."""
    _, content = await desk.office.paper(
        visitor.actor, number, n, "html", visitor.now, base=address(request, desk)
    )
    return shown_paper(content, POLICY)


@router.get("/files/{file}")
async def file(number: CaseNumber, file: Sha256, desk: Counter, visitor: SignedIn) -> Response:
    """Give back a file that was handed in, always to be saved, never opened within the page."""
    return download(*await desk.office.file(visitor.actor, number, file, visitor.now))
