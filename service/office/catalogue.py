"""目录 — published releases by their hash, the one in force of each bundle, and the working calendars.

A release never changes, so it is read once. Which one is in force and what the calendars say may be some seconds old in
another process than the one that published; cases reckoned meanwhile are reckoned anew by the sweep.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from service.errors import NotFound
from service.office.cached import Cached
from service.store import calendars, case_lists, releases
from service.store.cases import Row
from service.store.database import Connection, Database
from service.workflows.authoring import read_release
from service.workflows.calendar import WorkCalendar, build, built_in
from service.workflows.definition import Calendar, Release

FRESH_SECONDS = 3.0
COUNTED_SECONDS = 600.0
MOST_RELEASES = 500
NATIONAL_LAYER = "CN"


class Catalogue:
    """What was published, as this process knows it."""

    def __init__(self, database: Database) -> None:
        """Know nothing yet."""
        self._database = database
        self._releases: OrderedDict[str, Release] = OrderedDict()
        self._newest: Cached[dict[str, str]] = Cached(FRESH_SECONDS)  # bundle → hash
        self._used: Cached[dict[str, int]] = Cached(
            COUNTED_SECONDS
        )  # bundle → how many applications
        self._notices: Cached[list[Row]] = Cached(FRESH_SECONDS)
        self._published: list[Row] = []
        self._calendars: dict[tuple[str, ...], WorkCalendar] = {}
        self._by_release: dict[str, WorkCalendar] = {}

    @asynccontextmanager
    async def _connection(self, tx: Connection | None) -> AsyncIterator[Connection]:
        if tx is not None:  # a verb holds one connection and must not wait for a second
            yield tx
            return
        async with self._database.reading() as connection:
            yield connection

    # ---- releases ----

    async def release(self, content_hash: str, tx: Connection | None = None) -> Release:
        """Return a release by its content hash. Raises NotFound."""
        known = self._releases.get(content_hash)
        if known is not None:
            self._releases.move_to_end(content_hash)
            return known
        async with self._connection(tx) as connection:
            row = await releases.by_hash(connection, content_hash)
        if row is None:
            raise NotFound("没有这个发布版。")
        release = self._releases[content_hash] = read_release(row["document"])
        if len(self._releases) > MOST_RELEASES:
            gone, _ = self._releases.popitem(last=False)
            self._by_release.pop(gone, None)
        return release

    async def newest(self, bundle: str, tx: Connection | None = None) -> Release:
        """Return the release of a bundle that is in force. Raises NotFound."""
        newest = (await self._hashes(tx)).get(bundle)
        if newest is None:
            raise NotFound(f"没有「{bundle}」这件事，或者还没有发布。")
        return await self.release(newest, tx)

    async def all_newest(self, tx: Connection | None = None) -> list[Release]:
        """Return the release in force of every bundle."""
        return [await self.release(each, tx) for each in (await self._hashes(tx)).values()]

    async def by_use(self) -> list[Release]:
        """Return the release in force of every bundle, those first that are applied for most."""

        async def load() -> dict[str, int]:
            async with self._connection(None) as connection:
                return await case_lists.most_used(connection)

        many = await self._used.get(load)
        return sorted(await self.all_newest(), key=lambda each: -many.get(each.bundle.code, 0))

    async def _hashes(self, tx: Connection | None) -> dict[str, str]:
        async def load() -> dict[str, str]:
            async with self._connection(tx) as connection:
                return {row["bundle"]: row["hash"] for row in await releases.current(connection)}

        return await self._newest.get(load)

    # ---- calendars ----

    async def refresh(self, tx: Connection | None = None) -> None:
        """Learn of calendars published by other processes."""

        async def load() -> list[Row]:
            async with self._connection(tx) as connection:
                return await calendars.published(connection)

        published = await self._notices.get(load)
        if published != self._published:
            self._published, self._calendars, self._by_release = published, {}, {}

    def calendar_for(self, release: Release) -> WorkCalendar:
        """Return the calendar that a release's limits are reckoned by: the nation's, then its region's own layers."""
        known = self._by_release.get(release.hash)
        if known is None:
            known = self._by_release[release.hash] = self._built(self._layers(release))
        return known

    def _layers(self, release: Release) -> tuple[str, ...]:
        named = release.directory.policy.calendar_layers
        if named:
            return tuple(named)
        region = release.directory.region.code
        own = [
            row["layer"]
            for row in self._published
            if row["region"] == region and row["layer"] != NATIONAL_LAYER
        ]
        return tuple(dict.fromkeys([NATIONAL_LAYER, *sorted(own)]))

    def _built(self, layers: tuple[str, ...]) -> WorkCalendar:
        if layers not in self._calendars:
            given = [Calendar.model_validate(row["document"]) for row in self._published]
            self._calendars[layers] = build([*built_in(), *given], layers)
        return self._calendars[layers]

    @property
    def national(self) -> WorkCalendar:
        """Return the nation's calendar as it is known now."""
        return self._built((NATIONAL_LAYER,))

    def versions(self) -> Sequence[str]:
        """Return the versions of the calendars in use by the releases this process has met."""
        return sorted({self.calendar_for(release).version for release in self._releases.values()})

    def forget(self) -> None:
        """Look anew at what is in force, after publishing."""
        self._newest.forget()
        self._notices.forget()
