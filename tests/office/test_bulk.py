"""Many cases at once: each on its own, exactly once, the same answer again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import DataInvalid, KeyReused, NotFound, NotPermitted
from service.office import BulkEntry, BulkOrder, BulkView, Office
from service.store import bulks
from service.store.faults import KeyTaken

from .conftest import (
    APPROVER,
    CITIZEN,
    HOUR,
    MORNING,
    OUTSIDER,
    STALL,
    WINDOW,
    WINDOW2,
    Act,
    Open,
    asks,
)


async def accepted(office: Office, number: str) -> int:
    """Return how often an acceptance of the food item is on record."""
    page = await office.events(WINDOW, number, now=MORNING)
    return sum((e.action, e.item) == ("accept", "food") for e in page.items)


def told(view: BulkView) -> list[tuple[bool | None, str]]:
    """Return what became of each entry."""
    return [(result.done, result.slug) for result in view.results]


@pytest.fixture
async def three(opened: Open) -> list[str]:
    """Three cases with two items each."""
    return [(await opened()).case.number for _ in range(3)]


class TestActInBulk:
    """POST /bulk."""

    async def test_each_is_done_or_refused_on_its_own(
        self, office: Office, three: list[str], opened: Open, done: Act
    ) -> None:
        """One was done by a colleague, one lacks a paper, one does not exist; the others are done all the same."""
        bare = (await opened(replace(STALL, materials=()))).case.number
        await done(three[1], "food.accept", WINDOW2)
        numbers = [three[0], three[1], "YJS20260101-999999", bare, three[2]]
        order = BulkOrder("accept", [BulkEntry(number, "food", 1) for number in numbers])
        view = await office.act_in_bulk(asks(WINDOW, MORNING + HOUR), order)
        assert told(view) == [
            (True, ""),
            (False, "case-changed"),
            (False, "not-found"),
            (False, "action-not-allowed"),
            (True, ""),
        ]
        assert view.finished
        first, changed, none, lacking, _ = view.results
        assert (first.item_title, first.state_title, first.version) == ("食品经营许可", "审查中", 2)
        assert (first.applicant_name, changed.version, none.applicant_name) == ("占位小吃店", 2, "")
        assert "缺" in lacking.detail
        assert [await accepted(office, number) for number in (three[0], three[1], three[2])] == [
            1,
            1,
            1,
        ]
        assert await office.bulk(WINDOW, view.id) == view

    async def test_a_repeat_gives_the_same_answer(
        self, office: Office, three: list[str], done: Act
    ) -> None:
        """Also after the world has moved on; another order under the same key is refused."""
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        order = BulkOrder("accept", [BulkEntry(number, "food") for number in three])
        view = await office.act_in_bulk(request, order)
        await done(three[0], "case.withdraw", CITIZEN, MORNING + 2 * HOUR)
        assert await office.act_in_bulk(request, order) == view
        assert [await accepted(office, number) for number in three] == [1, 1, 1]
        with pytest.raises(KeyReused):
            await office.act_in_bulk(replace(request, fingerprint="g"), order)

    async def test_goes_on_where_it_was_stopped(self, office: Office, three: list[str]) -> None:
        """What was done before stays as it was told: here the first was, and is not tried again."""
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        order = BulkOrder("accept", [BulkEntry(number, "food") for number in three])
        bulk_id = await office._begun(request, order)
        assert await office._do_next(request, bulk_id)
        stopped = await office.bulk(WINDOW, bulk_id)
        assert told(stopped) == [(True, ""), (None, ""), (None, "")]
        assert not stopped.finished
        view = await office.act_in_bulk(replace(request, now=MORNING + 2 * HOUR), order)
        assert (view.id, told(view)) == (bulk_id, [(True, "")] * 3)
        assert [await accepted(office, number) for number in three] == [1, 1, 1]

    async def test_two_items_of_one_case_do_not_hinder_each_other(
        self, office: Office, three: list[str]
    ) -> None:
        """The version that was seen was moved on by this very order; a stranger's change in between is noticed."""
        number = three[0]
        order = BulkOrder("accept", [BulkEntry(number, "food", 1), BulkEntry(number, "sign", 1)])
        view = await office.act_in_bulk(asks(WINDOW, MORNING + HOUR), order)
        assert [(r.done, r.version) for r in view.results] == [(True, 2), (True, 3)]
        stale = BulkOrder("claim", [BulkEntry(number, "food", 1)])
        assert told(await office.act_in_bulk(asks(WINDOW), stale)) == [(False, "case-changed")]

    async def test_claims_and_reminds(self, office: Office, three: list[str]) -> None:
        """认领 of items, 催办 of cases."""
        claim = BulkOrder("claim", [BulkEntry(number, "food") for number in three[:2]])
        assert told(await office.act_in_bulk(asks(WINDOW), claim)) == [(True, "")] * 2
        assert (
            told(await office.act_in_bulk(asks(WINDOW2), claim))
            == [(False, "action-not-allowed")] * 2
        )
        urge = BulkOrder("urge", [BulkEntry(three[0]), BulkEntry(three[0])])
        view = await office.act_in_bulk(asks(WINDOW), urge)
        assert told(view) == [(True, ""), (False, "action-not-allowed")]
        assert view.results[0].item_title == "开小吃店"

    async def test_never_takes_anything_away(self, office: Office, three: list[str]) -> None:
        """No refusal in bulk, whoever asks and whatever the words."""
        order = BulkOrder(
            "decline",
            [BulkEntry(number, "food") for number in three],
            {"reasons": [{"text": "不"}]},
        )
        view = await office.act_in_bulk(asks(WINDOW), order)
        assert told(view) == [(False, "action-not-allowed")] * 3
        assert "请逐件办理" in view.results[0].detail

    async def test_gives_no_right_that_one_has_not(self, office: Office, three: list[str]) -> None:
        """Another post is refused; another department learns nothing of the case."""
        order = BulkOrder("accept", [BulkEntry(three[0], "food")])
        assert told(await office.act_in_bulk(asks(APPROVER), order)) == [(False, "not-permitted")]
        (result,) = (await office.act_in_bulk(asks(OUTSIDER), order)).results
        assert (result.slug, result.item_title, result.applicant_name, result.state) == (
            "not-found",
            "",
            "",
            "",
        )
        with pytest.raises(NotPermitted):
            await office.act_in_bulk(asks(CITIZEN), order)

    async def test_none_or_too_many_are_refused(self, office: Office) -> None:
        """At most a page."""
        for many in (0, 101):
            with pytest.raises(DataInvalid):
                await office.act_in_bulk(
                    asks(WINDOW), BulkOrder("accept", [BulkEntry("YJS1", "food")] * many)
                )

    async def test_a_case_that_fails_does_not_stop_the_line(
        self, office: Office, three: list[str]
    ) -> None:
        """Something is wrong with the rows of one: it is told as an inner error, the others are done."""
        async with office.database.transaction() as tx:
            await tx.sql.execute(
                text(
                    "UPDATE items SET lifecycle = 'none' WHERE case_id IN "
                    "(SELECT id FROM cases WHERE number = :n)"
                ),
                {"n": three[1]},
            )
        order = BulkOrder("accept", [BulkEntry(number, "food") for number in three])
        view = await office.act_in_bulk(asks(WINDOW, MORNING + HOUR), order)
        assert told(view) == [(True, ""), (False, "internal"), (True, "")]

    async def test_what_happens_is_recorded_at_its_own_instant(
        self, office: Office, three: list[str]
    ) -> None:
        """An entry done after an interruption is done then, not when the order was given (R-TIME-1)."""
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        order = BulkOrder("accept", [BulkEntry(number, "food") for number in three[:2]])
        await office._do_next(request, await office._begun(request, order))
        await office.act_in_bulk(replace(request, now=MORNING + timedelta(days=1)), order)
        days = [
            next(
                e.at
                for e in (await office.events(WINDOW, n, now=MORNING)).items
                if e.action == "accept"
            )
            for n in three[:2]
        ]
        assert days == [MORNING + HOUR, MORNING + timedelta(days=1)]


