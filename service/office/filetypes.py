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
EMPTY = "文件是空的，没有内容。请重新选择文件。"
# what people hand in most of what is not taken: said by its name, with what to do
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = {
    "image/heic": "这是苹果手机的 HEIC 照片，请存成 JPG 再传（手机“设置－相机－格式”选“兼容性最佳”）。",
    "image/webp": "这是 WebP 图片，请另存为 JPG 或 PNG 再传。",
    "image/gif": "这是 GIF 图片，请另存为 JPG 或 PNG 再传。",
    "image/bmp": "这是 BMP 图片，请另存为 JPG 或 PNG 再传。",
    "image/tiff": "这是 TIFF 图片，请另存为 JPG、PNG 或 PDF 再传。",
    "application/x-rar-compressed": "这是 RAR 压缩包，请解压后把里面的文件一个一个上传。",
    "application/x-7z-compressed": "这是 7z 压缩包，请解压后把里面的文件一个一个上传。",
}
OLD_OFFICE = "这是旧版 Office 文件（doc、xls），请另存为 docx、xlsx 或 PDF 再传。"


def _refusal(head: bytes, media_type: str = "") -> TypeRefused:
    if not head:
        return TypeRefused(EMPTY)
    if head.startswith(_OLD_OFFICE):
        return TypeRefused(OLD_OFFICE)
    return TypeRefused(_OTHERS.get(media_type, REFUSAL))


def is_archive(head: bytes) -> bool:
    """Tell whether the bytes begin a ZIP archive, whose list of contents stands at its end."""
    return head.startswith(b"PK\x03\x04")


def type_by_head(head: bytes) -> str:
    """Return the media type of what begins so. Raises TypeRefused."""
    guess = filetype.guess(head)
    if guess is not None:
        if guess.mime in FORMATS.values() and not is_archive(head):
            return str(guess.mime)
        raise _refusal(head, guess.mime)
    if head and not _BINARY.search(head) and not _MARKUP.match(head) and _is_text(head):
        return FORMATS["txt"]
    raise _refusal(head)


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
