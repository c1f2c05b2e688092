"""登录尝试 — counted before a password is looked at, in the database, so that all processes count together.

Strangers' failures slow strangers down, never the owner: a browser that has signed in to an account carries a mark, and a
program the address from which it has; each keeps an allowance of its own. Everything is counted under the name that was
given, whether there is such an account or not.
"""

import hmac
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import TooManyAttempts
from service.store import attempts
from service.store.database import Connection, Database

LOCKED_FOR = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """从哪里来 — the address of who signs in, and the mark that the browser keeps; empty for a program."""

    address: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many failures, then locks that grow; forgotten when nothing failed for a while."""

    allowed: int
    locks: tuple[timedelta, ...]
    remembered: timedelta


GROWING = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
OF_ONE_PLACE = Allowance(5, (LOCKED_FOR,), LOCKED_FOR)  # after the lock, counting begins anew
OF_STRANGERS = Allowance(10, GROWING, timedelta(days=1))  # to one name, from wherever
OF_AN_ADDRESS = Allowance(20, GROWING, timedelta(days=1))  # to whatever name
NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted; `own` is the key of the place, `shared` those of strangers."""

    own: str
    shared: tuple[str, ...]
    known: str  # what is known from now on if it was right


class Attempts:
    """Counts attempts at names."""

    def __init__(self, database: Database, secret: str, also: Sequence[str] = ()) -> None:
        """Count under names that only the secret gives; a place that was known under one of `also` is known."""
        self._database = database
        self._keys = [
            hmac.digest(each.encode(), b"yijianshi: sign-in attempts", "sha256")
            for each in (secret, *also)
        ]

    async def take(self, name: str, origin: Origin, now: datetime) -> Attempt:
        """Count an attempt before anything is looked at. Raises TooManyAttempts; then nothing was counted."""
        name = name[:LONGEST_NAME]
        at_address = self._hashed("address", name, origin.address)
        on_device = self._hashed("device", name, origin.device) if origin.device else at_address
        strangers = (self._hashed("strangers", name), self._hashed("anybody", origin.address))
        before = [
            self._hashed(*place, key=key)
            for key in self._keys[1:]
            for place in (("device", name, origin.device), ("address", name, origin.address))
        ]
        async with self._database.transaction() as tx:
            found = await attempts.find(tx, (on_device, at_address, *strangers, *before))
            here = [
                key
                for key in (on_device, at_address, *before)
                if key in found and (found[key]["known_until"] or now) > now
            ]
            own, shared = (here[0], ()) if here else (at_address, strangers)
            for key, allowance in zip(
                (own, *shared), (OF_ONE_PLACE, OF_STRANGERS, OF_AN_ADDRESS), strict=False
            ):
                if not await taken(tx, key, allowance, now):
                    raise refused((await attempts.find(tx, (key,)))[key]["locked_until"], now)
        return Attempt(own, shared, on_device)

    async def give_back(self, attempt: Attempt) -> None:
        """Take an attempt back that was neither right nor wrong."""
        async with self._database.transaction() as tx:
            for key in (attempt.own, *attempt.shared):
                await attempts.give_back(tx, key)

    async def succeeded(self, attempt: Attempt, now: datetime) -> None:
        """Count anew from this place, and know it from now on."""
        async with self._database.transaction() as tx:
            await attempts.forget(tx, attempt.own)
            for key in attempt.shared:
                await attempts.give_back(tx, key)
            await attempts.know(tx, attempt.known, now, now + KNOWN_FOR)
        async with self._database.transaction() as tx:
            await attempts.purge(tx, now)

    def _hashed(self, *parts: str, key: bytes = b"") -> str:
        return hmac.digest(key or self._keys[0], json.dumps(parts).encode(), "sha256").hex()


async def taken(tx: Connection, key: str, allowance: Allowance, now: datetime) -> bool:
    """Count an attempt under a key; False, and nothing counted, while it is locked."""
    return await attempts.take(
        tx,
        key,
        now,
        allowed=allowance.allowed,
        locks=[now + lock for lock in allowance.locks],
        counted_until=now + allowance.remembered,
    )


def refused(locked_until: datetime, now: datetime) -> TooManyAttempts:
    """Return the refusal that says when to try again."""
    seconds = math.ceil((locked_until - now).total_seconds())
    return TooManyAttempts(
        f"尝试次数过多，请 {math.ceil(seconds / 60)} 分钟后再试。", retry_after=seconds
    )
