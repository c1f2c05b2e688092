"""会话 — a browser that has signed in: for how long, and for whom.

The browser holds a random token; what is kept is its SHA-256, so that whoever reads the database cannot sign in with it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.office.accounts import Accounts, actor_of
from service.office.views import Account
from service.store import sessions
from service.workflows.case import Actor

IDLE, LIFE = timedelta(minutes=30), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # that a browser is in use is written down once a minute at most


@dataclass(frozen=True, slots=True)
class Session:
    """会话 — who is signed in, what this browser's forms carry, and when it ends by itself."""

    actor: Actor
    csrf: str
    idle_at: datetime  # without another request it ends then
    ends_at: datetime
    must_enrol: bool = False  # nothing but setting up the second factor


class Sessions(Accounts):
    """Signing in and out with a browser."""

    async def open_session(self, account: Account, now: datetime) -> str:
        """Open a session for who has just signed in; return the token the browser is to keep."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_sha256": _digest(token),
            "account": account.account,
            "csrf": secrets.token_urlsafe(32),
            "created_at": now,
            "seen_at": now,
            "ends_at": now + LIFE,
        }
        async with self.database.transaction() as tx:
            await sessions.forget_ended(tx, now)
            await sessions.add(tx, row)
        return token

    async def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a token; None when it has ended or its account is not active any more."""
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
        return Session(
            actor_of(account),
            row["csrf"],
            min(row["ends_at"], row["seen_at"] + IDLE),
            row["ends_at"],
            self.must_enrol(account),
        )

    async def close_session(self, token: str) -> None:
        """Sign out: the token is worth nothing from now on."""
        async with self.database.transaction() as tx:
            await sessions.end(tx, _digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
