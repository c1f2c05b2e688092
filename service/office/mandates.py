"""委托代办 — who lets whom act: given by the principal, accepted by whom it names, ended by either at any time (民法典 173)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted, one_field
from service.office import titles
from service.office.desk import Desk, new_id
from service.office.security import Entry, note
from service.store import audit, subjects
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.application import applicant_type_of, document_fault, number_fault
from service.workflows.calendar import local_date
from service.workflows.case import AGENT, Actor, one_person
from service.workflows.definition import name_spelling, text_fault

LONGEST = timedelta(days=3 * 366)
MOST, MOST_NAMED = 100, 50
GRANTED = frozenset(
    {"agent", "authorised"}
)  # what is given; who is owner or legal representative the register says
NO_MANDATE = "没有这份授权，或者您无权查看。"
Grants = Literal["agent", "authorised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateInput:
    """授权的内容 — whom, as what, for what, until when."""

    name: str
    number: str
    until_on: date
    role: Grants = "agent"
    bundles: Sequence[str] = ()
    cases: Sequence[str] = ()
    document: str = ""  # kind of the holder's identity document, where the number does not tell


@dataclass(frozen=True, slots=True)
class Mandate:
    """授权 — one as either side sees it; the other's number is half hidden."""

    id: str
    role: str
    role_title: str
    subject_name: str  # the principal
    holder_name: str
    holder_number: str
    bundles: tuple[str, ...]
    bundle_titles: tuple[str, ...]
    cases: tuple[str, ...]
    given_at: datetime
    accepted_at: datetime | None
    until_on: date | None
    ended_at: datetime | None
    state: str  # offered | in_force | expired | ended
    state_title: str
    may: tuple[str, ...]  # accept, decline, give_back, revoke: what this side may do now


@dataclass(frozen=True, slots=True)
class Mandates:
    """授权 — what the one for whom somebody acts has given and was given, the newest first."""

    given: Sequence[Mandate]
    received: Sequence[Mandate]


