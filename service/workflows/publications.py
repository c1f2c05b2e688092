"""公示 — after a decision for the applicant, its publication is a dated duty of the department (R-DEC-11)."""

from service.workflows import proceedings
from service.workflows.case import Item
from service.workflows.language.models import Transition
from service.workflows.language.release import PUBLICATION
from service.workflows.work import Work


def decided(work: Work, item: Item, transition: Transition, was: str) -> None:
    """Begin the publication of what was just granted, where the item gives it a limit. Law: 行政许可法 40."""
    machine = work.machine(item)
    if item.parent or PUBLICATION not in work.release.items[item.item].limits:
        return
    if was in machine.before_decision and item.state not in machine.before_decision and machine.grants(transition):
        proceedings.begin(work, PUBLICATION, item.item, department=item.department)
