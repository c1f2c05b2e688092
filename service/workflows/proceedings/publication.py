"""公示 — after a decision for the applicant, its publication is a dated duty of the department (R-DEC-11)."""

from service.workflows.case.situation import Move
from service.workflows.definition import models
from service.workflows.proceedings.kind import Kind, begin
from service.workflows.worksheet import Work

LIMIT = "publication"  # in the `limits` of an item


def is_published(item: models.ItemDefinition) -> bool:
    """Tell whether an item gives its publication a limit."""
    return LIMIT in item.limits


def follows(work: Work, move: Move) -> None:
    """Begin the publication of what was just granted, where the item gives it a limit. Law: 行政许可法 40."""
    item, machine = move.item, work.machine(move.item)
    if item.parent or not is_published(work.release.items[item.item]):
        return
    if machine.decides(move.transition, move.was):
        begin(work, KIND, item.item, department=item.department)


KIND = Kind(code="publication", meets=is_published, limit=LIMIT, hangs_on_grant=True)
