"""延续、变更: two cases about one certificate."""

from dataclasses import replace

import pytest

from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.verify import verify

from .conftest import APPROVER, CITIZEN, DAY, HOUR, MORNING, PACK, REVIEWER, STALL, WINDOW, Act, Open, asks

CHANGING = {
    "vocabulary-more.yaml": "kind: vocabulary\nfields: {certificate_number: {title: 许可证编号, type: text}}\n",
    "items/change.yaml": """
kind: item
code: change
title: 食品经营许可变更
department: scjg
category: licence
basis: [行政许可法 49]
lifecycle: licence
limits: {statutory: 20wd, promised: 5wd}
fields: [certificate_number]
changes: {certificate: food}
result: {certificate: food}
""",
    "change.yaml": """
kind: bundle
code: change-stall
title: 变更小吃店
lead: scjg
applicants: [sole-trader]
promised: 12wd
items: [{use: change}]
""",
}


@pytest.fixture
async def office(database: Database, tmp_path: object) -> Office:
    """An office that also changes licences."""
    found = Office(database, Folder(tmp_path / "files", reserve=0), cheap_passwords=True)  # type: ignore[operator]
    await found.publish_pack({**PACK, **CHANGING}, "admin", MORNING - DAY)
    return found


async def granted(done: Act, number: str, item: str) -> None:
    """Take an item to its certificate."""
    for action, actor, data in (
        ("accept", WINDOW, {}), ("propose", REVIEWER, {"opinion": "符合"}), ("grant", APPROVER, {"opinion": "准予"}),
        ("issue", WINDOW, {}),
    ):  # fmt: skip
        await done(number, f"{item}.{action}", actor, **data)


async def test_the_old_one_ends(office: Office, opened: Open, done: Act, database: Database) -> None:
    """With the new certificate the old case records that its own was replaced; nothing else of it moves (R-LIFE-1)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    wish = replace(STALL, bundle="change-stall", answers={}, form={"certificate_number": old.number}, materials=())
    second = (await office.open_case(asks(CITIZEN, MORNING + HOUR), wish)).case.number
    await granted(done, second, "change")
    new = (await office.case(CITIZEN, second, MORNING)).case.certificates[1]
    view = await office.case(CITIZEN, first, MORNING + DAY)
    assert (view.case.certificates[1].state, view.case.clocks["food", "validity"].state) == ("superseded", "settled")
    assert (new.continues, new.valid_until) == (old.number, old.valid_until)
    found = await office.document(old.code, MORNING + DAY)
    assert (found["valid"], found["state"]) == (False, "superseded")
    assert [f.what for f in (await verify(database, now=MORNING + DAY)).findings] == []
