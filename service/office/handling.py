"""办理 — one action on an item or on a case, by whoever may take it."""

from dataclasses import replace
from datetime import datetime

from service.office import sight
from service.office.asking import Request
from service.office.assembling import changed_keys
from service.office.attachments import with_own_files
from service.office.case_view import CaseView
from service.office.desk import Answer, Desk, refuse_stale, scope_of, there
from service.office.sharing import asked, who_applies
from service.store import cases
from service.store.database import Connection
from service.store.deciding import decided
from service.workflows.case import UNDRAWN, Action, Actor, Shared
from service.workflows.rights import is_applicant
from service.workflows.step import step


class Handling(Desk):
    """The verb behind every click on a case."""

    async def act(
        self, request: Request, number: str, action: Action, *, answer: Answer | None = None
    ) -> CaseView:
        """Take one action; `answer` renders the body that is stored under the request's key.

        Raises:
            NotFound: no such case, or not this actor's. CaseChanged: another was faster. KeyReused: another request
                had this key. ServiceError: the refusal of `step`.
        """
        shared = await self._shared_materials(request, number, action)
        scope = scope_of(request, "act", number, action.item)

        async def once(tx: Connection) -> CaseView:
            found, case = await self.gathered(tx, number, scope)
            case, situation = await self.opened(found, request.actor, request.now, tx, case)
            if done := self.repeated(found.answered, request, case, situation, answer):
                return done
            refuse_stale(case, request, action.item)
            sight.refuse_hidden(case, request.actor, action)
            checked = await with_own_files(
                tx, self.folder, action, request.actor, situation.release
            )
            taken = step(case, checked, request.actor, replace(situation, shared=shared))
            return await self.recorded(
                tx, taken, request, situation, was=found.case, scope=scope, answer=answer
            )

        return await decided(self.database, once)

    async def foresee(self, actor: Actor, number: str, action: Action, now: datetime) -> CaseView:
        """Return the case as an action would leave it, and what it would change; nothing is recorded.

        Raises what `act` would raise. Numbers and lots that are drawn at the record are missing.
        """
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            sight.refuse_hidden(case, actor, action)
            action = await with_own_files(connection, self.folder, action, actor, situation.release)
        taken = step(case, action, actor, replace(situation, lot=UNDRAWN))
        return CaseView.of(
            taken.case,
            actor,
            situation,
            events=taken.events,
            changed=changed_keys(case, taken.case),
        )

    async def _shared_materials(
        self, request: Request, number: str, action: Action
    ) -> dict[str, Shared]:
        """Ask for what is to come from sharing, before anything is locked, and only for the applicant."""
        given = action.data.get("materials")
        if self.sharing is None or not isinstance(given, list):
            return {}
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, request.actor, request.now, connection)
        if not is_applicant(case, request.actor):
            return {}
        return await asked(self.sharing, situation.release, given, who_applies(case), case.form)
