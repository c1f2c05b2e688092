"""证照库 — the certificates somebody holds or a department has issued, and whether one holds today."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from service.errors import ActionNotAllowed, NotFound, NotPermitted
from service.office import press, sight, titles
from service.office.desk import Desk
from service.office.showing import ShowCodes, Showing
from service.office.views import Page, value_of
from service.store import case_lists, cases, papers
from service.store.case_lists import Right
from service.store.cases import Row
from service.store.database import Connection
from service.workflows import rights
from service.workflows.calendar import local_date
from service.workflows.case import Actor, Case
from service.workflows.notices import Face, certificate_face, face_markup
from service.workflows.proceedings import STRIKING_OFF

MOST_ROWS = 200
NO_CERTIFICATE = "没有这份证照，或者您无权查看。"


@dataclass(frozen=True, slots=True)
class Holding:
    """证照 — one certificate as it stands today; `state` is expired when its validity has run out."""

    number: str
    certificate: str
    title: str
    holder_name: str
    holder_id: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    continues: str  # number of the certificate it renews or changes
    state: str
    carries: dict[str, Any]
    code: str
    case: str
    item: str
    item_title: str
    department: str
    department_title: str


class Holdings(Desk):
    """The library as one may see it."""

    async def certificates(
        self, actor: Actor, now: datetime, cursor: str | None = None, limit: int = 50
    ) -> Page[Holding]:
        """List certificates, the newest first: an applicant's own, those of the cases a clerk sees."""
        async with self.database.reading() as connection:
            right = await self._right_to_certificates(actor, connection)
            found = await case_lists.certificates(
                connection, right, limit=max(1, min(limit, MOST_ROWS)), cursor=cursor or ""
            )
            shown = [await self._holding(row, now, connection) for row in found.rows]
        return Page(shown, found.next or None)

    async def certificate(self, actor: Actor, number: str, now: datetime) -> Holding:
        """Return one certificate to its holder and to who sees the case that issued it. Raises NotFound."""
        async with self.database.reading() as connection:
            row = await papers.certificate(connection, number)
            found = await cases.look(connection, case_id=row["case_id"]) if row else None
            if row is None or found is None:
                raise NotFound(NO_CERTIFICATE)
            case, situation = await self.opened(found, actor, now, connection)
            seen = sight.shown(situation.release, case, actor).certificates.values()
            if row["item"] not in {each.item for each in seen}:
                raise NotFound(NO_CERTIFICATE)
            item = case.items[row["item"]]
            about = {"case": case.number, "release": case.release, "department": item.department}
            return await self._holding(row | about, now, connection)

    async def face(self, actor: Actor, number: str, now: datetime, *, base: str) -> Face:
        """Return how a certificate looks today, to who may read it; `base` is the address at which it can be verified.

        Who only watches sees half a name and nothing of what it carries. Raises NotFound.
        """
        async with self.database.reading() as connection:
            row = await papers.certificate(connection, number)
            found = await cases.look(connection, case_id=row["case_id"]) if row else None
            if row is None or found is None:
                raise NotFound(NO_CERTIFICATE)
            case, situation = await self.opened(found, actor, now, connection)
        release = situation.release
        seen = sight.shown(release, case, actor).certificates.get(row["n"])
        if seen is None:
            raise NotFound(NO_CERTIFICATE)
        if actor.is_supervisor:
            name, identity = titles.masked(seen.holder_name), titles.masked_id(seen.holder_id)
            seen = replace(seen, holder_name=name, holder_id=identity, carries={})
        state = state_on(row, local_date(now))
        if state != "valid" and _struck_off(case, seen.item):
            state = "deregistered"
        department = case.items[seen.item].department
        url = f"{base}/v/{seen.code}"
        return certificate_face(seen, release, department, state=state, verify_url=url)

    async def show_certificate(self, actor: Actor, number: str, now: datetime) -> Showing:
        """出示 — return a code that proves for five minutes that its holder holds it out.

        Raises NotFound; NotPermitted for who is not the holder; ActionNotAllowed for what does not hold today.
        """
        async with self.database.reading() as connection:
            row = await papers.certificate(connection, number)
            found = await cases.look(connection, case_id=row["case_id"]) if row else None
            if row is None or found is None:
                raise NotFound(NO_CERTIFICATE)
            case, situation = await self.opened(found, actor, now, connection)
        if row["n"] not in sight.shown(situation.release, case, actor).certificates:
            raise NotFound(NO_CERTIFICATE)
        if not rights.is_applicant(case, actor):
            raise NotPermitted("证照由持有人自己出示")
        state = state_on(row, local_date(now))
        if state != "valid":
            raise ActionNotAllowed(f"不能出示：{STATE_NOTES[state]}", state=state)
        return ShowCodes(self.secret, self.also).made(row["code"], now)

    async def face_pdf(
        self, actor: Actor, number: str, now: datetime, *, base: str
    ) -> tuple[str, bytes]:
        """Return a certificate's file name and its face as PDF/A. Raises NotFound; Unavailable where none can be made."""
        face = await self.face(actor, number, now, base=base)
        content = await press.set_apart(partial(_pressed, face, now))
        return f"{face.title}-{face.number}.pdf", content

    async def _right_to_certificates(self, actor: Actor, connection: Connection) -> Right:
        if actor.is_supervisor:
            return Right(everything=True)
        if actor.is_clerk:
            releases = await self.catalogue.all_newest(connection)
            at_window = "window" in actor.posts
            mine = (actor.department, "lead")
            leads = [
                release.bundle.code
                for release in releases
                if at_window and (release.bundle.lead, release.bundle.acceptance) == mine
            ]
            return Right(department=actor.department, bundles=leads)
        if actor.kind in ("applicant", "portal"):
            return sight.right_of_applicant(actor)
        return Right()

    async def _holding(self, row: Row, now: datetime, connection: Connection) -> Holding:
        release = await self.catalogue.release(row["release"], connection)
        return value_of(
            Holding,
            row,
            state=state_on(row, local_date(now)),
            item_title=titles.item_title(release, row["item"]),
            department_title=titles.department_title(release, row["department"]),
        )


def _struck_off(case: Case, item: str) -> bool:
    """Tell whether the entry of a certificate that has ended was struck off since (注销)."""
    return any(
        other.parent == item and other.lifecycle == STRIKING_OFF and other.outcome == "closed"
        for other in case.items.values()
    )


def _pressed(face: Face, now: datetime) -> bytes:
    markup, inputs = face_markup(face, press.fonts())
    return press.pdf(markup, inputs, now)


def state_on(row: Row, today: date) -> str:
    """Return the state of a certificate on a day: its end by date needs nobody to write it down."""
    if row["state"] != "valid":
        return str(row["state"])
    if row["valid_from"] and row["valid_from"] > today:
        return "pending"
    return "expired" if row["valid_until"] and row["valid_until"] < today else "valid"


STATE_NOTES = {
    "made": "已经准予，证照还没有颁发。",
    "valid": "",
    "pending": "证照还没有到生效的日期。",
    "superseded": "证照已经换发新证。",
    "expired": "证照的有效期已经届满。",
    "revoked": "证照已被撤销。",
    "recalled": "准予的决定已被撤回。",
    "void": "办理已经终止，证照没有颁发。",
    "deregistered": "证照已经依持有人的申请注销。",
}
