"""督办 — an order of supervision: the head of the department answers it, supervision closes it (R-MON-2)."""

from collections.abc import Iterator

from service.workflows.case.parts import Case, Item
from service.workflows.proceedings.kind import Kind


def open_orders(case: Case) -> Iterator[Item]:
    """Yield the orders that are not closed."""
    return (
        item for item in case.items.values() if item.lifecycle == KIND.code and not item.outcome
    )


KIND = Kind(code="supervision", inside=True)
