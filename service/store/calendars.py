"""工作日历: the notices that were published with packs, so that every process reckons alike."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.store import ledger
from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table, upsert

_TABLE = table("calendars")
_CALENDARS = _TABLE.c


async def published(connection: Connection) -> list[Row]:
    """Return every notice, the newest last: of two for the same layer and year the later one counts."""
    order = (_CALENDARS.published_at, _CALENDARS.region, _CALENDARS.layer, _CALENDARS.year)
    return await connection.rows(select(_TABLE).order_by(*order))


async def publish(
    tx: Connection, *, region: str, layer: str, year: int, document: dict[str, Any], at: datetime
) -> None:
    """Keep a notice; a changed one replaces the one of the same layer and year, the same again changes nothing."""
    mine = (_CALENDARS.region == region) & (_CALENDARS.layer == layer) & (_CALENDARS.year == year)
    known = await tx.row(select(_CALENDARS.document).where(mine))
    if known is not None and known["document"] == document:
        return
    row = {"region": region, "layer": layer, "year": year, "document": document, "published_at": at}
    await tx.change(upsert("calendars", row, postgres=tx.postgres))
    await ledger.enter(tx, "calendars", region=region, layer=layer, year=year)
