"""收存文件 — bytes handed in before the application names them, and given out to who may see the paper."""

import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import IO, Any

from service.errors import NotFound, NotPermitted, TooLarge
from service.office import sight
from service.office.desk import Desk, there
from service.office.filetypes import clean_name, is_archive, type_by_contents, type_by_head
from service.office.views import FileInfo
from service.store import cases, files
from service.workflows.situation import Actor

MOST_BYTES = 20 << 20
HEAD = 8192
CHUNK = 1 << 16
IN_MEMORY = 1 << 20
NO_FILE = "没有这个文件，或者您无权查看。"


class Exchange(Desk):
    """Files in and out."""

    async def keep_file(self, actor: Actor, content: AsyncIterator[bytes], name: str, now: datetime) -> FileInfo:
        """Store what arrives, up to 20 MB; its type is told by its content.

        Raises:
            NotPermitted: neither applicant nor clerk. TypeRefused: not on the list. TooLarge. Unavailable: disk full.
        """
        if actor.kind not in ("applicant", "portal", "clerk"):
            raise NotPermitted("只有申请人和工作人员可以上传文件", action="keep_file")
        head, rest = await _head(content)
        if is_archive(head):
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:
                await _spool(whole, head, rest)
                media_type = type_by_contents(whole)
                stored = await self.folder.put(_pieces(whole), most=MOST_BYTES)
        else:
            media_type = type_by_head(head)
            stored = await self.folder.put(_again(head, rest), most=MOST_BYTES)
        kept = clean_name(name)
        async with self.database.transaction() as tx:
            await files.register(tx, stored, name=kept, media_type=media_type, account=actor.account, at=now)
        return FileInfo(stored.sha256, kept, stored.size, media_type)

    async def file(
        self, actor: Actor, number: str, file_id: str, now: datetime
    ) -> tuple[FileInfo, AsyncIterator[bytes]]:
        """Return a file of a case and its bytes, to who may see the paper it stands for. Raises NotFound."""
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            shown = sight.shown(situation.release, case, actor)
            named = next((m for m in shown.materials.values() if file_id and m.file == file_id), None)
            row = await files.about(connection, file_id) if named else None
        if named is None or row is None:
            raise NotFound(NO_FILE)
        return FileInfo(file_id, named.name, row["size"], row["type"]), await self.folder.read(file_id)

    async def own_file(self, actor: Actor, file_id: str) -> FileInfo:
        """Return what is known of a file this account handed in. Raises NotFound."""
        async with self.database.reading() as connection:
            row = await files.about(connection, file_id, actor.account)
        if row is None:
            raise NotFound(NO_FILE)
        return FileInfo(file_id, row["name"], row["size"], row["type"])


async def _head(content: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """Return how the bytes begin, and the rest of what was read with it."""
    read = bytearray()
    async for chunk in content:
        read += chunk
        if len(read) >= HEAD:
            break
    return bytes(read), content


async def _again(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk


async def _spool(whole: IO[bytes] | Any, head: bytes, rest: AsyncIterator[bytes]) -> None:
    """Keep an archive aside: what it is stands at its end."""
    size = 0
    async for chunk in _again(head, rest):
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge(f"文件超过 {MOST_BYTES >> 20} MB。", most=MOST_BYTES)
        whole.write(chunk)
    whole.seek(0)


async def _pieces(whole: Any) -> AsyncIterator[bytes]:
    whole.seek(0)
    while chunk := whole.read(CHUNK):
        yield chunk
