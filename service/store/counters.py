"""流水号与演示时钟: numbers that are drawn, and how far the demonstration's time is ahead."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, text

from service.store.database import Connection
from service.store.statements import table, upsert


async def draw(tx: Connection, wanted: Mapping[str, int]) -> dict[str, int]:
    """Draw `wanted[name]` numbers of each series and return the first of each.

    Numbers without a gap: a series is held until the transaction ends, always in the order of names, so that two who
    draw from several never wait for each other in a circle.
    """
    if not wanted:
        return {}
    series = sorted(wanted)
    places = ", ".join(f"(:name{i}, :many{i})" for i in range(len(series)))
    statement = text(
        f"INSERT INTO counters (name, value) VALUES {places} ON CONFLICT (name) "  # noqa: S608 - placeholders only
        "DO UPDATE SET value = counters.value + excluded.value RETURNING name, value"
    )
    values: dict[str, object] = {}
    for i, name in enumerate(series):
        values |= {f"name{i}": name, f"many{i}": wanted[name]}
    drawn = await tx.rows(statement, values)
    return {row["name"]: row["value"] - wanted[row["name"]] + 1 for row in drawn}


async def demo_offset(connection: Connection) -> timedelta:
    """Return how far the demonstration's clock is ahead of the real one."""
    row = await connection.row(select(table("demo_clock").c.offset_seconds))
    return timedelta(seconds=row["offset_seconds"] if row else 0)


async def demo_started(connection: Connection) -> bool:
    """Say whether the demonstration's clock was ever set here."""
    return await connection.row(select(table("demo_clock").c.id)) is not None


async def set_demo_offset(tx: Connection, offset: timedelta) -> None:
    """Set how far the demonstration's clock is ahead, for all processes."""
    row = {"id": 1, "offset_seconds": int(offset.total_seconds())}
    await tx.change(upsert("demo_clock", row, postgres=tx.postgres))
