"""The work list: what is shown, taken, given back."""

from dataclasses import replace

import pytest

from service.errors import ActionNotAllowed, NotPermitted
from service.office import Office, TaskFilter
from service.workflows.situation import Actor

from .conftest import CITIZEN, DAY, HOUR, MORNING, REVIEWER, STALL, WINDOW, WINDOW2, Act, Open, asks

HEAD = Actor("scjg.head", "clerk", "scjg", frozenset({"head"}))


async def shown(office: Office, actor: Actor, view: str, **more: str) -> list[tuple[str, str]]:
    """Return the (number, item) of a list."""
    page = await office.tasks(actor, TaskFilter(view=view, **more))  # type: ignore[arg-type]
    return [(row.number, row.item) for row in page.items]


class TestTasks:
    """Listing."""

    async def test_lists_what_one_could_take_earliest_due_first(self, office: Office, opened: Open) -> None:
        """The first row is what must be done next."""
        later = (await opened(now=MORNING + DAY)).case.number
        sooner = (await opened()).case.number
        page = await office.tasks(WINDOW, TaskFilter(view="unclaimed"))
        assert [row.number for row in page.items] == [sooner, sooner, later, later]
        first = page.items[0]
        assert (first.item_title, first.state_title, first.post_title) == ("食品经营许可", "待受理", "受理岗")
        assert await shown(office, REVIEWER, "unclaimed") == []

    async def test_pages_follow_each_other_without_gap_or_repeat(self, office: Office, opened: Open) -> None:
        """Keyset pages over what was taken and what could be."""
        numbers = [(await opened()).case.number for _ in range(3)]
        await office.claim(asks(WINDOW), numbers[1], 1)
        seen, cursor = [], None
        while True:
            page = await office.tasks(WINDOW, TaskFilter(view="all"), cursor, 2)
            seen += [(row.number, row.item) for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == sorted((n, item) for n in numbers for item in ("food", "sign"))

    async def test_is_narrowed_by_item_and_text(self, office: Office, opened: Open) -> None:
        """Filters hold together with the right to see."""
        number = (await opened()).case.number
        other = await opened(replace(STALL, applicant={**STALL.applicant, "name": "另一家面馆"}))
        assert await shown(office, WINDOW, "unclaimed", item="sign", text="面馆") == [(other.case.number, "sign")]
        assert await shown(office, WINDOW, "unclaimed", text=number) == [(number, "food"), (number, "sign")]

    async def test_is_for_clerks(self, office: Office) -> None:
        """An applicant has cases, not tasks."""
        with pytest.raises(NotPermitted):
            await office.tasks(CITIZEN)


class TestClaim:
    """Taking a task and giving it back."""

    async def test_a_claimed_task_is_acted_on_by_its_holder_only(self, office: Office, opened: Open, done: Act) -> None:
        """Claim and release are part of the record."""
        number = (await opened()).case.number
        row = await office.claim(asks(WINDOW), number, 1)
        assert (row.person, row.item) == ("scjg.window", "food")
        assert await shown(office, WINDOW, "mine") == [(number, "food")]
        with pytest.raises(ActionNotAllowed):
            await done(number, "food.accept", WINDOW2)
        with pytest.raises(ActionNotAllowed):
            await office.claim(asks(WINDOW2), number, 1)
        assert (await office.release_task(asks(WINDOW), number, 1)).person == ""
        await done(number, "food.accept", WINDOW2)
        page = await office.events(WINDOW, number, now=MORNING)
        assert [e.action for e in page.items] == ["submit", "claim", "release", "accept"]

    async def test_only_the_holder_or_the_head_gives_it_back(self, office: Office, opened: Open) -> None:
        """A colleague cannot take a task away."""
        number = (await opened()).case.number
        await office.claim(asks(WINDOW), number, 1)
        with pytest.raises(NotPermitted):
            await office.release_task(asks(WINDOW2), number, 1)
        assert (await office.release_task(asks(HEAD), number, 1)).person == ""

    async def test_a_task_of_another_post_cannot_be_taken(self, office: Office, opened: Open) -> None:
        """One takes what one may do."""
        number = (await opened()).case.number
        with pytest.raises(NotPermitted):
            await office.claim(asks(REVIEWER), number, 1)

    async def test_a_repeated_claim_under_one_key_is_the_same_claim(self, office: Office, opened: Open) -> None:
        """A resent click is not a second one."""
        number = (await opened()).case.number
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        rows = [await office.claim(request, number, 1) for _ in range(2)]
        assert [row.person for row in rows] == ["scjg.window"] * 2
        assert len((await office.events(WINDOW, number, now=MORNING)).items) == 2
