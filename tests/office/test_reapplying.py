"""A draft for what came to nothing: what comes over, who may, what bars it, what names what."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.errors import ActionNotAllowed, CaseChanged, DataInvalid, NotFound, NotPermitted
from service.office import CaseView, Office, Terms
from service.store.database import Database
from service.store.statements import table
from service.verify import verify
from service.workflows.authoring import standard_document
from service.workflows.case.situation import Actor
from tests.conftest import NATIONAL

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    REVIEWER,
    STALL,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    WINDOW2,
    Act,
    Open,
    asks,
)

LATER = MORNING + 7 * DAY
ITEMS = ["food"]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


async def uploaded(office: Office, actor: Actor = CITIZEN, content: bytes = PNG) -> str:
    """Hand in a picture; return its id."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    kept = await office.keep_file(actor, chunks(), "layout.png", MORNING)
    return kept.id


async def refused(office: Office, done: Act, case: CaseView, **why: object) -> str:
    """Let the food licence of a case be refused; return its number."""
    number = case.case.number
    await done(number, "food.accept", WINDOW)
    await done(number, "food.propose", REVIEWER, opinion="不符合。")
    reasons = why.get("reasons") or [{"text": "场所不符合要求"}]
    await done(number, "food.refuse", APPROVER, MORNING + 2 * HOUR, reasons=reasons)
    return number


async def checked(database: Database) -> list[str]:
    """Return what the oracle finds."""
    report = await verify(
        database, now=LATER + 500 * DAY, notices=NATIONAL, standard=standard_document()
    )
    return [str(finding) for finding in report.findings]


@pytest.fixture
async def old(office: Office, done: Act) -> str:
    """Return a case whose food licence was refused; its layout was a file."""
    layout = {"material": "layout", "file": await uploaded(office)}
    case = await office.open_case(
        asks(CITIZEN), replace(STALL, materials=(layout, STALL.materials[1]))
    )
    return await refused(office, done, case)


