"""Files: their type, whose they are, who may read them."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from service.errors import (
    DataInvalid,
    FileDamaged,
    NotFound,
    NotPermitted,
    TooLarge,
    TypeRefused,
    Unavailable,
)
from service.office import FileInfo, Office
from service.office.exchange import MOST_BYTES
from service.store.database import Database
from service.store.files import Folder
from service.store.statements import table
from service.workflows.case.situation import Actor

from .conftest import (
    CITIZEN,
    DAY,
    MORNING,
    OUTSIDER,
    SIGN_CLERK,
    STALL,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    asks,
)
from .papers import action, pdf, root, types

PDF = pdf() + b"% more\n" * 2000
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100


async def stream(content: bytes) -> AsyncIterator[bytes]:
    """Yield bytes as they would arrive."""
    for start in range(0, len(content), 3000):
        yield content[start : start + 3000]


async def keep(
    office: Office, content: bytes, name: str = "图.pdf", actor: Actor = CITIZEN
) -> FileInfo:
    """Hand in a file."""
    return await office.keep_file(actor, stream(content), name, MORNING)


def archive(*names: str) -> bytes:
    """Return a ZIP archive with entries of these names."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as opened:
        for name in names:
            opened.writestr(name, types() if name == "[Content_Types].xml" else "x" * 10_000)
    return kept.getvalue()


class TestKeepFile:
    """Handing in."""

    async def test_the_type_is_told_by_the_content(self, office: Office) -> None:
        """A name proves nothing."""
        for content, name, expected in (
            (PDF, "a.pdf", "application/pdf"),
            (PNG, "a.png", "image/png"),
            ("一段说明\n".encode("gb18030"), "a.txt", "text/plain"),
            (
                archive("[Content_Types].xml", "word/document.xml"),
                "a.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            (archive("OFD.xml", "Doc_0/Document.xml"), "a.ofd", "application/ofd"),
        ):
            kept = await keep(office, content, name)
            assert (kept.type, kept.name, kept.size) == (expected, name, len(content))

    @pytest.mark.parametrize(
        "given", ["布局图.hta", "布局图.pdf.exe", "..\\\\布局图.bat", "布局图\u202e.js"]
    )
    async def test_a_name_ends_as_its_content_asks(self, office: Office, given: str) -> None:
        """Nobody gets a file that runs under its name: neither at hand-in nor at download (F-38, F-39)."""
        kept = await keep(office, PDF, given)
        assert kept.name == "布局图.pdf"
        materials = [{"material": "layout", "file": kept.id, "name": f"a/\n{given}"}]
        materials += [{"material": "drawing", "share": True}]
        view = await office.open_case(asks(CITIZEN), replace(STALL, materials=materials))
        info, pieces = await office.file(WINDOW, view.case.number, kept.id, MORNING)
        assert b"".join([piece async for piece in pieces]) == PDF
        assert (view.case.materials[1].name, info.name) == ("布局图.pdf", "布局图.pdf")

    async def test_an_older_name_is_mended_at_the_door(self, office: Office) -> None:
        """What was stored before the rule is given out under a name that does not run."""
        kept = await keep(office, PDF)
        materials = [
            {"material": "layout", "file": kept.id},
            {"material": "drawing", "share": True},
        ]
        number = (
            await office.open_case(asks(CITIZEN), replace(STALL, materials=materials))
        ).case.number
        async with office.database.transaction() as tx:
            await tx.change(update(table("materials")).values(name="../x\n.hta"))
        info, pieces = await office.file(WINDOW, number, kept.id, MORNING)
        assert (info.name, b"".join([piece async for piece in pieces])) == ("x.pdf", PDF)

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ\x90\x00" + b"\x00" * 200,
            b"<html><script>",
            b"<svg xmlns='x'/>",
            b"",
            archive("a.exe"),
            archive("word/document.xml", "word/vbaProject.bin"),
            b"PK\x03\x04 broken",
            PDF + archive("a.txt"),
            PNG + archive("word/document.xml"),
            pdf(root("/OpenAction", action("/JavaScript", JS="app.alert(1)"))),
        ],
    )
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


class TestWhatPeopleHandIn:
    """A refusal says what the file is, and what to do."""

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "文件是空的"),
            (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 90, "HEIC 照片"),
            (b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 90, "WebP 图片"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "旧版 Office"),
            (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 90, "RAR 压缩包"),
            (b"MZ" + b"\x00" * 90, "只收 pdf"),
        ],
        ids=["empty", "heic", "webp", "doc", "rar", "program"],
    )
    async def test_is_called_by_its_name(self, office: Office, content: bytes, says: str) -> None:
        """Not only by what would be taken."""
        with pytest.raises(TypeRefused, match=says):
            await keep(office, content)


class TestFile:
    """Reading."""

    async def test_is_read_by_who_needs_the_paper_only(self, office: Office) -> None:
        """R-BND-10: the signboard office does not read the kitchen's layout."""
        kept = await keep(office, PDF, "布局图.pdf")
        materials = [
            {"material": "layout", "file": kept.id},
            {"material": "drawing", "share": True},
        ]
        number = (
            await office.open_case(asks(CITIZEN), replace(STALL, materials=materials))
        ).case.number
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
            await office.open_case(
                asks(CITIZEN), replace(STALL, materials=[{"material": "layout", "file": kept.id}])
            )

    async def test_a_paper_takes_its_own_kinds_of_file(self, office: Office) -> None:
        """The vocabulary says which formats a paper may have."""
        kept = await keep(office, PDF)
        with pytest.raises(DataInvalid) as refused:
            await office.open_case(
                asks(CITIZEN), replace(STALL, materials=[{"material": "drawing", "file": kept.id}])
            )
        assert refused.value.facts["errors"][0]["pointer"] == "/materials/0/file"


