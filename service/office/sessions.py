"""会话 — a browser that has signed in: for how long, and for whom.

The browser holds a random token; what is kept is its SHA-256, so that whoever reads the database cannot sign in with it.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.errors import NotFound, NotPermitted, one_field
from service.office.attempts import NOWHERE, Origin
from service.office.security import Entry, note
from service.office.subjects import Subjects
from service.office.views import Account, value_of
from service.store import sessions
from service.store.cases import Row
from service.workflows.case import Actor

IDLE, LIFE = timedelta(minutes=30), timedelta(hours=12)
ID = 20  # characters of a digest by which its owner names a session
NOTED_EVERY = timedelta(minutes=1)  # that a browser is in use is written down once a minute at most


@dataclass(frozen=True, slots=True)
class Session:
    """会话 — who is signed in, what this browser's forms carry, and when it ends by itself."""

    actor: Actor
    csrf: str
    idle_at: datetime  # without another request it ends then
    ends_at: datetime
    must_enrol: bool = False  # nothing but setting up the second factor
    lost: bool = (
        False  # for whom this browser acted, it may not act any more: another is to be chosen
    )


@dataclass(frozen=True, slots=True)
class SignIn:
    """登录 — one browser in which an account is signed in; `id` says nothing of its token."""

    id: str
    created_at: datetime
    seen_at: datetime  # to a minute
    address: str
    here: bool = False  # it is the one that asks


class Sessions(Subjects):
    """Signing in and out with a browser."""

    async def open_session(self, account: Account, now: datetime, address: str = "") -> str:
        """Open a session for who has just signed in; return the token the browser is to keep."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_sha256": _digest(token),
            "account": account.account,
            "csrf": secrets.token_urlsafe(32),
            "created_at": now,
            "seen_at": now,
            "ends_at": now + LIFE,
            "address": address,
        }
        async with self.database.transaction() as tx:
            await sessions.forget_ended(tx, now)
            await sessions.add(tx, row)
        return token

    async def session(
        self, token: str, now: datetime, law: datetime | None = None
    ) -> Session | None:
        """Return the session of a token; None when it has ended or its account is not active any more.

        `law` is the time that counts in law, by which representations end.
        """
        digest = _digest(token)
        async with self.database.reading() as connection:
            row = await sessions.find(connection, digest)
        if row is None or now >= min(row["ends_at"], row["seen_at"] + IDLE):
            return None
        account = await self.account(row["account"])
        if account is None:
            return None
        if now - row["seen_at"] >= NOTED_EVERY:
            async with self.database.transaction() as tx:
                await sessions.seen(tx, digest, now)
            row["seen_at"] = now
        actor, lost = await self._acts(row, law or now)
        return Session(
            actor,
            row["csrf"],
            min(row["ends_at"], row["seen_at"] + IDLE),
            row["ends_at"],
            self.must_enrol(account),
            lost,
        )

    async def _acts(self, row: Row, law: datetime) -> tuple[Actor, bool]:
        """Return who acts in a browser; its holder where that was lost as which it acted."""
        try:
            return await self.acting(row["account"], row["representation"], law), False
        except NotPermitted:
            return await self.acting(row["account"], "", law), True

    async def choose_identity(
        self, actor: Actor, token: str, representation: str, now: datetime
    ) -> Actor:
        """Let a browser act for another from now on; empty: for the holder of the account. Raises NotPermitted."""
        chosen = await self.acting(actor.account, representation, now)
        async with self.database.transaction() as tx:
            await sessions.acts_by(tx, _digest(token), representation)
            kept = Entry(fact="identity_chosen", account=actor.account, kind=actor.kind)
            await note(tx, replace(kept, about=representation))
        return chosen

    async def sign_ins(self, actor: Actor, now: datetime, token: str = "") -> list[SignIn]:
        """Return the browsers in which the own account is signed in; `token` is that of the one that asks."""
        async with self.database.reading() as connection:
            rows = await sessions.of_account(connection, actor.account, now, now - IDLE)
        here = _digest(token) if token else ""
        return [
            value_of(SignIn, row, id=row["token_sha256"][:ID], here=row["token_sha256"] == here)
            for row in rows
        ]

    async def end_sign_in(
        self, actor: Actor, id_: str, password: str, now: datetime, *, origin: Origin = NOWHERE
    ) -> None:
        """Sign one browser of the own account out, with the password once more: who sits at a forgotten one ends no other.

        Raises:
            DataInvalid: the password is wrong. NotFound: there is no such one. TooManyAttempts: counted as signing in is.
        """
        async with self._attempting(actor.account, origin, now):
            if await self._proven(actor.account, password) is None:
                raise one_field("/password", "密码不对")
        async with self.database.transaction() as tx:
            if len(id_) != ID or not await sessions.end_one(tx, actor.account, id_):
                raise NotFound("没有这处登录，可能已经退出了。")
            fact = Entry(fact="signed_out", account=actor.account, kind=actor.kind, detail="one")
            await note(tx, fact)

    async def close_session(self, token: str) -> None:
        """Sign out: the token is worth nothing from now on."""
        async with self.database.transaction() as tx:
            await sessions.end(tx, _digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
