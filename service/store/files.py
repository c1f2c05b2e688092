"""文件: bytes kept once under their SHA-256 in a folder, and rows that say who may reach them."""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select, text

from service.errors import NotFound, TooLarge, Unavailable
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import add_once, table

_CHUNK = 1 << 20
_RESERVE = 2 << 30  # bytes left free for the database: uploads are refused before anything else is
_OWNERS = table("file_owners").c


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
        self._path = path
        self._reserve = reserve

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise NotFound("没有这个文件。")
        return self._path / sha256[:2] / sha256

    def _open_new(self) -> tuple[Path, BinaryIO]:
        incoming = self._path / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(incoming)
        if disk.free < min(self._reserve, disk.total // 20):
            raise Unavailable("存储空间不足，暂时不能上传文件；已上传的不受影响。")
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
        for folder in (final.parent, self._path):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    async def put(self, content: AsyncIterator[bytes], *, most: int) -> Stored:
        """Store what arrives and return its hash; the same bytes again take no more room.

        Raises TooLarge beyond `most` bytes, Unavailable when the disk is full.
        """
        try:
            return await self._put(content, most)
        except OSError as error:
            raise Unavailable("文件没有保存成功，请稍后再试。") from error

    async def _put(self, content: AsyncIterator[bytes], most: int) -> Stored:
        place, file = await asyncio.to_thread(self._open_new)
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
            file.close()
            place.unlink(missing_ok=True)

    def _open(self, sha256: str) -> BinaryIO:
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound("没有这个文件。") from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise Unavailable("文件已损坏，没有提供给您，请联系管理员。")
        file.seek(0)
        return file

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Return the bytes in pieces. All of them are checked first: a damaged file is never served.

        Raises NotFound, or Unavailable for a damaged one, before the first piece is asked for.
        """
        file = await asyncio.to_thread(self._open, sha256)

        async def pieces() -> AsyncIterator[bytes]:
            with file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    yield chunk

        return pieces()


async def register(tx: Connection, stored: Stored, *, name: str, media_type: str, account: str, at: datetime) -> None:
    """Note a stored file and that `account` may reach it; the name is the one its owner gave it."""
    file = {"sha256": stored.sha256, "size": stored.size, "type": media_type, "uploaded_by": account, "uploaded_at": at}
    owner = {"sha256": stored.sha256, "account": account, "name": name, "uploaded_at": at}
    await tx.change(add_once("files", file, postgres=tx.postgres))
    await tx.change(add_once("file_owners", owner, postgres=tx.postgres))


async def about(connection: Connection, sha256: str, account: str = "") -> Row | None:
    """Return what is known of a file; with `account` only if that account handed it in, under the name it gave."""
    files = table("files")
    if not account:
        return await connection.row(select(files).where(files.c.sha256 == sha256))
    owned = files.join(table("file_owners"), _OWNERS.sha256 == files.c.sha256)
    return await connection.row(
        select(files, _OWNERS.name).select_from(owned).where(files.c.sha256 == sha256, _OWNERS.account == account)
    )


async def owned(connection: Connection, hashes: Sequence[str], account: str) -> list[Row]:
    """Return those of the files that `account` handed in, each under the name it gave."""
    files = table("files")
    joined = files.join(table("file_owners"), _OWNERS.sha256 == files.c.sha256)
    statement = select(files, _OWNERS.name).select_from(joined)
    return await connection.rows(statement.where(files.c.sha256.in_(hashes), _OWNERS.account == account))


async def cases_with(connection: Connection, sha256: str) -> list[str]:
    """Return the ids of the cases that hold this file: who may see the case may read it."""
    materials = table("materials").c
    found = await connection.rows(
        select(materials.case_id).distinct().where(materials.file == sha256, text("file <> ''"))
    )
    return [row["case_id"] for row in found]
