"""待发消息: taken, sent at least once, in order per case; what fails too often waits for a person."""

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select, text, tuple_, update
from sqlalchemy import literal as value

from service.errors import NotFound
from service.store import ledger
from service.store.database import Connection
from service.store.paging import Page, Row, page, position
from service.store.statements import table

_TABLE = table("messages")
_MESSAGES = _TABLE.c
_KEY = ("at", "case_id", "n")


async def take(
    tx: Connection, now: datetime, *, limit: int = 20, lease: timedelta = timedelta(minutes=1)
) -> list[Row]:
    """Lease messages that may be sent now. A worker that dies loses its lease and another sends again.

    A message waits until the earlier ones of its case are sent or given up.
    """
    earlier = _TABLE.alias("earlier")
    first = ~exists().where(
        earlier.c.case_id == _MESSAGES.case_id,
        earlier.c.n < _MESSAGES.n,
        earlier.c.state == "pending",
    )
    ready = and_(
        text("messages.state = 'pending'"),
        or_(_MESSAGES.next_at.is_(None), _MESSAGES.next_at <= now),
        first,
    )
    statement = (
        select(_TABLE)
        .where(ready)
        .order_by(*(_MESSAGES[name] for name in _KEY))
        .limit(limit)
        .with_for_update(of=[_TABLE], skip_locked=True)
    )
    found = await tx.rows(statement)
    if found:
        taken = tuple_(_MESSAGES.case_id, _MESSAGES.n).in_(
            [(row["case_id"], row["n"]) for row in found]
        )
        change = (
            update(_TABLE).where(taken).values(next_at=now + lease, attempts=_MESSAGES.attempts + 1)
        )
        await tx.change(change)
    return [row | {"attempts": row["attempts"] + 1} for row in found]


async def sent(tx: Connection, case_id: str, n: int, at: datetime) -> None:
    """Note that a message was received by the other side."""
    await _change(tx, case_id, n, state="sent", sent_at=at, next_at=None, last_error="")


async def failed(
    tx: Connection, case_id: str, n: int, error: str, again_at: datetime | None
) -> None:
    """Note why a message was not sent; `again_at` None gives it up and lets the later ones of its case pass."""
    await _change(
        tx,
        case_id,
        n,
        state="pending" if again_at else "dead",
        next_at=again_at,
        last_error=error[:1000],
    )


async def resend(tx: Connection, case_id: str, n: int) -> None:
    """Send a message once more, with new attempts. Raises NotFound."""
    if not await _change(tx, case_id, n, state="pending", next_at=None, attempts=0):
        raise NotFound("没有这条消息。")


async def _change(tx: Connection, case_id: str, n: int, **values: object) -> int:
    of = (_MESSAGES.case_id == case_id, _MESSAGES.n == n)
    if done := await tx.change(update(_TABLE).where(*of).values(**values)):
        await ledger.enter(tx, "messages", case_id=case_id, n=n)
    return done


async def dead(connection: Connection, *, limit: int = 50, cursor: str = "") -> Page:
    """List the messages that were given up, oldest first."""
    conditions = [text("messages.state = 'dead'")]
    after = position(connection, cursor, _KEY, ("instant", "text", "number"))
    key = tuple_(*(_MESSAGES[name] for name in _KEY))
    statement = (
        select(_TABLE)
        .where(*conditions)
        .order_by(*(_MESSAGES[name] for name in _KEY))
        .limit(limit + 1)
    )
    if after is not None:
        bound = tuple_(*(value(v, _MESSAGES[n].type) for n, v in zip(_KEY, after, strict=True)))
        statement = statement.where(key > bound)
    return page(connection, await connection.rows(statement), limit, _KEY)
