"""外部平台 — one question over HTTP to an address of the settings; whatever goes wrong is an answer too, never an exception."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

LONGEST_ANSWER = 1 << 16  # bytes; a receipt is short
LONGEST_TEXT = 200


class Platform:
    """外部平台 — asked once each time; no caller can point it elsewhere, redirects and environment proxies are not used."""

    def __init__(self, name: str, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all; `name` is what people call it."""
        self.name = name
        self._url, self._token, self._seconds = url.rstrip("/"), token, seconds

    async def ask(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | str:
        """Return the JSON object that was answered, or in Chinese why there is none."""
        headers = {"accept": "application/json", "accept-encoding": "identity"} | (
            {"authorization": f"Bearer {self._token}"} if self._token else {}
        )
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx.AsyncClient(
                    follow_redirects=False, trust_env=False, timeout=self._seconds
                ) as client,
                client.stream("POST", f"{self._url}/{path}", json=body, headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    return f"{self.name}答复异常（{answer.status_code}）"
                return self._read(await _content(answer))
        except (TimeoutError, httpx.TimeoutException):
            return f"{self.name}没有及时答复"
        except httpx.HTTPError:
            return f"{self.name}没有接通"

    @property
    def unreadable(self) -> str:
        """Say that what was answered is not what was agreed."""
        return f"{self.name}的答复读不懂"

    def _read(self, content: bytes) -> Mapping[str, Any] | str:
        try:
            said: Any = json.loads(content)
        except (ValueError, RecursionError):
            return self.unreadable
        return said if isinstance(said, Mapping) else self.unreadable


async def _content(answer: httpx.Response) -> bytes:
    """Return what was answered, as it came; packed answers were not asked for, and are not unpacked."""
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > LONGEST_ANSWER:
            return b""
    return bytes(read)


def told_of(applicant: Mapping[str, str]) -> dict[str, str]:
    """Return an applicant {type, name, id} as a platform is told of him: the kind of his document where it is known."""
    return {name: value for name, value in applicant.items() if value}


def short_text(value: Any) -> str:
    """Return a printable text of at most 200 characters; anything else is empty."""
    return value[:LONGEST_TEXT] if isinstance(value, str) and value.isprintable() else ""
