"""Lists, records, explanations, public progress."""

import pytest

from service.errors import DataInvalid, NotFound
from service.office import CaseFilter, Office

from .conftest import (
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    SIGN_CLERK,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    Act,
    Open,
)


class TestCases:
    """Lists by right."""

    async def test_everybody_sees_their_own(self, office: Office, opened: Open) -> None:
        """Applicant, lead, cooperating department and supervisor; nobody else."""
        number = (await opened()).case.number
        for actor, expected in (
            (CITIZEN, [number]),
            (WINDOW, [number]),
            (SIGN_CLERK, [number]),
            (SUPERVISOR, [number]),
            (STRANGER, []),
            (OUTSIDER, []),
        ):
            assert [c.number for c in (await office.cases(actor)).items] == expected

    async def test_newest_first_in_pages(self, office: Office, opened: Open) -> None:
        """A page begins after the last row of the one before."""
        numbers = [(await opened(now=MORNING + n * HOUR)).case.number for n in range(3)]
        first = await office.cases(CITIZEN, limit=2)
        second = await office.cases(CITIZEN, cursor=first.next, limit=2)
        assert [c.number for c in [*first.items, *second.items]] == numbers[::-1]
        assert second.next is None
        line = first.items[0]
        assert (line.bundle_title, line.state_title, str(line.due_on)) == (
            "开小吃店",
            "已收件",
            "2026-11-12",
        )

    async def test_is_narrowed_by_state(self, office: Office, opened: Open, done: Act) -> None:
        """The filter of the list."""
        number = (await opened()).case.number
        await opened()
        await done(number, "case.withdraw", CITIZEN)
        assert [
            c.number for c in (await office.cases(CITIZEN, CaseFilter(state="withdrawn"))).items
        ] == [number]


class TestEvents:
    """The record."""

    async def test_comes_in_pages(self, office: Office, opened: Open, done: Act) -> None:
        """Each page begins after the last number seen."""
        number = (await opened()).case.number
        await done(number, "food.accept", WINDOW)
        first = await office.events(CITIZEN, number, limit=1, now=MORNING)
        second = await office.events(CITIZEN, number, first.next, now=MORNING)
        assert [e.action for e in [*first.items, *second.items]] == ["submit", "accept"]
        with pytest.raises(DataInvalid):
            await office.events(CITIZEN, number, "x", now=MORNING)

    async def test_another_items_record_is_not_shown(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """R-BND-10."""
        number = (await opened()).case.number
        await done(number, "food.accept", WINDOW)
        assert [e.action for e in (await office.events(SIGN_CLERK, number, now=MORNING)).items] == [
            "submit"
        ]


class TestExplain:
    """Why a date is what it is."""

    async def test_goes_day_by_day(self, office: Office, opened: Open) -> None:
        """R-TIME-1: the day of the start does not count."""
        found = await office.explain(
            CITIZEN, (await opened()).case.number, "food", "notice", MORNING
        )
        assert found["due_on"] == "2026-11-12"
        assert [d["counted"] for d in found["days"]][:2] == [False, True]

    async def test_an_unknown_clock_is_not_found(self, office: Office, opened: Open) -> None:
        """Nothing is explained that is not there."""
        with pytest.raises(NotFound):
            await office.explain(CITIZEN, (await opened()).case.number, "food", "nonsense", MORNING)


class TestTrack:
    """Progress for everybody who has the code."""

    async def test_shows_whose_turn_it_is_without_persons(
        self, office: Office, opened: Open
    ) -> None:
        """Names are masked, papers and forms absent."""
        case = (await opened()).case
        found = await office.track(case.number, case.query_code.lower(), MORNING)
        assert (found["applicant"], found["state_title"]) == ("占***店", "已收件")
        assert [w["department_title"] for w in found["where"]] == ["市场监督管理局"] * 2
        assert not {"form", "person", "materials"} & {*found, *found["where"][0]}

    async def test_a_wrong_code_finds_nothing(self, office: Office, opened: Open) -> None:
        """The code is the only key."""
        case = (await opened()).case
        for number, code in (
            (case.number, ""),
            (case.number, "AAAAAAAA"),
            ("YJS20261105-999999", case.query_code),
        ):
            with pytest.raises(NotFound):
                await office.track(number, code, MORNING)


class TestDemoClock:
    """The clock that can be moved."""

    async def test_goes_forward_only_and_for_all_processes(self, office: Office) -> None:
        """The offset is a row."""
        assert await office.demo_clock(MORNING) == MORNING
        assert await office.move_demo_clock(MORNING + DAY, MORNING) == MORNING + DAY
        assert await office.demo_clock(MORNING + HOUR) == MORNING + DAY + HOUR
        with pytest.raises(DataInvalid):
            await office.move_demo_clock(MORNING, MORNING + DAY)
