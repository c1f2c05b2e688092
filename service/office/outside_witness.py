"""外部见证 — the second place: a folder or an address that somebody else keeps, which takes every seal as one line of JSON."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import httpx


class Place(Protocol):
    """Where seals are sent; whatever goes wrong is an answer too, never an exception."""

    name: str

    async def take(self, month: str, lines: Sequence[str]) -> str:
        """Hand over some seals of a month (`2026-11`); return in Chinese why they were not taken, empty if they were."""
        ...


class WitnessFolder:
    """见证文件夹 — on another disk, owned by somebody else, where this process may only add."""

    name = "folder"

    def __init__(self, path: Path) -> None:
        """Add to files in `path`, which must be there: a folder that was not mounted is never made."""
        self._path = path

    async def take(self, month: str, lines: Sequence[str]) -> str:
        """Add the lines to the file of the month, and see them on the disk."""
        try:
            await asyncio.to_thread(self._append, month, "".join(f"{line}\n" for line in lines))
        except OSError as error:
            return f"见证文件夹写不进去：{error.strerror}"
        return ""

    def _append(self, month: str, text: str) -> None:
        place = os.open(
            self._path / f"seals-{month}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
        )
        try:
            os.write(place, text.encode())
            os.fsync(place)
        finally:
            os.close(place)


class WitnessAddress:
    """见证地址 — somebody else's server, over https."""

    name = "url"

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Post to `url`, signed with `token`, and wait for `seconds` in all; redirects and proxies are not followed."""
        self._url, self._seconds = url, seconds
        self._headers = {"content-type": "application/x-ndjson"}
        if token:
            self._headers["authorization"] = f"Bearer {token}"

    async def take(self, month: str, lines: Sequence[str]) -> str:  # noqa: ARG002 - a folder's
        """Post the lines; any answer but 2xx is a refusal."""
        content = "".join(f"{line}\n" for line in lines).encode()
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx.AsyncClient(
                    follow_redirects=False, trust_env=False, timeout=self._seconds
                ) as client,
                client.stream("POST", self._url, content=content, headers=self._headers) as answer,
            ):
                status = answer.status_code
                return "" if answer.is_success else f"见证地址没有收下（{status}）"
        except (TimeoutError, httpx.TimeoutException):
            return "见证地址没有及时答复"
        except httpx.HTTPError:
            return "见证地址没有接通"


@dataclass(frozen=True, slots=True)
class Outside:
    """见证安排 — where seals go, how often, when their absence is loud, and whether it stops new applications."""

    places: tuple[Place, ...] = ()
    every: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=4)
    required: bool = False
