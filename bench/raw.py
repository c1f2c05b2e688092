"""The database's own limit: exactly the statements of one transition, replayed without the service around them."""

import asyncio
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.city import City
from service.store.database import Connection

Call = tuple[str, str, Any]  # method, statement, values


@dataclass
class Tape:
    """Statements as they went to the driver."""

    calls: list[Call] = field(default_factory=list)

    def changed(self, old: tuple[str, ...], new: tuple[str, ...]) -> list[Call]:
        """The same statements for another case: its id, number and codes put in the place of the old ones."""
        text = json.dumps(
            [[method, values] for method, _, values in self.calls], ensure_ascii=False
        )
        for before, after in zip(old, new, strict=True):
            text = text.replace(before, after)
        return [
            (method, call[1], values)
            for (method, values), call in zip(json.loads(text), self.calls, strict=True)
        ]


class _Spy:
    """Stands before SQLite's connection and writes down what it is asked."""

    def __init__(self, raw: sqlite3.Connection, tape: Tape) -> None:
        self._raw, self._tape = raw, tape

    def execute(self, statement: str, values: Any = ()) -> Any:
        self._tape.calls.append(("execute", statement, _jsonable(values)))
        return self._raw.execute(statement, values)

    def executemany(self, statement: str, rows: Any) -> Any:
        rows = list(rows)
        self._tape.calls.append(("executemany", statement, [_jsonable(row) for row in rows]))
        return self._raw.executemany(statement, rows)


def _jsonable(values: Any) -> Any:
    return dict(values) if isinstance(values, dict) else list(values)


@contextmanager
def taped() -> Iterator[Tape]:
    """Write down every statement of the hot path while the block runs."""
    tape = Tape()
    fetchrow, hop = Connection.fetchrow, Connection.hop

    async def spied_fetchrow(self: Connection, statement: str, *values: Any) -> Any:
        # each replay draws the next number of the series, whichever it is
        drawing = re.sub(r"counters\.value = (\$\d+)", r"\1::int IS NOT NULL", statement)
        tape.calls.append(("fetchrow", drawing, list(values)))
        return await fetchrow(self, statement, *values)

    async def spied_hop(self: Connection, work: Any) -> Any:
        return await hop(self, lambda raw: work(_Spy(raw, tape)))

    Connection.fetchrow, Connection.hop = spied_fetchrow, spied_hop  # type: ignore[method-assign]
    try:
        yield tape
    finally:
        Connection.fetchrow, Connection.hop = fetchrow, hop  # type: ignore[method-assign]


def plays(tape: Tape, source: tuple[str, str], numbers: list[str], code: str) -> list[list[Call]]:
    """Make the statements for each of the copies; papers and keys get fresh codes."""
    old = (source[0], source[1], *((code,) if code else ()))
    fresh = "bench-key"
    found = []
    for number in numbers:
        prefix, n = number.rstrip("0123456789"), number[len(number.rstrip("0123456789")) :]
        new = (f"{prefix}-id-{n}", number, *((secrets.token_hex(10),) if code else ()))
        found.append(tape.changed((*old, fresh), (*new, secrets.token_hex(8))))
    return found


async def postgres(city: City, clients: int, work: list[list[Call]]) -> float:
    """Replay on as many connections as there are clients; return transitions per second."""
    url = city.database.address.text
    pool = await asyncpg.create_pool(url, min_size=clients, max_size=clients)
    waiting = iter(work)

    async def client() -> None:
        async with pool.acquire() as connection:
            for calls in waiting:
                async with connection.transaction():
                    for _, statement, values in calls:
                        await connection.fetchrow(statement, *values)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    seconds = time.perf_counter() - began
    await pool.close()
    return len(work) / seconds


def sqlite(city: City, work: list[list[Call]]) -> float:
    """Replay on one connection in one thread; return transitions per second."""
    connection = sqlite3.connect(str(city.database.url.database), isolation_level=None, timeout=10)
    for pragma in ("journal_mode = wal", "synchronous = 2", "foreign_keys = 1"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for calls in work:
        connection.execute("BEGIN IMMEDIATE")
        for method, statement, values in calls:
            found = getattr(connection, method)(statement, values)
            if method == "execute":
                found.fetchall()
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return len(work) / seconds
