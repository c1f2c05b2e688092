"""发布 — a pack is checked, compiled and kept; what runs keeps the rules it was filed under."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.errors import DefinitionInvalid, NotFound
from service.office.concerned import library_of
from service.office.desk import Desk, held
from service.office.isolation import TooMuchWork
from service.office.security import Entry, note
from service.store import calendars, credit_records, releases
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.application import Applicant
from service.workflows.authoring import (
    Neighbour,
    Pack,
    bundles_of,
    compile_release,
    load_pack,
    taken_departments,
)
from service.workflows.calendar import WorkCalendar, contradictions
from service.workflows.case import Ban
from service.workflows.definition import Calendar, Diagnostic, Release
from service.workflows.telling import guide_for

TOO_MUCH = "定义太大或者太复杂，在规定的时间里没有检查完。请拆成几件事，分别检查。"


class Publishing(Desk):
    """What the definitions are, and how new ones come into force."""

    async def check(self, files: Mapping[str, bytes | str]) -> list[Diagnostic]:
        """Return everything that is wrong with the files of a pack; nothing is kept.

        It is read by a process of its own: whoever asks something else meanwhile is answered. Raises DefinitionInvalid
        when there is more in it than can be checked in a reasonable time, Unavailable when too many ask at once.
        """
        texts = {
            name: text if isinstance(text, str) else text.decode("utf-8", "surrogateescape")
            for name, text in files.items()
        }
        try:
            found = await self.apart.ask("pack", json.dumps(texts).encode())
        except TooMuchWork:
            raise DefinitionInvalid(TOO_MUCH, diagnostics=[]) from None
        return [Diagnostic(**each) for each in found]

    async def publish_pack(
        self, files: Mapping[str, bytes | str], by: str, now: datetime, *, back: bool = True
    ) -> list[Row]:
        """Publish every bundle of a pack, with its calendars; what has not changed is not published again.

        What was published before and is not in force comes `back` into force: new cases follow it, running ones keep theirs.
        Returns [{bundle, title, number, hash, new, in_force, back}]: `in_force` is the number in force afterwards.
        Raises DefinitionInvalid with `diagnostics` when something is wrong.
        """
        loaded = await asyncio.to_thread(load_pack, files)
        if loaded.pack is None:
            wrong = [each.as_dict() for each in loaded.diagnostics if each.severity == "error"]
            raise DefinitionInvalid(f"定义包有 {len(wrong)} 处错误，没有发布", diagnostics=wrong)
        compiled = await asyncio.to_thread(_compiled, loaded.pack)
        async with self.database.transaction() as tx:
            await self._refuse_taken_departments(tx, loaded.pack, compiled)
            await _publish_calendars(tx, loaded.pack, now)
            rows = [
                await _publish_release(tx, loaded.pack, release, by, now, back=back)
                for release in compiled
            ]
            await note(tx, *(_published(row, by, now) for row in rows if row["new"] or row["back"]))
        self.catalogue.forget()
        await self.catalogue.refresh()
        return rows

    async def _refuse_taken_departments(
        self, tx: Connection, pack: Pack, compiled: Sequence[Release]
    ) -> None:
        """Refuse a pack one of whose departments has the code of another region's. Raises DefinitionInvalid."""
        own, title = {release.bundle.code for release in compiled}, _title_of(pack)
        others = []
        for row in await releases.current(tx):
            if row["bundle"] not in own and row["pack_title"] != title:
                there = (await self.catalogue.release(row["hash"], tx)).directory
                others.append(Neighbour(there.region.code, there.region.title, there.departments))
        if wrong := [each.as_dict() for each in taken_departments(pack, others)]:
            said = f"有 {len(wrong)} 个部门代码已经由别的地区使用，没有发布"
            raise DefinitionInvalid(said, diagnostics=wrong)

    async def releases_of(self, bundle: str) -> list[Row]:
        """Return the releases of a bundle, newest first: {number, hash, published_at, published_by, current, in_force}.

        `in_force` lists when each came into force and through whom, newest first. Raises NotFound.
        """
        async with self.database.reading() as connection:
            known = await releases.history(connection, bundle)
            told = await releases.in_force(connection, bundle)
            current = {r["bundle"]: r["number"] for r in await releases.current(connection)}
        if not known:
            raise NotFound(f"没有「{bundle}」这件事，或者还没有发布。")
        return [
            {
                **row,
                "current": row["number"] == current[bundle],
                "in_force": [each for each in told if each["number"] == row["number"]],
            }
            for row in known
        ]

    async def bundles(self) -> list[Release]:
        """Return the release in force of every published bundle."""
        return await self.catalogue.all_newest()

    async def bundles_by_use(self) -> list[Release]:
        """Return the release in force of every published bundle, those first that are applied for most."""
        return await self.catalogue.by_use()

    async def bundle(self, code: str) -> Release:
        """Return the release of a bundle that is in force. Raises NotFound."""
        return await self.catalogue.newest(code)

    async def release(self, content_hash: str) -> Release:
        """Return a release by its content hash. Raises NotFound."""
        return await self.catalogue.release(content_hash)

    def calendar_for(self, release: Release) -> WorkCalendar:
        """Return the working calendar a release's limits are reckoned by."""
        return self.catalogue.calendar_for(release)

    async def guide(
        self,
        bundle: str,
        applicant: Mapping[str, Any],
        answers: Mapping[str, Any],
        handling: Mapping[str, str] | None = None,
        certificates: Mapping[str, Mapping[str, Any]] | None = None,
        form: Mapping[str, Any] | None = None,
        *,
        now: datetime,
        own: bool = False,
    ) -> dict[str, Any]:
        """Make the guide for this applicant and the answers so far; see `telling.guide` for its shape.

        `applicant` is {type, name?, id?}. `own`: it is the verified number of who asks, so what is kept about it may be told:
        certificates, credit, what is barred. For everybody else the guide is the same whatever the number (个人信息保护法 13).
        Raises DataInvalid for what is wrong, not missing.
        """
        release = await self.bundle(bundle)
        await self.catalogue.refresh()
        subject = str(applicant.get("id") or "")
        async with self.database.reading() as connection:
            standing = await credit_records.standing(connection, subject if own else "")
            rows = await library_of(connection, release, subject, form or {}) if own else None
        kind, name = (str(applicant.get(key) or "") for key in ("type", "name"))
        return guide_for(
            release,
            Applicant(kind, name, subject, standing.excluded),
            answers,
            handling or {},
            self.calendar_for(release),
            now,
            certificates=certificates or {},
            form=form or {},
            so_far=True,
            library=None if rows is None else held([row for row in rows if row["number"]]),
            bans=tuple(Ban(**row) for row in standing.banned),
        )


