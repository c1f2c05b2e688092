"""所见 — which state of one item somebody has seen: what others do on other items of the case does not change it.

It is told as a short tag, which says nothing by itself: `i-` and 16 hexadecimal digits of a digest salted by the case.
"""

import hashlib
from operator import attrgetter
from typing import Any

from service.workflows.case.parts import Case
from service.workflows.case.record import plain_bytes
from service.workflows.case.rows import row_of

PREFIX = "i-"
_DIGITS = 16
# of a clock, what is shown and decided by; not its card, which only says that time has passed
_CLOCK = ("clock", "spans", "state", "promised_on", "statutory_on", "due_on", "expiry")
_of_clock = attrgetter(*_CLOCK)


def item_seen(case: Case, code: str) -> str:
    """Return the tag of an item as it stands: its row, its limits, who has it before him, and what was handed in.

    Papers and answers belong to the whole case: whoever looked at an item has looked at them, too. Raises KeyError.
    """
    known: list[Any] = [case.salt, row_of("items", case.items[code])]
    known += [_of_clock(clock) for clock in case.clocks.values() if clock.item == code]
    known += [
        [task.n, task.person]
        for task in case.tasks.values()
        if task.item == code and task.done_at is None
    ]
    known += [len(case.materials), case.form, case.answers]
    return PREFIX + hashlib.sha256(plain_bytes(known)).hexdigest()[:_DIGITS]
