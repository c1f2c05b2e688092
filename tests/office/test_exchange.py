"""Files: their type, whose they are, who may read them."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from service.errors import DataInvalid, NotFound, NotPermitted, TooLarge, TypeRefused
from service.office import FileInfo, Office
from service.office.exchange import MOST_BYTES
from service.workflows.situation import Actor

from .conftest import CITIZEN, MORNING, OUTSIDER, SIGN_CLERK, STALL, STRANGER, SUPERVISOR, WINDOW, asks

PDF = b"%PDF-1.7\n" + b"1 0 obj\n" * 2000
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


async def stream(content: bytes) -> AsyncIterator[bytes]:
    """Yield bytes as they would arrive."""
    for start in range(0, len(content), 3000):
        yield content[start : start + 3000]


async def keep(office: Office, content: bytes, name: str = "图.pdf", actor: Actor = CITIZEN) -> FileInfo:
    """Hand in a file."""
    return await office.keep_file(actor, stream(content), name, MORNING)


def archive(*names: str) -> bytes:
    """Return a ZIP archive with entries of these names."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name in names:
            opened.writestr(name, "x" * 10_000)
    return kept.getvalue()


class TestKeepFile:
    """Handing in."""

    async def test_the_type_is_told_by_the_content(self, office: Office) -> None:
        """A name proves nothing."""
        for content, name, expected in (
            (PDF, "a.png", "application/pdf"),
            (PNG, "a.pdf", "image/png"),
            ("一段说明\n".encode("gb18030"), "a.txt", "text/plain"),
            (archive("[Content_Types].xml", "word/document.xml"), "a.docx",
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (archive("OFD.xml", "Doc_0/Document.xml"), "a.ofd", "application/ofd"),
        ):  # fmt: skip
            kept = await keep(office, content, name)
            assert (kept.type, kept.name, kept.size) == (expected, name, len(content))

    @pytest.mark.parametrize(
        "content", [b"MZ\x90\x00" + b"\x00" * 200, b"<html><script>", b"<svg xmlns='x'/>", b"", archive("a.exe"),
                    archive("word/document.xml", "word/vbaProject.bin"), b"PK\x03\x04 broken"],
    )  # fmt: skip
    async def test_everything_else_is_refused(self, office: Office, content: bytes) -> None:
        """An allow-list: programs, pages, macros and broken archives are not kept."""
        with pytest.raises(TypeRefused):
            await keep(office, content)

    async def test_too_much_is_refused(self, office: Office) -> None:
        """20 MB, counted while it arrives."""
        with pytest.raises(TooLarge):
            await keep(office, PDF + b"0" * MOST_BYTES)

    async def test_a_name_loses_its_path(self, office: Office) -> None:
        """A file name is a name."""
        assert (await keep(office, PDF, "../../etc/pass\nwd.pdf")).name == "passwd.pdf"

    async def test_is_for_those_who_hand_in(self, office: Office) -> None:
        """Whoever only watches uploads nothing."""
        with pytest.raises(NotPermitted):
            await keep(office, PDF, actor=SUPERVISOR)


class TestFile:
    """Reading."""

    async def test_is_read_by_who_needs_the_paper_only(self, office: Office) -> None:
        """R-BND-10: the signboard office does not read the kitchen's layout."""
        kept = await keep(office, PDF, "布局图.pdf")
        materials = [{"material": "layout", "file": kept.id}, {"material": "drawing", "share": True}]
        number = (await office.open_case(asks(CITIZEN), replace(STALL, materials=materials))).case.number
        for actor in (CITIZEN, WINDOW):
            info, pieces = await office.file(actor, number, kept.id, MORNING)
            assert (info.name, b"".join([piece async for piece in pieces])) == ("布局图.pdf", PDF)
        for actor in (SIGN_CLERK, SUPERVISOR, STRANGER, OUTSIDER):
            with pytest.raises(NotFound):
                await office.file(actor, number, kept.id, MORNING)

    async def test_nobody_names_somebody_elses_file(self, office: Office) -> None:
        """Knowing a hash gives no right to the bytes."""
        kept = await keep(office, PDF, actor=STRANGER)
        with pytest.raises(DataInvalid):
            await office.open_case(asks(CITIZEN), replace(STALL, materials=[{"material": "layout", "file": kept.id}]))

    async def test_a_paper_takes_its_own_kinds_of_file(self, office: Office) -> None:
        """The vocabulary says which formats a paper may have."""
        kept = await keep(office, PDF)
        with pytest.raises(DataInvalid) as refused:
            await office.open_case(asks(CITIZEN), replace(STALL, materials=[{"material": "drawing", "file": kept.id}]))
        assert refused.value.facts["errors"][0]["pointer"] == "/materials/0/file"
