"""核对 — every case streamed past independent checks; shares no code with the engine that wrote it."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.store import audit, calendars
from service.store.database import Database
from service.verify import duties, record, transitions
from service.verify.clocks import Dates
from service.verify.dossier import Definition, Dossier, Row
from service.verify.report import Finding, Head, HeadCount, Report

BATCH = 200  # cases read in one view of the database
SETTLING = timedelta(minutes=1)  # longer than any transaction may last: what is older is complete


async def verify(
    database: Database,
    *,
    now: datetime,
    notices: Sequence[Mapping[str, Any]] = (),
    files: Path | None = None,
    expect: Head | None = None,
) -> Report:
    """Check everything that is stored against its own record.

    `notices` are calendar documents (`{layer, year, source, holidays, workdays}`) beside those that were published:
    dates reckoned with others are counted as unchecked. `files` is the folder of uploaded files, None leaves them out. `expect` is a head witnessed
    earlier: what it covers must still be there, unchanged and without additions.
    """
    report = Report()
    heads = [HeadCount(now - SETTLING)] + ([HeadCount(expect.until)] if expect else [])
    definitions = await _definitions(database, report)
    dates, checked = Dates([*notices, *await _published_notices(database)], report.counts), set[str]()
    after, more = "", True
    while more:
        async with audit.snapshot(database) as connection:
            found = await audit.batch(connection, after, BATCH)
        for dossier in _dossiers(found, definitions, report):
            for event in dossier.events:
                for head in heads:
                    head.add(event)
            for finding in _judge(dossier, dates):
                report.add(finding)
            if files:
                await _files(dossier, files, checked, report)
        after, more = found.last, bool(found.last)
    report.head = heads[0].head()
    if expect and heads[1].head() != expect:
        report.add(Finding("", "见证头", f"应为 {expect}，现为 {heads[1].head()}：此前的记录被改动、删除或补入"))
    return report


def _judge(dossier: Dossier, dates: Dates) -> Iterator[Finding]:
    """Run every check on one case."""
    yield from record.chain(dossier)
    yield from record.rows(dossier)
    yield from record.followers(dossier)
    if dossier.definition is None:
        yield Finding(dossier.name, "cases", f"找不到它的发布版 {dossier.case['release'][:12]}")
        return
    yield from transitions.walk(dossier)
    yield from transitions.state(dossier)
    yield from dates.check(dossier)
    yield from duties.open_and_closed(dossier)
    yield from duties.closed_case(dossier)
    yield from duties.certificates(dossier)
    yield from duties.hearings(dossier)
    yield from duties.promises(dossier)
    yield from duties.breaches(dossier)


async def _definitions(database: Database, report: Report) -> dict[str, Definition]:
    """Read every release; one whose content is not what its hash says is reported and not used."""
    async with audit.snapshot(database) as connection:
        found = await audit.known_releases(connection)
    definitions: dict[str, Definition] = {}
    for row in found:
        report.counts["releases"] += 1
        definition = Definition(row["document"])
        if definition.hash == row["hash"]:
            definitions[row["hash"]] = definition
        else:
            report.add(Finding("", f"releases {row['hash'][:12]}", "内容与哈希不符"))
    return definitions


async def _published_notices(database: Database) -> list[Row]:
    async with audit.snapshot(database) as connection:
        return [row["document"] for row in await calendars.published(connection)]


def _dossiers(found: audit.Batch, definitions: Mapping[str, Definition], report: Report) -> Iterator[Dossier]:
    belonging: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {name: [] for name in audit.BELONGING})
    for table, listed in found.rows.items():
        for row in listed:
            belonging[row["case_id"]][table].append(row)
    for case in found.cases:
        rows = belonging.pop(case["id"], {name: [] for name in audit.BELONGING})
        events = rows.pop("events")
        report.counts.update(cases=1, events=len(events), rows=1 + sum(map(len, rows.values())))
        report.counts["transitions"] += sum(e["state_from"] != e["state_to"] for e in events)
        yield Dossier(case, rows, events, definitions.get(case["release"]))
    for case_id, left in belonging.items():
        lost = "、".join(f"{table} {len(each)} 行" for table, each in left.items() if each)
        report.add(Finding(case_id, "cases", f"办件不存在，却有属于它的 {lost}"))


async def _files(dossier: Dossier, folder: Path, checked: set[str], report: Report) -> None:
    """Hash every file the case refers to, each once (I-30)."""
    for material in dossier.rows["materials"]:
        name = material["file"]
        if name and name not in checked:
            checked.add(name)
            report.counts["files"] += 1
            if wrong := await asyncio.to_thread(_fault, folder / name[:2] / name, name):
                report.add(Finding(dossier.name, f"materials {material['n']}", f"文件 {name[:12]} {wrong}"))


def _fault(path: Path, sha256: str) -> str:
    try:
        with path.open("rb") as file:
            return "" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "内容已损坏"
    except OSError:
        return "不在文件库里"
