"""Lists: in order, without gaps or repeats, by right."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import DataInvalid
from service.store import case_lists, cases, tasks
from service.store.case_lists import Filter, Right
from service.store.database import Database
from service.store.tasks import Narrowing


async def walk(first: Any) -> list[dict[str, Any]]:
    """Follow the cursor to the end."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await first(cursor)
        found += page.rows
        cursor = page.next
        if not cursor:
            return found


class TestTasks:
    """待办."""

    @pytest.fixture
    async def office(self, filed: Any, rows: Any) -> None:
        """Tasks of two departments; some share a date, some have none, some are taken or done."""
        for c in range(4):
            made = [
                rows.task(n, due_on=date(2026, 11, 10 + n % 3) if n % 4 else None) for n in range(8)
            ]
            made += [rows.task(8, department="xf", post="reviewer", item="fire", card="red")]
            made += [
                rows.task(9, person="li", due_on=None),
                rows.task(10, person="li"),
                rows.task(11, done_at=rows.noon),
            ]
            await filed(f"c{c}", {"tasks": made}, applicant_name=f"申请人{c}%", bundle=f"b{c % 2}")

    async def test_pages_have_no_gaps_and_no_repeats(
        self, database: Database, office: None
    ) -> None:
        """Keyset over several posts: earliest due first, no date last, any page size gives the same list."""
        posts = [("scjg", "window"), ("xf", "reviewer"), ("xf", "reviewer"), ("none", "none")]
        async with database.reading() as connection:
            whole = (await tasks.unclaimed(connection, posts, limit=500)).rows
            assert len({(t["case_id"], t["n"]) for t in whole}) == len(whole) == 36
            assert whole == sorted(
                whole, key=lambda t: (t["due_on"] or date.max, t["case_id"], t["n"])
            )
            for limit in (1, 7, 36):
                assert whole == await walk(
                    lambda cursor, limit=limit: tasks.unclaimed(
                        connection, posts, limit=limit, cursor=cursor
                    )
                )
            assert (await tasks.unclaimed(connection, [])).rows == []

    async def test_mine_are_only_mine_and_open(self, database: Database, office: None) -> None:
        """A taken task leaves the common list and appears in one's own."""
        async with database.reading() as connection:
            li = tasks.Whose("li", [], "scjg")
            found = await walk(lambda cursor: tasks.mine(connection, li, limit=3, cursor=cursor))
            assert [(t["case_id"], t["n"]) for t in found] == [
                *((f"c{c}", 10) for c in range(4)),
                *((f"c{c}", 9) for c in range(4)),
            ]
            assert (await tasks.mine(connection, tasks.Whose("wang", [], "scjg"))).rows == []
            assert (await tasks.mine(connection, tasks.Whose("li", [], "xf"))).rows == []
            assert found[0]["number"] == "N-c0"
            assert found[0]["applicant_name"] == "申请人0%"

    @pytest.mark.parametrize(
        ("by", "count"),
        [
            (Narrowing(card="red"), 4),
            (Narrowing(bundle="b1"), 18),
            (Narrowing(item="fire"), 4),
            (Narrowing(text="N-c2"), 9),
            (Narrowing(text="申请人3"), 9),
            (Narrowing(text="%"), 36),
            (Narrowing(text="_"), 0),
            (Narrowing(card="red", bundle="b0", item="fire"), 2),
        ],
    )
    async def test_narrowing(
        self, database: Database, office: None, by: Narrowing, count: int
    ) -> None:
        """By card, bundle, item and text; what is typed is taken literally."""
        async with database.reading() as connection:
            found = await tasks.unclaimed(connection, [("scjg", "window"), ("xf", "reviewer")], by)
        assert len(found.rows) == count

    async def test_a_page_is_one_range_of_an_index(self, database: Database, office: None) -> None:
        """The first page costs the same however many tasks are open."""
        free, red = tasks._could_be("scjg", "window"), Narrowing(card="red")
        lists = [
            ("tasks_open", tasks._page_of(free, Narrowing(), None, 50)),
            (
                "tasks_mine",
                tasks._page_of(
                    tasks._taken_by(tasks.Whose("li", [], "scjg")), Narrowing(), None, 50
                ),
            ),
            ("tasks_carded", tasks._page_of(free, red, None, 50)),
        ]
        async with database.transaction() as tx:
            if tx.postgres:
                await tx.sql.execute(text("SET LOCAL enable_seqscan = off"))
                await tx.sql.execute(text("SET LOCAL enable_sort = off"))
                await tx.sql.execute(text("SET LOCAL enable_bitmapscan = off"))
            for index, statement in lists:
                written = str(
                    statement.compile(tx.sql.sync_engine, compile_kwargs={"literal_binds": True})
                )
                explain = "EXPLAIN " if tx.postgres else "EXPLAIN QUERY PLAN "
                plan = " ".join(
                    str(tuple(row)) for row in await tx.sql.execute(text(explain + written))
                )
                assert index in plan
                assert "Sort" not in plan.replace("Incremental Sort", "Sort")
                assert "TEMP B-TREE" not in plan

    async def test_counting_stops_at_the_bound(self, database: Database, office: None) -> None:
        """Mine, what could be mine, by card: as many as there are, and never more than asked for."""
        whose = tasks.Whose("li", [("scjg", "window"), ("xf", "reviewer")], "scjg")
        async with database.reading() as connection:
            assert await tasks.counts(connection, whose, 100) == {
                "mine": 8,
                "unclaimed": 36,
                "yellow": 0,
                "red": 4,
                "waiting": 0,
            }
            found = await tasks.counts(connection, whose, 3)
        assert (found["mine"], found["unclaimed"], found["red"]) == (3, 3, 3)

    async def test_a_made_up_cursor_is_the_callers_mistake(self, database: Database) -> None:
        """422, not 500."""
        async with database.reading() as connection:
            for cursor in ("x", "bnVsbA==", "WzFd", "é"):
                with pytest.raises(DataInvalid):
                    await tasks.mine(connection, "li", cursor=cursor)


