"""附带程序 — what one kind of proceeding says of itself, and how every one of them begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from service.workflows.case.parts import Case, Item
from service.workflows.case.situation import CLOCK_ACTOR
from service.workflows.definition import models
from service.workflows.definition.duration import Duration
from service.workflows.definition.models.policy import Severity
from service.workflows.definition.release import WHOLE
from service.workflows.worksheet import Work


def every_item(_: models.ItemDefinition) -> bool:
    """Say that any item can come to it."""
    return True


def checked_promises(item: models.ItemDefinition) -> bool:
    """Tell whether a promise about the item is checked afterwards, and may be found broken."""
    return bool(item.commitment and item.commitment.follow_up)


def nothing_more(_work: Work, _proceeding: Item, _data: Mapping[str, Any]) -> None:
    """Let the end of a proceeding mean nothing beyond itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """程序种类 — all in which one kind of proceeding differs from the others; its states and clocks stand in YAML."""

    code: str  # of its lifecycle
    meets: Callable[[models.ItemDefinition], bool] = every_item  # whether an item can come to it
    ended: Callable[[Work, Item, Mapping[str, Any]], None] = nothing_more  # data: of the last act
    limit: str = ""  # the one of an item's `limits` by which the item asks for it
    by_action: bool = False  # a transition of the item may begin it (`effect: {begin: …}`)
    barred: bool = True  # whom `begin` names as barred may not handle it (四眼)
    inside: bool = False  # what offices do among themselves: nobody's business outside
    readers: frozenset[str] = frozenset()  # posts of its department that alone may read it
    drawn: bool = False  # who handles it is drawn by lot
    longest_extension: Duration | None = None  # of its decision
    hangs_on_grant: bool = False  # pointless once what was granted has ended
    closed_by_head: bool = False  # the head may end it where what it is about is gone
    demanded: bool = False  # the scenarios of a bundle owe it even where none of them handles it


def begin(
    work: Work,
    kind: Kind,
    of: str,
    *,
    department: str,
    barred: str = "",
    severity: Severity | Literal[""] = "",
) -> Item:
    """Begin a proceeding on an item, or on the case as a whole (`of` empty).

    `barred` is the account that may not handle it: who granted does not check (四眼). `severity` is how grave the broken
    promise was that a repair is about.
    """
    follows = of or WHOLE
    proceeding = Item(
        _next_code(work.case, kind.code, follows),
        department,
        kind.code,
        "",
        parent=follows,
        received_at=work.at,
        reviewer=barred,
    )
    proceeding.severity = severity
    proceeding.state = work.machine(proceeding).lifecycle.initial
    work.case.items[proceeding.item] = proceeding
    work.turn_clocks(proceeding, None)
    work.open_task(proceeding)
    states = ("", proceeding.state)
    work.log("start", CLOCK_ACTOR, item=proceeding.item, states=states, data={"follows": follows})
    return proceeding


def open_one(case: Case, code: str, of: str) -> Item | None:
    """Return the proceeding of a kind that is going on about an item; None where there is none."""
    return next(
        (
            item
            for item in case.items.values()
            if item.parent == of and item.lifecycle == code and not item.outcome
        ),
        None,
    )


def _next_code(case: Case, code: str, of: str) -> str:
    """Return `<item>.<lifecycle>`, for a second one with `-2`."""
    earlier = sum(1 for item in case.items.values() if item.parent == of and item.lifecycle == code)
    return f"{of}.{code}" + (f"-{earlier + 1}" if earlier else "")
