"""核查记录: across the cases, what is open to the public and what waits for a signature."""

from typing import Any

from sqlalchemy import literal, select, text, tuple_

from service.store.database import Connection
from service.store.paging import Page, Row, page, position
from service.store.statements import table

_RECORDS = table("inspections")
_CASES = table("cases").c
_KEY = ("filed_on", "case_id", "n")
_SHOWN = ("item", "checked_at", "points", "result")


async def published(connection: Connection, *, limit: int, cursor: str = "") -> Page:
    """List the filed records that are public, the newest first; each with its case's release and applicant."""
    of = _RECORDS.c
    conditions: list[Any] = [of.public, of.filed_on.is_not(None)]
    after = position(connection, cursor, _KEY, ("date", "text", "number"))
    if after is not None:
        bound = tuple_(*(literal(v, of[name].type) for name, v in zip(_KEY, after, strict=True)))
        conditions.append(tuple_(*(of[name] for name in _KEY)) < bound)
    who = [_CASES[name] for name in ("release", "applicant_type", "applicant_name")]
    statement = (
        select(*(of[name] for name in (*_KEY, *_SHOWN)), *who)
        .join(table("cases"), _CASES.id == of.case_id)
        .where(*conditions)
        .order_by(*(of[name].desc() for name in _KEY))
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, _KEY)


async def awaiting(connection: Connection, account: str, *, most: int) -> list[Row]:
    """Return the records that an officer has still to sign, the oldest first: {number, release, item, checked_at}."""
    of = _RECORDS.c
    statement = (
        select(_CASES.number, _CASES.release, of.item, of.checked_at)
        .join(table("cases"), _CASES.id == of.case_id)
        .where(of.awaits == account, text("awaits <> ''"))
        .order_by(of.checked_at, of.case_id, of.n)
        .limit(most)
    )
    return await connection.rows(statement)
