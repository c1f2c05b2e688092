"""A synchronous standby that is missing, on a server of one's own: no commit is confirmed until it is wanted no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.conftest import sql
from tests.waiting import until

CANCEL = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
WRITE = "SELECT pg_logical_emit_message(true, 'test', '')"


@asynccontextmanager
async def missing_standby(url: str) -> AsyncIterator[None]:
    """Let every commit wait for a standby that is not there, for as long as the block lasts."""
    await sql(url, "ALTER SYSTEM SET synchronous_standby_names = nobody", "SELECT pg_reload_conf()")
    await until(lambda: _waits(url), "a commit that waits")
    try:
        yield
    finally:
        await sql(url, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        await sql(url, CANCEL, WRITE)


async def _waits(url: str) -> bool:
    """Try a commit; whoever reloads the settings tells it to the others a moment later."""
    connection = await asyncpg.connect(url)
    try:
        await asyncio.wait_for(connection.execute(WRITE), 0.1)
    except TimeoutError:
        return True
    finally:
        await connection.close()
    return False
