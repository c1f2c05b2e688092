"""The dated stories of the rules, section 20, as far as the engine tells them: each a row with its dates.

A step is (when, who, what, data); an expectation is a step whose `who` is `expect`. S-05, S-11, S-13 and S-19 of the
rules are told where their parts are tested (clocks) or are not built (see docs/law.md).
"""

from datetime import date
from typing import Any

import pytest

from service.errors import ServiceError
from service.workflows.calendar import build, built_in
from service.workflows.definition.models import Calendar
from tests.workflows.story import Story, Town

SLOW = {"food": {"limits": {"statutory": "20wd", "promised": "12wd"}}}
FIRE = {"handling": {"fire": "commitment"}}
STORIES: dict[str, dict[str, Any]] = {
    "S-01 limits across 中秋 and 国庆 with make-up days (R-CAL-1, R-TIME-1…3)": {
        "at": "2026-09-14", "items": ["food"],
        "steps": [
            ("2026-09-14T10:00", "li", "food.accept", {}),
            ("", "expect", "food.decision.promised", "2026-09-28"),
            ("", "expect", "food.decision.statutory", "2026-10-16"),
            ("2026-10-16T23:59", "expect", "breach", None),
            ("2026-10-17T00:00", "expect", "breach", "2026-10-17"),
        ],
    },
    "S-02 silence over 春节, a scheduler that wakes on 03-02 (R-ACC-5)": {
        "at": "2026-02-12T09:00", "items": ["food"],
        "steps": [
            ("2026-03-02", "expect", "food", "reviewing"),
            ("", "expect", "accepted_on", "2026-02-12"),
            ("", "expect", "food.decision.statutory", "2026-03-18"),
        ],
    },
    "S-04a counter on a make-up Saturday (R-TIME-5)": {
        "at": "2026-02-14T15:00", "items": ["food"], "steps": [("", "expect", "food.notice.due", "2026-02-28")],
    },
    "S-04b net on an ordinary Saturday night (R-TIME-4)": {
        "at": "2026-03-07T21:00", "items": ["food"], "steps": [("", "expect", "food.notice.due", "2026-03-13")],
    },
    "S-04b with receipts counted from the next working day (R-TIME-4)": {
        "at": "2026-03-07T21:00", "items": ["food"], "policy": {"offhours_receipt": "next_working_day"},
        "steps": [("", "expect", "food.notice.due", "2026-03-16"), ("", "expect", "received_at", "2026-03-07")],
    },
    "S-05 Friday night: the litigation-safe date beside the one from acceptance (R-TIME-4)": {
        "at": "2026-05-08T21:00", "items": ["food"],
        "steps": [
            ("2026-05-12T10:00", "li", "food.accept", {}),
            ("", "expect", "food.decision.statutory", "2026-06-09"),
            ("", "expect", "food.decision.safe", "2026-06-04"),
        ],
    },
    "S-06 extension, then a second one (R-DEC-4)": {
        "at": "2026-08-12", "items": ["food"], "change": SLOW,
        "steps": [
            ("2026-08-12T11:00", "li", "food.accept", {}),
            ("2026-09-07T10:00", "wang", "food.extend", {"days": 10, "reason": "案情复杂"}, "not-permitted"),
            ("", "qian", "food.extend", {"days": 10}, "data-invalid"),
            ("", "qian", "food.extend", {"days": 10, "reason": "案情复杂"}),
            ("", "expect", "food.decision.statutory", "2026-09-22"),
            ("", "expect", "food.decision.promised", "2026-08-28"),
            ("", "expect", "red", "2026-08-29"),
            ("2026-09-08", "qian", "food.extend", {"days": 5, "reason": "案情复杂"}, "action-not-allowed"),
        ],
    },
    "S-06 an extension too late (R-DEC-4)": {
        "at": "2026-08-12", "items": ["food"], "change": SLOW,
        "steps": [
            ("2026-08-12T11:00", "li", "food.accept", {}),
            ("2026-09-10", "qian", "food.extend", {"days": 10, "reason": "案情复杂"}, "action-not-allowed"),
        ],
    },
    "S-08 one consolidated correction (R-ACC-6, R-ACC-8, R-BND-4)": {
        "at": "2026-03-02", "items": ["food", "drain", "sign"], "missing": ("lease", "plan"),
        "steps": [
            ("2026-03-04T10:00", "li", "food.note_defects", {"reasons": ["lease-pages", "plan-no-size"]}),
            ("", "li", "drain.note_defects", {"reasons": ["plan-no-door"]}),
            ("2026-03-06T10:00", "li", "notify_correction", {}),
            ("", "expect", "food.correction.due", "2026-03-27"),
            ("2026-03-12T10:00", "zhang", "food.supply", {"materials": ["lease"]}),
            ("", "expect", "food", "correcting"),
            ("2026-03-17T10:00", "zhang", "food.supply", {"materials": ["plan"]}),
            ("2026-03-18T10:00", "li", "food.note_defects", {"reasons": ["plan-no-door"]}, "action-not-allowed"),
            ("", "li", "food.accept", {}),
            ("", "expect", "accepted_on", "2026-03-17"),
            ("", "expect", "food.decision.statutory", "2026-04-15"),
        ],
    },
    "S-09 expert review is not counted (R-CLK-1, R-CLK-3)": {
        "at": "2026-06-08", "items": ["food"],
        "steps": [
            ("2026-06-08T11:00", "li", "food.accept", {}),
            ("2026-06-15T10:00", "wang", "food.start_special",
             {"procedure": "expert_review", "basis": "某法 9", "notice_text": "约十日。", "days": 10}),
            ("", "expect", "food.decision.statutory", None),
            ("2026-06-26T10:00", "wang", "food.end_special", {}),
            ("", "expect", "food.decision.statutory", "2026-07-17"),
        ],
    },
    "S-11 a hearing is not counted (R-HEAR-4, R-CLK-3)": {
        "at": "2026-09-01", "items": ["food"],
        "steps": [
            ("2026-09-01T11:00", "li", "food.accept", {}),
            ("", "expect", "food.decision.statutory", "2026-09-29"),
            ("2026-09-22T10:00", "wang", "food.start_special",
             {"procedure": "hearing", "basis": "某法 9", "notice_text": "听证。", "days": 20}),
            ("2026-10-21T10:00", "wang", "food.end_special", {}),
            ("", "expect", "food.decision.statutory", "2026-10-27"),
        ],
    },
    "S-12a ten days to hand out (R-DEC-6)": {
        "at": "2026-09-14", "items": ["food"],
        "steps": [
            ("2026-09-14T11:00", "li", "food.accept", {}),
            ("2026-09-18T10:00", "wang", "food.propose", {"opinion": "符合。"}),
            ("", "zhao", "food.grant", {"opinion": "同意。"}),
            ("", "expect", "food.issue.due", "2026-10-09"),
        ],
    },
    "S-14 by commitment, checked, put right (R-NCP-6, 8, 9)": {
        "at": "2026-09-10T15:00", "items": ["fire"], "case": FIRE,
        "steps": [
            ("", "expect", "fire.decision.promised", "2026-09-11"),
            ("2026-09-11T10:00", "sun", "fire.grant_by_commitment", {}),
            ("", "expect", "fire.follow-up.check.due", "2026-10-15"),
            ("2026-10-09T10:00", "zhou", "fire.follow-up.order_rectify", {"reasons": ["unfit"], "days": 10}),
            ("", "expect", "fire.follow-up.rectify.due", "2026-10-22"),
            ("2026-10-23T00:00", "expect", "fire.follow-up.recheck.due", "2026-10-27"),
        ],
    },
    "S-15 an unrepaired promise goes the ordinary way (R-NCP-3)": {
        "at": "2026-03-30", "items": ["fire"], "case": FIRE, "excluded": True,
        "steps": [
            ("", "expect", "fire", "received"),
            ("", "li", "fire.accept", {}, "action-not-allowed"),
        ],
    },
    "S-16 容缺 broken (R-RQ-1)": {
        "at": "2026-04-09", "items": ["food"], "missing": ("photo",),
        "steps": [
            ("2026-04-09T11:00", "li", "food.accept_tolerant", {"gaps": ["photo"]}),
            ("", "expect", "food.gap-photo.due", "2026-04-21"),
            ("", "expect", "food.decision.promised", "2026-04-23"),
            ("2026-04-21T23:59", "expect", "food", "reviewing"),
            ("2026-04-22T00:00", "expect", "food", "lapsed"),
        ],
    },
    "S-17 the second waits for the first (R-BND-6)": {
        "at": "2026-06-08", "items": ["food", {"use": "drain", "after": ["food"]}],
        "steps": [
            ("2026-06-08T11:00", "li", "food.accept", {}),
            ("", "expect", "drain", "waiting"),
            ("2026-06-16T10:00", "wang", "food.propose", {"opinion": "符合。"}),
            ("", "zhao", "food.grant", {"opinion": "同意。"}),
            ("", "li", "food.issue", {}),
            ("", "expect", "drain.notice.due", "2026-06-24"),
        ],
    },
    "S-18 yellow, red, never granted (R-MON-1, R-CLK-2, R-DEC-8)": {
        "at": "2026-07-06", "items": ["food"], "policy": {"yellow_percent": 90, "yellow_days_left": 1},
        "steps": [
            ("2026-07-06T11:00", "li", "food.accept", {}),
            ("2026-07-09T10:00", "wang", "food.start_inspection", {}),
            ("2026-07-10T10:00", "wei", "food.record_inspection", {}),
            ("", "expect", "food.decision.promised", "2026-07-20"),
            ("2026-07-16T23:59", "expect", "yellow", None),
            ("2026-07-17T00:00", "expect", "yellow", "2026-07-17"),
            ("2026-07-20T23:59", "expect", "red", None),
            ("2026-07-21T00:00", "expect", "red", "2026-07-21"),
            ("", "expect", "food", "reviewing"),
        ],
    },
    "S-20a regional days off: later in the region, the national date is the safe one (R-CAL-3)": {
        "at": "2026-04-13", "items": ["food"], "layers": True,
        "steps": [("", "expect", "food.notice.due", "2026-04-22")],
    },
    "S-20b the year's end: provisional, never refused (R-CAL-5)": {
        "at": "2026-12-10", "items": ["food"],
        "steps": [
            ("2026-12-10T11:00", "li", "food.accept", {}),
            ("", "expect", "food.decision.statutory", "2027-01-08"),
            ("", "expect", "provisional", True),
        ],
    },
    "R-TIME-1 with the start day counted, where a region reads it so": {
        "at": "2026-09-14", "items": ["food"], "policy": {"count_start_day": True},
        "steps": [("", "li", "food.accept", {}), ("", "expect", "food.decision.statutory", "2026-10-15")],
    },
    "R-DEC-9 a deemed acceptance keeps its place in the order of acceptance": {
        "at": "2026-02-12", "items": ["food"],
        "steps": [("2026-02-27T00:00", "expect", "accepted_on", "2026-02-12")],
    },
}  # fmt: skip
THIRD_OF_MARCH = Calendar(
    kind="calendar",
    layer="CN-GX",
    year=2026,
    source="三月三",
    holidays=["2026-04-17", "2026-04-20"],
)


