"""想看哪些待办 — the list that an address asks for: a view, what it is narrowed to, and where its page begins.

Everything stands in the query string, so that a list can be kept, sent and come back to. What an address cannot mean is
left out rather than refused: a filter that nobody knows narrows nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from service.api.texts import text_fault
from service.office import TaskFilter, View

ON_A_PAGE = 25
LONGEST_TEXT, LONGEST_BACK = 120, 1000
VIEW_TITLES: dict[View, str] = {
    "all": "我的待办",
    "mine": "我认领的",
    "unclaimed": "待认领",
    "waiting": "等申请人",
    "done": "我办过的",
}
CARD_TITLES = {"yellow": "临期黄牌", "red": "超期红牌"}
CODE_TEXT = re.compile(r"[a-z][a-z0-9.-]{0,79}")
CURSOR_TEXT = re.compile(r"[A-Za-z0-9_=-]{0,600}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """想看的列表 — `start` is how many rows were before this page, for counting only."""

    filter: TaskFilter
    cursor: str = ""
    start: int = 0

    @property
    def title(self) -> str:
        """Return what the list is called."""
        if self.filter.view == "all" and self.filter.card in CARD_TITLES:
            return CARD_TITLES[self.filter.card]
        return VIEW_TITLES[self.filter.view]

    @property
    def narrowed(self) -> bool:
        """Tell whether anything but the view was chosen."""
        by = self.filter
        return bool(by.bundle or by.item or by.text or (by.card and by.view != "all"))

    @property
    def query(self) -> str:
        """Return the query string of this page of the list."""
        return _written(self.filter, self.cursor, self.start)

    @property
    def first(self) -> str:
        """Return the query string of the first page."""
        return _written(self.filter)

    @property
    def whole(self) -> str:
        """Return the query string of the same view without filters."""
        by = TaskFilter(self.filter.view)
        return _written(by if self.filter.view != "all" else replace(by, card=self.filter.card))

    def following(self, cursor: str, shown: int) -> str:
        """Return the query string of the page after this one."""
        return _written(self.filter, cursor, self.start + shown)


def _written(by: TaskFilter, cursor: str = "", start: int = 0) -> str:
    given = {
        "view": "" if by.view == "all" else by.view,
        "card": by.card,
        "bundle": by.bundle,
        "item": by.item,
        "text": by.text,
        "cursor": cursor,
        "start": str(start or ""),
    }
    return urlencode({name: value for name, value in given.items() if value})


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """Read which list an address asks for."""
    view: View = next((each for each in VIEW_TITLES if each == given.get("view")), "all")
    card, cursor, start = (given.get(name, "") for name in ("card", "cursor", "start"))
    if card not in CARD_TITLES:
        card = ""
    by = TaskFilter(view, card, _code(given, "bundle"), _code(given, "item"), text_of(given))
    if not cursor or not CURSOR_TEXT.fullmatch(cursor):
        return Wanted(by)
    counts = start.isascii() and start.isdigit() and len(start) < 7
    return Wanted(by, cursor, int(start) if counts else 0)


def text_of(given: Mapping[str, str]) -> str:
    """Return what was typed to find something; empty for what no text can hold."""
    text = given.get("text", "").strip()[:LONGEST_TEXT]
    return "" if text_fault(text) else text


def _code(given: Mapping[str, str], name: str) -> str:
    code = given.get(name, "")
    return code if CODE_TEXT.fullmatch(code) else ""
