"""Work on what strangers wrote: in a process of its own, bounded; whoever asks something else is answered meanwhile."""

import asyncio
import json

import pytest

from service.errors import DefinitionInvalid, Unavailable
from service.office import Office, isolation
from service.office.isolation import Apart, TooMuchWork
from tests.waiting import until

# some seconds of work
MUCH = json.dumps(
    {f"{n}.yaml": "kind: x\n" + "".join(f"k{m}: [1, 2]\n" for m in range(9_000)) for n in range(30)}
).encode()
WRONG = json.dumps({"a.yaml": "kind: x"}).encode()


class TestApart:
    """`Apart.ask`."""

    async def test_answers(self) -> None:
        """The findings, as they are found here."""
        found = await Apart().ask("pack", WRONG)
        assert [(each["file"], each["code"]) for each in found] == [("a.yaml", "E101")]

    async def test_others_are_answered_meanwhile(self) -> None:
        """The order of events: the loop turns while a check that was begun before is not ended."""
        told: list[str] = []

        async def check() -> None:
            told.append("begun")
            await Apart().ask("pack", WRONG)
            told.append("ended")

        async def answer() -> None:
            told.append("answered")

        checking = asyncio.create_task(check())
        await until(lambda: told)
        for _ in range(3):
            await asyncio.gather(answer())
        await checking
        assert told == ["begun", "answered", "answered", "answered", "ended"]

    @pytest.mark.parametrize(
        ("given", "bound"), [(WRONG, {"megabytes": 8}), (MUCH, {"seconds": 1})]
    )
    async def test_what_takes_too_much_is_ended(self, given: bytes, bound: dict[str, int]) -> None:
        """By the system, in memory and in processor time; the next is answered all the same."""
        apart = Apart()
        with pytest.raises(TooMuchWork):
            await apart.ask("pack", given, **bound)
        assert await apart.ask("pack", b"{}") == []

    async def test_whoever_gives_up_leaves_nothing_behind(self) -> None:
        """The process ends with the request."""
        apart = Apart()
        asking = asyncio.create_task(apart.ask("pack", WRONG))
        await until(lambda: apart._waiting)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert apart._waiting == 0

    async def test_the_line_has_an_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Too many at once are told to come again."""
        monkeypatch.setattr(isolation, "MOST_WAITING", 1)
        apart = Apart()
        asking = asyncio.create_task(apart.ask("pack", WRONG))
        await until(lambda: apart._waiting)
        with pytest.raises(Unavailable, match="过一会儿"):
            await apart.ask("pack", WRONG)
        await asking

    async def test_it_is_told_no_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """None of the settings."""
        monkeypatch.setenv("YIJIANSHI_SECRET", "x" * 40)
        assert not [name for name in isolation._environment() if "YIJIANSHI" in name]


class TestCheck:
    """`Office.check`."""

    async def test_too_much_is_refused(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With what to do."""
        monkeypatch.setattr(Apart.ask, "__kwdefaults__", {"seconds": 20, "megabytes": 8})
        with pytest.raises(DefinitionInvalid, match="拆成几件事"):
            await office.check({"a.yaml": "kind: x"})
