"""G9: the production shape under load, its parts killed, frozen and switched over: `python -m tests.gates.failover 20`.

Clients write down every acknowledgement. After all faults each of them is there exactly once, `yijianshi verify` has
nothing to say, and after each fault writing was back within the seconds that are promised.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import secrets
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.shape import Missing, Shape
from tests.gates import shaped
from tests.test_crash import APPLICANT, PACK, PASSWORD
from tests.waiting import running, until, wait_until

BACK_SECONDS = 30.0
CLIENTS = 3
CLERK_ID = "999901199003070017"  # made up; the region does not exist
STEADY = 6  # so many acknowledgements after a fault, and work goes on as before


@dataclass
class Journal:
    """What the clients were told, by key, and when."""

    opened: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    accepted: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    at: list[float] = field(default_factory=list)
    repeated: int = 0
    errors: list[str] = field(default_factory=list)  # answers that were none: lost, 5xx

    def note(self) -> None:
        """Write down that something was acknowledged now."""
        self.at.append(running())

    def pause(self, since: float) -> float:
        """Return the longest time without an acknowledgement after a moment."""
        seen = [since, *(at for at in self.at if at > since)]
        return max(b - a for a, b in itertools.pairwise(seen))


class Client:
    """Applies and accepts without end; what is not answered is asked again with the same key."""

    def __init__(
        self,
        address: str,
        journal: Journal,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = 20,
    ) -> None:
        self.journal, self.stopping = journal, False
        self._http = httpx.AsyncClient(base_url=address, timeout=seconds, transport=transport)
        self._tokens: dict[str, str] = {}

    async def send(self, path: str, body: Any, account: str = "", key: str = "") -> httpx.Response:
        """Send until it is answered."""
        headers = {"Authorization": f"Bearer {self._tokens[account]}"} if account else {}
        if key:
            headers["Idempotency-Key"] = key

        async def answered() -> httpx.Response | None:
            try:
                answer = await self._http.post(path, json=body, headers=headers)
            except httpx.TransportError as lost:
                self.journal.errors.append(type(lost).__name__)
                return None
            if answer.status_code < 500:
                return answer
            self.journal.errors.append(str(answer.status_code))
            return None

        found: httpx.Response = await until(answered, f"an answer to {path}")
        return found

    async def sign_in(self) -> None:
        """Get tokens for a citizen and a clerk."""
        for account in ("citizen", "clerk"):
            answer = await self.send("/api/v1/tokens", {"username": account, "password": PASSWORD})
            self._tokens[account] = answer.json()["access_token"]

    async def open(self, key: str) -> tuple[int, bytes]:
        """Apply under a key."""
        body = {"bundle": "open-stall", "applicant": APPLICANT, "form": {"address": key}}
        answer = await self.send("/api/v1/cases", body, "citizen", key)
        return answer.status_code, answer.content

    async def accept(self, key: str) -> tuple[int, bytes]:
        """Accept what was applied for under a key."""
        number = json.loads(self.journal.opened[key][1])["number"]
        path = f"/api/v1/cases/{number}/items/food/actions"
        answer = await self.send(path, {"action": "accept"}, "clerk", key)
        return answer.status_code, answer.content

    async def work(self) -> None:
        """Go on until told to stop; now and then ask again for what was answered."""
        while not self.stopping:
            key = secrets.token_hex(16)
            self.journal.opened[key] = await self.open(key)
            self.journal.note()
            self.journal.accepted[key] = await self.accept(key)
            self.journal.note()
            if len(self.journal.accepted) % 5 == 0:
                self.journal.repeated += 1
                if await self.open(key) != self.journal.opened[key]:
                    self.journal.errors.append("A REPEAT WAS ANSWERED OTHERWISE")

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()


class Faults:
    """What may befall the shape; each returns when the part is there again, as its supervisor would see to."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.all: dict[str, Callable[[], None]] = {
            "primary killed": self.primary_killed,
            "standby killed": self.standby_killed,
            "switchover": self.switchover,
            "primary frozen": self.primary_frozen,
            "etcd killed": lambda: self.restarted("etcd"),
            "pooler killed": lambda: self.restarted("pgbouncer"),
            "proxy killed": lambda: self.restarted("haproxy"),
            "process killed": lambda: self.restarted("serve1"),
        }

    def restarted(self, name: str) -> None:
        """Kill a part; its supervisor starts it again."""
        self.shape.kill(name)
        self.shape.start(name)

    def _another(self, than: str) -> None:
        wait_until(lambda: self.shape.primary() not in ("", than), "another primary")

    def primary_killed(self) -> None:
        """The machine of the primary loses power, and is there again when another has taken over."""
        primary = self.shape.primary()
        self.shape.kill(primary)
        self._another(primary)
        self.shape.start(primary)

    def primary_frozen(self) -> None:
        """The machine of the primary stands still until another has taken over, and then goes on as if nothing were."""
        primary = self.shape.primary()
        self.shape.signal(primary, signal.SIGSTOP)
        self._another(primary)
        self.shape.signal(primary, signal.SIGCONT)

    def standby_killed(self) -> None:
        """The machine of the synchronous standby loses power for a moment."""
        self.restarted(self.shape.synchronous_standby())

    def switchover(self) -> None:
        """An operator moves the primary."""
        import subprocess

        primary = self.shape.primary()
        words = ["switchover", "yijianshi", "--force", "--leader", primary]
        control = ["patronictl", "-c", str(self.shape.folder / "pg1.yml")]
        subprocess.run([*control, *words], check=False, capture_output=True)
        self._another(primary)


