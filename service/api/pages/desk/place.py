"""在列表里的位置 — which list a case was opened from, and which case comes before and after it there."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from service.api.auth import Desk
from service.api.pages.desk.wanted import LONGEST_BACK, ON_A_PAGE, Wanted, wanted_of
from service.api.pages.visit import Member


@dataclass(frozen=True, slots=True)
class Place:
    """位置 — `n` counts from the list's first row and is 0 when the case is not on that page any more."""

    wanted: Wanted
    n: int = 0
    more: bool = False  # the list goes on after its last row here
    of: int = 0
    before: str = ""
    after: str = ""

    @property
    def back(self) -> str:
        """Return the list's query string."""
        return self.wanted.query


async def place_of(desk: Desk, visitor: Member, back: str, number: str, item: str) -> Place:
    """Return where a case stands in the list it was opened from; a case that has left it comes before the first."""
    wanted = wanted_of(dict(parse_qsl(back[:LONGEST_BACK])))
    found = await desk.office.tasks(
        visitor.actor, wanted.filter, wanted.cursor, ON_A_PAGE, now=visitor.now
    )
    rows = found.items
    here = [i for i, row in enumerate(rows) if row.number == number]
    at = next((i for i in here if rows[i].item == item), here[0] if here else -1)
    ways = [address(row.number, item=row.item, back=wanted.query) for row in rows]
    return Place(
        wanted,
        wanted.start + at + 1 if here else 0,
        bool(found.next),
        wanted.start + len(rows),
        before=ways[at - 1] if at > 0 else "",
        after=ways[at + 1] if at + 1 < len(ways) else "",
    )


def address(number: str, action: str = "", **query: str) -> str:
    """Return the address of a case at the desk, or of one action on it; what is empty is left out."""
    given = urlencode({name: value for name, value in query.items() if value})
    path = f"/desk/cases/{number}" + (f"/do/{action}" if action else "")
    return f"{path}?{given}" if given else path
