"""文件类型 — told by content, never by name; everything that is not on the list is refused."""

import re
import unicodedata
import zipfile
from pathlib import PurePath
from typing import IO

import filetype  # type: ignore[import-untyped]

from service.errors import TypeRefused
from service.office import archives
from service.workflows.definition import readable

FORMATS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
EXTENSIONS = {media_type: name for name, media_type in FORMATS.items()}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(rb"^\s*(<!|<\?|<[a-zA-Z])")
LONGEST_NAME = 120
_SUFFIX = re.compile(r"\.(?=[0-9]*[A-Za-z])[0-9A-Za-z]{1,8}")
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$", re.IGNORECASE)
_MEANT_OTHERWISE = frozenset('<>:"|?*')  # by the systems that files are saved on
REFUSAL = f"只收 {'、'.join(FORMATS)} 文件；文件类型按内容判断，改后缀名没有用。"


def is_archive(head: bytes) -> bool:
    """Tell whether the bytes begin a ZIP archive, whose list of contents stands at its end."""
    return head.startswith(b"PK\x03\x04")


def type_by_head(head: bytes) -> str:
    """Return the media type of what begins so. Raises TypeRefused."""
    guess = filetype.guess(head)
    if guess is not None:
        if guess.mime in FORMATS.values() and not is_archive(head):
            return str(guess.mime)
        raise TypeRefused(REFUSAL)
    if head and not _BINARY.search(head) and not _MARKUP.match(head) and _is_text(head):
        return FORMATS["txt"]
    raise TypeRefused(REFUSAL)


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
    """Return the media type of a ZIP archive by what is in it. Raises TypeRefused."""
    kind = archives.format_of(archive)
    if not kind:
        raise TypeRefused(REFUSAL)
    return FORMATS[kind]


def is_two_files(content: IO[bytes]) -> bool:
    """Tell whether what is no archive by its beginning is one by its end: another program would open another file."""
    content.seek(0)
    return zipfile.is_zipfile(content)


def named_for(name: str, media_type: str) -> str:
    """Return the name a file is given out under: no path, nothing invisible, ending as its content asks, whatever it was.

    A name that means a device to Windows gets a mark before it. At most 120 characters.
    """
    ending = f".{EXTENSIONS[media_type]}" if media_type in EXTENSIONS else ".bin"
    stem = clean_name(name)
    while (suffix := PurePath(stem).suffix) and _SUFFIX.fullmatch(suffix):
        stem = stem.removesuffix(suffix).rstrip(". ")
    if not stem or _DEVICE.fullmatch(stem.partition(".")[0].rstrip()):
        stem = f"文件{stem}"
    return stem[: LONGEST_NAME - len(ending)].rstrip(". ") + ending


def clean_name(name: str) -> str:
    """Return a file's name without path, invisible characters and excess; empty when nothing is left."""
    last = re.split(r"[/\\\u2044\u2215\uff0f\uff3c]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in readable(last) if c.isprintable() and c not in _MEANT_OTHERWISE)
    return kept.strip(". ")[:LONGEST_NAME].rstrip(". ")
