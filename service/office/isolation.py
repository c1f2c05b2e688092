"""隔开 — work on what strangers wrote is done by a process of its own: the others are answered meanwhile.

How long it may take is counted in processor time, which a busy machine does not lengthen; the wait by the clock is only
for a process that does nothing at all.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

import service
from service.errors import Unavailable

AT_ONCE, MOST_WAITING = 2, 20
SECONDS, MEGABYTES = 20, 1024
PATIENCE = 300
LARGEST_ANSWER = 16 << 20
TOO_MANY = "现在同时检查的人太多，请过一会儿再试。"


class TooMuchWork(Exception):
    """It took more time or memory than it may, or ended otherwise; who asked says what that means."""


class Apart:
    """隔间 — starts the processes, few at a time."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def ask(
        self,
        job: Literal["pack", "pdf"],
        given: bytes,
        *,
        seconds: int = SECONDS,
        megabytes: int = MEGABYTES,
    ) -> Any:
        """Return the answer of a job (see `service.apart`); `seconds` of processor time, `megabytes` of memory at most.

        Raises TooMuchWork when it took more or ended otherwise, Unavailable when too many wait already.
        """
        if self._waiting >= MOST_WAITING:
            raise Unavailable(TOO_MANY)
        self._waiting += 1
        try:
            async with self._turns:
                return await _answer(job, given, seconds, megabytes)
        finally:
            self._waiting -= 1


async def _answer(job: str, given: bytes, seconds: int, megabytes: int) -> Any:
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "service.apart", job, str(seconds), str(megabytes)),
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unavailable from error
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(given)
    except TimeoutError:
        raise Unavailable from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or len(said) > LARGEST_ANSWER:
        raise TooMuchWork
    return json.loads(said)


def _environment() -> dict[str, str]:
    """Return what the process is told: where the program is, and none of the settings, whose secrets it does not need."""
    inherited = {n: v for n, v in os.environ.items() if not n.upper().startswith("YIJIANSHI_")}
    return inherited | {"PYTHONPATH": str(Path(service.__file__).parent.parent)}
