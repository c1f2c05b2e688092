"""Opening, drafting and submitting an application."""

import asyncio
from dataclasses import replace

import pytest

from service.errors import ActionNotAllowed, DataInvalid, KeyReused, NotFound, NotPermitted
from service.office import CaseFilter, Office
from service.workflows.case.situation import Actor

from .conftest import (
    BY_PORTAL,
    CITIZEN,
    HOUR,
    MORNING,
    OUTSIDER,
    PACK,
    PORTAL,
    STALL,
    STRANGER,
    SUBJECT,
    WINDOW,
    Open,
    asks,
)


class TestOpenCase:
    """Receiving an application."""

    async def test_gives_a_number_a_query_code_and_starts_every_item(self, opened: Open) -> None:
        """R-BND-1: one application, one receipt."""
        view = await opened()
        assert view.case.number.startswith("YJS20261105-")
        assert len(view.case.query_code) == 8
        assert {c: i.state for c, i in view.case.items.items()} == {
            "food": "received",
            "sign": "received",
        }
        assert [e.action for e in view.events] == ["submit"]
        assert [n.kind for n in view.case.notices.values()] == ["receipt"]

    async def test_what_was_stored_is_what_was_decided(self, office: Office, opened: Open) -> None:
        """The case that is read back equals the one that was answered."""
        view = await opened()
        again = await office.case(CITIZEN, view.case.number, MORNING)
        assert replace(again.case, messages={}) == replace(view.case, messages={})

    async def test_two_applications_never_share_a_number(self, opened: Open) -> None:
        """Applications that arrive together are told apart."""
        views = await asyncio.gather(*(opened() for _ in range(6)))
        assert len({v.case.number for v in views}) == 6

    async def test_same_key_and_body_gives_the_same_answer_once(self, office: Office) -> None:
        """D5: a repeat is answered from the first one's transaction."""
        request = asks(CITIZEN, key="k1", fingerprint="f")
        first = await office.open_case(request, STALL, answer=lambda v: {"number": v.case.number})
        second = await office.open_case(request, STALL, answer=lambda _: {"number": "another"})
        assert (first.replayed, second.replayed) == (False, True)
        assert first.answer == second.answer == {"number": first.case.number}
        assert len((await office.cases(CITIZEN)).items) == 1

    async def test_same_key_at_the_same_time_makes_one_case(self, office: Office) -> None:
        """F-13: repeated in parallel, one application."""
        request = asks(CITIZEN, key="k1", fingerprint="f")
        views = await asyncio.gather(
            *(
                office.open_case(request, STALL, answer=lambda v: {"number": v.case.number})
                for _ in range(5)
            )
        )
        assert len({v.answer["number"] for v in views}) == 1
        assert len((await office.cases(CITIZEN)).items) == 1

    async def test_same_key_for_another_body_is_refused(self, office: Office) -> None:
        """Same key, other body: 422."""
        await office.open_case(asks(CITIZEN, key="k1", fingerprint="f"), STALL)
        with pytest.raises(KeyReused):
            await office.open_case(asks(CITIZEN, key="k1", fingerprint="g"), STALL)

    async def test_a_key_belongs_to_whoever_used_it(self, office: Office) -> None:
        """Two portals may pick the same key."""
        first = await office.open_case(asks(CITIZEN, key="k1", fingerprint="f"), STALL)
        second = await office.open_case(asks(PORTAL, key="k1", fingerprint="g"), BY_PORTAL)
        assert first.case.number != second.case.number

    async def test_a_refused_application_leaves_nothing(self, office: Office) -> None:
        """REFUSED means no effect at all."""
        with pytest.raises(DataInvalid) as refused:
            await office.open_case(asks(CITIZEN), replace(STALL, form={"address": "示例路1号"}))
        assert {e["pointer"] for e in refused.value.facts["errors"]} == {
            "/form/menu",
            "/form/sign_size",
        }
        assert (await office.cases(CITIZEN)).items == []

    async def test_one_applies_for_oneself_only(self, office: Office) -> None:
        """A citizen cannot file for somebody else, a clerk of another department not at all."""
        for actor in (STRANGER, OUTSIDER):
            with pytest.raises(NotPermitted):
                await office.open_case(asks(actor), STALL)

    async def test_the_leads_window_types_an_application_in(self, office: Office) -> None:
        """A counter application is the applicant's, entered by the clerk."""
        view = await office.open_case(asks(WINDOW), STALL)
        assert (view.case.account, view.case.entered_by, view.case.channel) == (
            "",
            "scjg.window",
            "counter",
        )
        assert (
            await office.case(CITIZEN, view.case.number, MORNING)
        ).case.number == view.case.number

    async def test_nobody_types_in_their_own_application(self, office: Office) -> None:
        """回避: a clerk who is the applicant goes to the front of the counter."""
        own = Actor("scjg.window", "clerk", "scjg", frozenset({"window"}), subject=SUBJECT)
        with pytest.raises(NotPermitted):
            await office.open_case(asks(own), STALL)

    async def test_an_unknown_bundle_is_not_found(self, office: Office) -> None:
        """What is not published cannot be applied for."""
        with pytest.raises(NotFound):
            await office.open_case(asks(CITIZEN), replace(STALL, bundle="fly-to-mars"))


