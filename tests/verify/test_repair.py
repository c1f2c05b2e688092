"""A breach and its repair: who found it has no part in what makes it good, in whatever way it is told."""

import json
from typing import Any

import pytest

from service.store import accounts
from service.store.database import Database
from service.verify import verify

from .meddling import Meddler
from .told import LATER, NOTICES, record, told

ACTIONS = ("propose_repair", "grant_repair")
SOMEBODY = "999901198001010010"


@pytest.fixture
async def filled(database: Database) -> Database:
    """Return a database with the stories of the sample pack in which a breach is made good."""
    steps = told()[1]
    events = [(step.case["id"], event) for step in steps for event in step.rows["events"]]
    ids = {case for case, event in events if event["action"] == "grant_repair"}
    await record(database, tuple(step for step in steps if step.case["id"] in ids))
    return database


async def said(database: Database, *one_person: str) -> set[str]:
    """Return what the oracle says is wrong where these accounts are of one person."""
    for name in one_person:
        row = {"account": name, "name": name, "kind": "clerk", "subject": SOMEBODY}
        async with database.transaction() as tx:
            await accounts.add(tx, row)
    report = await verify(database, now=LATER, notices=NOTICES)
    return {finding.what for finding in report.findings}


async def acted(meddler: Meddler, action: str) -> tuple[str, str, str, str]:
    """Return the case and the item in which somebody did so, who it was, and who had found the breach."""
    rows = await meddler.run(
        "SELECT e.case_id, e.item, e.actor, i.first_handler FROM events e "
        "JOIN credits r ON r.case_id = e.case_id AND r.repair = e.item "
        "JOIN items i ON i.case_id = e.case_id AND i.item = r.item "
        f"WHERE e.action = '{action}' ORDER BY e.case_id, e.n"
    )
    case, item, actor, finder = rows[0]
    by = (json.loads(actor) if isinstance(actor, str) else actor)["account"]
    assert by != finder
    return case, item, by, finder


class TestWhoFoundIt:
    """R-SEC-4."""

    async def test_has_acted_with_another_account(
        self, filled: Database, database_url: str
    ) -> None:
        """Reviewer, approver and finder are one man: both are named, and nothing is where they are three."""
        people = [(await acted(Meddler(database_url), action))[2:] for action in ACTIONS]
        assert await said(filled) == set()
        found = await said(filled, *{account for pair in people for account in pair})
        assert {f"{action} 由认定失信的人办理" for action in ACTIONS} <= found

    @pytest.mark.parametrize("action", ACTIONS)
    async def test_is_written_into_a_record_that_is_sealed_anew(
        self, filled: Database, database_url: str, action: str
    ) -> None:
        """Whoever computes every hash anew is found by what the record then says."""
        meddler = Meddler(database_url)
        case, item, _, finder = await acted(meddler, action)

        def change(event: dict[str, Any]) -> None:
            if (event["action"], event["item"]) == (action, item):
                event["actor"] = {**event["actor"], "account": finder}

        await meddler.reseal(case, change)
        assert f"{action} 由认定失信的人办理" in await said(filled)
