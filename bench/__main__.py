"""`python -m bench`: every part, or those named by --only; --quick takes minutes, --check ends with 1 where a bar is missed."""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg

from bench import apart, contest, growth, lasting, machines, wire, workshop
from bench.city import City, administer, found, left, places
from bench.table import Table, circumstances

PARTS = (
    "transitions",
    "applications",
    "growth",
    "lint",
    "start",
    "memory",
    "room",
    "machines",
    "peers",
)
ALONE = {
    "lint",
    "growth",
    "memory",
    "room",
    "machines",
    "peers",
}  # need no city, or one that nobody has used
NUMBERS = (  # name, usual, quick
    ("transitions", 1500, 200),
    ("applications", 300, 40),
    ("repeat", 5, 2),
    ("due", 1000, 100),
    ("definitions", 1000, 200),
    ("requests", 100_000, 4_000),
    ("cases", 40, 10),
)


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; --quick changes what is not given."""
    reading = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    reading.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    reading.add_argument("--quick", action="store_true", help="smaller numbers")
    reading.add_argument("--check", action="store_true", help="end with 1 where a bar is missed")
    reading.add_argument(
        "--databases", nargs="+", choices=("SQLite", "PostgreSQL"), default=("SQLite", "PostgreSQL")
    )
    reading.add_argument(
        "--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres", help="a server"
    )
    reading.add_argument("--clients", type=int, default=32)
    reading.add_argument("--share", type=float, default=0.25, help="of a core, for each machine")
    reading.add_argument(
        "--peers", nargs="+", default=[], choices=[each.name for each in contest.CONTENDERS]
    )
    reading.add_argument(
        "--cache",
        type=Path,
        default=apart.cache(),
        help="where the peers' packages are kept; usually YIJIANSHI_BENCH_CACHE",
    )
    for name, usual, quick in NUMBERS:
        reading.add_argument(f"--{name}", type=int, help=f"{usual}, quick {quick}")
    reading.add_argument(
        "--sizes",
        type=int,
        nargs=2,
        help="tasks: 10000 200000, quick 2000 20000, full 10000 5000000",
    )
    reading.add_argument(
        "--full",
        action="store_true",
        help="growth to 5,000,000 tasks of 1,000,000 cases: an hour, 20 GB",
    )
    read = reading.parse_args(given)
    for name, usual, quick in NUMBERS:
        if getattr(read, name) is None:
            setattr(read, name, quick if read.quick else usual)
    usual_sizes = [2_000, 20_000] if read.quick else [10_000, 200_000]
    read.sizes = read.sizes or ([10_000, 5_000_000] if read.full else usual_sizes)
    return read


async def measured(given: argparse.Namespace) -> list[Table]:
    """Run the parts, each on the same databases, and print them as they end."""
    ended: list[Table] = []
    with places(given.postgres, tuple(given.databases)) as urls:
        cities: list[City] = []
        try:
            if set(given.only) - ALONE:
                cities = [await found(kind, url, given.postgres) for kind, url in urls.items()]
            for part in PARTS:
                if part in given.only:
                    for table in await one(part, cities, given):
                        print(table.text(), flush=True)
                        ended.append(table)
        finally:
            for city in cities:
                await left(city, given.postgres)
    return ended


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
            return [await side_by_side(given)]
        case "lint":
            return [workshop.lint(many=given.definitions, **turns)]
        case "memory":
            return [await lasting.memory(requests=given.requests)]
        case "room":
            return [await lasting.room(cases=given.cases)]
        case "machines":
            return [await machines.machines(share=given.share, cases=given.cases, **turns)]
        case "peers":
            scale_of = 0.2 if given.quick else 1.0
            return [
                await contest.peers(scale=scale_of, folder=given.cache, only=given.peers, **turns)
            ]
        case _:
            return [workshop.start(city, **turns) for city in cities]


async def side_by_side(given: argparse.Namespace) -> Table:
    """Run the part that compares a small city with a full one on databases of its own."""
    kinds = tuple(given.databases)
    with places(given.postgres, kinds) as small, places(given.postgres, kinds) as full:
        cities = [
            await found(kind, urls[kind], given.postgres)
            for kind in kinds
            for urls in (small, full)
        ]
        try:
            pairs = list(zip(cities[::2], cities[1::2], strict=True))
            return await growth.growth(pairs, sizes=tuple(given.sizes), due=given.due)
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


def missed(tables: list[Table]) -> list[str]:
    """Say which bars were missed, and who did not run and so proves nothing."""
    return [line for table in tables for line in table.missed]


async def main() -> int:
    """Measure what is asked for on the databases that are there; return how the process ends."""
    given = arguments()
    print(circumstances(), flush=True)
    absent = []
    needed = set(given.only) - ALONE - {"growth"}
    if needed and "PostgreSQL" in given.databases and not await there(given.postgres):
        print(f"*** NOT RUN: PostgreSQL: nothing at {given.postgres} ***", file=sys.stderr)
        given.databases = [kind for kind in given.databases if kind != "PostgreSQL"]
        absent = ["PostgreSQL did not run"]
    below = absent + missed(await measured(given))
    if given.check:
        print("\n".join(["", f"{len(below)} missed", *(f"  {line}" for line in below)]))
    return 1 if given.check and below else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
