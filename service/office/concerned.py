"""事主名下的 — what the archive holds about whom a case is about, as far as its applicant may rest on it."""

from collections.abc import Mapping
from typing import Any

from service.office.assembling import case_of
from service.store import papers
from service.store.cases import Gathered, Opening, Row
from service.store.database import Connection
from service.workflows.application import concerned_named
from service.workflows.case import Case
from service.workflows.definition import Release


async def about_concerned(
    release: Release, beside: Gathered | Opening, new: Case | None, tx: Connection
) -> list[Row]:
    """Return the certificates of whom a case is about: those that its applicant applied for, no others (ADR 0062)."""
    if release.bundle.concerns is None:
        return []
    case = case_of(beside, release) if isinstance(beside, Gathered) else new
    return await _about_named(tx, release, case.applicant_id, case.form) if case else []


async def library_of(
    connection: Connection, release: Release, applicant_id: str, form: Mapping[str, Any]
) -> list[Row]:
    """Return the certificates of an applicant, and what he applied for about whom his form names."""
    own = await papers.certificates_of(connection, applicant_id)
    return own + await _about_named(connection, release, applicant_id, form)


async def _about_named(
    connection: Connection, release: Release, applicant_id: str, form: Mapping[str, Any]
) -> list[Row]:
    person = concerned_named(release, form)
    return await papers.certificates_about(connection, person.id, applicant_id) if person else []
