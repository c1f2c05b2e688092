"""The points at which a verb can be killed: before and after each statement, commit and step of storing a file."""

import functools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from service.store.database import Connection

DRIVER = ("begin", "commit", "undo", "fetchrow", "settle")
NEVER = 0


class Points:
    """Counts the points that are passed, and kills this process at one of them as a power cut would."""

    def __init__(self, kill_at: int = NEVER) -> None:
        self.kill_at = kill_at
        self.passed: list[str] = []

    def __call__(self, name: str) -> None:
        """Pass a point."""
        self.passed.append(name)
        if len(self.passed) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(point: Callable[[str], None]) -> Iterator[None]:
    """Call `point` at each of them while the context is open."""
    undo = [_around(Connection, name, point, asynchronous=True) for name in DRIVER]
    undo.append(_inside_hops(point))
    undo += [_around(os, "fsync", point), _around(Path, "replace", point)]

    def before(*_: Any) -> None:
        point("before a query")

    def after(*_: Any) -> None:
        point("after a query")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)
        for back in reversed(undo):
            back()


def _around(
    owner: Any, name: str, point: Callable[[str], None], *, asynchronous: bool = False
) -> Callable[[], None]:
    real = getattr(owner, name)

    @functools.wraps(real)
    async def awaited(*args: Any, **more: Any) -> Any:
        point(f"before {name}")
        found = await real(*args, **more)
        point(f"after {name}")
        return found

    @functools.wraps(real)
    def called(*args: Any, **more: Any) -> Any:
        point(f"before {name}")
        found = real(*args, **more)
        point(f"after {name}")
        return found

    setattr(owner, name, awaited if asynchronous else called)
    return lambda: setattr(owner, name, real)


class _Raw:
    """SQLite's own connection, inside a hop: what a point raised while it told of a statement comes out behind it.

    SQLite itself swallows what is raised where it tells.
    """

    def __init__(self, raw: Any, point: Callable[[str], None]) -> None:
        self._raw, self._point = raw, point
        self._ended: BaseException | None = None
        self.execute = self._behind(raw.execute)
        self.executemany = self._behind(raw.executemany)
        self.rollback = raw.rollback

    def tell(self, statement: str) -> None:
        """Pass the point before a statement."""
        try:
            self._point(f"before {statement[:24]}")
        except BaseException as end:  # noqa: BLE001 - told behind the statement
            self._ended = end

    def _behind(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            found = real(*given)
            if self._ended:
                raise self._ended
            return found

        return run


def _inside_hops(point: Callable[[str], None]) -> Callable[[], None]:
    """SQLite runs many statements in one hop: SQLite itself tells of each."""
    real = Connection.hop

    async def hop(self: Connection, work: Callable[[Any], Any]) -> Any:
        def traced(raw: Any) -> Any:
            watched = _Raw(raw, point)
            raw.set_trace_callback(watched.tell)
            try:
                found = work(watched)
            finally:
                raw.set_trace_callback(None)
            point("after a hop")
            return found

        return await real(self, traced)

    setattr(Connection, "hop", hop)  # noqa: B010 - the class is not ours to type
    return lambda: setattr(Connection, "hop", real)
