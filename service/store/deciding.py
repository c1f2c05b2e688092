"""读、定、记 — how a verb gets from what it read to its record: two statements, or one transaction where two do not do."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from service.store.database import Connection, Database
from service.store.faults import KeyTaken, NotAlone, Overtaken
from service.watching import metrics

T = TypeVar("T")
TRIES = 3  # before a case that others keep changing is locked


async def decided(database: Database, verb: Callable[[Connection], Awaitable[T]]) -> T:
    """Run a verb that gathers, decides and records; nothing of it stands where somebody else was faster, and it runs anew.

    Without a transaction first, in one at the end: whoever holds the case is overtaken by nobody. Raises what the verb
    raises, Unavailable as `Database.transaction` does.
    """
    for _ in range(TRIES if database.exchanges else 0):
        try:
            async with database.exchange() as tx:
                return await verb(tx)
        except NotAlone:
            break
        except (Overtaken, KeyTaken) as lost:
            _count(lost)
    try:
        async with database.transaction() as tx:
            return await verb(tx)
    except KeyTaken as lost:  # the same request was answered meanwhile: now its answer is found
        _count(lost)
        async with database.transaction() as tx:
            return await verb(tx)


def _count(lost: Exception) -> None:
    metrics.RETRIES.labels("key-taken" if isinstance(lost, KeyTaken) else "overtaken").inc()
