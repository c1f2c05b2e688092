"""The bars, in one place: every ratio that is promised, the least that counts as done and the goal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise; with `at_most` a smaller value is the better one."""

    least: float
    goal: float
    at_most: bool = False

    def missed(self, value: float) -> bool:
        """Tell whether a value is not good enough."""
        return value > self.least if self.at_most else value < self.least

    def reached(self, value: float) -> bool:
        """Tell whether a value is at the goal."""
        return value <= self.goal if self.at_most else value >= self.goal

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        return f"{sign} {self.least:g}, goal {self.goal:g}"


def _most(least: float, goal: float) -> Bar:
    return Bar(least, goal, at_most=True)


BARS = {
    # durable operations per core-second, service and database together, ours over HTTP
    "ours ÷ SpiffWorkflow": Bar(1.5, 3),
    "ours ÷ transitions + SQLModel": Bar(2, 3.5),
    "ours ÷ DBOS": Bar(6, 12),
    "ours ÷ viewflow over HTTP": Bar(6, 10),
    # transitions per second
    "transitions ÷ FastAPI": Bar(0.12, 0.30),
    "transitions ÷ limit": Bar(0.35, 0.60),
    "applications ÷ transitions": Bar(0, 1 / 3),
    "trips of a submission": _most(2, 2),
    "two processes ÷ one": Bar(1.6, 1.9),
    # growth
    "sweep": _most(1.5, 1.3),
    "page": _most(1.5, 1.2),
    # waits and room
    "lint": _most(2.5, 1.5),
    "start": _most(2, 1),
    "memory": _most(1.2, 1.05),
    "kilobytes of a closed case": _most(40, 20),
}
