"""人员 — who signs in, on which posts; known for some seconds, so that a request costs no query for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.office.cached import Cached
from service.office.views import Account
from service.store import accounts
from service.store.cases import Row
from service.store.database import Connection, Database
from service.workflows.language.release import FOLLOW_UP, Release

SECONDS = 5.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Roster:
    """在岗人员 — accounts by (department, post), and the own ids of those who have one."""

    posts: Mapping[tuple[str, str], tuple[str, ...]]
    subjects: Mapping[str, str]


def account_of(row: Row) -> Account:
    """Return a stored account without what belongs to signing in."""
    return Account(
        row["account"], row["name"], row["kind"], row["department"], tuple(row["posts"]), row["subject"], row["active"]
    )


class Staff:
    """人员名册 — accounts by name and clerks by post."""

    def __init__(self, database: Database) -> None:
        """Know nobody yet."""
        self._database = database
        self._known: dict[str, Cached[Account | None]] = {}
        self._clerks: Cached[Roster] = Cached(SECONDS)

    async def account(self, name: str) -> Account | None:
        """Return an account, active or not, None when there is none."""

        async def load() -> Account | None:
            async with self._database.reading() as connection:
                row = await accounts.find(connection, name)
            return account_of(row) if row else None

        if len(self._known) >= MOST:
            self._known.clear()
        return await self._known.setdefault(name, Cached(SECONDS)).get(load)

    async def needed(self, release: Release, tx: Connection) -> Roster:
        """Return the active clerks, for releases in which several must sign or inspectors are drawn; else nobody."""
        signed = any(state.sign != "any" for cycle in release.lifecycles.values() for state in cycle.states.values())
        return await self.roster(tx) if signed or FOLLOW_UP in release.lifecycles else Roster({}, {})

    async def roster(self, tx: Connection) -> Roster:
        """Return the active clerks."""

        async def load() -> Roster:
            found: dict[tuple[str, str], tuple[str, ...]] = {}
            subjects: dict[str, str] = {}
            for row in await accounts.listed(tx, kind="clerk"):
                for post in row["posts"] if row["active"] else ():
                    place = (row["department"], post)
                    found[place] = (*found.get(place, ()), row["account"])
                if row["subject"]:
                    subjects[row["account"]] = row["subject"]
            return Roster(found, subjects)

        return await self._clerks.get(load)

    def forget(self, name: str) -> None:
        """Look an account up anew."""
        self._known.pop(name, None)
        self._clerks.forget()
