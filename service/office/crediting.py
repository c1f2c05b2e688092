"""信用 — an applicant's own records, the classes that a supervisor keeps, and the promises that are published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.errors import NotPermitted, one_field
from service.office import credit, titles
from service.office.desk import Desk
from service.office.views import Page
from service.store import credit_records
from service.store.cases import Row
from service.workflows.calendar import local_date
from service.workflows.situation import Actor

MOST = 200
LONGEST = 200
GRADES = ("A", "B", "C", "D")
KEEPERS = frozenset({"supervisor", "admin"})


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """信用记录 — one breach: what it was, whether it still bars 告知承诺, how and from when it may be repaired."""

    case: str
    item: str
    item_title: str
    kind: str
    kind_title: str
    severity: str
    recorded_on: date
    excluded: bool
    repair: str  # the item code under which repair is applied for
    repair_from: date | None
    ends_on: date | None
    repaired_on: date | None


@dataclass(frozen=True, slots=True)
class CreditClass:
    """信用分类 — what was said of an applicant from a day on."""

    subject: str
    since_on: date
    grade: str
    serious: bool
    source: str
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedPromise:
    """公开的承诺 — who promised what in which words, and what the check found; persons are masked."""

    applicant_name: str
    item: str
    item_title: str
    department_title: str
    granted_on: date
    text: str
    text_sha256: str
    later_on: date | None
    result: str
    revoked: bool


class Crediting(Desk):
    """The verbs around credit that are not about one case."""

    async def credit_records(self, actor: Actor) -> Sequence[CreditRecord]:
        """Return the applicant's own records, of all cases. Raises NotPermitted for who applies for nobody."""
        if actor.kind != "applicant" or not actor.subject:
            raise NotPermitted("信用记录由本人（本单位）查看；工作人员在办件里查看")
        async with self.database.reading() as connection:
            found = await credit_records.records(connection, actor.subject)
            return [await self._record(row) for row in found]

    async def _record(self, row: Row) -> CreditRecord:
        release = await self.catalogue.release(row["release"])
        return CreditRecord(
            row["number"], row["item"], titles.item_title(release, row["item"]), row["kind"],
            credit.KINDS[row["kind"]], row["severity"], local_date(row["recorded_at"]), row["excluded"], row["repair"],
            row["repair_from"], row["ends_on"], row["repaired_on"],
        )  # fmt: skip

    async def credit_classes(self, actor: Actor, subject: str) -> Sequence[CreditClass]:
        """Return what was said of an applicant's class, the newest first. Raises NotPermitted."""
        _refuse_others(actor)
        async with self.database.reading() as connection:
            return [CreditClass(**row) for row in await credit_records.classes(connection, subject)]

    async def classify(
        self,
        actor: Actor,
        subject: str,
        now: datetime,
        *,
        grade: str,
        since_on: date,
        source: str,
        serious: bool = False,
    ) -> Sequence[CreditClass]:
        """Write down an applicant's class from a day on, with its source; return what is known now.

        Raises:
            NotPermitted: neither a supervisor nor an administrator. DataInvalid: not a class, no source, a day to come.
        """
        _refuse_others(actor)
        if grade not in GRADES:
            raise one_field("/grade", "信用分类写 A、B、C 或 D")
        if not source.strip() or len(source) > LONGEST:
            raise one_field("/source", f"请写明来源（名单或者评价的名称），最多 {LONGEST} 个字")
        if since_on > local_date(now):
            raise one_field("/since_on", "自哪一天起，不能是以后的日子")
        row = {
            "subject": subject, "since_on": since_on, "grade": grade, "serious": serious, "source": source.strip(),
            "set_by": actor.account, "set_at": now,
        }  # fmt: skip
        async with self.database.transaction() as tx:
            await credit_records.rate(tx, row)
            return [CreditClass(**each) for each in await credit_records.classes(tx, subject)]

    async def published_promises(self, cursor: str | None = None, limit: int = 50) -> Page[PublishedPromise]:
        """List the promises that are public, the newest first: enterprises by name, persons masked (R-SUP-1)."""
        async with self.database.reading() as connection:
            found = await credit_records.published(connection, limit=max(1, min(limit, MOST)), cursor=cursor or "")
        return Page([await self._promise(row) for row in found.rows], found.next or None)

    async def _promise(self, row: Row) -> PublishedPromise:
        release = await self.catalogue.release(row["release"])
        person = row["applicant_type"] in ("individual", "sole-trader")
        name = titles.masked(row["applicant_name"]) if person else row["applicant_name"]
        result = titles.state_title(release, row["follow_up"], row["checked"]) if row["checked"] else row["follow_up"]
        return PublishedPromise(
            name, row["item"], titles.item_title(release, row["item"]), titles.department_title(release, row["department"]),
            row["granted_on"], row["text"], row["text_sha256"], row["later_on"], result or "还没有核查",
            row["outcome"] == "revoked",
        )  # fmt: skip


def _refuse_others(actor: Actor) -> None:
    if actor.kind not in KEEPERS:
        raise NotPermitted("信用分类由监督人员或者管理员登记、查看")
