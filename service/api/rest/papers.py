"""文书 — every notice to read and to print, as a page or as PDF."""

import base64
import hashlib
import re
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter, Desk, SignedIn
from service.api.body import StrictRoute
from service.api.problems import Responses, refusals
from service.api.texts import CaseNumber, Whole
from service.errors import NotFound, NotSignedIn, Unavailable
from service.workflows.notices import PAPER_STYLE

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)

HTML, PDF = "text/html; charset=utf-8", "application/pdf"
STYLE = base64.b64encode(hashlib.sha256(PAPER_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HOST_HEADER = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(:[0-9]{1,5})?")


def described(media: str, what: str) -> Responses:
    """Return how the documentation describes an answer of a kind that is no JSON."""
    return {200: {"description": what, "content": {media.partition(";")[0]: {}}}}


def address(request: Request, desk: Desk) -> str:
    """Return where this service is reached from outside: by its settings, else as the caller reached it."""
    host = request.headers.get("host", "")
    own = f"{request.url.scheme}://{host}" if HOST_HEADER.fullmatch(host) else ""
    return desk.public_url or own


@router.get(
    "/{number}/notices/{n}.html",
    operation_id="papers_html",
    summary="一份文书，网页版，可以打印",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound)
    | described(HTML, "文书，一个完整的网页：没有脚本，不访问别的地址"),
)
async def paper_page(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, caller: SignedIn
) -> Response:
    """内容只取自发出时存下的文书，以后不会变。申请人能看发给自己的，部门还能看发给本部门的。"""
    _, content = await desk.office.paper(
        caller.actor, number, n, "html", caller.now, base=address(request, desk)
    )
    return Response(content, headers={"content-security-policy": POLICY}, media_type=HTML)


@router.get(
    "/{number}/notices/{n}.pdf",
    operation_id="papers_pdf",
    summary="一份文书，PDF",
    response_class=Response,
    responses=refusals(NotSignedIn, NotFound, Unavailable)
    | described(PDF, "文书，A4，PDF/A，文字可以选取和朗读"),
)
async def paper_pdf(
    number: CaseNumber, n: Whole, request: Request, desk: Counter, caller: SignedIn
) -> Response:
    """与网页版内容相同。服务器没有安装 PDF 组件或中文字体时返回 503，说明缺什么。"""
    name, content = await desk.office.paper(
        caller.actor, number, n, "pdf", caller.now, base=address(request, desk)
    )
    return Response(content, headers={"content-disposition": disposition(name)}, media_type=PDF)


def disposition(name: str) -> str:
    """Return the header by which a file is shown in the browser and saved under its name."""
    return f"inline; filename*=UTF-8''{quote(name, safe='')}"
