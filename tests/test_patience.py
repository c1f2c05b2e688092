"""Slow clients, as processes meet them: a head that never ends, a body that drips, more uploads than there is room for."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from service.api.auth import Tokens
from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.store.schema import migrate
from service.worker import wall_clock
from tests.launcher import Launcher, answers, free_port
from tests.waiting import PATIENCE, until

SECRET = "only-for-tests-0123456789-abcdef"
AUDIT_KEY = "audits-only-in-tests-0123456789-abcdef"
UPLOADS = 300
PIECE = b"x" * 65536
ROOM = 64 << 20


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    """A process to start others from."""
    started = Launcher()
    yield started
    started.stop()


class Served:
    """A server that has little patience."""

    def __init__(self, port: int, pid: int, token: str) -> None:
        self.port, self.pid, self.token = port, pid, token
        self._open: list[asyncio.StreamWriter] = []

    async def connect(self, *pieces: bytes) -> asyncio.StreamReader:
        """Open a connection, send what is given, and leave it open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._open.append(writer)
        for piece in pieces:
            writer.write(piece)
        await writer.drain()
        return reader

    def head(self, length: int) -> bytes:
        """Return the head of an upload."""
        lines = (
            "POST /api/v1/files HTTP/1.1",
            "host: x",
            f"authorization: Bearer {self.token}",
            "content-type: multipart/form-data; boundary=b",
            f"content-length: {length}",
        )
        part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        return ("\r\n".join(lines) + "\r\n\r\n" + part).encode()

    def resident(self) -> int:
        """Return how many bytes of memory the process holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """Hang up."""
        for writer in self._open:
            writer.close()


Start = Callable[..., Awaitable[Served]]


@pytest.fixture
async def started(tmp_path: Path, launcher: Launcher) -> AsyncIterator[Start]:
    """Start a server with limits of its own."""
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    await migrate(url)
    database = Database(url)
    office = Office(database, Folder(tmp_path / "files"), cheap_passwords=True)
    await office.install(wall_clock())
    citizen = await office.create_account("citizen", "a-good-password", name="甲", kind="applicant")
    await database.close()
    made: list[Served] = []

    async def start(**settings: str) -> Served:
        port = free_port()
        values = {
            "DATABASE_URL": url,
            "FILES_DIR": str(tmp_path / "files"),
            "PORT": str(port),
            "SECRET": SECRET,
            "AUDIT_KEY": AUDIT_KEY,
            "HOST": "127.0.0.1",
            "LOG_LEVEL": "error",
            "WORKER_IN_SERVE": "false",
            **settings,
        }
        environment = {f"YIJIANSHI_{name}": value for name, value in values.items()}
        pid = launcher.start("serve", environment=environment)
        await answers(port)
        token, _ = Tokens(SECRET).issue("citizen", citizen.token_generation, wall_clock())
        made.append(Served(port, pid, token))
        return made[-1]

    yield start
    for served in made:
        served.close()
        launcher.kill(served.pid)


class TestSlowClients:
    """F-36, F-50: who does not come to the point is sent away."""

    async def test_a_head_that_does_not_end_is_closed(self, started: Start) -> None:
        """Nothing at all, half a head, and half a head after a whole request."""
        served = await started(HEAD_SECONDS="0.3")
        whole = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
        for pieces in ((b"",), (b"GET /healthz HTTP/1.1\r\nho",), (whole, b"GET /hea")):
            reader = await served.connect(*pieces)
            async with asyncio.timeout(PATIENCE):
                said = await reader.read()  # until the other side closes
            assert (b"408" in said) == (pieces[0] != whole)

    async def test_a_head_without_measure_is_closed(self, started: Start) -> None:
        """Whether one line or many, at once or after a whole request: no more of it is kept (ASVS 13.1.2, 15.2.2)."""
        served = await started()
        idle, whole = served.resident(), b"GET /healthz HTTP/1.1\r\nhost: x\r\n"
        one, many = b"x: " + b"a" * (4 << 20), b"".join(b"x%d: y\r\n" % n for n in range(400_000))
        for pieces in ((whole, one), (whole, many), (whole + b"\r\n", whole, many)):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            with contextlib.suppress(ConnectionError):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                async with asyncio.timeout(PATIENCE):
                    assert b" 431 " in await reader.read()
            writer.close()
        assert served.resident() - idle < 16 << 20

    async def test_a_large_body_right_behind_its_head_is_none(self, started: Start) -> None:
        """What comes in one piece with a head is not counted as one."""
        served = await started()
        body = b'{"username": "' + b"x" * 200_000 + b'"}'
        head = b"POST /api/v1/tokens HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        head += b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        reader = await served.connect(head + body)
        async with asyncio.timeout(PATIENCE):
            assert b" 422 " in await reader.read()

    async def test_a_body_that_drips_is_closed(self, started: Start) -> None:
        """One byte now and then keeps nothing open; a route that refuses at once is no way around it."""
        served = await started(BODY_SECONDS="0.3", SLOWEST_BYTES_PER_SECOND="1000000")
        reader = await served.connect(served.head(20 << 20), b"x")
        nobody = served.head(20 << 20).replace(b"Bearer ", b"Bearer no")
        other = await served.connect(nobody, b"x")
        async with asyncio.timeout(PATIENCE):
            assert b"408" in await reader.read()
            assert b" 401 " in await other.read()

    async def test_a_steady_body_is_waited_for(self, started: Start) -> None:
        """Who keeps up the lowest speed is served, however long it takes."""
        served = await started(BODY_SECONDS="0.2", SLOWEST_BYTES_PER_SECOND="1")
        rest = b"\r\n--b--\r\n"
        head = served.head(0)
        begun = head.partition(b"\r\n\r\n")[2]
        length = len(begun) + 40 * 10 + len(rest)
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head.replace(b"content-length: 0", f"content-length: {length}".encode()))
        for _ in range(40):
            writer.write(b"plain text")
            await writer.drain()
            await until(lambda: True, "a moment")
        writer.write(rest)
        async with asyncio.timeout(PATIENCE):
            assert b" 201 " in await reader.readline()
        writer.close()

    async def test_many_slow_uploads_cost_little_memory(self, started: Start) -> None:
        """300 at once, of as many people: at most 64 MB more than before; who asks for something else is served meanwhile."""
        served = await started(UPLOADS_AT_ONCE_EACH="300", UPLOADS_PER_MINUTE="0")
        before = served.resident()
        pieces = [PIECE] * 24  # 1.5 MB each: 450 MB in all
        await asyncio.gather(
            *(served.connect(served.head(20 << 20), *pieces) for _ in range(UPLOADS))
        )
        await answers(served.port)
        assert served.resident() - before <= ROOM

    async def test_one_account_has_so_many_places(self, started: Start) -> None:
        """Of six uploads at once two are received; the others are asked to wait."""
        served = await started(UPLOADS_AT_ONCE_EACH="2", BODY_SECONDS="3600")
        head = served.head(20 << 20)
        readers = [await served.connect(head, PIECE) for _ in range(6)]
        reading = {asyncio.create_task(each.readuntil(b"\r\n\r\n")) for each in readers}
        said: list[bytes] = []
        async with asyncio.timeout(PATIENCE):
            while len(said) < 4:
                done, reading = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
                said += [task.result() for task in done]
        assert all(b" 429 " in each and b"retry-after: 5\r\n" in each.lower() for each in said)
        for task in reading:
            task.cancel()
        assert len(reading) == 2
