"""办公桌 — what all verbs share: what is known between requests, and the way from a decision to its record.

A verb opens one transaction: gather, decide, record. What the clerks, calendars and newest releases are may be some
seconds old; a case never is.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from service.errors import CaseChanged, KeyReused, NotFound, Unavailable, one_field
from service.office import credit, sight
from service.office.asking import Request
from service.office.assembling import case_after, case_of, changed_columns, keys_of
from service.office.at_hand import AtHand, Known
from service.office.case_view import CaseView
from service.office.catalogue import Catalogue
from service.office.concerned import about_concerned
from service.office.isolation import Apart
from service.office.outside_witness import Outside
from service.office.registers import Registers
from service.office.scanning import Scanner
from service.office.sealing import Seal
from service.office.security import HOUR, Noted, reading
from service.office.sharing import Sharing
from service.office.signing import Signing
from service.office.staff import Staff
from service.office.verification import Verification
from service.office.views import value_of
from service.settings import Bounds
from service.store import cases, files, papers, roles
from service.store.case_lists import Right
from service.store.cases import Gathered, Key, Opening, Row
from service.store.database import Connection, Database
from service.store.faults import NotAlone
from service.store.files import Folder
from service.store.folding import folded_rows
from service.store.forms import Form
from service.watching import metrics
from service.workflows import rights
from service.workflows.calendar import local_date
from service.workflows.case import (
    CLOCK_ACTOR,
    COLUMNS,
    Actor,
    Ban,
    Case,
    Event,
    Held,
    Situation,
    Step,
    case_row,
    item_seen,
    sealed,
)
from service.workflows.definition import Release
from service.workflows.handling import numbers_wanted, with_numbers
from service.workflows.rules import replaced_by, supersede

SecondFactor = Literal["off", "offered", "required"]  # whether staff sign in with a code as well
Answer = Callable[[CaseView], Any]
CREATED, DONE = 201, 200
BOUNDS = Bounds()
NO_KEY = ("", "")  # no key under which an answer is kept
SECURITY_LOG_DAYS = 1095
NO_CASE = "没有这件办件，或者您无权查看。"


@dataclass(frozen=True, slots=True)
class Demands:
    """要求 — what must hold where this office works, beside what always must.

    `clock_seconds` is how far this machine's clock may be from the database's, None where it is not compared; `standby`
    asks for a synchronous standby.
    """

    clock_seconds: float | None = None
    standby: bool = False


NO_DEMANDS = Demands()


class Desk:
    """Everything a verb needs beside its request."""

    def __init__(
        self,
        database: Database,
        folder: Folder,
        *,
        second_factor: SecondFactor = "off",
        cheap_passwords: bool = False,
        sharing: Sharing | None = None,
        signing: Signing | None = None,
        verification: Verification | None = None,
        registers: Registers | None = None,
        demands: Demands = NO_DEMANDS,
        secret: str = "",
        also: Sequence[str] = (),
        bounds: Bounds = BOUNDS,
        scanner: Scanner | None = None,
        security_log_days: int = SECURITY_LOG_DAYS,
        outside: Outside | None = None,
    ) -> None:
        """Work on a database and a folder of files; nothing is opened yet.

        Cheap passwords are for demonstrations. `secret` is what all processes share: keys are drawn from it, kept answers are sealed.
        What was made with one of `also` is believed while the secret is changed.
        """
        self.seal, self.form = Seal(secret, also), Form()
        self.bounds, self.scanner = bounds, scanner
        self.security_log_days = security_log_days
        self.noted, self.apart, self.at_hand = Noted(), Apart(), AtHand()
        self.secret, self.also = secret, tuple(also)
        self.second_factor = second_factor
        self.sharing, self.signing, self.verification = sharing, signing, verification
        self.registers, self.demands = registers, demands
        self.outside = outside or Outside()
        self.cheap_passwords = cheap_passwords
        self.database = database
        self.folder = folder
        self.catalogue = Catalogue(database)
        self.staff = Staff(database)
        self.leaving = False  # told to stop: what has begun is finished, nothing new should come
        self._installation = ""

    async def installation(self) -> str:
        """Return what this installation is called, by which its folder of files is known. Raises Unavailable."""
        if not self._installation:
            async with self.database.reading() as connection:
                self._installation = await files.installation(connection)
        if not self._installation:
            raise Unavailable("数据库还没有安装标记，请先运行 yijianshi migrate。")
        return self._installation

    async def too_mighty(self) -> str:
        """Say in Chinese which power over the database this process has and should not; empty where it has none."""
        async with self.database.reading() as connection:
            return await roles.too_mighty(connection)

    # ---- gathering ----

    async def situation(
        self,
        release: Release,
        now: datetime,
        beside: Gathered | Opening,
        tx: Connection,
        *,
        new: Case | None = None,
    ) -> Situation:
        """Return what a decision may look at beside the case, also a `new` one that is being opened."""
        await self.catalogue.refresh(tx)
        roster = await self.staff.roster(tx)
        about = await about_concerned(release, beside, new, tx)
        return Situation(
            release,
            self.catalogue.calendar_for(release),
            now.astimezone(UTC),
            staff=roster.posts,
            subjects=roster.subjects,
            names=roster.names,
            excluded=beside.standing.excluded,
            excluded_by=credit.source(beside.standing),
            lot=tx.keys.audit.lot_of(local_date(now)),
            credit_class=credit.grade(beside.standing),
            library=held([*beside.held, *about]),
            bans=tuple(Ban(**row) for row in beside.standing.banned),
        )

    async def right_to_cases(self, actor: Actor, connection: Connection) -> Right:
        """Return which cases the actor finds in lists, as what he is now."""
        if actor.is_supervisor:
            return Right(everything=True)
        if actor.is_clerk:
            releases = await self.catalogue.all_newest(connection)
            leads = [
                release.bundle.code
                for release in releases
                if release.bundle.lead == actor.department
            ]
            return Right(department=actor.department, bundles=leads)
        if actor.kind in ("applicant", "portal"):
            return sight.right_of_applicant(actor)
        return Right()

    async def gathered(
        self, tx: Connection, number: str, key: Key = NO_KEY
    ) -> tuple[Gathered, Case | None]:
        """Gather a case, and return it as a value, too, if it is at hand as it is. Raises NotFound."""
        known = self.at_hand.of(number)
        seen = known.case.last_hash if known else ""
        found = there(await cases.gather(tx, number=number, key=key, seen=seen))
        if not (known and found.same):
            return found, None
        found.case = known.row
        return found, known.case

    async def opened(
        self,
        found: Gathered,
        actor: Actor,
        now: datetime,
        tx: Connection,
        case: Case | None = None,
    ) -> tuple[Case, Situation]:
        """Return a gathered case as a value with its situation; for who may not see it, it is not there.

        What is decided on a case is never earlier than its last event, however wrong the clock of this machine is.
        """
        now = max(now, found.last_at or now)
        release = await self.catalogue.release(found.case["release"], tx)
        case = case or case_of(found, release)
        if not actor.is_clock and not sight.may_see(release, case, actor):
            raise NotFound(NO_CASE)
        if not (actor.is_clock or rights.is_applicant(case, actor)):
            self.noted.later(reading(case, actor, now), once=HOUR)
        situation = await self.situation(release, now, found, tx)
        return case, as_known_to(actor, case, situation)

    def repeated(
        self,
        answered: Row | None,
        request: Request,
        case: Case,
        situation: Situation,
        answer: Answer | None = None,
    ) -> CaseView | None:
        """Return the answer already given under this key. Raises KeyReused for another request.

        One kept in another capacity, or before the secret was changed, is not opened: the case is shown as it stands now,
        with what is the actor's to see.
        """
        if answered is None:
            return None
        if answered["request_hash"] != request.fingerprint:
            raise KeyReused
        metrics.REPLAYS.inc()
        view = CaseView.of(case, request.actor, situation, replayed=True)
        try:
            key = answered["principal"], answered["key"]
            kept = self.seal.opened(answered["response"], _sealed_for(request.actor, key))
        except ValueError:
            kept = answer(view) if answer else None
        return replace(view, answer=kept)

    # ---- recording ----

    async def recorded(
        self,
        tx: Connection,
        taken: Step,
        request: Request,
        situation: Situation,
        *,
        was: Row | None,
        scope: Key,
        answer: Answer | None = None,
        status: int = DONE,
    ) -> CaseView:
        """Record a step, its events and its answer; `was` is the case row it was decided on, None for a new case.

        Raises NotAlone outside a transaction for what touches a second case, or draws from several series.
        """
        older = list(replaced_by(taken, local_date(situation.now)))
        if older and not tx.held:
            raise NotAlone
        terse, made = await self.form.terse(tx), list[tuple[CaseView, cases.Told]]()

        def told(first: Mapping[str, int]) -> cases.Told:
            numbered = with_numbers(taken, situation.release, first)
            case, events, rows = sealed(numbered, whole=not terse)
            what = {"events": events, "changed": keys_of(rows)}
            view = CaseView.of(case, request.actor, situation, **what)
            view = replace(view, answer=answer(view)) if answer else view
            kept = self._kept_answer(view, request, scope, status, terse=terse)
            whole = {**rows, "events": [_event_row(event, terse=terse) for event in events]}
            row, seen = changed_columns(case_row(case), was), was["version"] if was else None
            made.append((view, cases.Told(row, whole, seen, kept)))
            return made[-1][1]

        await cases.record_numbered(tx, numbers_wanted(taken, situation.release), told)
        view, last = made[-1]
        if not tx.held:
            self.at_hand.keep(Known(*case_after(taken.before, was, last, situation.release)))
        for number in older:
            await self._supersede(tx, number, situation.now)
        return view

    def _kept_answer(
        self, view: CaseView, request: Request, scope: Key, status: int, *, terse: bool
    ) -> Row | None:
        """Return the answer as it is kept under the request's key, if it has one: sealed, for it holds what people wrote."""
        if not request.key:
            return None
        whose = _sealed_for(request.actor, scope)
        return {
            "principal": scope[0],
            "key": scope[1],
            "request_hash": request.fingerprint,
            "status": status,
            "response": self.seal.closed(view.answer, whose, terse=terse),
            "created_at": request.now,
        }

    async def _supersede(self, tx: Connection, number: str, now: datetime) -> None:
        """Let the case of an older certificate learn that a newer one took its place; always locked after the newer case."""
        row = await papers.certificate(tx, number)
        found = await cases.gather(tx, case_id=row["case_id"]) if row else None
        if found is None:
            return
        case, situation = await self.opened(found, CLOCK_ACTOR, now, tx)
        taken = supersede(case, situation)
        if taken.events:
            await self.recorded(
                tx, taken, Request(CLOCK_ACTOR, now), situation, was=found.case, scope=NO_KEY
            )


