"""Seals: by sequence, signed, witnessed elsewhere, and missed when they fail to come."""

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.errors import Unavailable
from service.office import Office
from service.office.outside_witness import Outside, WitnessFolder
from service.settings import UNSAFE_AUDIT_KEY
from service.store import seals
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import AuditKey, Keys
from service.verify import SealHead, verify, witnessed
from service.verify.canonical import fingerprint
from service.workflows.calendar import local_date

from .conftest import DAY, MINUTE, NOW, Sealed
from .meddling import Meddler


@dataclass
class Notebook:
    """A second place in memory, which can be told to refuse."""

    lines: list[str] = field(default_factory=list)
    refuses: str = ""
    name: str = "notebook"

    async def take(self, month: str, lines: Sequence[str]) -> str:
        """Write them down."""
        if not self.refuses:
            self.lines += lines
        return self.refuses


def office_at(database: Database, folder: Path, place: Notebook, **more: Any) -> Office:
    """An office whose seals go into a notebook."""
    files = Folder(folder / "files", reserve=0)
    return Office(database, files, cheap_passwords=True, outside=Outside((place,), **more))


async def made(office: Office, name: str) -> None:
    """Write something that the ledger covers."""
    await office.create_account(name, "long-enough-1", name=name, kind="applicant", subject=name)


class TestSealing:
    """`seal`: each minute, what was written since."""

    async def test_seals_once_a_minute_and_sends_each_seal_once(
        self, database: Database, tmp_path: Path
    ) -> None:
        """A second worker in the same minute has nothing to do; a quiet minute makes no seal, but a sign of life."""
        place = Notebook()
        office = office_at(database, tmp_path, place)
        await made(office, "zhang")
        assert await office.seal_records(NOW) == 1
        assert await office.seal_records(NOW + timedelta(seconds=59)) == 0
        await made(office, "li")
        assert await office.seal_records(NOW + MINUTE) == 1
        numbers = [json.loads(line)["number"] for line in place.lines]
        assert numbers == [1, 2]
        assert await office.seal_records(NOW + 2 * MINUTE) == 0
        assert len(place.lines) == 3
        assert await office.witness_age(NOW + 3 * MINUTE) == MINUTE

    async def test_what_commits_late_is_taken_by_a_later_seal(
        self, database: Database, tmp_path: Path
    ) -> None:
        """A number drawn before and committed after the seal is named as missing, then taken: no false alarm."""
        if not database.postgres:
            pytest.skip("SQLite has one writer: numbers are committed in their order")
        office = office_at(database, tmp_path, Notebook())
        await made(office, "zhang")
        async with database.transaction() as slow:
            from service.store import ledger

            await ledger.enter(slow, "accounts", account="zhang")
            await made(office, "li")
            assert await office.seal_records(NOW) == 1
        assert await office.seal_records(NOW + MINUTE) == 1
        async with database.reading() as connection:
            first, second = await seals.after(connection, 0, 9)
        missing = [number for number, _ in first["body"]["ledger"]["missing"]]
        assert len(missing) == 1
        assert second["body"]["ledger"]["late"] == missing
        assert (await verify(database, now=NOW + MINUTE, secrets=[UNSAFE_AUDIT_KEY])).clean

    async def test_a_key_is_changed_without_a_stop(
        self, database: Database, tmp_path: Path
    ) -> None:
        """The new one signs, the old one is still believed; without the old one its entries are not."""
        office = office_at(database, tmp_path, Notebook())
        await made(office, "zhang")
        await office.seal_records(NOW)
        new = "n" * 40
        database.keys = Keys(audit=(new, UNSAFE_AUDIT_KEY))
        await made(office, "li")
        await office.seal_records(NOW + MINUTE)
        at = NOW + 2 * MINUTE
        assert (await verify(database, now=at, secrets=[new, UNSAFE_AUDIT_KEY])).clean
        assert not (await verify(database, now=at, secrets=[new])).clean


