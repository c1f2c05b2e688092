"""差评整改 — what a low grade under one's own name begins (51号; R-EVAL-3, R-EVAL-5)."""

from service.workflows.case.parts import CASE, Item
from service.workflows.proceedings.kind import Kind, begin
from service.workflows.worksheet import Work

KIND = Kind(code="redress", inside=True, readers=frozenset({"head"}))


def begin_redress(work: Work, item: Item | None) -> None:
    """Let the head of the department that is responsible answer for it, not the clerk who was rated.

    An anonymous rating begins none: whoever works on the case would know whose it is (R-EVAL-3).
    """
    department = item.department if item else work.release.bundle.lead
    rated = (item.decided_by or item.first_handler) if item else ""
    begin(work, KIND, item.item if item else CASE, department=department, barred=rated)
