"""电子签名 — an outside service says whether a signature over the texts of a promise is genuine, and whose it is.

Asked before the transaction begins, about the hashes of exactly the texts that were shown (电子签名法 13, 14; R-NCP-5). The
protocol is a small one of ours, see docs/operations.md: POST `{url}/verify`, JSON in and out.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from service.office.outside import Platform, short_text, told_of
from service.workflows.case import Signed
from service.workflows.definition import Release
from service.workflows.rules import promised_texts

NOT_CONNECTED = Signed(fault="本系统没有接通电子签名服务，请用账号签署")


class Signing(Protocol):
    """What is asked of a signature service; whatever goes wrong is an answer too, never an exception."""

    async def verify(self, token: str, over: Sequence[str], applicant: Mapping[str, str]) -> Signed:
        """Ask whether `token` signs these SHA-256 hashes for an applicant {type, name, id}."""
        ...


class HttpSigning:
    """电子签名服务 — the real one."""

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all."""
        self._platform = Platform("电子签名服务", url, token, seconds)

    async def verify(self, token: str, over: Sequence[str], applicant: Mapping[str, str]) -> Signed:
        """Ask once and read `{valid, name, certificate, reason}`."""
        body = {"signature": token, "over": list(over), "applicant": told_of(applicant)}
        said = await self._platform.ask("verify", body)
        if isinstance(said, str):
            return Signed(fault=said)
        name, certificate = short_text(said.get("name")), short_text(said.get("certificate"))
        if said.get("valid") is True and name and certificate:
            return Signed(name, certificate, tuple(over))
        if said.get("valid") is False:
            return Signed(fault=short_text(said.get("reason")) or "签名无效")
        return Signed(fault=self._platform.unreadable)


async def verified(
    signing: Signing | None,
    release: Release,
    signature: Mapping[str, object],
    handling: Mapping[str, str],
    applicant: Mapping[str, str],
) -> Signed | None:
    """Return what the service says of a signature that was sent along; None where none was."""
    token = signature.get("token")
    if not token:
        return None
    chosen = [code for code in release.items if handling.get(code) == "commitment"]
    over = [sha256 for code in chosen for sha256 in promised_texts(release, code)]
    return await signing.verify(str(token), over, applicant) if signing else NOT_CONNECTED
