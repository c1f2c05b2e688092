"""事主名下的 — what the archive holds about whom a case is about, as far as its applicant may rest on it."""

from service.office.assembling import case_of
from service.store import papers
from service.store.cases import Gathered, Opening, Row
from service.store.database import Connection
from service.workflows.application import concerned_in
from service.workflows.case import Case
from service.workflows.definition import Release


async def about_concerned(
    release: Release, beside: Gathered | Opening, new: Case | None, tx: Connection
) -> list[Row]:
    """Return the certificates of whom a case is about: those that its applicant applied for, no others (ADR 0062)."""
    if release.bundle.concerns is None:
        return []
    case = case_of(beside, release) if isinstance(beside, Gathered) else new
    person = concerned_in(release, case) if case else None
    return (
        await papers.certificates_about(tx, person.id, case.applicant_id) if person and case else []
    )
