"""Parts a and b: transitions and applications over HTTP, beside HTTP without a database and the database without HTTP."""

import json
import secrets
from typing import Any

from bench import raw
from bench.city import PASSWORD, City, application, over_http
from bench.server import Server
from bench.table import Table
from service.office import Request
from service.worker import wall_clock
from service.workflows.situation import Action


def signed(token: str, key: str) -> dict[str, str]:
    """Headers of a request that acts."""
    return {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": key}


def token_of(server: Server, account: str) -> str:
    """Sign in."""
    status, body = server.ask("POST", "/api/v1/tokens", {"username": account, "password": PASSWORD})
    if status != 200:
        raise RuntimeError(body.decode())
    return str(json.loads(body)["access_token"])


def accepting(city: City, token: str, numbers: list[str]) -> list[Any]:
    """Requests that accept one item of each case."""
    body = json.dumps({"action": "accept"})
    path = "/api/v1/cases/{}/items/{}/actions"
    return [["POST", path.format(n, city.item), signed(token, secrets.token_hex(16)), body] for n in numbers]


async def taped_transition(city: City, table: Table) -> tuple[raw.Tape, tuple[str, str], str]:
    """Accept once in this process and keep the statements; the first time warms what is cached."""
    clerk = await city.clerk()
    for prefix in ("warm", "tape"):
        (number,) = await city.copy(f"{prefix}{city.name[0].lower()}", 1)
        request = Request(clerk, wall_clock(), key="bench-key", fingerprint="f")
        with raw.taped() as tape:
            view = await city.office.act(request, number, Action("accept", city.item), answer=lambda v: v.case.number)
    codes = [notice.code for notice in view.case.notices.values() if notice.n in view.changed.get("notices", ())]
    table.add(f"{city.name}: statements of one transition", len(tape.calls), "")
    return tape, (view.case.id, number), codes[0] if codes else ""


async def transitions(cities: list[City], *, clients: int, many: int, repeat: int) -> Table:
    """Accept one item of `many` cases of five items, `repeat` times, contenders in turn."""
    table = Table(f"Durable transitions: accept one item of a five-item case, {clients} clients, {repeat} × {many}")
    tapes = {city.name: await taped_transition(city, table) for city in cities}
    servers = {city.name: Server.product(city.url, city.folder) for city in cities}
    tokens = {name: token_of(server, "clerk") for name, server in servers.items()}
    size = 2000
    plain = Server.plain(size)
    try:
        for turn in range(repeat):
            for city in cities:
                numbers = await city.copy(f"w{turn}", many)
                found = servers[city.name].load(clients, accepting(city, tokens[city.name], numbers))
                table.add(
                    f"{city.name}: over HTTP",
                    found["per_second"],
                    "/s",
                    f"median {found['median_ms']:.0f} ms, p95 {found['p95_ms']:.0f} ms",
                )
                tape, source, code = tapes[city.name]
                work = raw.plays(tape, source, await city.copy(f"r{turn}", many), code)
                limit = await raw.postgres(city, clients, work) if city.name == "PostgreSQL" else raw.sqlite(city, work)
                table.add(f"{city.name}: the same statements alone", limit, "/s")
            body = json.dumps({"action": "accept"})
            found = plain.load(clients, [["POST", "/plain", signed("x", "k"), body]] * (many * 4))
            table.add("FastAPI without a database", found["per_second"], "/s", f"answer of {size} bytes")
    finally:
        for server in [plain, *servers.values()]:
            server.stop()
    for city in cities:
        bar = ("0.18, goal 0.70", "0.15, goal 0.60") if city.name == "PostgreSQL" else ("none", "none")
        table.ratio(
            f"{city.name}: transitions ÷ FastAPI without a database",
            f"{city.name}: over HTTP",
            "FastAPI without a database",
            bar[0],
        )
        table.ratio(
            f"{city.name}: transitions ÷ database alone",
            f"{city.name}: over HTTP",
            f"{city.name}: the same statements alone",
            bar[1],
        )
    return table


async def applications(cities: list[City], *, clients: int, many: int, repeat: int) -> Table:
    """Submit applications of five items."""
    table = Table(f"Submit an application of five items, {clients} clients, {repeat} × {many}")
    servers = {city.name: Server.product(city.url, city.folder) for city in cities}
    try:
        for turn in range(repeat + 1):  # the first turn warms up
            for city in cities:
                server = servers[city.name]
                token, body = token_of(server, "citizen"), json.dumps(over_http(), ensure_ascii=False)
                jobs = [["POST", "/api/v1/cases", signed(token, secrets.token_hex(16)), body] for _ in range(many)]
                found = server.load(clients, jobs)
                if turn:
                    table.add(
                        f"{city.name}: applications", found["per_second"], "/s", f"median {found['median_ms']:.0f} ms"
                    )
        for city in cities:
            citizen = await city.office.actor("citizen")
            assert citizen is not None
            with raw.taped() as tape:
                await city.office.open_case(
                    Request(citizen, wall_clock(), key=secrets.token_hex(8), fingerprint="f"), application()
                )
            name = f"{city.name}: statements beside BEGIN and COMMIT"
            table.add(name, len(tape.calls), "")
            if city.name == "PostgreSQL":
                table.bound("PostgreSQL: statements of a submission", name, "≤ 4, goal ≤ 2")
    finally:
        for server in servers.values():
            server.stop()
    return table
