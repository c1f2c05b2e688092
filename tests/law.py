"""法的覆盖 — which rules are kept, by which tests, and which are listed as not kept yet: `make law`.

The rules are all 125 of sections 1–17 and the eight invariants of the state machine (18): 133. What is kept stands in the tables of docs/law.md, what is not with its reason under "Not yet"; a rule in both is
kept in part. A test keeps a rule when its text or its scenario names it.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
COUNTS = {
    "R-CAL": 6, "R-TIME": 10, "R-ACC": 11, "R-DEC": 11, "R-HEAR": 4, "R-CLK": 6, "R-LIFE": 6, "R-BND": 12, "R-NCP": 10,
    "R-ZZ": 1, "R-RQ": 3, "R-EVAL": 6, "R-MON": 5, "R-ELEM": 2, "R-CODE": 8, "R-XR": 6, "R-SUP": 5, "R-SEC": 10,
    "R-ONE": 3, "R-INV": 8,
}  # fmt: skip
RULES = [f"{family}-{n}" for family, count in COUNTS.items() for n in range(1, count + 1)]
NAMED = re.compile(r"R-[A-Z]+-[0-9]+")
TEST = re.compile(r"`((?:\w+/)*test_\w+\.py)`(?: (Test\w+|test_\w+))?")
SPAN = re.compile(r"(R-[A-Z]+)-([0-9]+)…\1-([0-9]+)")


@dataclass
class Rule:
    """What is known of one rule."""

    kept: bool = False
    reason: str = ""  # what is missing and why; empty when nothing is
    tests: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        """Say how far it is kept."""
        if not self.kept:
            return "not yet" if self.reason else "UNLISTED"
        return "in part" if self.reason else "kept"


def named(text: str) -> set[str]:
    """Return the rules a text names, spans like `R-HEAR-1…R-HEAR-4` included."""
    spans = {
        f"{family}-{n}"
        for family, low, high in SPAN.findall(text)
        for n in range(int(low), int(high) + 1)
    }
    return spans | set(NAMED.findall(text))


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a table."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]


def gone(text: str) -> list[str]:
    """Return the tests that a text names and that are not there."""
    missing = []
    for path, name in TEST.findall(text):
        file = ROOT / (path if path.startswith("tests/") else f"tests/workflows/{path}")
        if not file.exists() or not re.search(rf"(?:class|def) {name}\b", file.read_text()):
            missing.append(f"{path} {name}".strip())
    return missing


def survey() -> dict[str, Rule]:
    """Read the list and the tests."""
    found = {rule: Rule() for rule in RULES}
    listed, _, missing = (ROOT / "docs/law.md").read_text().partition("## Not yet")
    for cells in rows(listed):
        for rule in named(cells[0]):
            if rule in found:
                found[rule].kept = True
    for cells in rows(missing):
        for rule in named(cells[0]):
            if rule in found:
                found[rule].reason = "; ".join(cells[1:])
    for path in [
        *(ROOT / "tests").rglob("test_*.py"),
        *(ROOT / "service/workflows/packs").rglob("scenarios/*.yaml"),
    ]:
        for rule in named(path.read_text()) & found.keys():
            found[rule].tests.add(path.stem)
    return found


def main() -> int:
    """Print the coverage; 1 when a rule is neither kept nor listed, or kept without a test."""
    found = survey()
    bare = [name for name, rule in found.items() if rule.kept and not rule.tests]
    unlisted = [name for name, rule in found.items() if rule.state == "UNLISTED"]
    for name, rule in found.items():
        tests = ", ".join(sorted(rule.tests)[:4]) + (
            f" +{len(rule.tests) - 4}" if len(rule.tests) > 4 else ""
        )
        sys.stdout.write(f"{name:10} {rule.state:9} {len(rule.tests):3}  {tests}\n")
        if rule.reason:
            sys.stdout.write(f"{'':10} {'':9}      missing: {rule.reason}\n")
    states = [rule.state for rule in found.values()]
    counts = ", ".join(
        f"{states.count(state)} {state}" for state in ("kept", "in part", "not yet", "UNLISTED")
    )
    sys.stdout.write(
        f"\n{len(found)} rules: {counts}; kept without a test: {', '.join(bare) or 'none'}\n"
    )
    return 1 if bare or unlisted else 0


if __name__ == "__main__":
    sys.exit(main())
