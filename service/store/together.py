"""同车 — what arrives together travels together: one statement for many, and each is answered by himself.

A lane has one batch under way. Who finds none leaves at once; who comes meanwhile leaves with the next one: nobody waits
for a batch to fill, and the busier it is the fewer statements there are. A batch that takes long, whatever holds it up,
keeps nobody: after LATE_SECONDS another one leaves beside it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from service.errors import ServiceError
from service.store.faults import alone_helps, translated
from service.watching import metrics

E = TypeVar("E")
R = TypeVar("R")

MOST = 64  # in one batch
LATE_SECONDS = 0.1
MOST_BESIDE = 4  # batches of one lane under way, where one after the other is late

Run = Callable[[Sequence[E]], Awaitable[Sequence[R | Exception]]]


class Lane(Generic[E, R]):
    """班次 — batches of one kind. Whoever gives up waiting does not stop the batch he left with."""

    def __init__(self, name: str, run: Run[E, R]) -> None:
        """Let `run` answer a batch in its order: for each what he gets, or the exception he is told.

        What it raises is told to all of them; where it may be one's fault, each travels alone.
        """
        self._run = run
        self._size = metrics.BATCH.labels(name)
        self._waiting: deque[tuple[E, asyncio.Future[R]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_time = self._late = 0  # batches under way

    async def ride(self, entry: E) -> R:
        """Leave with the next batch and return what came of it. Raises what the batch has for this one."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, answer))
        self._leave()
        return await answer

    async def over(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _leave(self) -> None:
        if self._waiting and not self._on_time and self._late < MOST_BESIDE:
            self._on_time += 1
            task = asyncio.create_task(self._travel())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _travel(self) -> None:
        """Take one batch, and let the next one leave."""
        batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        on_time = True

        def late() -> None:
            nonlocal on_time
            on_time = False
            self._on_time, self._late = self._on_time - 1, self._late + 1
            self._leave()

        timer = asyncio.get_running_loop().call_later(LATE_SECONDS, late)
        found: Sequence[R | BaseException]
        try:
            found = await self._found([entry for entry, _ in batch])
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except BaseException as end:  # noqa: BLE001 - the end of the process is told to who waits, as without a batch
            found = [end for _ in batch]
        finally:
            timer.cancel()
            if on_time:
                self._on_time -= 1
            else:
                self._late -= 1
            self._leave()  # before those of this one go on: the database works meanwhile
        for (_, answer), each in zip(batch, found, strict=True):
            if answer.done():  # who waited has gone
                continue
            if isinstance(each, BaseException):
                answer.set_exception(each)
            else:
                answer.set_result(each)

    async def _found(self, entries: Sequence[E]) -> Sequence[R | Exception]:
        """Run a batch; return for each of it what he gets or is told."""
        self._size.observe(len(entries))
        try:
            with translated():
                return await self._run(entries)
        except Exception as error:  # noqa: BLE001 - all of them are told
            if len(entries) > 1 and alone_helps(error):
                return [(await self._found([each]))[0] for each in entries]
            return [_own(error) for _ in entries]


def _own(error: Exception) -> Exception:
    """Return the same error once more, for another who is told of it."""
    if not isinstance(error, ServiceError):
        return error
    own = type(error)(error.detail, law=error.law, **error.facts)
    own.__cause__ = error.__cause__
    return own


class Claims:
    """占用 — who decides on the same thing waits for each other, in this process: he would only be overtaken."""

    def __init__(self) -> None:
        """Begin with nothing claimed."""
        self._taken: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    async def take(self, what: Hashable) -> None:
        """Wait until it is free, and have it until it is given back."""
        lock, waiting = self._taken.get(what) or (asyncio.Lock(), 0)
        self._taken[what] = lock, waiting + 1
        try:
            await lock.acquire()
        except BaseException:
            self._forget(what)
            raise

    def give_back(self, what: Hashable) -> None:
        """Let the next one have it."""
        self._taken[what][0].release()
        self._forget(what)

    def _forget(self, what: Hashable) -> None:
        lock, waiting = self._taken.pop(what)
        if waiting > 1:
            self._taken[what] = lock, waiting - 1
