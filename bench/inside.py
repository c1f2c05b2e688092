"""Where a step's CPU goes: the whole application in this process, whole matters, no sockets but PostgreSQL's.

`python -m bench.inside` prints CPU milliseconds for each kind of request, and the parts of the program by their own time
(cProfile's, scaled to what the same requests cost without it). CPU is this thread's, user and system: what else runs on
the machine is not in it, though it still spoils caches. The database's own CPU is not in it either.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import secrets
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import uvloop

from bench import matter
from bench.city import PASSWORD, administer, places
from bench.server import AUDIT_KEY, SECRET
from service.api.app import create_app
from service.commands import heap
from service.commands.upkeep import office_of, settings_from

ROOT = Path(__file__).parents[1]
ITEMS, CLIENTS = 5, 8
UNBOUND = ("writes_per_minute", "portal_writes_per_minute", "uploads_per_minute", "asks_per_minute")
PARTS = 40  # rows of the table


class Inside:
    """The application on a database, asked directly."""

    def __init__(self, url: str, folder: Path) -> None:
        """Prepare; `settle` makes the database ready."""
        self._url, self._folder = url, folder
        settings = settings_from(
            database_url=url,
            files_dir=folder,
            secret=SECRET,
            audit_key=AUDIT_KEY,
            **dict.fromkeys(UNBOUND, 0),
        )
        self.office = office_of(settings)
        self._app = create_app(self.office, settings)
        self._tokens: dict[str, str] = {}
        self.cpu: dict[str, list[float]] = defaultdict(list)

    async def settle(self) -> None:
        """Make the database ready and sign everybody in."""
        await matter.settle(self._url, self._folder, ITEMS)
        for account in (matter.PORTAL, *matter.clerks()):
            body = json.dumps({"username": account, "password": PASSWORD})
            found = await self.asked("POST", "/api/v1/tokens", {}, body)
            self._tokens[account] = str(json.loads(found)["access_token"])

    async def asked(self, method: str, path: str, headers: dict[str, str], body: str) -> bytes:
        """Send one request and return the body of its answer. Raises RuntimeError for a refusal."""
        sent: list[Any] = []
        message = {"type": "http.request", "body": body.encode(), "more_body": False}
        named = {"content-type": "application/json", **headers}

        async def receive() -> Any:
            return message

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "http_version": "1.1",
            "headers": [(n.lower().encode(), v.encode()) for n, v in named.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self._app(scope, receive, send)
        found = b"".join(each.get("body", b"") for each in sent[1:])
        if sent[0]["status"] >= 300:
            raise RuntimeError(f"{method} {path}: {sent[0]['status']} {found.decode()}")
        return found

    async def handle(self, many: int) -> float:
        """Handle so many whole matters, some at once; return CPU seconds of an operation."""
        turns = iter(range(many))
        began = time.thread_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(CLIENTS, many)):
                group.create_task(self._client(turns))
        return (time.thread_time() - began) / many / (1 + ITEMS * len(matter.STEPS))

    async def _client(self, turns: Iterator[int]) -> None:
        for _ in turns:
            number = ""
            for method, path, account, body in matter.requests(ITEMS):
                headers = {
                    "Authorization": f"Bearer {self._tokens[account]}",
                    "Idempotency-Key": secrets.token_hex(16),
                }
                found = await self.asked(method, path.format(number), headers, body)
                number = number or str(json.loads(found)["number"])

    async def alone(self, many: int) -> None:
        """Handle matters one request at a time, and keep the CPU of each by its kind."""
        for _ in range(many):
            number = ""
            for method, path, account, body in matter.requests(ITEMS):
                headers = {
                    "Authorization": f"Bearer {self._tokens[account]}",
                    "Idempotency-Key": secrets.token_hex(16),
                }
                began = time.thread_time()
                found = await self.asked(method, path.format(number), headers, body)
                kind = json.loads(body).get("action", "apply")
                self.cpu[kind].append(time.thread_time() - began)
                number = number or str(json.loads(found)["number"])


def parts(profile: cProfile.Profile, scale: float) -> list[tuple[str, float]]:
    """Return the own time of each part of the program, the dearest first; library code by its package."""
    found: dict[str, float] = defaultdict(float)
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        found[_part(file, name)] += own * scale
    return sorted(found.items(), key=lambda each: -each[1])


def _part(file: str, name: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT).with_suffix(""))
    for before, package in pairwise(path.parts):
        if before == "site-packages":
            return f"library {package}"
    return f"built in: {name}" if file == "~" else f"python {path.stem}"


async def measured(url: str, folder: Path, given: argparse.Namespace) -> None:
    """Print the two tables."""
    many, name = given.cases, url.rsplit("/", 1)[1]
    await administer(given.postgres, f'CREATE DATABASE "{name}"')
    try:
        await _measured(url, folder, many)
    finally:
        await administer(given.postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _measured(url: str, folder: Path, many: int) -> None:
    inside = Inside(url, folder)
    await inside.settle()
    await inside.handle(CLIENTS * 4)
    heap.set_aside()
    operation = min([await inside.handle(many) for _ in range(3)])
    await inside.alone(many)
    print(f"an operation, {CLIENTS} at once: {operation * 1000:.2f} ms")
    for kind, took in inside.cpu.items():
        print(f"{kind}, alone: {sorted(took)[len(took) // 2] * 1000:.2f} ms")
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    slow = await inside.handle(many)
    profile.disable()
    operations = many * (1 + ITEMS * len(matter.STEPS))
    scale = operation / slow / operations * 1000
    print(f"{'part, own time':60}   ms   share")
    for part, own in parts(profile, scale)[:PARTS]:
        print(f"{part:60} {own:5.3f} {own / operation / 10:5.1f} %")
    await inside.office.database.close()


def main() -> None:
    """Measure on a database of its own."""
    reading = argparse.ArgumentParser(prog="python -m bench.inside", description=__doc__)
    reading.add_argument("--cases", type=int, default=50)
    reading.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres")
    given = reading.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="yijianshi-bench-") as folder,
        places(given.postgres, ("PostgreSQL",)) as urls,
    ):
        uvloop.run(measured(urls["PostgreSQL"], Path(folder), given))


if __name__ == "__main__":
    main()
