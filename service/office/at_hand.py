"""在手 — cases as this process last recorded them, so that who acts on one again need not read it all once more.

They are believed only where the database says, in the same statement that reads what stands beside the case, that its last
event is still theirs: every row follows from the events, and a step that changes a row adds one.
"""

from collections import OrderedDict
from dataclasses import dataclass

from service.store.cases import Row
from service.workflows.case import Case

MOST = 128  # cases, the longest unused is forgotten first


@dataclass(frozen=True, slots=True)
class Known:
    """手头的一件 — a case as it would be gathered, and its own row."""

    case: Case
    row: Row


class AtHand:
    """在手的办件 — by their number; nobody changes what lies here."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._known: OrderedDict[str, Known] = OrderedDict()

    def of(self, number: str) -> Known | None:
        """Return a case as it was last recorded here."""
        return self._known.get(number)

    def keep(self, known: Known) -> None:
        """Keep a case as it was recorded."""
        number = known.case.number
        self._known[number] = known
        self._known.move_to_end(number)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
