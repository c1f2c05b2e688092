"""文件: bytes kept once under their SHA-256 in a folder, and rows that say who may reach them.

The folder carries the mark of its installation. One without it – a disk that is not mounted, the folder of another – is
never written to, and never made: only `Folder.mark` makes one.
"""

import asyncio
import errno
import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, or_, select, text, update

from service.errors import FileDamaged, NotFound, TooLarge, Unavailable, not_saved
from service.store import ledger
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import add_once, table, upsert

_CHUNK = 1 << 20
_RESERVE = 2 << 30  # bytes left free for the database: uploads are refused before anything else is
_MARK = "installation"  # a plain name, so that no copy leaves it out
_OWNERS = table("file_owners").c

log = logging.getLogger("yijianshi.files")


@dataclass(slots=True, frozen=True)
class Stored:
    """存好的文件 — its SHA-256 in hexadecimal, its size in bytes, and how it begins (for telling its type)."""

    sha256: str
    size: int
    head: bytes


class Folder:
    """文件库 — a folder on this machine's disk."""

    def __init__(self, path: Path, *, reserve: int = _RESERVE) -> None:
        """Keep files under `path`; refuse new ones when fewer than `reserve` bytes (or 5 % of the disk) are free."""
        self.path = path
        self._reserve = reserve
        self._damaged: set[str] = set()  # told in the log already

    def mark(self, installation: str) -> None:
        """Make the folder where there is none, and let it be this installation's from now on."""
        self.path.mkdir(parents=True, exist_ok=True)
        place = self.path / f"{_MARK}.new"
        with place.open("w", encoding="ascii") as file:
            file.write(f"{installation}\n")
            file.flush()
            os.fsync(file.fileno())
        place.replace(self.path / _MARK)
        _sync_folder(self.path)

    def marked(self) -> str:
        """Return whose folder it is; empty when it carries no mark or is not there."""
        try:
            return (self.path / _MARK).read_text(encoding="ascii", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def check(self, installation: str) -> None:
        """Refuse a folder that is not this installation's. Raises Unavailable, saying what to do."""
        try:
            found = self.marked()
        except OSError as error:
            raise Unavailable(f"读不了文件夹 {self.path}：{error.strerror}。") from error
        if not installation or found != installation:
            what = "是另一套系统的" if found else "没有本系统的标记（可能是磁盘没有挂上）"
            raise Unavailable(f"文件夹 {self.path} {what}，请联系管理员。已上传的文件不受影响。")

    def try_writing(self, installation: str) -> None:
        """Write, sync and remove a few bytes. Raises Unavailable when files could not be kept now."""
        self.check(installation)
        try:
            place, file = self._open_new(installation)
            try:
                file.write(b"try")
                file.flush()
                os.fsync(file.fileno())
            finally:
                file.close()
                place.unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"文件夹 {self.path} 写不了：{error.strerror}。") from error

    def missing(self, sizes: Mapping[str, int]) -> set[str]:
        """Return those of the files that are not there with all their bytes; `sizes` in bytes by SHA-256."""
        return {sha256 for sha256, size in sizes.items() if self._size(sha256) != size}

    def _size(self, sha256: str) -> int:
        try:
            return self._place(sha256).stat().st_size
        except FileNotFoundError:
            return -1

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound("没有这个文件。")
        return self.path / sha256[:2] / sha256

    def free(self) -> float:
        """Return how much of the disk is free, from 0 to 1."""
        disk = shutil.disk_usage(self.path if self.path.exists() else self.path.anchor or ".")
        return disk.free / disk.total

    def _open_new(self, installation: str) -> tuple[Path, BinaryIO]:
        self.check(installation)
        incoming = self.path / "incoming"
        incoming.mkdir(exist_ok=True)
        disk = shutil.disk_usage(incoming)
        if disk.free < min(self._reserve, disk.total // 20):
            raise not_saved(OSError(errno.ENOSPC, "the reserve"))
        place = incoming / secrets.token_hex(16)
        return place, place.open("xb")

    def _keep(self, place: Path, file: BinaryIO, sha256: str) -> None:
        """Make it durable before it is named: first the bytes, then the name, then the folder that holds the name."""
        file.flush()
        os.fsync(file.fileno())
        file.close()
        final = self._place(sha256)
        final.parent.mkdir(exist_ok=True)
        place.replace(final)
        for folder in (final.parent, self.path):
            _sync_folder(folder)

    async def put(self, content: AsyncIterator[bytes], *, most: int, installation: str) -> Stored:
        """Store what arrives and return its hash; the same bytes again take no more room.

        Raises TooLarge beyond `most` bytes, Unavailable when the disk is full or the folder not this installation's.
        """
        try:
            return await self._put(content, most, installation)
        except OSError as error:
            raise not_saved(error) from error

    async def _put(self, content: AsyncIterator[bytes], most: int, installation: str) -> Stored:
        place, file = await asyncio.to_thread(self._open_new, installation)
        try:
            digest, size, head = hashlib.sha256(), 0, b""
            async for chunk in content:
                size += len(chunk)
                if size > most:
                    raise TooLarge(f"文件超过 {most // (1 << 20)} MB。", most=most)
                head = head or bytes(chunk[:8192])
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(self._keep, place, file, digest.hexdigest())
            return Stored(digest.hexdigest(), size, head)
        finally:
            place.unlink(
                missing_ok=True
            )  # first: closing writes what is left, which may fail again
            file.close()

    def spool(self) -> Path:
        """Return the folder where files lie while they are received: on the same disk, not in memory."""
        incoming = self.path / "incoming"
        incoming.mkdir(exist_ok=True)
        return incoming

    def names(self, beginning: str, before: float) -> list[str]:
        """Return the SHA-256 of the files that begin with two digits and were stored before then, in epoch seconds."""
        folder = self.path / beginning
        found = folder.iterdir() if folder.is_dir() else iter(())
        return sorted(place.name for place in found if place.stat().st_mtime < before)

    def drop(self, sha256: str, stored_before: datetime) -> int:
        """Delete a file unless it was stored (again) since; return the bytes freed.

        It is moved aside first: whoever stores the same bytes meanwhile finds no file and writes a new one.
        """
        before = stored_before.timestamp()
        place = self._place(sha256)
        aside = self.path / "incoming" / secrets.token_hex(16)
        try:
            if place.stat().st_mtime >= before:
                return 0
            place.replace(aside)
        except FileNotFoundError:
            return 0
        found = aside.stat()
        if found.st_mtime >= before:
            aside.replace(place)
            return 0
        aside.unlink()
        return found.st_size

    def leftovers(self, before: datetime) -> list[tuple[Path, int]]:
        """Return what half uploads and dead processes left behind before an instant, and its bytes."""
        incoming = self.path / "incoming"
        found = list(incoming.iterdir()) if incoming.is_dir() else []
        told = [(place, place.stat()) for place in found if place.is_file()]
        return [(p, about.st_size) for p, about in told if about.st_mtime < before.timestamp()]

    def _open(self, sha256: str, installation: str) -> BinaryIO:
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError:
            self.check(installation)
            raise self._lost(sha256, "its bytes are missing") from None
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise self._lost(sha256, "its bytes are not what they were")
        file.seek(0)
        return file

    def _lost(self, sha256: str, what: str) -> FileDamaged:
        """Return what to raise, told once in the log: somebody has to look for a copy."""
        if sha256 not in self._damaged:
            self._damaged.add(sha256)
            log.error("file %s: %s", sha256, what)
        return FileDamaged()

    async def read(self, sha256: str, installation: str) -> AsyncGenerator[bytes, None]:
        """Return the bytes in pieces. All of them are checked first: a damaged file is never served.

        Raises FileDamaged for one that is gone or damaged, before the first piece is asked for; Unavailable when the
        folder itself is not there.
        """
        file = await asyncio.to_thread(self._open, sha256, installation)

        async def pieces() -> AsyncGenerator[bytes, None]:
            with file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    yield chunk

        return pieces()


def _sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def installation(connection: Connection) -> str:
    """Return what this installation is called; empty while it has no name yet."""
    row = await connection.row(select(table("installation").c.id))
    return str(row["id"]) if row else ""


async def name_installation(tx: Connection, name: str, at: datetime) -> str:
    """Give this installation a name for ever; return the one that it has, if another process was first."""
    row = {"one": 1, "id": name, "made_at": at}
    await tx.change(add_once("installation", row, postgres=tx.postgres))
    return await installation(tx)


async def newest(connection: Connection) -> Row | None:
    """Return the file that was handed in last."""
    files = table("files")
    return await connection.row(select(files).order_by(files.c.uploaded_at.desc()).limit(1))


async def sizes(connection: Connection, hashes: Sequence[str]) -> dict[str, int]:
    """Return the size in bytes of each of the files that are known."""
    if not hashes:
        return {}
    files = table("files").c
    found = await connection.rows(select(files.sha256, files.size).where(files.sha256.in_(hashes)))
    return {row["sha256"]: row["size"] for row in found}


async def register(
    tx: Connection,
    stored: Stored,
    *,
    name: str,
    media_type: str,
    account: str,
    department: str = "",
    at: datetime,
    scan: str,
) -> None:
    """Note a stored file and that `account` may reach it, a clerk in that department; the name is the one its owner gave it.

    `scan` is how a file stands that is new here: `pending` where a scanner is to see it.
    """
    file = {
        "sha256": stored.sha256,
        "size": stored.size,
        "type": media_type,
        "uploaded_by": account,
        "uploaded_at": at,
        "scan": scan,
    }
    if await tx.change(add_once("files", file, postgres=tx.postgres)):
        await ledger.enter(tx, "files", sha256=stored.sha256)
    await let_reach(tx, stored.sha256, account, name, department=department, at=at)


async def let_reach(
    tx: Connection, sha256: str, account: str, name: str, *, department: str = "", at: datetime
) -> None:
    """Note that `account` may hand in a file that is there, under this name; a clerk in that department."""
    owner = {
        "sha256": sha256,
        "account": account,
        "name": name,
        "department": department,
        "uploaded_at": at,
    }
    await tx.change(upsert("file_owners", owner, postgres=tx.postgres))
    await ledger.enter(tx, "file_owners", sha256=sha256, account=account)


async def about(
    connection: Connection, sha256: str, account: str = "", department: str = ""
) -> Row | None:
    """Return what is known of a file; with `account` only if that account handed it in there, under the name it gave."""
    files = table("files")
    if not account:
        return await connection.row(select(files).where(files.c.sha256 == sha256))
    owned = files.join(table("file_owners"), _OWNERS.sha256 == files.c.sha256)
    return await connection.row(
        select(files, _OWNERS.name)
        .select_from(owned)
        .where(files.c.sha256 == sha256, *_owned_by(account, department))
    )


def _owned_by(account: str, department: str) -> tuple[ColumnElement[bool], ...]:
    return _OWNERS.account == account, _OWNERS.department == department


async def owned(
    connection: Connection, hashes: Sequence[str], account: str, department: str = ""
) -> list[Row]:
    """Return those of the files that `account` handed in, a clerk in that department, each under the name it gave."""
    files = table("files")
    joined = files.join(table("file_owners"), _OWNERS.sha256 == files.c.sha256)
    statement = select(files, _OWNERS.name).select_from(joined)
    return await connection.rows(
        statement.where(files.c.sha256.in_(hashes), *_owned_by(account, department))
    )


async def cases_with(connection: Connection, sha256: str) -> list[str]:
    """Return the ids of the cases that hold this file: who may see the case may read it."""
    materials = table("materials").c
    found = await connection.rows(
        select(materials.case_id).distinct().where(materials.file == sha256, text("file <> ''"))
    )
    return [row["case_id"] for row in found]


# ---- what the scanner says ----


async def scanned(
    tx: Connection, sha256: str, *, scan: str, threat: str = "", again_at: datetime | None = None
) -> None:
    """Write down what the scanner said; `again_at` is when a file that could not be scanned is tried again."""
    files = table("files")
    said = {"scan": scan, "threat": threat, "scan_at": again_at}
    await tx.change(update(files).where(files.c.sha256 == sha256).values(**said))
    await ledger.enter(tx, "files", sha256=sha256)


async def to_scan(connection: Connection, now: datetime, *, most: int) -> list[str]:
    """Return files that the scanner has not seen, those that wait for nothing first."""
    files = table("files")
    due = or_(files.c.scan_at.is_(None), files.c.scan_at <= now)
    statement = select(files.c.sha256).where(files.c.scan.in_(("pending", "unscanned")), due)
    first = statement.order_by(files.c.scan_at.is_not(None), files.c.scan_at, files.c.sha256)
    return [row["sha256"] for row in await connection.rows(first.limit(most))]


async def scans(connection: Connection, hashes: Sequence[str]) -> dict[str, Row]:
    """Return {scan, threat} of files by their hash."""
    files = table("files").c
    found = await connection.rows(
        select(files.sha256, files.scan, files.threat).where(files.sha256.in_(hashes))
    )
    return {row["sha256"]: row for row in found}
