"""备份 — a database as one file and back again, while others work; uploaded files beside it, each once under its hash.

SQLite is copied with its own means, page by page; PostgreSQL with `pg_dump` and `pg_restore`, in one view of everything.
"""

import asyncio
import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select, text

from service.errors import Unavailable
from service.store.address import Address
from service.store.database import Connection, Database
from service.store.paging import Row
from service.store.statements import table

_CASES = table("cases").c
_TOLD = ("number", "received_at", "applicant_name", "account")
_HEXADECIMAL = set("0123456789abcdef")


async def copy_database(address: Address, place: Path) -> None:
    """Write the database as it is at one moment to a new file. Raises Unavailable when that fails."""
    if address.postgres:
        words = ["--format=custom", "--compress=6", f"--file={place}"]
        await _run("pg_dump", address, *words)
    else:
        await asyncio.to_thread(_copy_embedded, Path(str(address.url.database)), place)
    await asyncio.to_thread(_synced, place)


async def restore_database(place: Path, address: Address) -> None:
    """Put a copy into a place that holds nothing. Raises Unavailable when it holds something."""
    if not address.postgres:
        await asyncio.to_thread(_copy_anew, place, Path(str(address.url.database)))
        return
    database = Database(address.text)
    try:
        async with database.reading() as connection:
            there = "SELECT count(*) AS n FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            held = (await connection.row(text(there)) or {"n": 0})["n"]
    finally:
        await database.close()
    if held:
        raise Unavailable("这个数据库里已经有表。恢复只能写到空的库，没有动它。")
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(place)]
    await _run("pg_restore", address, *words)


async def counted(connection: Connection) -> dict[str, int]:
    """Count what must be there again: cases with a number, events, files."""
    counts = {
        "receipts": "SELECT count(*) AS n FROM cases WHERE number <> ''",
        "events": "SELECT count(*) AS n FROM events",
        "files": "SELECT count(*) AS n FROM files",
    }
    found = {name: await connection.row(text(query)) for name, query in counts.items()}
    return {name: int(row["n"]) for name, row in found.items() if row}


async def receipts(connection: Connection, since: datetime) -> list[Row]:
    """Return who was given which receipt: {number, received_at, applicant_name, account}, oldest first."""
    found = select(*(_CASES[name] for name in _TOLD)).where(
        _CASES.number != "", _CASES.received_at >= since
    )
    return await connection.rows(found.order_by(_CASES.number))


async def numbers(connection: Connection) -> set[str]:
    """Return every receipt number there is."""
    rows = await connection.rows(text("SELECT number FROM cases WHERE number <> ''"))
    return {row["number"] for row in rows}


def copy_files(source: Path, target: Path) -> int:
    """Copy what the target has not, checking every byte; return how many. The marks of the folder go with it.

    Raises Unavailable for a file whose bytes are not those of its name: a damaged one is never passed on.
    """
    copied = 0
    for file in sorted(source.glob("*/*")) if source.is_dir() else ():
        if len(file.name) == 64 and set(file.name) <= _HEXADECIMAL:
            copied += _copy_file(file, target / file.name[:2] / file.name)
    for mark in sorted(source.iterdir()) if source.is_dir() else ():
        if mark.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(mark, target / mark.name)
    return copied


def _copy_file(file: Path, place: Path) -> bool:
    if place.exists() and place.stat().st_size == file.stat().st_size:
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(".partial")
    shutil.copyfile(file, partial)
    with partial.open("rb") as copy:
        if hashlib.file_digest(copy, "sha256").hexdigest() != file.name:
            partial.unlink()
            raise Unavailable(f"文件 {file} 已损坏，没有备份它；请先运行 yijianshi verify")
        os.fsync(copy.fileno())
    partial.replace(place)
    return True


def _copy_embedded(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new, pages=1000, sleep=0.01)


def _copy_anew(source: Path, target: Path) -> None:
    if target.exists():
        raise Unavailable(f"{target} 已经存在。恢复只能写到空的地方，没有动它。")
    _copy_embedded(source, target)


def _synced(place: Path) -> None:
    with place.open("rb") as file:
        os.fsync(file.fileno())


def _spoken(address: Address) -> tuple[str, dict[str, str]]:
    """Return an address as libpq takes it, the password beside it: what stands on a command line is read by everybody."""
    parts = urlsplit(address.dsn)
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    hosts = ",".join(f"{host}:{port}" for host, port in address.hosts)
    where = urlunsplit(parts._replace(netloc=f"{user}@{hosts}" if user else hosts))
    password = address.url.password
    return where, {"PGPASSWORD": password} if password else {}


async def _run(program: str, address: Address, *words: str) -> None:
    """Run a program of PostgreSQL on a database. Raises Unavailable with what it said."""
    if address.pooled:
        raise Unavailable("备份和恢复要直接连到数据库，不能经过 pgbouncer；请换一个数据库地址。")
    found = shutil.which(program)
    if not found:
        raise Unavailable(
            f"没有找到 {program}，请安装 PostgreSQL 的客户端程序（postgresql-client）。"
        )
    where, environment = _spoken(address)
    process = await asyncio.create_subprocess_exec(
        found,
        f"--dbname={where}",
        *words,
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["没有说明原因"]
        raise Unavailable(f"{program} 没有成功：{lines[-1]}")
