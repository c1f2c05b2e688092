"""核对 — every case streamed past independent checks; shares no code with the engine that wrote it."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.store import audit, calendars
from service.store.database import Database
from service.verify import (
    duties,
    guards,
    inspections,
    institutes,
    ledgers,
    persons,
    reapplied,
    record,
    representing,
    sealing,
    transitions,
    witnesses,
)
from service.verify.clocks import Dates
from service.verify.continued import Continued
from service.verify.dossier import Definition, Dossier, Row
from service.verify.lots import Lots
from service.verify.report import Finding, Head, HeadCount, Report, SealHead
from service.verify.signed import Believed

BATCH_SIZE = 200  # cases read in one view of the database
NOTHING: Mapping[str, Any] = {}
# longer than any transaction may last: what is older is complete
SETTLING_TIME = timedelta(minutes=1)


async def verify(
    database: Database,
    *,
    now: datetime,
    notices: Sequence[Mapping[str, Any]] = (),
    standard: Mapping[str, Any] = NOTHING,
    files: Path | None = None,
    expect: Head | SealHead | None = None,
    secrets: Sequence[str] = (),
    witness: Sequence[str] = (),
) -> Report:
    """Check everything that is stored against its own record.

    `notices` are calendar documents (`{layer, year, source, holidays, workdays}`) beside those that were published:
    dates reckoned with others are counted as unchecked. `standard` are the lifecycles of proceedings as documents have
    them: a release from before one of them existed does not hold it. `files` is the folder of uploaded files, None leaves
    them out. `expect` is a head witnessed earlier: what it covers must still be there, unchanged and without additions;
    `witness` are the lines that a second place has kept. `secrets` are the audit keys, the newest first: without them the
    seals are checked with the public key that was witnessed first, and draws once their day's lot is published.
    """
    report, believed = Report(), witnesses.believed_from(witness, secrets)
    sealed = await sealing.check(database, believed, now=now, report=report)
    report.sealed = sealed.head
    entries = await ledgers.read(database, believed, report)
    if sealed.head:
        await ledgers.check(database, entries, believed, report)
    _witnessed(witness, expect, believed, sealed, report)
    known = [*notices, *await _published_notices(database), *entries.notices]
    checks = _Checks(
        now=now,
        dates=Dates(known, report.counts),
        lots=Lots(believed, sealed, report.counts),
        people=await _known_people(database, report),
        accounts=await _accounts(database) if sealed.head else set(),
        gone=ledgers.Gone(entries, believed),
    )
    definitions = await _known_definitions(database, standard, report)
    await _every_case(database, definitions, checks, report, files=files, expect=expect)
    await guards.check(database, checks.drawn, report, sealed=sealed.head is not None)
    return report


def _witnessed(
    lines: Sequence[str],
    expect: Head | SealHead | None,
    believed: Believed,
    sealed: sealing.Sealed,
    report: Report,
) -> None:
    """Compare the seals with what a second place has kept, and with one that was written down."""
    for finding in witnesses.compare(lines, believed, sealed):
        report.add(finding)
    if isinstance(expect, SealHead):
        for finding in witnesses.expected(expect, sealed):
            report.add(finding)


@dataclass(slots=True)
class _Checks:
    """What the checks of one case rest on, and the highest numbers of all cases."""

    now: datetime
    dates: Dates
    lots: Lots
    people: persons.People
    accounts: set[str]  # none before anything was sealed
    gone: ledgers.Gone
    drawn: guards.Drawn = field(default_factory=guards.Drawn)
    followers: reapplied.Followers = field(default_factory=reapplied.Followers)
    continued: Continued = field(default_factory=Continued)


async def _every_case(
    database: Database,
    definitions: Mapping[str, Definition],
    checks: _Checks,
    report: Report,
    *,
    files: Path | None,
    expect: Head | SealHead | None,
) -> None:
    heads = [HeadCount(checks.now - SETTLING_TIME)]
    if isinstance(expect, Head):
        heads.append(HeadCount(expect.until))
    checked: set[str] = set()
    async for batch in _batches(database):
        for dossier in _dossiers(batch, definitions, report):
            for event in dossier.events:
                for head in heads:
                    head.add(event)
            for finding in _findings_of(dossier, checks):
                report.add(finding)
            checks.continued.see(dossier)
            for series, number in guards.numbers_of(dossier):
                drawn = checks.drawn.highest
                drawn[series] = max(number, drawn.get(series, 0))
            if files:
                await _check_files(dossier, files, checked, report)
    report.counts["unused_files"] = await asyncio.to_thread(_unused, files, checked)
    await reapplied.check(database, checks.followers, report)
    checks.continued.check(report)
    report.head = heads[0].head()
    if len(heads) == 2 and heads[1].head() != expect:
        what = f"应为 {expect}，现为 {heads[1].head()}：此前的记录被改动、删除或补入"
        report.add(Finding("", "见证头", what))


async def _accounts(database: Database) -> set[str]:
    async with audit.snapshot(database) as connection:
        return guards.names(await audit.every(connection, "accounts"))


async def _batches(database: Database) -> AsyncIterator[audit.Batch]:
    """Read all cases, so many in one view of the database."""
    after, more = "", True
    while more:
        async with audit.snapshot(database) as connection:
            found = await audit.batch(connection, after, BATCH_SIZE)
        yield found
        after, more = found.last, bool(found.last)


def _findings_of(dossier: Dossier, checks: _Checks) -> Iterator[Finding]:
    """Run every check on one case."""
    yield from record.chain(dossier)
    yield from record.rows(dossier, checks.gone.until(dossier))
    yield from record.followers(dossier)
    yield from guards.waiting(dossier, checks.now)
    yield from guards.actors(dossier, checks.accounts)
    yield from checks.followers.see(dossier)
    if dossier.definition is None:
        yield Finding(dossier.name, "cases", f"找不到它的发布版 {dossier.case['release'][:12]}")
        return
    until = checks.now - SETTLING_TIME
    yield from guards.papers(dossier, checks.drawn, until)
    yield from transitions.walk(dossier)
    yield from transitions.state(dossier)
    yield from persons.check(dossier, checks.people)
    yield from checks.people.representations.check(dossier)
    yield from checks.dates.check(dossier)
    yield from inspections.check(dossier, checks.people)
    yield from duties.open_and_closed(dossier)
    yield from duties.closed_case(dossier)
    yield from duties.certificates(dossier)
    yield from duties.blocked(dossier)
    yield from duties.extended(dossier)
    yield from duties.assigned(dossier)
    yield from institutes.founded(dossier)
    yield from institutes.overdue(dossier)
    yield from institutes.selections(dossier)
    yield from institutes.payments(dossier)
    yield from institutes.went_without(dossier)
    yield from institutes.pauses(dossier)
    yield from duties.promises_apart(dossier)
    yield from duties.hearings(dossier)
    yield from duties.promises(dossier, checks.lots)
    yield from duties.breaches(dossier)


async def _known_definitions(
    database: Database, standard: Mapping[str, Any], report: Report
) -> dict[str, Definition]:
    """Read every release; one whose content is not what its hash says is reported and not used."""
    async with audit.snapshot(database) as connection:
        found = await audit.known_releases(connection)
    definitions: dict[str, Definition] = {}
    for row in found:
        report.counts["releases"] += 1
        definition = Definition(row["document"], standard)
        if definition.hash == row["hash"]:
            definitions[row["hash"]] = definition
        else:
            report.add(Finding("", f"releases {row['hash'][:12]}", "内容与哈希不符"))
    return definitions


async def _known_people(database: Database, report: Report) -> persons.People:
    """Read whose the accounts are, and check what two of them said of an applicant's credit."""
    async with audit.snapshot(database) as connection:
        known = representing.Representations(await audit.every(connection, "representations"))
        people = persons.People(await audit.known_people(connection), known)
        classes, entries = await audit.known_credit(connection)
    for finding in persons.credit_classes(classes, entries, people):
        report.add(finding)
    return people


