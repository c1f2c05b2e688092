"""填写 — what an application that is still being written comes to, and what the applicant told before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.errors import ActionNotAllowed
from service.office import titles
from service.office.assembling import case_of
from service.office.attachments import fault_of, scans_of
from service.office.desk import Desk, as_known_to, there
from service.office.reading import record_of
from service.store import case_lists, cases
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.calendar import local_date
from service.workflows.case import Actor, Case
from service.workflows.definition import Release
from service.workflows.handling import objected
from service.workflows.notices import say_date
from service.workflows.telling import Earlier, draft_as_it_stands

UNSCANNED: Row = {"scan": "unscanned", "threat": ""}  # from before there was a scanner


@dataclass(frozen=True, slots=True)
class Again:
    """重新申请的原办件 — its number, what was found wrong there, what was told there."""

    number: str
    points: tuple[str, ...]
    told: Earlier


@dataclass(frozen=True, slots=True)
class DraftView:
    """草稿视图 — the draft as it stands, the rules it would be submitted under, and what it comes to under them."""

    case: Case
    release: Release
    content: dict[str, Any]  # see `telling.draft.draft`
    again: Again | None = None


class Filling(Desk):
    """Everything that helps to fill in."""

    async def draft(self, actor: Actor, number: str, now: datetime) -> DraftView:
        """Return what a draft comes to under the newest rules. Raises NotFound, ActionNotAllowed once it is submitted."""
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            if case.state != "draft":
                raise ActionNotAllowed("已经提交，不再是草稿", action="change", state=case.state)
            release = await self.catalogue.newest(case.bundle, connection)
            newest = as_known_to(actor, case, await self.situation(release, now, found, connection))
            row, again = None, await self._reapplied(connection, case)
            if newest.asked and again is None:
                row = await _filed_before(
                    connection,
                    (case.account, case.representation),
                    case.applicant_id,
                    case.bundle,
                )
            known = again.told if again else earlier_of(row)
            scans = await scans_of(connection, case) if self.scanner else None
        before = situation.release if situation.release.hash != release.hash else None
        content = draft_as_it_stands(case, newest, earlier=known, before=before)
        if self.registers is None:
            content = {
                **content,
                "registers": [each for each in content["registers"] if each["said"]],
            }
        return DraftView(case, release, _with_scans(content, scans), again)

    async def _reapplied(self, connection: Connection, case: Case) -> Again | None:
        """Return what a draft that applies anew knows from the older case; its writer was the applicant there."""
        found = await cases.look(connection, number=case.reapply_of)
        if found is None:
            return None
        old = case_of(found, await self.catalogue.release(found.case["release"], connection))
        points = objected(old, case.limited_to, await record_of(connection, old.id))
        told = Earlier(old.form, f"来自您的办件 {old.number}", whole=True)
        return Again(old.number, tuple(point["title"] for point in points), told)

    async def told_before(self, actor: Actor, bundle: str) -> dict[str, Any]:
        """Return the answers of the applicant's own last application for this bundle: {answers, said}; {} when there is none."""
        async with self.database.reading() as connection:
            row = await _filed_before(
                connection, (actor.account, actor.representation), actor.subject, bundle
            )
        if row is None or row["bundle"] != bundle:
            return {}
        return {"answers": row["answers"], "said": _origin(row)}


def _with_scans(content: dict[str, Any], scans: Mapping[str, Row] | None) -> dict[str, Any]:
    """Say at each file what the scanner said of it, as soon as it did; what it found is lacking, as a submission would say.

    `scans` None where there is no scanner.
    """
    lacking = list(content["lacking"])
    papers = []
    for paper in content["papers"]:
        given, scan, fault = paper["given"], None, ""
        if given and given["file"] and scans is not None:
            said = scans.get(given["file"], UNSCANNED)
            scan, fault = said["scan"], fault_of(paper["title"], said)
        if fault:
            lacking.append({"pointer": f"/materials/{paper['code']}", "detail": fault})
        told = {"scan": scan, "scan_title": scan and titles.SCANS[scan], "fault": fault}
        papers.append({**paper, "given": given and {**given, **told}})
    return {**content, "papers": papers, "lacking": lacking}


async def _filed_before(
    connection: Connection, by: tuple[str, str], applicant_id: str, bundle: str
) -> Row | None:
    """An account that files for many has no past of its own: what counts is the applicant's."""
    account, representation = by
    if not account or not applicant_id:
        return None
    return await case_lists.filed_before(
        connection,
        account=account,
        representation=representation,
        applicant_id=applicant_id,
        bundle=bundle,
    )


def earlier_of(row: Row | None) -> Earlier:
    """Return what an earlier application tells."""
    return Earlier(row["form"], _origin(row)) if row else Earlier()


def _origin(row: Row) -> str:
    return f"来自您{say_date(local_date(row['received_at']))}的申请"
