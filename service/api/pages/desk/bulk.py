"""批量办理 — what was marked in a list, looked at once more before it is done; then a line for each case."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from service.api.auth import Counter, Desk
from service.api.pages.desk.lines import Line, line_of
from service.api.pages.desk.wanted import LONGEST_BACK
from service.api.pages.desk.worklist import beside
from service.api.pages.forms import Filled, asked, does, filled
from service.api.pages.frame import see, shown
from service.api.pages.visit import Clerk, Member
from service.api.rest.bulk import MOST_ENTRIES, BulkId
from service.errors import ServiceError
from service.office import BulkEntry, BulkOrder, BulkResult, TaskFilter, TaskRow, titles

router = APIRouter(include_in_schema=False, prefix="/desk/bulk")
PICK = re.compile(r"([A-Za-z0-9-]{1,40})~([a-z][a-z0-9.-]{0,79})~([0-9]{1,9})")
ACTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
TASK_GONE = "已经不在您的待办里，可能刚刚被别人认领或者办理了"
TASK_TAKEN = "已经有人认领"
OTHER_WAY = "现在的环节不能这样批量办，请打开这一件办理"


@dataclass(frozen=True, slots=True)
class Marked:
    """选中的一件 — as it stands now, or why it cannot be done with the others."""

    entry: BulkEntry
    line: Line | None = None
    why_not: str = ""


@router.get("")
async def check(request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Show what was marked before anything is done."""
    given = request.query_params
    action, picks, back = given.get("action", ""), given.getlist("pick"), given.get("back", "")
    return await _check(request, desk, visitor, action, picks, back)


@router.post("")
@does("bulk_create")
async def act(request: Request, desk: Counter, visitor: Clerk) -> Response:
    """Take the action on each; what has been done stays done whatever becomes of the others."""
    form, back = await filled(request, visitor), request.query_params.get("back", "")[:LONGEST_BACK]
    action = form.text("action")
    entries = entries_of(form.many("pick"))
    if not entries or not ACTION_NAME.fullmatch(action):
        return await _check(request, desk, visitor, action, form.many("pick"), back)
    try:
        view = await desk.office.act_in_bulk(asked(visitor, form, None), BulkOrder(action, entries))
    except ServiceError as refusal:
        picks = form.many("pick")
        return await _check(request, desk, visitor, action, picks, back, form=form, refusal=refusal)
    return see(f"/desk/bulk/{view.id}" + (f"?{urlencode({'back': back})}" if back else ""))


@router.get("/{bulk}")
async def result(
    bulk: BulkId,
    request: Request,
    desk: Counter,
    visitor: Clerk,
    back: Annotated[str, Query(max_length=LONGEST_BACK)] = "",
) -> Response:
    """Show what became of each."""
    view = await desk.office.bulk(visitor.actor, bulk)
    return shown(
        request,
        visitor,
        "desk/bulk_done.html",
        view=view,
        title=view.title or "办理",
        back=back,
        pick=pick,
        done=[each for each in view.results if each.done],
        open=[each for each in view.results if each.done is None],
        refused=[each for each in view.results if each.done is False],
        **await beside(desk, visitor),
    )


def pick(entry: BulkEntry | BulkResult) -> str:
    """Write which item of which case in which version is meant."""
    return f"{entry.number}~{entry.item}~{entry.version or 0}"


def entries_of(picks: Sequence[str]) -> list[BulkEntry]:
    """Read what was marked, each once; what nobody could have marked is left out."""
    read = (PICK.fullmatch(each) for each in dict.fromkeys(picks))
    return [BulkEntry(found[1], found[2], int(found[3])) for found in read if found][:MOST_ENTRIES]


async def _check(
    request: Request,
    desk: Desk,
    visitor: Member,
    action: str,
    picks: Sequence[str],
    back: str,
    *,
    form: Filled | None = None,
    refusal: ServiceError | None = None,
) -> Response:
    marked = await _marked(desk, visitor, action, entries_of(picks))
    known = [dict(each.line.row.bulk) for each in marked if each.line]
    title = next((acts[action] for acts in known if action in acts), "办理")
    return shown(
        request,
        visitor,
        "desk/bulk_check.html",
        filled=form,
        refusal=refusal,
        action=action,
        back=back[:LONGEST_BACK],
        title=titles.TASK_ACTIONS["claim"] if action == "claim" else title,
        ready=[m for m in marked if not m.why_not],
        left_out=[m for m in marked if m.why_not],
        **await beside(desk, visitor),
    )


async def _marked(
    desk: Desk, visitor: Member, action: str, entries: Sequence[BulkEntry]
) -> list[Marked]:
    """Return each marked item as it stands now: what is agreed to is what is shown, not what was seen before."""
    if not entries:
        return []
    numbers = tuple(dict.fromkeys(entry.number for entry in entries))
    found = await desk.office.tasks(
        visitor.actor, TaskFilter("all", numbers=numbers), None, 2 * MOST_ENTRIES, now=visitor.now
    )
    rows = {(row.number, row.item): row for row in found.items}
    return [
        _as_it_stands(entry, rows.get((entry.number, entry.item)), action, visitor)
        for entry in entries
    ]


def _as_it_stands(entry: BulkEntry, row: TaskRow | None, action: str, visitor: Member) -> Marked:
    if row is None:
        return Marked(entry, None, TASK_GONE)
    line = line_of(row, visitor.actor.account)
    if action == "claim":
        return Marked(entry, line, "" if line.claimable else TASK_TAKEN)
    return Marked(entry, line, "" if any(name == action for name, _ in row.bulk) else OTHER_WAY)
