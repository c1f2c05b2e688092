"""配额: what is left to somebody, shared by all processes; each takes a portion and comes back when it is spent."""

from datetime import datetime

from sqlalchemy import select, text, update

from service.store.database import Connection
from service.store.paging import Row
from service.store.statements import add_once, table

_TABLE = table("quotas")
_QUOTAS = _TABLE.c


async def take(
    tx: Connection, name: str, now: datetime, *, a_minute: float, wanted: int
) -> tuple[int, float]:
    """Take up to `wanted` units of what refills at `a_minute`, and holds as much; return how many, and seconds to the next.

    Whoever comes at the same time waits for this row: no unit is given twice. A crash may give a portion back.
    """
    if tx.postgres:  # neither the disk nor a standby is waited for: nothing was promised
        await tx.change(text("SET LOCAL synchronous_commit TO off"))
    full: Row = {"name": name, "units": float(a_minute), "at": now}
    await tx.change(add_once("quotas", full, postgres=tx.postgres))
    row = await tx.row(select(_TABLE).where(_QUOTAS.name == name).with_for_update())
    held = row or full
    gone = max(0.0, (now - held["at"]).total_seconds())
    units = min(a_minute, held["units"] + gone * a_minute / 60)
    given = min(wanted, int(units))
    left = {"units": units - given, "at": max(now, held["at"])}
    await tx.change(update(_TABLE).where(_QUOTAS.name == name).values(**left))
    return given, 0.0 if given else (1 - units) * 60 / a_minute
