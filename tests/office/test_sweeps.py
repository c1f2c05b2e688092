"""What the clock does: on time, late, by several workers, around a case that fails."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import OperationalError

from service.errors import NotFound, Unavailable
from service.office import Office, sweeps
from service.office.sweeps import AGAIN_AFTER
from service.store import database as archive
from service.store.database import Database
from service.store.faults import Unanswered
from service.store.files import Folder
from service.verify import verify
from service.worker import once
from service.workflows.calendar import built_in
from service.workflows.case.parts import Case, Event
from service.workflows.case.situation import Situation, Step
from service.workflows.step import tick
from tests.waiting import WITHOUT_END

from .conftest import CITIZEN, DAY, MORNING, PACK, STALL, SUPERVISOR, Open, asks, prints

AFTER = MORNING + 10 * DAY  # the 5 working days of the window have passed


async def record_of(office: Office, number: str) -> Sequence[Event]:
    """Return the record of a case."""
    return (await office.events(SUPERVISOR, number, now=MORNING)).items


def told(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Return what happened and when in law, without when it was written down."""
    return [(e.n, e.action, e.item, e.at, e.state_from, e.state_to, e.data) for e in events]


PLACES = {"in its record": ("INSERT", "events", "case_id"), "in its row": ("UPDATE", "cases", "id")}


