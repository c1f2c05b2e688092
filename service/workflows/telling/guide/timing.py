"""预计时间 — the dates an application submitted now would have, reckoned by the engine's own clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.workflows import clocks
from service.workflows.application import order
from service.workflows.calendar import ASSUMPTION, local_date, midnight
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import CASE, Clock, Item
from service.workflows.definition.duration import Duration
from service.workflows.rules.joint import BASIS, LIMIT
from service.workflows.telling.guide.rehearsal import Rehearsal
from service.workflows.telling.guide.titles import iso
from service.workflows.telling.guide.way import timed, walk
from service.workflows.worksheet import Work


@dataclass(frozen=True, slots=True)
class Projection:
    """Dates of the whole and of each item; None where nothing was promised."""

    submit_on: date
    notice_by: date | None
    expected: Mapping[str, date | None]
    afterwards: Mapping[str, tuple[Clock, ...]]  # what follows the decision of each item
    promised_on: date | None
    cap_on: date | None
    provisional: bool

    def after(self, code: str) -> list[dict[str, str | None]]:
        """Return what follows the decision of an item as [{title, limit, by}]: handing out, paying."""
        return [
            {
                "title": clock.title,
                "limit": Duration.parse(clock.promised or clock.statutory or "0wd").title(),
                "by": iso(clock.due_on),
            }
            for clock in self.afterwards[code]
        ]

    @property
    def expected_on(self) -> date | None:
        """Return the day on which the last item should be done (R-BND-7)."""
        return max((day for day in self.expected.values() if day), default=None)

    def as_json(self) -> dict[str, Any]:
        """Return the dates of the whole as ISO text."""
        return {
            "submit_on": iso(self.submit_on),
            "notice_by": iso(self.notice_by),
            "expected_on": iso(self.expected_on),
            "promised_on": iso(self.promised_on),
            "cap_on": iso(self.cap_on),
            "provisional": self.provisional,
            "note": f"日期跨入放假安排尚未公布的年份，{ASSUMPTION}" if self.provisional else "",
        }


def project(rehearsal: Rehearsal) -> Projection:
    """Reckon the dates, counted from a submission and acceptance now; each item waits for those before it."""
    work, now = rehearsal.work, rehearsal.work.at
    seen: list[Clock] = []
    expected: dict[str, date | None] = {}
    afterwards: dict[str, tuple[Clock, ...]] = {}
    for code in in_order(rehearsal):
        before = order.waits_for(work.release, code, rehearsal.items)
        ends = [day for b in before if (day := expected[b])]
        starts = max(ends, default=None)
        at = now if starts is None else midnight(starts)
        walked = walk(work, _item(rehearsal, code), at, entry=not before)
        seen += [*walked.ran, *walked.afterwards]
        afterwards[code] = tuple(walked.afterwards)
        expected[code] = walked.ends_on or starts
    notices = [
        _run(work, clock, now, entry=True)
        for code in rehearsal.items
        if not order.waits_for(work.release, code, rehearsal.items)
        for clock in _notices(work, _item(rehearsal, code))
    ]
    promise = _run(
        work, Clock(CASE, "promise", "", promised=work.release.bundle.promised), now, entry=True
    )
    cap = None
    if is_joint(rehearsal):
        cap = _run(work, Clock(CASE, "cap", "", statutory=LIMIT), now, entry=False)
    seen += [*notices, promise, *([cap] if cap else [])]
    return Projection(
        submit_on=local_date(now),
        expected=expected,
        afterwards=afterwards,
        promised_on=promise.due_on,
        cap_on=cap.due_on if cap else None,
        notice_by=max((clock.due_on for clock in notices if clock.due_on), default=None),
        provisional=any(clock.provisional for clock in seen),
    )


def limits(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the limits of the whole: {promised, promised_title, legal_cap: {limit, title, basis} | None}."""
    promised = Duration.parse(rehearsal.release.bundle.promised)
    cap = {"limit": LIMIT, "title": Duration.parse(LIMIT).title(), "basis": BASIS}
    return {
        "promised": str(promised),
        "promised_title": promised.title(),
        "legal_cap": cap if is_joint(rehearsal) else None,
    }


def is_joint(rehearsal: Rehearsal) -> bool:
    """Tell whether the bundle is handled as one, with a cap on the whole (R-BND-2)."""
    return rehearsal.release.bundle.legal_mode != "coordination"


def in_order(rehearsal: Rehearsal) -> list[str]:
    """Return the items so that each comes after those it waits for."""
    ordered: list[str] = []
    left = list(rehearsal.items)
    while left:
        free = [
            c
            for c in left
            if set(order.waits_for(rehearsal.release, c, rehearsal.items)) <= set(ordered)
        ]
        ordered += free or left  # a circle is refused when definitions are checked
        left = [code for code in left if code not in ordered]
    return ordered


def _item(rehearsal: Rehearsal, code: str) -> Item:
    definition = rehearsal.release.items[code]
    item = Item(
        code, definition.department, definition.lifecycle, "", handling=rehearsal.handling[code]
    )
    if (found := rehearsal.continuing.get(code)) and found.held:
        item.about, item.window = found.held.number, found.window
    return item


def _notices(work: Work, item: Item) -> list[Clock]:
    """Return the clocks of the intake: by their end the one correction notice must be out (R-ACC-4)."""
    cycle = work.release.lifecycles[item.lifecycle]
    if item.handling == "commitment" and "pledged" in cycle.states:
        return []
    names = [
        name
        for name in timed(work.machine(item), cycle.initial)
        if cycle.clocks[name].limit != "limits"
    ]
    return [clock for name in names if (clock := work.new_clock(item, name)).owner != APPLICANT]


def _run(work: Work, clock: Clock, at: datetime, *, entry: bool) -> Clock:
    situation = work.situation
    started = clocks.start(clock, at, situation.policy, situation.calendar, entry=entry)
    return clocks.reckon(started, situation.calendar, situation.policy, max(at, situation.now))
