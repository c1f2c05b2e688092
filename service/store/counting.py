"""流水号的记忆 — what this process knows of a series of numbers, so that drawing the next ones needs no transaction."""

from dataclasses import dataclass

SHARED = 16  # batches for which a series that others draw from as well is asked for each time
MISSES = 2  # in a row: it is shared


@dataclass(slots=True)
class Series:
    """号码序列 — its last number as far as is known; unknown while a batch that draws from it is under way."""

    last: int | None = None
    misses: int = 0
    shared: int = 0  # for so many batches yet nothing of it is remembered

    def missed(self) -> None:
        """Learn that somebody else drew from it."""
        self.last = None
        self.misses += 1
        if self.misses >= MISSES:
            self.misses, self.shared = 0, SHARED

    def drawn(self, last: int) -> None:
        """Learn that numbers were recorded, and that they were the next."""
        self.last, self.misses = last, 0

    def taken(self) -> int | None:
        """Return the last number where it is known; whoever is told draws from it, and nobody else until he has."""
        last, self.last = self.last, None
        if self.shared:
            self.shared -= 1
            return None
        return last


@dataclass(frozen=True, slots=True)
class Drawing:
    """取号 — what a recording statement does beside: a series is moved on from the number that it must still have."""

    series: str
    seen: int
    many: int
