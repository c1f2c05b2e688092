"""人员 — who signs in, on which posts; known for some seconds, so that a request costs no query for it."""

from collections.abc import Mapping

from service.office.cached import Cached
from service.office.views import Account
from service.store import accounts
from service.store.cases import Row
from service.store.database import Connection, Database
from service.workflows.language.release import Release

SECONDS = 5.0
MOST = 10_000
Signers = Mapping[tuple[str, str], tuple[str, ...]]


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
        self._clerks: Cached[Signers] = Cached(SECONDS)

    async def account(self, name: str) -> Account | None:
        """Return an account, active or not, None when there is none."""

        async def load() -> Account | None:
            async with self._database.reading() as connection:
                row = await accounts.find(connection, name)
            return account_of(row) if row else None

        if len(self._known) >= MOST:
            self._known.clear()
        return await self._known.setdefault(name, Cached(SECONDS)).get(load)

    async def signers(self, release: Release, tx: Connection) -> Signers:
        """Return the active clerks by (department, post), for releases in which several must sign; else nobody."""
        if all(state.sign == "any" for cycle in release.lifecycles.values() for state in cycle.states.values()):
            return {}

        async def load() -> Signers:
            found: dict[tuple[str, str], tuple[str, ...]] = {}
            for row in await accounts.listed(tx, kind="clerk"):
                for post in row["posts"] if row["active"] else ():
                    place = (row["department"], post)
                    found[place] = (*found.get(place, ()), row["account"])
            return found

        return await self._clerks.get(load)

    def forget(self, name: str) -> None:
        """Look an account up anew."""
        self._known.pop(name, None)
        self._clerks.forget()
