"""证照库 — the certificates somebody holds or a department has issued, and whether one holds today."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.errors import NotFound
from service.office import sight, titles
from service.office.desk import Desk
from service.office.views import Page
from service.store import case_lists, cases, papers
from service.store.case_lists import Right
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.calendar import local_date
from service.workflows.situation import Actor

MOST = 200
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
            right = await self._right(actor, connection)
            found = await case_lists.certificates(
                connection, right, limit=max(1, min(limit, MOST)), cursor=cursor or ""
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
            if row["item"] not in {c.item for c in sight.shown(situation.release, case, actor).certificates.values()}:
                raise NotFound(NO_CERTIFICATE)
            item = case.items[row["item"]]
            about = {"case": case.number, "release": case.release, "department": item.department}
            return await self._holding(row | about, now, connection)

    async def _right(self, actor: Actor, connection: Connection) -> Right:
        if actor.kind == "supervisor":
            return Right(everything=True)
        if actor.kind == "clerk":
            releases = await self.catalogue.all_newest(connection)
            leads = [
                r.bundle.code
                for r in releases
                if (r.bundle.lead, r.bundle.acceptance) == (actor.department, "lead") and "window" in actor.posts
            ]
            return Right(department=actor.department, bundles=leads)
        if actor.kind in ("applicant", "portal"):
            return Right(account=actor.account, applicant_id=actor.subject)
        return Right()

    async def _holding(self, row: Row, now: datetime, connection: Connection) -> Holding:
        release = await self.catalogue.release(row["release"], connection)
        return Holding(
            row["number"], row["certificate"], row["title"], row["holder_name"], row["holder_id"], row["issued_on"],
            row["valid_from"], row["valid_until"], row["continues"],
            state_on(row, local_date(now)), row["carries"] or {}, row["code"], row["case"], row["item"],
            titles.item_title(release, row["item"]), row["department"],
            titles.department_title(release, row["department"]),
        )  # fmt: skip


def state_on(row: Row, today: date) -> str:
    """Return the state of a certificate on a day: its end by date needs nobody to write it down."""
    if row["state"] != "valid":
        return str(row["state"])
    if row["valid_from"] and row["valid_from"] > today:
        return "pending"
    return "expired" if row["valid_until"] and row["valid_until"] < today else "valid"


NOTES = {
    "valid": "",
    "pending": "证照还没有到生效的日期。",
    "superseded": "证照已经换发新证。",
    "expired": "证照的有效期已经届满。",
    "revoked": "证照已被撤销。",
    "recalled": "许可已被撤回。",
}
