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
from service.office.holdings import NOTES, state_on
from service.store import case_lists, cases, papers
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import evidence
from service.workflows.calendar import local_date
from service.workflows.case import CASE, Case, Notice
from service.workflows.language.release import Release
from service.workflows.notices import say_date
from service.workflows.situation import Actor
from service.workflows.tools import papers as sheets

Form = Literal["html", "pdf"]
ENDED = ("revoked", "recalled")
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
        if notice is None or not sight.reads(notice, actor):
            raise NotFound(NO_PAPER)
        verify_url = f"{base}/v/{notice.code}"
        shown = _discreet(release, case, actor)
        if form == "html":
            content = sheets.html(notice, shown, release, verify_url=verify_url, base=base).encode()
        else:
            content = await asyncio.get_running_loop().run_in_executor(
                _PRESS, _pressed, notice, shown, release, verify_url, base
            )
        return f"{notice.title}-{notice.number}.{form}", content

    async def document(self, code: str, now: datetime) -> dict[str, Any]:
        """Verify a paper or a certificate by the code it carries: what it is, from whom, for whom, whether it is in force.

        `{number, title, case, issued_at, department_title, item_title, applicant, sha256, intact, valid, note,
        valid_until, state}`: `sha256` is that of the body, as printed; `intact` says that it is what was recorded at
        the issue; `state` is empty for a paper. Raises NotFound.
        """
        async with self.database.reading() as connection:
            row = await papers.notice_by_code(connection, code)
            if row is None and (held := await papers.certificate_by_code(connection, code)):
                return await self._certificate(connection, held, local_date(now))
            found = await cases.look(connection, case_id=row["case_id"]) if row else None
            if row is None or found is None:
                raise NotFound(NO_CODE)
            release = await self.catalogue.release(found.case["release"], connection)
            told = await _recorded(connection, "notices", row)
            recorded = str(told["body"]["sha256"]) if told else ""
        item = next((i for i in found.rows["items"] if i["item"] == row["item"]), None)
        intact = recorded == evidence.digest([found.case["salt"], row["body"]])
        note = _out_of_force(row, item, found.rows.get("certificates", []), local_date(now)) if intact else ALTERED
        department = item["department"] if item else release.bundle.lead
        return {
            "number": row["number"], "title": row["title"], "case": found.case["number"],
            "issued_at": row["issued_at"], "department_title": titles.department_title(release, department),
            "item_title": titles.item_title(release, row["item"]) if row["item"] else release.bundle.title,
            "applicant": titles.masked(found.case["applicant_name"]), "sha256": sheets.fingerprint(row["body"]),
            "intact": intact, "valid": not note, "note": note, "valid_until": None, "state": "",
        }  # fmt: skip

    async def _certificate(self, connection: Connection, row: Row, today: date) -> dict[str, Any]:
        found = there(await cases.look(connection, case_id=row["case_id"]))
        release = await self.catalogue.release(found.case["release"], connection)
        item = next(i for i in found.rows["items"] if i["item"] == row["item"])
        told, salt = await _recorded(connection, "certificates", row), found.case["salt"]
        holder = evidence.digest([salt, row["holder_name"]])
        intact = bool(told) and (told["number"], told["holder_name"]["sha256"]) == (row["number"], holder)
        state = state_on(row, today)
        note = NOTES[state] if intact else ALTERED
        says = {
            name: evidence.plain(row[name]) for name in ("number", "title", "holder_name", "issued_on", "valid_until")
        }
        return {
            "number": row["number"], "title": row["title"], "case": found.case["number"], "issued_at": item["final_at"],
            "department_title": titles.department_title(release, item["department"]),
            "item_title": titles.item_title(release, row["item"]), "applicant": titles.masked(row["holder_name"]),
            "sha256": sheets.fingerprint(says), "intact": intact, "valid": not note, "note": note,
            "valid_until": row["valid_until"], "state": state,
        }  # fmt: skip


def _discreet(release: Release, case: Case, actor: Actor) -> Case:
    """Leave out what the reader has no business with: who only watches sees half a name, a department no query code."""
    if sight.sees_all(release, case, actor):
        return case
    name = titles.masked(case.applicant_name) if actor.kind == "supervisor" else case.applicant_name
    return replace(case, applicant_name=name, query_code="")


def _pressed(notice: Notice, case: Case, release: Release, verify_url: str, base: str) -> bytes:
    markup, inputs = sheets.typst(notice, case, release, verify_url=verify_url, fonts=press.fonts(), base=base)
    return press.pdf(markup, inputs, notice.issued_at)


async def _recorded(connection: Connection, table: str, wanted: Row) -> Row:
    """Return the row as the record took it down when the paper was issued, empty if it never did."""
    after = 0
    while rows := await case_lists.events(connection, wanted["case_id"], after=after, limit=_EVENTS_AT_ONCE):
        for row in rows:
            for told in row["rows"].get(table, []):
                if told["n"] == wanted["n"]:
                    return dict(told)
        after = rows[-1]["n"]
    return {}


def _out_of_force(notice: Row, item: Row | None, certificates: Iterable[Row], today: date) -> str:
    """Say why a paper no longer holds: what it granted was revoked or has run out; empty while it does."""
    if notice["kind"] not in GRANTING:
        return ""
    own = [c for c in certificates if notice["item"] in (CASE, c["item"])]
    if (item and item["outcome"] in ENDED) or any(c["state"] in ENDED for c in own):
        return "对应的决定已被撤销。" if not item or item["outcome"] == "revoked" else "对应的许可已被撤回。"
    ended = [c["valid_until"] for c in own if c["valid_until"] and c["valid_until"] < today]
    return f"对应的证照有效期到{say_date(max(ended))}，已经过期。" if ended else ""
