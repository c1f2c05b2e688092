"""流水号的记忆 — what this process knows of a series of numbers, so that drawing the next one needs no transaction."""

import asyncio
from dataclasses import dataclass, field

SHARED = 16  # drawings for which a series that others draw from as well is left to transactions
MISSES = 2  # in a row: it is shared


@dataclass(slots=True)
class Series:
    """号码序列 — its last number as far as is known; who draws holds the lock until the number is recorded or not."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: int | None = None
    misses: int = 0
    shared: int = 0  # for so many drawings yet it is not tried to know

    def missed(self) -> None:
        """Learn that somebody else drew from it."""
        self.misses += 1
        if self.misses >= MISSES:
            self.misses, self.shared = 0, SHARED

    def drawn(self, last: int) -> None:
        """Learn that a number was recorded, and that it was the next."""
        self.last, self.misses = last, 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """取号 — what a recording statement does beside: a series is moved on from the number that it must still have."""

    series: str
    seen: int
    many: int
