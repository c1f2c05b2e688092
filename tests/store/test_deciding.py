"""Reading, deciding and recording by two statements: whoever was overtaken decides anew, numbers have no gap."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from service.errors import ActionNotAllowed
from service.store import cases
from service.store.database import Connection, Database
from service.store.deciding import decided
from service.store.faults import NoRoom
from service.store.statements import table
from service.watching.log import cause_of
from tests.conftest import sql

MANY = 6
SERIES = "document 云临市监许受〔2026〕0号"


@pytest.fixture
async def processes(database: Database) -> AsyncIterator[list[Database]]:
    """Two processes on the same database, as far as what each remembers goes."""
    other = Database(database.address.text)
    yield [database, other]
    await other.close()


async def drawn_by(tx: Connection, case_id: str, rows: Any, wanted: dict[str, int]) -> int:
    """Draw a number and record it with a case; return the number."""
    found = await cases.gather(tx, case_id=case_id)
    assert found is not None
    seen, n = found.case["version"], found.case["version"] + 1
    drawn: list[int] = []

    def told(first: Mapping[str, int]) -> cases.Told:
        drawn.append(next(iter(first.values()), 0))
        parts = {"events": [rows.event(n, data={"number": drawn[-1]})]}
        return cases.Told({"id": case_id, "version": n}, parts, seen)

    await cases.record_numbered(tx, wanted, told)
    return drawn[-1]


async def value_of(database: Database, series: str) -> int:
    """Return the last number that was drawn."""
    counted = table("counters").c
    async with database.reading() as connection:
        row = await connection.row(select(counted.value).where(counted.name == series))
    return row["value"] if row else 0


class TestDecided:
    """D1: nothing that was decided on what is no longer there is recorded."""

    async def test_whoever_is_overtaken_decides_anew(
        self, processes: list[Database], filed: Any, rows: Any
    ) -> None:
        """F-12: all act on the same case at once; each decides on what the one before left, at last under the lock."""
        await filed("c1")
        verbs = [
            decided(database, lambda tx: drawn_by(tx, "c1", rows, {}))
            for database in processes * MANY
        ]
        await asyncio.gather(*verbs)
        async with processes[0].reading() as connection:
            found = await cases.look(connection, case_id="c1")
        assert found is not None
        assert found.case["version"] == 1 + 2 * MANY

    async def test_a_refusal_is_not_tried_again(self, database: Database, filed: Any) -> None:
        """What the law refuses is not a lost race."""
        await filed("c1")
        asked: list[str] = []

        async def verb(_: Connection) -> None:
            asked.append("once")
            raise ActionNotAllowed

        with pytest.raises(ActionNotAllowed):
            await decided(database, verb)
        assert asked == ["once"]

    async def test_the_same_key_at_once_is_one_record(self, database: Database, rows: Any) -> None:
        """D5: whoever comes second reads the answer that the first one kept."""
        kept = {
            "principal": "portal",
            "key": "k1",
            "request_hash": "r",
            "status": 201,
            "response": {"number": "N-1"},
            "created_at": rows.noon,
        }

        async def opens(who: int) -> str:
            async def verb(tx: Connection) -> str:
                opening = await cases.opening(tx, applicant_id="id-1", key=("portal", "k1"))
                if opening.answered:
                    return "again"
                row = rows.case(f"c{who}")
                await cases.record(tx, row, {}, seen_version=None, idempotency=kept)
                return "first"

            return await decided(database, verb)

        told = await asyncio.gather(*(opens(who) for who in range(MANY)))
        assert sorted(told) == ["again"] * (MANY - 1) + ["first"]

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_a_server_that_hung_up_meanwhile_is_asked_anew(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-03: what only read on a connection that proved dead reads on another."""
        await filed("c1")
        own = await asyncpg.connect(database.address.text)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"

        async def verb(tx: Connection) -> bool:
            if not asked:
                asked.append("cut off")
                await own.fetch(cut)
            await drawn_by(tx, "c1", rows, {})
            return tx.held

        asked: list[str] = []
        assert not await decided(database, verb)
        await own.close()


FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION no_room();
"""


class TestFailures:
    """What the server says when it cannot record."""

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    @pytest.mark.parametrize("many", [1, 3])
    async def test_a_full_disk_is_told_with_its_cause(
        self, database: Database, filed: Any, rows: Any, many: int
    ) -> None:
        """Alone and together: Unavailable, whose causes come to an end, and that is what the server said."""
        for n in range(many):
            await filed(f"c{n}")
        await sql(database.address.text, FULL)
        told = await asyncio.gather(
            *(
                decided(database, partial(drawn_by, case_id=f"c{n}", rows=rows, wanted={}))
                for n in range(many)
            ),
            return_exceptions=True,
        )
        assert [type(each) for each in told] == [NoRoom] * many
        for each in told:
            causes: list[BaseException] = [each]  # type: ignore[list-item]
            while (cause := causes[-1].__cause__) is not None:
                assert cause not in causes
                causes.append(cause)
            assert cause_of(causes[0]) == "53100"


class TestNumbers:
    """文号 without a gap, whether or not a transaction stands around their drawing."""

    async def test_no_gap_and_none_twice(
        self, processes: list[Database], filed: Any, rows: Any
    ) -> None:
        """Two processes draw from one series at once, and what comes to nothing takes no number."""
        for n in range(2 * MANY):
            await filed(f"c{n}")

        async def takes(n: int) -> int:
            async def verb(tx: Connection) -> int:
                return await drawn_by(tx, f"c{n}", rows, {SERIES: 1})

            return await decided(processes[n % 2], verb)

        async def comes_to_nothing(n: int) -> None:
            def refused(_: Mapping[str, int]) -> cases.Told:
                raise ActionNotAllowed

            async def verb(tx: Connection) -> None:
                await cases.record_numbered(tx, {SERIES: 1}, refused)

            with pytest.raises(ActionNotAllowed):
                await decided(processes[n % 2], verb)

        drawn = [await takes(n) for n in range(4)]  # in turn: each knows a number that is past
        found = await asyncio.gather(
            *(each(n) for n in range(4, 2 * MANY) for each in (takes, comes_to_nothing))
        )
        drawn += [number for number in found if number is not None]
        assert sorted(drawn) == list(range(1, 2 * MANY + 1))
        assert await value_of(processes[0], SERIES) == 2 * MANY

    async def test_of_several_series_at_once(
        self, processes: list[Database], filed: Any, rows: Any
    ) -> None:
        """Who draws from several draws from all of them or from none; others draw from one of them meanwhile."""
        wanted = ({SERIES: 1}, {SERIES: 1, "certificate": 2}, {"certificate": 1}, {"other": 1})
        for n in range(len(wanted) * MANY):
            await filed(f"c{n}")

        async def takes(n: int) -> int:
            series = wanted[n % len(wanted)]
            return await decided(
                processes[n % 3 == 0], lambda tx: drawn_by(tx, f"c{n}", rows, series)
            )

        drawn = await asyncio.gather(*(takes(n) for n in range(len(wanted) * MANY)))
        found = [await value_of(processes[0], name) for name in (SERIES, "certificate", "other")]
        assert found == [2 * MANY, 3 * MANY, MANY]
        assert sorted(drawn[3 :: len(wanted)]) == list(range(1, MANY + 1))

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    async def test_who_draws_alone_draws_without_a_transaction(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Of one series, the first number too, without a transaction."""
        await filed("c1")
        held: list[bool] = []

        async def verb(tx: Connection) -> int:
            held.append(tx.held)
            return await drawn_by(tx, "c1", rows, {SERIES: 1})

        assert [await decided(database, verb) for _ in range(4)] == [1, 2, 3, 4]
        assert held == [False] * 4
