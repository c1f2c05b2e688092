"""账号 — signing in, and who acts."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property
from typing import cast

from service.errors import NotSignedIn, SecondFactorNeeded, one_field
from service.office.attempts import NOWHERE, Attempt, Attempts, Origin
from service.office.codes import Codes
from service.office.desk import Desk
from service.office.passwords import Passwords, weakness
from service.office.security import Entry, Fact, note
from service.office.staff import account_of
from service.office.turns import Turns
from service.office.views import Account
from service.store import access, accounts, sessions
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.application import id_number_fault
from service.workflows.case import Actor, ActorKind, one_person
from service.workflows.definition import BUILT_IN_POSTS, text_fault

AT_ONCE = 2  # passwords checked at the same time: each takes a processor and 64 MB
MOST_WAITING = 64  # some two seconds of work
ACCOUNT_KINDS = ("clerk", "applicant", "portal", "admin", "supervisor")
STAFF_KINDS = frozenset({"clerk", "admin", "supervisor"})
ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
WRONG_SIGN_IN = "用户名或密码不对。"
WRONG_CODE = "动态码不对，或者已经用过。请等手机上换了一个再试。"
ENROL_FIRST = "本系统要求工作人员用动态码登录。请先在页面「账号与安全」里设置。"


class Accounts(Desk):
    """Who signs in."""

    @cached_property
    def passwords(self) -> Passwords:
        """Return how passwords are hashed."""
        return Passwords(cheap=self.cheap_passwords)

    @cached_property
    def codes(self) -> Codes:
        """Return how codes of the second factor are checked."""
        return Codes(self.database, self.secret, self.also)

    @cached_property
    def _attempts(self) -> Attempts:
        return Attempts(self.database, self.secret, self.also)

    @cached_property
    def _turns(self) -> Turns:
        return Turns(AT_ONCE, MOST_WAITING)

    # ---- signing in ----

    async def sign_in(
        self,
        username: str,
        password: str,
        now: datetime,
        *,
        origin: Origin = NOWHERE,
        code: str = "",
    ) -> Account:
        """Return the account of a right name and password; a wrong name and a wrong password look the same.

        Raises:
            NotSignedIn: wrong, or the account is not active. SecondFactorNeeded: right, but the code is missing.
            TooManyAttempts: too many were wrong, or too many wait.
        """
        async with self._attempting(username, origin, now) as attempt:
            row = await self._proven(username, password)
            if row is None:
                raise NotSignedIn(WRONG_SIGN_IN)
            if self.codes_asked_of(account_of(row)):
                if not code:
                    await self._attempts.give_back(attempt)
                    raise SecondFactorNeeded
                if not await self.codes.fits(row, code, now):
                    raise NotSignedIn(WRONG_CODE)
        return account_of(row)

    async def sign_in_by_code(
        self, account: str, generation: int, code: str, now: datetime, *, origin: Origin = NOWHERE
    ) -> Account:
        """Return the account whose password was right a moment ago, now that the code is; raises as `sign_in` does.

        `generation` is the account's as it was then: a password changed meanwhile has to be given anew.
        """
        async with self._attempting(account, origin, now):
            row = await self._row(account)
            if row is None or not row["active"] or row["token_generation"] != generation:
                raise NotSignedIn(WRONG_SIGN_IN)
            if not await self.codes.fits(row, code, now):
                raise NotSignedIn(WRONG_CODE)
        return account_of(row)

    @asynccontextmanager
    async def _attempting(self, name: str, origin: Origin, now: datetime) -> AsyncIterator[Attempt]:
        """Wait for a turn and count an attempt; it was right if the block ends without raising."""
        async with self._turns.turn(origin.address, name):
            attempt = await self._attempts.take(name, origin, now)
            yield attempt
            await self._attempts.succeeded(attempt, now)

    async def _proven(self, name: str, password: str) -> Row | None:
        """Return the row of an active account if the password is its own."""
        row = await self._row(name)
        right = await self.passwords.fits(password, row["password_hash"] if row else "")
        return row if row and right and row["active"] else None

    async def _row(self, account: str) -> Row | None:
        async with self.database.reading() as connection:
            return await accounts.find(connection, account)

    # ---- who acts ----

    def codes_asked_of(self, account: Account) -> bool:
        """Tell whether an account signs in with a code."""
        asked = self.second_factor != "off" and account.kind in STAFF_KINDS
        return asked and account.second_factor

    def must_enrol(self, account: Account) -> bool:
        """Tell whether an account has to set up its second factor before it does anything else."""
        asked = self.second_factor == "required" and account.kind in STAFF_KINDS
        return asked and not account.second_factor

    async def account(self, name: str) -> Account | None:
        """Return an active account; what changed elsewhere is known within a second."""
        found = await self.staff.account(name)
        return found if found and found.active else None

    async def actor(self, account: str) -> Actor | None:
        """Return who an account acts as, None when it is unknown or not active any more."""
        found = await self.account(account)
        return actor_of(found) if found else None

    async def bearer(self, account: str, generation: int, token: str) -> Actor:
        """Return who acts with a token. Raises NotSignedIn when it has ended, with its account or by itself."""
        found = await self.account(account)
        if found and generation > found.token_generation:
            # newer than what is known here of the account
            self.staff.forget(account)
            found = await self.account(account)
        if found is None or generation != found.token_generation or self.staff.ended(token):
            raise NotSignedIn
        if self.must_enrol(found):
            raise SecondFactorNeeded(ENROL_FIRST)
        return actor_of(found)

    async def end_token(self, account: str, token: str, ends_at: datetime, now: datetime) -> None:
        """Sign out: one token is worth nothing from now on."""
        async with self.database.transaction() as tx:
            await access.token_ended(tx, account, token, ends_at, now)
        self.staff.look_again()

    async def sign_out_everywhere(self, account: str) -> None:
        """Sign out: no browser and no token of an account is worth anything from now on."""
        async with self.database.transaction() as tx:
            await shut_out(tx, account)
            await note(tx, Entry(fact="signed_out", account=account, detail="everywhere"))
        self.staff.forget(account)

    # ---- who there is ----

    async def create_account(
        self,
        account: str,
        password: str,
        *,
        name: str,
        kind: str,
        department: str = "",
        posts: Sequence[str] = (),
        subject: str = "",
        public_password: bool = False,
    ) -> Account:
        """Create an account, or give an existing one these rights and this password.

        Raises DataInvalid, also for an account that is somebody else's. A `public_password` is a demonstration's, which
        everybody may know.
        """
        if fault := text_fault(name):
            raise one_field("/name", f"姓名或名称{fault}")
        _refuse_nonsense(account, kind, department, posts)
        weak = await weakness(password, account, name, subject, department)
        if weak and not public_password:
            raise one_field("/password", weak)
        await self._refuse_unknown(department, posts)
        subject = one_person(subject)
        row = {
            "password_hash": await self.passwords.hash(password),
            "name": name,
            "kind": kind,
            "department": department,
            "posts": sorted(posts),
            "subject": subject,
            "active": True,
        }
        async with self.database.transaction() as tx:
            kept = await _kept(tx, account, row)
            await note(tx, Entry(fact="account_set", account=account, kind=kind, about=account))
        self.staff.forget(account)
        return account_of(kept)

    async def _refuse_unknown(self, department: str, posts: Sequence[str]) -> None:
        """Refuse a department or post that no published pack has; before the first one, any may come."""
        directories = [release.directory for release in await self.catalogue.all_newest()]
        departments = {
            code: name for each in directories for code, name in each.departments.items()
        }
        known_posts = BUILT_IN_POSTS | {
            code: name for each in directories for code, name in each.posts.items()
        }
        if not directories:
            return
        if department and department not in departments:
            raise one_field("/department", f"没有部门 {department}。可选：{_listed(departments)}")
        for post in posts:
            if post not in known_posts:
                raise one_field("/posts", f"没有岗位 {post}。可选：{_listed(known_posts)}")

    async def set_active(self, account: str, *, active: bool) -> None:
        """Let an account in, or keep it out from now on; either way nobody stays signed in. Raises DataInvalid."""
        async with self.database.transaction() as tx:
            if not await accounts.change(tx, account, active=active):
                raise one_field("/account", "没有这个账号")
            await shut_out(tx, account)
            kind = (await accounts.find(tx, account) or {"kind": ""})["kind"]
            fact: Fact = "account_opened" if active else "account_closed"
            await note(tx, Entry(fact=fact, account=account, kind=kind, about=account))
        self.staff.forget(account)

    async def require_person(self, account: str, kind: str, subject: str) -> None:
        """Refuse one of the staff of whom nobody would know who it is: 四眼 and 回避 compare persons. Raises DataInvalid."""
        async with self.database.reading() as connection:
            known = await accounts.find(connection, account)
        if kind in STAFF_KINDS and not (subject or (known and known["subject"])):
            raise one_field(
                "/subject",
                "工作人员、管理员、监督员要写本人的身份证号码（--subject）：四眼、回避按人认，一个人的几个账号算一个人",
            )

    async def of_unknown_persons(self) -> list[str]:
        """Return the active accounts of the staff of whom nobody knows whose they are, by name."""
        async with self.database.reading() as connection:
            found = await accounts.listed(connection)
        return [
            row["account"]
            for row in found
            if row["active"] and row["kind"] in STAFF_KINDS and not row["subject"]
        ]

    async def accounts(self, *, kind: str = "") -> list[Account]:
        """Return the accounts, of one kind or all, by name."""
        async with self.database.reading() as connection:
            return [account_of(row) for row in await accounts.listed(connection, kind=kind)]


async def _kept(tx: Connection, account: str, row: Row) -> Row:
    """Add an account or change it, and return it as it is then; whoever knew the old password is out."""
    before = await accounts.find(tx, account)
    row["subject"] = _whose(before, row["kind"], row["subject"])
    if before:
        await accounts.change(tx, account, **row)
        await shut_out(tx, account)
    else:
        await accounts.add(tx, {"account": account, **row})
        await access.account_changed(tx, account)
    return cast("Row", await accounts.find(tx, account))


def _whose(before: Row | None, kind: str, subject: str) -> str:
    """Return the number of the person whose account it is: one of the staff is a natural person, and no account changes hands."""
    known = one_person(before["subject"]) if before else ""
    if known and subject not in ("", known):
        raise one_field("/subject", "账号只属于一个人，不能改给别人；请为他另建账号")
    subject = subject or known
    if kind in STAFF_KINDS and subject and (fault := id_number_fault(subject)):
        raise one_field("/subject", f"工作人员写本人的身份证号码{fault}")
    return subject


def _refuse_nonsense(account: str, kind: str, department: str, posts: Sequence[str]) -> None:
    if not ACCOUNT_NAME.fullmatch(account):
        raise one_field("/account", "账号只用小写字母、数字和 . _ -，最多 60 个字")
    if kind not in ACCOUNT_KINDS:
        raise one_field("/kind", f"账号种类可选：{'、'.join(ACCOUNT_KINDS)}")
    if kind == "clerk" and not (department and posts):
        raise one_field("/department", "工作人员要有部门和岗位")


def _listed(known: dict[str, str]) -> str:
    return "、".join(f"{code}（{name}）" for code, name in sorted(known.items()))


def actor_of(account: Account) -> Actor:
    """Return who an account acts as."""
    kind = cast("ActorKind", account.kind)
    return Actor(
        account.account,
        kind,
        account.department,
        frozenset(account.posts),
        account.subject,
        account.name,
    )


async def shut_out(tx: Connection, account: str) -> None:
    """End every session and token of an account, and tell every process that it changed."""
    await accounts.end_tokens(tx, account)
    await sessions.end_of_account(tx, account)
    await access.account_changed(tx, account)
