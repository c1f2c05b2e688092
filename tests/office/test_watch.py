"""How the service stands: workers that report, what waits, what an operator is told."""

import asyncio
from datetime import timedelta

import pytest

from service.office import Office, Terms, new_worker
from service.office.condition import until
from service.store import sweeps
from service.watching import metrics
from service.worker import tidy
from tests.waiting import until as until_true

from .conftest import CITIZEN, DAY, MORNING, STALL, asks


class TestChecks:
    """What `yijianshi check` looks at."""

    async def test_a_calm_service_lacks_only_a_worker(self, office: Office) -> None:
        """Each thing has its name."""
        found = {check.name: check for check in await office.checks(MORNING)}
        assert {name for name, check in found.items() if not check.ok and not check.warning} == {
            "workers"
        }
        assert {"database", "due", "resting", "outbox", "calendar", "disk"} <= found.keys()

    async def test_a_worker_is_alive_as_long_as_it_reports(self, office: Office) -> None:
        """A worker that hangs is noticed by its silence; one that stopped in order is not missed."""
        worker = new_worker(MORNING)
        await office.report(worker | {"round": {"expire_due": 3}})
        soon, late = MORNING + timedelta(seconds=50), MORNING + timedelta(minutes=3)
        (here,) = await office.checks(soon, worker["host"])
        assert here.ok
        assert "expire_due 3 件" in here.detail
        (elsewhere,) = await office.checks(soon, "another-host")
        assert not elsewhere.ok
        (silent,) = await office.checks(late, worker["host"])
        assert not silent.ok
        await office.report(worker | {"seen_at": late})
        await office.sign_off(worker["name"])
        assert not {c.name: c for c in await office.checks(late)}["workers"].ok

    async def test_what_waits_is_told(self, office: Office) -> None:
        """Due and not settled, resting after a failure, messages nobody has sent."""
        case = (await office.open_case(asks(CITIZEN), STALL)).case
        later = MORNING + 10 * DAY
        found = {check.name: check for check in await office.checks(later)}
        assert not found["due"].ok
        assert not found["outbox"].ok
        async with office.database.transaction() as tx:
            await sweeps.postpone(tx, case.id, later + timedelta(minutes=5))
        found = {check.name: check for check in await office.checks(later)}
        assert found["due"].ok
        assert not found["resting"].ok
        assert "1 件" in found["resting"].detail

    async def test_limits_beyond_the_calendar_are_told(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """`check`, readiness and the worker say it; nobody is less ready for it. A validity hangs on no calendar."""
        december = MORNING + 44 * DAY  # 2026-12-19
        assert "12-31" in {c.name: c for c in await office.checks(MORNING)}["calendar"].detail
        await office.open_case(asks(CITIZEN, now=december), STALL)
        found = {check.name: check for check in await office.checks(december)}["calendar"]
        assert (found.ok, found.warning) == (False, True)
        assert "最长的期限到 2027-" in found.detail
        assert await office.ready(lambda: december)
        assert "ready, but: 工作日历：" in caplog.text
        stop = asyncio.Event()
        work = asyncio.create_task(tidy(office, Terms(), now=lambda: december, stop=stop))
        await until_true(lambda: "calendar_ends" in caplog.text, "the warning")
        stop.set()
        await work
        await office.expire_due(december + 60 * DAY)
        late = {c.name: c for c in await office.checks(december + 60 * DAY)}["calendar"]
        assert "已到推算的日子" in late.detail
        await office.measure(december)
        levels = metrics.text().decode()
        assert "yijianshi_calendar_short_days 0.0" not in levels
        assert "yijianshi_limits_awaiting_calendar 0.0" not in levels

    def test_a_calendar_ends_where_a_year_is_missing(self) -> None:
        """A year further on does not help before the gap is closed."""
        assert [until(years).year for years in ((2024, 2025, 2026), (2024, 2026))] == [2026, 2024]
