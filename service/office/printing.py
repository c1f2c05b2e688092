"""印发与核验 — a notice as a paper to print, and whether a printed paper is genuine and still in force."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

from service.errors import NotFound
from service.office import press, sight, titles
from service.office.desk import Desk, there
from service.store import case_lists, cases, papers
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import evidence
from service.workflows.calendar import local_date
from service.workflows.case import CASE, Case, Notice
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT
from service.workflows.notices import say_date
from service.workflows.situation import Actor
from service.workflows.tools import papers as sheets

Form = Literal["html", "pdf"]
GRANTING = frozenset({"grant", "issue", "result"})  # papers whose force ends with what they granted
NO_PAPER = "没有这份文书，或者您无权查看。"
NO_CODE = "没有查到这份文书，请核对文书上的校验码。"
ALTERED = "存档的内容与办理记录对不上，请向发文机关查实，在此之前不要使用。"
_EVENTS_AT_ONCE = 200
_PRESS = ThreadPoolExecutor(2, thread_name_prefix="press")  # setting a paper takes a processor for some time


class Printing(Desk):
    """Papers on the way out, and papers that come back."""

    async def paper(
        self, actor: Actor, number: str, n: int, form: Form, now: datetime, *, base: str
    ) -> tuple[str, bytes]:
        """Return a notice's file name and content to who may read it; `base` is the address at which it can be verified.

        Raises:
            NotFound: no such notice, or none of this actor's business.
            Unavailable: the PDF cannot be made here; the detail says what is missing.
        """
        async with self.database.reading() as connection:
            found = there(await cases.look(connection, number=number))
            case, situation = await self.opened(found, actor, now, connection)
        release = situation.release
        notice = sight.shown(release, case, actor).notices.get(n)
        if notice is None or not reads(notice, actor):
            raise NotFound(NO_PAPER)
        verify_url = f"{base}/v/{notice.code}"
        shown = _discreet(release, case, actor)
        if form == "html":
            content = sheets.html(notice, shown, release, verify_url=verify_url).encode()
        else:
            content = await asyncio.get_running_loop().run_in_executor(
                _PRESS, _pressed, notice, shown, release, verify_url
            )
        return f"{notice.title}-{notice.number}.{form}", content

    async def document(self, code: str, now: datetime) -> dict[str, Any]:
        """Verify a printed paper by the code it carries: what it is, from whom, for whom, whether it is still in force.

        `{number, title, case, issued_at, department_title, item_title, applicant, sha256, intact, valid, note}`: `sha256` is
        that of the body, as printed; `intact` says that it is what was recorded at the issue. Raises NotFound.
        """
        async with self.database.reading() as connection:
            row = await papers.notice_by_code(connection, code)
            found = await cases.look(connection, case_id=row["case_id"]) if row else None
            if row is None or found is None:
                raise NotFound(NO_CODE)
            release = await self.catalogue.release(found.case["release"], connection)
            recorded = await _recorded(connection, row)
        item = next((i for i in found.rows["items"] if i["item"] == row["item"]), None)
        intact = recorded == evidence.digest([found.case["salt"], row["body"]])
        note = _out_of_force(row, item, found.rows.get("certificates", []), local_date(now)) if intact else ALTERED
        department = item["department"] if item else release.bundle.lead
        return {
            "number": row["number"], "title": row["title"], "case": found.case["number"],
            "issued_at": row["issued_at"], "department_title": titles.department_title(release, department),
            "item_title": titles.item_title(release, row["item"]) if row["item"] else release.bundle.title,
            "applicant": titles.masked(found.case["applicant_name"]), "sha256": sheets.fingerprint(row["body"]),
            "intact": intact, "valid": not note, "note": note,
        }  # fmt: skip


def reads(notice: Notice, actor: Actor) -> bool:
    """Tell whether a notice of a case this actor sees is for their eyes: the applicant's own, inside also the department's."""
    inside = actor.kind == "supervisor" or (actor.kind == "clerk" and notice.to == actor.department)
    return notice.to == APPLICANT or inside


def _discreet(release: Release, case: Case, actor: Actor) -> Case:
    """Leave out what the reader has no business with: who only watches sees half a name, a department no query code."""
    if sight.sees_all(release, case, actor):
        return case
    name = titles.masked(case.applicant_name) if actor.kind == "supervisor" else case.applicant_name
    return replace(case, applicant_name=name, query_code="")


def _pressed(notice: Notice, case: Case, release: Release, verify_url: str) -> bytes:
    markup, inputs = sheets.typst(notice, case, release, verify_url=verify_url, fonts=press.fonts())
    return press.pdf(markup, inputs, notice.issued_at)


async def _recorded(connection: Connection, notice: Row) -> str:
    """Return the salted hash of the body that the record took down when the notice was issued."""
    after = 0
    while rows := await case_lists.events(connection, notice["case_id"], after=after, limit=_EVENTS_AT_ONCE):
        for row in rows:
            for told in row["rows"].get("notices", []):
                if told["n"] == notice["n"]:
                    return str(told["body"]["sha256"])
        after = rows[-1]["n"]
    return ""


def _out_of_force(notice: Row, item: Row | None, certificates: Iterable[Row], today: date) -> str:
    """Say why a paper no longer holds: what it granted was revoked or has run out; empty while it does."""
    if notice["kind"] not in GRANTING:
        return ""
    own = [c for c in certificates if notice["item"] in (CASE, c["item"])]
    if (item and item["outcome"] == "revoked") or any(c["state"] == "revoked" for c in own):
        return "对应的决定已被撤销。"
    ended = [c["valid_until"] for c in own if c["valid_until"] and c["valid_until"] < today]
    return f"对应的证照有效期到{say_date(max(ended))}，已经过期。" if ended else ""
