"""到期处理的循环 — calls the sweeps; beside the API the only place that reads the wall clock."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.errors import Unavailable

if TYPE_CHECKING:
    from service.office import Office

LIMIT = 100
LONGEST_PAUSE = 60.0

log = logging.getLogger("yijianshi.worker")

Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the worker's one look at the clock


async def work(office: "Office", *, now: Now, poll: float = 1.0, stop: asyncio.Event, demo: bool = False) -> None:
    """Do what falls due until `stop` is set. Killing it at any point changes nothing but the delay.

    `poll` is the pause in seconds when nothing is due; while the database cannot be reached the pauses grow.
    """
    pause = poll
    while not stop.is_set():
        try:
            at = now() + await office.demo_offset() if demo else now()
            busy = await once(office, at)
            pause = 0 if busy else poll
        except Unavailable as trouble:
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            _tell(event="worker_waits", detail=trouble.detail, seconds=pause)
        except Exception:
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            log.exception("the sweep failed; it is tried again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause) if pause else await asyncio.sleep(0)


async def once(office: "Office", now: datetime) -> bool:
    """Make one round; tell whether more is waiting to be done at once."""
    more = False
    for name, sweep in (("recalendar", office.recalendar), ("expire_due", office.expire_due)):
        done = await _timed(name, sweep, now)
        more = more or done >= LIMIT
    return more


async def _timed(name: str, sweep: Callable[[datetime, int], Awaitable[int]], now: datetime) -> int:
    began = time.monotonic()
    done = await sweep(now, LIMIT)
    if done:
        _tell(event=name, cases=done, seconds=round(time.monotonic() - began, 3), now=now.isoformat())
    return done


def _tell(**facts: object) -> None:
    log.info(json.dumps(facts, ensure_ascii=False))
