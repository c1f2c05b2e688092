"""轮流 — who waits to have a password checked: a bounded line, fair between addresses and the accounts of an address."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from service.errors import TooManyAttempts

BUSY = "现在登录的人太多，请稍等几秒再试。"
BUSY_SECONDS = 5

Turn = asyncio.Future[None]


class Turns:
    """At most so many at once, at most so many waiting; each address in turn, at each address each account in turn.

    Where the line is full, the last of the most crowded address makes room for somebody from a less crowded one.
    """

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._free = at_once
        self._most_waiting = most_waiting
        self._line: dict[str, dict[str, deque[Turn]]] = {}

    @asynccontextmanager
    async def turn(self, address: str, account: str) -> AsyncIterator[None]:
        """Wait for one's turn and hold it. Raises TooManyAttempts at once where the line is full."""
        await self._come(address, account)
        try:
            yield
        finally:
            self._free += 1
            self._call()

    async def _come(self, address: str, account: str) -> None:
        if self._free and not self._line:
            self._free -= 1
            return
        if sum(map(_length, self._line.values())) >= self._most_waiting:
            self._make_room(address, account)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._line.setdefault(address, {}).setdefault(account, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave(address, account, turn)
            else:  # called, but gone before it heard
                self._free += 1
                self._call()
            raise

    def _call(self) -> None:
        while self._free and self._line:
            address, accounts = next(iter(self._line.items()))
            account, turns = next(iter(accounts.items()))
            turn = turns[0]
            self._leave(address, account, turn)
            # both go to the end of their round
            if account in accounts:
                accounts[account] = accounts.pop(account)
            if address in self._line:
                self._line[address] = self._line.pop(address)
            if not turn.done():
                self._free -= 1
                turn.set_result(None)

    def _leave(self, address: str, account: str, turn: Turn) -> None:
        accounts = self._line.get(address, {})
        if turn not in accounts.get(account, ()):
            return
        accounts[account].remove(turn)
        if not accounts[account]:
            del accounts[account]
        if not accounts:
            del self._line[address]

    def _make_room(self, address: str, account: str) -> None:
        own = self._line.get(address, {})
        where, crowd = max(self._line.items(), key=lambda entry: _length(entry[1]))
        who, turns = max(crowd.items(), key=lambda entry: len(entry[1]))
        crowded = _length(crowd) > _length(own) + 1
        within = where == address and len(turns) > len(own.get(account, ())) + 1
        if not crowded and not within:
            raise busy()
        last = turns[-1]
        self._leave(where, who, last)
        if not last.done():
            last.set_exception(busy())


def _length(accounts: Mapping[str, deque[Turn]]) -> int:
    return sum(len(turns) for turns in accounts.values())


def busy() -> TooManyAttempts:
    """Build the refusal of who comes when the line is full."""
    return TooManyAttempts(BUSY, retry_after=BUSY_SECONDS)
