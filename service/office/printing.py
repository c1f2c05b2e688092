"""印发与核验 — a notice as a paper to print, and whether a printed paper is genuine and still in force."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Literal

from service.errors import NotFound
from service.office import press, sight, titles
from service.office.desk import Desk, there
from service.office.heard import Heard, digits, spellings
from service.office.holdings import STATE_NOTES, state_on
from service.office.security import HOUR, part_of, reading
from service.office.showing import ShowCodes, Showing
from service.store import case_lists, cases, papers
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import rights
from service.workflows.calendar import local_date
from service.workflows.case import CASE, Actor, Case, Notice, digest, plain_json
from service.workflows.definition import Release
from service.workflows.notices import paper_fingerprint, paper_html, paper_markup, say_date

Form = Literal["html", "pdf"]
ENDED_STATES = ("revoked", "recalled")
# papers whose force ends with what they granted
GRANTING_PAPERS = frozenset({"grant", "issue", "result"})
NO_PAPER = "没有这份文书，或者您无权查看。"
NO_CODE = "没有查到这份文书，请核对文书上的校验码。"
NOT_OURS = "这不是本系统的出示码，请持证人打开“我的证照”，当面重新出示。"
OVER = "这个出示码已经过了五分钟，不能再用。请持证人当面重新出示。"
NOT_HEARD = "编号和出示码对不上，或者出示码已经用过、过了五分钟。请核对证照编号，请持证人再报一个新的出示码。"
UNMET = "承诺的条件还没有核实符合，暂时不能凭它从事活动。"
ALTERED = "存档的内容与办理记录对不上，请向发文机关查实，在此之前不要使用。"
_EVENTS_AT_ONCE = 200


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
        if not rights.is_applicant(case, actor):
            seen = part_of(reading(case, actor, now), "read_paper", str(n))
            self.noted.later(seen, once=HOUR)
        verify_url = f"{base}/v/{notice.code}"
        shown = _without_private(release, case, actor)
        if form == "html":
            content = paper_html(notice, shown, release, verify_url=verify_url, base=base).encode()
        else:
            setting = partial(_pressed, notice, shown, release, verify_url=verify_url, base=base)
            content = await press.set_apart(setting)
        return f"{notice.title}-{notice.number}.{form}", content

    async def document(self, code: str, now: datetime) -> dict[str, Any]:
        """Verify a paper or a certificate by the code it carries: what it is, from whom, for whom, whether it is in force.

        `{number, document_number, title, case, issued_at, department_title, item_title, applicant, sha256, intact, valid, note,
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
            told = await _recorded_row(connection, "notices", row)
            recorded = str(told["body"]["sha256"]) if told else ""
        item = next((i for i in found.rows["items"] if i["item"] == row["item"]), None)
        intact = recorded == digest([found.case["salt"], row["body"]])
        issued = found.rows.get("certificates", [])
        note = _out_of_force(row, item, issued, local_date(now)) if intact else ALTERED
        department = item["department"] if item else release.bundle.lead
        about = titles.item_title(release, row["item"]) if row["item"] else release.bundle.title
        return {
            "number": row["number"],
            "document_number": row["body"].get("document_number", ""),
            "title": row["title"],
            "case": found.case["number"],
            "issued_at": row["issued_at"],
            "department_title": titles.department_title(release, department),
            "item_title": about,
            "applicant": titles.masked(found.case["applicant_name"]),
            "sha256": paper_fingerprint(row["body"]),
            "intact": intact,
            "valid": not note,
            "note": note,
            "valid_until": None,
            "state": "",
        }

    async def shown_certificate(self, token: str, now: datetime) -> dict[str, Any]:
        """Verify a certificate that somebody holds out: what `document` tells of it, and `{shown_at, shown_until}`.

        Raises NotFound, saying so, for a code that is over and for one that this service did not make.
        """
        showing = ShowCodes(self.secret, self.also).read(token)
        if showing is None:
            raise NotFound(NOT_OURS)
        if now >= showing.until:
            raise NotFound(OVER)
        return await self._held_out(showing, now)

    async def heard_certificate(
        self, number: str, said: str, now: datetime, *, address: str
    ) -> dict[str, Any]:
        """Verify a certificate by its number and the digits its holder says: what `shown_certificate` tells, once.

        `address` is from where it is asked. Raises NotFound alike for a number that is nobody's, for digits that are wrong,
        over or used; TooManyAttempts.
        """
        async with self.database.reading() as connection:
            found = [await papers.certificate(connection, each) for each in spellings(number)]
        held = next((row for row in found if row), None)
        codes = ShowCodes(self.secret)
        showing = codes.heard(held["code"], digits(said), now) if held else None
        meant = held["number"] if held else number
        if not await Heard(self.database, self.secret).passes(meant, address, showing, now):
            raise NotFound(NOT_HEARD)
        assert showing is not None
        return await self._held_out(showing, now)

    async def _held_out(self, showing: Showing, now: datetime) -> dict[str, Any]:
        async with self.database.reading() as connection:
            held = await papers.certificate_by_code(connection, showing.code)
            if held is None:
                raise NotFound(NOT_OURS)
            told = await self._certificate(connection, held, local_date(now))
        return {**told, "shown_at": showing.since, "shown_until": showing.until}

    async def _certificate(self, connection: Connection, row: Row, today: date) -> dict[str, Any]:
        found = there(await cases.look(connection, case_id=row["case_id"]))
        release = await self.catalogue.release(found.case["release"], connection)
        item = next(i for i in found.rows["items"] if i["item"] == row["item"])
        told, salt = await _recorded_row(connection, "certificates", row), found.case["salt"]
        holder = digest([salt, row["holder_name"]])
        printed = (row["number"], holder)
        intact = bool(told) and (told.get("number"), told["holder_name"]["sha256"]) == printed
        state = state_on(row, today)
        unmet = state == "valid" and row["operable_from"] is None
        note = (UNMET if unmet else STATE_NOTES[state]) if intact else ALTERED
        says = {
            name: plain_json(row[name])
            for name in ("number", "title", "holder_name", "issued_on", "valid_until")
        }
        return {
            "number": row["number"],
            "document_number": "",
            "title": row["title"],
            "case": found.case["number"],
            "issued_at": item["final_at"],
            "department_title": titles.department_title(release, item["department"]),
            "item_title": titles.item_title(release, row["item"]),
            "applicant": titles.masked(row["holder_name"]),
            "sha256": paper_fingerprint(says),
            "intact": intact,
            "valid": not note,
            "note": note,
            "valid_until": row["valid_until"],
            "state": state,
        }


def _without_private(release: Release, case: Case, actor: Actor) -> Case:
    """Leave out what the reader has no business with: who only watches sees half a name, a department no query code."""
    if sight.sees_all(release, case, actor):
        return case
    name = titles.masked(case.applicant_name) if actor.is_supervisor else case.applicant_name
    return replace(case, applicant_name=name, query_code="")


def _pressed(notice: Notice, case: Case, release: Release, *, verify_url: str, base: str) -> bytes:
    markup, inputs = paper_markup(
        notice, case, release, verify_url=verify_url, fonts=press.fonts(), base=base
    )
    return press.pdf(markup, inputs, notice.issued_at)


async def _recorded_row(connection: Connection, table: str, wanted: Row) -> Row:
    """Return the row as the record took it down when the paper was issued, empty if it never did."""
    after = 0
    case_id, limit = wanted["case_id"], _EVENTS_AT_ONCE
    while rows := await case_lists.events(connection, case_id, after=after, limit=limit):
        for row in rows:
            for told in row["rows"].get(table, []):
                if told["n"] == wanted["n"]:
                    return dict(told)
        after = rows[-1]["n"]
    return {}


def _out_of_force(notice: Row, item: Row | None, certificates: Iterable[Row], today: date) -> str:
    """Say why a paper no longer holds: what it granted was revoked or has run out; empty while it does."""
    if notice["kind"] not in GRANTING_PAPERS:
        return ""
    own = [c for c in certificates if notice["item"] in (CASE, c["item"])]
    if (item and item["outcome"] in ENDED_STATES) or any(c["state"] in ENDED_STATES for c in own):
        withdrawn = item is not None and item["outcome"] != "revoked"
        return "对应的决定已被撤回。" if withdrawn else "对应的决定已被撤销。"
    if any(c["state"] == "deregistered" for c in own):
        return "对应的证照已经注销。"
    if any(c["state"] == "void" for c in own):
        return "办理已经终止，对应的证照没有颁发。"
    ended = [c["valid_until"] for c in own if c["valid_until"] and c["valid_until"] < today]
    return f"对应的证照有效期到{say_date(max(ended))}，已经过期。" if ended else ""