def _title_of(pack: Pack) -> str:
    return pack.directory.region.title if pack.directory else ""


def _compiled(pack: Pack) -> list[Release]:
    return [compile_release(pack, code) for code in bundles_of(pack)]


def _published(row: Row, by: str, now: datetime) -> Entry:
    return Entry(fact="published", at=now, account=by, about=row["bundle"], part=str(row["number"]))


async def _publish_release(
    tx: Connection, pack: Pack, release: Release, by: str, now: datetime, *, back: bool
) -> Row:
    code = release.bundle.code
    known = {row["hash"] for row in await releases.history(tx, code)}
    before = {row["bundle"]: row["number"] for row in await releases.current(tx)}.get(code)
    number = await releases.publish(
        tx,
        bundle=code,
        content_hash=release.hash,
        pack_title=_title_of(pack),
        document=dict(release.document),
        at=now,
        by=by,
    )
    new = release.hash not in known
    moved = (new or back) and await releases.put_in_force(tx, code, number, now, by)
    return {
        "bundle": code,
        "title": release.bundle.title,
        "number": number,
        "hash": release.hash,
        "new": new,
        "in_force": number if new or back else before,
        "back": moved and not new,
    }


async def _publish_calendars(tx: Connection, pack: Pack, now: datetime) -> None:
    region = pack.directory.region.code if pack.directory else ""
    stored = [Calendar.model_validate(row["document"]) for row in await calendars.published(tx)]
    for notice in pack.calendars:
        mine = [each for each in stored if (each.layer, each.year) == (notice.layer, notice.year)]
        if notice.replaces is None and (changed := contradictions([notice], mine)):
            days = "、".join(day.isoformat() for day in changed)
            said = f"{notice.year}年的放假安排已经公布，这份通知改了 {days}；确有新通知的，请写明文号和批准人（replaces）"
            raise DefinitionInvalid(said)
        document = notice.model_dump(mode="json")
        await calendars.publish(
            tx, region=region, layer=notice.layer, year=notice.year, document=document, at=now
        )
