"""Attempts at names: counted exactly, by all processes together; no weapon against the owner, no oracle for strangers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.errors import NotSignedIn, ServiceError, TooManyAttempts
from service.office import KNOWN_FOR, Office, Origin
from service.store import attempts
from service.store.database import Database
from service.store.files import Folder
from service.store.statements import table

from .conftest import MORNING

RIGHT, WRONG = "correct horse", "battery staple"
SECRET = "only-for-tests-" * 3
MINUTE = timedelta(minutes=1)
HOME = Origin("192.0.2.1", "the browser at home")
PROGRAM = Origin("192.0.2.2")


def stranger(n: int) -> Origin:
    """Return where a stranger comes from."""
    return Origin(f"203.0.113.{n}", f"stranger {n}")


@pytest.fixture
async def processes(database_url: str, tmp_path: Path) -> AsyncIterator[list[Office]]:
    """Two offices on one database, as two processes are, and the account `wang`."""
    databases = [Database(database_url) for _ in range(2)]
    made = [
        Office(database, Folder(tmp_path, reserve=0), secret=SECRET, cheap_passwords=True)
        for database in databases
    ]
    await made[0].create_account(
        "wang", RIGHT, name="王示例", kind="clerk", department="scjg", posts=["window"]
    )
    yield made
    for database in databases:
        await database.close()


async def outcome(
    office: Office, name: str, password: str, at: datetime, origin: Origin = PROGRAM
) -> tuple[str, str, int]:
    """Return what somebody is told: the kind, the words, how long to wait."""
    try:
        await office.sign_in(name, password, at, origin=origin)
    except ServiceError as refusal:
        return refusal.slug, refusal.detail, refusal.facts.get("retry_after", 0)
    return "in", "", 0


class TestCounting:
    """F-49: exact counts."""

    async def test_a_hundred_at_once_are_five(self, processes: list[Office]) -> None:
        """However many guess in two processes at the same time: five are looked at, no other, not even the right one."""
        guesses = [WRONG] * 99 + [RIGHT]
        found = await asyncio.gather(
            *(
                outcome(processes[n % 2], "wang", guess, MORNING, stranger(1))
                for n, guess in enumerate(guesses)
            )
        )
        assert Counter(kind for kind, _, _ in found) == {
            NotSignedIn.slug: 5,
            TooManyAttempts.slug: 95,
        }
        assert found[-1] == (TooManyAttempts.slug, "尝试次数过多，请 15 分钟后再试。", 900)

    async def test_a_hundred_names_at_once_are_twenty(self, processes: list[Office]) -> None:
        """One address that tries many names, one guess each."""
        found = await asyncio.gather(
            *(
                outcome(processes[n % 2], f"name{n}", WRONG, MORNING, stranger(1))
                for n in range(100)
            )
        )
        assert Counter(kind for kind, _, _ in found)[NotSignedIn.slug] == 20

    async def test_a_hundred_addresses_at_once_are_ten(self, processes: list[Office]) -> None:
        """Many addresses that try one name, one guess each."""
        found = await asyncio.gather(
            *(outcome(processes[n % 2], "wang", WRONG, MORNING, stranger(n)) for n in range(100))
        )
        assert Counter(kind for kind, _, _ in found)[NotSignedIn.slug] == 10

    async def test_right_ones_are_given_back(self, processes: list[Office]) -> None:
        """Somebody who signs in hundreds of times from one place is never counted."""
        for n in range(30):
            assert (await outcome(processes[n % 2], "wang", RIGHT, MORNING))[0] == "in"
        for n in range(4):
            assert (await outcome(processes[n % 2], "wang", WRONG, MORNING))[0] == NotSignedIn.slug
        assert (await outcome(processes[0], "wang", RIGHT, MORNING))[0] == "in"

    async def test_an_own_account_buys_no_guesses(self, processes: list[Office]) -> None:
        """Signing in to one's own account in between does not reset what is counted of the address."""
        found = []
        for n in range(24):
            found.append(await outcome(processes[0], f"name{n}", WRONG, MORNING, stranger(1)))
            await outcome(processes[0], "wang", RIGHT, MORNING, stranger(1))
        assert Counter(kind for kind, _, _ in found)[NotSignedIn.slug] == 20

    async def test_locks_of_strangers_grow(self, processes: list[Office]) -> None:
        """After ten failures one guess each 1, 2, 4, 8, 15, 15 … minutes, from wherever; a day without begins anew."""
        at = MORNING
        for n in range(10):
            await outcome(processes[0], "wang", WRONG, at, stranger(n))
        waits = []
        for n in range(10, 17):
            kind, _, seconds = await outcome(processes[n % 2], "wang", WRONG, at, stranger(n))
            assert kind == TooManyAttempts.slug
            waits.append(seconds // 60)
            at += timedelta(seconds=seconds)
            assert (await outcome(processes[0], "wang", WRONG, at, stranger(n)))[
                0
            ] == "not-signed-in"
        assert waits == [1, 2, 4, 8, 15, 15, 15]
        at += timedelta(days=1)
        for n in range(10):
            assert (await outcome(processes[0], "wang", WRONG, at, stranger(50 + n)))[0] != (
                TooManyAttempts.slug
            )


class TestOwner:
    """Locking out is no weapon."""

    @pytest.mark.parametrize("failures", [5, 50])
    async def test_gets_in_where_known(self, processes: list[Office], failures: int) -> None:
        """Whatever strangers do meanwhile, from one address or from many, before and between."""
        for origin in (HOME, PROGRAM):
            assert (await outcome(processes[0], "wang", RIGHT, MORNING, origin))[0] == "in"
        for n in range(failures):
            await outcome(processes[n % 2], "wang", WRONG, MORNING, stranger(0))
            await outcome(processes[n % 2], "wang", WRONG, MORNING, stranger(n + 1))
            if n % 7 == 0:
                for origin in (HOME, PROGRAM):
                    found = await outcome(processes[n % 2], "wang", RIGHT, MORNING, origin)
                    assert found[0] == "in"
        assert (await outcome(processes[0], "wang", WRONG, MORNING, stranger(99)))[0] == (
            TooManyAttempts.slug
        )
        elsewhere = Origin("198.51.100.7", HOME.device)  # the browser has been carried away
        for origin in (HOME, PROGRAM, elsewhere):
            assert (await outcome(processes[1], "wang", RIGHT, MORNING, origin))[0] == "in"

    async def test_gets_in_beside_a_stranger_at_the_same_address(
        self, processes: list[Office]
    ) -> None:
        """A colleague without the browser's mark wears out his own allowance."""
        await outcome(processes[0], "wang", RIGHT, MORNING, HOME)
        colleague = Origin(HOME.address, "another browser")
        for _ in range(6):
            found = await outcome(processes[0], "wang", WRONG, MORNING, colleague)
        assert found[0] == TooManyAttempts.slug
        assert (await outcome(processes[0], "wang", RIGHT, MORNING, HOME))[0] == "in"

    async def test_a_known_place_has_five(self, processes: list[Office]) -> None:
        """Who finds the browser open gets no more guesses than anybody."""
        await outcome(processes[0], "wang", RIGHT, MORNING, HOME)
        found = [await outcome(processes[n % 2], "wang", WRONG, MORNING, HOME) for n in range(6)]
        assert [kind for kind, _, _ in found] == [NotSignedIn.slug] * 5 + [TooManyAttempts.slug]

    async def test_is_known_for_ninety_days(self, processes: list[Office]) -> None:
        """Since the last time; then a place is like any other."""
        await outcome(processes[0], "wang", RIGHT, MORNING, HOME)
        for after, kind in ((KNOWN_FOR - MINUTE, "in"), (2 * KNOWN_FOR, TooManyAttempts.slug)):
            for n in range(10):
                await outcome(processes[0], "wang", WRONG, MORNING + after, stranger(n))
            assert (await outcome(processes[0], "wang", RIGHT, MORNING + after, HOME))[0] == kind


class TestStrangers:
    """Nobody learns which accounts there are."""

    async def test_known_and_unknown_names_are_told_the_same(self, processes: list[Office]) -> None:
        """The same words and waits in the same order, in whichever process, from one address and from many."""
        await outcome(processes[0], "wang", RIGHT, MORNING, HOME)
        told: dict[str, list[tuple[str, str, int]]] = {"wang": [], "nobody": []}
        places = [n for n in (1, 2, 3) for _ in range(7)] + list(range(4, 12))
        for n, place in enumerate(places):
            at = MORNING + n * timedelta(seconds=40)
            for m, name in enumerate(told):
                origin = Origin(f"198.51.100.{2 * place + m}")
                told[name].append(await outcome(processes[(n + m) % 2], name, WRONG, at, origin))
        assert told["wang"] == told["nobody"]
        assert {kind for kind, _, _ in told["wang"]} == {NotSignedIn.slug, TooManyAttempts.slug}

    async def test_an_account_that_was_closed_is_unknown(self, processes: list[Office]) -> None:
        """Its right password is as wrong as any."""
        await processes[0].set_active("wang", active=False)
        told = {
            name: [
                await outcome(processes[n % 2], name, RIGHT, MORNING, stranger(m)) for n in range(7)
            ]
            for m, name in enumerate(("wang", "nobody"))
        }
        assert told["wang"] == told["nobody"]


class TestWhatIsKept:
    """The table."""

    async def test_neither_names_nor_addresses(self, processes: list[Office]) -> None:
        """Whoever reads it without the secret does not learn who signs in from where."""
        await outcome(processes[0], "wang", RIGHT, MORNING, HOME)
        await outcome(processes[0], "wang", WRONG, MORNING, stranger(1))
        async with processes[0].database.reading() as connection:
            rows = str(await connection.rows(table("sign_in_attempts").select()))
        assert not any(said in rows for said in ("wang", "192.0.2.1", "203.0.113.1", "browser"))

    async def test_is_forgotten(self, processes: list[Office]) -> None:
        """At the next sign-in: what does not count any more, except where somebody is known."""
        for n in range(10):
            await outcome(processes[0], f"name{n}", WRONG, MORNING, stranger(n))
        await outcome(processes[0], "wang", RIGHT, MORNING + 2 * timedelta(days=1), HOME)
        async with processes[0].database.transaction() as tx:
            kept = await tx.rows(table("sign_in_attempts").select())
            gone = await attempts.purge(tx, MORNING + 2 * KNOWN_FOR)
        assert [row["known_until"] is not None for row in kept].count(True) == 1
        assert len(kept) <= 4
        assert gone == len(kept)
