"""附随程序的终结 — what hangs on a grant is closed when the grant has ended: there is nothing left to check or to publish.

The way to repair a credit record stays open: it hangs on the record. Law: 行政许可法 61、70.
"""

from service.workflows.case.engine import STOPPED
from service.workflows.case.parts import Item
from service.workflows.case.situation import CLOCK_ACTOR
from service.workflows.notices import wording
from service.workflows.proceedings import KINDS
from service.workflows.worksheet import Work


def close(work: Work, of: Item, why: str) -> None:
    """Close every open proceeding about an item that hangs on its grant; each with an event and a paper of its own."""
    for item in list(work.case.items.values()):
        hangs = item.parent == of.item and KINDS[item.lifecycle].hangs_on_grant
        if hangs and not item.outcome:
            _close(work, item, why)


def _close(work: Work, item: Item, why: str) -> None:
    was, cycle = item.state, work.machine(item).lifecycle
    end(work, item, why)
    text = f"「{work.release.title_of(item.parent)}」{why}，{cycle.title}不再进行。"
    work.issue("stopped", item.item, wording.plain("stopped", text))
    data = {"why": why, "caused_by": item.parent}
    work.log("stop", CLOCK_ACTOR, item=item.item, states=(was, STOPPED), data=data)


def end(work: Work, item: Item, why: str) -> None:
    """End a proceeding that has nothing left to be about; who does so tells it."""
    item.state, item.outcome, item.final_at, item.note = STOPPED, "stopped", work.at, why
    work.turn_clocks(item, None)
    work.close_tasks(item.item)
