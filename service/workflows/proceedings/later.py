"""承诺条件核实 — promised to be met by a day: until that is checked the certificate may not be used (R-NCP-7)."""

from collections.abc import Mapping
from typing import Any

from service.workflows.case.parts import Case, Item
from service.workflows.definition import models
from service.workflows.proceedings import follow_up
from service.workflows.proceedings.kind import Kind
from service.workflows.worksheet import Work

MET = "passed"


def may_be_promised(item: models.ItemDefinition) -> bool:
    """Tell whether the conditions of an item may be promised for a day to come."""
    return bool(item.commitment and item.commitment.later)


def is_met(case: Case, of: str) -> bool:
    """Tell whether what was promised for a day has been found to be met."""
    return any(
        (item.parent, item.lifecycle, item.outcome) == (of, KIND.code, MET)
        for item in case.items.values()
    )


def day_has_come(work: Work, proceeding: Item, _: Mapping[str, Any]) -> None:
    """The promised day has come: the certificate may be used, or not; either way the check after is due."""
    item, promise = work.case.items[proceeding.parent], work.case.commitments[proceeding.parent]
    met = proceeding.outcome == MET
    for certificate in work.case.certificates.values():
        if met and certificate.item == item.item and certificate.state == "valid":
            certificate.operable_from = work.today
    if item.outcome in ("", "granted"):
        follow_up.draw(work, item, promise, proceeding.reviewer, must=not met)


KIND = Kind(code="later", meets=may_be_promised, ended=day_has_come, hangs_on_grant=True)
