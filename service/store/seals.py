"""封存: batches of records and of the ledger, by sequence and never by time, signed and chained.

A number may be drawn and committed late, or never: what is missing below the highest is named, taken by a later seal
when it arrives, and given up after `_WAITS` seals, for no transaction lasts that long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from service.store.audit import last_serial
from service.store.columns import instant_text
from service.store.database import Connection
from service.store.keys import day_seal
from service.store.ledger import canonical, digest, enrol
from service.store.paging import Row
from service.store.statements import add_once, table, upsert

MOST_AT_ONCE = 20_000  # records of one seal
_WAITS = 60  # seals
_FARTHEST = 10_000  # numbers that may be missing in a row; beyond, somebody has made them up
_SEALS = table("seals").c
_DAY = timedelta(days=1)
_LONGEST = timedelta(hours=1)
LINES: dict[str, tuple[str, ...]] = {  # what of each row goes into the digest, in this order
    "events": ("number", "case_id", "n", "hash"),
    "ledger": ("number", "kind", "key", "nonce", "content", "mark", "signer"),
}
ANSWER = (
    "principal",
    "key",
    "request_hash",
    "status",
    "case_id",
)  # what outlives the answer itself
NOTHING: Row = {"to": 0, "missing": []}


@dataclass(frozen=True, slots=True)
class Strip:
    """一段 — the rows of one table that a seal takes, and what it says of them."""

    rows: list[Row]
    said: Row  # {to, missing: [[number, since which seal]], late: [number], count, sha256}
    more: bool  # there is more than one seal takes


async def newest(connection: Connection) -> Row | None:
    """Return the newest seal."""
    return await connection.row(select(table("seals")).order_by(_SEALS.number.desc()).limit(1))


async def add(tx: Connection, now: datetime, today: date) -> Row | None:
    """Seal what was written since the newest seal and return the new one.

    The first also enters what was there before the ledger. None: there is nothing new, or somebody else was faster.
    """
    last = await newest(tx)
    if last is None:
        await enrol(tx)
    number = last["number"] + 1 if last else 1
    before: Row = last["body"] if last else {}
    events = await _strip(tx, "events", before.get("events", NOTHING), number)
    entries = await _strip(tx, "ledger", before.get("ledger", NOTHING), number)
    signer = tx.keys.audit
    if last and not (events.rows or entries.rows) and not _stale(last, signer.public, now, today):
        return None
    body = {
        "events": events.said,
        "ledger": entries.said,
        "answers": await _answers(tx, events.rows),
        "serial": await last_serial(tx),
        "more": events.more or entries.more,
        "lots": {d.isoformat(): day_seal(signer.lot_of(d)) for d in (today, today + _DAY)},
        "opened": _opened(tx, before.get("lots", {}), today),
    }
    row: Row = {"number": number, "at": instant_text(now), "body": body}
    row |= {"previous": last["hash"] if last else "", "signer": signer.public}
    row["hash"] = digest(row)
    row |= {"at": now, "signature": signer.signature(row["hash"])}
    added = await tx.change(add_once("seals", row, postgres=tx.postgres))
    return row if added else None


def _stale(last: Row, signer: str, now: datetime, today: date) -> bool:
    """Tell whether a new seal is due though nothing was written: for its age, for a new day, for a new key."""
    tomorrow = (today + _DAY).isoformat()
    return (
        now - last["at"] >= _LONGEST
        or tomorrow not in last["body"]["lots"]
        or last["signer"] != signer
    )


def _opened(tx: Connection, sealed: Row, today: date) -> Row:
    """Return the lots of the days that are over since the seal before, by day; those of earlier keys, too."""
    if not sealed:
        return {}
    day, found = min(date.fromisoformat(each) for each in sealed), {}
    while day < today:
        found[day.isoformat()] = [key.lot_of(day) for key in (tx.keys.audit, *tx.keys.earlier)]
        day += _DAY
    return found


async def _strip(tx: Connection, name: str, before: Row, seal: int) -> Strip:
    columns = table(name).c
    waited: dict[int, int] = dict(before["missing"])
    of: ColumnElement[bool] = columns.number > before["to"]
    if waited:
        of = or_(of, columns.number.in_(waited))
    statement = select(*(columns[each] for each in LINES[name]), *_beside(name))
    found = await tx.rows(statement.where(of).order_by(columns.number).limit(MOST_AT_ONCE))
    rows = _believable(found, before["to"])
    late = [row["number"] for row in rows if row["number"] in waited]
    to = max([before["to"], *(row["number"] for row in rows)])
    there = {row["number"] for row in rows}
    missing = [
        [n, since] for n, since in waited.items() if n not in there and seal - since < _WAITS
    ]
    missing += [[n, seal] for n in range(before["to"] + 1, to) if n not in there]
    said = {"to": to, "missing": missing, "late": late, "count": len(rows)}
    return Strip(rows, {**said, "sha256": _sum(name, rows)}, more=len(found) == MOST_AT_ONCE)


def _beside(name: str) -> Sequence[Any]:
    return (table(name).c.recorded_at,) if name == "events" else ()


def _believable(found: list[Row], to: int) -> list[Row]:
    """Leave out what stands far beyond the others: one made-up number would open a gap of millions."""
    kept: list[Row] = []
    for row in found:
        if row["number"] - to > _FARTHEST:
            break
        kept.append(row)
        to = max(to, row["number"])
    return kept


def _sum(name: str, rows: Sequence[Row]) -> str:
    lines = ("/".join(str(row[each]) for each in LINES[name]) for row in rows)
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


async def _answers(tx: Connection, events: Sequence[Row]) -> Row:
    """Return a digest over the answers that are kept of these records."""
    kept = await answers_of(tx, events)
    return {"count": len(kept), "sha256": digest([[row[each] for each in ANSWER] for row in kept])}


async def answers_of(connection: Connection, events: Sequence[Row]) -> list[Row]:
    """Return the kept answers whose case and instant are those of some records, by who asked and under which key."""
    answers, found = table("idempotency"), []
    made = {(row["case_id"], row["recorded_at"]) for row in events}
    instants = sorted({at for _, at in made})
    for start in range(0, len(instants), 500):
        of = and_(answers.c.case_id != "", answers.c.created_at.in_(instants[start : start + 500]))
        shown = [answers.c[each] for each in (*ANSWER, "created_at")]
        found += await connection.rows(select(*shown).where(of))
    kept = [row for row in found if (row["case_id"], row["created_at"]) in made]
    return sorted(kept, key=lambda row: (row["principal"], row["key"]))


# ---- the second place ------------------------------------------------------------------------------------------


def line(seal: Row) -> str:
    """Write a seal as one line of JSON: what is sent outside, and what `verify --witness` reads."""
    return canonical({**seal, "at": instant_text(seal["at"])})


async def after(connection: Connection, number: int, limit: int) -> list[Row]:
    """Return the seals after one, in order."""
    seals = table("seals")
    statement = select(seals).where(seals.c.number > number).order_by(seals.c.number).limit(limit)
    return await connection.rows(statement)


async def witnesses(connection: Connection) -> list[Row]:
    """Return of each place outside: the newest seal it has taken and when, when it was tried, what went wrong."""
    return await connection.rows(select(table("witnesses")).order_by(table("witnesses").c.place))


async def witnessed(tx: Connection, row: Row) -> None:
    """Note what became of sending seals outside; columns not given stay as they are."""
    known = select(table("witnesses")).where(table("witnesses").c.place == row["place"])
    whole = {"number": 0, "accepted_at": None, **(await tx.row(known) or {}), **row}
    await tx.change(upsert("witnesses", whole, postgres=tx.postgres))
