"""The archive beside the cases: outbox, papers, accounts, releases, counters, files."""

# ruff: noqa: PT012, ASYNC240 - a transaction is entered inside what must be refused

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.errors import FileDamaged, NotFound, TooLarge, Unavailable
from service.store import accounts, counters, credit_records, files, outbox, papers, releases
from service.store.database import Database


class TestOutbox:
    """待发消息."""

    @pytest.fixture
    async def waiting(self, filed: Any, rows: Any) -> None:
        """Two cases with three messages each."""
        message = rows.every_part()["messages"][0]
        for c in ("c1", "c2"):
            await filed(
                c,
                {
                    "messages": [
                        message | {"n": n, "at": rows.noon + timedelta(seconds=n)}
                        for n in (1, 2, 3)
                    ]
                },
            )

    async def test_in_order_per_case(self, database: Database, waiting: None, rows: Any) -> None:
        """The second is taken when the first was sent or given up; a failure waits its time."""

        async def take(seconds: int) -> list[tuple[str, int]]:
            async with database.transaction() as tx:
                return [
                    (m["case_id"], m["n"])
                    for m in await outbox.take(tx, rows.noon + timedelta(seconds=seconds))
                ]

        assert await take(10) == [("c1", 1), ("c2", 1)]
        assert await take(11) == []
        async with database.transaction() as tx:
            await outbox.sent(tx, "c1", 1, rows.noon)
            await outbox.failed(tx, "c2", 1, "timeout", rows.noon + timedelta(seconds=30))
        assert await take(12) == [("c1", 2)]
        assert await take(30) == [("c2", 1)]
        async with database.transaction() as tx:
            await outbox.failed(tx, "c2", 1, "gone", None)
            assert [
                (m["case_id"], m["last_error"], m["attempts"]) for m in (await outbox.dead(tx)).rows
            ] == [("c2", "gone", 2)]
        assert await take(31) == [("c2", 2)]
        async with database.transaction() as tx:
            await outbox.resend(tx, "c2", 1)
            assert (await outbox.dead(tx)).rows == []
        assert await take(32) == [("c2", 1)]
        with pytest.raises(NotFound):
            async with database.transaction() as tx:
                await outbox.resend(tx, "c2", 9)

    async def test_a_dead_workers_lease_ends(
        self, database: Database, waiting: None, rows: Any
    ) -> None:
        """At least once: what was taken and not confirmed is taken again."""
        for seconds, expected in ((10, 2), (50, 0), (70, 2)):
            async with database.transaction() as tx:
                assert (
                    len(await outbox.take(tx, rows.noon + timedelta(seconds=seconds))) == expected
                )

    async def test_workers_do_not_share(self, database: Database, filed: Any, rows: Any) -> None:
        """Four at once: each message to one."""
        message = rows.every_part()["messages"][0]
        for c in range(20):
            await filed(f"c{c}", {"messages": [message]})

        async def work() -> list[str]:
            got: list[str] = []
            while True:
                async with database.transaction() as tx:
                    taken = await outbox.take(tx, rows.noon, limit=3)
                if not taken:
                    return got
                got += [m["case_id"] for m in taken]

        found = [c for got in await asyncio.gather(*(work() for _ in range(4))) for c in got]
        assert len(found) == len(set(found)) == 20


