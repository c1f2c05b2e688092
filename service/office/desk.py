"""办公桌 — what all verbs share: what is known between requests, and the way from a decision to its record.

A verb opens one transaction: gather, decide, record. What the clerks, calendars and newest releases are may be some
seconds old; a case never is.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from service.errors import CaseChanged, KeyReused, NotFound, Unavailable
from service.office import credit, sight
from service.office.asking import Request
from service.office.catalogue import Catalogue
from service.office.sharing import Sharing
from service.office.signing import Signing
from service.office.staff import Staff
from service.office.views import CaseView
from service.store import cases, counters, papers
from service.store.cases import Gathered, Key, Opening, Row
from service.store.database import Connection, Database
from service.store.files import Folder
from service.store.schema import check_current
from service.store.statements import HELD
from service.workflows import bundle, certificates, evidence, library, notices
from service.workflows.calendar import local_date
from service.workflows.case import COLUMNS, KEYS, PARTS, Ban, Case, Event
from service.workflows.language.release import Release
from service.workflows.situation import CLOCK_ACTOR, Actor, Held, Situation, Step

Answer = Callable[[CaseView], Any]
CREATED, DONE = 201, 200
NOBODY = ("", "")  # no key under which an answer is kept
NO_CASE = "没有这件办件，或者您无权查看。"


class Desk:
    """Everything a verb needs beside its request."""

    def __init__(
        self,
        database: Database,
        folder: Folder,
        *,
        cheap_passwords: bool = False,
        sharing: Sharing | None = None,
        signing: Signing | None = None,
    ) -> None:
        """Work on a database and a folder of files; nothing is opened yet. Cheap passwords are for demonstrations."""
        self.sharing = sharing
        self.signing = signing
        self.cheap_passwords = cheap_passwords
        self.database = database
        self.folder = folder
        self.catalogue = Catalogue(database)
        self.staff = Staff(database)

    async def ready(self) -> list[str]:
        """Say in Chinese what keeps this process from serving; nothing when it is ready."""
        problems = []
        for check in (self.database.check, self._current_schema):
            try:
                await check()
            except Unavailable as trouble:
                problems.append(trouble.detail)
        return problems

    async def _current_schema(self) -> None:
        await check_current(self.database.url.render_as_string(hide_password=False))

    # ---- gathering ----

    async def situation(self, release: Release, now: datetime, beside: Gathered | Opening, tx: Connection) -> Situation:
        """Return what a decision may look at beside the case."""
        await self.catalogue.refresh(tx)
        roster = await self.staff.needed(release, tx)
        return Situation(
            release, self.catalogue.calendar_for(release), now.astimezone(UTC), staff=roster.posts,
            subjects=roster.subjects, excluded=beside.standing.excluded, excluded_by=credit.source(beside.standing),
            credit_class=credit.grade(beside.standing), library=held(beside.held),
            bans=tuple(Ban(**row) for row in beside.standing.banned),
        )  # fmt: skip

    async def opened(self, found: Gathered, actor: Actor, now: datetime, tx: Connection) -> tuple[Case, Situation]:
        """Return a gathered case as a value with its situation; for who may not see it, it is not there."""
        release = await self.catalogue.release(found.case["release"], tx)
        case = case_of(found, release)
        if actor.kind != "clock" and not sight.may_see(release, case, actor):
            raise NotFound(NO_CASE)
        return case, await self.situation(release, now, found, tx)

    def repeated(self, answered: Row | None, request: Request, case: Case, situation: Situation) -> CaseView | None:
        """Return the answer already given under this key. Raises KeyReused for another request."""
        if answered is None:
            return None
        if answered["request_hash"] != request.fingerprint:
            raise KeyReused
        return CaseView.of(case, request.actor, situation, replayed=True, answer=answered["response"])

    # ---- recording ----

    async def recorded(
        self, tx: Connection, taken: Step, request: Request, situation: Situation, *,
        was: Row | None, scope: Key, answer: Answer | None = None, status: int = DONE,
    ) -> CaseView:  # fmt: skip
        """Record a step, its events and its answer; `was` is the case row it was decided on, None for a new case."""
        await draw_numbers(tx, taken, situation.release)
        case, events, rows = evidence.sealed(taken)
        changed = _keys(rows)
        view = CaseView.of(case, request.actor, situation, events=events, changed=changed)
        if answer is not None:
            view = replace(view, answer=answer(view))
        kept = None
        if request.key:
            kept = {
                "principal": scope[0], "key": scope[1], "request_hash": request.fingerprint, "status": status,
                "response": {} if view.answer is None else view.answer, "created_at": request.now,
            }  # fmt: skip
        row = evidence.case_row(case)
        if was is not None:
            row = {name: value for name, value in row.items() if name in ("id", "version") or value != was[name]}
        told = {**rows, "events": [_row(event) for event in events]}
        await cases.record(tx, row, told, seen_version=None if was is None else was["version"], idempotency=kept)
        for number in certificates.replaced_by(taken, local_date(request.now)):
            await self._supersede(tx, number, request.now)
        return view

    async def _supersede(self, tx: Connection, number: str, now: datetime) -> None:
        """Let the case of an older certificate learn that a newer one took its place; always locked after the newer case."""
        row = await papers.certificate(tx, number)
        found = await cases.gather(tx, case_id=row["case_id"]) if row else None
        if found is None:
            return
        case, situation = await self.opened(found, CLOCK_ACTOR, now, tx)
        taken = certificates.supersede(case, situation)
        if taken.events:
            await self.recorded(tx, taken, Request(CLOCK_ACTOR, now), situation, was=found.case, scope=NOBODY)


def held(rows: Sequence[Row]) -> tuple[Held, ...]:
    """Return certificates as a decision looks at them."""
    return tuple(
        Held(
            **{name: row[name] for name in HELD}
            | {"carries": row["carries"] or {}, "replaced_on": row.get("replaced_on")}
        )
        for row in rows
    )


def there(found: Gathered | None) -> Gathered:
    """Return a case that was found. Raises NotFound."""
    if found is None:
        raise NotFound(NO_CASE)
    return found


def _row(event: Event) -> Row:
    return {name: getattr(event, name) for name in COLUMNS["events"]}


def changed_keys(before: Case, after: Case) -> dict[str, list[Any]]:
    """Return the keys of the rows by which two states of a case differ, by table."""
    return _keys(evidence.changed_rows(before, after))


def _keys(rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    return {table: [_key(table, row) for row in found] for table, found in rows.items() if table != "messages"}


def _key(table: str, row: Mapping[str, Any]) -> Any:
    found = tuple(row[name] for name in KEYS[table])
    return found[0] if len(found) == 1 else found


def scope_of(request: Request, verb: str, *path: str) -> Key:
    """Return who asks and under which key: the same key on another case or for another verb is another key."""
    if not request.key:
        return "", ""
    return request.actor.account, f"{'/'.join((verb, *path))} {request.key}"


def refuse_stale(case: Case, request: Request) -> None:
    """Refuse what was decided on an older version of the case. Raises CaseChanged with the current one."""
    if request.seen_version is not None and request.seen_version != case.version:
        raise CaseChanged(seen=request.seen_version, current=case.version)


def case_of(found: Gathered, release: Release) -> Case:
    """Return a gathered case as a value, its parts in an order that does not depend on the database."""
    order = {entry.use: index for index, entry in enumerate(release.bundle.items)}

    def place(code: str) -> tuple[int, str]:
        return order.get(code.partition(".")[0], -1), code

    parts: dict[str, Any] = {}
    for table, kind in PARTS.items():
        rows = found.rows.get(table, [])
        keyed = {_key(table, row): kind(**row) for row in rows}
        by_item = KEYS[table][0] == "item"
        parts[table] = dict(
            sorted(keyed.items(), key=(lambda e: (place(e[1].item), str(e[0]))) if by_item else lambda e: e[0])
        )
    own = {f.name for f in fields(Case)}
    return Case(**{name: value for name, value in found.case.items() if name in own}, **parts)


async def draw_numbers(tx: Connection, taken: Step, release: Release) -> None:
    """Give each new certificate the next number of its series; the result package then names it."""
    lacking = [c for c in taken.case.certificates.values() if not c.number]
    if not lacking:
        return
    region = release.directory.region.code

    def number(certificate: Any, seq: int) -> str:
        return bundle.certificate_number(certificate.pattern, region=region, issued_on=certificate.issued_on, seq=seq)

    for certificate in lacking:
        series = f"certificate {number(certificate, 0)}"
        drawn = (await counters.draw(tx, {series: 1}))[series]
        library.numbered(taken.case, certificate, number(certificate, drawn))
    known = taken.before.notices if taken.before else {}
    for notice in taken.case.notices.values():
        if notice.kind == "result" and notice.n not in known:
            notice.body = notices.result(release, taken.case).body


def new_id(now: datetime) -> str:
    """Return a random id that sorts by time: 12 hexadecimal digits of milliseconds, 20 of chance."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
