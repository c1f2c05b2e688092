"""What lies at hand is what the database holds, or it is not believed."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from service.errors import ActionNotAllowed
from service.office import Office
from service.office.assembling import case_of
from service.office.at_hand import MOST
from service.office.desk import held, there
from service.store import cases
from service.store.database import Database
from service.store.rows import Gathered
from service.workflows.case import Action, Case, case_row

from .conftest import APPROVER, HOUR, MORNING, REVIEWER, WINDOW, Act, Open, asks

GRANTING = (("accept", WINDOW), ("propose", REVIEWER), ("grant", APPROVER), ("issue", WINDOW))


def kinds(value: Any) -> Any:
    """Return of which types a value is made: 1 and True, a list and a tuple are equal, or nearly."""
    if isinstance(value, dict):
        return dict, [(name, kinds(inner)) for name, inner in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [kinds(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return type(value), [kinds(getattr(value, name)) for name in value.__dataclass_fields__]
    return type(value)


async def stored(office: Office, number: str) -> Case:
    """Read a case from the database alone."""
    async with office.database.reading() as connection:
        found = there(await cases.look(connection, number=number))
        return case_of(found, await office.catalogue.release(found.case["release"], connection))


def same(mine: Case, read: Case) -> None:
    """See that a case at hand is the one that was read: its values, their types, and the order of its parts."""
    assert mine == read
    assert kinds(mine) == kinds(read)


class TestAtHand:
    """在手 beside the database."""

    async def test_every_step_leaves_what_would_be_read(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """A whole licence: after each act the case at hand is the case in the database."""
        number = (await opened()).case.number
        for action, who in GRANTING:
            opinion = {"opinion": "符合"} if action in ("propose", "grant") else {}
            await done(number, f"food.{action}", who, **opinion)
            known = office.at_hand.of(number)
            assert known
            read = await stored(office, number)
            same(known.case, read)
            assert known.row == case_row(read)

    async def test_it_is_not_read_again(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a case that is as it was left nothing is read but what stands beside it; after a refusal, too."""
        number = (await opened()).case.number
        read: list[bool] = []
        gather = cases.gather

        async def watched(*given: Any, **more: Any) -> Gathered | None:
            found = await gather(*given, **more)
            read.append(bool(found and found.rows))
            return found

        monkeypatch.setattr(cases, "gather", watched)
        await office.act(asks(WINDOW, MORNING + HOUR), number, Action("accept", "food"))
        with pytest.raises(ActionNotAllowed):
            await office.act(asks(WINDOW, MORNING + HOUR), number, Action("accept", "food"))
        await office.act(
            asks(REVIEWER, MORNING + HOUR), number, Action("propose", "food", {"opinion": "好"})
        )
        assert read == [False, False, False]

    async def test_what_another_process_did_counts_at_once(
        self, office: Office, database: Database, opened: Open, done: Act
    ) -> None:
        """It is decided on what stands there now, not on what this process remembers."""
        number = (await opened()).case.number
        mine = office.at_hand.of(number)
        other = Office(database, office.folder, cheap_passwords=True)
        await other.act(asks(WINDOW, MORNING + HOUR), number, Action("accept", "food"))
        assert office.at_hand.of(number) is mine
        with pytest.raises(ActionNotAllowed):
            await done(number, "food.accept", WINDOW)
        await done(number, "food.propose", REVIEWER, opinion="符合")
        known = office.at_hand.of(number)
        assert known
        same(known.case, await stored(office, number))

    async def test_what_stands_beside_is_always_read(
        self, office: Office, database: Database, opened: Open
    ) -> None:
        """A repeat finds its answer, and what is on record about the applicant since counts."""
        number = (await opened()).case.number
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        first = await office.act(request, number, Action("accept", "food"), answer=_version)
        again = await office.act(request, number, Action("accept", "food"), answer=_version)
        assert (again.replayed, again.answer) == (True, first.answer)
        async with database.reading() as connection:
            seen = await connection.row(text("SELECT last_hash FROM cases"))
        assert seen
        async with database.exchange() as tx:
            found = there(await cases.gather(tx, number=number, seen=seen["last_hash"]))
            assert (found.same, found.rows, held(found.held)) == (True, {}, ())
        async with database.exchange() as tx:
            other = there(await cases.gather(tx, number=number, seen="0" * 64))
            assert other.rows["items"]
            assert not other.same

    async def test_not_more_than_so_many(self, office: Office, opened: Open) -> None:
        """The longest unused goes first."""
        known = office.at_hand.of((await opened()).case.number)
        assert known
        for n in range(MOST + 1):
            office.at_hand.keep(replace(known, case=replace(known.case, number=f"other-{n}")))
        assert office.at_hand.of("other-0") is None
        assert office.at_hand.of("other-1")


def _version(view: Any) -> int:
    return int(view.case.version)
