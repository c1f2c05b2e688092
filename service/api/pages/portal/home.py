"""首页、找事情 — the front door: what can be done, by what people call it; progress by number; help."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter
from service.api.pages.frame import shown
from service.api.pages.visit import Visiting
from service.api.texts import Short
from service.workflows.definition import Release
from service.workflows.telling import matching_bundles

router = APIRouter(include_in_schema=False)
FOR_BUSINESS, FOR_PEOPLE = "开店、办企业", "个人和家庭"
Wanted = Annotated[Short, Query()]


@router.get("/")
async def home(request: Request, desk: Counter, visitor: Visiting) -> Response:
    """Show what can be done, and where to look for a case."""
    return shown(request, visitor, "portal/home.html", groups=grouped(await desk.office.bundles()))


@router.get("/things")
async def things(request: Request, desk: Counter, visitor: Visiting, q: Wanted = "") -> Response:
    """List the bundles that a few words mean, or all of them."""
    every = await desk.office.bundles()
    found = matching_bundles(every, q)
    return shown(
        request, visitor, "portal/things.html", q=q.strip(), found=found, groups=grouped(every)
    )


def grouped(releases: Sequence[Release]) -> dict[str, list[Release]]:
    """Return the bundles by the occasion of life: those that only people apply for, and those of shops and companies."""
    groups: dict[str, list[Release]] = {FOR_BUSINESS: [], FOR_PEOPLE: []}
    for release in releases:
        personal = set(release.bundle.applicants) == {"individual"}
        groups[FOR_PEOPLE if personal else FOR_BUSINESS].append(release)
    return {title: group for title, group in groups.items() if group}
