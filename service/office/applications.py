"""申请 — open a case at once or as a draft, change the draft, submit it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, one_field
from service.office.asking import ApplicationInput, Request
from service.office.attachments import (
    checked_files,
    refuse_found,
    refuse_lost,
)
from service.office.case_view import CaseView
from service.office.desk import (
    CREATED,
    Answer,
    as_known_to,
    new_id,
    refuse_stale,
    scope_of,
    there,
)
from service.office.sharing import asked, who_applies
from service.office.signing import verified
from service.office.witnessing import Witnessing
from service.store import cases, papers, purging
from service.store.cases import Gathered, Key
from service.store.database import Connection
from service.store.deciding import decided
from service.workflows.application import applicant_type_of, identity_fault
from service.workflows.calendar import local_date
from service.workflows.case import (
    Action,
    Actor,
    Case,
    Shared,
    Signed,
    Situation,
    one_person,
)
from service.workflows.definition import Release, name_spelling
from service.workflows.handling import changed_draft, draft_materials, kept_draft
from service.workflows.rights import knows_of, require_opening, require_standing, writes
from service.workflows.step import step

NUMBER_PREFIX = "YJS"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another on paper
QUERY_CODE = 8
LONGEST_NAME, LONGEST_ID = 100, 40
NOT_HIS = "只能为正在办事的身份申请；要为别的身份或者委托人办，请先在页面上方换身份"


@dataclass(frozen=True)
class Told:
    """场外答复 — what platforms outside said before the transaction began."""

    shared: Mapping[str, Shared] = field(default_factory=dict)
    signed: Signed | None = None


class Applications(Witnessing):
    """The verbs by which a case comes into being."""

    async def open_case(
        self, request: Request, draft: ApplicationInput, *, answer: Answer | None = None
    ) -> CaseView:
        """Receive an application, or keep it as a draft; the case has its number either way.

        Raises:
            NotFound: no such bundle. NotPermitted: not for this applicant. ServiceError: the refusal of `step`.
        """
        release = await self.catalogue.newest(draft.bundle)
        who = applicant_of(draft.applicant)
        refuse_strangers(release, request.actor, who["id"])
        refuse_mandate(request.actor, draft.mandate)
        told = Told()
        if not draft.draft:
            require_standing(request.actor, who["id"], draft.mandate)
            await self.refuse_unwitnessed(request.now)
            told = await self._ask_outside(
                release, draft.materials, draft.signature, draft.handling, who
            )
        return await decided(
            self.database, lambda tx: self._open(tx, request, draft, release, told, answer)
        )

    async def _ask_outside(
        self,
        release: Release,
        materials: Sequence[Any],
        signature: Mapping[str, Any],
        handling: Mapping[str, str],
        who: Mapping[str, str],
    ) -> Told:
        return Told(
            await asked(self.sharing, release, materials, who),
            await verified(self.signing, release, signature, handling, who),
        )

    async def _open(
        self,
        tx: Connection,
        request: Request,
        draft: ApplicationInput,
        release: Release,
        told: Told,
        answer: Answer | None,
    ) -> CaseView:
        who = applicant_of(draft.applicant)
        scope = scope_of(request, "open")
        opening = await cases.opening(tx, applicant_id=who["id"], key=scope)
        if opening.answered:
            return await self._same_again(tx, scope, request, answer)
        if draft.draft:
            await self._refuse_many_drafts(tx, request.actor)
        situation = replace(await self.situation(release, request.now, opening, tx), **vars(told))
        case = self._new(request, draft, release, who, opening.serial)
        given = await checked_files(
            tx, self.folder, draft.materials, request.actor, release, "/materials"
        )
        if draft.draft:
            situation = as_known_to(request.actor, case, situation)
            taken = kept_draft(case, given, request.actor, situation)
        else:
            data = {
                "materials": given,
                "signature": dict(draft.signature),
                "meets_by": dict(draft.meets_by),
            }
            data |= draft.received
            taken = step(case, Action("submit", data=data), request.actor, situation)
        return await self.recorded(
            tx, taken, request, situation, was=None, scope=scope, answer=answer, status=CREATED
        )

    async def _refuse_many_drafts(self, tx: Connection, actor: Actor) -> None:
        """Refuse a draft to an applicant who has many. A portal and a window write for others."""
        most = self.bounds.drafts
        if (
            actor.kind == "applicant"
            and await purging.drafts_of(tx, actor.account, actor.representation) >= most
        ):
            said = f"您已有 {most} 份草稿，请先在“我的办件”里提交，或者接着填其中一份。"
            raise ActionNotAllowed(said, action="draft", state="draft")

    async def _same_again(
        self, tx: Connection, scope: Key, request: Request, answer: Answer | None
    ) -> CaseView:
        answered = await papers.answer(tx, *scope)
        found = there(await cases.look(tx, case_id=answered["case_id"] if answered else ""))
        case, situation = await self.opened(found, request.actor, request.now, tx)
        return self.repeated(answered, request, case, situation, answer) or CaseView.of(
            case, request.actor, situation
        )

    def _new(
        self,
        request: Request,
        draft: ApplicationInput,
        release: Release,
        who: Mapping[str, str],
        serial: int,
    ) -> Case:
        actor = request.actor
        typed_in = actor.is_clerk
        channel = draft.channel or ("counter" if typed_in else "online")
        return Case(
            id=new_id(request.now),
            bundle=release.bundle.code,
            release=release.hash,
            applicant_type=who["type"],
            applicant_name=who["name"],
            applicant_id=who["id"],
            number=f"{NUMBER_PREFIX}{local_date(request.now):%Y%m%d}-{serial:06}",
            query_code="".join(secrets.choice(CODE_LETTERS) for _ in range(QUERY_CODE)),
            salt=secrets.token_hex(16),
            account="" if typed_in else actor.account,
            entered_by=actor.account if typed_in else "",
            channel=channel,
            created_at=request.now,
            answers=dict(draft.answers),
            handling=dict(draft.handling),
            form=dict(draft.form),
            mandate=dict(draft.mandate),
            applicant_document=who["document"],
            representation=actor.representation,
            represented_by=actor.representing.record() if actor.representing else {},
        )

    async def change_draft(
        self,
        request: Request,
        number: str,
        changes: Mapping[str, Any],
        *,
        answer: Answer | None = None,
    ) -> CaseView:
        """Change a draft: each of `applicant answers handling form materials` that is given stands for the old one."""
        scope = scope_of(request, "change", number)

        async def once(tx: Connection) -> CaseView:
            found = there(await cases.gather(tx, number=number, key=scope))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            if done := self.repeated(found.answered, request, case, situation, answer):
                return done
            refuse_stale(case, request)
            given = await self._changes(tx, changes, case, request.actor, situation.release)
            taken = changed_draft(case, given, request.actor, situation)
            return await self.recorded(
                tx, taken, request, situation, was=found.case, scope=scope, answer=answer
            )

        return await decided(self.database, once)

    async def _changes(
        self,
        tx: Connection,
        changes: Mapping[str, Any],
        case: Case,
        actor: Actor,
        release: Release,
    ) -> dict[str, Any]:
        """Return what a draft is changed to, checked. Raises what `change_draft` raises."""
        if not writes(release, case, actor):
            raise NotPermitted("只有申请人，或代录入的受理岗可以改申请内容", action="change")
        if case.state != "draft":
            raise ActionNotAllowed("已经提交，不能再改申请内容", action="change", state=case.state)
        changes = dict(changes)
        if "applicant" in changes:
            changes["applicant"] = applicant_of(changes["applicant"])
            refuse_strangers(release, actor, changes["applicant"]["id"])
        refuse_mandate(actor, changes.get("mandate", {}))
        if "materials" in changes:
            changes["materials"] = await checked_files(
                tx, self.folder, changes["materials"], actor, release, "/materials"
            )
        return changes

    async def submit_draft(
        self,
        request: Request,
        number: str,
        signature: Mapping[str, Any] | None = None,
        *,
        meets_by: Mapping[str, str] | None = None,
        received: Mapping[str, str] | None = None,
        answer: Answer | None = None,
    ) -> CaseView:
        """Submit a draft under the release that is newest now; what is signed and promised comes with it."""
        await self.refuse_unwitnessed(request.now)
        told = await self._told_of_draft(request, number, signature or {})
        scope = scope_of(request, "submit", number)
        said: dict[str, Any] = {"signature": dict(signature or {}), **(received or {})}
        said["meets_by"] = dict(meets_by or {})

        async def once(tx: Connection) -> CaseView:
            found = there(await cases.gather(tx, number=number, key=scope))
            case, situation = await self.opened(found, request.actor, request.now, tx)
            if done := self.repeated(found.answered, request, case, situation, answer):
                return done
            refuse_stale(case, request)
            drafted = case
            if case.state == "draft":
                case, situation = await self._newest_rules(tx, case, found, situation.now)
            if self.scanner is not None:
                await refuse_found(tx, case, situation.release)
            materials = draft_materials(case)
            await refuse_lost(tx, self.folder, materials, situation.release)
            action = Action("submit", data={"materials": materials, **said})
            situation = replace(situation, **vars(told))
            taken = replace(step(case, action, request.actor, situation), before=drafted)
            return await self.recorded(
                tx, taken, request, situation, was=found.case, scope=scope, answer=answer
            )

        return await decided(self.database, once)

    async def _told_of_draft(
        self, request: Request, number: str, signature: Mapping[str, Any]
    ) -> Told:
        """Ask outside before anything is locked, and only for who may submit the draft."""
        if self.sharing is None and not signature.get("token"):
            return Told()
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, request.actor, request.now, connection)
        if case.state != "draft":
            return Told()
        require_standing(request.actor, case.applicant_id, case.mandate)
        release, who = situation.release, who_applies(case)
        return await self._ask_outside(
            release, draft_materials(case), signature, case.handling, who
        )

    async def _newest_rules(
        self, tx: Connection, case: Case, found: Gathered, now: datetime
    ) -> tuple[Case, Situation]:
        """A case is pinned to its release when it is submitted, not when its draft was begun (R-BND-12)."""
        release = await self.catalogue.newest(case.bundle, tx)
        moved = await self.situation(release, now, found, tx)
        return replace(case, release=release.hash), moved


def applicant_of(given: Any) -> dict[str, str]:
    """Return {type, name, id, document} of an applicant. Raises DataInvalid."""
    document = given.get("document") or "" if isinstance(given, Mapping) else ""
    errors, found = [], {"document": str(document)}
    for name, title, longest in (
        ("type", "申请人类型", 40),
        ("name", "申请人名称", LONGEST_NAME),
        ("id", "证件号码", LONGEST_ID),
    ):
        value = given.get(name) if isinstance(given, Mapping) else None
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            errors.append(
                {"pointer": f"/applicant/{name}", "detail": f"请填写{title}，最多 {longest} 个字"}
            )
        else:
            found[name] = one_person(value) if name == "id" else name_spelling(value)
    if not errors and (wrong := identity_fault(found["type"], found["id"], found["document"])):
        errors.append({"pointer": "/applicant/id", "detail": wrong})
    if errors:
        raise DataInvalid("申请人信息不完整", errors=errors)
    return found


def refuse_mandate(actor: Actor, mandate: Mapping[str, Any]) -> None:
    """Refuse a mandate from who is no portal. Raises DataInvalid."""
    if mandate and actor.kind != "portal":
        raise one_field("/mandate", "授权只由门户代为申请时写明，您不用填写")


def may_know(actor: Actor | None, bundle: str, applicant_id: str) -> bool:
    """Tell whether a guide for this applicant may say what is kept of him; see `rights.knows_of`."""
    return actor is not None and knows_of(actor, bundle, applicant_id)


def type_of(actor: Actor | None) -> str:
    """Return what kind of applicant an actor is, as registered or as the number tells; empty for anybody else."""
    if actor is None or actor.kind != "applicant":
        return ""
    return actor.subject_kind or applicant_type_of(actor.subject)


def refuse_strangers(release: Release, actor: Actor, applicant_id: str) -> None:
    """Refuse who may not write for this applicant: one does for oneself, a portal for whom it proves, the lead's window too.

    Whom nobody verified may write a draft; see `rights.require_standing` for sending it in.
    """
    own = one_person(actor.subject) in ("", one_person(applicant_id))
    require_opening(actor, release.bundle.code)
    if actor.kind == "portal" or (actor.kind == "applicant" and own):
        return
    if actor.kind == "applicant":
        raise NotPermitted(NOT_HIS, action="submit")
    if not actor.sits("window", release.bundle.lead):
        raise NotPermitted("只有申请人，或牵头部门受理岗代录入，才能提交申请", action="submit")
    if actor.subject and own:
        raise NotPermitted("不能代录入本人的申请（回避）", action="submit")
