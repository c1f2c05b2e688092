"""我的证照 — the certificates one holds: the face to read and to print, the code to show, the PDF to keep.

A clerk of the department that issued one and supervision see the same page; who else asks is told that there is none.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import StringConstraints

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import SignedIn
from service.api.rest.papers import PDF, address, disposition
from service.api.texts import Clean, Cursor
from service.errors import ActionNotAllowed, NotPermitted
from service.office import titles
from service.workflows.notices import SCAN_CERTIFICATE, qr_svg

router = APIRouter(include_in_schema=False)
AT_ONCE = 20
Number = Annotated[Clean, StringConstraints(min_length=1, max_length=100), Path()]


@router.get("/my/certificates")
async def certificates(
    request: Request,
    desk: Counter,
    visitor: SignedIn,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Response:
    """List what the applicant holds, the newest first. Raises NotPermitted for who holds nothing here by office."""
    if visitor.actor is None or visitor.actor.kind != "applicant":
        raise NotPermitted("这里是申请人自己的证照；部门发出的证照在办件里看")
    found = await desk.office.certificates(visitor.actor, visitor.now, cursor, AT_ONCE)
    return shown(
        request,
        visitor,
        "portal/certificates.html",
        rows=found.items,
        states=titles.CERTIFICATE_STATES,
        following=found.next,
    )


@router.get("/my/certificates/{certificate}")
async def certificate(
    certificate: Number, request: Request, desk: Counter, visitor: SignedIn
) -> Response:
    """Show how it looks today."""
    return await _face(certificate, request, desk, visitor, "portal/certificate.html")


@router.get("/my/certificates/{certificate}/show")
async def show(certificate: Number, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Hold out a code that is good for five minutes, as large as a phone lets it. Raises NotPermitted for others."""
    face = await desk.office.face(
        visitor.actor, certificate, visitor.now, base=address(request, desk)
    )
    showing, code = None, ""
    try:
        showing = await desk.office.show_certificate(visitor.actor, certificate, visitor.now)
        code = qr_svg(f"{address(request, desk)}/verify/{showing.token}", SCAN_CERTIFICATE)
    except ActionNotAllowed:  # it does not hold today: the page says so
        pass
    return shown(
        request,
        visitor,
        "portal/certificate_show.html",
        face=face,
        showing=showing,
        code=code,
        here=_said(address(request, desk)),
    )


def _said(url: str) -> str:
    """Return an address as one says it to somebody."""
    return url.partition("://")[2]


@router.get("/my/certificates/{certificate}/face.pdf")
async def pdf(certificate: Number, request: Request, desk: Counter, visitor: SignedIn) -> Response:
    """Hand it over as PDF/A. Answers 503 and says what is missing where PDFs cannot be made."""
    name, content = await desk.office.face_pdf(
        visitor.actor, certificate, visitor.now, base=address(request, desk)
    )
    headers = {"content-disposition": disposition(name), "cache-control": "no-store"}
    return Response(content, headers=headers, media_type=PDF)


async def _face(
    number: str, request: Request, desk: Counter, visitor: SignedIn, template: str
) -> Response:
    face = await desk.office.face(visitor.actor, number, visitor.now, base=address(request, desk))
    held = await desk.office.certificate(visitor.actor, number, visitor.now)
    code = qr_svg(face.verify_url, SCAN_CERTIFICATE)
    return shown(request, visitor, template, face=face, held=held, code=code)
