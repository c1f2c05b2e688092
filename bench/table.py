"""What was measured, in a table: medians with their spread, and ratios between contenders of the same run."""

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.bars import BARS

PACKAGES = (
    "fastapi",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "asyncpg",
    "aiosqlite",
    "pydantic",
    "transitions",
)


@dataclass
class Series:
    """Repetitions of one measurement."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def quick(self) -> float:
        """The median of the quickest quarter: what is left where others' work only adds to a wait."""
        return median(sorted(self.values)[: max(1, len(self.values) // 4)])

    def line(self) -> str:
        """One line of the table."""
        spread = (
            f"{min(self.values):,.1f} … {max(self.values):,.1f}" if len(self.values) > 1 else ""
        )
        return f"  {self.name:<58} {self.middle:>10,.1f} {self.unit:<6} {spread:<22} {self.note}".rstrip()


@dataclass
class Table:
    """One part of the run."""

    title: str
    series: dict[str, Series] = field(default_factory=dict)
    verdicts: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)  # bars, and contenders that did not run
    loud: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, note: str = "") -> None:
        """Note one repetition."""
        found = self.series.setdefault(name, Series(name, unit))
        found.values.append(value)
        found.note = note or found.note

    def ratio(
        self, what: str, top: str, bottom: str, bar: str = "", *, quick: bool = False
    ) -> None:
        """Compare two contenders by their medians, or by their `quick` waits; one that is not there misses the bar."""
        if top in self.series and bottom in self.series:
            both = self.series[top], self.series[bottom]
            above, below = ((each.quick if quick else each.middle) for each in both)
            self._judge(what, above / below, bar)
        elif bar:
            absent = next(name for name in (bottom, top) if name not in self.series)
            self.verdicts.append(f"  {what:<58}    NOT RUN        bar {BARS[bar]}")
            self.missed.append(f"{what}: no {absent}")

    def bound(self, what: str, name: str, bar: str) -> None:
        """Set a measurement beside its bar."""
        self._judge(what, self.series[name].middle, bar)

    def not_run(self, who: str, why: str) -> None:
        """Say loudly that somebody is absent from the table, and why."""
        self.loud.append(f"*** NOT RUN: {who}: {why} ***")
        self.missed.append(f"{who} did not run")

    def _judge(self, what: str, value: float, bar: str) -> None:
        line = f"  {what:<58} {value:>10.2f}"
        if not bar:
            self.verdicts.append(line)
            return
        held = BARS[bar]
        word = "MISSED" if held.missed(value) else "goal reached" if held.reached(value) else ""
        self.verdicts.append(f"{line}        bar {held} {word}".rstrip())
        if held.missed(value):
            self.missed.append(f"{what}: {value:.2f}, bar {held}")

    def text(self) -> str:
        """The part as people read it."""
        lines = [each.line() for each in self.series.values()]
        return "\n".join([f"\n{self.title}", *lines, *self.verdicts, *self.loud])


def circumstances() -> str:
    """Say where this was measured: figures of two machines are not compared, ratios are."""
    cpu = next(
        (
            n.partition(":")[2].strip()
            for n in _lines("/proc/cpuinfo")
            if n.startswith("model name")
        ),
        "?",
    )
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} × {cpu}, {load()}\nPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{_postgres()}\n{packages}"
    )


def load() -> str:
    """Say how busy the machine is."""
    return "load " + " ".join(f"{value:.2f}" for value in os.getloadavg())


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _postgres() -> str:
    try:
        found = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "no psql"
    return found.stdout.strip()
