"""看守核对 — what keeps the record from being changed, and the small things that decide when something happens."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.store import audit
from service.store.database import Connection, Database
from service.verify.dossier import Dossier, Row
from service.verify.report import Finding, Report

# triggers by table, and the word that each must contain
GUARDED = ("events", "ledger", "seals", "in_force", "credit_entries")
# a sweep leaves a case alone for minutes, a message waits for a lease: beyond a day nobody of us has written it
FURTHEST_WAIT = timedelta(days=1)
SEQUENCE = re.compile(r"\{seq(:[^{}]*)?\}")
PART = re.compile(r"\{(word|year|seq)(?::[^{}]*)?\}")
PARTS = {"word": "(?P<word>.*?)", "year": "(?P<year>[0-9]{4})", "seq": "(?P<seq>[0-9]+)"}
TZ = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class Papers:
    """文号 — the numbers of one series that are in use: one bit each, and up to which they must be without a gap."""

    used: bytearray = field(default_factory=bytearray)
    settled: int = 0  # what was recorded before the look began; the later ones may be read half

    def take(self, number: int) -> bool:
        """Note a number; tell whether it was free."""
        place, bit = divmod(number, 8)
        self.used.extend(bytes(max(0, place + 1 - len(self.used))))
        free = not self.used[place] >> bit & 1
        self.used[place] |= 1 << bit
        return free

    def missing(self) -> list[int]:
        """Return the numbers below the last settled one that no paper bears."""
        return [n for n in range(1, self.settled) if not self.used[n // 8] >> n % 8 & 1]


@dataclass(frozen=True, slots=True)
class Drawn:
    """流水号 — the highest number in use of each series, and all those of papers."""

    highest: dict[str, int] = field(default_factory=dict)
    papers: dict[str, Papers] = field(default_factory=dict)


async def check(database: Database, drawn: Drawn, report: Report, *, sealed: bool) -> None:
    """Check triggers, series of numbers and kept answers."""
    async with audit.snapshot(database) as connection:
        for finding in await _triggers(connection):
            report.add(finding)
        if not sealed:
            return  # before the first seal there may be what nobody had to keep in order
        counters = {row["name"]: row["value"] for row in await audit.every(connection, "counters")}
        for finding in gaps(drawn.papers):
            report.add(finding)
        for name, highest in sorted(drawn.highest.items()):
            if counters.get(name, 0) < highest:
                what = f"应不小于 {highest}，现为 {counters.get(name, 0)}：流水号倒退，会重号"
                report.add(Finding("", f"counters {name}", what))
        for row in await audit.answers(connection):
            where = f"idempotency {row['principal']} {row['key'][:20]}"
            report.add(Finding(row["case_id"], where, "没有产生这份答复的办理记录"))


async def _triggers(connection: Connection) -> Iterator[Finding]:
    awake: dict[str, str] = {}
    for row in await audit.guards(connection):
        awake[row["place"]] = awake.get(row["place"], "") + str(row["does"]).upper()
    refuses = "RAISE EXCEPTION" if connection.postgres else "RAISE(ABORT"
    verbs = ("UPDATE", "DELETE", *(("TRUNCATE",) if connection.postgres else ()))
    missing = [
        f"{table} {verb}"
        for table in GUARDED
        for verb in verbs
        if not (verb in awake.get(table, "") and refuses in awake.get(table, ""))
    ]
    return iter([Finding("", f"触发器 {each}", "不准改动的触发器被停用或删除") for each in missing])


def waiting(dossier: Dossier, now: datetime) -> Iterator[Finding]:
    """Nothing is put off farther than a sweep or a delivery ever does, and nothing is sent without a delivery."""
    retry = dossier.case["retry_at"]
    if retry and retry > now + FURTHEST_WAIT:
        what = f"retry_at 是 {retry}，到期处理不会再办这件"
        yield Finding(dossier.name, "cases", what)
    for message in dossier.rows["messages"]:
        where = f"messages {message['n']}"
        if message["next_at"] and message["next_at"] > now + FURTHEST_WAIT:
            yield Finding(dossier.name, where, f"next_at 是 {message['next_at']}，不会再发")
        if (message["state"] == "sent") != bool(message["sent_at"]):
            yield Finding(dossier.name, where, "写着已发出，却没有发出的记载；或者相反")


def actors(dossier: Dossier, known: set[str]) -> Iterator[Finding]:
    """Whoever acts has an account; nobody acts as one that never was."""
    for event in dossier.events:
        account = event["actor"].get("account", "")
        if known and account and event["actor"].get("kind") != "clock" and account not in known:
            what = f"经办账号 {account} 不存在"
            yield Finding(dossier.name, f"events {event['n']}", what)


def numbers_of(dossier: Dossier) -> Iterable[tuple[str, int]]:
    """Return the series and the number of each certificate of a case, from the rule it was numbered by."""
    region = dossier.definition.region if dossier.definition else ""
    for row in dossier.rows["certificates"]:
        found = SEQUENCE.search(row["pattern"])
        if not found or not row["number"] or not region:
            continue
        given: dict[str, Any] = {"region": region, "year": row["issued_on"].year}
        before = row["pattern"][: found.start()].format(**given)
        after = row["pattern"][found.end() :].format(**given)
        drawn = row["number"].removeprefix(before).removesuffix(after)
        if row["number"] == f"{before}{drawn}{after}" and drawn.isdigit():
            yield f"certificate {row['pattern'].format(seq=0, **given)}", int(drawn)


def papers(dossier: Dossier, drawn: Drawn, until: datetime) -> Iterator[Finding]:
    """文号: each paper's own is of its department and year, and no other paper bears it."""
    recorded = _first_recorded(dossier)
    for row in dossier.rows["notices"]:
        number = (row["body"] or {}).get("document_number")
        if not number or not dossier.definition:
            continue
        where = f"notices {row['n']}"
        series, n = _series_of(number, _rule(dossier, row), row["issued_at"].astimezone(TZ).year)
        if not series:
            yield Finding(dossier.name, where, f"文号 {number} 不合发文部门和年份的编号规则")
            continue
        one = drawn.papers.setdefault(series, Papers())
        drawn.highest[series] = max(n, drawn.highest.get(series, 0))
        if not one.take(n):
            yield Finding(dossier.name, where, f"文号 {number} 与另一份文书相同")
        if (at := recorded.get(row["n"])) and at <= until:
            one.settled = max(one.settled, n)


