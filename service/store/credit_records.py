"""信用: what is on record about an applicant beside the cases, and across all of them."""

from typing import Any

from sqlalchemy import insert, literal, select, tuple_

from service.store import ledger
from service.store.cases import Row, Standing
from service.store.database import Connection
from service.store.faults import KeyTaken, taken
from service.store.offices import CreditClass
from service.store.paging import Page, page, position
from service.store.statements import columns, table, upsert

_CREDITS = table("credits")
_CASES = table("cases")
_CLASSES = table("credit_classes")
_ENTRIES = table("credit_entries").c
_BANS = table("bans")
_PROMISES = table("commitments")
_ITEMS = table("items")
_KEY = ("granted_on", "case_id", "item")


async def records(connection: Connection, subject: str) -> list[Row]:
    """Return an applicant's credit records of all cases, the oldest first, each with `case_id`, `number`, `release`."""
    statement = (
        select(_CREDITS, _CASES.c.number, _CASES.c.release)
        .join(_CASES, _CASES.c.id == _CREDITS.c.case_id)
        .where(_CREDITS.c.subject == subject)
        .order_by(_CREDITS.c.recorded_at, _CREDITS.c.case_id, _CREDITS.c.n)
    )
    return await connection.rows(statement) if subject else []


async def classes(connection: Connection, subject: str) -> list[Row]:
    """Return what was said of an applicant's class of credit, the newest first."""
    statement = (
        select(_CLASSES).where(_CLASSES.c.subject == subject).order_by(_CLASSES.c.since_on.desc())
    )
    return await connection.rows(statement) if subject else []


async def standing(connection: Connection, subject: str) -> Standing:
    """Return what decides about an applicant now; the same as is gathered with a case."""
    barring = [row for row in await records(connection, subject) if row["excluded"]]
    rated = await classes(connection, subject)
    bans = []
    if subject:
        bans = await connection.rows(select(*columns("bans")).where(_BANS.c.subject == subject))
    return Standing(barring[0] if barring else None, rated[0] if rated else None, tuple(bans))


async def published(connection: Connection, *, limit: int, cursor: str = "") -> Page:
    """List the promises that were granted and are public, the newest first, with what came of each."""
    item, check = _ITEMS.alias("own"), _ITEMS.alias("followed")
    conditions: list[Any] = [_PROMISES.c.public, _PROMISES.c.granted_on.is_not(None)]
    after = position(connection, cursor, _KEY, ("date", "text", "text"))
    if after is not None:
        bound = tuple_(*(literal(v, _PROMISES.c[n].type) for n, v in zip(_KEY, after, strict=True)))
        conditions.append(tuple_(*(_PROMISES.c[name] for name in _KEY)) < bound)
    shown = [
        _PROMISES.c[name]
        for name in (*_KEY, "text", "text_sha256", "notice", "later_on", "follow_up")
    ]
    who = [_CASES.c[name] for name in ("release", "applicant_type", "applicant_name")]
    statement = (
        select(*shown, *who, item.c.department, item.c.outcome, check.c.state.label("checked"))
        .join(_CASES, _CASES.c.id == _PROMISES.c.case_id)
        .join(item, (item.c.case_id == _PROMISES.c.case_id) & (item.c.item == _PROMISES.c.item))
        .outerjoin(
            check,
            (check.c.case_id == _PROMISES.c.case_id) & (check.c.item == _PROMISES.c.follow_up),
        )
        .where(*conditions)
        .order_by(*(_PROMISES.c[name].desc() for name in _KEY))
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, _KEY)


async def entries(connection: Connection, subject: str = "") -> list[Row]:
    """Return what was proposed and confirmed of an applicant's class, or of everybody's, in the order it was written."""
    statement = select(table("credit_entries")).order_by(_ENTRIES.at, _ENTRIES.id)
    if subject:
        statement = statement.where(_ENTRIES.subject == subject)
    return await connection.rows(statement)


async def enter(tx: Connection, row: Row) -> None:
    """Write down a proposal or its confirmation, for good. Raises KeyTaken for what was confirmed meanwhile."""
    try:
        await tx.change(insert(table("credit_entries")).values(**row))
    except Exception as error:
        if taken(error, "credit_entries"):
            raise KeyTaken from error
        raise
    await ledger.enter(tx, "credit_entries", id=row["id"])


async def rate(tx: Connection, row: Row) -> None:
    """Let a class count from its day on; a later word for the same day stands for the earlier."""
    await tx.change(upsert("credit_classes", CreditClass(**row).model_dump(), postgres=tx.postgres))
    await ledger.enter(tx, "credit_classes", subject=row["subject"], since_on=row["since_on"])