class TestReapply:
    """POST /cases/{number}/reapplications."""

    async def test_a_draft_of_the_item_alone(self, office: Office, old: str) -> None:
        """Answers, form and papers come over; each names where it is from, and both cases name each other."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        case = begun.case
        assert (case.state, case.reapply_of, case.limited_to) == ("draft", old, ITEMS)
        assert (case.answers, case.form["address"]) == ({"sign": True}, "示例路1号")
        found = await office.draft(CITIZEN, case.number, LATER)
        assert [i["code"] for i in found.content["guide"]["items"]] == ITEMS
        (paper,) = found.content["papers"]
        assert (paper["code"], paper["given"]["origin"], paper["lacking"]) == (
            "layout",
            f"办件 {old} 交过，沿用",
            False,
        )
        field = found.content["pages"][0]["sections"][0]["fields"][0]
        assert (field["value"], field["origin"]) == ("示例路1号", f"来自您的办件 {old}")
        assert found.again
        assert found.again.points == ("场所不符合要求",)
        view = await office.case(CITIZEN, old, LATER)
        assert [(each.number, each.state) for each in view.later] == [(case.number, "draft")]
        assert view.reappliable == []
        sent = await office.submit_draft(asks(CITIZEN, LATER + HOUR), case.number)
        assert list(sent.case.items) == ITEMS
        assert {m.reference for m in sent.case.materials.values()} == {"earlier_case"}
        seen = await office.case(REVIEWER, old, LATER + HOUR)
        assert [(each.number, each.outcomes) for each in seen.later] == [
            (case.number, {"food": ""})
        ]

    async def test_what_was_wrong_is_handed_in_anew(
        self, office: Office, done: Act, opened: Open
    ) -> None:
        """A paper that a reason of the refusal names does not come over."""
        layout = {"material": "layout", "file": await uploaded(office)}
        case = await opened(replace(STALL, materials=(layout, STALL.materials[1])))
        reasons = [{"text": "布局图与现场不符", "material": "layout"}]
        number = await refused(office, done, case, reasons=reasons)
        begun = await office.reapply(asks(CITIZEN, LATER), number, ITEMS)
        assert begun.case.materials == {}

    async def test_the_file_may_be_handed_in_by_who_did_not_upload_it(
        self, office: Office, done: Act, old: str
    ) -> None:
        """The page gives the paper again with each change of the draft: it is the applicant's whoever uploaded it."""
        layout = {"material": "layout", "file": await uploaded(office, WINDOW, PNG + b"1")}
        typed = await office.open_case(
            asks(WINDOW), replace(STALL, materials=(layout, STALL.materials[1]))
        )
        number = await refused(office, done, typed)
        begun = await office.reapply(asks(CITIZEN, LATER), number, ITEMS)
        changed = await office.change_draft(
            asks(CITIZEN, LATER), begun.case.number, {"materials": [layout]}
        )
        (paper,) = [m for m in changed.case.materials.values() if not m.replaced]
        assert (paper.file, paper.reference) == (layout["file"], "earlier_case")

    async def test_the_window_that_typed_it_in(
        self, office: Office, done: Act, opened: Open
    ) -> None:
        """It acts for who has no account; another clerk of the window may as well, as for every act of his."""
        typed = await office.open_case(asks(WINDOW), STALL)
        number = await refused(office, done, typed)
        begun = await office.reapply(asks(WINDOW2, LATER), number, ITEMS)
        assert (begun.case.entered_by, begun.case.account) == (WINDOW2.account, "")

    async def test_the_same_key_twice(self, office: Office, old: str) -> None:
        """One draft, the same answer."""
        request = asks(CITIZEN, LATER, key="k", fingerprint="f")
        one = await office.reapply(request, old, ITEMS, answer=lambda view: view.case.number)
        two = await office.reapply(request, old, ITEMS, answer=lambda view: view.case.number)
        assert (one.answer, two.replayed, two.answer) == (one.case.number, True, one.answer)

    async def test_twice_is_refused_with_the_draft(self, office: Office, old: str) -> None:
        """One goes on with what was begun."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        with pytest.raises(ActionNotAllowed, match=begun.case.number):
            await office.reapply(asks(CITIZEN, LATER), old, ITEMS)

    async def test_who_may(self, office: Office, old: str) -> None:
        """The applicant; nobody else, and for strangers there is no such case."""
        for other in (STRANGER, OUTSIDER):
            with pytest.raises(NotFound):
                await office.reapply(asks(other, LATER), old, ITEMS)
        for other in (WINDOW, REVIEWER, SUPERVISOR):
            with pytest.raises(NotPermitted):
                await office.reapply(asks(other, LATER), old, ITEMS)

    async def test_what_goes_on_is_not_applied_for(self, office: Office, old: str) -> None:
        """The sign is still being handled; a pool was never applied for."""
        with pytest.raises(ActionNotAllowed, match="还在办理"):
            await office.reapply(asks(CITIZEN, LATER), old, ["sign"])
        with pytest.raises(DataInvalid):
            await office.reapply(asks(CITIZEN, LATER), old, ["pool"])

    async def test_nobody_else_gets_it(self, office: Office, old: str) -> None:
        """The applicant of the draft stays the applicant of the older case."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        other = {"type": "sole-trader", "name": "别人", "id": STRANGER.subject}
        with pytest.raises((DataInvalid, NotPermitted)):
            await office.change_draft(asks(CITIZEN, LATER), begun.case.number, {"applicant": other})

    async def test_the_record_is_whole(self, office: Office, old: str, database: Database) -> None:
        """The oracle knows what names what."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        await office.submit_draft(asks(CITIZEN, LATER + HOUR), begun.case.number)
        report = await checked(database)
        assert report == []

    async def test_an_erased_draft_names_nobody(
        self, office: Office, old: str, database: Database
    ) -> None:
        """What was begun and left goes with its term: neither row nor record leads to whose it was."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        await office.purge(LATER + 400 * DAY, Terms())
        cases, events = table("cases"), table("events")
        async with database.reading() as connection:
            row = await connection.row(select(cases).where(cases.c.id == begun.case.id))
            told = await connection.rows(select(events).where(events.c.case_id == begun.case.id))
        assert row
        assert (row["reapply_of"], row["limited_to"], row["applicant_id"]) == ("", [], "")
        assert old not in str(told)
        assert await checked(database) == []

    async def test_the_version_seen(self, office: Office, old: str) -> None:
        """A change of the draft is held against the version seen, as with every draft."""
        begun = await office.reapply(asks(CITIZEN, LATER), old, ITEMS)
        with pytest.raises(CaseChanged):
            await office.change_draft(
                asks(CITIZEN, LATER, seen_version=9), begun.case.number, {"form": {}}
            )
