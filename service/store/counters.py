"""流水号与演示时钟: numbers that are drawn, and how far the demonstration's time is ahead."""

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from service.store.database import Connection
from service.store.statements import table, upsert

_DRAW = (  # {}: what yields the series and how many of each
    "INSERT INTO counters (name, value) SELECT {} WHERE true "
    "ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value RETURNING name, value"
)
_DRAWN = _DRAW.format("x->>0, (x->>1)::int FROM json_array_elements($1::json) AS x")
_DRAW_POSTGRES = f"WITH d AS ({_DRAWN}) SELECT json_object_agg(name, value)::text AS drawn FROM d"  # noqa: S608 - no values
_DRAW_SQLITE = _DRAW.format(
    "json_extract(x.value, '$[0]'), json_extract(x.value, '$[1]') FROM json_each(?) AS x"
)
# a series of which nothing was drawn yet is there with 0
_BEGUN = (
    "WITH n AS (INSERT INTO counters (name, value) SELECT $1, 0 "
    "WHERE NOT EXISTS (SELECT FROM counters WHERE name = $1) ON CONFLICT (name) DO NOTHING) "
    "SELECT value FROM counters WHERE name = $1"
)


async def draw(tx: Connection, wanted: Mapping[str, int]) -> dict[str, int]:
    """Draw `wanted[name]` numbers of each series and return the first of each.

    Numbers without a gap: a series is held until the transaction ends, always in the order of names, so that two who
    draw from several never wait for each other in a circle.
    """
    if not wanted:
        return {}
    text = json.dumps([[name, wanted[name]] for name in sorted(wanted)], ensure_ascii=False)
    if tx.postgres:
        drawn = json.loads((await tx.fetchrow(_DRAW_POSTGRES, text))["drawn"])
    else:
        drawn = await tx.hop(lambda raw: dict(raw.execute(_DRAW_SQLITE, (text,)).fetchall()))
    return {name: value - wanted[name] + 1 for name, value in drawn.items()}


async def last_of(connection: Connection, name: str) -> int:
    """Return the last number of a series: 0 where nothing was drawn of it."""
    if connection.postgres:
        found = await connection.fetchrow(_BEGUN, name)
        return found["value"] if found else 0
    known = "SELECT value FROM counters WHERE name = ?"
    row = await connection.hop(lambda raw: raw.execute(known, (name,)).fetchone())
    return int(row[0]) if row else 0


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
