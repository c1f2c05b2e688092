"""台账: one entry for each change of what decides beside the cases, written in the transaction that made the change.

Whoever owns the database can change a row, but not write the entry that belongs to it: that takes the audit key.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select

from service.store.audit import unwritten
from service.store.columns import instant_text
from service.store.database import Connection
from service.store.keys import AuditKey
from service.store.paging import Row
from service.store.statements import table

# Which tables, and which of their columns decide nothing: every other column is covered, also one that comes later.
COVERED: dict[str, frozenset[str]] = {
    "accounts": frozenset({"failed_count", "locked_until", "otp_step"}),
    "subjects": frozenset(),
    "representations": frozenset(),
    "credit_classes": frozenset(),
    "credit_entries": frozenset(),
    "releases": frozenset({"document"}),  # its hash stands beside it
    "in_force": frozenset(),
    "calendars": frozenset(),
    "files": frozenset({"scan_at"}),  # when the scanner is asked again
    "file_owners": frozenset(),
    "messages": frozenset({"attempts", "next_at", "last_error"}),
}
PUBLIC = frozenset({"calendars"})  # whose documents are kept, because a later one takes their place
BY_ITSELF = frozenset({"messages"})  # written with their case, and entered only when they change
FORGOTTEN = "messages_until"  # no table: up to which number the messages of a case are gone
_AT_ONCE = 500


def canonical(value: Any) -> str:
    """Write a value for a digest: sorted keys, no spaces, instants in UTC."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: date) -> str:
    return instant_text(value) if isinstance(value, datetime) else value.isoformat()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value as it is written for digests."""
    return sha256(canonical(value).encode()).hexdigest()


def key_of(signer: AuditKey, kind: str, key: Iterable[Any]) -> str:
    """Return what the ledger calls a row: a keyed digest, for keys are numbers of persons, too."""
    return signer.mark(canonical([kind, *key]))


def entry(signer: AuditKey, kind: str, key: Iterable[Any], row: Row | None) -> Row:
    """Return the entry that tells of a row as it now is; None: it is gone."""
    nonce = secrets.token_hex(16)
    document = row["document"] if row and kind in PUBLIC else None
    made = {
        "kind": kind,
        "key": key_of(signer, kind, key),
        "nonce": nonce,
        "content": digest([nonce, _covered(kind, row)]) if row else "",
        "document": document,
    }
    return {**made, "mark": signer.mark(canonical(made)), "signer": signer.public}


def _covered(kind: str, row: Mapping[str, Any]) -> Row:
    """Return what of a row is covered; a column that holds what it is declared with may as well not be there yet."""
    bare = unwritten(kind)
    return {
        name: value
        for name, value in row.items()
        if name not in COVERED[kind] and value != bare[name]
    }


async def enter(tx: Connection, kind: str, **key: Any) -> None:
    """Enter a row of a table as it now is; call it after the change, in the same transaction."""
    found = table(kind)
    row = await tx.row(select(found).where(*(found.c[name] == key[name] for name in key)))
    ordered = [key[column.name] for column in found.primary_key]
    await tx.change(insert(table("ledger")).values(**entry(tx.keys.audit, kind, ordered, row)))


async def enter_forgotten(tx: Connection, case_id: str, n: int) -> None:
    """Enter that the messages of a case up to a number were sent, had their term, and are gone."""
    await tx.change(
        insert(table("ledger")).values(**entry(tx.keys.audit, FORGOTTEN, (case_id, n), None))
    )


async def enrol(tx: Connection) -> int:
    """Enter what was there before the ledger, and return how much."""
    ledger, count = table("ledger"), 0
    for kind in COVERED.keys() - BY_ITSELF:
        names = [column.name for column in table(kind).primary_key]
        entered = {
            row["key"] for row in await tx.rows(select(ledger.c.key).where(ledger.c.kind == kind))
        }
        rows = [
            (ordered, row)
            for row in await tx.rows(select(table(kind)))
            if key_of(tx.keys.audit, kind, ordered := [row[name] for name in names]) not in entered
        ]
        count += len(rows)
        for start in range(0, len(rows), _AT_ONCE):
            made = [entry(tx.keys.audit, kind, *each) for each in rows[start : start + _AT_ONCE]]
            await tx.change(insert(ledger).values(made))
    return count
