"""附件 — a paper names a file by its hash; whoever names it must have handed it in, and it must be of an allowed kind."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.errors import DataInvalid, one_field
from service.office import titles
from service.office.filetypes import FORMATS, named_for
from service.store import files
from service.store.cases import Row
from service.store.database import Connection
from service.store.files import Folder
from service.workflows.case import PHOTO, Action, Actor, Case
from service.workflows.definition import Release

MEGABYTE = 1 << 20


log = logging.getLogger("yijianshi.files")


async def with_own_files(
    tx: Connection, folder: Folder, action: Action, actor: Actor, release: Release
) -> Action:
    """Return the action with its files checked and named."""
    data = dict(action.data)
    if isinstance(given := data.get("materials"), list):
        data["materials"] = await checked_files(
            tx, folder, given, actor, release, "/data/materials"
        )
    if isinstance(photos := data.get("photos"), list):
        data["photos"] = await _checked_photos(tx, folder, photos, actor, release)
    return replace(action, data=data)


async def _checked_photos(
    tx: Connection, folder: Folder, given: Sequence[Any], actor: Actor, release: Release
) -> list[Any]:
    """Return photos of a check as {file, name}. Raises DataInvalid for what is no picture that the actor handed in."""
    named = [{"material": PHOTO, "file": each} for each in given if isinstance(each, str)]
    if len(named) != len(given):
        raise one_field("/data/photos", "照片写已上传文件的编号")
    checked = await checked_files(tx, folder, named, actor, release, "/data/photos")
    return [{"file": each["file"], "name": each["name"]} for each in checked]


async def checked_files(
    tx: Connection,
    folder: Folder,
    given: Sequence[Any],
    actor: Actor,
    release: Release,
    pointer: str,
) -> list[Any]:
    """Return handed-in materials, each file under the name its owner gave it; the rest is checked by the step.

    Raises:
        DataInvalid: a file that was not uploaded by this account where it sits now, or of a kind or size this paper may
            not have, or whose bytes are not there any more.
        Unavailable: the folder of files is not there.
    """
    named = _named_files(given)
    owned = await files.owned(tx, named, actor.account, actor.department) if named else []
    sizes = {row["sha256"]: row["size"] for row in owned}
    await _refuse_missing(tx, folder, given, sizes, release, pointer)
    known = {row["sha256"]: row for row in owned}
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
            checked.append(
                {**entry, "name": named_for(entry.get("name") or row["name"], row["type"])}
            )
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)
    return checked


def _named_files(given: Sequence[Any]) -> list[str]:
    found = (entry.get("file") for entry in given if isinstance(entry, Mapping))
    return sorted({file for file in found if isinstance(file, str) and file})


async def refuse_lost(
    tx: Connection, folder: Folder, given: Sequence[Any], release: Release
) -> None:
    """See that each file of a draft is still there with its bytes. Raises DataInvalid naming the paper, Unavailable."""
    sizes = await files.sizes(tx, _named_files(given))
    await _refuse_missing(tx, folder, given, sizes, release, "/materials")


async def _refuse_missing(
    tx: Connection,
    folder: Folder,
    given: Sequence[Any],
    sizes: Mapping[str, int],
    release: Release,
    pointer: str,
) -> None:
    """See that each file that is named is there with its bytes: nobody is told that it was received when it is not.

    `sizes` in bytes, of those that are known. Raises DataInvalid naming the paper, Unavailable when the folder itself is
    not there.
    """
    if not sizes:
        return
    missing = await asyncio.to_thread(folder.missing, sizes)
    if not missing:
        return
    folder.check(await files.installation(tx))
    log.error("files named by an application are missing: %s", ", ".join(sorted(missing)))
    errors = [
        {"pointer": f"{pointer}/{index}/file", "detail": _gone(entry.get("material"), release)}
        for index, entry in enumerate(given)
        if isinstance(entry, Mapping) and entry.get("file") in missing
    ]
    raise DataInvalid(errors[0]["detail"], errors=errors)


def _gone(material: Any, release: Release) -> str:
    title = titles.material_title(release, material) if isinstance(material, str) else "材料"
    return f"「{title}」的文件在系统里找不到了，请重新上传"


async def scans_of(connection: Connection, case: Case) -> dict[str, Row]:
    """Return {scan, threat} of the files of a case, by their hash."""
    named = sorted({row.file for row in case.materials.values() if row.file})
    return await files.scans(connection, named) if named else {}


def fault_of(title: str, said: Mapping[str, Any]) -> str:
    """Say what is wrong with a file and what to do, as the scanner found it; empty where nothing was found."""
    if said["scan"] != "found":
        return ""
    return f"「{title}」的文件查出病毒（{said['threat']}），不能提交。{titles.NEW_FILE}"


async def refuse_found(tx: Connection, case: Case, release: Release) -> None:
    """Refuse the submission of a draft with a file in which something was found meanwhile. Raises DataInvalid."""
    scans = await scans_of(tx, case)
    errors = []
    for row in case.materials.values():
        said = None if row.replaced else scans.get(row.file)
        title = titles.material_title(release, row.material)
        if said and (wrong := fault_of(title, said)):
            errors.append({"pointer": f"/materials/{row.material}", "detail": wrong})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)


def _wrong(row: Row | None, material: Any, release: Release) -> str:
    if row is None:
        return "没有这个文件，请先上传"
    if row["scan"] == "found":
        return f"「{row['name']}」查出病毒（{row['threat']}），不能提交。{titles.NEW_FILE}"
    if material == PHOTO:
        is_picture = row["type"] in (FORMATS["jpg"], FORMATS["png"])
        return "" if is_picture else "现场照片只收 jpg、png 文件"
    definition = release.vocabulary.materials.get(material) if isinstance(material, str) else None
    if definition is None:
        return ""  # the step says that there is no such paper
    if row["type"] not in {FORMATS[kind] for kind in definition.formats}:
        return f"「{definition.title}」只收 {'、'.join(definition.formats)} 文件"
    if row["size"] > definition.max_mb * MEGABYTE:
        return f"「{definition.title}」最大 {definition.max_mb} MB"
    return ""