def gaps(found: Mapping[str, Papers]) -> Iterator[Finding]:
    """文号: no number of a year is left out."""
    for series, one in sorted(found.items()):
        if missing := one.missing():
            told = "、".join(map(str, missing[:10]))
            yield Finding("", f"counters {series}", f"文号有空缺：{told}")


def _rule(dossier: Dossier, row: Row) -> str:
    assert dossier.definition is not None
    item = dossier.items.get(row["item"])
    department = item["department"] if item else dossier.definition.bundle["lead"]
    said = dossier.definition.papers
    rules = [said.get(place, {}).get("number") for place in (department, "all")]
    return next((rule for rule in rules if rule), "")


def _series_of(number: str, rule: str, year: int) -> tuple[str, int]:
    """Return the series and the number within it; empty where the number is not made by the rule in that year."""
    pattern, end = "", 0
    for part in PART.finditer(rule):
        pattern += re.escape(rule[end : part.start()]) + PARTS[part[1]]
        end = part.end()
    made = re.fullmatch(pattern + re.escape(rule[end:]), number) if rule else None
    if made is None or made["year"] != str(year):
        return "", 0
    word = made.groupdict().get("word", "")
    return f"document {rule.format(word=word, year=year, seq=0)}", int(made["seq"])


def _first_recorded(dossier: Dossier) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for event in dossier.events:
        for row in event["whole"].get("notices", []):
            found.setdefault(row["n"], event["recorded_at"])
    return found


def names(rows: Iterable[Row]) -> set[str]:
    """Return the accounts there are."""
    return {row["account"] for row in rows}
