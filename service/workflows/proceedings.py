"""附带程序 — what follows a decision beside the items: each an item row of its own, with a standard lifecycle.

Its code is `<item>.<lifecycle>`, or `case.<lifecycle>` for the case as a whole; a second one of the same kind ends in
`-2`. A proceeding never changes whether the case is closed: the closed case stays closed.
"""

from collections.abc import Mapping
from typing import Any

from service.workflows.case import Case, Item
from service.workflows.language.release import WHOLE
from service.workflows.situation import CLOCK_ACTOR
from service.workflows.work import Work

INSIDE = frozenset({"supervision", "redress"})  # what offices do among themselves: nobody's business outside


def begin(
    work: Work, kind: str, of: str, *, department: str, barred: str = "", special: Mapping[str, Any] | None = None
) -> Item:
    """Begin a proceeding of a kind (the code of its lifecycle) on an item, or on the case as a whole (`of` empty).

    `special` is what the proceeding knows of itself from its beginning. `barred` is the account that may not handle it:
    who granted does not check (四眼).
    """
    code = _code(work.case, kind, of or WHOLE)
    item = Item(code, department, kind, "", parent=of or WHOLE, received_at=work.at, reviewer=barred)
    item.special = dict(special or {})
    item.state = work.machine(item).lifecycle.initial
    work.case.items[code] = item
    work.turn_clocks(item, None)
    work.open_task(item)
    work.log("start", CLOCK_ACTOR, item=code, states=("", item.state), data={"follows": of or WHOLE})
    return item


def open_one(case: Case, kind: str, of: str) -> bool:
    """Tell whether a proceeding of a kind on an item is going on."""
    return any(i.parent == of and i.lifecycle == kind and not i.outcome for i in case.items.values())


def _code(case: Case, kind: str, of: str) -> str:
    earlier = sum(1 for item in case.items.values() if item.parent == of and item.lifecycle == kind)
    return f"{of}.{kind}" + (f"-{earlier + 1}" if earlier else "")
