"""收存文件 — bytes handed in before the application names them, and given out to who may see the paper."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import IO, Any

from service.errors import (
    ActionNotAllowed,
    FileDamaged,
    NotFound,
    NotPermitted,
    TooLarge,
    TooManyAttempts,
    TypeRefused,
    Unavailable,
)
from service.office import sight, titles
from service.office.archives import DAMAGED
from service.office.desk import Desk, there
from service.office.filetypes import (
    FORMATS,
    is_archive,
    is_two_files,
    named_for,
    type_by_contents,
    type_by_head,
)
from service.office.pdfs import refuse_active_pdf
from service.office.scanning import ScannerSilent, Verdict
from service.office.security import HOUR, Entry, note, part_of, reading
from service.office.views import FileInfo
from service.store import cases, files, purging
from service.store.cases import Row
from service.watching.log import cause_of, tell
from service.workflows import rights
from service.workflows.case import Actor

MOST_BYTES = 20 << 20
HEAD_BYTES = 8192
CHUNK_BYTES = 1 << 16
BYTES_IN_MEMORY = 1 << 16
PORTAL_TIMES = 20  # of what others may leave unused: a portal uploads for many
SCANNED_AGAIN = timedelta(minutes=10)  # a file that the scanner could not read
NO_FILE = "没有这个文件，或者您无权查看。"

log = logging.getLogger("yijianshi.files")


class Exchange(Desk):
    """Files in and out."""

    async def keep_file(
        self, actor: Actor, content: AsyncIterator[bytes], name: str, now: datetime
    ) -> FileInfo:
        """Store what arrives, up to 20 MB; its type is told by its content.

        Raises:
            NotPermitted: neither applicant nor clerk. TypeRefused: not on the list. TooLarge. Unavailable: disk full.
        """
        if actor.kind not in ("applicant", "portal", "clerk"):
            raise NotPermitted("只有申请人和工作人员可以上传文件", action="keep_file")
        whose = await self.installation()
        with tempfile.SpooledTemporaryFile(max_size=BYTES_IN_MEMORY) as whole:
            await _set_aside(whole, content)
            media_type = await self._type_of(whole)
            stored = await self.folder.put(_pieces_of(whole), most=MOST_BYTES, installation=whose)
        kept = named_for(name, media_type)
        async with self.database.transaction() as tx:
            await files.register(
                tx,
                stored,
                name=kept,
                media_type=media_type,
                account=actor.account,
                department=actor.department,
                at=now,
                scan="pending" if self.scanner else "unscanned",
            )
        if self.scanner is not None:
            await self._refuse_found(kept, stored.sha256, now)
        return FileInfo(stored.sha256, kept, stored.size, media_type)

    async def refuse_hoarders(self, actor: Actor) -> None:
        """Refuse who has handed in more than may lie about unused. Raises TooManyAttempts."""
        most = self.bounds.unused_mb * (PORTAL_TIMES if actor.kind == "portal" else 1)
        async with self.database.reading() as connection:
            unused = await purging.bytes_unattached(connection, actor.account)
        if unused >= most << 20:
            said = f"您上传后还没有用在办件里的文件已有 {most} MB，请先提交用到它们的申请，或者过几天再传。"
            raise TooManyAttempts(said, retry_after=3600)

    async def _type_of(self, whole: Any) -> str:
        """Return what a file is, all of it looked at. Raises TypeRefused for what does something when it is opened."""
        head = whole.read(HEAD_BYTES)
        if is_archive(head):
            return await asyncio.to_thread(type_by_contents, whole)
        media_type = type_by_head(head)
        if media_type != FORMATS["txt"] and await asyncio.to_thread(is_two_files, whole):
            raise TypeRefused(DAMAGED)
        if media_type == FORMATS["pdf"]:
            whole.seek(0)
            await refuse_active_pdf(self.apart, whole.read())
        return media_type

    async def _refuse_found(self, name: str, file_id: str, now: datetime) -> None:
        """Ask the scanner at once; while it does not answer the file waits for it."""
        try:
            verdict = await self.scan(file_id, now)
        except Unavailable:
            return
        if verdict.threat:
            raise TypeRefused(
                f"「{name}」查出病毒（{verdict.threat}），没有收。请用杀毒软件处理以后，换一份文件再上传。"
            )

    async def scan(self, file_id: str, now: datetime) -> Verdict:
        """Show a file to the scanner and write down what it says.

        Raises ScannerSilent when it does not answer, other Unavailable when this file could not be scanned; it waits then.
        """
        assert self.scanner is not None
        try:
            async with aclosing(self._content(file_id)) as content:
                verdict = await self.scanner.scan(content)
        except ScannerSilent:
            raise
        except (Unavailable, NotFound, FileDamaged) as trouble:
            async with self.database.transaction() as tx:
                again = now + SCANNED_AGAIN
                await files.scanned(tx, file_id, scan="pending", again_at=again)
            raise Unavailable(trouble.detail) from trouble
        async with self.database.transaction() as tx:
            await files.scanned(tx, file_id, scan=verdict.scan, threat=verdict.threat)
            if verdict.threat:
                await note(tx, Entry(fact="threat_found", at=now, part=file_id))
        return verdict

    async def _content(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """Yield a file; it is opened when the first piece is asked for, and closed with this."""
        whose = await self.installation()
        async with aclosing(await self.folder.read(file_id, whose)) as pieces:
            async for piece in pieces:
                yield piece

    async def scan_files(self, now: datetime, limit: int) -> int:
        """Show files to the scanner that it has not seen; return how many. Raises ScannerSilent when it does not answer."""
        if self.scanner is None:
            return 0
        async with self.database.reading() as connection:
            waiting = await files.to_scan(connection, now, most=limit)
        for file_id in waiting:
            try:
                await self.scan(file_id, now)
            except ScannerSilent:
                raise
            except Unavailable as trouble:
                tell(log, "file_not_scanned", level=logging.WARNING, cause=cause_of(trouble))
        return len(waiting)

    async def file(
        self, actor: Actor, number: str, file_id: str, now: datetime
    ) -> tuple[FileInfo, AsyncIterator[bytes]]:
        """Return a file of a case and its bytes, to who may see the paper it stands for.

        Raises NotFound, and FileDamaged when the bytes are not there any more as they were handed in.
        """
        whose = await self.installation()
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
            shown = sight.shown(situation.release, case, actor)
            named = next(
                (m for m in shown.materials.values() if file_id and m.file == file_id), None
            )
            row = await files.about(connection, file_id) if named else None
        if named is None or row is None:
            raise NotFound(NO_FILE)
        own = rights.is_applicant(case, actor)
        _refuse_unscanned(row, own=own)
        if not own:
            seen = part_of(reading(case, actor, now), "read_file", file_id)
            self.noted.later(seen, once=HOUR)
        name = named_for(named.name, row["type"])
        content = await self.folder.read(file_id, whose)
        return FileInfo(file_id, name, row["size"], row["type"]), content

    async def own_file(self, actor: Actor, file_id: str) -> FileInfo:
        """Return what is known of a file this account handed in. Raises NotFound."""
        async with self.database.reading() as connection:
            row = await files.about(connection, file_id, actor.account, actor.department)
        if row is None:
            raise NotFound(NO_FILE)
        return FileInfo(file_id, row["name"], row["size"], row["type"])


def _refuse_unscanned(row: Row, *, own: bool) -> None:
    """Refuse a file in which something was found, and to all but who handed it in one that nobody has looked at yet."""
    if row["scan"] == "found":
        threat = row["threat"]
        raise ActionNotAllowed(f"这个文件查出病毒（{threat}），不能打开。{titles.NEW_FILE}")
    if row["scan"] == "pending" and not own:
        raise ActionNotAllowed("这个文件正在查毒，查完才能打开。请过几分钟再试。")


async def _set_aside(whole: IO[bytes] | Any, content: AsyncIterator[bytes]) -> None:
    """Keep what arrives aside: what it is, is told by all of it."""
    size = 0
    async for chunk in content:
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLarge(f"文件超过 {MOST_BYTES >> 20} MB。", most=MOST_BYTES)
        whole.write(chunk)
    whole.seek(0)


async def _pieces_of(whole: Any) -> AsyncIterator[bytes]:
    whole.seek(0)
    while chunk := whole.read(CHUNK_BYTES):
        yield chunk
