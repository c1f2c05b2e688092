"""附带程序 — what follows a decision beside the items: each an item row of its own, with a standard lifecycle.

Its code is `<item>.<lifecycle>`, or `case.<lifecycle>` for the case as a whole; a second one of the same kind ends in
`-2`. An order of supervision may also follow another proceeding: `<item>.<lifecycle>.supervision`. Its `parent` is
therefore an item, `case` or a proceeding; what it is about is `release.subject(code)`, nothing for the whole. A
proceeding never changes whether the case is closed: the closed case stays closed.
"""

from collections.abc import Mapping

from service.workflows.proceedings import (
    compensation,
    defence,
    deregistration,
    follow_up,
    later,
    publication,
    redress,
    repair,
    revocation,
    supervision,
)
from service.workflows.proceedings.credit import BREACHES
from service.workflows.proceedings.credit import FOUND as BREACH_TITLES
from service.workflows.proceedings.kind import Kind, begin, open_one

__all__ = [
    "BREACHES",
    "BREACH_TITLES",
    "KINDS",
    "STRIKING_OFF",
    "Kind",
    "begin",
    "is_inside",
    "open_one",
]

STRIKING_OFF = deregistration.KIND.code  # 注销

# In this order a release carries their lifecycles, and its hash with them: a new one comes last.
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        follow_up.KIND,
        later.KIND,
        repair.KIND,
        defence.KIND,
        supervision.KIND,
        redress.KIND,
        deregistration.KIND,
        publication.KIND,
        revocation.KIND,
        compensation.KIND,
    )
}


def is_inside(lifecycle: str) -> bool:
    """Tell whether a lifecycle is that of something offices do among themselves."""
    return lifecycle in KINDS and KINDS[lifecycle].inside
