"""The archive beside the cases: outbox, papers, accounts, releases, counters, files."""

# ruff: noqa: PT012, ASYNC240 - a transaction is entered inside what must be refused

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.errors import NotFound, TooLarge, Unavailable
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
                c, {"messages": [message | {"n": n, "at": rows.noon + timedelta(seconds=n)} for n in (1, 2, 3)]}
            )

    async def test_in_order_per_case(self, database: Database, waiting: None, rows: Any) -> None:
        """The second is taken when the first was sent or given up; a failure waits its time."""

        async def take(seconds: int) -> list[tuple[str, int]]:
            async with database.transaction() as tx:
                return [(m["case_id"], m["n"]) for m in await outbox.take(tx, rows.noon + timedelta(seconds=seconds))]

        assert await take(10) == [("c1", 1), ("c2", 1)]
        assert await take(11) == []
        async with database.transaction() as tx:
            await outbox.sent(tx, "c1", 1, rows.noon)
            await outbox.failed(tx, "c2", 1, "timeout", rows.noon + timedelta(seconds=30))
        assert await take(12) == [("c1", 2)]
        assert await take(30) == [("c2", 1)]
        async with database.transaction() as tx:
            await outbox.failed(tx, "c2", 1, "gone", None)
            assert [(m["case_id"], m["last_error"], m["attempts"]) for m in (await outbox.dead(tx)).rows] == [
                ("c2", "gone", 2)
            ]
        assert await take(31) == [("c2", 2)]
        async with database.transaction() as tx:
            await outbox.resend(tx, "c2", 1)
            assert (await outbox.dead(tx)).rows == []
        assert await take(32) == [("c2", 1)]
        with pytest.raises(NotFound):
            async with database.transaction() as tx:
                await outbox.resend(tx, "c2", 9)

    async def test_a_dead_workers_lease_ends(self, database: Database, waiting: None, rows: Any) -> None:
        """At least once: what was taken and not confirmed is taken again."""
        for seconds, expected in ((10, 2), (50, 0), (70, 2)):
            async with database.transaction() as tx:
                assert len(await outbox.take(tx, rows.noon + timedelta(seconds=seconds))) == expected

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
            assert await papers.certificate(connection, "JY1") == parts["certificates"][0] | {"case_id": "c1"}
            assert [c["number"] for c in await papers.certificates_of(connection, "id-1")] == ["JY1"]
            assert [c["kind"] for c in await credit_records.records(connection, "92999901MADEM0046F")] == [
                "false_commitment"
            ]
            assert await papers.notice_by_code(connection, "") is None
            assert await papers.certificate(connection, "") is None
            assert await papers.certificates_of(connection, "") == []

    async def test_a_certificate_number_is_used_once(self, database: Database, filed: Any, rows: Any) -> None:
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
            await accounts.save(
                tx, {"account": "li", "name": "李", "kind": "clerk", "department": "xf", "posts": ["window"]}
            )
            await accounts.save(tx, {"account": "wang", "name": "王", "kind": "admin"})
            assert await accounts.change(tx, "li", active=False)
            assert not await accounts.change(tx, "nobody", active=False)
        async with database.reading() as connection:
            found = await accounts.find(connection, "li")
            assert found is not None
            assert (found["posts"], found["active"], found["failed_count"]) == (["window"], False, 0)
            assert await accounts.find(connection, "nobody") is None
            assert [a["account"] for a in await accounts.listed(connection)] == ["li", "wang"]
            assert [a["account"] for a in await accounts.listed(connection, department="xf")] == ["li"]
            assert [a["account"] for a in await accounts.listed(connection, kind="admin")] == ["wang"]

    async def test_wrong_passwords_lock(self, database: Database, rows: Any) -> None:
        """The third in a row locks; signing in forgets."""
        until = rows.noon + timedelta(minutes=15)
        async with database.transaction() as tx:
            await accounts.save(tx, {"account": "li", "name": "李", "kind": "clerk"})
            for expected in ((1, None), (2, None), (0, until)):
                await accounts.sign_in_failed(tx, "li", allowed=3, locked_until=until)
                found = await accounts.find(tx, "li")
                assert found is not None
                assert (found["failed_count"], found["locked_until"]) == expected
            await accounts.signed_in(tx, "li")
            found = await accounts.find(tx, "li")
            assert found is not None
            assert found["locked_until"] is None


