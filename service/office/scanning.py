"""查毒 — a file is shown to it before any clerk sees it; what does not answer leaves the file waiting, never passed.

The real scanner is clamd (or any that speaks its protocol): INSTREAM over TCP or a local socket, answers bounded in size
and time. The file goes as it was handed in; clamd unpacks it and looks.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from service.errors import Unavailable

Scan = Literal["unscanned", "pending", "clean", "found"]
LONGEST_ANSWER = 4096
LONGEST_THREAT = 120


class ScannerSilent(Unavailable):
    """查毒服务没有答复，请稍后再试。"""


class FileNotScanned(Unavailable):
    """查毒服务没有查成这个文件，请稍后再试。"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """查毒结果 — what the scanner found, in its own words; empty when the file is clean."""

    threat: str = ""

    @property
    def scan(self) -> Scan:
        """Return how the file stands now."""
        return "found" if self.threat else "clean"


class Scanner(Protocol):
    """What is asked of a scanner."""

    async def scan(self, content: AsyncIterator[bytes]) -> Verdict:
        """Look through a file. Raises ScannerSilent when nobody answers, FileNotScanned when this file cannot be read."""
        ...


class Clamd:
    """查毒服务 — the real one; `url` is tcp://host:port or unix:/path/of/the/socket."""

    def __init__(self, url: str, seconds: float = 30.0) -> None:
        """Wait `seconds` in all for one file. Raises ValueError for another kind of address."""
        found = urlsplit(url)
        self._path = found.path if found.scheme == "unix" else ""
        self._host, self._port = found.hostname or "", found.port or 0
        if not self._path and not (found.scheme == "tcp" and self._host and self._port):
            raise ValueError("查毒服务的地址应为 tcp://主机:端口 或 unix:/路径")
        self._seconds = seconds

    async def scan(self, content: AsyncIterator[bytes]) -> Verdict:
        """Look through a file."""
        try:
            async with asyncio.timeout(self._seconds):
                said = await self._asked(content)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
            raise ScannerSilent from error
        return _verdict(said.decode("utf-8", "replace"))

    async def _asked(self, content: AsyncIterator[bytes]) -> bytes:
        if self._path:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_ANSWER)
        else:
            reader, writer = await asyncio.open_connection(
                self._host, self._port, limit=LONGEST_ANSWER
            )
        try:
            try:
                writer.write(b"zINSTREAM\0")
                async for piece in content:
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            except ConnectionError:
                pass  # it said why before it hung up, or the answer below is missing
            return await reader.readuntil(b"\0")
        finally:
            writer.transport.abort()


def _verdict(said: str) -> Verdict:
    """Read `stream: OK`, `stream: NAME FOUND` or `… ERROR`."""
    answer = said.rstrip("\0\r\n ")
    if answer == "stream: OK":
        return Verdict()
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        return Verdict("".join(c for c in name if c.isprintable())[:LONGEST_THREAT] or "未命名")
    if answer.endswith("ERROR"):
        raise FileNotScanned
    raise ScannerSilent
