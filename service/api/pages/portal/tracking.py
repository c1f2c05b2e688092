"""公开查询与验真 — how far a case is for who has its code; whether a printed paper is genuine. Nobody has to sign in."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter, address_of
from service.api.pages.forms import does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Visiting
from service.errors import DataInvalid, NotFound, TooManyAttempts, one_field
from service.office.titles import APPLICANT_TITLE
from service.workflows.case import SATISFIED, WAITING
from service.workflows.definition import code_spelling
from service.workflows.notices import verdict_on_paper, verdict_on_shown, verdict_refused

router = APIRouter(include_in_schema=False)
CODE = re.compile(r"[A-Za-z0-9-]{1,40}")
NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
LONGEST = 120
Typed = Annotated[str, Query(max_length=60)]


@router.get("/track")
async def track(
    request: Request, visitor: Visiting, number: Typed = "", code: Typed = ""
) -> Response:
    """Ask for number and code; with both, go where they lead."""
    number, code = code_spelling(number), code_spelling(code)
    if NUMBER.fullmatch(number) and CODE.fullmatch(code):
        return see(f"/track/{number}?code={code}")
    wrong = None
    asked = bool(request.url.query)
    if not NUMBER.fullmatch(number) and asked:
        wrong = one_field("/number", "请填收件凭证上的办件编号")
    elif asked:
        wrong = one_field("/code", "请填收件凭证上的查询码")
    return shown(request, visitor, "portal/track.html", refusal=wrong, number=number, code=code)


@router.get("/track/{number}")
async def tracked(
    number: str, request: Request, desk: Counter, visitor: Visiting, code: Typed = ""
) -> Response:
    """Show the public progress: no person, no paper, the name half hidden."""
    number, code = code_spelling(number), code_spelling(code)
    readable = NUMBER.fullmatch(number) and CODE.fullmatch(code)
    try:
        found = await desk.office.track(
            number if readable else "-", code if readable else "-", visitor.now
        )
    except NotFound as refusal:
        return shown(
            request, visitor, "portal/track.html", refusal=refusal, number=number[:60], code=code
        )
    waiting = {
        line["item"] for line in found["where"] if line["department_title"] == APPLICANT_TITLE
    }
    items = [
        {**item, "kind": "warn" if item["item"] in waiting else _kind(item)}
        for item in found["items"]
    ]
    return shown(
        request, visitor, "portal/tracked.html", found={**found, "items": items}, turn=found["turn"]
    )


def _kind(item: dict[str, str]) -> str:
    if item["outcome"]:
        return "ok" if item["outcome"] in SATISFIED | {"passed"} else "bad"
    return "todo" if item["state"] == WAITING else "run"


@router.get("/verify")
async def hear(request: Request, visitor: Visiting) -> Response:
    """Ask for the number of a certificate and the digits that its holder says."""
    return shown(request, visitor, "portal/heard.html", number="", code="")


@router.post("/verify")
@does("documents_heard")
async def heard(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Say what a certificate is that somebody holds out to who cannot scan."""
    form = await filled(request, visitor)
    number, code = form.text("number"), form.text("code")
    try:
        if not number:
            raise one_field("/number", "请填证照编号")
        if not code:
            raise one_field("/code", "请填持证人报的 8 位数字")
        found = await desk.office.heard_certificate(
            number[:LONGEST], code[:LONGEST], visitor.now, address=address_of(request)
        )
    except (NotFound, DataInvalid, TooManyAttempts) as refusal:
        return shown(
            request, visitor, "portal/heard.html", refusal=refusal, number=number, code=code
        )
    return shown(request, visitor, "portal/verify.html", verdict=verdict_on_shown(found))


@router.get("/verify/{token}")
async def shown_certificate(
    token: str, request: Request, desk: Counter, visitor: Visiting
) -> Response:
    """Say what a certificate is that somebody holds out; for programs there is GET /api/v1/documents/shown/{token}."""
    try:
        found = await desk.office.shown_certificate(token[:64], visitor.now)
    except NotFound as refusal:
        return shown(
            request, visitor, "portal/verify.html", 404, verdict=verdict_refused(refusal.detail)
        )
    verdict = verdict_on_shown(found)
    return shown(request, visitor, "portal/verify.html", verdict=verdict)


@router.get("/v/{code}")
async def verify(code: str, request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Say whether a printed paper is genuine; for programs there is GET /api/v1/documents/{code}."""
    code = code_spelling(code).lower()
    try:
        found = await desk.office.document(code, visitor.now) if CODE.fullmatch(code) else None
    except NotFound:
        found = None
    verdict = verdict_on_paper(found)
    return shown(request, visitor, "portal/verify.html", 200 if found else 404, verdict=verdict)
