"""封存核对 — every record and every entry of the ledger is in exactly one seal; the seals are a chain nobody else can sign."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.store import audit, seals
from service.store.database import Connection, Database
from service.verify.canonical import fingerprint
from service.verify.report import Finding, Report, SealHead
from service.verify.signed import Believed, day_seal, is_signed, lines_hash, sealed_hash

Row = Mapping[str, Any]
AT_ONCE = 200  # seals checked in one view of the database
# answers are kept at least so long; what is older may have been removed
ANSWERS_KEPT = timedelta(days=1)
# a record this much older than the newest seal, and in none of them, was slipped in
LATEST = timedelta(hours=1)
LINES = {
    "events": ("number", "case_id", "n", "hash"),
    "ledger": ("number", "kind", "key", "nonce", "content", "mark", "signer"),
}
ANSWER = ("principal", "key", "request_hash", "status", "case_id")
TITLES = {"events": "办理记录", "ledger": "台账"}
CHANGED = "封存之后被改动、删除或补入"


@dataclass(slots=True)
class Sealed:
    """已封存的 — what the chain of seals says, for the checks that rest on it."""

    head: SealHead | None = None
    began: int = 0  # the last record that was there when sealing began
    began_at: datetime | None = None
    at: datetime | None = None
    serial: int = 0
    to: dict[str, int] = field(default_factory=lambda: {"events": 0, "ledger": 0})
    hashes: dict[int, str] = field(default_factory=dict)
    # legal day → what was sealed of its lots, with the number of the last record before
    lots: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    opened: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class _Strips:
    """Follows the numbers of one table from seal to seal."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.to = 0
        self.missing: set[int] = set()
        self.given_up: set[int] = set()

    async def differs(self, connection: Connection, said: Row) -> tuple[str, list[Any]]:
        """Return what of a strip is not as it was sealed, empty if all is, and its rows."""
        to, late = said["to"], list(said["late"])
        missing = {number for number, _ in said["missing"]}
        if to < self.to or not set(late) <= self.missing:
            return "封存的范围不连续", []
        found = await audit.numbered(connection, self.name, after=self.to, to=to, late=late)
        rows = [row for row in found if row["number"] not in missing]
        self.given_up |= self.missing - set(late) - missing
        self.to, self.missing = to, missing
        same = (len(rows), lines_hash(rows, LINES[self.name])) == (said["count"], said["sha256"])
        return "" if same else CHANGED, rows


async def check(database: Database, believed: Believed, *, now: datetime, report: Report) -> Sealed:
    """Walk along all seals and compare what they took with what is there."""
    found, strips = Sealed(), {name: _Strips(name) for name in LINES}
    number, more = 0, True
    while more:
        async with audit.snapshot(database) as connection:
            rows = await seals.after(connection, number, AT_ONCE)
            for row in rows:
                seal = {**row, "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds")}
                for what in _faults(seal, found, believed):
                    report.add(Finding("", f"seals {seal['number']}", what))
                for what in await _contents(connection, seal, strips, now - ANSWERS_KEPT, found):
                    report.add(Finding("", f"seals {seal['number']}", what))
                _note(seal, found, strips)
                number = row["number"]
            report.counts["seals"] += len(rows)
            more = len(rows) == AT_ONCE
            if not more and found.head:
                for finding in await _unsealed(connection, strips, found):
                    report.add(finding)
    return found


def _faults(seal: Row, found: Sealed, believed: Believed) -> Iterator[str]:
    expected = found.head.number + 1 if found.head else 1
    if seal["number"] != expected:
        yield f"封存的编号应为 {expected}"
    if seal["previous"] != (found.head.sha256 if found.head else ""):
        yield "与上一次封存不连续"
    if sealed_hash(seal) != seal["hash"]:
        yield "封存的内容与哈希不符"
    if not is_signed(seal):
        yield "封存的签名不对"
    elif believed.signers and seal["signer"] not in believed.signers:
        yield "封存是用别的密钥签名的"


async def _contents(
    connection: Connection,
    seal: Row,
    strips: Mapping[str, _Strips],
    answers_since: datetime,
    found: Sealed,
) -> list[str]:
    """Compare what a seal says with what is there; a body nobody of us wrote says nothing."""
    faults, body = [], seal["body"]
    try:
        for name, strip in strips.items():
            what, rows = await strip.differs(connection, body[name])
            if what:
                faults.append(f"{TITLES[name]}{what}")
            elif name == "events" and datetime.fromisoformat(seal["at"]) > answers_since:
                faults += await _answers(connection, rows, body["answers"])
        if body["serial"] < found.serial:
            faults.append("办件流水号倒退了")
    except (KeyError, TypeError, ValueError):
        faults.append("封存的内容读不懂")
    return faults


async def _answers(connection: Connection, rows: Sequence[Any], said: Row) -> list[str]:
    kept = await seals.answers_of(connection, rows)
    told = fingerprint([[row[name] for name in ANSWER] for row in kept])
    same = (len(kept), told) == (said["count"], said["sha256"])
    return (
        [] if same else [f"已答复的请求{CHANGED}（应有 {said['count']} 条，实有 {len(kept)} 条）"]
    )


def _note(seal: Row, found: Sealed, strips: Mapping[str, _Strips]) -> None:
    body = seal["body"]
    found.head = SealHead(seal["number"], seal["hash"])
    found.at = datetime.fromisoformat(seal["at"])
    found.hashes[seal["number"]] = seal["hash"]
    found.to = {name: strip.to for name, strip in strips.items()}
    if not isinstance(body, Mapping):
        return
    found.serial = max(found.serial, body.get("serial", 0))
    if not found.began and not body.get("more"):
        found.began, found.began_at = strips["events"].to or 1, found.at
    for day, told in body.get("lots", {}).items():
        found.lots[day].setdefault(told, strips["events"].to)
    for day, lots in body.get("opened", {}).items():
        sealed = found.lots.get(day, {})
        found.opened[day] |= {lot for lot in lots if not sealed or day_seal(lot) in sealed}


async def _unsealed(
    connection: Connection, strips: Mapping[str, _Strips], found: Sealed
) -> list[Finding]:
    """Find what is in no seal though it should be, and what came back to a number that was given up."""
    faults = []
    for row in await audit.outside_numbers(connection, found.to["events"]):
        old = found.at is not None and row["recorded_at"] < found.at - LATEST
        if not row["number"] or row["number"] < 1 or old:
            what = "这条办理记录没有进入任何一次封存"
            faults.append(Finding(row["case_id"], f"events {row['n']}", what))
    for name, strip in strips.items():
        lost = sorted(strip.given_up)
        for start in range(0, len(lost), 500):
            back = await audit.numbered(
                connection, name, after=0, to=0, late=lost[start : start + 500]
            )
            faults += [Finding("", f"{name} {row['number']}", CHANGED) for row in back]
    if await audit.last_serial(connection) < found.serial:
        faults.append(Finding("", "counters case", f"办件流水号应不小于 {found.serial}，倒退了"))
    return faults
