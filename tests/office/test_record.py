"""What the office writes down, judged by the oracle that shares no code with the engine."""

from dataclasses import replace
from datetime import timedelta

from service.office import Office
from service.store import calendars
from service.store.database import Database
from service.verify import verify
from service.workflows.calendar import built_in

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    PACK,
    REVIEWER,
    STALL,
    WINDOW,
    Act,
    Open,
    asks,
)
from .test_sweeps import NOTICE


class TestRecord:
    """D9: every row is derivable from the events."""

    async def test_every_verb_leaves_a_record_that_tells_every_row(
        self, database: Database, office: Office, opened: Open, done: Act
    ) -> None:
        """Drafts, clicks, claims, deadlines and changed calendars, checked row by row."""
        draft = (
            await office.open_case(asks(CITIZEN), replace(STALL, draft=True, form={}))
        ).case.number
        await office.change_draft(asks(CITIZEN), draft, {"form": dict(STALL.form)})
        await office.submit_draft(asks(CITIZEN, MORNING + HOUR), draft)
        number = (await opened()).case.number
        await office.claim(asks(WINDOW), number, 1)
        await office.release_task(asks(WINDOW), number, 1)
        await done(number, "food.accept", WINDOW)
        await done(number, "food.propose", REVIEWER, opinion="符合")
        await done(number, "food.grant", APPROVER, opinion="准予")
        await done(number, "food.issue", WINDOW)
        await office.publish_pack({**PACK, "calendar.yaml": NOTICE}, "admin", MORNING)
        await office.recalendar(MORNING + DAY)
        await office.expire_due(MORNING + 30 * DAY)
        notices = [
            *(notice.model_dump(mode="json") for notice in built_in()),
            *await _published(database),
        ]
        found = await verify(database, now=MORNING + 31 * DAY + timedelta(hours=1), notices=notices)
        assert found.clean, found.lines()
        assert found.counts["cases"] == 2


async def _published(database: Database) -> list[dict[str, object]]:
    async with database.reading() as connection:
        return [row["document"] for row in await calendars.published(connection)]