def _sealed_for(actor: Actor, key: Key) -> Key:
    """Return for whom an answer is sealed: a clerk as what he is now, so that after a move it does not open."""
    apart = actor.is_clerk or actor.representing
    return (f"{key[0]} {actor.capacity}", key[1]) if apart else key


def as_known_to(actor: Actor, case: Case, situation: Situation) -> Situation:
    """Return the situation of a draft as its writer may know it: whoever types a number learns nothing of whose it is."""
    told = case.state != "draft" or rights.stands_for(situation.release, case, actor)
    return situation if told else situation.of_nobody()


def held(rows: Sequence[Row]) -> tuple[Held, ...]:
    """Return certificates as a decision looks at them."""
    return tuple(value_of(Held, row) for row in rows)


def there(found: Gathered | None) -> Gathered:
    """Return a case that was found. Raises NotFound."""
    if found is None:
        raise NotFound(NO_CASE)
    return found


def _event_row(event: Event, *, terse: bool) -> Row:
    row = {name: getattr(event, name) for name in COLUMNS["events"]}
    return row | {"rows": folded_rows(event.rows)} if terse else row


def scope_of(request: Request, verb: str, *path: str) -> Key:
    """Return who asks and under which key: the same key on another case or for another verb is another key."""
    if not request.key:
        return "", ""
    actor = request.actor
    whose = f"{actor.account}/{actor.representation}" if actor.representing else actor.account
    return whose, f"{'/'.join((verb, *path))} {request.key}"


def refuse_stale(case: Case, request: Request, item: str = "") -> None:
    """Refuse what was decided on an older version of the case, or of the item the request names a version of.

    Raises CaseChanged with the current one; DataInvalid for the version of an item where none is acted on.
    """
    if request.seen_version is not None and request.seen_version != case.version:
        raise CaseChanged(seen=request.seen_version, current=case.version)
    if not request.seen_item:
        return
    if not item:
        raise one_field("/If-Match", "这里要写整件的版本：办件的 ETag，是一个数")
    if item in case.items and (now := item_seen(case, item)) != request.seen_item:
        raise CaseChanged(seen=request.seen_item, current=now)


def new_id(now: datetime) -> str:
    """Return a random id that sorts by time: 12 hexadecimal digits of milliseconds, 20 of chance."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
