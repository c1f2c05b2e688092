"""Our side of the matter: a pack with as many licences (行政许可) as wanted, its clerks, and whole cases handled over HTTP.

Each item goes through the whole law of a licence: accepted by the window, proposed by the reviewer, granted by the
approver, issued by the window; the second wave waits for the first.
"""

import asyncio
import json
import secrets
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from bench.city import PASSWORD, SAMPLE
from bench.load import answer, encoded
from bench.server import AUDIT_KEY, SECRET, Server
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.store.keys import Keys
from service.store.schema import migrate
from service.worker import wall_clock
from service.workflows.authoring.folders import read_folder

BUNDLE = "whole-matter"
STEPS = (("accept", "window"), ("propose", "reviewer"), ("grant", "approver"), ("issue", "window"))
POSTS = tuple(dict.fromkeys(post for _, post in STEPS))
DEPARTMENTS = ("scjg", "xf", "cg", "jk", "wjw")
PORTAL = "portal"
BUSY, REPEATED = 503, 20
ITEM = """kind: item
code: {code}
title: 许可{n}
department: {department}
category: licence
basis: [食品安全法 33, 食品安全法 35]
conditions: [有与经营规模相适应的场所, 有合格的从业人员]
lifecycle: licence
limits: {{statutory: 20wd, promised: 5wd, extension: 10wd}}
fields: [subject_name, legal_person_name, legal_person_phone, premises_address, floor_area, staff_count]
materials:
  - {{use: licence-copy, from: [share, upload]}}
  - {{use: identity, from: [share, upload]}}
  - {{use: premises-right, from: [share, upload]}}
result: {{certificate: food-licence}}
"""
HEAD = """kind: bundle
code: {bundle}
title: 测量用的一件事
lead: scjg
applicants: [enterprise, sole-trader, individual]
acceptance: each
promised: 20wd
items:
"""


