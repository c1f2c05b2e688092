"""信用 — an applicant's own records, the classes that a supervisor keeps, and the promises that are published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import get_args

from service.errors import ActionNotAllowed, NotFound, NotPermitted, one_field
from service.office import titles
from service.office.desk import Desk, new_id
from service.office.views import Page, value_of
from service.store import credit_records
from service.store.cases import Row
from service.store.faults import KeyTaken
from service.workflows.calendar import local_date
from service.workflows.case import AGENT, Actor, one_person
from service.workflows.definition import CreditGrade

MOST_ROWS = 200
LONGEST_SOURCE = 200
CREDIT_GRADES = get_args(CreditGrade)
_SAID = ("subject", "since_on", "grade", "serious", "source")
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
    """信用分类 — what somebody proposed of an applicant from a day on; it counts once another person has confirmed it."""

    id: str
    subject: str
    since_on: date
    grade: str
    serious: bool
    source: str
    set_by: str
    set_at: datetime
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    in_force: bool = False


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


def _is_agent(actor: Actor) -> bool:
    """Tell whether somebody else's credit would be read by a mandate, which is for applying."""
    return actor.representing is not None and actor.representing.role == AGENT


class Crediting(Desk):
    """The verbs around credit that are not about one case."""

    async def credit_records(self, actor: Actor) -> Sequence[CreditRecord]:
        """Return the applicant's own records, of all cases. Raises NotPermitted for who applies for nobody."""
        if actor.kind != "applicant" or not actor.subject or _is_agent(actor):
            raise NotPermitted("信用记录由本人（本单位）查看；工作人员在办件里查看")
        async with self.database.reading() as connection:
            found = await credit_records.records(connection, actor.subject)
            return [await self._record(row) for row in found]

    async def _record(self, row: Row) -> CreditRecord:
        release = await self.catalogue.release(row["release"])
        return value_of(
            CreditRecord,
            row,
            case=row["number"],
            item_title=titles.item_title(release, row["item"]),
            kind_title=titles.CREDIT_KINDS[row["kind"]],
            recorded_on=local_date(row["recorded_at"]),
        )

    async def credit_classes(self, actor: Actor, subject: str) -> Sequence[CreditClass]:
        """Return what was proposed and confirmed of an applicant's class, the newest first; nothing is ever forgotten.

        Applicants read their own, without who wrote it. Raises NotPermitted.
        """
        subject = one_person(subject)
        mine = actor.kind == "applicant" and not _is_agent(actor)
        own = mine and one_person(actor.subject) == subject
        if not own:
            _refuse_others(actor)
        async with self.database.reading() as connection:
            found = _classes_of(await credit_records.entries(connection, subject))
        if not own:
            return found
        return [replace(c, set_by="", confirmed_by="") for c in found if c.confirmed_at]

    async def propose_class(
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
        """Propose an applicant's class from a day on, with its source; return what is known now. It counts once confirmed.

        The same proposal again is no second one.

        Raises:
            NotPermitted: neither a supervisor nor an administrator. DataInvalid: not a class, no source, a day to come.
        """
        _refuse_others(actor)
        _refuse_nonsense(grade, source, since_on, local_date(now))
        said = {
            "subject": one_person(subject),
            "since_on": since_on,
            "grade": grade,
            "serious": serious,
            "source": source.strip(),
            "by": actor.account,
        }
        async with self.database.transaction() as tx:
            entries = await credit_records.entries(tx, one_person(subject))
            open_ = {c.id for c in _classes_of(entries) if not c.confirmed_at}
            known = [row for row in entries if row["id"] in open_]
            if not any(said.items() <= row.items() for row in known):
                row = {**said, "id": new_id(now), "at": now, "confirms": ""}
                await credit_records.enter(tx, row)
                entries = [*entries, row]
        return _classes_of(entries)

    async def confirm_class(
        self, actor: Actor, subject: str, entry: str, now: datetime
    ) -> Sequence[CreditClass]:
        """Confirm what another person proposed: from now on it counts. Return what is known now.

        Raises:
            NotPermitted: neither a supervisor nor an administrator. NotFound: no such proposal.
            ActionNotAllowed: confirmed already, or proposed by the same person.
        """
        _refuse_others(actor)
        subject = one_person(subject)
        async with self.database.transaction() as tx:
            entries = await credit_records.entries(tx, subject)
            proposed = next((e for e in entries if e["id"] == entry and not e["confirms"]), None)
            if proposed is None:
                raise NotFound("没有这条信用分类登记。")
            await self._refuse_own_word(actor, proposed, entries)
            said = {name: proposed[name] for name in _SAID}
            row = {**said, "id": new_id(now), "by": actor.account, "at": now, "confirms": entry}
            try:
                await credit_records.enter(tx, row)
            except KeyTaken:
                raise _confirmed_already() from None
            await credit_records.rate(tx, {**said, "set_by": proposed["by"], "set_at": now})
        return _classes_of([*entries, row])

    async def _refuse_own_word(self, actor: Actor, proposed: Row, entries: Sequence[Row]) -> None:
        """Refuse a confirmation by who proposed it, with whichever account (四眼)."""
        if any(row["confirms"] == proposed["id"] for row in entries):
            raise _confirmed_already()
        first = await self.staff.account(proposed["by"])
        persons = {one_person(first.subject) if first else "", one_person(actor.subject)}
        if "" in persons:
            raise ActionNotAllowed(
                "登记人或者复核人的账号没有写明是谁（身份证号码），不能复核，请管理员先补上",
                action="confirm",
            )
        if len(persons) == 1:
            raise ActionNotAllowed(
                "信用分类由一人登记、另一人复核，您不能复核自己登记的", action="confirm"
            )

    async def published_promises(
        self, cursor: str | None = None, limit: int = 50
    ) -> Page[PublishedPromise]:
        """List the promises that are public, the newest first: enterprises by name, persons masked (R-SUP-1)."""
        async with self.database.reading() as connection:
            found = await credit_records.published(
                connection, limit=max(1, min(limit, MOST_ROWS)), cursor=cursor or ""
            )
        return Page([await self._promise(row) for row in found.rows], found.next or None)

    async def _promise(self, row: Row) -> PublishedPromise:
        release = await self.catalogue.release(row["release"])
        person = row["applicant_type"] in ("individual", "sole-trader")
        name = titles.masked(row["applicant_name"]) if person else row["applicant_name"]
        result = row["follow_up"]
        if row["checked"]:
            result = titles.state_title(release, row["follow_up"], row["checked"])
        return value_of(
            PublishedPromise,
            row,
            applicant_name=name,
            item_title=titles.item_title(release, row["item"]),
            department_title=titles.department_title(release, row["department"]),
            result=result or "还没有核查",
            revoked=row["outcome"] == "revoked",
        )


def _refuse_others(actor: Actor) -> None:
    if actor.kind not in KEEPERS:
        raise NotPermitted("信用分类由监督人员或者管理员登记、查看")


def _refuse_nonsense(grade: str, source: str, since_on: date, today: date) -> None:
    if grade not in CREDIT_GRADES:
        raise one_field("/grade", "信用分类写 A、B、C 或 D")
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise one_field("/source", f"请写明来源（名单或者评价的名称），最多 {LONGEST_SOURCE} 个字")
    if since_on > today:
        raise one_field("/since_on", "自哪一天起，不能是以后的日子")


def _confirmed_already() -> ActionNotAllowed:
    return ActionNotAllowed("这条信用分类已经复核过了", action="confirm")


def _classes_of(entries: Sequence[Row]) -> list[CreditClass]:
    """Return proposals with their confirmations, the newest first; of those confirmed the one of the latest day counts."""
    confirmed = {row["confirms"]: row for row in entries if row["confirms"]}
    counts = max(confirmed.values(), key=lambda row: (row["since_on"], row["at"]), default=None)
    found = []
    for row in entries:
        if row["confirms"]:
            continue
        second = confirmed.get(row["id"])
        found.append(
            value_of(
                CreditClass,
                row,
                set_by=row["by"],
                set_at=row["at"],
                confirmed_by=second["by"] if second else "",
                confirmed_at=second["at"] if second else None,
                in_force=second is not None and second is counts,
            )
        )
    return sorted(found, key=lambda each: (each.since_on, each.set_at), reverse=True)