class TestBulk:
    """GET /bulk/{id}."""

    async def test_is_shown_to_who_ordered_it(self, office: Office, three: list[str]) -> None:
        """A colleague of the same post gets the same answer as for none."""
        view = await office.act_in_bulk(
            asks(WINDOW), BulkOrder("claim", [BulkEntry(three[0], "food")])
        )
        for actor, bulk_id in ((WINDOW2, view.id), (CITIZEN, view.id), (WINDOW, "0" * 32)):
            with pytest.raises(NotFound):
                await office.bulk(actor, bulk_id)


class TestOrders:
    """The table."""

    async def test_a_key_has_one_order(self, office: Office) -> None:
        """Two that arrive at once: the second finds the first."""
        row: dict[str, Any] = {
            "account": "a",
            "key": "k",
            "request_hash": "f",
            "action": "accept",
            "data": {},
            "entries": [],
            "results": [],
            "created_at": MORNING,
        }
        for place, key in enumerate(("k", "", "")):
            async with office.database.transaction() as tx:
                await bulks.begin(tx, row | {"id": str(place), "key": key})
        with pytest.raises(KeyTaken):
            async with office.database.transaction() as tx:
                await bulks.begin(tx, row | {"id": "9"})
        async with office.database.reading() as connection:
            found = await bulks.ordered(connection, "a", "k")
        assert found is not None
        assert found["id"] == "0"