def waves(items: int) -> tuple[tuple[str, ...], ...]:
    """Return the codes of the items in two waves, three of five in the first."""
    codes = tuple(f"licence-{n}" for n in range(items))
    first = -(-items * 3 // 5)
    return codes[:first], codes[first:]


def pack(items: int) -> dict[str, bytes]:
    """Return the sample city with a bundle of so many licences."""
    files = dict(read_folder(SAMPLE))
    first, second = waves(items)
    uses = [f"  - {{use: {code}}}" for code in first]
    uses += [f"  - {{use: {code}, after: [{', '.join(first)}]}}" for code in second]
    for n, code in enumerate((*first, *second)):
        text = ITEM.format(code=code, n=n, department=_department(n))
        files[f"items/{code}.yaml"] = text.encode()
    files["bundles/whole-matter.yaml"] = (HEAD.format(bundle=BUNDLE) + "\n".join(uses)).encode()
    return files


def _department(n: int) -> str:
    return DEPARTMENTS[n % len(DEPARTMENTS)]


async def settle(url: str, folder: Path, items: int) -> None:
    """Make a database ready: the schema, the pack, an account for each post; nothing changes when it is."""
    await migrate(url)
    database = Database(url, keys=Keys(SECRET, (AUDIT_KEY,)))
    office = Office(database, Folder(folder), cheap_passwords=True)
    await office.install(wall_clock(), adopt=True)  # each turn brings a folder of its own
    await office.publish_pack(pack(items), "bench", wall_clock())
    for department in DEPARTMENTS:
        for post in POSTS:
            await office.create_account(
                f"{department}-{post}",
                PASSWORD,
                name="测",
                kind="clerk",
                department=department,
                posts=[post],
            )
    await office.create_account(PORTAL, PASSWORD, name="门户", kind="portal")
    await database.close()


def clerks() -> list[str]:
    """Return the accounts of the clerks, one for each post of each department."""
    return [f"{department}-{post}" for department in DEPARTMENTS for post in POSTS]


def requests(items: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield what one case asks for, in order: method, path (to be given the number), account, body."""
    yield "POST", "/api/v1/cases", PORTAL, application(_applicant())
    numbered = {code: n for n, code in enumerate(code for w in waves(items) for code in w)}
    for wave in waves(items):
        for action, post in STEPS:
            body: dict[str, Any] = {"action": action}
            if action in ("propose", "grant"):
                body["data"] = {"opinion": "符合条件。"}
            for code in wave:
                account = f"{_department(numbered[code])}-{post}"
                path = f"/api/v1/cases/{{}}/items/{code}/actions"
                yield "POST", path, account, json.dumps(body)


def application(applicant: str) -> str:
    """Return an application as the portal sends it; each has an applicant of its own, as in a city."""
    given = {
        "bundle": BUNDLE,
        "applicant": {"type": "enterprise", "name": "云泽市临湖区测量小馆", "id": applicant},
        "mandate": {"name": "占位某", "reference": f"SQ-{applicant}"},
        "form": {
            "subject_name": "云泽市临湖区测量小馆",
            "legal_person_name": "占位某",
            "legal_person_phone": "19900000001",
            "premises_address": "云泽市临湖区示例路1号",
            "floor_area": 120,
            "staff_count": 6,
        },
        "materials": [
            {"material": code, "share": True}
            for code in ("licence-copy", "identity", "premises-right")
        ],
    }
    return json.dumps(given, ensure_ascii=False)


class Handling:
    """Cases handled from the application to the last paper, many at once, each by its own citizen and clerks."""

    def __init__(self, servers: Sequence[Server], items: int) -> None:
        """Sign everybody in; the clients are spread over the servers."""
        self.servers, self.items = servers, items
        self.numbers: list[str] = []
        self.repeats = 0
        self._tokens = {account: _token(servers[0], account) for account in (PORTAL, *clerks())}

    @property
    def operations(self) -> int:
        """How many durable operations a case is."""
        return 1 + self.items * len(STEPS)

    def run(self, many: int, clients: int, *, look: bool = False) -> None:
        """Handle so many cases; with `look` each clerk looks at the case after what he did."""
        asyncio.run(self.handle(many, clients, look=look))

    async def handle(self, many: int, clients: int, *, look: bool = False) -> None:
        """Do the same in a loop that runs."""
        turns = iter(range(many))
        async with asyncio.TaskGroup() as group:
            for n in range(clients):
                port = self.servers[n % len(self.servers)].port
                group.create_task(self._client(port, turns, look=look))

    async def _client(self, port: int, turns: Iterator[int], *, look: bool) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in turns:
            number = ""
            for method, path, account, body in requests(self.items):
                headers = self._headers(account)
                acting = encoded((method, path.format(number), headers, body), port)
                found = await self._asked(reader, writer, acting)
                number = number or str(json.loads(found)["number"])
                if look:
                    seeing = encoded(("GET", f"/api/v1/cases/{number}", headers, ""), port)
                    await self._asked(reader, writer, seeing)
            self.numbers.append(number)
        writer.close()

    async def _asked(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> bytes:
        """Ask, and repeat the same with the same key where the service is busy, as clients are told to."""
        for _ in range(REPEATED):
            writer.write(request)
            status, found = await answer(reader)
            if status != BUSY:
                break
            self.repeats += 1
        if status >= 300:
            raise RuntimeError(f"{request[:60]!r}: {status} {found.decode()}")
        return found

    def _headers(self, account: str) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._tokens[account]}",
            "Idempotency-Key": secrets.token_hex(16),
        }


_TAKEN = count()
_PREFIX = secrets.token_hex(4).upper()


def _applicant() -> str:
    return f"91{_PREFIX}{next(_TAKEN):08d}"


def _token(server: Server, account: str) -> str:
    body = {"username": account, "password": PASSWORD}
    status, found = server.ask("POST", "/api/v1/tokens", body)
    if status != 200:
        raise RuntimeError(found.decode())
    return str(json.loads(found)["access_token"])
