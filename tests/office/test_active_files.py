"""What a file would do beside being read: by any spelling, wherever it hides; and what ordinary papers hold is taken."""

import contextlib
import io
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.apart import check_pdf
from service.errors import TypeRefused
from service.office.archives import LOCKED, MACROS, OUTSIDE, TOO_MUCH, format_of
from service.office.filetypes import FORMATS, LONGEST_NAME, named_for
from service.office.isolation import Apart
from service.office.pdfs import FAULTS, TOO_COMPLEX, refuse_active_pdf
from service.workflows.definition import text_fault

from .papers import (
    action,
    archive,
    carried,
    docx,
    dynamic_form,
    hidden_in_a_page,
    links,
    locked,
    pdf,
    played,
    root,
    to_page_one,
    types,
)

SAYS_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
VBA = "application/vnd.ms-office.vbaProject"
NOT_TAKEN: dict[str, tuple[bytes, str]] = {
    "run at opening": (pdf(root("/OpenAction", action("/JavaScript", JS="x"))), "script"),
    "named scripts": (pdf(root("/Names", action("/Names", JS="x"))), "script"),
    "programs": (pdf(root("/OpenAction", action("/Launch", F="cmd.exe"))), "reach"),
    "addresses at opening": (pdf(root("/OpenAction", action("/URI", URI="http://x"))), "reach"),
    "addresses at turning": (pdf(hidden_in_a_page("/URI")), "reach"),
    "forms sent": (pdf(hidden_in_a_page("/SubmitForm")), "reach"),
    "media": (pdf(played("/RichMedia")), "reach"),
    "dynamic forms": (pdf(dynamic_form()), "form"),
    "programs inside": (pdf(carried("a.exe")), "inside"),
    "papers inside": (pdf(carried("a.pdf")), "inside"),
    "passwords": (pdf(locked("secret")), "encrypted"),
    "spelt otherwise": (b"%PDF-1.7\n1 0 obj<</S/J#61vaScript>>endobj\n", "unreadable"),
    "packed away": (b"%PDF-1.7\n1 0 obj<</Type/ObjStm/Length 9>>stream\n", "unreadable"),
}
TAKEN: dict[str, bytes] = {
    "an empty page": pdf(),
    "the first page first": pdf(root("/OpenAction", to_page_one())),
    "a link to follow": pdf(played("/Link")),
    "the data of an invoice": pdf(carried("数电票.xml")),
    "changes forbidden": pdf(locked("")),
    "no list of objects": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n",
}
REFUSED: dict[str, tuple[Mapping[str, str | bytes], str]] = {
    "macros": (docx(word__vbaProject_dot_bin="x"), MACROS),
    "macros in capitals": (docx(word__VBAPROJECT_dot_BIN="x"), MACROS),
    "macros by another name": (
        docx(word__data_dot_bin="x") | {"[Content_Types].xml": types(VBA)},
        MACROS,
    ),
    "a type that has macros": (
        docx()
        | {"[Content_Types].xml": types("application/vnd.ms-word.document.macroEnabled.main+xml")},
        MACROS,
    ),
    "foreign objects": (docx(word__embeddings__oleObject1_dot_bin="x"), MACROS),
    "foreign objects elsewhere": (
        docx(word___rels__document_dot_xml_dot_rels=links("oleObject", "x.bin", "Internal")),
        MACROS,
    ),
    "controls": (docx(word__activeX__activeX1_dot_xml="x"), MACROS),
    "old sheets that run": (
        {
            "[Content_Types].xml": types(SAYS_XLSX),
            "xl/workbook.xml": "",
            "xl/macrosheets/a.xml": "",
        },
        MACROS,
    ),
    "programs beside": (docx(word__media__run_dot_EXE="x"), MACROS),
    "a template outside": (
        docx(word___rels__settings_dot_xml_dot_rels=links("attachedTemplate", "http://x/a.dotm")),
        OUTSIDE,
    ),
    "a picture outside": (
        docx(word___rels__document_dot_xml_dot_rels=links("image", "file://x/a.png")),
        OUTSIDE,
    ),
    "other books": (
        {
            "[Content_Types].xml": types(),
            "xl/workbook.xml": "",
            "xl/externalLinks/externalLink1.xml": "",
        },
        OUTSIDE,
    ),
    "a list in another writing": (
        docx(_rels___dot_rels=links("frame", "http://x").encode("utf-16")),
        OUTSIDE,
    ),
    "a list that grows": (docx(_rels___dot_rels="<a>" + " " * (9 << 20) + "</a>"), TOO_MUCH),
    "too many parts": ({**docx(), **{f"word/{n}.xml": "" for n in range(1_000)}}, TOO_MUCH),
}


