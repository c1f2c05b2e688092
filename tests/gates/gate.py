"""A gate: something that is tried so many times, must never go wrong, and must go wrong when a bug is planted."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


class NotHere(Exception):
    """What a gate needs is missing on this machine, or in this program: it is neither passed nor failed."""


@dataclass
class Tally:
    """What a gate counts while it runs. Whoever finds something wrong calls `fails`; nothing is tried again."""

    size: int
    seed: int
    planted: bool = False
    trials: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    failures: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def fails(self, what: str) -> None:
        """Note something that must never happen."""
        self.failures.append(what)

    def check(self, right: object, what: str) -> None:
        """Note `what` unless it is right."""
        if not right:
            self.fails(what)

    @property
    def share(self) -> float | None:
        """Return the share of what was accepted among what was answered, None where nothing can be refused."""
        answered = self.accepted + self.refused
        return self.accepted / answered if answered else None


Run = Callable[[Tally], None]
Plant = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class Gate:
    """One gate; sizes are counted in `unit`."""

    code: str
    title: str
    unit: str
    size: int  # of a change
    night_size: int
    run: Run
    planted: Plant  # the bug that it must find, planted while the context is open
    tiny: int = 0  # of `make test`; 0: too slow for it
    planted_size: int = 0  # what is enough to find the planted bug; 0: the size of a change
    floor: float = 1.0  # of `size`: fewer trials prove too little
    accepted: float = 0.0  # of what was answered: less means that nothing much was tried
    minutes: float = (
        20.0  # a run of a change's size that takes longer is stuck, however busy the machine
    )
    # other counters in `seen` that must have been reached, for each hundred trials
    reached: dict[str, float] = field(default_factory=dict)

    def poor(self, tally: Tally) -> list[str]:
        """Say where a run tried too little to prove anything."""
        said = []
        if tally.trials < self.floor * tally.size:
            said.append(f"only {tally.trials} of {tally.size} {self.unit}")
        if self.accepted and (tally.share or 0.0) < self.accepted:
            said.append(f"accepted {tally.share or 0:.0%}, wanted {self.accepted:.0%}")
        for name, wanted in self.reached.items():
            if tally.seen[name] < wanted * tally.trials / 100:
                said.append(f"{name}: only {tally.seen[name]}")
        return said
