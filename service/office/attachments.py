"""附件 — a paper names a file by its hash; whoever names it must have handed it in, and it must be of an allowed kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.errors import DataInvalid
from service.office.filetypes import FORMATS
from service.store import files
from service.store.cases import Row
from service.store.database import Connection
from service.workflows.language.release import Release
from service.workflows.situation import Action

MEGABYTE = 1 << 20


async def with_own_files(tx: Connection, action: Action, account: str, release: Release) -> Action:
    """Return the action with its files checked and named."""
    given = action.data.get("materials")
    if not isinstance(given, list):
        return action
    checked = await checked_files(tx, given, account, release, "/data/materials")
    return replace(action, data={**action.data, "materials": checked})


async def checked_files(
    tx: Connection, given: Sequence[Any], account: str, release: Release, pointer: str
) -> list[Any]:
    """Return handed-in materials, each file under the name its owner gave it; the rest is checked by the step.

    Raises:
        DataInvalid: a file that was not uploaded by this account, or of a kind or size this paper may not have.
    """
    named = {e["file"] for e in given if isinstance(e, Mapping) and isinstance(e.get("file"), str) and e["file"]}
    known = {row["sha256"]: row for row in await files.owned(tx, sorted(named), account)} if named else {}
    errors, checked = [], []
    for index, entry in enumerate(given):
        if not isinstance(entry, Mapping) or not entry.get("file"):
            checked.append(entry)
            continue
        row = known.get(entry["file"]) if isinstance(entry["file"], str) else None
        wrong = _wrong(row, entry.get("material"), release)
        if wrong or row is None:
            errors.append({"pointer": f"{pointer}/{index}/file", "detail": wrong})
        else:
            checked.append({**entry, "name": entry.get("name") or row["name"]})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)
    return checked


def _wrong(row: Row | None, material: Any, release: Release) -> str:
    if row is None:
        return "没有这个文件，请先上传"
    definition = release.vocabulary.materials.get(material) if isinstance(material, str) else None
    if definition is None:
        return ""  # the step says that there is no such paper
    if row["type"] not in {FORMATS[kind] for kind in definition.formats}:
        return f"「{definition.title}」只收 {'、'.join(definition.formats)} 文件"
    if row["size"] > definition.max_mb * MEGABYTE:
        return f"「{definition.title}」最大 {definition.max_mb} MB"
    return ""
