"""G19: the release before and this one, side by side on one database, and the change from one to the other under load.

The release before is the commit `BEFORE`, or the one that YIJIANSHI_GATE_BEFORE names. Requests go from one server to the other in turn, as a balancer sends them.
"""

import asyncio
import contextlib
import io
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import httpx

from tests.gates.cluster import cluster
from tests.gates.failover import CLERK_ID, Client, Journal, more, reconciled
from tests.gates.gate import Gate, NotHere, Tally
from tests.launcher import ROOT, Launcher, answers, free_port
from tests.test_crash import APPLICANT, PACK, PASSWORD
from tests.waiting import PATIENCE, until

BEFORE = "bb9bac85f8088a36a79c7971f38ae6876c81462e"  # named anew with each release
CLIENTS = 3
ENDS = {False: signal.SIGTERM, True: signal.SIGKILL}  # planted: what was begun is not finished


class Balancer(httpx.AsyncBaseTransport):
    """Sends each request to the next of the servers, which are those in the list at that moment."""

    def __init__(self, ports: list[int]) -> None:
        self._ports, self._turn = ports, 0
        # a connection of its own for each request: none is cut when its server is told to end
        self._http = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it."""
        self._turn = (self._turn + 1) % len(self._ports)
        request.url = request.url.copy_with(port=self._ports[self._turn])
        return await self._http.handle_async_request(request)

    async def aclose(self) -> None:
        """Hang up."""
        await self._http.aclose()


class Releases:
    """Two programs and what they share."""

    def __init__(self, folder: Path, before: Path, url: str) -> None:
        self.before, self.folder, self.url = before, folder, url
        self.environment = {
            "YIJIANSHI_DATABASE_URL": url,
            "YIJIANSHI_FILES_DIR": str(folder / "files"),
            "YIJIANSHI_SECRET": secrets.token_urlsafe(32),
            "YIJIANSHI_AUDIT_KEY": secrets.token_urlsafe(32),
            "YIJIANSHI_LOG_LEVEL": "error",
            "YIJIANSHI_WRITES_PER_MINUTE": "0",  # one citizen stands for many
            "YIJIANSHI_WORKER_POLL_SECONDS": "0.2",
            "YIJIANSHI_HOST": "127.0.0.1",
        }

    def run(self, program: Path, *words: str, given: str = "") -> str:
        """Run a command of one of the programs and return what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "service", *words],
            cwd=program,
            env=os.environ | self.environment,
            input=given,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def prepared(self) -> None:
        """Let the release before make the database, publish a bundle and let two people in."""
        pack = self.folder / "pack"
        pack.mkdir()
        for name, content in PACK.items():
            (pack / name).write_text(str(content))
        self.run(self.before, "migrate")
        self.run(self.before, "publish", str(pack))
        citizen = ("citizen", "--kind", "applicant", "--subject", APPLICANT["id"])
        post = ("--department", "scjg", "--post", "window", "--subject", CLERK_ID)
        for who in (citizen, ("clerk", "--kind", "clerk", *post)):
            self.run(self.before, "account", *who, "--password-stdin", given=PASSWORD)

    def start(self, launcher: Launcher, *words: str, port: int = 0) -> int:
        """Start a process of the program that a launcher has imported."""
        log = self.folder / f"{words[0]}.log"
        here = self.environment | {"YIJIANSHI_PORT": str(port)}
        return launcher.start(*words, environment=here, log=log)


@contextmanager
def released_before() -> Iterator[Path]:
    """Return a folder with the program of the release before."""
    named = os.environ.get("YIJIANSHI_GATE_BEFORE", BEFORE)
    folder = Path(tempfile.mkdtemp(prefix="yijianshi-before-"))
    try:
        with tarfile.open(fileobj=io.BytesIO(_archived(named))) as archive:
            archive.extractall(folder, filter="data")
        vendor = Path("service", "api", "pages", "static", "vendor")
        shutil.copytree(ROOT / vendor, folder / vendor, dirs_exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder)


def _archived(commit: str) -> bytes:
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode().strip()
        raise NotHere(
            f"THE RELEASE BEFORE IS NOT IN THIS REPOSITORY: commit {commit} ({said}); "
            "fetch the whole history, or name the release in BEFORE or YIJIANSHI_GATE_BEFORE"
        )
    return done.stdout


async def _changed_under_load(releases: Releases, tally: Tally) -> Journal:
    """Let both work, first the old alone, then both, then the new alone."""
    journal, ports = Journal(), [free_port(), free_port()]
    with ExitStack() as stack:
        old, new = Launcher(releases.before), Launcher(ROOT)
        stack.callback(old.stop)
        stack.callback(new.stop)
        servers = [releases.start(old, "serve", port=port) for port in ports]
        worker = releases.start(old, "work")
        for port in ports:
            await answers(port)
        clients = [
            Client("http://127.0.0.1", journal, Balancer(ports), PATIENCE) for _ in range(CLIENTS)
        ]
        await asyncio.gather(*(client.sign_in() for client in clients))
        working = [asyncio.create_task(client.work()) for client in clients]
        await more(journal, tally.size // 3)
        # beside the clients: one that stands still in the middle of a request is cut off
        await asyncio.to_thread(releases.run, ROOT, "migrate")
        for n, port in enumerate(list(ports)):
            # an operator drains it first: what waits to be accepted would be cut
            ports.remove(port)
            await _ended(servers[n], ENDS[tally.planted])
            releases.start(new, "serve", port=port)
            await answers(port)
            ports.append(port)
            if not n:  # one of each
                releases.start(new, "work")
                await more(journal, tally.size // 3)
                for each in ports:
                    tally.check(await _ready(each), "side by side, one of them is not ready")
        await _ended(worker, signal.SIGTERM)
        await more(journal, tally.size // 3)
        for client in clients:
            client.stopping = True
        await asyncio.gather(*working)
        for client in clients:
            await client.close()
    return journal


async def _ended(pid: int, word: signal.Signals) -> None:
    """Ask a process to end, and wait until it has: it answers what it had begun."""
    os.kill(pid, word)

    def gone() -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return False
        return True

    await until(gone, "the end of a process")


async def _ready(port: int) -> bool:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200


def _run(tally: Tally) -> None:
    folder = Path(tempfile.mkdtemp(prefix="yijianshi-releases-"))
    folder.chmod(0o755)  # the server runs as a user of its own
    try:
        with released_before() as before, cluster(folder / "cluster") as server:
            releases = Releases(folder, before, server.url)
            releases.prepared()
            journal = asyncio.run(_changed_under_load(releases, tally))
            tally.trials, tally.accepted = len(journal.at), len(journal.at)
            for wrong in journal.errors:
                tally.fails(f"a client saw {wrong}")
            for wrong in asyncio.run(reconciled(server.url, journal)):
                tally.fails(wrong)
            releases.run(ROOT, "verify")
    finally:
        shutil.rmtree(folder)


GATE = Gate(
    "G19",
    "the release before and this one",
    "acknowledgements",
    size=300,
    night_size=20_000,
    run=_run,
    planted=nullcontext,
    planted_size=60,
)
