"""隔间 — a process that reads what strangers wrote and may be ended at any time: `python -m service.apart JOB`.

It holds no secret and no connection; memory and processor time are bounded by the system. One JSON or file comes in on
standard input, one JSON goes out. Whatever goes wrong is its end, never that of the process which asked.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

# 电子凭证会计数据标准: an invoice or receipt carries its data inside, and may not be refused for it
DATA_INSIDE = frozenset({".xml", ".xbrl"})
SCRIPTS = frozenset({"/JavaScript", "/Rendition", "/RichMediaExecute"})
REACHES_OUT = frozenset(
    {"/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound"}
)
PLAYED = frozenset({"/RichMedia", "/Movie", "/Screen", "/3D", "/Sound"})
MOST_OBJECTS = 500_000
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_TELLING = re.compile(
    rb"/(?:AA|EF|Encrypt|EmbeddedFiles?|GoTo[ER]|ImportData|JS|JavaScript|Launch|Movie|ObjStm|OpenAction|Rendition|"
    rb"RichMedia|Screen|Sound|SubmitForm|XFA|XRef|3D)(?![A-Za-z0-9])"
)


def bounded(seconds: int, megabytes: int) -> None:
    """Let this process end itself when it takes more."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def check_pack(given: bytes) -> list[dict[str, Any]]:
    """Return what is wrong with the files of a pack, {path: text}."""
    from service.workflows.authoring import load_pack

    files = {
        path: text.encode("utf-8", "surrogateescape") for path, text in json.loads(given).items()
    }
    return [asdict(each) for each in load_pack(files).diagnostics]


def check_pdf(given: bytes) -> str:
    """Return what a PDF would do beside being read: script, reach, inside, form, encrypted, unreadable; empty if nothing."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(given))
        if reader.is_encrypted and not reader.decrypt(""):
            return "encrypted"
        return next((found for each in _objects(reader) if (found := _does(each))), "")
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError):
        # another reader mends it: what could do harm must then stand in plain sight, or be packed where it is not seen
        return "unreadable" if _TELLING.search(written_out(given)) else ""
    except NotImplementedError:
        return "encrypted"


def written_out(content: bytes) -> bytes:
    """Return a PDF with its names as they are meant: any letter of a name may be written as #4a."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)


def _objects(reader: Any) -> Iterator[dict[str, Any]]:
    """Yield every dictionary of a PDF, used or not, with those that stand in it; streams are not unpacked."""
    from pypdf.generic import IndirectObject

    numbers = [(n, generation) for generation, found in reader.xref.items() for n in found]
    todo: list[Any] = [IndirectObject(n, g, reader) for n, g in numbers]
    todo += [IndirectObject(n, 0, reader) for n in reader.xref_objStm]
    todo += [reader.trailer]
    seen = 0
    while todo:
        here = todo.pop()
        seen += 1
        if seen > MOST_OBJECTS:
            raise ValueError("too many objects")
        if isinstance(here, IndirectObject):
            here = here.get_object()
        if isinstance(here, dict):
            yield here
        inner = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        todo += [each for each in inner if isinstance(each, (dict, list))]


def _does(here: dict[str, Any]) -> str:
    action = str(_at(here, "/S"))
    if action in SCRIPTS or "/JS" in here or "/JavaScript" in here:
        return "script"
    if action in REACHES_OUT or str(_at(here, "/Subtype")) in PLAYED or _opens_by_itself(here):
        return "reach"
    if "/XFA" in here:
        return "form"
    if "/EF" in here and not _is_data(here):
        return "inside"
    return ""


def _opens_by_itself(here: dict[str, Any]) -> bool:
    """Tell whether an address is visited without anybody asking for it; going to a page of the paper itself is harmless."""
    events = _at(here, "/AA")
    by_itself = [_at(here, "/OpenAction")]
    by_itself += [_at(events, name) for name in events] if isinstance(events, dict) else []
    return any(isinstance(each, dict) and str(_at(each, "/S")) == "/URI" for each in by_itself)


def _is_data(here: dict[str, Any]) -> bool:
    names = [str(_at(here, name)) for name in ("/F", "/UF") if name in here]
    return bool(names) and all(PurePosixPath(n).suffix.lower() in DATA_INSIDE for n in names)


def _at(here: Any, name: str) -> Any:
    value: Any = here.get(name) if isinstance(here, dict) else None
    return value.get_object() if hasattr(value, "get_object") else value


JOBS: dict[str, Callable[[bytes], Any]] = {"pack": check_pack, "pdf": check_pdf}


def main(job: str, seconds: str, megabytes: str) -> None:
    """Do one job and say the answer."""
    bounded(int(seconds), int(megabytes))
    answer = JOBS[job](sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
