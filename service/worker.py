"""到期处理的循环 — calls the sweeps; beside the API the only place that reads the wall clock."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.errors import Unavailable
from service.watching import metrics
from service.watching.log import cause_of, place_of, tell

if TYPE_CHECKING:
    from service.office import Office, Reach, Terms

MOST_AT_ONCE = 100
LONGEST_PAUSE = 60.0
REPORTS_EVERY = timedelta(seconds=10)
TIDIES_EVERY = 600.0

log = logging.getLogger("yijianshi.worker")

Now = Callable[[], datetime]


def wall_clock() -> datetime:
    """Read the wall clock, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the worker's one look at the clock


async def work(
    office: "Office",
    *,
    now: Now,
    poll: float = 1.0,
    stop: asyncio.Event,
    demo: bool = False,
    worker: dict[str, Any] | None = None,
) -> None:
    """Do what falls due until `stop` is set. Killing it at any point changes nothing but the delay.

    `poll` is the pause in seconds when nothing is due; while the database cannot be reached, or this machine's clock is
    wrong, the pauses grow. `worker` is under which name it reports that it is alive; without one it does not.
    """
    pause = poll
    while not stop.is_set():
        try:
            await office.refuse_wrong_clock(now)
            at = now() + await office.demo_offset() if demo else now()
            done = await once(office, at)
            await _report(office, worker, done, now)
            pause = 0 if max(done.values()) >= MOST_AT_ONCE else poll
        except Unavailable as trouble:
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            metrics.RETRIES.labels("worker").inc()
            tell(log, "worker_waits", cause=cause_of(trouble), seconds=pause)
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker goes on
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            metrics.RETRIES.labels("worker").inc()
            kind = type(error).__qualname__
            tell(log, "worker_failed", level=logging.ERROR, error=kind, place=place_of(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause) if pause else await asyncio.sleep(0)
    if worker:
        with contextlib.suppress(Unavailable):
            await office.sign_off(worker["name"])


async def look_after(office: "Office", *, now: Now, poll: float = 1.0, stop: asyncio.Event) -> None:
    """Do until `stop` is set what no limit waits for and what may wait for others long: the scanner, the end of a log.

    Beside the sweeps, never before them; `now` is the wall clock, also in a demonstration.
    """
    pause = poll
    while not stop.is_set():
        try:
            at = now()
            await office.purge_security_log(at)
            busy = await office.scan_files(at, MOST_AT_ONCE)
            pause = 0 if busy >= MOST_AT_ONCE else poll
        except Unavailable as trouble:
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            tell(log, "files_wait", cause=cause_of(trouble), seconds=pause)
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker goes on
            pause = min(max(poll, pause * 2), LONGEST_PAUSE)
            kind = type(error).__qualname__
            tell(log, "worker_failed", level=logging.ERROR, error=kind, place=place_of(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause) if pause else await asyncio.sleep(0)


async def once(office: "Office", now: datetime) -> dict[str, int]:
    """Make one round and return how many cases each sweep changed; as many as at once at most means that more wait."""
    sweeps = {
        "begin_validities": office.begin_validities,
        "recalendar": office.recalendar,
        "expire_due": office.expire_due,
        "give_back": office.give_back,
    }
    done = {name: await _timed(name, sweep, now) for name, sweep in sweeps.items()}
    await office.seal_records(now)
    return done


async def _report(
    office: "Office", worker: dict[str, Any] | None, done: dict[str, int], now: Now
) -> None:
    """Say that this worker is alive, when it has not for a while: a worker that hangs is noticed by its silence."""
    if worker is None:
        return
    at = now()
    if at - worker["seen_at"] >= REPORTS_EVERY or worker["seen_at"] == worker["started_at"]:
        worker |= {"seen_at": at, "round": done}
        await office.report(worker)


async def tidy(office: "Office", terms: "Terms", *, now: Now, stop: asyncio.Event) -> None:
    """Look every ten minutes whether it is time to purge, beside what falls due, until `stop` is set.

    And whether limits run on after the last notice of holidays: nothing ends on an estimated day, so somebody must know.
    """
    said: Reach | None = None
    while not stop.is_set():
        try:
            gone = await office.purge_when_due(now(), terms)
            if gone is not None:
                tell(log, "purged", rows=sum(gone.values()) - gone["bytes"])
            with contextlib.suppress(Unavailable):
                said = _warn_of_calendar(await office.calendar_reach(), said)
        except Exception as error:  # noqa: BLE001 - what could not be purged today is purged tomorrow
            tell(log, "purge_failed", level=logging.WARNING, cause=cause_of(error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TIDIES_EVERY)


def _warn_of_calendar(reach: "Reach", said: "Reach | None") -> "Reach":
    """Say once, and again when it has changed, that the calendar ends before the longest limit (R-CAL-5)."""
    ends, last = reach.calendar_until, reach.last_due_on
    if ends and last and last > ends and reach != said:
        tell(
            log,
            "calendar_ends",
            level=logging.WARNING,
            until=ends.isoformat(),
            last=last.isoformat(),
            limits=reach.awaiting,
        )
    return reach


async def _timed(name: str, sweep: Callable[[datetime, int], Awaitable[int]], now: datetime) -> int:
    began = time.monotonic()
    done = await sweep(now, MOST_AT_ONCE)
    if done:
        seconds = round(time.monotonic() - began, 3)
        metrics.SWEPT.labels(name).inc(done)
        tell(log, name, cases=done, seconds=seconds, now=now.isoformat())
    return done
