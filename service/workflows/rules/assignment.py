"""指派核查人员 — where a decision rests on 检验、检测、检疫, two officers are named within five days of the acceptance.

The limit stands in a section of its own: what stops the limit of the decision (article 45) does not reach it.
Law: 行政许可法 55; R-DEC-10.
"""

from service.workflows import clocks
from service.workflows.case.parts import Clock, Item
from service.workflows.case.situation import Move
from service.workflows.rules.inspection import LEAST_OFFICERS
from service.workflows.worksheet import Start, Work

ASSIGN, LIMIT = "assign", "5wd"


def follows(work: Work, move: Move) -> None:
    """Begin the five days with the acceptance; end them when two are named, or when nothing is left to check."""
    item = move.item
    if item.parent:
        return
    clock = work.case.clocks.get((item.item, ASSIGN))
    if clock is None:
        _begin(work, move)
    elif clock.state != "settled" and _done(work, item):
        work.put(clocks.settle(clock, work.counted_at))


def _begin(work: Work, move: Move) -> None:
    item, machine = move.item, work.machine(move.item)
    needed = work.release.items[item.item].inspection
    intake = machine.acceptance_states
    accepted = move.was in intake and item.state in machine.before_decision - intake
    if needed is None or not accepted:
        return
    counts = move.transition.counts_from
    since = work.counting_from(item, counts) if counts else Start(work.counted_at)
    clock = Clock(item.item, ASSIGN, "指派核查人员", needed.basis, statutory=LIMIT)
    work.begin(clock, since.at, entry=since.entry)


def _done(work: Work, item: Item) -> bool:
    named = len(set(item.officers)) >= LEAST_OFFICERS
    return named or item.state not in work.machine(item).before_decision
