"""查询登记 — the verb by which a draft comes to know what a register says."""

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.office.asking import Request
from service.office.case_view import CaseView
from service.office.desk import Answer, Desk, refuse_stale, scope_of, there
from service.office.registers import Said
from service.office.sharing import applicant_or_concerned, who_applies
from service.store import cases
from service.store.database import Connection
from service.store.deciding import decided
from service.workflows.application import whose_record
from service.workflows.case import Actor, Case, RegisterAnswer
from service.workflows.definition import Release
from service.workflows.handling import asked_register
from service.workflows.rights import require_standing, writes


class Consulting(Desk):
    """Registers are asked before anything is locked."""

    async def ask_register(
        self,
        request: Request,
        number: str,
        code: str,
        *,
        consent: bool,
        answer: Answer | None = None,
    ) -> CaseView:
        """Ask a register for the applicant, or for whom the case is about, and keep in the draft what it said.

        Nothing is asked without consent (个人信息保护法 13). What a register does not say is recorded, and typed in.

        Raises:
            NotFound: no such draft. DataInvalid: no such register, no consent, nobody named to ask about. NotPermitted:
                not for this applicant. ActionNotAllowed: it is no draft, or no registers are connected.
        """
        about, said = await self._heard(request, number, code, consent=consent)
        scope = scope_of(request, "register", number)
        kept = RegisterAnswer(
            about=about,
            at=request.now.isoformat(),
            values=dict(said.values),
            receipt=said.receipt,
            fault=said.fault,
        )

        async def once(tx: Connection) -> CaseView:
            found = there(await cases.gather(tx, number=number, key=scope))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            if done := self.repeated(found.answered, request, case, situation, answer):
                return done
            refuse_stale(case, request)
            _refuse_outsiders(case, request.actor, situation.release)
            taken = asked_register(case, code, kept, request.actor, situation)
            return await self.recorded(
                tx, taken, request, situation, was=found.case, scope=scope, answer=answer
            )

        return await decided(self.database, once)

    async def _heard(
        self, request: Request, number: str, code: str, *, consent: bool
    ) -> tuple[str, Said]:
        """Return of whom something was said, and what; only who may send the draft in has anything asked."""
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, request.actor, request.now, connection)
            _refuse_outsiders(case, request.actor, situation.release)
            if self.registers is None:
                raise ActionNotAllowed(
                    "没有接通登记查询，请自己填写", action="ask_register", state=case.state
                )
            release = await self.catalogue.newest(case.bundle, connection)
        register = release.vocabulary.registers.get(code)
        if register is None:
            raise one_field("/register", "这件事不查这个登记")
        if not consent:
            raise one_field("/consent", "申请人同意以后才能查询")
        about = whose_record(release, case, code)
        if not about:
            raise one_field("/register", "请先填写查谁的：姓名和证件号码")
        whose = applicant_or_concerned(release, register.whose, who_applies(case), case.form)
        return about, await self.registers.ask(code, register, whose)


def _refuse_outsiders(case: Case, actor: Actor, release: Release) -> None:
    """Refuse who may not write the draft or not send it in, and anything but a draft."""
    if not writes(release, case, actor):
        raise NotPermitted("只有申请人，或代录入的受理岗可以查询", action="ask_register")
    require_standing(actor, case.applicant_id, case.mandate)
    if case.state != "draft":
        raise ActionNotAllowed("已经提交，不再查询", action="ask_register", state=case.state)
