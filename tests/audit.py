"""已知漏洞 — asks the advisories about every locked dependency, and says aloud when they could not be asked: `make audit`.

Exit code 0: asked about each, nothing known. 1: something known and not accepted in docs/advisories.csv, or accepted for
too long. 3: unknown, because at least one could not be asked about; that is never shown as clean.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
ACCEPTED = ROOT / "docs/advisories.csv"
CLEAN, KNOWN, UNKNOWN = 0, 1, 3


@dataclass
class Audit:
    """What the advisories say of the locked dependencies."""

    asked: int = 0
    unknown: list[str] = field(default_factory=list)  # names that could not be asked about
    known: list[str] = field(default_factory=list)  # "name version: advisory"
    accepted: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """Return the exit code: what is known outweighs what is not."""
        if self.known:
            return KNOWN
        return UNKNOWN if self.unknown or not self.asked else CLEAN


def judged(found: dict[str, Any], accepted: dict[str, date], today: date) -> Audit:
    """Judge what pip-audit reported (its JSON) against the advisories that are accepted, each until its day."""
    audit = Audit()
    for package in found["dependencies"]:
        if "skip_reason" in package:
            audit.unknown.append(package["name"])
            continue
        audit.asked += 1
        for one in package["vulns"]:
            line = f"{package['name']} {package['version']}: {one['id']}"
            names = {one["id"], *one.get("aliases", ())}
            until = max((accepted[name] for name in names & accepted.keys()), default=date.min)
            (audit.accepted if until >= today else audit.known).append(line)
    return audit


def read_accepted(lines: Iterable[str]) -> dict[str, date]:
    """Read which advisories are accepted and until which day; each line says why."""
    return {row["advisory"]: date.fromisoformat(row["until"]) for row in csv.DictReader(lines)}


def ask() -> dict[str, Any]:
    """Run pip-audit over the lock file. Raises RuntimeError when it did not even begin."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    ran = subprocess.run(
        [*command, "--requirement", LOCK, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not ran.stdout.startswith("{"):
        raise RuntimeError(ran.stderr.strip().splitlines()[-1] if ran.stderr else "no answer")
    return dict(json.loads(ran.stdout))


def say(line: str) -> None:
    """Write a line for the person who asked."""
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """Print what is known and what is not."""
    with ACCEPTED.open(encoding="utf-8") as lines:
        accepted = read_accepted(lines)
    try:
        audit = judged(ask(), accepted, datetime.now(UTC).date())  # noqa: TID251 - a command's own day
    except RuntimeError as trouble:
        say(f"UNKNOWN: the advisories could not be asked: {trouble}")
        return UNKNOWN
    for line in audit.known:
        say(f"KNOWN    {line}")
    for line in audit.accepted:
        say(f"accepted {line}")
    if audit.unknown:
        first = ", ".join(audit.unknown[:5])
        say(f"UNKNOWN: {len(audit.unknown)} could not be asked about ({first}, …)")
    say(f"asked about {audit.asked}, known {len(audit.known)}, unknown {len(audit.unknown)}")
    return audit.code


if __name__ == "__main__":
    sys.exit(main())
