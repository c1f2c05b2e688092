"""主体 — for whom an account may act: its holder, whom the holder represents, who has given a mandate.

A representation is looked up anew at every request that acts by it: who has lost it does nothing more with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from service.errors import NotPermitted, one_field
from service.office import titles
from service.office.accounts import Accounts, actor_of
from service.office.desk import new_id
from service.office.security import Entry, note
from service.office.views import Account
from service.store import subjects
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.application import applicant_type_of, document_of, identity_fault
from service.workflows.calendar import local_date
from service.workflows.case import AGENT, Actor, Representing, Role, one_person
from service.workflows.definition import name_spelling

LOST = "您不能再以这个身份办事：授权已经撤销、到期，或者登记已经变更。请重新选择身份"


@dataclass(frozen=True, slots=True)
class Identity:
    """办事身份 — for whom an account may act, and on what ground; `id` is empty for its holder."""

    id: str
    number: str
    name: str
    kind: str
    kind_title: str
    role: str = ""
    role_title: str = "本人"
    through: str = ""  # the company that is the agent, where the holder acts for it
    until_on: date | None = None
    bundles: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


class Subjects(Accounts):
    """For whom one acts."""

    async def identities(self, account: str, now: datetime) -> Sequence[Identity]:
        """Return for whom an account may act today, its holder first; nothing for accounts that apply for nobody."""
        holder = await self.account(account)
        if holder is None or holder.kind != "applicant":
            return ()
        async with self.database.reading() as connection:
            found = await _representations(connection, holder, local_date(now))
            numbers = {holder.subject, *(row["subject"] for row in found)}
            known = await subjects.named(connection, numbers)
        own = known.get(holder.subject) or _as_told(holder)
        listed = [_identity(Identity("", holder.subject, own["name"], "", ""), own)]
        for row in found:
            told = Identity(
                row["id"],
                row["subject"],
                "",
                "",
                "",
                role=row["role"],
                role_title=titles.ROLES[row["role"]],
                through=row["holder_name"] if row["holder"] != holder.subject else "",
                until_on=row["until_on"],
                bundles=tuple(row["bundles"]),
                cases=tuple(row["cases"]),
            )
            listed.append(_identity(told, known[row["subject"]]))
        return listed

    async def acting(self, account: str, representation: str, now: datetime) -> Actor:
        """Return who an account acts as by a representation, empty for its holder. Raises NotPermitted for one not in force."""
        holder = await self.account(account)
        if holder is None:
            raise NotPermitted(LOST)
        if not representation:
            return await self._holder(holder)
        today = local_date(now)
        async with self.database.reading() as connection:
            found = await _representations(connection, holder, today, id_=representation)
            known = await subjects.named(connection, [row["subject"] for row in found])
        if holder.kind != "applicant" or not found or found[0]["subject"] not in known:
            raise NotPermitted(LOST)
        row, told = found[0], known[found[0]["subject"]]
        actor = replace(actor_of(holder), subject=row["subject"], name=told["name"])
        by = _representing(row, holder)
        return replace(actor, subject_kind=told["kind"], document=told["document"], representing=by)

    async def _holder(self, holder: Account) -> Actor:
        """Return an account as its holder; what kind of applicant he is is looked up where his number does not tell."""
        actor = actor_of(holder)
        if holder.kind != "applicant" or not holder.subject or document_of(holder.subject):
            return actor
        async with self.database.reading() as connection:
            known = await subjects.find(connection, holder.subject)
        if known is None:
            return actor
        return replace(actor, subject_kind=known["kind"], document=known["document"])

    async def keep_subject(
        self,
        number: str,
        *,
        kind: str,
        name: str,
        document: str,
        source: str,
        receipt: str,
        now: datetime,
    ) -> None:
        """Keep a subject that a register has confirmed. Raises DataInvalid: number, kind and document do not fit."""
        number = one_person(number)
        if wrong := identity_fault(kind, number, document):
            raise one_field("/number", wrong)
        row = {
            "number": number,
            "kind": kind,
            "document": document,
            "name": name_spelling(name),
            "verified_at": now,
            "source": source,
            "receipt": receipt,
        }
        async with self.database.transaction() as tx:
            await subjects.keep(tx, row)
            await note(tx, Entry(fact="subject_verified", detail=kind))

    async def keep_representation(
        self, subject: str, holder: Account, role: Role, *, document: str, now: datetime
    ) -> str:
        """Keep that the holder of an account represents a subject, as a register says; return its id."""
        made: Row = {
            "id": new_id(now),
            "subject": one_person(subject),
            "holder": holder.subject,
            "holder_name": holder.name,
            "role": role,
            "document": document,
            "given_by": holder.account,
            "given_at": now,
            "accepted_by": holder.account,
            "accepted_at": now,
        }
        async with self.database.transaction() as tx:
            await subjects.represent(tx, made)
            kept = Entry(fact="representation_given", account=holder.account, about=made["id"])
            await note(tx, kept)
        return str(made["id"])


async def _representations(
    connection: Connection, holder: Account, today: date, *, id_: str = ""
) -> list[Row]:
    """Return what the holder of an account represents, and what those represent as agents whom he represents."""
    if not holder.subject:
        return []
    own = await subjects.in_force(connection, [holder.subject], today)
    companies = [row["subject"] for row in own if row["role"] != AGENT]
    theirs = await subjects.in_force(connection, companies, today) if companies else []
    found = [*own, *(row for row in theirs if row["role"] == AGENT)]
    return [row for row in found if id_ in ("", row["id"])]


def _representing(row: Row, holder: Account) -> Representing:
    through = row["holder"] != holder.subject
    return Representing(
        row["id"],
        cast("Role", row["role"]),
        name=row["holder_name"],
        number=row["holder"],
        by_name=holder.name if through else "",
        by_number=holder.subject if through else "",
        bundles=frozenset(row["bundles"]),
        cases=frozenset(row["cases"]),
        until_on=row["until_on"],
    )


def _as_told(holder: Account) -> dict[str, Any]:
    """Return what the account itself says of its holder."""
    return {"name": holder.name, "kind": applicant_type_of(holder.subject)}


def _identity(told: Identity, known: Row | dict[str, Any]) -> Identity:
    title = titles.APPLICANT_TYPES[known["kind"]] if known["kind"] else "身份未核验"
    return replace(told, name=known["name"], kind=known["kind"], kind_title=title)
