"""到期清除: what has outlived its term, found and deleted in small batches, so that nobody waits for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)

from service.store import ledger
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table

Wanted = Select[Any]
_CASES, _EVENTS = table("cases").c, table("events").c
_ANSWERS, _OWNERS = table("idempotency").c, table("file_owners").c
_MESSAGES = table("messages").c
_FILES, _MATERIALS = table("files").c, table("materials").c
_DRAFT = text("cases.state = 'draft'")  # the words of the index


def ended(name: str, column: str, before: datetime) -> Wanted:
    """Select the keys of the rows of a table that ended before an instant."""
    rows = table(name)
    return select(*rows.primary_key).where(rows.c[column] < before)


async def count(connection: Connection, wanted: Wanted) -> int:
    """Return how many rows that are."""
    row = await connection.row(select(func.count().label("n")).select_from(wanted.subquery()))
    return int(row["n"]) if row else 0


async def some(connection: Connection, wanted: Wanted, limit: int) -> list[Row]:
    """Return the keys of some of them."""
    return await connection.rows(wanted.limit(limit))


async def remove(tx: Connection, name: str, keys: Sequence[Row]) -> int:
    """Delete rows by their keys."""
    columns = list(table(name).primary_key)
    values = [tuple(row[column.name] for column in columns) for row in keys]
    done = await tx.change(delete(table(name)).where(tuple_(*columns).in_(values)))
    if name in ledger.COVERED:
        for row in keys:
            await ledger.enter(tx, name, **row)
    return done


# ---- kept answers ----------------------------------------------------------------------------------------------


def unsealed() -> Wanted:
    """Select the kept answers from before they were sealed: a text, where a sealed one is an object."""
    return select(_ANSWERS.principal, _ANSWERS.key).where(cast(_ANSWERS.response, Text).like('"%'))


async def empty_answers(tx: Connection, keys: Sequence[Row], empty: object) -> int:
    """Put `empty` in the place of kept answers; their keys are still recognised."""
    wanted = tuple_(_ANSWERS.principal, _ANSWERS.key).in_(
        [(k["principal"], k["key"]) for k in keys]
    )
    return await tx.change(update(table("idempotency")).where(wanted).values(response=empty))


async def forget_answers(tx: Connection, case_id: str) -> None:
    """Forget what was answered about a case."""
    await tx.change(delete(table("idempotency")).where(_ANSWERS.case_id == case_id))


# ---- messages --------------------------------------------------------------------------------------------------


def sent(before: datetime) -> Wanted:
    """Select, by case, up to which number its messages were all sent before an instant: {case_id, n}."""
    earlier = table("messages").alias("earlier")
    waits = exists().where(
        earlier.c.case_id == _MESSAGES.case_id,
        earlier.c.n < _MESSAGES.n,
        or_(earlier.c.state != "sent", earlier.c.sent_at.is_(None), earlier.c.sent_at >= before),
    )
    return (
        select(_MESSAGES.case_id, func.max(_MESSAGES.n).label("n"))
        .where(text("messages.state = 'sent'"), _MESSAGES.sent_at < before, ~waits)
        .group_by(_MESSAGES.case_id)
    )


async def forget_sent(tx: Connection, keys: Sequence[Row]) -> int:
    """Delete the messages of each case up to a number, and enter in the ledger up to which; return of how many cases."""
    for key in keys:
        case_id, n = key["case_id"], key["n"]
        gone = delete(table("messages")).where(_MESSAGES.case_id == case_id, _MESSAGES.n <= n)
        await tx.change(gone)
        await ledger.enter_forgotten(tx, case_id, n)
    return len(keys)


# ---- drafts ----------------------------------------------------------------------------------------------------


def old_drafts(before: datetime) -> Wanted:
    """Select the drafts that nobody has changed since an instant, and that still hold what was written."""
    later = exists().where(_EVENTS.case_id == _CASES.id, _EVENTS.recorded_at >= before)
    return select(_CASES.id).where(_DRAFT, _CASES.created_at < before, _CASES.salt != "", ~later)


async def drafts_of(connection: Connection, account: str, representation: str) -> int:
    """Count the drafts of an account for whom it acts so: each of its subjects has as many."""
    own = (_CASES.account == account, _CASES.representation == representation)
    return await count(connection, select(_CASES.id).where(_DRAFT, *own))


# ---- files -----------------------------------------------------------------------------------------------------


def _attached(sha256: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(_MATERIALS.file == sha256, text("materials.file <> ''"))


def unattached(before: datetime) -> Wanted:
    """Select who handed in files, before an instant, that no case holds."""
    return select(_OWNERS.sha256, _OWNERS.account).where(
        _OWNERS.uploaded_at < before, ~_attached(_OWNERS.sha256)
    )


def ownerless(before: datetime) -> Wanted:
    """Select the files, stored before an instant, that nobody handed in (any more) and no case holds."""
    owned = exists().where(_OWNERS.sha256 == _FILES.sha256)
    return select(_FILES.sha256).where(
        _FILES.uploaded_at < before, ~owned, ~_attached(_FILES.sha256)
    )


async def bytes_unattached(connection: Connection, account: str) -> int:
    """Return how many bytes an account has handed in that no case holds."""
    own = table("file_owners").join(table("files"), _FILES.sha256 == _OWNERS.sha256)
    found = await connection.row(
        select(func.sum(_FILES.size).label("n"))
        .select_from(own)
        .where(_OWNERS.account == account, ~_attached(_OWNERS.sha256))
    )
    return int(found["n"] or 0) if found else 0


async def strange(connection: Connection, names: Sequence[str]) -> list[str]:
    """Return those of the stored files that the database knows nothing of."""
    if not names:
        return []
    known = {
        row["sha256"]
        for row in await connection.rows(select(_FILES.sha256).where(_FILES.sha256.in_(names)))
    }
    held = select(_MATERIALS.file).where(_MATERIALS.file.in_(names), text("materials.file <> ''"))
    known |= {row["file"] for row in await connection.rows(held)}
    return [name for name in names if name not in known]
