"""注册 — a person opens an account of his own, and adds the sole trade or the enterprise by which the register names him."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.office.accounts import ACCOUNT_NAME
from service.office.attempts import NOWHERE, Origin
from service.office.own_account import OwnAccount
from service.office.passwords import weakness
from service.office.security import Entry, note
from service.office.staff import account_of
from service.office.verification import Confirmed, PersonAsked, Verification
from service.office.views import Account
from service.store import access, accounts, subjects
from service.workflows.application import PERSONAL_DOCUMENTS, document_fault
from service.workflows.calendar import local_date
from service.workflows.case import Actor, Role, one_person
from service.workflows.definition import name_spelling, text_fault

NOT_CONNECTED = "本系统没有接通实名核验，请带证件到政务服务窗口开通账号"
NO_ANSWER = "实名核验暂时没有答复，什么也没有保存，请过一会儿再试"
TAKEN = "这个用户名已经有人用了，请换一个"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """注册 — what a person gives for an account of his own."""

    account: str
    password: str
    name: str
    number: str
    phone: str
    document: str = "id_card"


class Registering(OwnAccount):
    """The verbs by which who applies comes in."""

    async def register(
        self, given: Registration, now: datetime, *, origin: Origin = NOWHERE
    ) -> Account:
        """Open an account for a person whom the register confirms; `now` is the time that counts in law.

        Wrong answers are counted as wrong passwords are, under the number that was given.

        Raises:
            DataInvalid: the register does not confirm it, the password is weak, the name is taken.
            ActionNotAllowed: no register is connected, or it does not answer. TooManyAttempts: too many were wrong.
        """
        asked = PersonAsked(
            name_spelling(given.name), given.document, one_person(given.number), given.phone
        )
        await self._refuse_unfit(given, asked)
        register = self._connected()
        async with self._attempting(f"register {asked.number}", origin, now):
            said = await register.person(asked)
            _refuse_wrong(said)
        _refuse_unanswered(said)
        hashed = await self.passwords.hash(given.password)
        row = {
            "account": given.account,
            "password_hash": hashed,
            "name": said.name,
            "kind": "applicant",
            "subject": asked.number,
        }
        await self._keep(asked.number, "individual", asked.document, said, now)
        async with self.database.transaction() as tx:
            if await accounts.find(tx, given.account):
                raise one_field("/account", TAKEN)
            await accounts.add(tx, row)
            await access.account_changed(tx, given.account)
            kept = Entry(fact="registered", account=given.account, kind="applicant")
            await note(tx, kept)
            made = await accounts.find(tx, given.account)
        self.staff.forget(given.account)
        return account_of(made or {})

    async def add_company(
        self, actor: Actor, number: str, name: str, now: datetime, *, origin: Origin = NOWHERE
    ) -> str:
        """Let a person act for the company or sole trade whose representative or owner the register says he is; return by what.

        Raises:
            NotPermitted: not a person acting for himself. DataInvalid: the register does not say so.
            ActionNotAllowed, TooManyAttempts: as for `register`.
        """
        if actor.kind != "applicant" or actor.representing is not None or not actor.subject:
            raise NotPermitted("请先换成本人的身份，再添加单位")
        number = one_person(number)
        if wrong := document_fault("uscc", number):
            raise one_field("/number", wrong)
        register = self._connected()
        person = {"name": actor.name, "number": one_person(actor.subject)}
        async with self._attempting(f"company {actor.account}", origin, now):
            said = await register.company(number, name_spelling(name), person)
            _refuse_wrong(said)
        _refuse_unanswered(said)
        await self._keep(number, said.kind, "uscc", said, now)
        async with self.database.reading() as connection:
            held = await subjects.in_force(connection, [person["number"]], local_date(now))
        for row in held:
            if (row["subject"], row["role"]) == (number, said.role):
                return str(row["id"])
        holder = await self.account(actor.account)
        if holder is None:
            raise NotPermitted
        role = cast("Role", said.role)
        return await self.keep_representation(number, holder, role, document=said.receipt, now=now)

    async def _keep(
        self, number: str, kind: str, document: str, said: Confirmed, now: datetime
    ) -> None:
        """Keep a subject; one that is known as somebody else stays: a number of a passport may be somebody else's too."""
        async with self.database.reading() as connection:
            known = await subjects.find(connection, number)
        if known and (known["kind"], known["document"]) != (kind, document):
            why = "这个号码已经登记为另一种证件，请带证件到政务服务窗口核对"
            raise ActionNotAllowed(why, action="register", state="known")
        if known and kind == "individual" and known["name"] != said.name:
            why = "这个号码已经登记为另一个人，请带证件到政务服务窗口核对"
            raise ActionNotAllowed(why, action="register", state="known")
        await self.keep_subject(
            number,
            kind=kind,
            name=said.name,
            document=document,
            source="register",
            receipt=said.receipt,
            now=now,
        )

    def _connected(self) -> Verification:
        if self.verification is None:
            raise ActionNotAllowed(NOT_CONNECTED, action="register", state="not-connected")
        return self.verification

    async def _refuse_unfit(self, given: Registration, asked: PersonAsked) -> None:
        if not ACCOUNT_NAME.fullmatch(given.account):
            raise one_field("/account", "用户名只用小写字母、数字和 . _ -，最多 60 个字")
        if not asked.name or (fault := text_fault(asked.name)):
            raise one_field("/name", f"姓名{fault}" if asked.name else "请填写姓名")
        if given.document not in PERSONAL_DOCUMENTS:
            raise one_field("/document", "请选个人的证件种类")
        if wrong := document_fault(given.document, asked.number):
            raise one_field("/number", wrong)
        if weak := await weakness(given.password, given.account, asked.name, asked.number, ""):
            raise one_field("/password", weak)
        async with self.database.reading() as connection:
            if await accounts.find(connection, given.account):
                raise one_field("/account", TAKEN)


def _refuse_wrong(said: Confirmed) -> None:
    if said.fault and not said.unanswered:
        raise one_field("/number", said.fault)


def _refuse_unanswered(said: Confirmed) -> None:
    """Refuse to go on without an answer; that is nobody's wrong attempt."""
    if said.unanswered:
        raise ActionNotAllowed(NO_ANSWER, action="register", state="unanswered")
