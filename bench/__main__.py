"""`python -m bench`: every part, or those named by --only; --quick takes less than a minute."""

import argparse
import asyncio
import sys

import asyncpg

from bench import pages, scale, wire, workshop
from bench.city import City, administer, found, left, places
from bench.table import Table, circumstances

PARTS = ("transitions", "applications", "growth", "pages", "lint", "start")
ALONE = {"lint", "pages"}  # need no city, or one that nobody has used


def arguments() -> argparse.Namespace:
    """Read the command line; --quick changes what is not given."""
    reading = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    reading.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    reading.add_argument("--quick", action="store_true", help="smaller numbers")
    reading.add_argument(
        "--databases", nargs="+", choices=("SQLite", "PostgreSQL"), default=("SQLite", "PostgreSQL")
    )
    reading.add_argument(
        "--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres", help="a server"
    )
    reading.add_argument("--clients", type=int, default=32)
    for name, usual, quick in (
        ("transitions", 1500, 200),
        ("applications", 300, 40),
        ("repeat", 5, 2),
        ("due", 1000, 100),
        ("definitions", 1000, 200),
    ):
        reading.add_argument(f"--{name}", type=int, help=f"{usual}, quick {quick}", default=None)
        reading.set_defaults(**{f"{name}_usual": usual, f"{name}_quick": quick})
    reading.add_argument(
        "--sizes", type=int, nargs="+", help="open cases: 10000 200000, quick 1000 10000"
    )
    given = reading.parse_args()
    for name in ("transitions", "applications", "repeat", "due", "definitions"):
        if getattr(given, name) is None:
            setattr(given, name, getattr(given, f"{name}_{'quick' if given.quick else 'usual'}"))
    given.sizes = given.sizes or ([1000, 10_000] if given.quick else [10_000, 200_000])
    return given


async def measured(given: argparse.Namespace) -> None:
    """Run the parts, each on the same databases, and print them as they end."""
    with places(given.postgres, tuple(given.databases)) as urls:
        cities: list[City] = []
        try:
            if set(given.only) - ALONE:
                cities = [await found(kind, url, given.postgres) for kind, url in urls.items()]
            for part in PARTS:
                if part in given.only:
                    for table in await one(part, cities, given):
                        print(table.text(), flush=True)
        finally:
            for city in cities:
                await left(city, given.postgres)


async def one(part: str, cities: list[City], given: argparse.Namespace) -> list[Table]:
    """Run one part."""
    turns = {"repeat": given.repeat}
    match part:
        case "transitions":
            many, clients = given.transitions, given.clients
            return [await wire.transitions(cities, clients=clients, many=many, **turns)]
        case "applications":
            return [await wire.applications(cities, clients=8, many=given.applications, **turns)]
        case "growth":
            return [await scale.growth(cities, sizes=given.sizes, due=given.due)]
        case "pages":
            return [await fresh(given)]
        case "lint":
            return [workshop.lint(many=given.definitions, **turns)]
        case _:
            return [workshop.start(city, **turns) for city in cities]


async def fresh(given: argparse.Namespace) -> Table:
    """Run the part that compares a fresh database with a full one on databases of its own."""
    kinds = tuple(given.databases)
    with places(given.postgres, kinds) as empty, places(given.postgres, kinds) as full:
        cities = [
            await found(kind, urls[kind], given.postgres)
            for kind in kinds
            for urls in (empty, full)
        ]
        try:
            pairs = list(zip(cities[::2], cities[1::2], strict=True))
            return await pages.first_bytes(pairs, size=5_000 if given.quick else 100_000)
        finally:
            for city in cities:
                await left(city, given.postgres)


async def there(postgres: str) -> bool:
    """Tell whether the server answers."""
    try:
        await administer(postgres, "SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    return True


async def main() -> None:
    """Measure what is asked for on the databases that are there."""
    given = arguments()
    print(circumstances(), flush=True)
    if "PostgreSQL" in given.databases and not await there(given.postgres):
        print(f"no PostgreSQL at {given.postgres}: measured without it", file=sys.stderr)
        given.databases = ["SQLite"]
    await measured(given)


if __name__ == "__main__":
    asyncio.run(main())
