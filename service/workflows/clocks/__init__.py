"""时限 — the ledger of a clock, the dates that follow from it, and why.

Every function takes a clock and returns a new one or a plain value; after a change of the ledger, `reckon` the clock.
One rule counts days on both sides (R-TIME-1, R-CLK-3): a day counts if the clock was running when it began, so the
day of a start does not count, the day of a stop does and the day of a restart does not.
"""

from service.workflows.clocks.dates import (
    Counts,
    Fallen,
    Spent,
    due_events,
    elapsed,
    mark,
    reckon,
    remaining,
    spent,
)
from service.workflows.clocks.explanation import explain
from service.workflows.clocks.ledger import (
    extend,
    office_receipt,
    resume,
    settle,
    start,
    start_earlier,
    stop,
)
from service.workflows.clocks.limits import compare, deadline
from service.workflows.clocks.remainder import Left, left
from service.workflows.definition.duration import shift

__all__ = [
    "Counts",
    "Fallen",
    "Left",
    "Spent",
    "compare",
    "deadline",
    "due_events",
    "elapsed",
    "explain",
    "extend",
    "left",
    "mark",
    "office_receipt",
    "reckon",
    "remaining",
    "resume",
    "settle",
    "shift",
    "spent",
    "start",
    "start_earlier",
    "stop",
]
