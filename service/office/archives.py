"""压缩包 — what an Office or OFD file holds beside its text: macros, foreign objects, links that are followed unasked.

An archive is read by its list of contents; only the lists of parts and of links are unpacked, and counted while they are,
because what an archive says of its sizes is its maker's word.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from service.errors import TypeRefused

MOST_ENTRIES = 1_000
MOST_UNPACKED = 8 << 20  # bytes of all lists together
_ENTRY_OF_FORMAT = {"OFD.xml": "ofd", "word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_ACTIVE_PART = re.compile(
    r"vba|macro|activex|/embeddings/|oleobject|externallinks?/|customui|attachedtoolbars|/ctrlprops/",
    re.IGNORECASE,
)
_RUNS = frozenset(
    [
        ".app",
        ".bat",
        ".chm",
        ".cmd",
        ".com",
        ".cpl",
        ".dll",
        ".exe",
        ".hta",
        ".html",
        ".htm",
        ".jar",
        ".js",
        ".jse",
        ".lnk",
        ".mht",
        ".msi",
        ".ps1",
        ".rtf",
        ".scr",
        ".sh",
        ".swf",
        ".vbe",
        ".vbs",
        ".wsf",
        ".wsh",
    ]
)
_ACTIVE_TYPE = re.compile(r"macro|vba|activex|oleobject|/control$|attachedtemplate", re.IGNORECASE)
_FOLLOWED_BY_HAND = "/hyperlink"  # the only link outside that needs somebody to follow it
ANOTHER_WAY = "请把它另存为 PDF 再上传。"
MACROS = f"文件里有宏、控件或者嵌入的其他文件，不能收。{ANOTHER_WAY}"
OUTSIDE = f"文件里有打开时自动读取的外部模板或链接，不能收。{ANOTHER_WAY}"
LOCKED = "文件加了密码，打不开。请去掉密码再上传。"
DAMAGED = "文件已经损坏，或者同时是两种文件，不能收。请重新导出再上传。"
TOO_MUCH = f"文件里的内容太多，没有检查完。{ANOTHER_WAY}"

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
)


class _Unpacked:
    """Counts what was unpacked of one archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_UNPACKED

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        """Return a part of the archive. Raises TypeRefused for one that grows beyond what is left."""
        with self._archive.open(entry) as part:
            content = part.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise TypeRefused(TOO_MUCH)
        return content


def format_of(content: IO[bytes]) -> str:
    """Return ofd, docx or xlsx, empty for another archive. Raises TypeRefused for one that may do something by itself."""
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            found = [kind for name, kind in _ENTRY_OF_FORMAT.items() if name in names]
            if len(found) != 1:
                return ""
            _refuse_odd(archive, entries, names)
            _refuse_active(entries)
            unpacked = _Unpacked(archive)
            for entry in entries:
                _refuse_lists(entry, unpacked)
    except _UNREADABLE as error:
        raise TypeRefused(DAMAGED) from error
    except RuntimeError as error:  # what zipfile says of a password
        raise TypeRefused(LOCKED) from error
    return found[0]


def _refuse_odd(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], names: set[str]) -> None:
    """Refuse what two programs would read as two different files."""
    if len(entries) > MOST_ENTRIES:
        raise TypeRefused(TOO_MUCH)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise TypeRefused(LOCKED)
    starts = min((entry.header_offset for entry in entries), default=0)
    twice = len({name.casefold() for name in names}) != len(entries)
    leads_out = any(
        ".." in PurePosixPath(n.replace("\\", "/")).parts or n[:1] in "/\\" for n in names
    )
    links = any(entry.external_attr >> 28 == 0xA for entry in entries)
    if starts != 0 or archive.comment or twice or leads_out or links:
        raise TypeRefused(DAMAGED)


def _refuse_active(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        suffix = PurePosixPath(entry.filename).suffix.lower()
        if suffix in _RUNS:
            raise TypeRefused(MACROS)
        if _ACTIVE_PART.search(entry.filename):
            raise TypeRefused(OUTSIDE if "externallink" in entry.filename.lower() else MACROS)


def _refuse_lists(entry: zipfile.ZipInfo, unpacked: _Unpacked) -> None:
    name = entry.filename.lower()
    if name == "[content_types].xml":
        for attributes in _elements(unpacked.read(entry)):
            if _ACTIVE_TYPE.search(attributes.get("ContentType", "")):
                raise TypeRefused(MACROS)
    elif name.endswith(".rels"):
        for attributes in _elements(unpacked.read(entry)):
            kind = attributes.get("Type", "")
            if attributes.get("TargetMode", "").lower() == "external" and not kind.endswith(
                _FOLLOWED_BY_HAND
            ):
                raise TypeRefused(OUTSIDE)
            if _ACTIVE_TYPE.search(kind):
                raise TypeRefused(MACROS)


def _elements(content: bytes) -> Iterator[dict[str, str]]:
    """Yield the attributes of each element of a list; one that declares entities is no list of Office's."""
    found: list[dict[str, str]] = []

    def refuse(*_: Any) -> None:
        raise TypeRefused(DAMAGED)

    reader = expat.ParserCreate()
    reader.StartElementHandler = lambda _, attributes: found.append(attributes)
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(content, True)
    except expat.ExpatError as error:
        raise TypeRefused(DAMAGED) from error
    yield from found
