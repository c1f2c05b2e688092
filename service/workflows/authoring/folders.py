"""定义包文件夹 — the files of a pack on disk, and the standard lifecycles that come with the engine."""

from functools import cache
from importlib.resources import files
from pathlib import Path

SUFFIXES = (".yaml", ".yml", ".md", ".txt")


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the definition files below a folder by relative path with `/`; hidden files and folders are left out.

    Raises FileNotFoundError when there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.suffix in SUFFIXES and not hidden and path.is_file():
            found[inside.as_posix()] = path.read_bytes()
    return found


@cache
def standard_files() -> dict[str, bytes]:
    """Return the files of the standard lifecycles that every pack may use."""
    folder = files("service.workflows") / "packs" / "standard"
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(".yaml")
    }