class TestMissing:
    """A file that was handed in and whose bytes are gone: nobody is told that it was received."""

    def takes(self, office: Office, file: FileInfo) -> Path:
        """Return where the bytes lie."""
        return office.folder.path / file.id[:2] / file.id

    async def test_an_application_that_names_it_says_which_paper(self, office: Office) -> None:
        """At the submission, on the draft and on submitting the draft; handing it in again mends it."""
        file = await keep(office, PDF)
        drawing = {"material": "drawing", "share": True}
        named = replace(STALL, materials=({"material": "layout", "file": file.id}, drawing))
        draft = await office.open_case(asks(CITIZEN), replace(named, draft=True))
        number = draft.case.number
        for harm in (lambda place: place.write_bytes(PDF[:-1]), lambda place: place.unlink()):
            harm(self.takes(office, file))
            for verb in (
                lambda: office.open_case(asks(CITIZEN), named),
                lambda: office.open_case(asks(CITIZEN), replace(named, draft=True)),
                lambda: office.submit_draft(asks(CITIZEN), number),
            ):
                with pytest.raises(DataInvalid, match="经营布局图") as told:
                    await verb()
                assert told.value.facts["errors"][0]["pointer"] == "/materials/0/file"
            kept = (await office.case(CITIZEN, number, MORNING)).case.materials
            assert file.id in {material.file for material in kept.values()}
            await keep(office, PDF)
        assert (await office.submit_draft(asks(CITIZEN), draft.case.number)).case.state
        assert (await office.open_case(asks(CITIZEN), named)).case.state == "received"

    async def test_a_folder_that_is_away_is_not_the_papers_fault(self, office: Office) -> None:
        """A disk that is not mounted: nothing is asked of the applicant but to come back."""
        file = await keep(office, PDF)
        drawing = {"material": "drawing", "share": True}
        named = replace(STALL, materials=({"material": "layout", "file": file.id}, drawing))
        away = office.folder.path.rename(office.folder.path.with_name("away"))
        with pytest.raises(Unavailable, match="挂上"):
            await keep(office, PNG)
        with pytest.raises(Unavailable, match="挂上"):
            await office.open_case(asks(CITIZEN), named)
        away.rename(office.folder.path)
        number = (await office.open_case(asks(CITIZEN), named)).case.number
        self.takes(office, file).unlink()
        with pytest.raises(FileDamaged):
            await office.file(WINDOW, number, file.id, MORNING)


class TestInstall:
    """What an installation is called, in its database and in its folder."""

    async def other(self, office: Office, path: Path) -> Office:
        """Return an office with the same database and another folder."""
        return Office(office.database, Folder(path, reserve=0), cheap_passwords=True)

    async def test_is_made_once(self, database: Database, tmp_path: Path) -> None:
        """Two that start together agree; a second time nothing changes."""
        offices = [Office(database, Folder(tmp_path / "new" / "files")) for _ in range(3)]
        await asyncio.gather(*(office.install(MORNING) for office in offices))
        (name,) = {await office.installation() for office in offices}
        assert offices[0].folder.marked() == name
        await offices[0].install(MORNING + DAY)
        assert offices[0].folder.marked() == name

    async def test_another_folder_is_refused_unless_it_is_meant(
        self, office: Office, tmp_path: Path
    ) -> None:
        """Not there, empty, or another's: each is said, nothing is made."""
        file = await keep(office, PDF)
        (tmp_path / "empty").mkdir()
        Folder(tmp_path / "theirs").mark("theirs")
        for name, says in (("nowhere", "挂上"), ("empty", "挂上"), ("theirs", "另一套")):
            found = await self.other(office, tmp_path / name)
            with pytest.raises(Unavailable, match=says) as told:
                await found.install(MORNING)
            assert "--mark-files" in told.value.detail
            assert found.folder.marked() == ("theirs" if name == "theirs" else "")
        assert not (tmp_path / "nowhere").exists()
        await found.install(MORNING, adopt=True)
        assert found.folder.marked() == await office.installation()
        assert await keep(found, PDF) == file

    async def test_a_database_from_before_the_mark_takes_only_the_folder_with_its_files(
        self, office: Office, tmp_path: Path
    ) -> None:
        """An upgrade while the disk is not mounted does not mark the empty place."""
        await keep(office, PDF)
        async with office.database.transaction() as tx:
            await tx.sql.exec_driver_sql("DELETE FROM installation")
        (tmp_path / "files" / "installation").unlink()
        found = await self.other(office, tmp_path / "empty")
        with pytest.raises(Unavailable, match="登记"):
            await found.install(MORNING)
        found = await self.other(office, tmp_path / "files")
        with pytest.raises(Unavailable, match="migrate"):
            await found.installation()
        await found.install(MORNING)
        assert found.folder.marked() == await found.installation()
