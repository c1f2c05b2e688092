"""What arrives together travels together, and each is answered by himself, whatever becomes of the others."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from service.store import cases, counters, together
from service.store.connection import Connection
from service.store.database import Database
from service.store.deciding import decided
from service.store.faults import Unanswered
from service.store.together import Claims, Lane
from tests.store.test_deciding import value_of
from tests.waiting import until

MANY = 6
SERIES = "document 云临市监许受〔2026〕0号"


class Trips:
    """A run that notes each batch, and ends when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Event()

    async def __call__(self, entries: Sequence[str]) -> Sequence[str | Exception]:
        """Answer with what was asked; `bad` spoils a batch, `own` only its own."""
        self.batches.append(list(entries))
        await self.go.wait()
        if "bad" in entries:
            raise KeyError("bad")
        return [ValueError(each) if each == "own" else each for each in entries]


async def riding(lane: Lane[str, str], *entries: str) -> list["asyncio.Task[str]"]:
    """Let some ask at once."""
    found = [asyncio.create_task(lane.ride(each)) for each in entries]
    for _ in range(3):
        await asyncio.sleep(0)
    return found


class TestLane:
    """班次 without a database."""

    async def test_nobody_waits_for_a_batch_to_fill(self) -> None:
        """The first leaves at once, and who comes meanwhile leaves together as soon as it is over."""
        trips = Trips()
        lane = Lane("test", trips)
        asked = await riding(lane, "a")
        asked += await riding(lane, "b", "c", "own")
        assert trips.batches == [["a"]]
        trips.go.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert trips.batches == [["a"], ["b", "c", "own"]]
        assert told[:3] == ["a", "b", "c"]
        assert isinstance(told[3], ValueError)

    async def test_a_batch_has_a_limit(self) -> None:
        """More than fit leave with the next one."""
        trips = Trips()
        trips.go.set()
        lane = Lane("test", trips)
        await asyncio.gather(*(lane.ride(str(n)) for n in range(together.MOST + 3)))
        assert [len(batch) for batch in trips.batches] == [together.MOST, 3]

    async def test_nobody_fails_for_anothers_fault(self) -> None:
        """Where a batch fails and may have failed because of one, each travels alone."""
        trips = Trips()
        trips.go.set()
        lane = Lane("test", trips)
        told = await asyncio.gather(
            *(lane.ride(each) for each in ("a", "bad", "b")), return_exceptions=True
        )
        assert (told[0], told[2]) == ("a", "b")
        assert isinstance(told[1], KeyError)

    async def test_who_gives_up_stops_nobody(self) -> None:
        """The batch goes on without him."""
        trips = Trips()
        lane = Lane("test", trips)
        gone, *others = await riding(lane, "a", "b")
        gone.cancel()
        trips.go.set()
        assert await asyncio.gather(*others) == ["b"]
        assert trips.batches == [["a", "b"]]

    async def test_a_late_batch_keeps_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another leaves beside it, a few at most."""
        monkeypatch.setattr(together, "LATE_SECONDS", 0.001)
        trips = Trips()
        lane = Lane("test", trips)
        asked: list[asyncio.Task[str]] = []
        for n in range(together.MOST_BESIDE):
            asked += await riding(lane, str(n))
            await until(lambda n=n: len(trips.batches) > n, "a batch beside the late one")
        trips.go.set()
        assert await asyncio.gather(*asked) == ["0", "1", "2", "3"]

    async def test_who_is_told_that_it_is_unknown_is_told_for_himself(self) -> None:
        """Unanswered for all, never tried again: it may have been done."""
        asked: list[Sequence[str]] = []

        async def lost(entries: Sequence[str]) -> Sequence[str | Exception]:
            asked.append(entries)
            raise ConnectionResetError

        lane = Lane("test", lost)
        told = await asyncio.gather(lane.ride("a"), lane.ride("b"), return_exceptions=True)
        assert [type(each) for each in told] == [Unanswered, Unanswered]
        assert told[0] is not told[1]
        assert len(asked) == 1


class TestClaims:
    """占用."""

    async def test_one_after_the_other_and_nothing_is_left(self) -> None:
        """Also where who waited has gone."""
        claims = Claims()
        await claims.take("a")
        gone, waits = (asyncio.create_task(claims.take("a")) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        assert not waits.done()
        claims.give_back("a")
        await waits
        claims.give_back("a")
        assert not claims._taken


def moves(case_id: str, rows: Any, wanted: Mapping[str, int], **event: Any) -> Any:
    """Return a verb that moves a case on by one event."""

    async def verb(tx: Connection) -> bool:
        found = await cases.gather(tx, case_id=case_id)
        assert found is not None
        seen = found.case["version"]
        parts = {"events": [rows.event(seen + 1, **event)]}
        told = cases.Told({"id": case_id, "version": seen + 1}, parts, seen)
        await cases.record_numbered(tx, wanted, lambda _: told)
        return tx.held

    return verb


async def versions(database: Database) -> list[int]:
    """Return the version of each case, by id."""
    async with database.reading() as connection:
        found = await connection.rows(text("SELECT version FROM cases ORDER BY id"))
        counted = await connection.rows(text("SELECT count(*) AS n FROM events"))
    assert counted[0]["n"] == sum(row["version"] - 1 for row in found)
    return [row["version"] for row in found]


class TestBatches:
    """Many cases in one statement."""

    async def test_one_that_cannot_be_written_is_refused_alone(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-08: a value that the database does not take spoils nothing but its own, and takes no number."""
        for n in range(MANY):
            await filed(f"c{n}")
        bad = {"item": None}  # a column that must not be empty
        verbs = [moves(f"c{n}", rows, {SERIES: 1}, **(bad if n == 2 else {})) for n in range(MANY)]
        told = await asyncio.gather(
            *(decided(database, verb) for verb in verbs), return_exceptions=True
        )
        failed = [n for n, each in enumerate(told) if isinstance(each, BaseException)]
        assert failed == [2]
        assert await versions(database) == [2, 2, 1, 2, 2, 2]
        assert await value_of(database, SERIES) == MANY - 1

    async def test_one_that_was_overtaken_is_decided_anew_and_the_others_stand(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """D1: each has a version of its own to look at."""
        for n in range(MANY):
            await filed(f"c{n}")
        tries: list[str] = []

        async def overtaken(tx: Connection) -> bool:
            found = await cases.gather(tx, case_id="c2")
            assert found is not None
            if not tries:
                async with database.transaction() as other:
                    await moves("c2", rows, {})(other)
            tries.append("c2")
            seen = found.case["version"]
            parts = {"events": [rows.event(seen + 1)]}
            await cases.record(tx, {"id": "c2", "version": seen + 1}, parts, seen_version=seen)
            return tx.held

        verbs = [moves(f"c{n}", rows, {}) for n in range(MANY) if n != 2]
        await asyncio.gather(*(decided(database, verb) for verb in [*verbs, overtaken]))
        assert await versions(database) == [2, 2, 3, 2, 2, 2]

    async def test_what_stands_is_told_whatever_becomes_of_the_rest(
        self, database: Database, filed: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who had to draw anew is told that it is unknown, and nobody who was recorded before."""
        for n in range(MANY):
            await filed(f"c{n}")
        await decided(database, moves("c0", rows, {SERIES: 1}))
        database.series[SERIES].last = 7  # as if it had been so far

        async def lost(*_: Any) -> int:
            raise ConnectionResetError

        monkeypatch.setattr(counters, "last_of", lost)
        verbs = [moves(f"c{n}", rows, {SERIES: 1} if n == 3 else {}) for n in range(MANY)]
        told = await asyncio.gather(
            *(decided(database, verb) for verb in verbs), return_exceptions=True
        )
        assert [n for n, each in enumerate(told) if isinstance(each, Unanswered)] == [3]
        assert await versions(database) == [3, 2, 2, 1, 2, 2]

    async def test_two_of_one_case_never_stand_together(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Whoever asks by its number and by its id."""
        await filed("c0", number="N-0")

        def by(**how: str) -> Any:
            async def verb(tx: Connection) -> None:
                found = await cases.gather(tx, **how)
                assert found is not None
                seen = found.case["version"]
                parts = {"events": [rows.event(seen + 1)]}
                await cases.record(tx, {"id": "c0", "version": seen + 1}, parts, seen_version=seen)

            return decided(database, verb)

        await asyncio.gather(by(number="N-0"), by(case_id="c0"))
        assert await versions(database) == [3]

    async def test_who_has_gone_is_recorded_with_the_others(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """UNKNOWN to him who left, and true for all of them or none."""
        for n in range(MANY):
            await filed(f"c{n}")
        asked: list[asyncio.Task[bool]] = []

        async def leaves(tx: Connection) -> bool:
            verb = moves("c0", rows, {})
            asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, gone)
            return bool(await verb(tx))

        def gone() -> None:
            asked[0].cancel()

        asked += [asyncio.create_task(decided(database, leaves))]
        asked += [
            asyncio.create_task(decided(database, moves(f"c{n}", rows, {}))) for n in range(1, MANY)
        ]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(told[0], asyncio.CancelledError)
        await database.close()
        found = await versions(database)
        assert found[1:] == [2] * (MANY - 1)
        assert found[0] in (1, 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestPostgres:
    """What one statement for many does with what others hold."""

    async def test_what_somebody_holds_is_waited_for_by_nobody_else(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """None waits for a slow one: the held case waits in a transaction of its own."""
        for n in range(MANY):
            await filed(f"c{n}")
        async with database.transaction() as other:
            await cases.gather(other, case_id="c2")
            asked = [
                asyncio.create_task(decided(database, moves(f"c{n}", rows, {SERIES: 1})))
                for n in range(MANY)
            ]
            await asyncio.wait([each for n, each in enumerate(asked) if n != 2])
            assert not asked[2].done()
        assert await asked[2] is True
        assert await versions(database) == [2] * MANY
        assert await value_of(database, SERIES) == MANY

    async def test_a_batch_that_is_cut_off_is_unknown_to_all_and_done_once(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-03: its connection is cut while the statement waits; repeated, each is there once."""
        for n in range(MANY):
            await filed(f"c{n}")
        kept = {"principal": "p", "request_hash": "r", "status": 200, "response": {}}
        kept |= {"created_at": rows.noon}

        def keyed(n: int) -> Any:
            async def verb(tx: Connection) -> str:
                found = await cases.gather(tx, case_id=f"c{n}", key=("p", f"k{n}"))
                assert found is not None
                if found.answered:
                    return "again"
                row = {"id": f"c{n}", "version": 2}
                parts = {"events": [rows.event(2)]}
                own = {**kept, "key": f"k{n}"}
                await cases.record(tx, row, parts, seen_version=1, idempotency=own)
                return "first"

            return decided(database, verb)

        own = await asyncpg.connect(database.address.text)
        holds = own.transaction()
        await holds.start()
        await own.execute(
            "INSERT INTO idempotency (case_id, principal, key, request_hash, status, response, created_at) "
            "VALUES ('', 'p', 'k3', 'r', 200, '{}', now())"
        )
        asked = [asyncio.create_task(keyed(n)) for n in range(MANY)]
        cut = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE wait_event = 'transactionid' AND datname = current_database()"
        )

        async def cut_off() -> bool:
            return bool(await own.fetchval(cut))

        await until(cut_off, "a batch that waits")
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(each) for each in told} == {Unanswered}
        await holds.rollback()
        await own.close()
        assert await versions(database) == [1] * MANY
        assert await asyncio.gather(*(keyed(n) for n in range(MANY))) == ["first"] * MANY
        assert await asyncio.gather(*(keyed(n) for n in range(MANY))) == ["again"] * MANY
        assert await versions(database) == [2] * MANY

    async def test_two_processes_do_not_wait_for_each_other_in_a_circle(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Both act on all cases at once, in opposite order."""
        other = Database(database.address.text)
        for n in range(MANY):
            await filed(f"c{n}")
        for _ in range(3):
            verbs = [
                decided(each, moves(f"c{n}", rows, {SERIES: 1}))
                for each, order in ((database, range(MANY)), (other, range(MANY - 1, -1, -1)))
                for n in order
            ]
            await asyncio.gather(*verbs)
        await other.close()
        assert await versions(database) == [7] * MANY
        assert await value_of(database, SERIES) == 6 * MANY
