"""Parts a and b: transitions and applications over HTTP, beside HTTP without a database and the database without HTTP."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import raw
from bench.city import PASSWORD, City, application, over_http
from bench.server import Server
from bench.table import Table
from service.api.rest.actions import rendered
from service.office import Request
from service.worker import wall_clock
from service.workflows.case.situation import Action

PLAIN = "FastAPI without a database"
BARS = {"PostgreSQL": ("0.18, goal 0.70", "0.15, goal 0.60")}


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
    """One database with the service on it, and one transition as it went to the driver."""

    city: City
    server: Server
    token: str
    tape: raw.Tape
    source: tuple[str, str]  # id and number of the case on the tape
    code: str  # of the paper that was issued on the tape
    answer: str  # the JSON that was answered

    def requests(self, numbers: list[str]) -> list[Any]:
        """Requests that accept one item of each case."""
        body, path = json.dumps({"action": "accept"}), "/api/v1/cases/{}/items/{}/actions"

        def accepts(number: str) -> list[Any]:
            headers = signed(self.token, secrets.token_hex(16))
            return ["POST", path.format(number, self.city.item), headers, body]

        return [accepts(number) for number in numbers]

    async def limit(self, clients: int, numbers: list[str]) -> float:
        """Replay the tape on each case; return transitions per second."""
        work = raw.plays(self.tape, self.source, numbers, self.code)
        if self.city.database.postgres:
            return await raw.postgres(self.city, clients, work)
        return raw.sqlite(self.city, work)


async def contender(city: City) -> Contender:
    """Accept once in this process and keep the statements; the time before warms what is cached."""
    clerk, answer = await city.clerk(), rendered(city.item)
    for prefix in ("warm", "tape"):
        (number,) = await city.copy(f"{prefix}x", 1)
        request = Request(clerk, wall_clock(), key="bench-key", fingerprint="f")
        with raw.taped() as tape:
            accept = Action("accept", city.item)
            view = await city.office.act(request, number, accept, answer=answer)
    issued = view.changed.get("notices", ())
    codes = [notice.code for n, notice in view.case.notices.items() if n in issued]
    server = Server.product(city.url, city.folder)
    return Contender(
        city,
        server,
        token_of(server, "clerk"),
        tape,
        source=(view.case.id, number),
        code=codes[0] if codes else "",
        answer=str(view.answer),
    )


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
        table.add(f"{name}: statements, beside BEGIN and COMMIT", len(each.tape.calls), "")
        over, alone = BARS.get(name, ("none", "none"))
        table.ratio(f"{name}: transitions ÷ {PLAIN}", f"{name}: over HTTP", PLAIN, over)
        table.ratio(
            f"{name}: transitions ÷ database alone",
            f"{name}: over HTTP",
            f"{name}: statements alone",
            alone,
        )
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
        limit = await each.limit(clients, await each.city.copy(f"{prefix}r", many))
        table.add(f"{name}: statements alone", limit, "/s", "no HTTP, no rules")
    job = ["POST", "/plain", signed("x", "k"), json.dumps({"action": "accept"})]
    found = plain.load(clients, [job] * (many * 4))
    size = len(contenders[0].answer.encode())
    table.add(PLAIN, found["per_second"], "/s", f"the same JSON, {size:,} bytes")


async def applications(cities: list[City], *, clients: int, many: int, repeat: int) -> Table:
    """Submit applications of five items."""
    table = Table(f"Submit an application of five items, {clients} clients, {repeat} × {many}")
    servers = [Server.product(city.url, city.folder) for city in cities]
    body = json.dumps(over_http(), ensure_ascii=False)
    with stopping(*servers):
        tokens = [token_of(server, "citizen") for server in servers]
        for turn in range(-1, repeat):
            for city, server, token in zip(cities, servers, tokens, strict=True):
                jobs = [
                    ["POST", "/api/v1/cases", signed(token, secrets.token_hex(16)), body]
                    for _ in range(many)
                ]
                found = server.load(clients, jobs)
                if turn >= 0:
                    note = f"median {found['median_ms']:.0f} ms"
                    table.add(f"{city.name}: applications", found["per_second"], "/s", note)
    for city in cities:
        citizen = await city.office.actor("citizen")
        if citizen is None:
            raise LookupError("citizen")
        with raw.taped() as tape:
            request = Request(citizen, wall_clock(), key="k", fingerprint="f")
            await city.office.open_case(request, application())
        table.add(f"{city.name}: statements, beside BEGIN and COMMIT", len(tape.calls), "")
        if city.database.postgres:
            table.bound(
                "PostgreSQL: statements",
                f"{city.name}: statements, beside BEGIN and COMMIT",
                "≤ 4, goal ≤ 2",
            )
    return table