def settled(shape: Shape) -> bool:
    """Say whether every part runs and every node follows."""
    members = shape.cluster()
    running_nodes = [each for each in members.values() if each["state"] in ("running", "streaming")]
    standby = shape.synchronous_standby() if shape.synchronous else True
    return bool(len(running_nodes) == len(shape.postgres) and shape.primary() and standby)


def prepared(shape: Shape) -> None:
    """Publish a bundle and let two people in."""
    pack = shape.folder / "pack"
    pack.mkdir(exist_ok=True)
    for name, content in PACK.items():
        (pack / name).write_text(str(content))
    people = (
        ["citizen", "--kind", "applicant", "--subject", APPLICANT["id"]],
        ["clerk", "--department", "scjg", "--post", "window", "--subject", CLERK_ID],
    )
    orders = [
        (("publish", str(pack)), ""),
        *((("account", *who, "--password-stdin"), PASSWORD) for who in people),
    ]
    for words, given in orders:
        done = shape.run(*words, given=given)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")


async def more(journal: Journal, count: int) -> None:
    """Wait for so many acknowledgements from now on."""
    wanted = len(journal.at) + count
    await until(lambda: len(journal.at) >= wanted, "more work")


async def under_load(shape: Shape, names: list[str], journal: Journal) -> list[str]:
    """Work while one fault after the other is made; return what was wrong with the pauses."""
    faults, wrong = Faults(shape), []
    clients = [Client(f"http://127.0.0.1:{shape.http}", journal) for _ in range(CLIENTS)]
    for client in clients:
        await client.sign_in()
    working = [asyncio.create_task(client.work()) for client in clients]
    try:
        await more(journal, STEADY)
        for n, name in enumerate(names, 1):
            await until(lambda: asyncio.to_thread(settled, shape), "the shape at rest")
            began = running()
            await asyncio.to_thread(faults.all[name])
            await more(journal, STEADY)
            pause = journal.pause(began)
            print(
                f"{n:3} {name:16} no acknowledgement for {pause:5.1f} s · {len(journal.at)} so far",
                flush=True,
            )
            if pause > BACK_SECONDS:
                wrong.append(f"{name}: writing was away for {pause:.1f} s")
        for client in clients:
            client.stopping = True
        await asyncio.gather(*working)
        again = {key: await clients[0].open(key) for key in list(journal.opened)[-20:]}
        wrong += [f"repeated otherwise: {k}" for k, a in again.items() if a != journal.opened[k]]
    finally:
        for task in working:
            task.cancel()
        for client in clients:
            await client.close()
    return wrong


async def connected(url: str) -> asyncpg.Connection:
    """Connect as soon as some node writes."""

    async def tried_once() -> asyncpg.Connection | None:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InternalClientError):
            return await asyncpg.connect(url)
        return None

    return await until(tried_once, "a node that writes")


