"""The scanner: its protocol, and what a file may do before, without and after its answer."""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import ActionNotAllowed, DataInvalid, TypeRefused, Unavailable
from service.office import ApplicationInput, Office
from service.office.scanning import Clamd, FileNotScanned, ScannerSilent, Verdict
from service.store import files
from service.workflows.case import Actor
from tests.waiting import wait_until

from .conftest import CITIZEN, DAY, MORNING, STALL, SUPERVISOR, WINDOW, asks
from .papers import archive, docx, pdf
from .test_exchange import PNG, keep, stream

HARMFUL = b"% yijianshi-test-signature-5f1c\n"
BAD_PDF = pdf() + HARMFUL
Answer = Callable[[bytes], bytes | None]


@asynccontextmanager
async def speaking(answer: Answer, path: str = "") -> AsyncIterator[str]:
    """A scanner of the tests' own: what it was sent goes to `answer`; None hangs up without a word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            content = bytearray()
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(size)
            said = answer(bytes(content))
            if said is not None:
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    if path:
        server = await asyncio.start_unix_server(serve, path)
        address = f"unix:{path}"
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield address


def finds(content: bytes) -> bytes:
    """Answer as clamd does."""
    return b"stream: Test.Signature-1 FOUND\0" if HARMFUL in content else b"stream: OK\0"


class TestClamd:
    """The protocol."""

    async def test_the_whole_file_is_shown(self, tmp_path: Path) -> None:
        """In pieces, over TCP and over a socket of this machine."""
        for path in ("", str(tmp_path / "clamd")):
            async with speaking(finds, path) as address:
                scanner = Clamd(address)
                assert await scanner.scan(stream(PNG * 500)) == Verdict()
                assert (
                    await scanner.scan(stream(PNG * 500 + HARMFUL))
                ).threat == "Test.Signature-1"

    @pytest.mark.parametrize(
        "said",
        [None, b"", b"stream: OK", b"UNKNOWN COMMAND\0", b"x" * 10_000, b"stream: MAYBE\0", b"\0"],
    )
    async def test_what_is_no_answer_passes_nothing(self, said: bytes | None) -> None:
        """Cut off, endless or unheard of: the file waits."""
        async with speaking(lambda _: said) as address:
            with pytest.raises(ScannerSilent):
                await Clamd(address).scan(stream(PNG))

    async def test_a_file_it_cannot_read_waits_alone(self) -> None:
        """An error is about this file."""
        async with speaking(lambda _: b"INSTREAM size limit exceeded. ERROR\0") as address:
            with pytest.raises(FileNotScanned):
                await Clamd(address).scan(stream(PNG))

    async def test_nobody_there(self, tmp_path: Path) -> None:
        """Neither at a port nor at a socket; who never answers is not waited for."""
        async with speaking(finds) as address:
            gone = address
        for url in (gone, f"unix:{tmp_path / 'none'}"):
            with pytest.raises(ScannerSilent):
                await Clamd(url).scan(stream(PNG))
        hangs = asyncio.Event()
        server = await asyncio.start_server(lambda _, writer: _held(hangs, writer), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ScannerSilent):
                await Clamd(f"tcp://127.0.0.1:{port}", seconds=0.05).scan(stream(PNG))
            hangs.set()

    @pytest.mark.parametrize("url", ["http://x:1", "tcp://x", "tcp://:3310", "unix:", "clamd"])
    def test_no_address(self, url: str) -> None:
        """Said at the start."""
        with pytest.raises(ValueError, match="tcp://"):
            Clamd(url)


async def _held(until: asyncio.Event, writer: asyncio.StreamWriter) -> None:
    await until.wait()
    writer.close()


async def opened(office: Office, actor: Actor, number: str, file_id: str) -> bytes:
    """Read a file of a case to its end."""
    _, pieces = await office.file(actor, number, file_id, MORNING)
    return b"".join([piece async for piece in pieces])


def with_file(file_id: str) -> ApplicationInput:
    """Return an application with a file."""
    materials = [{"material": "layout", "file": file_id}, {"material": "drawing", "share": True}]
    return replace(STALL, materials=materials)


class TestFiles:
    """What a file may do."""

    async def test_without_a_scanner_it_is_said(self, office: Office) -> None:
        """Nothing is held up, and nobody takes it for clean."""
        kept = await keep(office, pdf())
        number = (await office.open_case(asks(CITIZEN), with_file(kept.id))).case.number
        assert (await office.case(WINDOW, number, MORNING)).scan_of(kept.id) == "unscanned"
        await opened(office, WINDOW, number, kept.id)
        assert await office.scan_files(MORNING, 10) == 0

    async def test_a_clean_one_is_read(self, office: Office) -> None:
        """At once: the scanner is asked while it is handed in."""
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            kept = await keep(office, pdf())
        number = (await office.open_case(asks(CITIZEN), with_file(kept.id))).case.number
        assert (await office.case(WINDOW, number, MORNING)).scan_of(kept.id) == "clean"
        await opened(office, WINDOW, number, kept.id)

    async def test_a_harmful_one_is_refused(self, office: Office) -> None:
        """The applicant is told which and what to do; knowing its hash helps nobody."""
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            with pytest.raises(TypeRefused, match=r"「图\.pdf」查出病毒.*换一份"):
                await keep(office, BAD_PDF)
        known = hashlib.sha256(BAD_PDF).hexdigest()
        with pytest.raises(DataInvalid, match="查出病毒"):
            await office.open_case(asks(CITIZEN), with_file(known))

    async def test_nobody_answers(self, office: Office) -> None:
        """F-39: it waits, is filed all the same, kept from clerks, and looked at later; then it is read."""
        office.scanner = Clamd("tcp://127.0.0.1:9")
        kept = await keep(office, pdf())
        number = (await office.open_case(asks(CITIZEN), with_file(kept.id))).case.number
        assert (await office.case(WINDOW, number, MORNING)).scan_of(kept.id) == "pending"
        with pytest.raises(ActionNotAllowed, match="正在查毒"):
            await opened(office, WINDOW, number, kept.id)
        await opened(office, CITIZEN, number, kept.id)
        with pytest.raises(Unavailable):
            await office.scan_files(MORNING, 10)
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            assert await office.scan_files(MORNING, 10) == 1
            assert await office.scan_files(MORNING, 10) == 0
        await opened(office, WINDOW, number, kept.id)

    async def test_found_after_the_submission(self, office: Office) -> None:
        """Marked, kept from everybody, and the case says so."""
        kept = await keep(office, BAD_PDF)
        number = (await office.open_case(asks(CITIZEN), with_file(kept.id))).case.number
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            assert await office.scan_files(MORNING, 10) == 1
        for actor in (WINDOW, CITIZEN):
            view = await office.case(actor, number, MORNING)
            assert [row.material for row in view.infected] == ["layout"]
            with pytest.raises(ActionNotAllowed, match="查出病毒"):
                await opened(office, actor, number, kept.id)
        log = await office.security_log(SUPERVISOR, MORNING)
        assert ("threat_found", kept.id) in {(line.fact, line.part) for line in log.items}

    async def test_found_in_a_draft(self, office: Office) -> None:
        """It cannot be submitted, and the applicant is told which paper it is."""
        kept = await keep(office, BAD_PDF)
        draft = await office.open_case(asks(CITIZEN), replace(with_file(kept.id), draft=True))
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            await office.scan_files(MORNING, 10)
            told = (await office.draft(CITIZEN, draft.case.number, MORNING)).content
            with pytest.raises(DataInvalid, match="查出病毒") as refused:
                await office.submit_draft(asks(CITIZEN), draft.case.number)
        assert refused.value.facts["errors"][0]["pointer"] == "/materials/layout"
        at_file = next(paper["given"] for paper in told["papers"] if paper["code"] == "layout")
        assert (at_file["scan"], at_file["fault"]) == ("found", refused.value.detail)
        assert refused.value.facts["errors"][0] in told["lacking"]

    async def test_a_draft_says_what_the_scanner_said(self, office: Office) -> None:
        """Nothing without a scanner; waiting and clean are told apart, and neither stands in the way."""
        kept = await keep(office, pdf())
        draft = await office.open_case(asks(CITIZEN), replace(with_file(kept.id), draft=True))

        async def said() -> tuple[str | None, str]:
            told = (await office.draft(CITIZEN, draft.case.number, MORNING)).content
            assert not [each for each in told["lacking"] if "materials" in each["pointer"]]
            given = next(paper["given"] for paper in told["papers"] if paper["code"] == "layout")
            return given["scan"], given["fault"]

        assert await said() == (None, "")
        async with speaking(finds) as address:
            office.scanner = Clamd(address)
            assert await said() == ("unscanned", "")
            await office.scan_files(MORNING, 10)
            assert await said() == ("clean", "")

    async def test_one_that_cannot_be_read_stops_nobody(self, office: Office) -> None:
        """It waits ten minutes; the others are looked at."""
        bad, good = await keep(office, pdf()), await keep(office, PNG, "图.png")

        def answers(content: bytes) -> bytes:
            return b"stream: OK\0" if content == PNG else b"INSTREAM size limit exceeded. ERROR\0"

        async with speaking(answers) as address:
            office.scanner = Clamd(address)
            assert await office.scan_files(MORNING, 10) == 2
            assert await office.scan_files(MORNING, 10) == 0
            assert await office.scan_files(MORNING + DAY, 10) == 1
        async with office.database.reading() as connection:
            said = await files.scans(connection, [bad.id, good.id])
        assert {key: row["scan"] for key, row in said.items()} == {
            bad.id: "pending",
            good.id: "clean",
        }


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's own clamd with one signature of the tests' own."""
    program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("NO CLAMD: the real scanner was not asked (apt-get install clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Own.Test-1:0:*:{HARMFUL.strip().hex()}\n")
    socket = folder / "socket"
    written = {
        "LocalSocket": socket,
        "DatabaseDirectory": signatures,
        "Foreground": "yes",
        "LogFile": folder / "log",
        "MaxThreads": 2,
    }
    (folder / "clamd.conf").write_text("".join(f"{k} {v}\n" for k, v in written.items()))
    process = subprocess.Popen(
        [program, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(socket.exists, "the start of clamd")
        yield f"unix:{socket}"
    finally:
        process.terminate()
        process.wait()


class TestDebian:
    """The scanner that is installed."""

    async def test_it_finds_what_it_knows(self, debian: str) -> None:
        """In the bytes as they are, and inside an archive, which clamd unpacks itself."""
        scanner = Clamd(debian)
        hidden = archive({**docx(), "word/a.txt": HARMFUL})
        for content, threat in ((pdf(), False), (BAD_PDF, True), (hidden, True)):
            verdict = await scanner.scan(stream(content))
            assert bool(verdict.threat) == threat
        assert verdict.threat.startswith("Own.Test-1")
