"""Rights that end: at the next request, whichever process it comes to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.errors import NotSignedIn
from service.office import Office, staff
from service.store.database import Database
from service.store.files import Folder
from service.store.statements import table

from .conftest import MORNING

RIGHT = "correct horse"
HOURS = timedelta(hours=12)


@pytest.fixture
async def processes(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[Office]]:
    """Two offices on one database that know an account for ever, unless they are told; each request looks."""
    monkeypatch.setattr(staff, "FRESH_SECONDS", 1e9)
    monkeypatch.setattr(staff, "LOOK_SECONDS", 0.0)
    databases = [Database(database_url) for _ in range(2)]
    made = [
        Office(database, Folder(tmp_path, reserve=0), cheap_passwords=True)
        for database in databases
    ]
    await made[0].create_account("wang", RIGHT, name="王示例", kind="supervisor")
    yield made
    for database in databases:
        await database.close()


async def bearer(office: Office, generation: int = 0, token: str = "0.aa") -> str:
    """Return who acts with a token of `wang`; empty when it has ended."""
    try:
        return (await office.bearer("wang", generation, token)).name
    except NotSignedIn:
        return ""


class TestTokens:
    """F-45, F-46: what ends, ends everywhere."""

    async def test_one_ends_by_signing_out(self, processes: list[Office]) -> None:
        """The other tokens of the account go on."""
        here, there = processes
        assert await bearer(here) == await bearer(there) == "王示例"
        await here.end_token("wang", "0.aa", MORNING + HOURS, MORNING)
        for office in processes:
            assert (await bearer(office), await bearer(office, 0, "0.bb")) == ("", "王示例")

    @pytest.mark.parametrize("how", ["everywhere", "password", "deactivated", "given anew"])
    async def test_all_end(self, processes: list[Office], how: str) -> None:
        """And the sessions with them; who signs in again gets in at once, also at the other process."""
        here, there = processes
        sessions = [
            await each.open_session(await each.sign_in("wang", RIGHT, MORNING), MORNING)
            for each in processes
        ]
        actor = await there.actor("wang")
        assert actor is not None
        password = RIGHT
        match how:
            case "everywhere":
                await here.sign_out_everywhere("wang")
            case "password":
                password = "another horse"
                await here.change_password(actor, RIGHT, password, MORNING)
            case "deactivated":
                await here.set_active("wang", active=False)
                await here.set_active("wang", active=True)
            case _:
                await here.create_account("wang", RIGHT, name="王示例", kind="supervisor")
        for office in processes:
            assert await bearer(office) == ""
            assert [await office.session(token, MORNING) for token in sessions] == [None, None]
        again = await here.sign_in("wang", password, MORNING)
        assert await bearer(there, again.token_generation) == "王示例"

    async def test_a_newer_one_is_let_in_at_once(
        self, processes: list[Office], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A process that has not yet heard of the change does not refuse who signed in after it."""
        here, there = processes
        assert await bearer(there) == "王示例"
        monkeypatch.setattr(staff, "LOOK_SECONDS", 1e9)
        await here.sign_out_everywhere("wang")
        assert await bearer(there, 1) == "王示例"

    async def test_a_deactivated_account_is_out_everywhere(self, processes: list[Office]) -> None:
        """Whatever token or browser it holds."""
        here, there = processes
        assert await bearer(there) == "王示例"
        await here.set_active("wang", active=False)
        assert [await each.actor("wang") for each in processes] == [None, None]
        assert await bearer(there, 1) == ""


class TestLooking:
    """What it costs to know."""

    async def test_twice_a_second_at_most(
        self, processes: list[Office], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Requests in between ask nothing; a right that ended is known within a second (F-45)."""
        here, there = processes
        assert await bearer(there) == "王示例"
        monkeypatch.undo()
        assert staff.LOOK_SECONDS <= 0.5
        monkeypatch.setattr(staff, "LOOK_SECONDS", 1e9)
        await here.end_token("wang", "0.aa", MORNING + HOURS, MORNING)
        assert await bearer(there) == "王示例"
        there.staff.look_again()
        monkeypatch.setattr(staff, "LOOK_SECONDS", 0.0)
        assert await bearer(there) == ""

    async def test_changes_at_the_same_time_are_all_seen(self, processes: list[Office]) -> None:
        """None slips behind one with a higher number that was seen before."""
        there = processes[1]

        async def watch() -> None:
            while len(there.staff._ended) < 40:
                await bearer(there)

        ending = [
            processes[n % 2].end_token("wang", f"0.{n}", MORNING + HOURS, MORNING)
            for n in range(40)
        ]
        await asyncio.wait_for(asyncio.gather(watch(), *ending), 120)
        assert {f"0.{n}" for n in range(40)} <= there.staff._ended

    async def test_ended_tokens_are_forgotten_when_they_would_have_ended(
        self, processes: list[Office]
    ) -> None:
        """At the next one that ends."""
        here, _ = processes
        await here.end_token("wang", "0.aa", MORNING + HOURS, MORNING)
        await here.end_token("wang", "0.bb", MORNING + 3 * HOURS, MORNING + 2 * HOURS)
        async with here.database.reading() as connection:
            rows = await connection.rows(table("access_changes").select())
        assert [row["token"] for row in rows if row["token"]] == ["0.bb"]
