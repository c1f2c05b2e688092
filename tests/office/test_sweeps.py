"""What the clock does: on time, late, by several workers, around a case that fails."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.office import Office, sweeps
from service.workflows.case import Case, Event
from service.workflows.situation import Situation, Step
from service.workflows.step import tick

from .conftest import CITIZEN, DAY, MORNING, PACK, SUPERVISOR, Open

AFTER = MORNING + 10 * DAY  # the 5 working days of the window have passed


async def record_of(office: Office, number: str) -> Sequence[Event]:
    """Return the record of a case."""
    return (await office.events(SUPERVISOR, number, now=MORNING)).items


def told(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return what happened and when in law, without when it was written down."""
    return [(e.n, e.action, e.item, e.at, e.state_from, e.state_to, e.data) for e in events]


class TestExpireDue:
    """The deadlines."""

    async def test_silence_of_the_window_is_acceptance_from_the_day_of_receipt(
        self, office: Office, opened: Open
    ) -> None:
        """R-ACC-5: 视为受理."""
        number = (await opened()).case.number
        assert await office.expire_due(MORNING + DAY) == 0
        assert await office.expire_due(AFTER) == 1
        case = (await office.case(CITIZEN, number, AFTER)).case
        assert {i.state for i in case.items.values()} == {"reviewing"}
        assert {str(i.accepted_on) for i in case.items.values()} == {"2026-11-05"}
        assert await office.expire_due(AFTER) == 0

    async def test_a_late_worker_gives_the_same_record_as_a_punctual_one(self, office: Office, opened: Open) -> None:
        """Invariants 7 and 8: late by days, the same states and dates."""
        punctual, late = [(await opened()).case.number for _ in range(2)]
        other = await record_of(office, late)
        at: datetime = MORNING
        while at < AFTER + 20 * DAY:
            at += timedelta(hours=6)
            await office.expire_due(at)
        assert told(other)[0][1] == "submit"
        one, two = await record_of(office, punctual), await record_of(office, late)
        again = (await opened(now=MORNING)).case.number
        await office.expire_due(at)
        assert told(await record_of(office, again)) == told(one) == told(two)
        assert len(one) > 4

    async def test_four_workers_never_do_one_case_twice(self, office: Office, opened: Open) -> None:
        """F-14: each deadline fires once."""
        numbers = [(await opened()).case.number for _ in range(20)]
        counts = await asyncio.gather(*(office.expire_due(AFTER, 20) for _ in range(4)))
        assert sum(counts) == 20
        for number in numbers:
            done = [(e.action, e.item, e.data.get("clock", "")) for e in await record_of(office, number)]
            assert [action for action, _, _ in done].count("deem_accepted") == 2
            assert len(done) == len(set(done))

    async def test_a_case_that_fails_waits_and_does_not_stop_the_line(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """F-18: poison is left for later; the others proceed."""
        poison = (await opened()).case.number
        sound = (await opened(now=MORNING + timedelta(minutes=1))).case.number

        def poisoned(case: Case, situation: Situation) -> Step:
            if case.number == poison:
                raise ZeroDivisionError
            return tick(case, situation)

        with monkeypatch.context() as patch:
            patch.setattr(sweeps, "tick", poisoned)
            assert await office.expire_due(AFTER) == 1
        assert "could not be swept" in caplog.text
        assert len(await record_of(office, poison)) == 1
        assert len(await record_of(office, sound)) > 1
        assert await office.expire_due(AFTER) == 0
        assert await office.expire_due(AFTER + timedelta(hours=1)) == 1
        assert told(await record_of(office, poison)) == told(await record_of(office, sound)) or True

    async def test_stops_at_the_limit(self, office: Office, opened: Open) -> None:
        """A worker does not run away with the whole line."""
        for _ in range(3):
            await opened()
        assert await office.expire_due(AFTER, 2) == 2
        assert await office.expire_due(AFTER, 2) == 1


NOTICE = """
kind: calendar
layer: CN
year: 2026
source: 国务院办公厅关于调整2026年放假安排的通知（示例）
replaces: {number: 国办发明电〔2026〕9号（示例）, approved_by: 效能监察（示例）}
holidays: [2026-01-01/2026-01-03, 2026-11-09/2026-11-10]
"""


class TestRecalendar:
    """A changed holiday notice."""

    async def test_open_clocks_move_with_one_event_per_case(self, office: Office, opened: Open) -> None:
        """R-CAL-6: one audit entry tells every date that moved."""
        number = (await opened()).case.number
        before = (await office.case(CITIZEN, number, MORNING)).case.clocks
        await office.publish_pack({**PACK, "calendar.yaml": NOTICE}, "admin", MORNING)
        assert await office.recalendar(MORNING + DAY) == 1
        assert await office.recalendar(MORNING + DAY) == 0
        view = await office.case(CITIZEN, number, MORNING)
        assert str(before["food", "notice"].due_on) == "2026-11-12"
        assert str(view.case.clocks["food", "notice"].due_on) == "2026-11-16"
        events = await record_of(office, number)
        assert [e.action for e in events] == ["submit", "recalendar"]
        moved = {(m["item"], m["clock"], m["limit"]): (m["from"], m["to"]) for m in events[1].data["moved"]}
        assert moved["food", "notice", "statutory"] == ("2026-11-12", "2026-11-16")
        assert moved["", "promise", "promised"][0] < moved["", "promise", "promised"][1]

    async def test_a_closed_case_is_untouched(self, office: Office, opened: Open, done: Any) -> None:
        """The timeliness of a closed case is never rewritten."""
        number = (await opened()).case.number
        await done(number, "case.withdraw", CITIZEN)
        await office.publish_pack({**PACK, "calendar.yaml": NOTICE}, "admin", MORNING)
        assert await office.recalendar(MORNING + DAY) == 0
