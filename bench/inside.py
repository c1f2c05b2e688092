"""Where a step's CPU goes: the whole application in this process, whole matters, no sockets but PostgreSQL's.

`python -m bench.inside` prints CPU milliseconds for each kind of request, and which part of the program has them. CPU is
this thread's, user and system: what else runs on the machine is not in it, though it still spoils caches. The database's
own CPU is not in it either.
"""

import argparse
import asyncio
import json
import secrets
import signal
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Self

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
PARTS = 40  # rows of a table
EVERY = 0.001  # seconds of CPU between two looks; the kernel may look less often


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
        """Send one request and return the body of its answer, again while it is busy. Raises RuntimeError for a refusal."""
        for _ in range(matter.REPEATED):
            status, found = await self._sent(method, path, headers, body)
            if status != matter.BUSY:
                break
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {found.decode()}")
        return found

    async def _sent(
        self, method: str, path: str, headers: dict[str, str], body: str
    ) -> tuple[int, bytes]:
        sent: list[Any] = []
        message = {"type": "http.request", "body": body.encode(), "more_body": False}
        named = {"host": "127.0.0.1", "content-type": "application/json", **headers}

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
        return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])

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
            await self._matter()

    async def alone(self, many: int) -> None:
        """Handle matters one request at a time, and keep the CPU of each by its kind."""
        for _ in range(many):
            for kind, seconds in (await self._matter()).items():
                self.cpu[kind] += seconds

    async def _matter(self) -> dict[str, list[float]]:
        """Handle one; return the CPU seconds between question and answer, which are its own where nobody else asks."""
        number, took = "", defaultdict[str, list[float]](list)
        for method, path, account, body in matter.requests(ITEMS):
            headers = {
                "Authorization": f"Bearer {self._tokens[account]}",
                "Idempotency-Key": secrets.token_hex(16),
            }
            began = time.thread_time()
            found = await self.asked(method, path.format(number), headers, body)
            took[json.loads(body).get("action", "apply")].append(time.thread_time() - began)
            number = number or str(json.loads(found)["number"])
        return took


class Samples:
    """Where the CPU is, asked every few milliseconds of CPU: own time by part, and with all that is called by function.

    What a library does in C counts for the line that called it; a profiler that looks at every call would slow down what
    is made of many small ones.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self.many = 0
        self._own: Counter[CodeType] = Counter()
        self._with: Counter[CodeType] = Counter()

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.many += 1
        if frame is not None:
            self._own[frame.f_code] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._with.update(seen)

    def __enter__(self) -> Self:
        """Begin to look."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def parts(self) -> list[tuple[str, float]]:
        """Return the share of each part of the program, its own time, the dearest first; of a library as a whole."""
        found: Counter[str] = Counter()
        for code, times in self._own.items():
            found[_part(code)] += times
        return [(part, times / self.many) for part, times in found.most_common(PARTS)]

    def functions(self) -> list[tuple[str, float]]:
        """Return the share of the service's own functions with all that they call."""
        ours = {
            f"{_part(code)}: {code.co_qualname}": times / self.many
            for code, times in self._with.most_common()
            if _part(code).startswith("service")
        }
        return list(ours.items())[:PARTS]


def _part(code: CodeType) -> str:
    path = Path(code.co_filename)
    for before, package in pairwise(path.parts):
        if before == "site-packages":
            return f"library {package.removesuffix('.py')}"
    if path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT).with_suffix(""))
    return f"python {path.stem}"


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
    with Samples() as samples:
        await inside.handle(many)
    for title, found in (("part, own time", samples.parts()), ("with calls", samples.functions())):
        print(f"\n{title:84}   ms   share  ({samples.many} samples)")
        for part, share in found:
            print(f"{part:84} {share * operation * 1000:5.3f} {share * 100:5.1f} %")
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