def look(story: Story, what: str) -> Any:
    """Return what an expectation names, dates as text."""
    first = next(iter(story.case.items))
    clock = story.case.clocks.get((first, "decision"))
    found: Any
    if what in story.case.items:
        found = story.state(what)
    elif what in ("accepted_on", "received_at"):
        found = getattr(story.item(first), what)
    elif what in ("yellow", "red", "breach"):
        found = getattr(clock, f"{what}_on")
    elif what == "provisional":
        found = clock.provisional
    else:
        name, _, limit = what.rpartition(".")
        found = story.due(name, limit)
    return str(found)[:10] if isinstance(found, date) else found


class TestStories:
    @pytest.mark.parametrize("name", STORIES)
    def test_comes_true(self, shop: type[Town], name: str) -> None:
        """Each date of the story is the engine's."""
        told = dict(STORIES[name])
        steps, items = told.pop("steps"), told.pop("items")
        if told.pop("layers", False):
            told["calendar"] = build([*built_in(), THIRD_OF_MARCH], ("CN", "CN-GX"))
        story = shop.submitted(*items, **told)
        for when, who, what, data, *refusal in steps:
            if when:
                story.until(when)
            if who == "expect":
                assert look(story, what) == data, (name, when, what)
            elif refusal:
                with pytest.raises(ServiceError) as raised:
                    getattr(story, who)(what, **data)
                assert raised.value.slug == refusal[0]
            elif who in ("wei", "zhou"):  # the inspectors
                story.checks(who, what, **data)
            else:
                getattr(story, who)(what, **data)
