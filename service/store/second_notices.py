"""再次告知: across the cases, what was asked for twice for one receipt."""

from typing import Any

from sqlalchemy import literal, select, text, tuple_

from service.store.database import Connection
from service.store.paging import Page, page, position
from service.store.statements import table

AGAIN = "notify_again"
_EVENTS = table("events")
_CASES = table("cases").c
_KEY = ("recorded_at", "case_id", "n")


async def listed(connection: Connection, *, limit: int, cursor: str = "") -> Page:
    """List the second notices of all cases, the newest first; each with its case's number and release."""
    of = _EVENTS.c
    # as the index says it: both databases take one with a condition only for the same words
    conditions: list[Any] = [text(f"events.action = '{AGAIN}'")]
    after = position(connection, cursor, _KEY, ("instant", "text", "number"))
    if after is not None:
        bound = tuple_(*(literal(v, of[name].type) for name, v in zip(_KEY, after, strict=True)))
        conditions.append(tuple_(*(of[name] for name in _KEY)) < bound)
    statement = (
        select(*(of[name] for name in _KEY), of.actor, of.data, _CASES.number, _CASES.release)
        .join(table("cases"), _CASES.id == of.case_id)
        .where(*conditions)
        .order_by(*(of[name].desc() for name in _KEY))
        .limit(limit + 1)
    )
    return page(connection, await connection.rows(statement), limit, _KEY)
