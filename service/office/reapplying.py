"""重新申请 — a draft for what came to nothing, with what was told and handed in before; the older case stands as it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.office.applications import Applications
from service.office.asking import ApplicationInput, Request
from service.office.case_view import CaseView
from service.office.desk import CREATED, Answer, as_known_to, scope_of, there
from service.office.reading import later_cases, record_of
from service.store import cases, files
from service.store.database import Connection
from service.workflows.case import Case
from service.workflows.definition import Release
from service.workflows.handling import (
    begun,
    brought_over,
    objected,
    refuse_reapplying,
    told_before,
)


class Reapplying(Applications):
    """The verb by which a case follows another."""

    async def reapply(
        self, request: Request, number: str, items: Sequence[str], *, answer: Answer | None = None
    ) -> CaseView:
        """Begin a draft for items of a case that came to nothing; the older case is locked meanwhile, and not changed.

        Raises:
            NotFound: no such case, or no business with it. NotPermitted: not the applicant. DataInvalid: no such item.
            ActionNotAllowed: it is done, still going on, or was applied for anew already.
        """
        scope = scope_of(request, "reapply", number)
        async with self.database.transaction() as tx:
            found = there(await cases.gather(tx, number=number, key=scope))
            old, _ = await self.opened(found, request.actor, request.now, tx)
            if found.answered:
                return await self._same_again(tx, scope, request, answer)
            release = await self.catalogue.newest(old.bundle, tx)
            later = await later_cases(tx, old, request.actor)
            refuse_reapplying(old, items, release, request.actor, later)
            await self._refuse_many_drafts(tx, request.actor)
            opening = await cases.opening(tx, applicant_id=old.applicant_id, key=scope)
            points = objected(old, items, await record_of(tx, old.id))
            told = told_before(old, points, release)
            case = self._draft_after(request, old, release, opening.serial, told, items)
            papers = list(brought_over(old, items, points, release))
            await _let_reach(tx, request, papers)
            situation = await self.situation(release, request.now, opening, tx)
            situation = as_known_to(request.actor, case, situation)
            taken = begun(case, papers, request.actor, situation)
            return await self.recorded(
                tx, taken, request, situation, was=None, scope=scope, answer=answer, status=CREATED
            )

    def _draft_after(
        self,
        request: Request,
        old: Case,
        release: Release,
        serial: int,
        told: Mapping[str, Mapping[str, object]],
        items: Iterable[str],
    ) -> Case:
        who = {
            "type": old.applicant_type,
            "name": old.applicant_name,
            "id": old.applicant_id,
            "document": old.applicant_document,
        }
        draft = ApplicationInput(old.bundle, who, told["answers"], form=told["form"], draft=True)
        case = self._new(request, draft, release, who, serial)
        return replace(case, reapply_of=old.number, limited_to=sorted(items))


async def _let_reach(tx: Connection, request: Request, papers: Iterable[Mapping[str, str]]) -> None:
    """Let the writer of the draft hand in the files that come over, whoever's account they came in with."""
    actor = request.actor
    named = {paper["file"]: paper["name"] for paper in papers if paper["file"]}
    known = await files.owned(tx, sorted(named), actor.account, actor.department) if named else []
    for sha256 in sorted(named.keys() - {row["sha256"] for row in known}):
        await files.let_reach(
            tx,
            sha256,
            actor.account,
            named[sha256],
            department=actor.department,
            at=request.now,
        )
