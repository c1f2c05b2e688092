"""我的待办 — what a clerk must do, the most urgent first; taking a task and giving it back; finding a case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from service.api import noting
from service.api.auth import Counter, Desk
from service.api.pages.desk.lines import Line, line_of
from service.api.pages.desk.place import address
from service.api.pages.desk.wanted import (
    CARD_TITLES,
    LONGEST_BACK,
    ON_A_PAGE,
    VIEW_TITLES,
    Wanted,
    text_of,
    wanted_of,
)
from service.api.pages.forms import asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Clerk, Member
from service.api.texts import CaseNumber, Whole
from service.errors import NotFound, ServiceError
from service.office import CaseFilter, TaskCounts, titles
from service.workflows.definition import Release

router = APIRouter(include_in_schema=False)
HANDED = {"claim": "已认领", "release": "已退还，别人可以认领了", "transfer": "已转办"}


@dataclass(frozen=True, slots=True)
class Choices:
    """可选的筛选 — (code, title) of the bundles and items that can be on this clerk's lists."""

    bundles: Sequence[tuple[str, str]]
    items: Sequence[tuple[str, str]]


@router.get("/desk")
async def worklist(request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Show a list of tasks."""
    return await _page(request, desk, visitor, wanted_of(request.query_params))


@router.get("/desk/search")
async def search(request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Find a case among all that the clerk may see; the only one is opened at once."""
    text, cursor = text_of(request.query_params), wanted_of(request.query_params).cursor
    if not text:
        return see("/desk")
    found = await desk.office.cases(visitor.actor, CaseFilter(text=text), cursor, ON_A_PAGE)
    noting.listed(desk, visitor.actor, "cases")
    if len(found.items) == 1 and not cursor and not found.next:
        return see(f"/desk/cases/{found.items[0].number}")
    return shown(
        request,
        visitor,
        "desk/found.html",
        text=text,
        rows=found.items,
        next=found.next,
        cursor=cursor,
        **await beside(desk, visitor),
    )


@router.post("/desk/tasks/{number}/{n}/{verb}")
@does("tasks_claim")
async def hand(
    number: CaseNumber,
    n: Whole,
    verb: Literal["claim", "release"],
    request: Request,
    desk: Counter,
    visitor: Clerk,
) -> Response:
    """Take a task or give it back, and go on where one was."""
    form = await filled(request, visitor)
    back = wanted_of(dict(parse_qsl(form.text("back")[:LONGEST_BACK])))
    verbs = {"claim": desk.office.claim, "release": desk.office.release_task}
    try:
        await verbs[verb](asked(visitor, form), number, n)
    except NotFound:
        raise
    except ServiceError as refusal:
        return await _page(request, desk, visitor, back, refusal=refusal)
    if item := form.text("item"):
        # taken or given back on the page of the case: that is where one stays
        return see(address(number, item=item, back=back.query, done=verb))
    joined = f"{back.query}&" if back.query else ""
    return see(f"/desk?{joined}done={verb}&of={number}")


async def _page(
    request: Request,
    desk: Desk,
    visitor: Member,
    wanted: Wanted,
    *,
    refusal: ServiceError | None = None,
) -> Response:
    found = await desk.office.tasks(
        visitor.actor, wanted.filter, wanted.cursor, ON_A_PAGE, now=visitor.now
    )
    noting.listed(desk, visitor.actor, "tasks")
    lines = [line_of(row, visitor.actor.account) for row in found.items]
    said = request.query_params.get("done", "") if refusal is None else ""
    return shown(
        request,
        visitor,
        "desk/worklist.html",
        fragment="list",
        refusal=refusal,
        wanted=wanted,
        lines=lines,
        following=wanted.following(found.next, len(lines)) if found.next else "",
        acts=bulk_acts(lines),
        choices=await choices(desk, visitor),
        said=HANDED.get(said, ""),
        of=request.query_params.get("of", "")[:40],
        awaited=await desk.office.awaited_signatures(visitor.actor),
        **await beside(desk, visitor, wanted),
    )


def bulk_acts(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """Return the (action, title) that can be tried on several of these rows at once."""
    found = dict(way for line in lines for way in line.row.bulk)
    if any(line.claimable for line in lines):
        found["claim"] = titles.TASK_ACTIONS["claim"]
    return list(found.items())


async def beside(desk: Desk, visitor: Member, wanted: Wanted | None = None) -> dict[str, Any]:
    """Return what stands beside every list: the views and how many there are in each."""
    counts = await desk.office.task_counts(visitor.actor)

    def many(n: int) -> str:
        return f"{counts.most - 1}+" if n >= counts.most else str(n)

    return {"views": views(counts, many), "counts": counts, "many": many, "here": _name(wanted)}


def _name(wanted: Wanted | None) -> str:
    if wanted is None:
        return ""
    by = wanted.filter
    return by.card if by.view == "all" and by.card else by.view


def views(counts: TaskCounts, many: Callable[[int], str]) -> list[tuple[str, str, str, str, str]]:
    """Return (name, title, query, shape, how many) of each view."""
    return [
        ("all", VIEW_TITLES["all"], "", "", many(min(counts.most, counts.mine + counts.unclaimed))),
        ("mine", VIEW_TITLES["mine"], "view=mine", "", many(counts.mine)),
        ("unclaimed", VIEW_TITLES["unclaimed"], "view=unclaimed", "", many(counts.unclaimed)),
        ("yellow", CARD_TITLES["yellow"], "card=yellow", "warn", many(counts.yellow)),
        ("red", CARD_TITLES["red"], "card=red", "bad", many(counts.red)),
        ("waiting", VIEW_TITLES["waiting"], "view=waiting", "pause", many(counts.waiting)),
        ("done", VIEW_TITLES["done"], "view=done", "", ""),
    ]


async def choices(desk: Desk, visitor: Member) -> Choices:
    """Return what the lists of this clerk can be narrowed to: what the department owns, and what it checks as the lead."""
    bundles: dict[str, str] = {}
    items: dict[str, str] = {}
    for release in await desk.office.bundles():
        own = _items(release, visitor.actor.department)
        if own:
            bundles[release.bundle.code] = release.bundle.title
            items |= own
    return Choices(list(bundles.items()), sorted(items.items(), key=lambda item: item[1]))


def _items(release: Release, department: str) -> dict[str, str]:
    checks_all = release.bundle.lead == department and release.bundle.acceptance == "lead"
    return {
        code: item.title
        for code, item in release.items.items()
        if checks_all or item.department == department
    }
