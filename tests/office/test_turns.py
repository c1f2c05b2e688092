"""The line before passwords are checked: bounded, and fair."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from service.errors import TooManyAttempts
from service.office.turns import BUSY, BUSY_SECONDS, Turns
from tests.waiting import until


class Line:
    """One turn at a time, held until it is let go; who got one is written down."""

    def __init__(self, most_waiting: int = 100) -> None:
        self.turns = Turns(1, most_waiting)
        self.got: list[str] = []
        self.began: list[str] = []
        self.refused: list[str] = []
        self.told: set[tuple[str, int]] = set()
        self.go_on = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def come(self, name: str, account: str = "somebody") -> asyncio.Task[None]:
        """Let somebody come from an address, which is the name up to its number."""

        async def wait() -> None:
            self.began.append(name)
            try:
                async with self.turns.turn(name.rstrip("0123456789"), account):
                    self.got.append(name)
                    await self.go_on.wait()
            except TooManyAttempts as refusal:
                self.refused.append(name)
                self.told.add((refusal.detail, refusal.facts["retry_after"]))

        self.tasks.append(asyncio.create_task(wait()))
        return self.tasks[-1]

    async def settle(self) -> None:
        """Let everybody who came stand in line."""
        await until(lambda: len(self.began) == len(self.tasks), "the start of all")


@asynccontextmanager
async def line(most_waiting: int = 100) -> AsyncIterator[Line]:
    """Open a line; at the end everybody gets his turn."""
    made = Line(most_waiting)
    yield made
    made.go_on.set()
    await asyncio.wait_for(asyncio.gather(*made.tasks, return_exceptions=True), 30)


class TestTurns:
    """轮流."""

    async def test_one_address_does_not_hold_up_another(self) -> None:
        """Hundreds from one address: who comes from another is next but one."""
        async with line(500) as opened:
            for n in range(300):
                opened.come(f"crowd{n}")
            await opened.settle()
            opened.come("single")
            await opened.settle()
        assert opened.got.index("single") <= 2
        assert len(opened.got) == 301

    async def test_one_account_does_not_hold_up_another(self) -> None:
        """Also where all come from one address, as behind a proxy that does not say whose request it is."""
        async with line(500) as opened:
            for n in range(100):
                opened.come(f"proxy{n}", "attacked")
            await opened.settle()
            opened.come("proxy999", "other")
            await opened.settle()
        assert opened.got.index("proxy999") <= 2

    async def test_the_line_is_bounded(self) -> None:
        """Who comes when it is full is told at once, without waiting."""
        async with line(10) as opened:
            for n in range(20):
                opened.come(f"crowd{n}")
            await opened.settle()
            assert opened.got == ["crowd0"]
            assert len(opened.refused) == 9
            assert opened.told == {(BUSY, BUSY_SECONDS)}
        assert len(opened.got) == 11

    @pytest.mark.parametrize(
        ("name", "account"),
        [("single", "somebody"), ("crowd999", "other")],
        ids=["address", "account"],
    )
    async def test_a_full_line_makes_room(self, name: str, account: str) -> None:
        """The last of the crowd goes for who comes from elsewhere, or for another account."""
        async with line(10) as opened:
            for n in range(11):
                opened.come(f"crowd{n}")
            await opened.settle()
            opened.come(name, account)
            await opened.settle()
            assert opened.refused == ["crowd10"]
        assert name in opened.got

    async def test_addresses_as_crowded_as_oneself_are_left_alone(self) -> None:
        """A full line of single ones refuses one more single one."""
        async with line(3) as opened:
            for name in ("first", "a", "b", "c"):
                opened.come(name)
            await opened.settle()
            opened.come("d")
            await opened.settle()
            assert opened.refused == ["d"]

    async def test_who_goes_away_frees_the_place(self) -> None:
        """Waiting or just called: the turn goes to the next."""
        async with line(2) as opened:
            for name in ("first", "a", "b"):
                opened.come(name)
            await opened.settle()
            opened.tasks[1].cancel()
            await opened.settle()
            opened.come("c")
            await opened.settle()
            assert opened.refused == []
            opened.tasks[0].cancel()  # "b" is called …
            opened.tasks[2].cancel()  # … and has gone before it hears
            await until(lambda: "c" in opened.got, "the turn of c")
        assert "a" not in opened.got
