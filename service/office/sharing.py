"""数据共享 — an outside platform is asked for what another authority holds already, before the transaction begins.

What it does not give, or not in time, the applicant may hand in himself; no limit waits for it (R-ACC-3, R-SEC-8). The
protocol is a small one of ours, see docs/operations.md: POST `{url}/materials/{material}`, JSON in and out.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from service.office.outside import Platform, short_text, told_of
from service.workflows.application import concerned_named
from service.workflows.case import Case, Shared
from service.workflows.definition import Release


class Sharing(Protocol):
    """What is asked of a sharing platform; whatever goes wrong is an answer too, never an exception."""

    async def ask(self, material: str, title: str, applicant: Mapping[str, str]) -> Shared:
        """Ask for one material of an applicant {type, name, id}."""
        ...


class HttpSharing:
    """共享平台 — the real one."""

    def __init__(self, url: str, token: str = "", seconds: float = 5.0) -> None:
        """Ask at `url`, signed with `token`, and wait for `seconds` in all."""
        self._platform = Platform("共享平台", url, token, seconds)

    async def ask(self, material: str, title: str, applicant: Mapping[str, str]) -> Shared:
        """Ask once and read `{found, receipt, reason}`."""
        body = {"material": material, "title": title, "applicant": told_of(applicant)}
        said = await self._platform.ask(f"materials/{material}", body)
        if isinstance(said, str):
            return Shared(fault=said)
        receipt, reason = said.get("receipt"), short_text(said.get("reason"))
        if said.get("found") is True:
            if isinstance(receipt, str) and receipt and receipt == short_text(receipt):
                return Shared(receipt=receipt)
            return Shared(fault=self._platform.unreadable)
        if said.get("found") is False:
            return Shared(fault=reason or "共享平台没有这份材料")
        return Shared(fault=self._platform.unreadable)


async def asked(
    sharing: Sharing | None,
    release: Release,
    given: Sequence[Any],
    applicant: Mapping[str, str],
    form: Mapping[str, Any],
) -> dict[str, Shared]:
    """Ask for every material that is to come from sharing; nothing when no platform is connected.

    What is somebody else's is asked for that person, with who asks and what he is to him: whether that entitles is the
    other authority's to say.
    """
    titles = release.vocabulary.materials
    wanted = [code for code in dict.fromkeys(_shared(given)) if code in titles] if sharing else []
    if sharing is None or not wanted:
        return {}
    answers = await asyncio.gather(
        *(
            sharing.ask(
                code,
                titles[code].title,
                applicant_or_concerned(release, titles[code].whose, applicant, form),
            )
            for code in wanted
        )
    )
    return dict(zip(wanted, answers, strict=True))


def applicant_or_concerned(
    release: Release, whose: str, applicant: Mapping[str, str], form: Mapping[str, Any]
) -> Mapping[str, str]:
    """Return whose record something is in, as the platform is told."""
    person = concerned_named(release, form)
    if whose == "applicant" or person is None:
        return applicant
    asks = {"asked_by": applicant["id"], "kin": person.kin}
    return {"type": "individual", "name": person.name, "id": person.id, **asks}


def who_applies(case: Case) -> dict[str, str]:
    """Return the applicant of a case as the platform is told of him."""
    return {
        "type": case.applicant_type,
        "name": case.applicant_name,
        "id": case.applicant_id,
        "document": case.applicant_document,
    }


def _shared(given: Sequence[Any]) -> Iterable[str]:
    for entry in given:
        if isinstance(entry, Mapping) and (
            entry.get("share") is True or entry.get("source") == "share"
        ):
            yield str(entry.get("material"))
