"""到期处理进程: who works, and when each was last seen."""

from datetime import datetime

from sqlalchemy import delete, select

from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import table, upsert

_TABLE = table("workers")


async def seen(tx: Connection, row: Row) -> None:
    """Note that a worker is alive: `name, host, started_at, seen_at, round`."""
    await tx.change(upsert("workers", row, postgres=tx.postgres))


async def gone(tx: Connection, name: str) -> None:
    """Forget a worker that stopped in order."""
    await tx.change(delete(_TABLE).where(_TABLE.c.name == name))


async def since(connection: Connection, at: datetime) -> list[Row]:
    """Return the workers that were seen since an instant."""
    return await connection.rows(
        select(_TABLE).where(_TABLE.c.seen_at >= at).order_by(_TABLE.c.name).limit(1000)
    )