class TestPdf:
    """`check_pdf`, in its own process."""

    @pytest.mark.parametrize("name", NOT_TAKEN)
    def test_what_does_something_is_named(self, name: str) -> None:
        """F-39: whatever runs, reaches out or carries other files."""
        content, fault = NOT_TAKEN[name]
        assert check_pdf(content) == fault

    @pytest.mark.parametrize("name", TAKEN)
    def test_an_ordinary_paper_is_taken(self, name: str) -> None:
        """The law knows no refusal for a table of contents, a signature field or the data of an invoice."""
        assert check_pdf(TAKEN[name]) == ""

    async def test_a_refusal_says_what_to_do(self) -> None:
        """Through the process; what takes too much of it is refused and ends nobody else."""
        apart = Apart()
        with pytest.raises(TypeRefused, match="打印"):
            await refuse_active_pdf(apart, NOT_TAKEN["programs"][0])
        await refuse_active_pdf(apart, TAKEN["an empty page"])
        await refuse_active_pdf(apart, b"%PDF-1.7 nothing in it")
        assert set(FAULTS) >= {fault for _, fault in NOT_TAKEN.values()}

    async def test_what_takes_too_much_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The process is ended by the system; the other goes on."""
        monkeypatch.setattr("service.office.pdfs.MEGABYTES", 8)
        with pytest.raises(TypeRefused) as refused:
            await refuse_active_pdf(Apart(), TAKEN["an empty page"])
        assert refused.value.detail == TOO_COMPLEX


class TestArchive:
    """`format_of`."""

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_does_something_is_refused(self, name: str) -> None:
        """F-37, F-39: by name, by type, by link; what is unpacked is counted while it grows."""
        parts, why = REFUSED[name]
        with pytest.raises(TypeRefused) as refused:
            format_of(io.BytesIO(archive(parts)))
        assert refused.value.detail == why

    def test_an_ordinary_paper_is_taken(self) -> None:
        """With a link to follow by hand, a picture, a chart and the settings of the printer."""
        more = {
            "word/_rels/document.xml.rels": links("hyperlink", "https://example.gov.cn"),
            "word/media/image1.svg": "<svg/>",
            "word/printerSettings/printerSettings1.bin": "x",
            "word/theme/theme1.xml": "<a/>",
        }
        assert format_of(io.BytesIO(archive({**docx(), **more}))) == "docx"
        assert (
            format_of(io.BytesIO(archive({"OFD.xml": "<o/>", "Doc_0/Document.xml": ""}))) == "ofd"
        )
        assert format_of(io.BytesIO(archive({"a.txt": ""}))) == ""

    @pytest.mark.parametrize(
        "content",
        [
            b"MZ" + archive(docx()),
            archive(docx(), comment=b"<script>"),
            archive({**docx(), "WORD/document.xml": "twice"}),
            archive({**docx(), "../../etc/cron.d/x": ""}),
            archive({**docx(), "_rels/.rels": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}),
            archive({**docx(), "_rels/.rels": "<a"}),
            archive(docx())[:-30],
        ],
    )
    def test_what_is_two_files_is_refused(self, content: bytes) -> None:
        """One program would open another file than the next: F-37."""
        with pytest.raises(TypeRefused):
            format_of(io.BytesIO(content))

    def test_a_password_is_named(self) -> None:
        """Whoever locked it is told so."""
        content = bytearray(archive(docx()))
        at = content.rindex(b"PK\x01\x02")
        content[at + 8] |= 1
        with pytest.raises(TypeRefused) as refused:
            format_of(io.BytesIO(bytes(content)))
        assert refused.value.detail == LOCKED

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(at=st.integers(0, 2_000), value=st.integers(0, 255))
    def test_a_damaged_one_is_no_accident(self, at: int, value: int) -> None:
        """Whatever byte is wrong, it is taken or refused, nothing else (F-37)."""
        content = bytearray(archive({**docx(), "_rels/.rels": links("image", "x", "Internal")}))
        content[at % len(content)] = value
        with contextlib.suppress(TypeRefused):
            assert format_of(io.BytesIO(bytes(content))) in ("docx", "")


class TestName:
    """`named_for`."""

    @settings(max_examples=500, deadline=None, derandomize=True, database=None)
    @given(
        name=st.text(max_size=300)
        | st.sampled_from(
            ["con.pdf", "NUL", "a.pdf.hta", "..", "%2e%2e/x", "a\r\nb: c", "．．／x", "com¹.txt"]
        ),
        media_type=st.sampled_from(sorted(FORMATS.values())),
    )
    def test_whatever_it_was(self, name: str, media_type: str) -> None:
        """F-38: one ending, that of the content; nothing invisible, no path, no device, not too long; and it stays so."""
        found = named_for(name, media_type)
        ending = {kind: end for end, kind in FORMATS.items()}[media_type]
        stem = found.removesuffix(f".{ending}")
        assert stem != found
        assert len(found) <= LONGEST_NAME
        assert not text_fault(found)
        assert not set(found) & set('/\\<>:"|?*\r\n\t\0')
        assert stem.strip(". ") == stem != ""
        assert stem.lower().split(".")[0] not in {"con", "nul", "com1", "com¹", "prn", "aux"}
        assert named_for(found, media_type) == found
