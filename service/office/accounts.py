"""账号 — signing in, and who acts."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import NotSignedIn, TooManyAttempts, one_field
from service.office.desk import Desk
from service.office.staff import account_of
from service.office.views import Account
from service.store import accounts, sessions
from service.store.cases import Row
from service.workflows.situation import Actor, ActorKind

ALLOWED, LOCKED_FOR = 5, timedelta(minutes=15)
AT_ONCE = 2  # passwords checked at the same time: each takes a processor and 64 MB
STRANGERS = 10_000
SHORTEST, LONGEST = 8, 200
KINDS = ("clerk", "applicant", "portal", "admin", "supervisor")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
WRONG = "用户名或密码不对。"
LOCKED = "密码错误次数过多，请 15 分钟后再试。"


@dataclass(slots=True)
class _Attempts:
    """What is remembered of a name that does not exist, so that it behaves like one that does."""

    failed_count: int = 0
    locked_until: datetime | None = None


class Passwords:
    """密码 — hashed with Argon2id; `cheap` is for demonstrations and tests, never for real passwords."""

    def __init__(self, *, cheap: bool = False) -> None:
        """Choose the cost of a hash."""
        self._hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1) if cheap else PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)

    @cached_property
    def nobodys(self) -> str:
        """Return a hash that no password fits, to spend the same time on names that do not exist."""
        return self._hasher.hash(hashlib.sha256(b"nobody").hexdigest())

    async def hash(self, password: str) -> str:
        """Hash a password beside the event loop."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, hashed: str) -> bool:
        """Tell whether a password fits a hash."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, hashed, password)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self.nobodys, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


class Accounts(Desk):
    """Who signs in."""

    @cached_property
    def passwords(self) -> Passwords:
        """Return how passwords are hashed."""
        return Passwords(cheap=self.cheap_passwords)

    @cached_property
    def _strangers(self) -> OrderedDict[str, _Attempts]:
        return OrderedDict()

    async def sign_in(self, username: str, password: str, now: datetime) -> Account:
        """Return the account of a right name and password; a wrong name and a wrong password look the same.

        Raises:
            NotSignedIn: wrong, or the account is not active. TooManyAttempts: locked after five failures in a row.
        """
        async with self.database.reading() as connection:
            row = await accounts.find(connection, username)
        locked = row["locked_until"] if row else self._stranger(username).locked_until
        if locked and now < locked:
            raise TooManyAttempts(LOCKED)
        right = await self.passwords.fits(password[:LONGEST], row["password_hash"] if row else "")
        if row is None or not right:
            await self._failed(row, username, now)
            raise NotSignedIn(WRONG)
        if not row["active"]:
            raise NotSignedIn(WRONG)
        if row["failed_count"] or row["locked_until"]:
            async with self.database.transaction() as tx:
                await accounts.signed_in(tx, username)
        return account_of(row)

    async def _failed(self, row: Row | None, username: str, now: datetime) -> None:
        if row is not None:
            async with self.database.transaction() as tx:
                await accounts.sign_in_failed(tx, username, allowed=ALLOWED, locked_until=now + LOCKED_FOR)
            return
        stranger = self._stranger(username)
        stranger.failed_count += 1
        if stranger.failed_count >= ALLOWED:
            stranger.failed_count, stranger.locked_until = 0, now + LOCKED_FOR

    def _stranger(self, username: str) -> _Attempts:
        found = self._strangers.setdefault(username[:LONGEST], _Attempts())
        self._strangers.move_to_end(username[:LONGEST])
        if len(self._strangers) > STRANGERS:
            self._strangers.popitem(last=False)
        return found

    async def actor(self, account: str) -> Actor | None:
        """Return who an account acts as, None when it is unknown or not active any more; some seconds old at most."""
        found = await self.staff.account(account)
        if found is None or not found.active:
            return None
        kind = cast("ActorKind", found.kind)
        return Actor(found.account, kind, found.department, frozenset(found.posts), found.subject, found.name)

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
    ) -> Account:
        """Create an account, or give an existing one these rights and this password. Raises DataInvalid."""
        if not NAME.fullmatch(account):
            raise one_field("/account", "账号只用小写字母、数字和 . _ -，最多 60 个字")
        if kind not in KINDS:
            raise one_field("/kind", f"账号种类可选：{'、'.join(KINDS)}")
        if not SHORTEST <= len(password) <= LONGEST:
            raise one_field("/password", f"密码要有 {SHORTEST} 到 {LONGEST} 个字符")
        if kind == "clerk" and not (department and posts):
            raise one_field("/department", "工作人员要有部门和岗位")
        row = {
            "account": account, "password_hash": await self.passwords.hash(password), "name": name, "kind": kind,
            "department": department, "posts": sorted(posts), "subject": subject, "active": True,
            "failed_count": 0, "locked_until": None,
        }  # fmt: skip
        async with self.database.transaction() as tx:
            await accounts.save(tx, row)
            await sessions.end_of_account(tx, account)  # whoever knew the old password is out
        self.staff.forget(account)
        return account_of(row)

    async def set_active(self, account: str, *, active: bool) -> None:
        """Let an account in, or keep it out from now on."""
        async with self.database.transaction() as tx:
            found = await accounts.find(tx, account)
            if found is None:
                raise one_field("/account", "没有这个账号")
            await accounts.save(tx, {**found, "active": active})
            await sessions.end_of_account(tx, account)
        self.staff.forget(account)

    async def accounts(self, *, kind: str = "") -> list[Account]:
        """Return the accounts, of one kind or all, by name."""
        async with self.database.reading() as connection:
            return [account_of(row) for row in await accounts.listed(connection, kind=kind)]
