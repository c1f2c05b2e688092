"""短时缓存 — a value that may be some seconds old."""

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """A value that is loaded again when it is older than `seconds`, measured by the machine's own running time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        self._held: list[T] = []

    async def get(self, load: Callable[[], Awaitable[T]]) -> T:
        """Return the value, loaded by `load` when it is not there or too old."""
        if not self._held or time.monotonic() >= self._until:
            loaded = await load()
            self._held, self._until = [loaded], time.monotonic() + self._seconds
            return loaded
        return self._held[0]

    def forget(self) -> None:
        """Load it anew the next time."""
        self._held = []