class Mandating(Desk):
    """The verbs by which somebody lets another act for him."""

    async def mandates(self, actor: Actor, now: datetime) -> Mandates:
        """Return the mandates of the one for whom the actor acts. Raises NotPermitted for who applies for nobody, and for agents."""
        _refuse_outsiders(actor)
        async with self.database.reading() as connection:
            rows = await subjects.about(connection, one_person(actor.subject), limit=2 * MOST)
            known = await subjects.named(connection, {row["subject"] for row in rows})
        called = {each.bundle.code: each.bundle.title for each in await self.catalogue.all_newest()}
        given: list[Mandate] = []
        received: list[Mandate] = []
        for row in (row for row in rows if row["role"] in GRANTED):
            name = known[row["subject"]]["name"] if row["subject"] in known else actor.name
            mine = row["subject"] == one_person(actor.subject)
            told = _mandate(row, name, called, local_date(now), _may(row, actor, mine=mine))
            (given if mine else received).append(told)
        return Mandates(given, received)

    async def give_mandate(self, actor: Actor, given: MandateInput, now: datetime) -> str:
        """Let somebody act for the one for whom the actor acts; return its id. The same again is no second one.

        It is worth nothing before whom it names has accepted it (民法典 165).

        Raises:
            NotPermitted: an agent, or who is only authorised, gives nothing on. DataInvalid: what of it is not right.
        """
        _refuse_outsiders(actor)
        _refuse_passing_on(actor)
        row = _checked(actor, given, now)
        await self._refuse_unknown_bundles(given.bundles)
        async with self.database.transaction() as tx:
            await _refuse_others_cases(tx, actor, row["cases"])
            for known in await subjects.about(tx, row["subject"], limit=2 * MOST):
                if _open(known, local_date(now)) and _same(known, row):
                    return str(known["id"])
            await self._refuse_too_many(tx, row["subject"], local_date(now))
            await _keep_principal(tx, actor, now)
            await subjects.represent(tx, row)
            await note(tx, _entry("representation_given", actor, row["id"]))
        return str(row["id"])

    async def accept_mandate(self, actor: Actor, id_: str, now: datetime) -> None:
        """Accept what one was given; acts by it count from now on. Raises NotFound, ActionNotAllowed."""
        _refuse_outsiders(actor)
        async with self.database.transaction() as tx:
            row = _held(await subjects.representation(tx, id_), actor)
            if row["accepted_at"] is not None and row["ended_at"] is None:
                return
            if name_spelling(row["holder_name"]) != name_spelling(actor.name):
                why = f"授权书上写的是“{row['holder_name']}”，与您核验的姓名或者名称不一致，请委托人重新授权"
                raise ActionNotAllowed(why, action="accept", state="offered")
            if not _open(row, local_date(now)) or not await subjects.accept(
                tx, id_, actor.account, now
            ):
                raise ActionNotAllowed("这份授权已经终止或者到期", action="accept", state="ended")
            await note(tx, _entry("representation_accepted", actor, id_))

    async def end_mandate(self, actor: Actor, id_: str, now: datetime) -> None:
        """End a mandate: its giver revokes it, whom it names declines it or gives it back; nothing more is done by it.

        Raises NotFound; NotPermitted for what a register says; ActionNotAllowed for what has ended.
        """
        _refuse_outsiders(actor)
        async with self.database.transaction() as tx:
            row = await subjects.representation(tx, id_)
            own = row is not None and row["subject"] == one_person(actor.subject)
            if own and row is not None:
                _refuse_passing_on(actor)
                ending = "revoked"
            else:
                row = _held(row, actor)
                ending = "given_back" if row["accepted_at"] else "declined"
            if row["role"] not in GRANTED:
                raise NotPermitted("登记的经营者、法定代表人要先在登记机关变更")
            if not await subjects.end(tx, id_, actor.account, now, ending):
                raise ActionNotAllowed("这份授权已经终止", action="end", state="ended")
            await note(tx, _entry("representation_ended", actor, id_))

    async def _refuse_unknown_bundles(self, codes: Sequence[str]) -> None:
        known = {each.bundle.code for each in await self.catalogue.all_newest()}
        if unknown := sorted(set(codes) - known):
            raise one_field("/bundles", f"没有这件事：{'、'.join(unknown)}")

    async def _refuse_too_many(self, tx: Connection, subject: str, today: date) -> None:
        rows = await subjects.about(tx, subject, limit=4 * MOST)
        mine = [row for row in rows if row["subject"] == subject and _open(row, today)]
        if len(mine) >= MOST:
            said = f"有效的授权已有 {MOST} 份，请先撤销不用的"
            raise ActionNotAllowed(said, action="give", state="full")


def last_day(text: str) -> date:
    """Return the last day of a mandate as it was typed. Raises DataInvalid for a day that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise one_field("/until_on", "请填授权到哪一天，如 2026-12-31") from None


def _refuse_outsiders(actor: Actor) -> None:
    if actor.kind != "applicant" or not actor.subject:
        raise NotPermitted("委托代办由核验过身份的申请人办理")
    if actor.representing is not None and actor.representing.role == AGENT:
        raise NotPermitted("代理人不能看、不能转给别人委托人的授权", law="民法典 169")


def _refuse_passing_on(actor: Actor) -> None:
    if actor.representing is not None and actor.representing.role == "authorised":
        raise NotPermitted("授权由法定代表人（经营者）作出，经办人不能转授权", law="民法典 169")


def _checked(actor: Actor, given: MandateInput, now: datetime) -> Row:
    """Return the row of a mandate. Raises DataInvalid, naming everything that is not right."""
    name, number = name_spelling(given.name), one_person(given.number)
    today = local_date(now)
    wrong = {
        "/name": "请填写受托人的姓名或者名称" if not name else text_fault(name),
        "/number": "请填写受托人的证件号码" if not number else "",
        "/until_on": ""
        if today < given.until_on <= today + LONGEST
        else "请写明天以后、三年以内的一天",
        "/cases": f"最多 {MOST_NAMED} 件" if len(given.cases) > MOST_NAMED else "",
    }
    if not wrong["/number"]:
        document = given.document
        wrong["/number"] = document_fault(document, number) if document else number_fault(number)
    if number == one_person(actor.subject):
        wrong["/number"] = "受托人不能是委托人自己"
    if given.role == "authorised":
        alone = actor.representing is None and (
            actor.subject_kind or applicant_type_of(actor.subject)
        )
        if alone == "individual":
            wrong["/role"] = "个人委托别人，请选代理人"
        if given.bundles or given.cases:
            wrong["/role"] = "经办人替单位办所有的事；只办几件事的，请选代理人"
    errors = [{"pointer": where, "detail": what} for where, what in wrong.items() if what]
    if errors:
        raise DataInvalid("授权书有填得不对的地方", errors=errors)
    return {
        "id": new_id(now),
        "subject": one_person(actor.subject),
        "holder": number,
        "holder_name": name,
        "role": given.role,
        "bundles": sorted(set(given.bundles)),
        "cases": sorted(set(given.cases)),
        "until_on": given.until_on,
        "given_by": actor.account,
        "given_at": now,
    }


async def _refuse_others_cases(tx: Connection, actor: Actor, numbers: Sequence[str]) -> None:
    """Refuse cases that are not the principal's, in the same words as those that are not there."""
    found = await audit.named(tx, numbers) if numbers else []
    own = {
        row["number"]
        for row in found
        if row["state"] != "draft" and one_person(row["applicant_id"]) == one_person(actor.subject)
    }
    if strange := [number for number in numbers if number not in own]:
        raise one_field("/cases", f"没有这件办件，或者不是您的：{'、'.join(strange)}")


