"""延续、变更: two cases about one certificate."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from service.office import Office
from service.store.database import Database
from service.store.files import Folder
from service.verify import verify
from service.workflows.calendar import TZ
from tests.conftest import NATIONAL

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    PACK,
    REVIEWER,
    STALL,
    WINDOW,
    Act,
    Open,
    asks,
)

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
    "items/renew.yaml": """
kind: item
code: renew
title: 食品经营许可延续
department: scjg
category: licence
basis: [行政许可法 50]
lifecycle: renewal
limits: {statutory: 20wd, promised: 5wd}
fields: [certificate_number]
renews: {certificate: food, window: {before: 30d}, basis: 行政许可法 50}
result: {certificate: food}
""",
    "renew.yaml": """
kind: bundle
code: renew-stall
title: 延续小吃店
lead: scjg
applicants: [sole-trader]
promised: 12wd
items: [{use: renew}]
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
    await found.install(MORNING - DAY)
    await found.publish_pack({**PACK, **CHANGING}, "admin", MORNING - DAY)
    return found


async def granted(done: Act, number: str, item: str, now: datetime = MORNING) -> None:
    """Take an item to its certificate."""
    await decided(done, number, item, now)
    await done(number, f"{item}.issue", WINDOW, now=now)


async def decided(done: Act, number: str, item: str, now: datetime = MORNING) -> None:
    """Take an item to its decision."""
    for action, actor, data in (
        ("accept", WINDOW, {}),
        ("propose", REVIEWER, {"opinion": "符合"}),
        ("grant", APPROVER, {"opinion": "准予"}),
    ):
        await done(number, f"{item}.{action}", actor, now=now, **data)


async def test_the_old_one_ends(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """With the new certificate the old case records that its own was replaced; nothing else of it moves (R-LIFE-1)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    wish = replace(
        STALL,
        bundle="change-stall",
        answers={},
        form={"certificate_number": old.number},
        materials=(),
    )
    second = (await office.open_case(asks(CITIZEN, MORNING + HOUR), wish)).case.number
    await granted(done, second, "change")
    new = (await office.case(CITIZEN, second, MORNING)).case.certificates[1]
    view = await office.case(CITIZEN, first, MORNING + DAY)
    assert (view.case.certificates[1].state, view.case.clocks["food", "validity"].state) == (
        "superseded",
        "settled",
    )
    assert (new.continues, new.valid_until) == (old.number, old.valid_until)
    found = await office.document(old.code, MORNING + DAY)
    assert (found["valid"], found["state"]) == (False, "superseded")
    assert [
        f.what for f in (await verify(database, now=MORNING + DAY, notices=NATIONAL)).findings
    ] == []


async def test_what_is_renewed_in_time_goes_on_though_it_is_fetched_late(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """Decided the day before the end, handed over three days after it: no expiry, no deregistration, no gap (R-LIFE-2)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    last = datetime.combine(old.valid_until, time(9), TZ)
    wish = replace(
        STALL,
        bundle="renew-stall",
        answers={},
        form={"certificate_number": old.number},
        materials=(),
    )
    second = (await office.open_case(asks(CITIZEN, last - 60 * DAY), wish)).case.number
    await done(second, "renew.accept", WINDOW, now=last - 60 * DAY)
    await done(second, "renew.propose", REVIEWER, now=last - DAY, opinion="符合")
    await done(second, "renew.grant", APPROVER, now=last - DAY, opinion="准予")
    while await office.expire_due(last + 2 * DAY):
        pass
    view = await office.case(CITIZEN, first, last + 2 * DAY)
    assert view.case.certificates[1].state == "superseded"
    assert "food.deregistration" not in view.case.items
    made = (await office.case(CITIZEN, second, last + 2 * DAY)).case.certificates[1]
    assert (made.state, made.valid_from) == ("made", old.valid_until + DAY)
    await done(second, "renew.issue", WINDOW, now=last + 3 * DAY)
    new = (await office.case(CITIZEN, second, last + 3 * DAY)).case.certificates[1]
    assert (new.state, new.valid_from, new.issued_on) == (
        "valid",
        old.valid_until + DAY,
        old.valid_until - DAY,
    )
    report = await verify(database, now=last + 3 * DAY, notices=NATIONAL)
    assert [f.what for f in report.findings] == []


async def test_what_silence_renews_goes_on_though_the_worker_comes_late(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """Open at the end, swept two days after it: renewed first, so nothing expires and nothing is struck off (行政许可法 50)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    last = datetime.combine(old.valid_until, time(9, 7, 31, 280_411), TZ)
    wish = replace(
        STALL,
        bundle="renew-stall",
        answers={},
        form={"certificate_number": old.number},
        materials=(),
    )
    second = (await office.open_case(asks(CITIZEN, last - 60 * DAY), wish)).case.number
    await done(second, "renew.accept", WINDOW, now=last - 60 * DAY)
    late = last + 2 * DAY
    while await office.expire_due(late):
        pass
    view = await office.case(CITIZEN, first, late)
    assert view.case.certificates[1].state == "superseded"
    assert "food.deregistration" not in view.case.items
    new = (await office.case(CITIZEN, second, late)).case.certificates[1]
    assert (new.state, new.valid_from) == ("valid", old.valid_until + DAY)
    report = await verify(database, now=late, notices=NATIONAL)
    assert [f.what for f in report.findings] == []
