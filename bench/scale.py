"""Part c: what must not grow with the number of open cases: a sweep of what is due, the first page of a work list."""

import time
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import text

from bench.city import OPEN, WHOLE, City
from bench.table import Table
from service.office import TaskFilter
from service.worker import wall_clock

PAGES = 60
FAR = "'2099-01-01T00:00:00.000000+00:00'"


async def growth(cities: list[City], *, sizes: list[int], due: int) -> Table:
    """Measure at each size, the smaller first; a city is filled up from one size to the next."""
    table = Table(
        f"Growth: {due} cases due, and the first page of a work list, at {' and '.join(f'{s:,}' for s in sizes)} open cases"
    )
    for city in cities:
        held, until = 0, await _put_off(city)
        for turn, size in enumerate(sizes):
            await city.copy(f"open{turn}x", size - held, OPEN, FAR)
            held = size
            await _page(city, size, table)
            await _sweep(city, size, due, f"due{turn}x", until, table)
        for what, bar in (("sweep", "sweep"), ("first page", "page")):
            names = [f"{city.name}: {what} at {size:,}" for size in sizes]
            table.ratio(f"{city.name}: {what}, largest ÷ smallest", names[-1], names[0], bar)
    return table


async def _page(city: City, size: int, table: Table) -> None:
    clerk = await city.clerk()
    took = []
    for _ in range(PAGES):
        began = time.perf_counter()
        found = await city.office.tasks(
            clerk, TaskFilter(view="unclaimed"), None, 50, now=wall_clock()
        )
        took.append((time.perf_counter() - began) * 1000)
    if len(found.items) != 50:
        raise RuntimeError(f"a page of {len(found.items)}")
    table.add(f"{city.name}: first page at {size:,}", median(took[10:]), "ms")


async def _put_off(city: City) -> datetime:
    """Let the application that is copied sleep, and return an instant at which all its limits are over."""
    of = {"id": city.case_id}
    async with city.database.transaction() as tx:
        query = text("SELECT max(wake_at) AS at FROM clocks WHERE case_id = :id")
        last = (await tx.sql.execute(query, of)).scalar_one()
        await tx.sql.execute(
            text(f"UPDATE clocks SET wake_at = {FAR} WHERE case_id = :id AND wake_at IS NOT NULL"),
            of,
        )
    return (datetime.fromisoformat(last) if isinstance(last, str) else last).astimezone(UTC)


async def _sweep(
    city: City, size: int, due: int, prefix: str, until: datetime, table: Table
) -> None:
    """Let `due` copies fall due at once, in pieces so that the spread shows."""
    for piece in range(4):
        await city.copy(
            f"{prefix}{piece}y", due // 4, WHOLE, f"'{until.isoformat(timespec='microseconds')}'"
        )
        done, began = 0, time.perf_counter()
        while swept := await city.office.expire_due(until, 100):
            done += swept
        seconds = time.perf_counter() - began
        if done < due // 4:
            raise RuntimeError(f"{done} of {due // 4} cases were swept")
        table.add(
            f"{city.name}: sweep at {size:,}",
            seconds / done * 1000,
            "s/1000",
            "deciding and recording included",
        )
