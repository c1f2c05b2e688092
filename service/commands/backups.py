"""备份命令 — a backup, its restore into an empty place, and what a restore to an earlier moment is missing."""

import asyncio
import json
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from service.commands.outcome import CLEAN, FINDINGS, Refusal, end, note, say
from service.commands.upkeep import database_of, look_over, run, settings_from
from service.office import TZ
from service.settings import Settings
from service.store import backups
from service.store.address import Address, read_address
from service.store.database import Database
from service.store.files import Folder, installation
from service.store.schema import check_current
from service.verify import Report
from service.worker import wall_clock

_COPY, _ABOUT, _FILES = "database", "backup.json", "files"
_NUMBER = re.compile(r"\b[A-Z]{2,4}\d{8}-\d{6}\b")


def back_up(folder: Path) -> None:
    """Make one more backup in a folder that holds all of them."""
    end(run(_back_up(settings_from(), folder)))


async def _back_up(settings: Settings, folder: Path) -> int:
    database = database_of(settings)
    begun = wall_clock()
    try:
        await check_current(settings.url, newest=True)
        # what is proved now is in the copy made afterwards: it may hold more, never less
        report = await look_over(database, settings)
        async with database.reading(bounded=False) as connection:
            counts = await backups.counted(connection)
        new = folder / f"{begun:%Y%m%dT%H%M%SZ}"
        _make(new)
        await backups.copy_database(database.address, new / _COPY)
    finally:
        await database.close()
    # after the database: every file that the copy names was there before it was made
    copied = backups.copy_files(settings.files_dir, folder / _FILES)
    about = {"at": begun.isoformat(), "head": str(report.head), "counts": counts}
    (new / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
    said = "，".join(f"{_TITLES[name]} {count}" for name, count in counts.items())
    say(f"已备份到 {new}：{said}；新增文件 {copied}")
    say(f"见证头：{report.head}")
    if report.clean:
        return CLEAN
    for line in report.lines():
        say(line)
    note("备份照样做了，但核对发现不符；不要删去以前的备份")
    return FINDINGS


_TITLES = {"receipts": "收件", "events": "办理记录", "files": "文件"}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        folder.chmod(0o700)  # whoever reads it reads everything
    except FileExistsError:
        raise Refusal(f"{folder} 已经存在，请过一秒再试") from None


def restore(folder: Path, into: str, files: Path) -> None:
    """Put a backup into an empty place and prove that everything is there."""
    kept = _newest(folder)
    try:
        target = read_address(into)
    except ValueError as error:
        raise Refusal(f"{error}（--into）") from None
    if files.is_dir() and any(files.iterdir()):
        raise Refusal(f"文件夹 {files} 不是空的。恢复只能写到空的地方，没有动它")
    end(run(_restore(kept, target, files)))


def _newest(folder: Path) -> Path:
    """Return the backup itself, or the newest in a folder of backups. Raises Refusal."""
    if (folder / _ABOUT).is_file():
        return folder
    found = sorted(path.parent for path in folder.glob(f"*/{_ABOUT}"))
    if not found:
        raise Refusal(f"{folder} 里没有做完的备份")
    return found[-1]


async def _restore(kept: Path, target: Address, files: Path) -> int:
    about: dict[str, Any] = json.loads((kept / _ABOUT).read_text(encoding="utf-8"))
    await backups.restore_database(kept / _COPY, target)
    copied = backups.copy_files(kept.parent / _FILES, files)
    settings = settings_from(database_url=target.text, files_dir=files)
    database = Database(target.text)
    try:
        await check_current(target.text, newest=True)
        async with database.reading(bounded=False) as connection:
            counts = await backups.counted(connection)
            await asyncio.to_thread(Folder(files).mark, await installation(connection))
        report = await look_over(database, settings, expect=about["head"])
    finally:
        await database.close()
    at = datetime.fromisoformat(about["at"])
    say(f"已恢复 {kept}（{at:%Y-%m-%d %H:%M} UTC 的备份），文件 {copied} 个")
    return _judged(report, counts, about["counts"])


def _judged(report: Report, counts: dict[str, int], wanted: dict[str, int]) -> int:
    """Compare with what the backup said of itself, and say what to do next."""
    for line in report.lines():
        say(line)
    fewer = [
        f"{_TITLES[name]}应有 {count}，现有 {counts[name]}"
        for name, count in wanted.items()
        if counts[name] < count
    ]
    for line in fewer:
        say(line)
    if fewer or not report.clean:
        note("恢复的内容与备份时不一致，不要启用；换一份备份再试")
        return FINDINGS
    say("与备份时的见证头一致。启用前请用备份之后的收件名单运行 yijianshi missing 名单文件")
    return CLEAN


def list_receipts(since: str) -> None:
    """Print who was given which receipt, a line each: what a restore to an earlier moment is compared with."""
    try:
        first = date.fromisoformat(since) if since else date(2000, 1, 1)
    except ValueError:
        raise Refusal("--since 应为日期，如 2026-11-05") from None
    begins = datetime.combine(first, time(), TZ)

    async def listed() -> list[dict[str, Any]]:
        settings = settings_from()
        database = database_of(settings)
        try:
            await check_current(settings.url)
            async with database.reading(bounded=False) as connection:
                return await backups.receipts(connection, begins)
        finally:
            await database.close()

    for row in run(listed()):
        at = row["received_at"].astimezone(TZ)
        say(f"{row['number']}\t{at:%Y-%m-%d %H:%M:%S}\t{row['applicant_name']}\t{row['account']}")


def missing(listed: Path) -> None:
    """Print the lines of a list whose receipt number is not in the database."""
    lines = listed.read_text(encoding="utf-8", errors="replace").splitlines()
    end(run(_missing(settings_from(), lines)))


async def _missing(settings: Settings, lines: list[str]) -> int:
    database = database_of(settings)
    try:
        await check_current(settings.url)
        async with database.reading(bounded=False) as connection:
            there = await backups.numbers(connection)
    finally:
        await database.close()
    known = {number for line in lines for number in _NUMBER.findall(line)}
    if not known:
        raise Refusal("名单里没有一个收件编号（如 YJS20261105-000123），请换一份名单")
    lost = known - there
    for line in lines:
        if set(_NUMBER.findall(line)) & lost:
            say(line)
    note(f"名单上有 {len(known)} 个编号，库里缺 {len(lost)} 个")
    return FINDINGS if lost else CLEAN
