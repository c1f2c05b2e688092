"""Files as people hand them in, and as somebody hands them in who means harm."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
    create_string_object,
)

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(change: Callable[[PdfWriter], None] = lambda _: None) -> bytes:
    """Return a PDF of one empty page, changed."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def root(name: str, value: Any) -> Callable[[PdfWriter], None]:
    """Put an entry into the catalogue of a PDF."""

    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject(name)] = value

    return change


def action(kind: str, **entries: str) -> DictionaryObject:
    """Return an action of a PDF."""
    made = DictionaryObject({NameObject("/S"): NameObject(kind)})
    made.update(
        {NameObject(f"/{key}"): create_string_object(text) for key, text in entries.items()}
    )
    return made


def to_page_one() -> ArrayObject:
    """Return what half of all PDFs open with: their first page."""
    return ArrayObject([NumberObject(0), NameObject("/Fit")])


def hidden_in_a_page(kind: str) -> Callable[[PdfWriter], None]:
    """Let a page do something when it is turned to."""

    def change(writer: PdfWriter) -> None:
        events = DictionaryObject({NameObject("/O"): action(kind, URI="https://example.gov.cn")})
        writer.pages[0][NameObject("/AA")] = events

    return change


def played(kind: str) -> Callable[[PdfWriter], None]:
    """Put something onto a page that is played."""

    def change(writer: PdfWriter) -> None:
        note = DictionaryObject(
            {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(kind)}
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([note])

    return change


def dynamic_form() -> Callable[[PdfWriter], None]:
    """Make it a form that only one program fills in."""
    form = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
    return root("/AcroForm", form)


def carried(name: str) -> Callable[[PdfWriter], None]:
    """Put another file inside."""
    return lambda writer: writer.add_attachment(name, b"<xbrl/>") and None


def locked(password: str) -> Callable[[PdfWriter], None]:
    """Ask for a password; an empty one only forbids changes, as offices do."""
    return lambda writer: writer.encrypt(password, "owner", algorithm="AES-256")


def archive(parts: Mapping[str, str | bytes], comment: bytes = b"") -> bytes:
    """Return a ZIP archive."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
        opened.comment = comment
    return kept.getvalue()


def types(*kinds: str) -> str:
    """Return the list of parts of an Office file."""
    overrides = "".join(f'<Override PartName="/p" ContentType="{kind}"/>' for kind in kinds)
    return f'<Types xmlns="{TYPES}">{overrides}</Types>'


def links(kind: str, target: str, mode: str = "External") -> str:
    """Return the list of links of a part of an Office file."""
    link = f'<Relationship Id="r" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f'<Relationships xmlns="{RELATIONS}">{link}</Relationships>'


def docx(**more: str | bytes) -> dict[str, str | bytes]:
    """Return the parts of a Word file; in the names of more parts `__` stands for `/`, `_dot_` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()}
    return {"[Content_Types].xml": types(), "word/document.xml": "<w/>", **named}