async def poisoned(opened: Database, ids: Sequence[str], poison: str) -> None:
    """Let whatever is written of these cases raise; on PostgreSQL the first runs into the time-out instead."""
    verb, table, key = PLACES[poison]
    listed = ", ".join(f"'{case_id}'" for case_id in ids)
    statements = [
        (
            f"CREATE TRIGGER poison BEFORE {verb} ON {table} WHEN NEW.{key} IN ({listed}) "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
    ]
    if opened.postgres:
        statements = [
            (
                "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF NEW.{key} = '{ids[0]}' THEN PERFORM {WITHOUT_END}; END IF; "
                f"IF NEW.{key} IN ({listed}) THEN RAISE 'poison'; END IF; RETURN NEW; END $$"
            ),
            f"CREATE TRIGGER poison BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION poison()",
        ]
    async with opened.transaction() as tx:
        for statement in statements:
            await tx.sql.exec_driver_sql(statement)


async def cured(opened: Database, poison: str) -> None:
    """Take the poison away."""
    on = f" ON {PLACES[poison][1]}" if opened.postgres else ""
    async with opened.transaction() as tx:
        await tx.sql.exec_driver_sql(f"DROP TRIGGER poison{on}")


def _full(opened: Database) -> Exception:
    """Return what a driver raises when there is no room on the disk."""
    if opened.postgres:
        return asyncpg.exceptions.DiskFullError("no space left on device")
    wrong = sqlite3.OperationalError("database or disk is full")
    wrong.sqlite_errorcode = sqlite3.SQLITE_FULL
    return wrong


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

    async def test_a_late_worker_gives_the_same_record_as_a_punctual_one(
        self, office: Office, opened: Open
    ) -> None:
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
            done = [
                (e.action, e.item, e.data.get("clock", "")) for e in await record_of(office, number)
            ]
            assert [action for action, _, _ in done].count("deem_accepted") == 2
            assert len(done) == len(set(done))

    async def test_a_case_that_fails_waits_and_does_not_stop_the_line(
        self,
        office: Office,
        opened: Open,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
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

    async def test_a_full_disk_is_no_case_s_fault(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F-09: the round ends, nothing rests, and all of it is done as soon as there is room."""
        for n in range(3):
            await opened(now=MORNING + timedelta(minutes=n))

        real, left = archive.Connection.commit, [_full(office.database)]

        async def full(self: archive.Connection, **more: Any) -> None:
            if left:  # of what is smaller there may be room
                raise OperationalError("", {}, left.pop())
            await real(self, **more)

        with monkeypatch.context() as patch:
            patch.setattr(archive.Connection, "commit", full)
            with pytest.raises(Unavailable, match="存储空间不足"):
                await office.expire_due(AFTER)
        assert await office.resting_cases(AFTER) == []
        assert await office.expire_due(AFTER) == 3

    async def test_a_connection_lost_once_is_no_case_s_fault(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All of it is done in the same round: nobody rests because of what befell the database."""
        for n in range(3):
            await opened(now=MORNING + timedelta(minutes=n))
        lost = [Unanswered()]

        def cut(case: Case, situation: Situation) -> Step:
            if lost:
                raise lost.pop()
            return tick(case, situation)

        monkeypatch.setattr(sweeps, "tick", cut)
        assert await office.expire_due(AFTER) == 3
        assert await office.resting_cases(AFTER) == []

    async def test_a_case_that_takes_the_database_away_twice_is_left_alone(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where the database is away when that is to be noted: the line does not stand still for it."""
        bad = (await opened()).case.number
        for n in range(2):
            await opened(now=MORNING + timedelta(minutes=1 + n))
        away = [False]
        real = office.database.transaction

        def crashing(case: Case, situation: Situation) -> Step:
            if case.number == bad:
                away[0] = True
                raise Unanswered
            return tick(case, situation)

        @asynccontextmanager
        async def transaction(**more: Any) -> AsyncIterator[archive.Connection]:
            if away[0]:
                away[0] = False
                raise Unanswered
            async with real(**more) as tx:
                yield tx

        with monkeypatch.context() as patch:
            patch.setattr(sweeps, "tick", crashing)
            patch.setattr(office.database, "transaction", transaction)
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await office.expire_due(AFTER)
            assert await office.expire_due(AFTER) == 2
        assert await office.expire_due(AFTER) == 0
        assert await office.expire_due(AFTER + AGAIN_AFTER) == 1

    @pytest.mark.parametrize("poison", ["in its record", "in its row"])
    async def test_whatever_three_cases_do_the_others_are_done_in_the_same_round(
        self,
        database_url: str,
        tmp_path: Path,
        poison: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """F-18: a raise, a time-out, a row that cannot even be set to rest; the sound ones are not held up by it."""
        due = 120 if poison == "in its row" else 20
        monkeypatch.setitem(archive._SERVER_SETTINGS, "statement_timeout", "2s")
        opened = Database(database_url)
        office = Office(opened, Folder(tmp_path / "files"), cheap_passwords=True)
        await office.publish_pack(PACK, "admin", MORNING)
        views = [
            await office.open_case(asks(CITIZEN, MORNING + timedelta(seconds=n)), STALL)
            for n in range(due)
        ]
        bad = views[:3]
        await poisoned(opened, [view.case.id for view in bad], poison)
        assert await office.expire_due(AFTER, 200) == due - 3
        assert all(view.case.id in caplog.text for view in bad)
        resting = [case.number for case in await office.resting_cases(AFTER)]
        # what cannot be written is not noted, and is left alone all the same
        known = [] if poison == "in its row" else [view.case.number for view in bad]
        assert sorted(resting) == known
        caplog.clear()
        assert await office.expire_due(AFTER, 200) == 0
        assert not caplog.records
        await cured(opened, poison)
        for number in known[:1]:
            assert await office.release_resting(AFTER, number) == 1
            assert await office.expire_due(AFTER, 200) == 1
            assert await office.release_resting(AFTER) == 2
            with pytest.raises(NotFound, match=number):
                await office.release_resting(AFTER, number)
        assert await office.expire_due(AFTER + AGAIN_AFTER, 200) == (2 if known else 3)
        await opened.close()

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

    async def test_open_clocks_move_with_one_event_per_case(
        self, office: Office, opened: Open
    ) -> None:
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
        moved = {
            (m["item"], m["clock"], m["limit"]): (m["from"], m["to"])
            for m in events[1].data["moved"]
        }
        assert moved["food", "notice", "statutory"] == ("2026-11-12", "2026-11-16")
        assert moved["", "promise", "promised"][0] < moved["", "promise", "promised"][1]
        await prints(office, view, "recalendar")

    async def test_a_closed_case_is_untouched(
        self, office: Office, opened: Open, done: Any
    ) -> None:
        """The timeliness of a closed case is never rewritten."""
        number = (await opened()).case.number
        await done(number, "case.withdraw", CITIZEN)
        await office.publish_pack({**PACK, "calendar.yaml": NOTICE}, "admin", MORNING)
        assert await office.recalendar(MORNING + DAY) == 0


class TestCalendar:
    """What hangs on a notice of holidays that nobody has yet (R-CAL-5)."""

    async def test_what_waited_for_it_ends_with_it(self, office: Office) -> None:
        """Silence over an estimated day accepts nothing; in the round after the notice was published it does."""
        january = MORNING + 61 * DAY  # 2027-01-05
        case = (await office.open_case(asks(CITIZEN, now=january), STALL)).case
        later = january + 20 * DAY
        assert await office.expire_due(later) == 1
        assert await office.expire_due(later) == 0
        events = await record_of(office, case.number)
        by_clock = {e.action for e in events if e.actor["kind"] == "clock"}
        assert by_clock == {"yellow_card", "await_calendar"}
        national = [notice.model_dump() for notice in built_in()]
        assert (await verify(office.database, now=later, notices=national)).clean
        notice = (
            "kind: calendar\nlayer: CN\nyear: 2027\nsource: 假设的通知\nholidays: [2027-01-01]\n"
        )
        await office.publish_pack({**PACK, "calendars/2027.yaml": notice}, "admin", later)
        rounds = await once(office, later)
        assert {sweep for sweep, changed in rounds.items() if changed} == {
            "recalendar",
            "expire_due",
        }
        events = await record_of(office, case.number)
        accepted = [e for e in events if e.action == "deem_accepted"]
        assert accepted
        assert all(e.data["as_of"].startswith("2027-01-12T16") for e in accepted)
        assert (await verify(office.database, now=later, notices=national)).clean
