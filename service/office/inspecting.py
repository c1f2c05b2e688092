"""核查记录 — what the public may consult of them, and which wait for an officer's signature (行政许可法 61; R-LIFE-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.errors import NotPermitted
from service.office import titles
from service.office.desk import Desk
from service.office.views import Page
from service.store import inspections
from service.store.cases import Row
from service.workflows.calendar import local_date
from service.workflows.case import Actor, CheckedPoint

MOST_ROWS = 100
MOST_AWAITED = 20
PERSONS = ("individual", "sole-trader")


@dataclass(frozen=True, slots=True)
class PublicInspection:
    """公开的核查记录 — who was checked about what, on which day, point by point, with which result; persons are masked.

    What the officers wrote, where it was and the photos are not public.
    """

    applicant_name: str
    item_title: str
    department_title: str
    checked_on: date
    filed_on: date
    points: Sequence[tuple[str, str]]  # what was looked at → its result in words
    result: str


@dataclass(frozen=True, slots=True)
class AwaitedSignature:
    """等签字的核查记录 — one that its officer has not signed yet."""

    number: str
    item: str
    item_title: str
    checked_at: datetime


class Inspecting(Desk):
    """The verbs around records of checks that are not about one case."""

    async def public_inspections(
        self, cursor: str | None = None, limit: int = 50
    ) -> Page[PublicInspection]:
        """List the checks of what licence holders do, the newest filed first (行政许可法 61 ②)."""
        async with self.database.reading() as connection:
            found = await inspections.published(
                connection, limit=max(1, min(limit, MOST_ROWS)), cursor=cursor or ""
            )
        return Page([await self._published(row) for row in found.rows], found.next or None)

    async def _published(self, row: Row) -> PublicInspection:
        release = await self.catalogue.release(row["release"])
        name = row["applicant_name"]
        points: list[CheckedPoint] = row["points"]
        subject = release.subject(row["item"])
        return PublicInspection(
            applicant_name=titles.masked(name) if row["applicant_type"] in PERSONS else name,
            item_title=titles.item_title(release, row["item"]),
            department_title=titles.department_title(
                release, subject.department if subject else ""
            ),
            checked_on=local_date(row["checked_at"]),
            filed_on=row["filed_on"],
            points=[(each["point"], titles.CHECK_POINTS[each["result"]]) for each in points],
            result=titles.INSPECTION_RESULTS[row["result"]],
        )

    async def awaited_signatures(self, actor: Actor) -> Sequence[AwaitedSignature]:
        """Return the records that wait for a clerk's own signature. Raises NotPermitted for who is no clerk."""
        if not actor.is_clerk:
            raise NotPermitted("只有工作人员在核查记录上签字", action="sign_inspection")
        async with self.database.reading() as connection:
            found = await inspections.awaiting(connection, actor.account, most=MOST_AWAITED)
        return [
            AwaitedSignature(
                number=row["number"],
                item=row["item"],
                item_title=titles.item_title(
                    await self.catalogue.release(row["release"]), row["item"]
                ),
                checked_at=row["checked_at"],
            )
            for row in found
        ]