async def _published_notices(database: Database) -> list[Row]:
    async with audit.snapshot(database) as connection:
        return [row["document"] for row in await calendars.published(connection)]


def _dossiers(
    found: audit.Batch, definitions: Mapping[str, Definition], report: Report
) -> Iterator[Dossier]:
    def nothing() -> dict[str, list[Row]]:
        return {name: [] for name in audit.BELONGING}

    belonging: dict[str, dict[str, list[Row]]] = defaultdict(nothing)
    for table, listed in found.rows.items():
        for row in listed:
            belonging[row["case_id"]][table].append(row)
    for case in found.cases:
        rows = belonging.pop(case["id"], nothing())
        events = rows.pop("events")
        report.counts.update(cases=1, events=len(events), rows=1 + sum(map(len, rows.values())))
        report.counts["transitions"] += sum(e["state_from"] != e["state_to"] for e in events)
        yield Dossier(case, rows, events, definitions.get(case["release"]))
    for case_id, left in belonging.items():
        lost = "、".join(f"{table} {len(each)} 行" for table, each in left.items() if each)
        report.add(Finding(case_id, "cases", f"办件不存在，却有属于它的 {lost}"))


async def _check_files(dossier: Dossier, folder: Path, checked: set[str], report: Report) -> None:
    """Hash every file the case refers to, each once (I-30)."""
    for material in dossier.rows["materials"]:
        name = material["file"]
        if name and name not in checked:
            checked.add(name)
            report.counts["files"] += 1
            if wrong := await asyncio.to_thread(_fault, folder / name[:2] / name, name):
                where = f"materials {material['n']}"
                report.add(Finding(dossier.name, where, f"文件 {name[:12]} {wrong}"))


def _unused(folder: Path | None, used: set[str]) -> int:
    """Count the stored files that no case refers to: handed in just now, or due to be purged (I-30)."""
    stored = (place.name for place in folder.glob("[0-9a-f][0-9a-f]/*")) if folder else iter(())
    return sum(name not in used for name in stored)


def _fault(path: Path, sha256: str) -> str:
    try:
        with path.open("rb") as file:
            return "" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "内容已损坏"
    except OSError:
        return "不在文件库里"
