"""一并受理 — the items of a case that are accepted together, and the one certificate that lists them.

Law: 行政许可法 26 ②, 32 ①(五), ②; R-ACC-7: one bundle certificate must list each item with its authority.
"""

from collections.abc import Iterator

from service.errors import ActionNotAllowed, ServiceError
from service.workflows.actions import CaseAction, Data
from service.workflows.case.engine import CLOCK
from service.workflows.case.parts import Item
from service.workflows.case.situation import Action, Actor
from service.workflows.definition.models import Transition
from service.workflows.handling import on_items
from service.workflows.notices import wording
from service.workflows.rights import require_lead_window
from service.workflows.worksheet import Work

LAW = "行政许可法 32"
NAME = "accept_together"
FEWEST = 2


def _lead_window(work: Work, actor: Actor) -> None:
    require_lead_window(work.release, work.case, actor, "一并受理")


def _several_ready(work: Work, actor: Actor, _: str) -> None:
    if len(list(_ready(work, actor))) < FEWEST:
        raise ActionNotAllowed(
            "可以受理的事项不到两个，请逐项受理", action=NAME, law=LAW, state=work.case.state
        )


def _ready(work: Work, actor: Actor) -> Iterator[Action]:
    """Yield the acceptance of each item that this actor may accept now."""
    for item in work.case.items.values():
        machine = work.machine(item)
        if item.state != machine.lifecycle.initial:
            continue
        for transition in machine.leaving(item.state):
            plain = transition.notice == wording.ACCEPTANCE and not transition.needs
            if plain and transition.actors != [CLOCK] and _possible(work, item, transition, actor):
                yield Action(transition.action, item.item)
                break


def _possible(work: Work, item: Item, transition: Transition, actor: Actor) -> bool:
    try:
        on_items.consider(work, item, transition.action, actor)
    except ServiceError:
        return False
    return True


def _accept(work: Work, _: Data, actor: Actor) -> None:
    """Accept each item that is ready; what is not stays where it is."""
    for action in list(_ready(work, actor)):
        on_items.act(work, action, actor)


ACCEPT_TOGETHER = CaseAction(
    name=NAME, title="一并受理", by=_lead_window, when=_several_ready, do=_accept
)
