"""在列表里的位置 — which list a case was opened from, and which case comes before and after it there."""

from dataclasses import dataclass, fields
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode

from service.api.auth import Desk
from service.api.pages.visit import Member
from service.office import TaskFilter, TaskRow
from service.office.asking import View

LONGEST = 1000
ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """位置 — `back` is the list's query string; `n` counts from one and is 0 when the case is not on that page."""

    back: str
    n: int = 0
    of: int = 0
    before: str = ""
    after: str = ""


async def place_of(desk: Desk, visitor: Member, back: str, number: str, item: str) -> Place:
    """Return where a case stands in the list it was opened from."""
    rows = await _rows(desk, visitor, back)
    at = next((i for i, row in enumerate(rows) if row.number == number and row.item == item), None)
    if at is None:
        at = next((i for i, row in enumerate(rows) if row.number == number), None)
    if at is None:
        return Place(back, of=len(rows), after=_address(rows[0], back) if rows else "")
    before = _address(rows[at - 1], back) if at else ""
    after = _address(rows[at + 1], back) if at + 1 < len(rows) else ""
    return Place(back, at + 1, len(rows), before, after)


async def _rows(desk: Desk, visitor: Member, back: str) -> list[TaskRow]:
    given = dict(parse_qsl(back[:LONGEST]))
    cursor = given.pop("cursor", None)
    known = {each.name for each in fields(TaskFilter)}
    wanted: dict[str, Any] = {name: value for name, value in given.items() if name in known}
    wanted.pop("numbers", None)
    if wanted.get("view") not in get_args(View):
        wanted["view"] = "all"
    found = await desk.office.tasks(visitor.actor, TaskFilter(**wanted), cursor, ON_A_PAGE, now=visitor.now)
    return list(found.items)


def _address(row: TaskRow, back: str) -> str:
    return address(row.number, item=row.item, back=back)


def address(number: str, action: str = "", **query: str) -> str:
    """Return the address of a case at the desk, or of one action on it; what is empty is left out."""
    given = urlencode({name: value for name, value in query.items() if value})
    path = f"/desk/cases/{number}" + (f"/do/{action}" if action else "")
    return f"{path}?{given}" if given else path
