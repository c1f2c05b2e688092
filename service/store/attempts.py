"""登录尝试: how often somebody was wrong from where, counted once for all processes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, delete, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.store.columns import UtcDateTime
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table, upsert

_TABLE = table("sign_in_attempts")
_ATTEMPTS = _TABLE.c
_INSTANT = UtcDateTime()


async def find(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    """Return what is counted under keys, by key."""
    found = await connection.rows(select(_TABLE).where(_ATTEMPTS.key.in_(keys)))
    return {row["key"]: row for row in found}


async def take(
    tx: Connection,
    key: str,
    now: datetime,
    *,
    allowed: int,
    locks: Sequence[datetime],
    counted_until: datetime,
) -> bool:
    """Count an attempt before it is made; False, and nothing counted, while the key is locked.

    The `allowed`-th locks until `locks[0]`, the next until `locks[1]`, all further until the last of them.
    """
    anew = _ATTEMPTS.counted_until <= now
    count = case((anew, 1), else_=_ATTEMPTS.failed_count + 1)
    last = allowed + len(locks) - 1
    until = case(
        (count < allowed, null()),
        *((count == allowed + i, literal(lock, _INSTANT)) for i, lock in enumerate(locks)),
        (count > last, literal(locks[-1], _INSTANT)),
    )
    first = {
        "key": key,
        "failed_count": 1,
        "counted_until": counted_until,
        "locked_until": locks[0] if allowed == 1 else None,
    }
    insert = (postgresql.insert if tx.postgres else sqlite.insert)(_TABLE).values(**first)
    statement = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={"failed_count": count, "counted_until": counted_until, "locked_until": until},
        where=or_(_ATTEMPTS.locked_until.is_(None), _ATTEMPTS.locked_until <= now),
    ).returning(_ATTEMPTS.key)
    return await tx.row(statement) is not None


async def give_back(tx: Connection, key: str) -> None:
    """Take one attempt back that was not wrong, and the lock it may have brought."""
    fewer = case((_ATTEMPTS.failed_count > 0, _ATTEMPTS.failed_count - 1), else_=0)
    await tx.change(
        update(_TABLE).where(_ATTEMPTS.key == key).values(failed_count=fewer, locked_until=None)
    )


async def forget(tx: Connection, key: str) -> None:
    """Count anew: the last attempt was right."""
    await tx.change(
        update(_TABLE).where(_ATTEMPTS.key == key).values(failed_count=0, locked_until=None)
    )


async def know(tx: Connection, key: str, now: datetime, until: datetime) -> None:
    """Note that an account has signed in from here: with nothing counted, known until then."""
    row = {
        "key": key,
        "failed_count": 0,
        "counted_until": now,
        "locked_until": None,
        "known_until": until,
    }
    await tx.change(upsert("sign_in_attempts", row, postgres=tx.postgres))


async def purge(tx: Connection, now: datetime) -> int:
    """Forget what does not count any more; rows that somebody is counting in just now are left for the next time."""
    known = and_(_ATTEMPTS.known_until.is_not(None), _ATTEMPTS.known_until > now)
    over = select(_ATTEMPTS.key).where(_ATTEMPTS.counted_until <= now, ~known)
    idle = over.with_for_update(skip_locked=True)
    return await tx.change(delete(_TABLE).where(_ATTEMPTS.key.in_(idle)))
