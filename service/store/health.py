"""What readiness asks of the database: can it write, is its schema ours, what is its time, has it a standby."""

import asyncio
import contextlib
import secrets
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert

from service.errors import Unavailable
from service.store.database import Connection, Database
from service.store.statements import table


class _Tried(Exception):
    """It could be written, and is not to stay."""


async def try_writing(database: Database) -> None:
    """Write a row and roll it back. Raises Unavailable when nothing could be recorded now."""
    database.place.check()
    if not database.postgres and database.url.database:
        # what is rolled back never reaches the file: a full disk is seen beside it
        await asyncio.to_thread(_try_disk, Path(database.url.database).parent)
    with contextlib.suppress(_Tried):
        async with database.transaction(answers=False) as tx:
            # so long that it takes room of its own
            row = {"name": f"readiness {secrets.token_hex(8):8192}", "value": 0}
            await tx.change(insert(table("counters")).values(row))
            raise _Tried


def _try_disk(folder: Path) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".readiness-", buffering=0) as file:
            file.write(bytes(1 << 16))
    except OSError as error:
        raise Unavailable(f"数据库所在的磁盘写不了：{error.strerror}。") from error


async def clock(connection: Connection) -> datetime | None:
    """Return the database's own time; SQLite has none but ours."""
    if not connection.postgres:
        return None
    found: datetime = (await connection.fetchrow("SELECT clock_timestamp() AS now"))["now"]
    return found


async def check_standby(connection: Connection, *, required: bool) -> None:
    """Refuse a PostgreSQL that waits for a synchronous standby and has none, or where one is `required`. Raises Unavailable."""
    if not connection.postgres:
        if required:
            raise Unavailable("要求有同步备库，但是用的是 SQLite。")
        return
    found = await connection.fetchrow(
        "SELECT current_setting('synchronous_standby_names') <> '' AS wanted, "
        "count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) AS confirming, "
        "count(*) FILTER (WHERE sync_state IS NULL) AS hidden FROM pg_stat_replication"
    )
    if found["confirming"] or not (required or found["wanted"]):
        return
    if not found["wanted"]:
        raise Unavailable("PostgreSQL 没有设置 synchronous_standby_names，提交不等备库。")
    if not found["hidden"]:
        raise Unavailable("没有同步备库，提交会一直等待。")
    if required:
        raise Unavailable("看不到备库的状态，请把 pg_monitor 授予本系统的数据库账号。")
