"""Where a case was at a past moment."""

from datetime import datetime

import pytest

from service.errors import NotFound
from service.office import Office
from service.workflows.case.situation import Action

from .conftest import (
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    REVIEWER,
    SUPERVISOR,
    WINDOW,
    Act,
    Open,
    asks,
)


class TestWhereAt:
    """R-MON-3: the same four answers for any past time."""

    @pytest.fixture
    async def number(self, office: Office, opened: Open, done: Act) -> str:
        """Received 9:00; accepted 10:00; claimed by the reviewer at 11:00, given back at 12:00; proposed next day."""
        number = str((await opened()).case.number)
        await done(number, "food.accept", WINDOW, MORNING + HOUR)
        view = await office.case(WINDOW, number, MORNING + HOUR)
        n = next(
            n for n, task in view.case.tasks.items() if task.item == "food" and task.done_at is None
        )
        await done(number, "case.claim", REVIEWER, MORNING + 2 * HOUR, task=n)
        await done(number, "case.release", REVIEWER, MORNING + 3 * HOUR, task=n)
        await done(number, "food.propose", REVIEWER, MORNING + DAY, opinion="符合")
        return number

    @pytest.mark.parametrize(
        ("at", "stage", "post", "person"),
        [
            (MORNING + HOUR / 2, "待受理", "受理岗", ""),
            (MORNING + HOUR * 1.5, "审查中", "审查岗", ""),
            (MORNING + HOUR * 2.5, "审查中", "审查岗", "scjg.reviewer"),
            (MORNING + HOUR * 3.5, "审查中", "审查岗", ""),
            (MORNING + DAY + HOUR, "待决定", "决定岗", ""),
        ],
    )
    async def test_stage_department_post_person(
        self, office: Office, number: str, at: datetime, stage: str, post: str, person: str
    ) -> None:
        """Stage, department, post and person as they were, whoever has it now (R-MON-3)."""
        line = next(
            w
            for w in await office.where_at(SUPERVISOR, number, at, MORNING + 2 * DAY)
            if w.item == "food"
        )
        assert (line.stage, line.department_title, line.post_title, line.person) == (
            stage,
            "市场监督管理局",
            post,
            person,
        )

    async def test_before_there_was_anything(self, office: Office, number: str) -> None:
        """Before the receipt nobody had it; who may not see the case learns nothing."""
        assert await office.where_at(CITIZEN, number, MORNING - DAY, MORNING + DAY) == []
        with pytest.raises(NotFound):
            await office.where_at(OUTSIDER, number, MORNING + HOUR, MORNING + DAY)

    async def test_a_late_clock_tells_the_laws_time(self, office: Office, opened: Open) -> None:
        """Deemed accepted at midnight and written down a day later: at noon between it was in review (R-INV-8)."""
        number = (await opened()).case.number
        await office.act(asks(CITIZEN, MORNING + 9 * DAY), number, Action("urge"))
        line = (await office.where_at(SUPERVISOR, number, MORNING + 8 * DAY, MORNING + 9 * DAY))[0]
        assert line.stage == "审查中"
