"""Part c: what must not grow with a province: a clerk's pages, a search, a case, a supervisor's list, a sweep of what is due.

Two cities stand side by side, a small one and a full one, and are asked in turn. Waits are compared by the quickest quarter
of each: on a machine that others use, everything else measures them.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import text

from bench import province
from bench.city import WHOLE, City
from bench.pages import Browser, number_of
from bench.server import Server
from bench.table import Table, load
from bench.wire import stopping, token_of

ASKED, WARMING = 30, 3
PIECES = 4  # of what is due, so that the spread shows
NEVER = "'2099-01-01T00:00:00.000000+00:00'"
BY_NAME = "search by part of a name"
WATCH = "supervisor's list of cases"


async def growth(pairs: list[tuple[City, City]], *, sizes: tuple[int, int], due: int) -> Table:
    """Fill both cities of each pair, then measure them in turn."""
    small, large = (f"{size:,} tasks" for size in sizes)
    table = Table(f"Growth: {due} cases due and {ASKED} × each page, at {small} and {large}")
    for pair in pairs:
        name = pair[0].name
        for city, size, said in zip(pair, sizes, (small, large), strict=True):
            until = await _put_off(city)
            began = time.perf_counter()
            await province.fill(city, size)
            minutes = (time.perf_counter() - began) / 60
            kept = await _gigabytes(city)
            table.add(f"{name}: filling {said}", minutes, "min", f"{kept:.2f} GB on disk; {load()}")
        with stopping(*(servers := [Server.product(city.url, city.folder) for city in pair])):
            numbers = [await number_of(city) for city in pair]
            for what, said, waited, note in _waits(servers, numbers):
                table.add(f"{name}: {what}, {(small, large)[said]}", waited, "ms", note)
        for piece in range(PIECES):
            for city, said in zip(pair, (small, large), strict=True):
                took = await _swept(city, f"due{piece}x", due // PIECES, until)
                note = "deciding and recording included"
                table.add(f"{name}: sweep, {said}", took * 1000, "s/1000", note)
        _judge(table, name, small, large)
    return table


def _judge(table: Table, name: str, small: str, large: str) -> None:
    for what in [each for each, _ in pages("")] + [WATCH, "sweep"]:
        # that one reads through the names
        bar = {"sweep": "sweep", BY_NAME: ""}.get(what, "page")
        both = f"{name}: {what}, {large}", f"{name}: {what}, {small}"
        table.ratio(f"{name}: {what}, large ÷ small", *both, bar, quick=True)


def pages(number: str) -> list[tuple[str, str]]:
    """Return the pages of a clerk that are asked for, by name."""
    return [
        ("first to-do page", "/desk"),
        ("to-do page by card", "/desk?card=red"),
        ("waiting", "/desk?view=waiting"),
        ("done", "/desk?view=done"),
        ("case page", f"/desk/cases/{number}"),
        ("search by number", "/desk/search?text=YJS20200101-999999"),
        ("search by credit code", "/desk/search?text=92999901MADEM0000X"),
        (BY_NAME, "/desk/search?text=没有这家店"),
    ]


def _waits(servers: list[Server], numbers: list[str]) -> Iterator[tuple[str, int, float, str]]:
    """Ask both for the same in turn; yield what, of which city, the milliseconds to the first byte, and a note.

    The search that reads through the names is given up by the database when it takes too long; that is said.
    """
    browsers = [Browser(server) for server in servers]
    for browser in browsers:
        browser.sign_in("clerk")
    tokens = [token_of(server, "watch") for server in servers]
    for turn in range(-WARMING, ASKED):
        for at, (browser, number) in enumerate(zip(browsers, numbers, strict=True)):
            for name, path in pages(number):
                waited, busy = browser.first_byte(path, may_be_busy=name == BY_NAME)
                if turn >= 0:
                    yield name, at, waited, "given up: too much to read" if busy else ""
            began = time.perf_counter()
            status, found = servers[at].ask("GET", "/api/v1/cases?limit=50", token=tokens[at])
            if status != 200:
                raise RuntimeError(found.decode())
            if turn >= 0:
                yield WATCH, at, (time.perf_counter() - began) * 1000, ""


async def _put_off(city: City) -> datetime:
    """Let the application that is copied sleep, and return an instant at which all its limits are over."""
    of = {"id": city.case_id}
    async with city.database.transaction() as tx:
        query = text("SELECT max(wake_at) AS at FROM clocks WHERE case_id = :id")
        last = (await tx.sql.execute(query, of)).scalar_one()
        sleeping = (
            f"UPDATE clocks SET wake_at = {NEVER} WHERE case_id = :id AND wake_at IS NOT NULL"
        )
        await tx.sql.execute(text(sleeping), of)
    return (datetime.fromisoformat(last) if isinstance(last, str) else last).astimezone(UTC)


async def _swept(city: City, prefix: str, due: int, until: datetime) -> float:
    """Let so many copies fall due at once; return the seconds that each took."""
    await city.copy(prefix, due, WHOLE, f"'{until.isoformat(timespec='microseconds')}'")
    done, began = 0, time.perf_counter()
    while swept := await city.office.expire_due(until, 100):
        done += swept
    if done < due:
        raise RuntimeError(f"{done} of {due} cases were swept")
    return (time.perf_counter() - began) / done


async def _gigabytes(city: City) -> float:
    """Return what the database takes on disk."""
    if not city.database.postgres:
        return (city.folder / str(city.database.url.database)).stat().st_size / 1e9
    async with city.database.reading() as connection:
        size = text("SELECT pg_database_size(current_database())")
        return int((await connection.sql.execute(size)).scalar_one()) / 1e9