async def reconciled(url: str, journal: Journal) -> list[str]:
    """Compare what clients were told with what is there."""
    wrong = [e for e in journal.errors if e.startswith("A REPEAT")]
    statuses = {s for s, _ in journal.opened.values()}, {s for s, _ in journal.accepted.values()}
    if statuses != ({201}, {200}):
        wrong.append(f"answers other than done: {statuses}")
    told = [json.loads(body)["number"] for _, body in journal.opened.values()]
    connection = await connected(url)
    stored = [
        row["number"]
        for row in await connection.fetch("SELECT number FROM cases WHERE number <> ''")
    ]
    accepted = await connection.fetch("SELECT case_id FROM events WHERE action = 'accept'")
    await connection.close()
    if lost := set(told) - set(stored):
        wrong.append(f"LOST: {len(lost)} acknowledged applications, {min(lost)} …")
    if extra := set(stored) - set(told):
        wrong.append(f"DOUBLED: {len(extra)} applications nobody was told of, {min(extra)} …")
    if len(set(told)) != len(told):
        wrong.append("one number was given to two applications")
    if len(accepted) != len(journal.accepted):
        wrong.append(f"acceptances: {len(accepted)} stored, {len(journal.accepted)} acknowledged")
    return wrong


def verified(shape: Shape) -> list[str]:
    """Let the oracle derive every row anew."""
    done = shape.run("verify")
    print(done.stdout.strip() or done.stderr.strip(), flush=True)
    return [f"verify ended with {done.returncode}"] if done.returncode else []


def tried(shape: Shape, size: int) -> tuple[Journal, list[str]]:
    """Make so many faults on a shape that is up, and return what was wrong."""
    names = list(Faults(shape).all)
    journal = Journal()
    wrong = asyncio.run(under_load(shape, [names[n % len(names)] for n in range(size)], journal))
    wait_until(lambda: settled(shape), "the shape at rest")
    url = shape.straight_url.partition("?")[0] + "?target_session_attrs=read-write"
    wrong += asyncio.run(reconciled(url, journal))
    wrong += verified(shape)
    wrong += asyncio.run(shaped.unbound(url))
    wrong += shaped.unwatched(shape)
    return journal, wrong


async def _lost_in_flight(shape: Shape, journal: Journal) -> None:
    """Let people work while no standby hears of it, then lose the primary for good."""
    await until(lambda: asyncio.to_thread(settled, shape), "the shape at rest")
    client = Client(f"http://127.0.0.1:{shape.http}", journal)
    await client.sign_in()
    working = asyncio.create_task(client.work())
    await more(journal, STEADY)
    primary = shape.primary()
    standbys = [name for name in shape.postgres if name != primary]
    for name in standbys:
        shape.signal(name, signal.SIGSTOP)
    with contextlib.suppress(TimeoutError):  # a synchronous shape acknowledges nothing from here on
        async with asyncio.timeout(10):
            await more(journal, 2 * STEADY)
    for name in (primary, *standbys):
        shape.kill(name)
    working.cancel()
    await client.close()
    for name in standbys:
        shape.start(name)
    await until(lambda: asyncio.to_thread(shape.primary), "a new primary")


def control(folder: Path) -> list[str]:
    """Let the replication be asynchronous: acknowledged applications must be found missing."""
    shape, journal = Shape(folder, nodes=2, base=17600, synchronous=False), Journal()
    try:
        shape.up()
        prepared(shape)
        asyncio.run(_lost_in_flight(shape, journal))
        url = shape.straight_url
        found = asyncio.run(reconciled(url, journal))
    finally:
        shape.down()  # what it wrote stays, to be looked at, unless it came to its end
    shutil.rmtree(folder)
    return found


def main() -> int:
    """Bring the shape up, make the faults, say what was found."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("size", type=int, nargs="?", default=8, help="how many faults")
    reader.add_argument("--planted", action="store_true", help="asynchronous: loss must be found")
    reader.add_argument("--folder", type=Path, default=Path("/var/tmp/yijianshi-failover"))
    reader.add_argument("--nodes", type=int, default=3, choices=(2, 3))
    given = reader.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)  # what an earlier run left to be looked at
    try:
        if given.planted:
            found = [each for each in control(given.folder) if each.startswith("LOST")]
            print("\n".join(found) or "BUG NOT FOUND: asynchronous replication lost nothing")
            return 0 if found else 1
        shape = Shape(given.folder, nodes=given.nodes)
    except Missing as missing:
        print(f"NOT PASSED, NOT RUN: {missing}")
        return 2
    try:
        shape.up()
        prepared(shape)
        journal, wrong = tried(shape, given.size)
    finally:
        shape.down()  # what it wrote stays, to be looked at, unless all went well
    if not wrong:
        shutil.rmtree(given.folder)
    print("\n".join(wrong))
    kinds = {kind: journal.errors.count(kind) for kind in sorted(set(journal.errors))}
    print(
        f"{given.size} faults · {len(journal.opened)} applications and {len(journal.accepted)} acceptances acknowledged"
    )
    print(f"{journal.repeated} repeats · without an answer, and asked again: {kinds}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
