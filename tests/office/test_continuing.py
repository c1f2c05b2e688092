"""延续、变更: two cases about one certificate."""

from dataclasses import replace
from datetime import datetime, time

import pytest
from sqlalchemy import text

from service.office import ApplicationInput, Office
from service.store import sweeps
from service.store.database import Database
from service.store.files import Folder
from service.verify import verify
from service.workflows.calendar import TZ
from service.workflows.case.situation import Actor
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

HEAD = Actor("scjg.head", "clerk", "scjg", frozenset({"head"}))

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


def about(number: str, bundle: str = "renew-stall") -> ApplicationInput:
    """Return the wish to have a certificate renewed, or changed."""
    form = {"certificate_number": number}
    return replace(STALL, bundle=bundle, answers={}, form=form, materials=())


async def test_the_old_one_ends(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """With the new certificate the old case records that its own was replaced; nothing else of it moves (R-LIFE-1)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    wish = about(old.number, "change-stall")
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
    second = (await office.open_case(asks(CITIZEN, last - 60 * DAY), about(old.number))).case.number
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
    second = (await office.open_case(asks(CITIZEN, last - 60 * DAY), about(old.number))).case.number
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


async def test_an_act_before_the_sweep_ends_nothing_that_silence_renews(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """Ten minutes after the end somebody opens and acts on the old case, and no sweep came yet: what goes on does not end (行政许可法 50)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    ends = datetime.combine(old.valid_until + DAY, time(0, 10), TZ)
    second = (await office.open_case(asks(CITIZEN, ends - 60 * DAY), about(old.number))).case.number
    await done(second, "renew.accept", WINDOW, now=ends - 60 * DAY)
    await done(first, "food.start_revocation", HEAD, now=ends, ground="incompetent", reason="核查")
    view = await office.case(CITIZEN, first, ends)
    assert (view.case.certificates[1].state, view.case.clocks["food", "validity"].state) == (
        "valid",
        "running",
    )
    while await office.expire_due(ends + HOUR):
        pass
    view = await office.case(CITIZEN, first, ends + HOUR)
    assert (view.case.certificates[1].state, view.case.clocks["food", "validity"].state) == (
        "superseded",
        "settled",
    )
    assert "food.deregistration" not in view.case.items
    new = (await office.case(CITIZEN, second, ends + HOUR)).case.certificates[1]
    assert (new.state, new.valid_from) == ("valid", old.valid_until + DAY)
    report = await verify(database, now=ends + HOUR, notices=NATIONAL)
    assert [f.what for f in report.findings] == []


async def test_what_nothing_renews_ends_with_the_first_act_after_it(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """Applied for too late nothing is deemed renewed: the end is told before the act, as a punctual sweep would (R-INV-8)."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    ends = datetime.combine(old.valid_until + DAY, time(0, 10), TZ)
    second = (await office.open_case(asks(CITIZEN, ends - 10 * DAY), about(old.number))).case.number
    assert (await office.case(CITIZEN, second, ends)).case.items["renew"].state == "not_received"
    await done(first, "food.start_revocation", HEAD, now=ends, ground="incompetent", reason="核查")
    view = await office.case(CITIZEN, first, ends)
    assert view.case.certificates[1].state == "expired"
    report = await verify(database, now=ends + HOUR, notices=NATIONAL)
    assert [f.what for f in report.findings] == []


async def test_a_renewal_that_rests_after_a_fault_keeps_the_old_one(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """The sweep cannot do the new case for an hour: the old licence waits for it and does not end."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    ends = datetime.combine(old.valid_until + DAY, time(0, 10), TZ)
    opened_renewal = await office.open_case(asks(CITIZEN, ends - 60 * DAY), about(old.number))
    second = opened_renewal.case.number
    await done(second, "renew.accept", WINDOW, now=ends - 60 * DAY)
    async with database.transaction() as tx:
        await sweeps.postpone(tx, opened_renewal.case.id, ends + HOUR, since=ends, error="Fault")
    while await office.expire_due(ends):
        pass
    view = await office.case(CITIZEN, first, ends)
    assert view.case.certificates[1].state == "valid"
    while await office.expire_due(ends + 2 * HOUR):
        pass
    view = await office.case(CITIZEN, first, ends + 2 * HOUR)
    assert view.case.certificates[1].state == "superseded"
    assert "food.deregistration" not in view.case.items


async def test_the_oracle_finds_what_ran_out_although_it_was_renewed(
    office: Office, opened: Open, done: Act, database: Database
) -> None:
    """Somebody hides from the old case that its renewal is open: it ends, silence renews, and both cannot be."""
    first = (await opened()).case.number
    await granted(done, first, "food")
    old = (await office.case(CITIZEN, first, MORNING)).case.certificates[1]
    assert old.valid_until
    ends = datetime.combine(old.valid_until + DAY, time(0, 10), TZ)
    second = (await office.open_case(asks(CITIZEN, ends - 60 * DAY), about(old.number))).case
    await done(second.number, "renew.accept", WINDOW, now=ends - 60 * DAY)
    hidden = "UPDATE clocks SET owner = '{}' WHERE case_id = '{}' AND clock = 'renewal'"
    async with database.transaction() as tx:
        await tx.change(text(hidden.format("public", second.id)))
    await done(first, "food.start_revocation", HEAD, now=ends, ground="incompetent", reason="核查")
    async with database.transaction() as tx:
        await tx.change(text(hidden.format("department", second.id)))
    while await office.expire_due(ends + HOUR):
        pass
    report = await verify(database, now=ends + HOUR, notices=NATIONAL)
    assert [f.what for f in report.findings] == [
        f"证照 {old.number} 在 {old.valid_until} 已经准予延续，却记为有效期届满"
    ]
