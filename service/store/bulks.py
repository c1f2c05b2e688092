"""批量办理: one row per order; its results grow by one with each entry, in the transaction that did it."""

from typing import Any

from sqlalchemy import insert, select, update

from service.store.database import Connection
from service.store.faults import KeyTaken, taken
from service.store.paging import Row
from service.store.statements import table

_BULKS = table("bulks").c


async def begin(tx: Connection, row: Row) -> None:
    """Keep a new order. Raises KeyTaken if its key has an order already; after that leave the transaction."""
    try:
        await tx.change(insert(table("bulks")).values(**row))
    except Exception as error:
        if taken(error, "bulks"):
            raise KeyTaken from error
        raise


async def ordered(connection: Connection, account: str, key: str) -> Row | None:
    """Return the order that was given under a key."""
    if not key:
        return None
    return await connection.row(
        select(table("bulks")).where(_BULKS.account == account, _BULKS.key == key)
    )


async def look(connection: Connection, bulk_id: str) -> Row | None:
    """Return an order as it stands."""
    return await connection.row(select(table("bulks")).where(_BULKS.id == bulk_id))


async def hold(tx: Connection, bulk_id: str) -> Row | None:
    """Return an order that nobody else goes on with until this transaction ends."""
    return await tx.row(select(table("bulks")).where(_BULKS.id == bulk_id).with_for_update())


async def note(tx: Connection, bulk_id: str, results: list[dict[str, Any]]) -> None:
    """Write what became of the entries done so far."""
    await tx.change(update(table("bulks")).where(_BULKS.id == bulk_id).values(results=results))