class TestDrafts:
    """An application that is still being written."""

    async def test_a_draft_becomes_an_application_with_its_papers(self, office: Office) -> None:
        """What was put into the draft is what is submitted."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True, form={}))
        assert draft.case.state == "draft"
        number = draft.case.number
        await office.change_draft(asks(CITIZEN), number, {"form": dict(STALL.form)})
        view = await office.submit_draft(asks(CITIZEN, MORNING + HOUR), number)
        assert view.case.state == "received"
        assert sorted(m.material for m in view.case.materials.values() if not m.replaced) == [
            "drawing",
            "layout",
        ]
        page = await office.events(CITIZEN, number, now=MORNING)
        assert [e.action for e in page.items] == ["draft", "change_draft", "submit"]

    async def test_a_draft_may_be_wrong_until_it_is_submitted(self, office: Office) -> None:
        """A refused submission leaves the draft as it was."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True, answers={}))
        with pytest.raises(DataInvalid):
            await office.submit_draft(asks(CITIZEN), draft.case.number)
        assert (await office.case(CITIZEN, draft.case.number, MORNING)).case.state == "draft"

    async def test_a_draft_is_nobody_elses_business(self, office: Office) -> None:
        """Not even the lead's, before it is submitted."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True))
        with pytest.raises(NotFound):
            await office.case(WINDOW, draft.case.number, MORNING)
        assert (await office.cases(WINDOW, CaseFilter())).items == []

    async def test_it_is_submitted_under_the_newest_rules(self, office: Office) -> None:
        """R-BND-12: pinned when submitted, not when begun."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True))
        changed = {
            **PACK,
            "bundle.yaml": str(PACK["bundle.yaml"]).replace("promised: 12wd", "promised: 11wd"),
        }
        await office.publish_pack(changed, "admin", MORNING)
        view = await office.submit_draft(asks(CITIZEN), draft.case.number)
        assert view.release.bundle.promised == "11wd"
        assert view.events[-1].rows["cases"][0]["release"] == view.release.hash

    async def test_what_is_submitted_cannot_be_changed_or_submitted_again(
        self, office: Office, opened: Open
    ) -> None:
        """The application is what was signed."""
        number = (await opened()).case.number
        with pytest.raises(ActionNotAllowed):
            await office.change_draft(asks(CITIZEN), number, {"form": {}})
        with pytest.raises(ActionNotAllowed):
            await office.submit_draft(asks(CITIZEN), number)

    async def test_only_parts_of_a_draft_can_be_changed(self, office: Office) -> None:
        """An unknown part is told, not swallowed."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True))
        with pytest.raises(DataInvalid):
            await office.change_draft(asks(CITIZEN), draft.case.number, {"state": "granted"})
