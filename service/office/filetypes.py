"""文件类型 — told by content, never by name; everything that is not on the list is refused."""

import re
import zipfile
from typing import IO

import filetype  # type: ignore[import-untyped]

from service.errors import TypeRefused

FORMATS = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "txt": "text/plain",
}  # fmt: skip
_INSIDE = {"OFD.xml": "ofd", "word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(rb"^\s*(<!|<\?|<[a-zA-Z])")
MOST_ENTRIES = 10_000
LONGEST_NAME = 120
REFUSED = f"只收 {'、'.join(FORMATS)} 文件；文件类型按内容判断，改后缀名没有用。"


def is_archive(head: bytes) -> bool:
    """Tell whether the bytes begin a ZIP archive, whose list of contents stands at its end."""
    return head.startswith(b"PK\x03\x04")


def type_by_head(head: bytes) -> str:
    """Return the media type of what begins so. Raises TypeRefused."""
    guess = filetype.guess(head)
    if guess is not None:
        if guess.mime in FORMATS.values() and not is_archive(head):
            return str(guess.mime)
        raise TypeRefused(REFUSED)
    if head and not _BINARY.search(head) and not _MARKUP.match(head) and _is_text(head):
        return FORMATS["txt"]
    raise TypeRefused(REFUSED)


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the head may end inside a character
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def type_by_contents(archive: IO[bytes]) -> str:
    """Return the media type of a ZIP archive by the names in it; nothing is unpacked. Raises TypeRefused."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = set(opened.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise TypeRefused(REFUSED) from error
    kinds = [kind for name, kind in _INSIDE.items() if name in names]
    if len(kinds) != 1 or len(names) > MOST_ENTRIES or any(name.endswith("vbaProject.bin") for name in names):
        raise TypeRefused(REFUSED)
    return FORMATS[kinds[0]]


def clean_name(name: str) -> str:
    """Return a file's name without path, control characters and excess."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME].strip() or "未命名"
