"""Backup, restore, and the proof that what came back is what was there (F-52, I-30)."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service import __main__ as program
from service.office import ApplicationInput, Office, Request
from service.store.database import Database
from service.store.files import Folder
from service.worker import wall_clock
from service.workflows.case.situation import Actor
from tests.conftest import beside, in_own_loop, sql
from tests.test_crash import APPLICANT, PACK, PASSWORD

Run = Callable[..., tuple[int, str]]


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> Office:
    """An office with one bundle and somebody who applies."""
    made = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)
    await made.publish_pack(PACK, "test", wall_clock())
    await made.create_account(
        "citizen", PASSWORD, name="甲", kind="applicant", subject=APPLICANT["id"]
    )
    return made


async def opened(office: Office) -> str:
    """Apply once and return the receipt's number; long enough ago that every head covers it."""
    given = ApplicationInput(
        bundle="open-stall", applicant=APPLICANT, form={"address": "示例路1号"}
    )
    asked = Request(Actor("citizen", "applicant", subject=APPLICANT["id"]), wall_clock())
    return (await office.open_case(asked, given)).case.number


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """Run a command on the database of the test and return its exit code and what it said."""
    monkeypatch.setenv("YIJIANSHI_DATABASE_URL", database_url)
    monkeypatch.setenv("YIJIANSHI_FILES_DIR", str(tmp_path / "files"))
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = program._run(list(words))
        found = capsys.readouterr()
        return code, found.out + found.err

    return command


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """An empty place of the same kind."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    name = f"{database_url.rsplit('/', 1)[1]}_back"
    server = request.getfixturevalue("postgres_server")
    in_own_loop(sql(server, f"CREATE DATABASE {name}"))
    yield beside(server, name)
    in_own_loop(sql(server, f"DROP DATABASE {name} WITH (FORCE)"))


def kept(tmp_path: Path, content: bytes) -> Path:
    """Put a file where uploads are kept."""
    import hashlib

    name = hashlib.sha256(content).hexdigest()
    place = tmp_path / "files" / name[:2] / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


class TestBackup:
    """yijianshi backup, yijianshi restore."""

    async def test_comes_back_whole_and_proves_it(
        self, office: Office, run: Run, elsewhere: str, tmp_path: Path
    ) -> None:
        """Database, files and the head of that moment; a second backup copies only new files."""
        await opened(office)
        kept(tmp_path, b"one")
        code, said = in_thread(run, "backup", "kept")
        assert (code, "收件 1" in said, "新增文件 1" in said) == (0, True, True), said
        kept(tmp_path, b"two")
        (first,) = (path.parent for path in (tmp_path / "kept").glob("*/backup.json"))
        assert json.loads((first / "backup.json").read_text())["counts"]["receipts"] == 1
        assert first.stat().st_mode & 0o077 == 0
        code, said = in_thread(run, "restore", "kept", "--into", elsewhere, "--files", "back")
        assert (code, "没有发现不符" in said) == (0, True), said
        assert len(list((tmp_path / "back").glob("*/*"))) == 1

    async def test_only_into_an_empty_place(
        self, office: Office, run: Run, database_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """What is there is never overwritten."""
        await opened(office)
        assert in_thread(run, "backup", "kept")[0] == 0
        code, said = in_thread(run, "restore", "kept", "--into", database_url, "--files", "back")
        assert (code, "没有动它" in said) == (2, True), said
        kept(tmp_path, b"one")
        code, said = in_thread(run, "restore", "kept", "--into", elsewhere, "--files", "files")
        assert (code, "不是空的" in said) == (2, True), said
        code, said = in_thread(run, "restore", "nothing", "--into", elsewhere, "--files", "back")
        assert (code, "没有做完的备份" in said) == (2, True), said

    async def test_a_damaged_file_is_not_passed_on(
        self, office: Office, run: Run, tmp_path: Path
    ) -> None:
        """F-11: a copy of what is broken is no backup."""
        await opened(office)
        kept(tmp_path, b"one").write_bytes(b"other")
        code, said = in_thread(run, "backup", "kept")
        assert (code, "已损坏" in said) == (2, True), said
        assert not list((tmp_path / "kept").glob("*/backup.json"))

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_what_is_not_what_was_there_is_told(
        self, office: Office, run: Run, elsewhere: str, tmp_path: Path
    ) -> None:
        """F-52: a copy that was changed does not agree with its own head or counts."""
        await opened(office)
        assert in_thread(run, "backup", "kept")[0] == 0
        (copy,) = (tmp_path / "kept").glob("*/database")
        with sqlite3.connect(copy) as changed:
            changed.execute("DELETE FROM cases")
        changed.close()
        code, said = in_thread(run, "restore", "kept", "--into", elsewhere, "--files", "back")
        assert (code, "收件应有 1，现有 0" in said, "不要启用" in said) == (1, True, True), said


class TestMissing:
    """yijianshi receipts, yijianshi missing."""

    async def test_who_has_to_be_called(
        self,
        office: Office,
        run: Run,
        elsewhere: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Restored to an earlier moment, the list kept elsewhere says which receipts are gone, and whose they were."""
        before = await opened(office)
        assert in_thread(run, "backup", "kept")[0] == 0
        after = await opened(office)
        code, listed = in_thread(run, "receipts")
        assert code == 0
        assert [line.split("\t")[0] for line in listed.splitlines()] == sorted([before, after])
        (tmp_path / "list").write_text(listed)
        assert in_thread(run, "missing", "list")[0] == 0
        assert in_thread(run, "restore", "kept", "--into", elsewhere, "--files", "back")[0] == 0
        monkeypatch.setenv("YIJIANSHI_DATABASE_URL", elsewhere)
        code, said = in_thread(run, "missing", "list")
        assert code == 1
        assert after in said
        assert before not in said
        (tmp_path / "list").write_text("nothing of ours")
        assert in_thread(run, "missing", "list")[0] == 2


def in_thread(run: Run, *words: str) -> tuple[int, str]:
    """Run a command, which has an event loop of its own, beside the one of the test."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run, *words).result()