class TestWitness:
    """The second place."""

    async def test_silence_is_loud_after_hours(
        self, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Each round says so once it is too long; what was missed is sent when the place is back."""
        place = Notebook()
        office = office_at(database, tmp_path, place)
        await made(office, "zhang")
        await office.seal_records(NOW)
        place.refuses = "没有接通"
        with caplog.at_level(logging.ERROR, "yijianshi.witness"):
            await made(office, "li")
            await office.seal_records(NOW + 2 * MINUTE)
            assert not caplog.records
            await office.seal_records(NOW + timedelta(hours=4, minutes=1))
            assert "witness_missing" in caplog.text
        assert await office.witness_age(NOW + DAY) == DAY
        place.refuses = ""
        await office.seal_records(NOW + timedelta(hours=5))
        assert sorted({json.loads(line)["number"] for line in place.lines}) == [1, 2, 3]
        assert (await office.witness_age(NOW + DAY)) == DAY - timedelta(hours=5)

    @pytest.mark.parametrize("required", [False, True])
    async def test_may_stop_new_applications(
        self, database: Database, tmp_path: Path, *, required: bool
    ) -> None:
        """Only where the settings say so."""
        place = Notebook(refuses="没有接通")
        office = office_at(database, tmp_path, place, required=required)
        await made(office, "zhang")
        await office.seal_records(NOW)
        late = NOW + timedelta(hours=4, minutes=1)
        if required:
            with pytest.raises(Unavailable, match="见证"):
                await office.refuse_unwitnessed(late)
        else:
            await office.refuse_unwitnessed(late)

    async def test_a_folder_that_is_not_there_is_not_made(self, tmp_path: Path) -> None:
        """An unmounted disk is a failure, never a new folder on this one."""
        gone = tmp_path / "gone"
        assert "写不进去" in await WitnessFolder(gone).take("2026-11", ["{}"])
        assert not gone.exists()

    async def test_an_old_backup_is_found_and_a_late_process_is_not(
        self, sealed: Sealed, tmp_path: Path
    ) -> None:
        """Heads count by sequence: a clock five minutes behind changes nothing, a database that is behind does."""
        assert (await sealed.check(now=NOW - 5 * MINUTE)).clean
        meddler = Meddler(sealed.url)
        await meddler.run("DELETE FROM seals WHERE number = (SELECT max(number) FROM seals)")
        said = [finding.what for finding in (await sealed.check()).findings]
        assert any(what.startswith("曾对外见证，库里只到第 2 次") for what in said)
        shutil.rmtree(sealed.witness)
        sealed.witness.mkdir()
        assert (await sealed.check()).clean


class TestForgedHeads:
    """What a verifier is given may be forged, too."""

    @pytest.mark.parametrize(
        "text", ["", "1", "1/xyz", "-1/" + "0" * 64, "9" * 99 + "/" + "0" * 64, "²/" + "0" * 64]
    )
    def test_nonsense_is_refused(self, text: str) -> None:
        """A head that was copied badly is an error, not a difference."""
        with pytest.raises(ValueError, match=r".*"):
            SealHead.parse(text)

    async def test_an_expected_head_must_be_there(self, sealed: Sealed) -> None:
        """The right one passes; one of another history and one of the future do not."""
        report = await sealed.check()
        assert report.sealed is not None
        head = SealHead.parse(str(report.sealed))
        database = Database(sealed.url)
        for given, clean in (
            (head, True),
            (SealHead(head.number, "0" * 64), False),
            (SealHead(head.number + 1, head.sha256), False),
        ):
            found = await verify(database, now=NOW, expect=given)
            assert any(f.where.startswith("seals") for f in found.findings) != clean
        await database.close()

    async def test_forged_lines_are_found(self, sealed: Sealed) -> None:
        """Signed by another key, over another content, told twice, or no seal at all: each is a difference, none an error."""
        true = json.loads(witnessed(sealed.witness)[-1])
        key = AuditKey("somebody else who has a key, too")
        other = {**true, "signer": key.public}
        bare = {n: other[n] for n in ("number", "at", "body", "previous", "signer")}
        other["hash"] = fingerprint(bare)
        other["signature"] = key.signature(other["hash"])
        forged = [
            json.dumps(other),
            json.dumps({**true, "hash": "0" * 64}),
            json.dumps({**true, "signature": "00"}),
            json.dumps({**true, "signature": None, "number": True}),
            json.dumps({**true, "body": []}),
            json.dumps({**true, "number": 10**30}),
            "[]",
            "{",
            "[" * 100_000,
            '{"number": 1}',
        ]
        place = sealed.witness / "seals-2099-01.jsonl"
        for line in forged:
            place.write_text(f"{line}\n")
            report = await sealed.check()
            assert any(f.where.startswith("见证") for f in report.findings), line[:60]

    async def test_a_seal_by_another_key_is_found(self, database: Database, tmp_path: Path) -> None:
        """Who owns the database can chain and sign everything anew, but not by our key."""
        office = office_at(database, tmp_path, Notebook())
        await made(office, "zhang")
        database.keys = Keys(audit=("o" * 40,))
        async with database.transaction() as tx:
            await seals.add(tx, NOW, local_date(NOW))
        report = await verify(database, now=NOW, secrets=[UNSAFE_AUDIT_KEY])
        assert "封存是用别的密钥签名的" in {finding.what for finding in report.findings}
