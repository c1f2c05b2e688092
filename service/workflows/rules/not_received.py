"""不予受理 — only where the office is not competent, and then with where to apply; or where the law bars the application.

Law: 行政许可法 32 ①(二), 78, 79; R-ACC-4.
"""

from service.workflows.case.situation import Move
from service.workflows.definition.models.terms import COMPETENCE, DECLINE_GROUNDS
from service.workflows.notices.wording import Said
from service.workflows.worksheet import Work


def says(work: Work, move: Move, _: str) -> Said | None:
    """Say on which ground, and where to apply instead."""
    if work.machine(move.item).reasons_for(move.transition) != "decline":
        return None
    ground, where = move.data.get("ground", COMPETENCE), move.data.get("where")
    there = f"请向{where}申请。" if where else ""
    subject = work.release.subject(move.item.item)
    if subject and subject.category == "utility" and ground == COMPETENCE:
        return Said(adds=f"不属于本单位办理范围。{there}")
    return Said(adds=f"{DECLINE_GROUNDS[ground]}。{there}")
