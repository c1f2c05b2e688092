"""数据共享 — an outside platform is asked for what another authority holds already, before the transaction begins.

What it does not give, or not in time, the applicant may hand in himself; no limit waits for it (R-ACC-3, R-SEC-8). The
protocol is a small one of ours, see docs/operations.md: POST `{url}/materials/{material}`, JSON in and out.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import httpx

from service.workflows.case import Case
from service.workflows.language.release import Release
from service.workflows.situation import Shared

LONGEST_ANSWER = 1 << 16  # bytes; a receipt is short
LONGEST_TEXT = 200
UNREACHABLE, TOO_LATE, UNREADABLE = "共享平台没有接通", "共享平台没有及时答复", "共享平台的答复读不懂"


class Sharing(Protocol):
    """What is asked of a sharing platform; whatever goes wrong is an answer too, never an exception."""

    async def ask(self, material: str, title: str, applicant: Mapping[str, str]) -> Shared:
        """Ask for one material of an applicant {type, name, id}."""
        ...


class HttpSharing:
    """共享平台 — the real one, at an address that is part of the settings: no caller can point it elsewhere."""

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all."""
        self._url, self._token, self._seconds = url.rstrip("/"), token, seconds

    async def ask(self, material: str, title: str, applicant: Mapping[str, str]) -> Shared:
        """Ask once; redirects are not followed, environment proxies not used."""
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {self._token}"} if self._token else {})
        body = {"material": material, "title": title, "applicant": dict(applicant)}
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=self._seconds) as client,
                client.stream("POST", f"{self._url}/materials/{material}", json=body, headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    return Shared(fault=f"共享平台答复异常（{answer.status_code}）")
                return _read(await _content(answer))
        except (TimeoutError, httpx.TimeoutException):
            return Shared(fault=TOO_LATE)
        except httpx.HTTPError:
            return Shared(fault=UNREACHABLE)


async def _content(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) > LONGEST_ANSWER:
            return b""
    return bytes(read)


def _read(content: bytes) -> Shared:
    """Read `{found, receipt, reason}`."""
    try:
        said: Any = json.loads(content)
    except ValueError:
        return Shared(fault=UNREADABLE)
    if not isinstance(said, Mapping) or not isinstance(said.get("found"), bool):
        return Shared(fault=UNREADABLE)
    receipt, reason = said.get("receipt"), said.get("reason")
    if said["found"]:
        good = isinstance(receipt, str) and 0 < len(receipt) <= LONGEST_TEXT and receipt.isprintable()
        return Shared(receipt=str(receipt)) if good else Shared(fault=UNREADABLE)
    plain = isinstance(reason, str) and reason.isprintable() and reason
    return Shared(fault=str(reason)[:LONGEST_TEXT] if plain else "共享平台没有这份材料")


async def asked(
    sharing: Sharing | None, release: Release, given: Sequence[Any], applicant: Mapping[str, str]
) -> dict[str, Shared]:
    """Ask for every material that is to come from sharing; nothing when no platform is connected."""
    titles = release.vocabulary.materials
    wanted = [code for code in dict.fromkeys(_shared(given)) if code in titles] if sharing else []
    if sharing is None or not wanted:
        return {}
    answers = await asyncio.gather(*(sharing.ask(code, titles[code].title, applicant) for code in wanted))
    return dict(zip(wanted, answers, strict=True))


def who_applies(case: Case) -> dict[str, str]:
    """Return the applicant of a case as the platform is told of him."""
    return {"type": case.applicant_type, "name": case.applicant_name, "id": case.applicant_id}


def _shared(given: Sequence[Any]) -> Iterable[str]:
    for entry in given:
        if isinstance(entry, Mapping) and (entry.get("share") is True or entry.get("source") == "share"):
            yield str(entry.get("material"))
