"""首页、找事情 — the front door: what can be done, by what people call it; progress by number; help."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import Visiting
from service.api.texts import Short
from service.office import CaseFilter, CaseSummary
from service.workflows.definition import Release
from service.workflows.telling import matching_bundles

router = APIRouter(include_in_schema=False)
FOR_BUSINESS, FOR_PEOPLE = "开店办企业", "生活大事"  # where a bundle does not say itself
MOST_ASKED = 5
MINE = 2
Wanted = Annotated[Short, Query()]


@router.get("/")
async def home(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Show what can be done, and where to look for a case."""
    every = await desk.office.bundles_by_use()
    return shown(
        request,
        visitor,
        "portal/home.html",
        groups=grouped(every),
        used=len(every) > 1,
        asked=[each.bundle.known_as[0] for each in every if each.bundle.known_as][:MOST_ASKED],
        mine=await _open_cases(desk, visitor),
    )


async def _open_cases(desk: Counter, visitor: Visiting) -> list[CaseSummary]:
    """Return what the visitor has under way, what waits for him first."""
    if visitor.actor is None or visitor.actor.kind != "applicant":
        return []
    found = await desk.office.cases(visitor.actor, CaseFilter(), None, MINE * 5)
    under_way = [row for row in found.items if row.whose != "nobody"]
    return sorted(under_way, key=lambda row: row.whose != "applicant")[:MINE]


@router.get("/things")
async def things(request: Request, desk: Counter, visitor: Visiting, q: Wanted = "") -> Response:
    """List the bundles that a few words mean, or all of them."""
    every = await desk.office.bundles_by_use()
    found = matching_bundles(every, q)
    return shown(
        request, visitor, "portal/things.html", q=q.strip(), found=found, groups=grouped(every)
    )


def grouped(releases: Sequence[Release]) -> dict[str, list[Release]]:
    """Return the bundles by the occasion of life, in the order in which they come: one that says none by who applies."""
    groups: dict[str, list[Release]] = {}
    for release in releases:
        personal = set(release.bundle.applicants) == {"individual"}
        usual = FOR_PEOPLE if personal else FOR_BUSINESS
        groups.setdefault(release.bundle.occasion or usual, []).append(release)
    return groups
