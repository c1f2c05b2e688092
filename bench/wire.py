"""Parts a and b: transitions and applications over HTTP, beside HTTP without a database and the leanest writes without HTTP."""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import limit
from bench.city import PASSWORD, City, over_http
from bench.server import Server
from bench.table import Table
from bench.trips import counted

PLAIN = "FastAPI without a database"
ASKED = 5


def signed(token: str, key: str) -> dict[str, str]:
    """Headers of a request that acts."""
    return {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key,
    }


def token_of(server: Server, account: str) -> str:
    """Sign in."""
    status, body = server.ask("POST", "/api/v1/tokens", {"username": account, "password": PASSWORD})
    if status != 200:
        raise RuntimeError(body.decode())
    return str(json.loads(body)["access_token"])


@dataclass
class Contender:
    """One database with the service on it."""

    city: City
    server: Server
    token: str
    samples: dict[str, str]  # what is long, for the limit to write as much
    answer: str  # the JSON that was answered

    def requests(self, numbers: list[str]) -> list[Any]:
        """Requests that accept one item of each case."""
        return accepts(self.city, self.token, numbers)

    async def limit(self, clients: int, many: int) -> float:
        """Write as many transitions in their leanest form; return transitions per second."""
        cases = [list(limit.steps(self.samples)) for _ in range(many // limit.OPERATIONS + 1)]
        began = time.perf_counter()
        if self.city.database.postgres:
            await limit.postgres(self.city.database.address.text, cases, clients)
        else:
            await asyncio.to_thread(limit.sqlite, str(self.city.folder / "limit.db"), cases)
        return len(cases) * limit.OPERATIONS / (time.perf_counter() - began)


def accepts(city: City, token: str, numbers: list[str]) -> list[Any]:
    """Return requests that accept one item of each case."""
    body, path = json.dumps({"action": "accept"}), "/api/v1/cases/{}/items/{}/actions"
    return [
        ["POST", path.format(number, city.item), signed(token, secrets.token_hex(16)), body]
        for number in numbers
    ]


async def contender(city: City) -> Contender:
    """Start the service, accept a few, and keep what was answered and stored."""
    server = Server.product(city.url, city.folder)
    token = token_of(server, "clerk")
    answer = ""
    for request in accepts(city, token, await city.copy("warmx", 5)):
        method, path, headers, body = request
        status, found = server.ask(
            method, path, json.loads(body), token, key=headers["Idempotency-Key"]
        )
        if status >= 300:
            raise RuntimeError(found.decode())
        answer = found.decode()
    return Contender(city, server, token, await limit.typical(city.database), answer)


@contextmanager
def stopping(*servers: Server) -> Iterator[None]:
    """Stop the servers in the end."""
    try:
        yield
    finally:
        for server in servers:
            server.stop()


async def transitions(cities: list[City], *, clients: int, many: int, repeat: int) -> Table:
    """Accept one item of `many` cases of five items, `repeat` times, contenders in turn."""
    table = Table(
        f"Durable transitions: accept one item of a five-item case, {clients} clients, {repeat} × {many}"
    )
    contenders = [await contender(city) for city in cities]
    answer = cities[0].folder / "answer.json"
    answer.write_text(contenders[0].answer)
    plain = Server.plain(answer)
    with stopping(plain, *(each.server for each in contenders)):
        # warms everybody up
        await _turn(Table(""), contenders, plain, clients, many // 4 + clients, "w")
        for turn in range(repeat):
            await _turn(table, contenders, plain, clients, many, f"t{turn}")
    for each in contenders:
        name = each.city.name
        over = f"{name}: over HTTP"
        bar = "transitions ÷ FastAPI" if each.city.database.postgres else ""
        table.ratio(f"{name}: transitions ÷ {PLAIN}", over, PLAIN, bar)
        what = f"{name}: transitions ÷ leanest writes"
        table.ratio(what, over, f"{name}: leanest writes", "transitions ÷ limit")
    return table


async def _turn(
    table: Table, contenders: list[Contender], plain: Server, clients: int, many: int, prefix: str
) -> None:
    """Let each contender run once."""
    for each in contenders:
        name = each.city.name
        found = each.server.load(clients, each.requests(await each.city.copy(f"{prefix}h", many)))
        note = f"median {found['median_ms']:.0f} ms, p95 {found['p95_ms']:.0f} ms"
        table.add(f"{name}: over HTTP", found["per_second"], "/s", note)
        lean = await each.limit(clients, many)
        table.add(f"{name}: leanest writes", lean, "/s", "one statement each, no HTTP, no rules")
    job = ["POST", "/plain", signed("x", "k"), json.dumps({"action": "accept"})]
    found = plain.load(clients, [job] * (many * 4))
    size = len(contenders[0].answer.encode())
    table.add(PLAIN, found["per_second"], "/s", f"the same JSON, {size:,} bytes")


async def applications(cities: list[City], *, clients: int, many: int, repeat: int) -> Table:
    """Submit applications of five items, and in between accept one item of as many cases."""
    table = Table(f"Submit an application of five items, {clients} clients, {repeat} × {many}")
    servers = [Server.product(city.url, city.folder) for city in cities]
    with stopping(*servers):
        tokens = [(token_of(each, "citizen"), token_of(each, "clerk")) for each in servers]
        for turn in range(-1, repeat):
            for city, server, (citizen, clerk) in zip(cities, servers, tokens, strict=True):
                found = server.load(clients, submissions(citizen, many))
                acted = server.load(
                    clients, accepts(city, clerk, await city.copy(f"a{turn + 1}x", many))
                )
                if turn >= 0:
                    note = f"median {found['median_ms']:.0f} ms"
                    table.add(f"{city.name}: applications", found["per_second"], "/s", note)
                    table.add(f"{city.name}: transitions", acted["per_second"], "/s")
    for city in cities:
        names = f"{city.name}: applications", f"{city.name}: transitions"
        table.ratio(
            f"{city.name}: applications ÷ transitions", *names, "applications ÷ transitions"
        )
        if city.database.postgres:
            await _trips(city, table)
    return table


def submissions(token: str, many: int) -> list[Any]:
    """Return requests that each submit an application of five items."""
    body = json.dumps(over_http(), ensure_ascii=False)
    return [
        ["POST", "/api/v1/cases", signed(token, secrets.token_hex(16)), body] for _ in range(many)
    ]


async def _trips(city: City, table: Table) -> None:
    """Count the round trips to the database of one submission and of one transition, the fewest of a few."""
    async with counted(city.database.address.text) as (url, counter):
        server = await asyncio.to_thread(Server.product, url, city.folder)
        with stopping(server):
            tokens = [
                await asyncio.to_thread(token_of, server, who) for who in ("citizen", "clerk")
            ]
            copies = await city.copy("tripx", ASKED)
            for what, requests in (
                ("submission", submissions(tokens[0], ASKED)),
                ("transition", accepts(city, tokens[1], copies)),
            ):
                seen = []
                for request in requests:
                    counter.taken()
                    await asyncio.to_thread(server.load, 1, [request])
                    seen.append(counter.taken())
                table.add(f"{city.name}: round trips of a {what}", min(seen), "")
    name = f"{city.name}: round trips of a submission"
    table.bound(name, name, "trips of a submission")