class TestCases:
    """办件列表."""

    @pytest.fixture
    async def archive(self, filed: Any, rows: Any) -> None:
        """Twelve cases; some at the same instant."""
        item = rows.every_part()["items"][0]
        for c in range(12):
            await filed(
                f"c{c:02}",
                {
                    "items": [item | {"department": "xf" if c % 3 == 0 else "scjg"}],
                    "clocks": [rows.clock()],
                },
                created_at=rows.noon + timedelta(minutes=c // 2),
                account=f"a{c % 2}",
                applicant_id=f"id{c % 4}",
                bundle="shop" if c < 6 else "restaurant",
                state="granted" if c == 5 else "received",
            )

    async def test_pages_have_no_gaps_and_no_repeats(
        self, database: Database, archive: None
    ) -> None:
        """Newest first; the same instant is ordered by id."""
        async with database.reading() as connection:
            for limit in (1, 5, 12, 50):
                found = await walk(
                    lambda cursor, limit=limit: case_lists.listed(
                        connection, Right(everything=True), limit=limit, cursor=cursor
                    )
                )
                assert [c["id"] for c in found] == [f"c{c:02}" for c in range(11, -1, -1)]
        assert found[0]["due_on"] == date(2026, 11, 12)
        assert "form" not in found[0]

    @pytest.mark.parametrize(
        ("right", "by", "seen"),
        [
            (Right(), Filter(), set()),
            (Right(account="a1"), Filter(), {1, 3, 5, 7, 9, 11}),
            (Right(applicant_id="id0"), Filter(), {0, 4, 8}),
            (Right(account="a1", applicant_id="id0"), Filter(bundle="shop"), {0, 1, 3, 4, 5}),
            (Right(department="xf"), Filter(), {0, 3, 6, 9}),
            (Right(department="xf", bundles=("restaurant",)), Filter(), {0, 3, 6, 7, 8, 9, 10, 11}),
            (Right(everything=True), Filter(state="granted"), {5}),
            (Right(account="a0"), Filter(text="N-c0"), {0, 2, 4, 6, 8}),
        ],
    )
    async def test_rights_and_filters(
        self, database: Database, archive: None, right: Right, by: Filter, seen: set[int]
    ) -> None:
        """Nobody sees more than one of their rights allows; filters only narrow."""
        async with database.reading() as connection:
            found = await case_lists.listed(connection, right, by)
            assert {int(c["id"][1:]) for c in found.rows} == seen

    async def test_walking_through_all_cases(
        self, database: Database, archive: None, rows: Any
    ) -> None:
        """Verification passes over every case and every record."""
        async with database.transaction() as tx:
            more = {"events": [rows.event(n) for n in range(1, 6)]}
            await cases.record(tx, {"id": "c03", "version": 2}, more, seen_version=1)
            assert [e["n"] for e in await case_lists.events(tx, "c03", after=2, limit=2)] == [3, 4]
            first = await case_lists.ids(tx, limit=7)
            assert len(first + await case_lists.ids(tx, after=first[-1])) == 12
