"""What has outlived its term goes; the record stays whole, and nobody waits for it."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from service.office import ApplicationInput, CaseFilter, Office, Request, Terms
from service.settings import UNSAFE_AUDIT_KEY
from service.store import outbox
from service.store.database import Database
from service.verify import verify
from service.workflows.calendar import built_in
from service.workflows.case import Case

from .conftest import CITIZEN, DAY, MORNING, REVIEWER, STALL, WINDOW, Act, Open, asks

LATER = MORNING + 91 * DAY
TERMS = Terms()
KEYS = (UNSAFE_AUDIT_KEY,)


async def once(content: bytes) -> AsyncIterator[bytes]:
    """Send a file in one piece."""
    yield content


async def counted(database: Database, query: str) -> Any:
    """Return the first value of a query."""
    async with database.reading() as connection:
        return (await connection.sql.execute(text(query))).scalar()


async def clean(
    office: Office, now: datetime, files: Path | None = None, keys: Sequence[str] = ()
) -> list[str]:
    """Return what the oracle has to say."""
    notices = [notice.model_dump(mode="json") for notice in built_in()]
    report = await verify(
        office.database, now=now + DAY, notices=notices, files=files, secrets=keys
    )
    return [str(finding) for finding in report.findings]


def aged(folder: Path, at: datetime) -> None:
    """Let every file of a folder be as old as it would be."""
    for place in folder.rglob("*"):
        os.utime(place, (at.timestamp(), at.timestamp()))


class TestKeptAnswers:
    """What is kept under a key."""

    async def test_nothing_of_a_person_can_be_read_in_them(self, office: Office) -> None:
        """PIPL 51: who reads the table reads neither name nor number; the repeat reads all of it."""
        ask = Request(CITIZEN, MORNING, key="k", fingerprint="f")
        first = await office.open_case(ask, STALL, answer=lambda view: view.case.applicant_name)
        kept = str(await counted(office.database, "SELECT response FROM idempotency"))
        assert first.case.applicant_name
        assert first.case.applicant_name not in kept
        assert first.case.applicant_name.encode("unicode_escape").decode() not in kept
        again = await office.open_case(ask, STALL, answer=lambda view: "rendered anew")
        assert again.answer == first.case.applicant_name

    async def test_with_another_secret_they_are_rendered_anew(
        self, office: Office, database: Database
    ) -> None:
        """After a change of the secret a repeat still does nothing twice."""
        ask = Request(CITIZEN, MORNING, key="k", fingerprint="f")
        first = await office.open_case(ask, STALL, answer=lambda view: view.case.number)
        other = Office(database, office.folder, cheap_passwords=True, secret="another")
        again = await other.open_case(ask, STALL, answer=lambda view: f"{view.case.number}!")
        assert again.replayed
        assert again.answer == f"{first.case.number}!"

    async def test_those_in_clear_are_emptied_and_the_old_forgotten(self, office: Office) -> None:
        """What a release from before wrote is gone with the first purge, its key is not; after its term that is gone too."""
        ask = Request(CITIZEN, MORNING, key="k", fingerprint="f")
        await office.open_case(ask, STALL, answer=lambda view: "x")
        async with office.database.transaction() as tx:
            await tx.sql.execute(text("UPDATE idempotency SET response = '\"{张三}\"'"))
        assert (await office.purge(MORNING, TERMS, dry_run=True))["emptied"] == 1
        assert (await office.purge(MORNING, TERMS))["emptied"] == 1
        assert "张三" not in str(await counted(office.database, "SELECT response FROM idempotency"))
        again = await office.open_case(ask, STALL, answer=lambda view: "rendered anew")
        assert (again.replayed, again.answer) == (True, "rendered anew")
        assert (await office.purge(MORNING, TERMS))["emptied"] == 0
        assert (await office.purge(LATER, TERMS))["answers"] == 1
        assert await counted(office.database, "SELECT count(*) FROM idempotency") == 0


class TestDrafts:
    """Drafts that nobody goes on with."""

    async def test_are_erased_and_the_record_stays_whole(
        self, office: Office, tmp_path: Path
    ) -> None:
        """F-55: no row, file or answer holds what was written; the oracle has nothing to say."""
        secret_name = "可" + "疑人名"
        kept = await office.keep_file(
            CITIZEN, once(b"plain text " * 20), f"{secret_name}.txt", MORNING
        )
        who = {"type": "sole-trader", "name": secret_name, "id": "92999901MADEM0046F"}
        draft = ApplicationInput("open-stall", who, draft=True)
        ask = Request(CITIZEN, MORNING, key="k", fingerprint="f")
        number = (await office.open_case(ask, draft, answer=lambda view: secret_name)).case.number
        used = (await office.open_case(asks(CITIZEN), STALL)).case.number
        fresh = (await office.open_case(asks(CITIZEN, LATER - DAY), draft)).case.number
        aged(tmp_path / "files", MORNING)
        assert (await office.purge(LATER, TERMS, dry_run=True))["drafts"] == 1
        gone = await office.purge(LATER, TERMS)
        assert (gone["drafts"], gone["files"], gone["strays"]) == (1, 1, 1)
        assert not (tmp_path / "files" / kept.id[:2] / kept.id).exists()
        for table in ("cases", "events", "materials", "idempotency", "file_owners"):
            async with office.database.reading() as connection:
                rows = await connection.rows(text(f"SELECT * FROM {table}"))
            held = [row for row in rows if secret_name in str(row)]
            assert len(held) == (1 if table == "cases" else 0), table  # the fresh one
        assert {c.number for c in (await office.cases(CITIZEN, CaseFilter())).items} == {
            used,
            fresh,
        }
        assert number not in {used, fresh}
        assert await clean(office, LATER, tmp_path / "files") == []
        assert (await office.purge(LATER, TERMS))["drafts"] == 0


class TestMessages:
    """What outside systems were told."""

    async def test_go_after_their_term_and_the_record_stays_whole(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """Only what was sent, with all before it; they follow from the record, and the ledger says up to which they are gone."""
        gone, half, none = [await accepted(opened, done) for _ in range(3)]
        await sealed(office, MORNING)
        many = len(await told_of(office, gone.id))
        assert many > 2
        async with office.database.transaction() as tx:
            for n in await told_of(office, gone.id):
                await outbox.sent(tx, gone.id, n, MORNING)
            for n in (1, 3):
                await outbox.sent(tx, half.id, n, MORNING)
            await outbox.failed(tx, half.id, 2, "gone", None)
        assert (await office.purge(MORNING + 90 * DAY, TERMS))["messages"] == 0
        assert (await office.purge(LATER, TERMS, dry_run=True))["messages"] == 2
        assert (await office.purge(LATER, TERMS))["messages"] == 2
        assert await told_of(office, gone.id) == []
        assert (await told_of(office, half.id))[0] == 2  # given up: a person has to look at it
        assert len(await told_of(office, none.id)) == many
        assert (await office.purge(LATER, TERMS))["messages"] == 0
        await sealed(office, LATER)
        for keys in (KEYS, ()):
            assert await clean(office, LATER, keys=keys) == []

    async def test_what_goes_otherwise_is_found(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """One more than the ledger says, of a case of which it says nothing, or one that was never sent."""
        gone, none = [await accepted(opened, done) for _ in range(2)]
        async with office.database.transaction() as tx:
            for n in (1, 2):
                await outbox.sent(tx, gone.id, n, MORNING)
        await office.purge(LATER, TERMS)
        await sealed(office, LATER)
        assert await clean(office, LATER, keys=KEYS) == []
        for case in (gone, none):
            async with office.database.transaction() as tx:
                await tx.sql.execute(
                    text("DELETE FROM messages WHERE case_id = :id AND n = 3"), {"id": case.id}
                )
            said = await clean(office, LATER, keys=KEYS)
            assert any(case.number in each and "messages 3" in each for each in said), said


async def accepted(opened: Open, act: Act) -> Case:
    """Return a case of which outside systems were told a few things."""
    number = (await opened(STALL)).case.number
    await act(number, "food.accept", WINDOW)
    return (await act(number, "food.propose", REVIEWER, opinion="符合")).case


async def told_of(office: Office, case_id: str) -> list[int]:
    """Return the numbers of the messages of a case."""
    async with office.database.reading() as connection:
        query = text("SELECT n FROM messages WHERE case_id = :id ORDER BY n")
        return [row["n"] for row in await connection.rows(query.bindparams(id=case_id))]


async def sealed(office: Office, now: datetime) -> None:
    """Let the worker seal what was written."""
    await office.seal_records(now + timedelta(minutes=5))


class TestFiles:
    """What was handed in and belongs to nothing."""

    async def test_half_uploads_and_strays_go_after_their_term(
        self, office: Office, tmp_path: Path
    ) -> None:
        """F-36: what a killed process left behind is collected; what is new stays."""
        kept = await office.keep_file(CITIZEN, once(b"plain text " * 20), "图.txt", MORNING)
        stray = tmp_path / "files" / "ab" / ("ab" + "0" * 62)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"x" * 10)
        (tmp_path / "files" / "incoming" / "half").write_bytes(b"y" * 5)
        aged(tmp_path / "files", MORNING)
        notices = [notice.model_dump(mode="json") for notice in built_in()]
        seen = await verify(office.database, now=LATER, notices=notices, files=tmp_path / "files")
        assert (seen.clean, seen.counts["unused_files"]) == (True, 2)
        young = await office.purge(MORNING + timedelta(hours=1), TERMS)
        assert (young["strays"], young["incoming"], young["files"]) == (0, 0, 0)
        old = await office.purge(MORNING + 8 * DAY, TERMS)
        assert (old["uploads"], old["files"], old["strays"], old["incoming"]) == (1, 1, 2, 1)
        assert old["bytes"] == 10 + 5 + kept.size
        assert not stray.exists()

    async def test_bytes_that_are_stored_again_meanwhile_stay(
        self, office: Office, tmp_path: Path
    ) -> None:
        """Whoever hands the same file in again is not robbed of it by the purge of the first."""
        content = b"plain text " * 20
        kept = await office.keep_file(CITIZEN, once(content), "图.txt", MORNING)
        assert office.folder.drop(kept.id, MORNING) == 0
        assert (tmp_path / "files" / kept.id[:2] / kept.id).read_bytes() == content


class TestChore:
    """One worker at a time, once a day."""

    async def test_is_done_by_whoever_comes_first(self, office: Office, database: Database) -> None:
        """A second worker leaves it alone, also while the first has not ended."""
        other = Office(database, office.folder, cheap_passwords=True)
        assert await office.purge_when_due(MORNING, TERMS) is not None
        assert await other.purge_when_due(MORNING + timedelta(hours=2), TERMS) is None
        assert await other.purge_when_due(MORNING + DAY, TERMS) is not None
