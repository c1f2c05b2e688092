"""发布 — a pack is checked, compiled and kept; what runs keeps the rules it was filed under."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.errors import DefinitionInvalid
from service.office.desk import Desk, held
from service.store import calendars, credit_records, papers, releases
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import bundle as bundles
from service.workflows.calendar import WorkCalendar, contradictions
from service.workflows.language.diagnostics import Diagnostic
from service.workflows.language.load import load_pack
from service.workflows.language.models import Calendar
from service.workflows.language.pack import Pack
from service.workflows.language.regional import bundles_of
from service.workflows.language.release import Release, compile_release
from service.workflows.tools.guide import guide


class Publishing(Desk):
    """What the definitions are, and how new ones come into force."""

    async def check(self, files: Mapping[str, bytes | str]) -> list[Diagnostic]:
        """Return everything that is wrong with the files of a pack; nothing is kept."""
        return load_pack(files).diagnostics

    async def publish_pack(self, files: Mapping[str, bytes | str], by: str, now: datetime) -> list[Row]:
        """Publish every bundle of a pack, with its calendars; what has not changed is not published again.

        Returns [{bundle, title, number, hash, new}]. Raises DefinitionInvalid with `diagnostics` when something is wrong.
        """
        loaded = load_pack(files)
        if loaded.pack is None:
            wrong = [each.as_dict() for each in loaded.diagnostics if each.severity == "error"]
            raise DefinitionInvalid(f"定义包有 {len(wrong)} 处错误，没有发布", diagnostics=wrong)
        compiled = [compile_release(loaded.pack, code) for code in bundles_of(loaded.pack)]
        async with self.database.transaction() as tx:
            await _publish_calendars(tx, loaded.pack, now)
            rows = [await _publish(tx, loaded.pack, release, by, now) for release in compiled]
        self.catalogue.forget()
        await self.catalogue.refresh()
        return rows

    async def bundles(self) -> list[Release]:
        """Return the newest release of every published bundle."""
        return await self.catalogue.all_newest()

    async def bundle(self, code: str) -> Release:
        """Return the newest release of a bundle. Raises NotFound."""
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
        library: bool = False,
    ) -> dict[str, Any]:
        """Make the guide for this applicant and these answers; see `tools.guide.guide` for its shape.

        `applicant` is {type, name?, id?}; with an id the credit record is looked at, and what it bars is told. `library`: also what the
        certificates kept here say; only for whom they belong to.
        """
        release = await self.bundle(bundle)
        await self.catalogue.refresh()
        subject = str(applicant.get("id") or "")
        async with self.database.reading() as connection:
            standing = await credit_records.standing(connection, subject)
            rows = await papers.certificates_of(connection, subject) if library else []
        who = bundles.Applicant(
            str(applicant.get("type") or ""), str(applicant.get("name") or ""), subject, standing.excluded
        )
        return guide(
            release, who, answers, handling or {}, self.calendar_for(release), now,
            certificates=certificates or {}, form=form or {}, library=held([row for row in rows if row["number"]]),
        )  # fmt: skip


async def _publish(tx: Connection, pack: Pack, release: Release, by: str, now: datetime) -> Row:
    before = await releases.history(tx, release.bundle.code)
    known = {row["hash"] for row in before}
    title = pack.directory.region.title if pack.directory else ""
    number = await releases.publish(
        tx, bundle=release.bundle.code, content_hash=release.hash, pack_title=title,
        document=dict(release.document), at=now, by=by,
    )  # fmt: skip
    new = release.hash not in known
    return {
        "bundle": release.bundle.code,
        "title": release.bundle.title,
        "number": number,
        "hash": release.hash,
        "new": new,
    }


async def _publish_calendars(tx: Connection, pack: Pack, now: datetime) -> None:
    region = pack.directory.region.code if pack.directory else ""
    stored = [Calendar.model_validate(row["document"]) for row in await calendars.published(tx)]
    for notice in pack.calendars:
        mine = [each for each in stored if (each.layer, each.year) == (notice.layer, notice.year)]
        if notice.replaces is None and (changed := contradictions([notice], mine)):
            days = "、".join(day.isoformat() for day in changed)
            said = (
                f"{notice.year}年的放假安排已经公布，这份通知改了 {days}；确有新通知的，请写明文号和批准人（replaces）"
            )
            raise DefinitionInvalid(said)
        document = notice.model_dump(mode="json")
        await calendars.publish(tx, region=region, layer=notice.layer, year=notice.year, document=document, at=now)
