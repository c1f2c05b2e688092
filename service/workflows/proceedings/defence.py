"""撤销前陈述申辩 — as earlier releases opened it beside the revocation: what is open still bars it until it is over.

Nobody opens one any more: who loses a licence is heard once, in the proceeding that decides (ADR 0037).
"""

from datetime import date

from service.workflows.case.parts import Case, Item
from service.workflows.case.situation import Move
from service.workflows.definition import models
from service.workflows.notices import wording
from service.workflows.proceedings.kind import Kind, open_one
from service.workflows.worksheet import Work

REVOKED = "revoked"
REVOCATION = "revocation"  # the proceeding in which it is decided
WINDOW = "window"  # the clock of the right to be heard


def refuse(work: Work, move: Move) -> None:
    """Refuse to revoke, or to decide that it is revoked, while the right to be heard is open."""
    item = move.item
    decided = bool(item.parent and move.effect.parent) and item.lifecycle == REVOCATION
    if not decided and work.machine(item).states[move.transition.to].final != REVOKED:
        return
    if defence := open_one(work.case, KIND.code, item.parent if decided else item.item):
        until = _open_until(work.case, defence)
        when = f"（至{wording.say_date(until)}）" if until else ""
        raise move.refusal(
            f"当事人陈述申辩、听证的权利还没有了结{when}，现在不能撤销", "行政许可法 36、47"
        )


def _open_until(case: Case, defence: Item) -> date | None:
    return case.clocks[defence.item, WINDOW].due_on


def met_no_more(_: models.ItemDefinition) -> bool:
    """Tell that no item meets it."""
    return False


KIND = Kind(code="defence", meets=met_no_more, hangs_on_grant=True)
