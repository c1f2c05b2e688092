"""A whole case: written and read back, by one writer at a time."""

# ruff: noqa: PT012 - a transaction is entered inside what must be refused

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from service.errors import CaseChanged
from service.store import case_lists, cases, files, papers
from service.store.columns import AddedJson
from service.store.database import Connection, Database
from service.store.faults import KeyTaken
from service.store.statements import gather_postgres, table
from service.workflows.case.parts import COLUMNS, PARTS
from service.workflows.case.rows import part_of, row_of
from tests.waiting import PATIENCE, for_ever, until


def answer(rows: Any, key: str = "k1") -> dict[str, Any]:
    """An answer to keep."""
    return {
        "principal": "portal",
        "key": key,
        "request_hash": "r",
        "status": 201,
        "response": {"number": "N-1", "float": 1.0},
        "created_at": rows.noon,
    }


class TestRoundTrip:
    """What is written is what is read."""

    async def test_every_column_comes_back_as_it_was(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Instants are aware and in UTC, dates dates, JSON verbatim, on both databases."""
        parts = rows.every_part()
        await filed("c1", parts)
        async with database.transaction() as tx:
            found = await cases.gather(tx, number="N-c1")
        assert found is not None
        assert found.case == rows.case("c1")
        for name in PARTS:
            if name != "messages":
                assert found.rows[name] == parts[name], name
                again = [row_of(name, part_of(name, row)) for row in found.rows[name]]
                assert again == parts[name]
        assert found.case["created_at"].tzinfo is UTC
        assert "messages" not in found.rows
        async with database.reading() as connection:
            assert await case_lists.events(connection, "c1") == parts["events"]
            looked = await cases.look(connection, case_id="c1")
        assert looked is not None
        assert (looked.case, looked.rows) == (found.case, found.rows)

    async def test_a_column_that_came_later_is_never_nothing(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Rows from before it, or by a process that does not know it, read as empty, by every way of reading."""
        later = [
            (t.name, c)
            for t in SQLModel.metadata.sorted_tables
            for c in t.columns
            if isinstance(c.type, AddedJson)
        ]
        assert {name for name, _ in later} == {"cases", "items", "certificates", "commitments"}
        await filed("c1", rows.every_part(), number="YJS1", applicant_id="id-1")
        async with database.transaction() as tx:
            for name, column in later:
                await tx.change(text(f'UPDATE {name} SET "{column.name}" = NULL'))
        async with database.transaction() as tx:
            found = await cases.gather(tx, number="YJS1")
            assert found is not None
            queried = {
                name: (await tx.rows(select(SQLModel.metadata.tables[name])))[0]
                for name, _ in later
            }
        for name, column in later:
            row = found.case if name == "cases" else found.rows[name][0]
            assert row[column.name] == queried[name][column.name] == column.type.kind()
        assert [row["carries"] for row in found.held] == [{}]

    async def test_other_offsets_are_kept_as_the_same_instant(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Beijing time goes in, UTC comes out."""
        local = datetime(2026, 11, 5, 8, 0, tzinfo=timezone(timedelta(hours=8)))
        await filed("c1", {"tasks": [rows.task(1, since_at=local)]}, received_at=local)
        async with database.transaction() as tx:
            found = await cases.gather(tx, case_id="c1")
        assert found is not None
        assert (
            found.case["received_at"]
            == found.rows["tasks"][0]["since_at"]
            == datetime(2026, 11, 5, tzinfo=UTC)
        )
        assert found.case["received_at"].tzinfo is UTC

    async def test_naive_instants_are_refused(self, filed: Any) -> None:
        """A time without an offset means a different instant on every machine."""
        with pytest.raises(ValueError, match="naive"):
            await filed("c1", received_at=datetime(2026, 11, 5))

    async def test_json_keeps_floats_and_key_order(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """The hash of a record is made over what was written: 1.0 may not become 1."""
        await filed("c1", {"events": [rows.event(1, data={"b": 1.0, "a": 1e22, "空": ""})]})
        async with database.reading() as connection:
            data = (await case_lists.events(connection, "c1"))[0]["data"]
        assert repr(data) == "{'b': 1.0, 'a': 1e+22, '空': ''}"

    async def test_an_unknown_case_is_none(self, database: Database) -> None:
        """Nothing is found by a number nobody has, nor by none."""
        async with database.transaction() as tx:
            assert await cases.gather(tx, number="no") is None
            assert await cases.gather(tx) is None

    async def test_tables_have_exactly_the_fields_of_the_values(self) -> None:
        """Whoever adds a field to a value is told to add the column."""
        from service.store.statements import columns

        for name, fields in COLUMNS.items():
            assert tuple(c.name for c in columns(name)) == fields, name


class TestRecord:
    """One write, whole or not at all."""

    async def test_parts_are_replaced_and_added(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """A changed row stands in the place of the old one; the columns of the case not named stay."""
        await filed("c1", {"tasks": [rows.task(1), rows.task(2)]})
        async with database.transaction() as tx:
            changed = {"tasks": [rows.task(2, person="li"), rows.task(3)]}
            await cases.record(
                tx, {"id": "c1", "version": 2, "state": "granted"}, changed, seen_version=1
            )
        async with database.transaction() as tx:
            found = await cases.gather(tx, case_id="c1")
        assert found is not None
        assert sorted((r["n"], r["person"]) for r in found.rows["tasks"]) == [
            (1, ""),
            (2, "li"),
            (3, ""),
        ]
        assert found.case == rows.case("c1", version=2, state="granted")

    async def test_an_old_version_writes_nothing(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """D1: the seen version is part of the UPDATE."""
        await filed("c1")
        with pytest.raises(CaseChanged) as refused:
            async with database.transaction() as tx:
                parts = {"events": [rows.event(2)], "tasks": [rows.task(9)]}
                await cases.record(
                    tx, {"id": "c1", "version": 8}, parts, seen_version=7, idempotency=answer(rows)
                )
        assert refused.value.facts["seen"] == 7
        async with database.reading() as connection:
            assert await case_lists.events(connection, "c1") == []
            assert await papers.answer(connection, "portal", "k1") is None

    async def test_a_version_that_stands_still_is_a_mistake(self, database: Database) -> None:
        """Without a new version two writers could both believe they were first."""
        with pytest.raises(ValueError, match="version"):
            async with database.transaction() as tx:
                await cases.record(tx, {"id": "c1", "version": 1}, {}, seen_version=1)

    async def test_of_two_writers_exactly_one_wins(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-12: eight decide on the same version; one event is written."""
        await filed("c1")

        async def act(who: int) -> bool:
            try:
                async with database.transaction() as tx:
                    parts = {"events": [rows.event(2, actor={"account": str(who)})]}
                    await cases.record(tx, {"id": "c1", "version": 2}, parts, seen_version=1)
            except CaseChanged:
                return False
            return True

        won = await asyncio.gather(*(act(who) for who in range(8)))
        assert sum(won) == 1
        async with database.reading() as connection:
            found = await case_lists.events(connection, "c1")
        assert [e["actor"]["account"] for e in found] == [str(won.index(True))]

    async def test_a_reader_that_waited_for_the_lock_decides_on_what_is_there_now(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """D1: on PostgreSQL a statement that waits for a row has an older view of the other tables."""
        await filed("c1", {"tasks": [rows.task(1)]})
        holding = asyncio.Event()
        locked = text(
            "SELECT count(*) AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND datname = current_database()"
        )

        async def waits() -> bool:
            async with database.reading() as connection:
                return not database.postgres or bool((await connection.row(locked) or {})["n"])

        async def first() -> None:
            async with database.transaction() as tx:
                await cases.gather(tx, case_id="c1")
                holding.set()
                await until(waits, "the other's waiting for the lock")
                parts = {"tasks": [rows.task(1, person="first"), rows.task(2)]}
                await cases.record(tx, {"id": "c1", "version": 2}, parts, seen_version=1)

        async def second() -> Any:
            await holding.wait()
            async with database.transaction() as tx:
                return await cases.gather(tx, case_id="c1")

        _, found = await asyncio.gather(first(), second())
        assert found.case["version"] == 2
        assert sorted((t["n"], t["person"]) for t in found.rows["tasks"]) == [(1, "first"), (2, "")]

    async def test_a_failure_rolls_everything_back(self, database: Database, rows: Any) -> None:
        """F-01: what was not committed is not there."""
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as tx:
                await cases.record(
                    tx, rows.case("c1"), {"events": [rows.event(1)]}, seen_version=None
                )
                raise ZeroDivisionError
        async with database.reading() as connection:
            assert await cases.look(connection, case_id="c1") is None

    async def test_a_cancelled_request_leaves_nothing_held(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Whoever comes next is not stopped by the lock of one that was broken off."""
        await filed("c1")
        holding = asyncio.Event()

        async def broken_off() -> None:
            async with database.transaction() as tx:
                await cases.gather(tx, case_id="c1")
                holding.set()
                await for_ever()

        running = asyncio.create_task(broken_off())
        await holding.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        async with asyncio.timeout(PATIENCE), database.transaction() as tx:
            await cases.record(
                tx, {"id": "c1", "version": 2}, {"events": [rows.event(2)]}, seen_version=1
            )


class TestIdempotency:
    """The same key is answered once (D5)."""

    async def test_the_answer_is_found_with_the_case_and_when_opening(
        self, database: Database, rows: Any
    ) -> None:
        """The stored answer comes with the read that was needed anyway, byte for byte."""
        kept = answer(rows)
        async with database.transaction() as tx:
            await cases.record(tx, rows.case("c1"), {}, seen_version=None, idempotency=kept)
        async with database.transaction() as tx:
            found = await cases.gather(tx, case_id="c1", key=("portal", "k1"))
            other = await cases.gather(tx, case_id="c1", key=("someone", "k1"))
            opened = await cases.opening(tx, applicant_id="x", key=("portal", "k1"))
            stored = await papers.answer(tx, "portal", "k1")
        assert found is not None
        assert other is not None
        assert found.answered == opened.answered == kept
        assert other.answered is None
        assert stored == kept | {"case_id": "c1"}

    async def test_the_same_key_at_once_makes_one_case(self, database: Database, rows: Any) -> None:
        """F-13: of four submissions under one key one is written, the others learn that it was."""

        async def submit(who: int) -> bool:
            try:
                async with database.transaction() as tx:
                    await cases.record(
                        tx,
                        rows.case(f"c{who}"),
                        {"events": [rows.event(1)]},
                        seen_version=None,
                        idempotency=answer(rows),
                    )
            except KeyTaken:
                return False
            return True

        assert sum(await asyncio.gather(*(submit(who) for who in range(4)))) == 1
        async with database.reading() as connection:
            assert len(await case_lists.ids(connection)) == 1

    async def test_serials_are_never_given_twice(self, database: Database) -> None:
        """Eight that arrive together draw eight numbers."""

        async def draw() -> int:
            async with database.transaction() as tx:
                return (await cases.opening(tx, applicant_id="x")).serial

        assert len(set(await asyncio.gather(*(draw() for _ in range(8))))) == 8

    async def test_exclusion_counts_over_all_cases(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """A broken promise in one case closes 告知承诺 in the next, until repaired."""
        credit = rows.every_part()["credits"]
        await filed("c1", {"credits": credit})
        async with database.transaction() as tx:
            assert (await cases.opening(tx, applicant_id="92999901MADEM0046F")).standing.excluded
            assert not (await cases.opening(tx, applicant_id="other")).standing.excluded
            repaired = {"credits": [credit[0] | {"excluded": False}]}
            await cases.record(tx, {"id": "c1", "version": 2}, repaired, seen_version=1)
            assert not (
                await cases.opening(tx, applicant_id="92999901MADEM0046F")
            ).standing.excluded


class TestEvents:
    """办理记录 only grows."""

    @pytest.mark.parametrize(
        "change", [update(table("events")).values(law="x"), delete(table("events"))]
    )
    async def test_records_cannot_be_changed(
        self, database: Database, filed: Any, rows: Any, change: Any
    ) -> None:
        """The database itself refuses, whoever asks."""
        await filed("c1", {"events": [rows.event(1)]})
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.transaction() as tx:
                await tx.change(change)
        async with database.reading() as connection:
            assert [e["law"] for e in await case_lists.events(connection, "c1")] == [""]

    async def test_records_cannot_be_emptied(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Not by the short way either."""
        if not database.postgres:
            pytest.skip("SQLite knows no TRUNCATE")
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.transaction() as tx:
                await tx.change(text("TRUNCATE events"))

    async def test_a_number_is_used_once(self, database: Database, filed: Any, rows: Any) -> None:
        """A second event of the same number is a mistake that does not pass."""
        await filed("c1", {"events": [rows.event(1)]})
        with pytest.raises(Exception, match=r"UNIQUE|unique"):
            async with database.transaction() as tx:
                await cases.record(
                    tx, {"id": "c1", "version": 2}, {"events": [rows.event(1)]}, seen_version=1
                )


class TestByNumber:
    """What is asked for by its own number costs the same however many there are."""

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_nothing_is_searched_through_on_sqlite(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """A case by its number, a paper by its code, a certificate by its number, cases by a file of theirs."""
        await filed("c1", rows.every_part())
        sent: list[str] = []
        async with database.reading() as connection:
            await connection.hop(lambda raw: raw.set_trace_callback(sent.append))
            assert await cases.look(connection, number="N-c1")
            assert await papers.notice_by_code(connection, "code-1")
            assert await papers.certificate(connection, "JY1")
            assert await files.cases_with(connection, "a" * 64) == ["c1"]
            await connection.hop(lambda raw: raw.set_trace_callback(None))
            plans = [
                str(await connection.rows(text(f"EXPLAIN QUERY PLAN {s}")))
                for s in sent
                if "SELECT" in s.upper()
            ]
        assert len(plans) > 10
        assert [plan for plan in plans if "SCAN" in plan] == []

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_nor_on_postgresql(self, database: Database) -> None:
        """Also by the plan that does not know the number yet, which a prepared statement ends with."""
        async with database.transaction() as tx:
            for setting in ("enable_seqscan = off", "plan_cache_mode = force_generic_plan"):
                await tx.sql.execute(text(f"SET LOCAL {setting}"))
            await tx.sql.exec_driver_sql(
                f"PREPARE q (text, text, text) AS {gather_postgres('number', '')}"
            )
            found = await tx.sql.exec_driver_sql("EXPLAIN EXECUTE q ('N-1', '', '')")
            assert "Index Scan using cases_number on cases c" in str(found.all())


class TestCost:
    """The bar of the design: submitting a five-item application takes at most four statements."""

    async def test_submission_takes_two_statements(self, database: Database, rows: Any) -> None:
        """One that gathers and one that records; on SQLite two changes of thread."""
        parts = rows.every_part()
        parts["items"] = [parts["items"][0] | {"item": f"i{n}"} for n in range(5)]
        parts["tasks"] = [rows.task(n) for n in range(5)]
        seen: list[str] = []
        async with database.transaction() as tx:
            if tx.postgres:
                tx._driver.add_query_logger(lambda record: seen.append(record.query))
            else:
                hop = Connection.hop

                async def counted(self: Connection, work: Any) -> Any:
                    seen.append("hop")
                    return await hop(self, work)

                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(Connection, "hop", counted)
                    await self.submit(tx, parts, rows)
                assert len(seen) == 2
                return
            await self.submit(tx, parts, rows)
        assert [q.split()[0] for q in seen] == ["SELECT", "WITH", "COMMIT"]

    async def submit(self, tx: Connection, parts: Any, rows: Any) -> None:
        await cases.opening(tx, applicant_id="x", key=("portal", "k1"))
        await cases.record(tx, rows.case("c1"), parts, seen_version=None, idempotency=answer(rows))

    async def test_acting_takes_two_statements(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """A clerk's click: the same two, whatever the number of parts."""
        if not database.postgres:
            pytest.skip("counted on PostgreSQL, where a statement is a round trip")
        await filed("c1", rows.every_part())
        seen: list[str] = []
        async with database.transaction() as tx:
            tx._driver.add_query_logger(lambda record: seen.append(record.query))
            await cases.gather(tx, number="N-c1", key=("portal", "k1"))
            await cases.record(
                tx, {"id": "c1", "version": 2}, {"tasks": [rows.task(2)]}, seen_version=1
            )
        assert [q.split()[0] for q in seen] == ["SELECT", "WITH", "COMMIT"]


def test_sqlite_is_new_enough() -> None:
    """RETURNING needs 3.35."""
    assert sqlite3.sqlite_version_info >= (3, 35)