async def _keep_principal(tx: Connection, actor: Actor, now: datetime) -> None:
    """Keep who gives a mandate among the subjects, where only the account has named him so far."""
    number = one_person(actor.subject)
    if await subjects.find(tx, number):
        return
    kind = actor.subject_kind or applicant_type_of(number) or "organisation"
    told = {"number": number, "kind": kind, "name": actor.name, "verified_at": now}
    document = "id_card" if kind == "individual" else "uscc"
    source = {"document": actor.document or document, "source": "account", "receipt": actor.account}
    await subjects.keep(tx, told | source)


def _held(row: Row | None, actor: Actor) -> Row:
    if row is None or row["holder"] != one_person(actor.subject):
        raise NotFound(NO_MANDATE)
    return row


def _open(row: Row, today: date) -> bool:
    return row["ended_at"] is None and (row["until_on"] is None or row["until_on"] >= today)


def _same(known: Row, row: Row) -> bool:
    return all(
        known[name] == row[name]
        for name in ("subject", "holder", "holder_name", "role", "bundles", "cases", "until_on")
    )


def _may(row: Row, actor: Actor, *, mine: bool) -> tuple[str, ...]:
    if row["ended_at"] is not None or row["role"] not in GRANTED:
        return ()
    if mine:
        passing = actor.representing is not None and actor.representing.role == "authorised"
        return () if passing else ("revoke",)
    return ("give_back",) if row["accepted_at"] else ("accept", "decline")


def _mandate(
    row: Row, subject: str, called: dict[str, str], today: date, may: tuple[str, ...]
) -> Mandate:
    state = "in_force" if row["accepted_at"] else "offered"
    said: Any = {"in_force": "有效", "offered": "等对方接受", "expired": "已到期"}
    if row["ended_at"] is not None:
        state, said = "ended", {"ended": titles.ENDINGS[row["ending"]]}
    elif not _open(row, today):
        state, may = "expired", ()
    return Mandate(
        row["id"],
        row["role"],
        titles.ROLES[row["role"]],
        subject_name=subject,
        holder_name=row["holder_name"],
        holder_number=titles.masked_id(row["holder"]),
        bundles=tuple(row["bundles"]),
        bundle_titles=tuple(called.get(code, code) for code in row["bundles"]),
        cases=tuple(row["cases"]),
        given_at=row["given_at"],
        accepted_at=row["accepted_at"],
        until_on=row["until_on"],
        ended_at=row["ended_at"],
        state=state,
        state_title=said[state],
        may=may,
    )


def _entry(fact: Any, actor: Actor, id_: str) -> Entry:
    return Entry(fact=fact, account=actor.account, kind=actor.kind, about=id_)
