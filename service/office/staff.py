"""人员 — who signs in, on which posts; known for some seconds, so that a request costs no query for it.

What changed about who may come in is asked for twice a second at most, in one statement whatever the number of requests;
an account that changed is looked up anew.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from service.office.cached import Cached
from service.office.views import Account, value_of
from service.store import access, accounts
from service.store.cases import Row
from service.store.database import Connection, Database

FRESH_SECONDS = 5.0
LOOK_SECONDS = 0.5
MOST_ACCOUNTS = 10_000
MOST_ENDED = 100_000


@dataclass(frozen=True, slots=True)
class Roster:
    """在岗人员 — accounts by (department, post), whose account it is: the number of the person, and the name."""

    posts: Mapping[tuple[str, str], tuple[str, ...]]
    subjects: Mapping[str, str]
    names: Mapping[str, str]


def account_of(row: Row) -> Account:
    """Return a stored account without what belongs to signing in."""
    return value_of(Account, row, posts=tuple(row["posts"]), second_factor=bool(row["otp_secret"]))


class Staff:
    """人员名册 — accounts by name and clerks by post."""

    def __init__(self, database: Database) -> None:
        """Know nobody yet."""
        self._database = database
        self._known: dict[str, Cached[Account | None]] = {}
        self._clerks: Cached[Roster] = Cached(FRESH_SECONDS)
        self._looking = asyncio.Lock()
        self._looked = -LOOK_SECONDS  # when it was last asked what changed
        self._seen = 0  # the last change that is known
        self._ended: set[str] = set()

    async def account(self, name: str) -> Account | None:
        """Return an account, active or not, None when there is none."""
        await self._look()

        async def load() -> Account | None:
            async with self._database.reading() as connection:
                row = await accounts.find(connection, name)
            return account_of(row) if row else None

        if len(self._known) >= MOST_ACCOUNTS:
            self._known.clear()
        return await self._known.setdefault(name, Cached(FRESH_SECONDS)).get(load)

    async def _look(self) -> None:
        """Ask what changed, unless that was done just now; who comes meanwhile waits for the same answer."""
        if time.monotonic() < self._looked + LOOK_SECONDS:
            return
        async with self._looking:
            began = time.monotonic()
            if began < self._looked + LOOK_SECONDS:
                return
            if len(self._ended) > MOST_ENDED:
                # most have ended by themselves and are gone from the table
                self._ended, self._seen = set(), 0
            async with self._database.reading() as connection:
                found = await access.since(connection, self._seen)
            for row in found:
                self._seen = row["number"]
                if row["token"]:
                    self._ended.add(row["token"])
                else:
                    self.forget(row["account"])
            self._looked = began

    def ended(self, token: str) -> bool:
        """Tell whether a token was ended before its time, as of the last look."""
        return token in self._ended

    def look_again(self) -> None:
        """Ask at the next request what changed."""
        self._looked = -LOOK_SECONDS

    async def roster(self, tx: Connection) -> Roster:
        """Return the active clerks, and who every clerk is, also one who has left."""

        async def load() -> Roster:
            found: dict[tuple[str, str], tuple[str, ...]] = {}
            subjects: dict[str, str] = {}
            names: dict[str, str] = {}
            for row in await accounts.listed(tx, kind="clerk"):
                for post in row["posts"] if row["active"] else ():
                    place = (row["department"], post)
                    found[place] = (*found.get(place, ()), row["account"])
                names[row["account"]] = row["name"]
                if row["subject"]:
                    subjects[row["account"]] = row["subject"]
            return Roster(found, subjects, names)

        return await self._clerks.get(load)

    def forget(self, name: str) -> None:
        """Look an account up anew."""
        self._known.pop(name, None)
        self._clerks.forget()
