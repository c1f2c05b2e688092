"""What is due: each case to one worker, none forgotten, a poisoned one put aside."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from service.store import cases, sweeps
from service.store.database import Database


class TestDue:
    """The clock's sweep."""

    async def test_four_workers_never_take_the_same_case(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-14: forty due cases with two due clocks each; every one is handled exactly once."""
        for c in range(40):
            due = [
                rows.clock(clock=name, wake_at=rows.noon + timedelta(seconds=c))
                for name in ("a", "b")
            ]
            await filed(f"c{c}", {"clocks": due, "events": [rows.event(1)]})
        await filed("later", {"clocks": [rows.clock(wake_at=rows.noon + timedelta(days=9))]})
        now = rows.noon + timedelta(minutes=2)
        done: Counter[str] = Counter()

        async def work() -> None:
            while True:
                async with database.transaction() as tx:
                    taken = await sweeps.due(tx, now)
                    if not taken:
                        return
                    found = await cases.gather(tx, case_id=taken[0])
                    assert found is not None
                    quiet = [clock | {"wake_at": None} for clock in found.rows["clocks"]]
                    parts = {"clocks": quiet, "events": [rows.event(2)]}
                    await cases.record(
                        tx,
                        {"id": taken[0], "version": 2},
                        parts,
                        seen_version=found.case["version"],
                    )
                    done[taken[0]] += 1

        await asyncio.gather(*(work() for _ in range(4)))
        # A worker that only met rows others held stops early; what it passed over was done by them.
        assert done == Counter({f"c{c}": 1 for c in range(40)})

    async def test_the_longest_due_comes_first_and_a_batch_names_each_once(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """In the order of their instants."""
        for c, minutes in (("c1", 3), ("c2", 1), ("c3", 2)):
            await filed(
                c,
                {
                    "clocks": [
                        rows.clock(clock=n, wake_at=rows.noon + timedelta(minutes=minutes))
                        for n in "ab"
                    ]
                },
            )
        async with database.transaction() as tx:
            assert await sweeps.due(tx, rows.noon, 10) == []
            assert await sweeps.due(tx, rows.noon + timedelta(minutes=2), 10) == ["c2", "c3"]
            assert await sweeps.due(tx, rows.noon + timedelta(minutes=5), 10) == ["c2", "c3", "c1"]

    async def test_where_a_certificate_ends_what_is_due_earlier_elsewhere_comes_first(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """Whatever else is due in its case; of two that wait for each other the one that ends first (行政许可法 50)."""

        def due(minutes: int, clock: str = "notice", expiry: str = "") -> dict[str, Any]:
            at = rows.noon + timedelta(minutes=minutes, seconds=31, microseconds=417_389)
            return dict(rows.clock(clock=clock, expiry=expiry, wake_at=at))

        async def taken(*but: str) -> list[str]:
            async with database.transaction() as tx:
                return await sweeps.next_due(tx, rows.noon + timedelta(hours=1), "end", but)

        await filed("old", {"clocks": [due(0), due(5, "validity", "end")]})
        await filed("renewing", {"clocks": [due(3)]})
        await filed("later", {"clocks": [due(7)]})
        assert await taken() == ["renewing"]
        assert await taken("renewing") == ["old"]
        await filed("other", {"clocks": [due(1), due(4, "validity", "end")]})
        assert await taken() == ["renewing"]
        assert await taken("renewing") == ["later"]  # due after both, and none that ends is before
        assert await taken("renewing", "later") == ["other"]
        assert await taken("renewing", "later", "other") == ["old"]

    async def test_a_poisoned_case_does_not_stop_the_line(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-18: it is put aside, its due date stays, and it comes back."""
        for c in ("bad", "good"):
            await filed(
                c,
                {
                    "clocks": [
                        rows.clock(wake_at=rows.noon - timedelta(hours=1 if c == "bad" else 0))
                    ]
                },
            )
        later = rows.noon + timedelta(minutes=5)
        async with database.transaction() as tx:
            assert await sweeps.due(tx, rows.noon) == ["bad"]
        async with database.transaction() as tx:
            await sweeps.postpone(tx, "bad", later, since=rows.noon, error="ValueError")
            await sweeps.postpone(tx, "good", later)  # not for an error
        async with database.transaction() as tx:
            assert await sweeps.due(tx, rows.noon) == []
            assert await sweeps.postponed(tx, rows.noon) == [
                {
                    "id": "bad",
                    "number": "N-bad",
                    "retry_since": rows.noon,
                    "retry_at": later,
                    "retry_error": "ValueError",
                }
            ]
            assert await sweeps.due(tx, later) == ["bad"]
            assert await sweeps.due(tx, later, but=["bad"]) == ["good"]
            assert await sweeps.postponed(tx, later) == []
            assert await sweeps.wake(tx, rows.noon, "N-good") == 1
            assert await sweeps.due(tx, rows.noon) == ["good"]

    async def test_a_case_someone_works_on_is_passed_over(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """On PostgreSQL the worker takes the next one instead of waiting; on SQLite there is one writer anyway."""
        await filed("held", {"clocks": [rows.clock(wake_at=rows.noon)]})
        await filed("free", {"clocks": [rows.clock(wake_at=rows.noon + timedelta(seconds=1))]})
        if not database.postgres:
            async with database.transaction() as tx:
                assert await sweeps.due(tx, rows.noon + timedelta(minutes=1)) == ["held"]
            return
        async with database.transaction() as clerk:
            await cases.gather(clerk, case_id="held")
            async with database.transaction() as tx:
                assert await sweeps.due(tx, rows.noon + timedelta(minutes=1)) == ["free"]


class TestStale:
    """The sweep after a new calendar."""

    async def test_only_open_clocks_of_other_calendars(
        self, database: Database, filed: Any, rows: Any
    ) -> None:
        """F-22: settled clocks stay as they are; a clock without a calendar has nothing to reckon."""
        for c, calendar, state in (
            ("old", "cal-1", "running"),
            ("paused", "cal-0", "paused"),
            ("new", "cal-2", "running"),
            ("other", "cal-3", "running"),
            ("closed", "cal-1", "settled"),
            ("none", "", "running"),
        ):
            await filed(c, {"clocks": [rows.clock(calendar=calendar, state=state)]})
        async with database.transaction() as tx:
            assert set(await sweeps.stale(tx, ["cal-2", "cal-3"], rows.noon, 10)) == {
                "old",
                "paused",
            }
            assert set(await sweeps.stale(tx, ["cal-2"], rows.noon, 10)) == {
                "old",
                "paused",
                "other",
            }
            assert set(await sweeps.stale(tx, [], rows.noon, 10)) == {
                "old",
                "paused",
                "new",
                "other",
            }
            assert len(await sweeps.stale(tx, ["cal-2"], rows.noon, 1)) == 1
