"""Every scenario of the sample pack, step by step, as the office would record it."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

import service
from service.store import cases, releases
from service.store.database import Database
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.folders import read_folder
from service.workflows.authoring.load import load_pack
from service.workflows.authoring.pack import Pack
from service.workflows.authoring.regional import bundles_of
from service.workflows.case import record as evidence
from service.workflows.case.parts import COLUMNS, Case
from service.workflows.case.situation import Situation, Step
from service.workflows.definition.release import Release
from service.workflows.handling import numbers
from service.workflows.trials.scenario import Stage, pack_calendar

AT_ONCE = 50  # steps of one transaction, which may not last
HELD = 1000  # certificates that the applicants of scenarios hold already have numbers below
WORKFLOWS = Path(service.__file__).parent / "workflows"
LATER = datetime(2030, 1, 1, 0, 0, 0, 417_389, tzinfo=UTC)
NOTICES = [
    yaml.safe_load(path.read_text()) for path in sorted((WORKFLOWS / "calendars").glob("*.yaml"))
]


@dataclass
class Recorded:
    """One step as the office would record it."""

    case: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    at: datetime


def odd(at: datetime) -> datetime:
    """Return the instant as a real clock would have told it: in UTC, and never on the stroke."""
    return at.astimezone(UTC).replace(microsecond=417_389)


class Telling(Stage):
    """A story whose steps are kept, under a number of its own."""

    def __init__(self, *given: Any, place: int, counters: Counter[str]) -> None:
        super().__init__(*given)
        self.place = place
        self.counters = counters
        self.steps: list[Recorded] = []

    def _situation(self) -> Situation:
        found = super()._situation()
        return replace(found, now=odd(found.now))  # as the office hands it down

    def _keep_step(self, taken: Step) -> None:
        if self.case is None:
            self._name(taken.case)
        first = {}
        for series, many in numbers.wanted(taken, self.release).items():
            if series.startswith("certificate "):
                self.counters[series] = self.counters[series] or HELD
            first[series] = self.counters[series] + 1
            self.counters[series] += many
        taken = numbers.numbered(taken, self.release, first)
        super()._keep_step(taken)
        case, events, rows = evidence.sealed(taken)
        row = {name: getattr(case, name) for name in COLUMNS["cases"]}
        self.steps.append(
            Recorded(row, {**rows, "events": [asdict(e) for e in events]}, events[-1].recorded_at)
        )

    def _name(self, case: Case) -> None:
        assert case.created_at is not None
        case.created_at = odd(case.created_at)
        case.number, case.salt = f"S-{self.place:04}", f"salt-{self.place}"
        for n, notice in case.notices.items():
            notice.number = f"{case.number}-{n:02}"
            notice.code = sha256(f"{case.salt}:{n}".encode()).hexdigest()[:20]


@cache
def pack() -> Pack:
    """The sample pack."""
    found = load_pack(read_folder(WORKFLOWS / "packs" / "linhu"))
    assert found.pack is not None, found.diagnostics
    return found.pack


@cache
def told() -> tuple[tuple[Release, ...], tuple[Recorded, ...]]:
    """Every step of every scenario, in the order of their time, and the releases they are pinned to."""
    found = {code: compile_release(pack(), code) for code in bundles_of(pack())}
    steps: list[Recorded] = []
    counters: Counter[str] = Counter()
    for place, story in enumerate(pack().scenarios, start=1):
        release = found[story.scenario.bundle]
        stage = Telling(
            release, pack_calendar(pack(), release), story, place=place, counters=counters
        )
        stage.run()
        steps += stage.steps
    return tuple(found.values()), tuple(sorted(steps, key=lambda step: step.at))


async def record(database: Database, steps: tuple[Recorded, ...]) -> None:
    """Record steps as the office does, and the releases they are pinned to."""
    async with database.transaction() as tx:
        for release in told()[0]:
            await releases.publish(
                tx,
                bundle=release.bundle.code,
                content_hash=release.hash,
                pack_title="示例",
                document=dict(release.document),
                at=LATER,
                by="admin",
            )
    for start in range(0, len(steps), AT_ONCE):
        async with database.transaction() as tx:
            for step in steps[start : start + AT_ONCE]:
                seen = step.case["version"] - 1
                await cases.record(tx, step.case, step.rows, seen_version=seen or None)