class TestPapers:
    """What is asked for by its own number."""

    async def test_each_is_found(self, database: Database, filed: Any, rows: Any) -> None:
        """By code, number, holder and subject; an empty one finds nothing."""
        parts = rows.every_part()
        await filed("c1", parts)
        async with database.reading() as connection:
            notice = await papers.notice_by_code(connection, "code-1")
            assert notice == parts["notices"][0] | {"case_id": "c1"}
            assert await papers.certificate(connection, "JY1") == parts["certificates"][0] | {
                "case_id": "c1"
            }
            assert [c["number"] for c in await papers.certificates_of(connection, "id-1")] == [
                "JY1"
            ]
            filed_by = "92999901MADEM0046F"
            of_another = await papers.certificates_about(connection, "id-1", filed_by)
            assert [c["number"] for c in of_another] == ["JY1"]
            assert await papers.certificates_about(connection, "id-1", "somebody") == []
            assert [
                c["kind"] for c in await credit_records.records(connection, "92999901MADEM0046F")
            ] == ["false_commitment"]
            assert list((await credit_records.standing(connection, "id-1")).banned) == parts["bans"]
            assert (await credit_records.standing(connection, "")).banned == ()
            assert await papers.notice_by_code(connection, "") is None
            assert await papers.certificate(connection, "") is None
            assert await papers.certificates_of(connection, "") == []

    async def test_a_certificate_number_is_used_once(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-16: by constraint, not by looking first."""
        made = rows.every_part()["certificates"]
        await filed("c1", {"certificates": made})
        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            await filed("c2", {"certificates": made})

    async def test_an_answer_without_a_case_is_kept(self, database: Database, rows: Any) -> None:
        """Publishing or uploading is answered once too; the second under the same key fails."""
        row = {
            "principal": "p",
            "key": "k",
            "request_hash": "r",
            "status": 200,
            "response": [1],
            "created_at": rows.noon,
        }
        async with database.transaction() as tx:
            await papers.keep_answer(tx, row)
        async with database.reading() as connection:
            assert await papers.answer(connection, "p", "k") == row | {"case_id": ""}
        with pytest.raises(papers.KeyTaken):
            async with database.transaction() as tx:
                await papers.keep_answer(tx, row)


class TestAccounts:
    """账号."""

    async def test_kept_changed_and_listed(self, database: Database) -> None:
        """Defaults are filled in; a change leaves the rest."""
        async with database.transaction() as tx:
            await accounts.add(
                tx,
                {
                    "account": "li",
                    "name": "李",
                    "kind": "clerk",
                    "department": "xf",
                    "posts": ["window"],
                },
            )
            await accounts.add(tx, {"account": "wang", "name": "王", "kind": "admin"})
            assert await accounts.change(tx, "li", active=False)
            assert not await accounts.change(tx, "nobody", active=False)
        async with database.reading() as connection:
            found = await accounts.find(connection, "li")
            assert found is not None
            assert (found["posts"], found["active"], found["failed_count"]) == (
                ["window"],
                False,
                0,
            )
            assert await accounts.find(connection, "nobody") is None
            assert [a["account"] for a in await accounts.listed(connection)] == ["li", "wang"]
            assert [a["account"] for a in await accounts.listed(connection, department="xf")] == [
                "li"
            ]
            assert [a["account"] for a in await accounts.listed(connection, kind="admin")] == [
                "wang"
            ]


class TestReleases:
    """发布版."""

    async def publish(
        self, database: Database, rows: Any, content: str, bundle: str = "shop"
    ) -> int:
        async with database.transaction() as tx:
            return await releases.publish(
                tx,
                bundle=bundle,
                content_hash=content,
                pack_title="示例",
                document={"b": 1.0, "a": "文"},
                at=rows.noon,
                by="admin",
            )

    async def test_numbered_per_bundle_and_the_same_content_once(
        self, database: Database, rows: Any
    ) -> None:
        """Publishing again what is there gives the number it has."""
        assert await self.publish(database, rows, "h1") == 1
        assert await self.publish(database, rows, "h2") == 2
        assert await self.publish(database, rows, "h1") == 1
        assert await self.publish(database, rows, "h3", "cafe") == 1
        async with database.reading() as connection:
            found = await releases.by_hash(connection, "h1")
            assert found is not None
            assert repr(found["document"]) == "{'b': 1.0, 'a': '文'}"
            assert found["published_at"] == rows.noon
            assert [(r["bundle"], r["number"]) for r in await releases.current(connection)] == [
                ("cafe", 1),
                ("shop", 2),
            ]
            assert [r["hash"] for r in await releases.history(connection, "shop")] == ["h2", "h1"]

    async def test_two_at_once_get_two_numbers(self, database: Database, rows: Any) -> None:
        """And the same content at once one."""
        found = await asyncio.gather(
            *(self.publish(database, rows, f"h{n // 2}") for n in range(8))
        )
        assert sorted(found) == [1, 1, 2, 2, 3, 3, 4, 4]
        assert all(found[n] == found[n + 1] for n in range(0, 8, 2))

    async def test_what_is_in_force_is_what_was_put_there_last(
        self, database: Database, rows: Any
    ) -> None:
        """Not the highest number; each time is written down and stays."""
        for content in ("h1", "h2"):
            await self.publish(database, rows, content)
        assert await self.put(database, rows, 2)
        assert not await self.put(database, rows, 2)
        assert await self.put(database, rows, 1)
        async with database.reading() as connection:
            assert [row["number"] for row in await releases.current(connection)] == [1]
            told = await releases.in_force(connection, "shop")
        assert [row["number"] for row in told] == [1, 2, 1]
        for change in ("DELETE FROM in_force", "UPDATE in_force SET number = 2"):
            with pytest.raises(DBAPIError, match="append-only"):
                async with database.transaction() as tx:
                    await tx.change(text(change))

    async def put(self, database: Database, rows: Any, number: int) -> bool:
        async with database.transaction() as tx:
            return await releases.put_in_force(tx, "shop", number, rows.noon, "admin")

    async def test_a_process_of_the_release_before_may_publish(
        self, database: Database, rows: Any
    ) -> None:
        """It says nothing of force: the highest number counts, until somebody says otherwise."""
        await self.publish(database, rows, "h1")
        await self.put(database, rows, 1)
        await self.publish(database, rows, "h2")
        async with database.reading() as connection:
            assert [row["number"] for row in await releases.current(connection)] == [2]
        assert await self.put(database, rows, 1)
        async with database.reading() as connection:
            assert [row["number"] for row in await releases.current(connection)] == [1]
            told = await releases.in_force(connection, "shop")
        assert [(row["n"], row["number"]) for row in told] == [(3, 1), (2, 2), (1, 1)]

    async def test_two_at_once_are_put_in_force_one_after_the_other(
        self, database: Database, rows: Any
    ) -> None:
        """Nobody's word is lost, and there is one last."""
        for content in ("h1", "h2"):
            await self.publish(database, rows, content)
        await asyncio.gather(*(self.put(database, rows, 1 + n % 2) for n in range(8)))
        async with database.reading() as connection:
            told = await releases.in_force(connection, "shop")
            (current,) = await releases.current(connection)
        assert [row["n"] for row in told] == list(range(len(told), 0, -1))
        assert current["number"] == told[0]["number"]


class TestCounters:
    """流水号."""

    async def test_numbers_have_no_gap_and_no_repeat(self, database: Database) -> None:
        """Several series and several numbers at once; one that is rolled back is drawn again."""

        async def draw(names: dict[str, int]) -> dict[str, int]:
            async with database.transaction() as tx:
                return await counters.draw(tx, names)

        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as tx:
                await counters.draw(tx, {"a": 1})
                raise ZeroDivisionError
        found = await asyncio.gather(
            *(draw({"b": 1, "a": 2} if n % 2 else {"a": 2, "b": 1}) for n in range(10))
        )
        assert sorted(f["a"] for f in found) == list(range(1, 21, 2))
        assert sorted(f["b"] for f in found) == list(range(1, 11))
        assert await draw({}) == {}

    async def test_the_demonstrations_clock_is_shared(self, database: Database) -> None:
        """One process moves it, the others see it."""
        async with database.transaction() as tx:
            assert await counters.demo_offset(tx) == timedelta(0)
            await counters.set_demo_offset(tx, timedelta(days=3))
            await counters.set_demo_offset(tx, timedelta(days=5, seconds=1))
        async with database.reading() as connection:
            assert await counters.demo_offset(connection) == timedelta(days=5, seconds=1)


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    """What arrives from the wire."""
    for piece in content:
        yield piece


OURS = "our installation"


def marked(path: Path) -> files.Folder:
    """Return a folder that is ours."""
    folder = files.Folder(path, reserve=0)
    folder.mark(OURS)
    return folder


def kept_in(path: Path) -> list[str]:
    """Return what is kept in a folder, beside its mark."""
    return [p.name for p in path.rglob("*") if p.is_file() and p.name != "installation"]


class Trace:
    """What reaches the disk, in order: (call, file or folder, its size when it was called)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, skipped: str = "") -> None:
        """Watch the calls; those that are `skipped`, of files or of folders, do nothing: a planted bug."""
        self.calls: list[tuple[str, Path, int]] = []
        sync, rename = os.fsync, os.replace

        def fsync(handle: int) -> None:
            path = Path(f"/proc/self/fd/{handle}").readlink()
            if skipped != ("folders" if path.is_dir() else "files"):
                self.calls.append(("fsync", path, path.stat().st_size))
                sync(handle)

        def replace(self_: Path, target: Path) -> Path:
            self.calls.append(("rename", target, self_.stat().st_size))
            rename(self_, target)
            return target

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "replace", replace)

    def check(self, folder: Path, sha256: str, size: int) -> None:
        """See that all bytes were synced before the name was given, and then each folder that leads to it."""
        final = folder / sha256[:2] / sha256
        named = self.calls.index(("rename", final, size))
        before = [(call, length) for call, path, length in self.calls[:named] if path != final]
        assert before[-1:] == [("fsync", size)]
        after = [(call, path) for call, path, _ in self.calls[named + 1 :]]
        assert after == [("fsync", final.parent), ("fsync", folder)]


class TestDurableOrder:
    """F-03: nothing is answered that a power cut could take back."""

    async def test_the_bytes_then_the_name_then_the_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In this order, all of it before the answer."""
        folder = marked(tmp_path)
        trace = Trace(monkeypatch)
        stored = await folder.put(pieces(b"a" * 5000, b"b"), most=10_000, installation=OURS)
        trace.check(tmp_path, stored.sha256, 5001)

    @pytest.mark.parametrize("skipped", ["files", "folders"])
    async def test_a_planted_bug_is_caught(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skipped: str
    ) -> None:
        """A check that never failed is not trusted."""
        folder = marked(tmp_path)
        trace = Trace(monkeypatch, skipped)
        stored = await folder.put(pieces(b"a" * 5000, b"b"), most=10_000, installation=OURS)
        with pytest.raises(AssertionError):
            trace.check(tmp_path, stored.sha256, 5001)


class TestFolder:
    """文件库."""

    async def test_the_same_bytes_are_kept_once(self, tmp_path: Path) -> None:
        """Found by their hash, whatever pieces they came in."""
        folder = marked(tmp_path)
        first = await folder.put(pieces(b"ab", b"c"), most=100, installation=OURS)
        second = await folder.put(pieces(b"abc"), most=100, installation=OURS)
        assert first.sha256 == second.sha256 == hashlib.sha256(b"abc").hexdigest()
        assert (first.size, first.head) == (3, b"ab")
        assert b"".join([piece async for piece in await folder.read(first.sha256, OURS)]) == b"abc"
        assert kept_in(tmp_path) == [first.sha256]

    async def test_too_large_leaves_nothing(self, tmp_path: Path) -> None:
        """D8: cut off while it arrives."""
        with pytest.raises(TooLarge):
            await marked(tmp_path).put(pieces(b"x" * 60, b"x" * 60), most=100, installation=OURS)
        assert not kept_in(tmp_path)

    @pytest.mark.parametrize("fault", ["flipped", "cut", "gone"])
    async def test_a_damaged_file_is_not_served(
        self, tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """F-11: found before the first byte is sent, a fault of ours and no "not permitted"; told in the log once."""
        folder = marked(tmp_path)
        stored = await folder.put(pieces(b"x" * 1000), most=10_000, installation=OURS)
        place = next(p for p in tmp_path.rglob(stored.sha256))
        place.write_bytes(b"x" * 999 + (b"y" if fault == "flipped" else b""))
        if fault == "gone":
            place.unlink()
        for _ in range(2):
            with pytest.raises(FileDamaged) as told:
                await folder.read(stored.sha256, OURS)
            assert told.value.status == 500
        assert [r.levelname for r in caplog.records if stored.sha256 in r.message] == ["ERROR"]
        healed = await folder.put(pieces(b"x" * 1000), most=10_000, installation=OURS)
        assert [piece async for piece in await folder.read(healed.sha256, OURS)]

    @pytest.mark.parametrize("fault", ["away", "empty", "another's"])
    async def test_a_folder_that_is_not_ours_is_never_written_to(
        self, tmp_path: Path, fault: str
    ) -> None:
        """A disk that is not mounted is not taken for an empty folder, and nothing is made in its place."""
        folder = marked(tmp_path / "files")
        stored = await folder.put(pieces(b"x"), most=100, installation=OURS)
        away = (tmp_path / "files").rename(tmp_path / "away")
        if fault != "away":
            (tmp_path / "files").mkdir()
        if fault == "another's":
            files.Folder(tmp_path / "files").mark("theirs")
        for attempt in (
            lambda: folder.put(pieces(b"y"), most=100, installation=OURS),
            lambda: folder.read(stored.sha256, OURS),
        ):
            with pytest.raises(Unavailable, match="另一套" if fault == "another's" else "挂上"):
                await attempt()
        with pytest.raises(Unavailable):
            folder.try_writing(OURS)
        assert (tmp_path / "files").exists() == (fault != "away")
        assert not kept_in(tmp_path / "files")
        shutil.rmtree(tmp_path / "files", ignore_errors=True)
        away.rename(tmp_path / "files")
        folder.try_writing(OURS)
        assert [piece async for piece in await folder.read(stored.sha256, OURS)] == [b"x"]

    async def test_a_folder_without_a_name_is_nobodys(self, tmp_path: Path) -> None:
        """An installation that was not made yet keeps no files."""
        tmp_path.joinpath("files").mkdir()
        with pytest.raises(Unavailable):
            await files.Folder(tmp_path / "files").put(pieces(b"y"), most=100, installation="")

    @pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, ""])
    async def test_what_is_not_there_is_not_found(self, tmp_path: Path, name: str) -> None:
        """A name that is no hash never reaches the disk."""
        with pytest.raises(NotFound):
            await marked(tmp_path).read(name, OURS)

    async def test_uploads_are_refused_before_the_disk_is_full(
        self, tmp_path: Path, monkeypatch: Any
    ) -> None:
        """F-09: room is left for the database."""
        monkeypatch.setattr(
            files.shutil,
            "disk_usage",
            lambda _: files.shutil._ntuple_diskusage(100 << 30, 99 << 30, 1 << 30),
        )
        with pytest.raises(Unavailable, match="存储空间不足"):
            files.Folder(tmp_path).mark(OURS)
            await files.Folder(tmp_path).put(pieces(b"x"), most=100, installation=OURS)

    async def test_a_full_disk_says_so_and_keeps_nothing_half(
        self, tmp_path: Path, monkeypatch: Any
    ) -> None:
        """F-09: what had arrived goes, though closing it fails too: it would take the room that is missing."""
        folder = marked(tmp_path)
        made = folder._open_new

        def full(installation: str) -> Any:
            place, file = made(installation)
            file.close()
            return place, Path("/dev/full").open("wb")

        monkeypatch.setattr(folder, "_open_new", full)
        with pytest.raises(Unavailable, match="存储空间不足"):
            await folder.put(pieces(b"x" * 100), most=1000, installation=OURS)
        assert list((tmp_path / "incoming").iterdir()) == []
        monkeypatch.undo()
        assert (await folder.put(pieces(b"x" * 100), most=1000, installation=OURS)).size == 100


class TestFileRows:
    """文件归属."""

    async def test_who_handed_it_in_may_reach_it(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Each under the name they gave last; others through a case that holds it."""
        stored = files.Stored("a" * 64, 3, b"")
        async with database.transaction() as tx:
            for account, name in (("li", "图.pdf"), ("wang", "scan.pdf"), ("li", "again.pdf")):
                await files.register(
                    tx,
                    stored,
                    name=name,
                    media_type="application/pdf",
                    account=account,
                    at=rows.noon,
                    scan="unscanned",
                )
        await filed("c1", {"materials": rows.every_part()["materials"]})
        async with database.reading() as connection:
            assert (await files.about(connection, "a" * 64, "li") or {})["name"] == "again.pdf"
            assert (await files.about(connection, "a" * 64, "wang") or {})["name"] == "scan.pdf"
            assert await files.about(connection, "a" * 64, "zhao") is None
            assert (await files.about(connection, "a" * 64) or {})["uploaded_by"] == "li"
            assert await files.cases_with(connection, "a" * 64) == ["c1"]