class TestReleases:
    """发布版."""

    async def publish(self, database: Database, rows: Any, content: str, bundle: str = "shop") -> int:
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

    async def test_numbered_per_bundle_and_the_same_content_once(self, database: Database, rows: Any) -> None:
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
            newest = await releases.latest(connection, "shop")
            assert newest is not None
            assert newest["number"] == 2
            assert await releases.latest(connection, "no") is None
            assert [(r["bundle"], r["number"]) for r in await releases.current(connection)] == [
                ("cafe", 1),
                ("shop", 2),
            ]
            assert [r["hash"] for r in await releases.history(connection, "shop")] == ["h2", "h1"]

    async def test_two_at_once_get_two_numbers(self, database: Database, rows: Any) -> None:
        """And the same content at once one."""
        found = await asyncio.gather(*(self.publish(database, rows, f"h{n // 2}") for n in range(8)))
        assert sorted(found) == [1, 1, 2, 2, 3, 3, 4, 4]
        assert all(found[n] == found[n + 1] for n in range(0, 8, 2))


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
        found = await asyncio.gather(*(draw({"b": 1, "a": 2} if n % 2 else {"a": 2, "b": 1}) for n in range(10)))
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


class TestFolder:
    """文件库."""

    async def test_the_same_bytes_are_kept_once(self, tmp_path: Path) -> None:
        """Found by their hash, whatever pieces they came in."""
        folder = files.Folder(tmp_path, reserve=0)
        first = await folder.put(pieces(b"ab", b"c"), most=100)
        second = await folder.put(pieces(b"abc"), most=100)
        assert first.sha256 == second.sha256 == hashlib.sha256(b"abc").hexdigest()
        assert (first.size, first.head) == (3, b"ab")
        assert b"".join([piece async for piece in await folder.read(first.sha256)]) == b"abc"
        assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [first.sha256]

    async def test_too_large_leaves_nothing(self, tmp_path: Path) -> None:
        """D8: cut off while it arrives."""
        with pytest.raises(TooLarge):
            await files.Folder(tmp_path, reserve=0).put(pieces(b"x" * 60, b"x" * 60), most=100)
        assert not [p for p in tmp_path.rglob("*") if p.is_file()]

    async def test_a_damaged_file_is_not_served(self, tmp_path: Path) -> None:
        """F-11: one flipped byte is found before the first is sent."""
        folder = files.Folder(tmp_path, reserve=0)
        stored = await folder.put(pieces(b"x" * 1000), most=10_000)
        place = next(p for p in tmp_path.rglob(stored.sha256))
        place.write_bytes(b"x" * 999 + b"y")
        with pytest.raises(Unavailable, match="损坏"):
            await folder.read(stored.sha256)

    @pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "A" * 64, ""])
    async def test_what_is_not_there_is_not_found(self, tmp_path: Path, name: str) -> None:
        """A name that is no hash never reaches the disk."""
        with pytest.raises(NotFound):
            await files.Folder(tmp_path, reserve=0).read(name)

    async def test_uploads_are_refused_before_the_disk_is_full(self, tmp_path: Path, monkeypatch: Any) -> None:
        """F-09: room is left for the database."""
        monkeypatch.setattr(
            files.shutil, "disk_usage", lambda _: files.shutil._ntuple_diskusage(100 << 30, 99 << 30, 1 << 30)
        )
        with pytest.raises(Unavailable, match="存储空间不足"):
            await files.Folder(tmp_path).put(pieces(b"x"), most=100)


class TestFileRows:
    """文件归属."""

    async def test_who_handed_it_in_may_reach_it(self, database: Database, filed: Any, rows: Any) -> None:
        """Each under the name they gave; others through a case that holds it."""
        stored = files.Stored("a" * 64, 3, b"")
        async with database.transaction() as tx:
            for account, name in (("li", "图.pdf"), ("wang", "scan.pdf"), ("li", "again.pdf")):
                await files.register(tx, stored, name=name, media_type="application/pdf", account=account, at=rows.noon)
        await filed("c1", {"materials": rows.every_part()["materials"]})
        async with database.reading() as connection:
            assert (await files.about(connection, "a" * 64, "li") or {})["name"] == "图.pdf"
            assert (await files.about(connection, "a" * 64, "wang") or {})["name"] == "scan.pdf"
            assert await files.about(connection, "a" * 64, "zhao") is None
            assert (await files.about(connection, "a" * 64) or {})["uploaded_by"] == "li"
            assert await files.cases_with(connection, "a" * 64) == ["c1"]
