"""效能监察的页面 — 查阅留痕: who signed in, was refused, read which case and why; 再次告知: what was asked for twice."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from service.api.auth import Counter
from service.api.pages.desk.wanted import CURSOR_TEXT
from service.api.pages.frame import shown
from service.api.pages.visit import Member, only
from service.api.rest.security import ACCOUNT_NAME, CASE_NUMBER, line_shown
from service.errors import DataInvalid
from service.office import looked_for, titles

router = APIRouter(include_in_schema=False)
Supervisor = Annotated[Member, only("supervisor")]
ON_A_PAGE = 50
FILTERS = ("account", "case", "fact", "since", "until")


@router.get("/watch/security")
async def security(request: Request, desk: Counter, visitor: Supervisor) -> Response:
    """Show the security log, the newest first, narrowed as the address asks."""
    wanted = _wanted(request.query_params)
    cursor = request.query_params.get("cursor", "")
    cursor = cursor if CURSOR_TEXT.fullmatch(cursor) else ""
    refusal: DataInvalid | None = None
    by = looked_for(
        wanted["account"],
        wanted["case"],
        wanted["fact"],
        _day(wanted["since"]),
        _day(wanted["until"]),
    )
    now = desk.clock()
    try:
        found = await desk.office.security_log(visitor.actor, now, by, cursor, ON_A_PAGE)
    except DataInvalid as wrong:  # a marker that was not ours: the first page, and why
        refusal = wrong
        found = await desk.office.security_log(visitor.actor, now, by, "", ON_A_PAGE)
    query = {name: value for name, value in wanted.items() if value}
    return shown(
        request,
        visitor,
        "watch/security.html",
        refusal=refusal,
        wanted=wanted,
        narrowed=bool(query),
        lines=[line_shown(line) for line in found.items],
        facts=titles.SECURITY_FACTS,
        following=urlencode({**query, "cursor": found.next}) if found.next else "",
        begun=bool(cursor) and refusal is None,
    )


@router.get("/watch/notices")
async def second_notices(request: Request, desk: Counter, visitor: Supervisor) -> Response:
    """Show what was asked for twice for one receipt, over all cases, the newest first."""
    cursor = request.query_params.get("cursor", "")
    cursor = cursor if CURSOR_TEXT.fullmatch(cursor) else ""
    refusal: DataInvalid | None = None
    try:
        found = await desk.office.second_notices(visitor.actor, cursor, ON_A_PAGE)
    except DataInvalid as wrong:  # a marker that was not ours: the first page, and why
        refusal = wrong
        found = await desk.office.second_notices(visitor.actor, "", ON_A_PAGE)
    return shown(
        request,
        visitor,
        "watch/notices.html",
        refusal=refusal,
        lines=found.items,
        following=urlencode({"cursor": found.next}) if found.next else "",
        begun=bool(cursor) and refusal is None,
    )


def _wanted(given: Mapping[str, str]) -> dict[str, str]:
    """Read what an address asks for; what it cannot mean narrows nothing."""
    found = {name: given.get(name, "").strip() for name in FILTERS}
    means = {
        "account": bool(ACCOUNT_NAME.fullmatch(found["account"])),
        "case": bool(CASE_NUMBER.fullmatch(found["case"])),
        "fact": found["fact"] in titles.SECURITY_FACTS,
        "since": _day(found["since"]) is not None,
        "until": _day(found["until"]) is not None,
    }
    return {name: value if means[name] else "" for name, value in found.items()}


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date.min + timedelta(days=1) < found < date.max - timedelta(days=1) else None
