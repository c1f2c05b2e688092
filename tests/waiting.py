"""Waiting for what happens elsewhere – in another task, process or server – as long as it takes, and no longer than for ever.

The one place that looks at the time and pauses: a test waits for a condition, never for a length of time, so that a busy
machine makes it slow and not wrong.
"""

import asyncio
import gc
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE = 120.0  # seconds after which nothing will come of it any more, on the busiest machine
PAUSE = 0.01
WITHOUT_END = "pg_sleep(600)"  # in SQL: what only a time-out ends


async def until(happened: Callable[[], Any], what: str = "it") -> Any:
    """Ask again and again until the answer is true, and return it; it may be one that is awaited."""
    ends = time.monotonic() + PATIENCE
    while True:
        asked = happened()
        found = await asked if inspect.isawaitable(asked) else asked
        if found:
            return found
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not happen")
        await asyncio.sleep(PAUSE)


def wait_until(happened: Callable[[], Any], what: str = "it") -> Any:
    """Do the same where there is no event loop."""
    ends = time.monotonic() + PATIENCE
    while not (found := happened()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not happen")
        time.sleep(PAUSE)
    return found


async def for_ever() -> None:
    """Never come back: for who is broken off."""
    await asyncio.Event().wait()


def worked(doing: Callable[[], Any]) -> float:
    """Return the seconds of processor time that something takes here; compare them only with those of something else."""
    gc.collect()
    gc.disable()  # how long it takes depends on all that others left in this process
    try:
        began = time.thread_time()
        doing()
        return time.thread_time() - began
    finally:
        gc.enable()


def running() -> float:
    """Return the seconds since some moment: for a report, never for a verdict."""
    return time.monotonic()
