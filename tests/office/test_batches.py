"""Verbs that arrive together are read and recorded together, and each is accepted or refused by himself."""

import asyncio
from dataclasses import replace
from typing import Any

from service.errors import ActionNotAllowed, NotFound
from service.office import Office
from service.store.database import Database
from service.verify import verify
from service.workflows.case.situation import Action
from tests.conftest import NATIONAL

from .conftest import DAY, FIVE, HOUR, MORNING, PORTAL, WINDOW, asks

MANY = 30
ACCEPT = Action("accept", "food", {})


async def clean(database: Database) -> dict[str, int]:
    """Let the oracle look; return what it counted."""
    found = await verify(database, now=MORNING + DAY, notices=NATIONAL)
    assert found.clean, found.lines()
    return dict(found.counts)


async def accepted(database: Database) -> list[str]:
    """Return the cases that were accepted, once for each time."""
    async with database.reading() as connection:
        rows = await connection.rows(
            __import__("sqlalchemy").text("SELECT case_id FROM events WHERE action = 'accept'")
        )
    return [row["case_id"] for row in rows]


class TestTogether:
    """F-12, I-09: as if each had come alone."""

    async def test_each_is_accepted_once_and_refused_alone(
        self, office: Office, database: Database
    ) -> None:
        """Thirty applications at once; then each accepted three times at once, with strangers among them."""
        opened = await asyncio.gather(
            *(
                office.open_case(
                    asks(PORTAL, key=f"o{n}", fingerprint=f"o{n}"),
                    replace(FIVE, mandate={"name": "张示例", "reference": "实名核验 17"}),
                )
                for n in range(MANY)
            )
        )
        numbers = [view.case.number for view in opened]
        assert len(set(numbers)) == MANY

        def accepts(number: str, key: str) -> Any:
            request = asks(WINDOW, MORNING + HOUR, key=key, fingerprint=key)
            return office.act(request, number, ACCEPT, answer=lambda view: view.case.version)

        told = await asyncio.gather(
            *(
                accepts(number, key)
                for n, number in enumerate(numbers)
                for key in (f"a{n}", f"a{n}", f"b{n}")
            ),
            *(accepts(f"nobody-{n}", "c") for n in range(5)),
            return_exceptions=True,
        )
        for n in range(MANY):
            mine = told[3 * n : 3 * n + 3]
            refused = [each for each in mine if isinstance(each, ActionNotAllowed)]
            answers = {each.answer for each in mine if not isinstance(each, BaseException)}
            assert len(answers) == 1, mine
            assert len(refused) in (1, 2), mine
        assert all(isinstance(each, NotFound) for each in told[3 * MANY :])
        found = await accepted(database)
        assert len(found) == len(set(found)) == MANY
        await clean(database)
