"""Acting on cases: who wins a race, who may, what is recorded."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from service.errors import ActionNotAllowed, CaseChanged, KeyReused, NotFound, NotPermitted
from service.office import Office
from service.store.cases import record_numbered
from service.workflows.case.situation import Action
from tests.waiting import for_ever

from .conftest import (
    APPROVER,
    CITIZEN,
    DAY,
    HOUR,
    MORNING,
    OUTSIDER,
    REVIEWER,
    SIGN_CLERK,
    STALL,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    WINDOW2,
    Act,
    Open,
    asks,
)

ACCEPT = Action("accept", "food")


class TestAct:
    """One action by one person."""

    async def test_says_what_changed(self, opened: Open, done: Act) -> None:
        """The answer of a click names the event and the rows it touched."""
        view = await done((await opened()).case.number, "food.accept", WINDOW)
        assert [e.action for e in view.events] == ["accept"]
        assert view.changed["items"] == ["food"]
        assert ("food", "decision") in view.changed["clocks"]
        assert view.case.items["food"].state == "reviewing"

    async def test_the_seen_version_must_be_the_current_one(
        self, office: Office, opened: Open
    ) -> None:
        """Robustness: losing a race is a 409 that names the current version."""
        view = await opened()
        await office.act(asks(WINDOW, MORNING + HOUR, seen_version=1), view.case.number, ACCEPT)
        with pytest.raises(CaseChanged) as lost:
            await office.act(
                asks(WINDOW2, MORNING + HOUR, seen_version=1),
                view.case.number,
                Action("accept", "sign"),
            )
        assert lost.value.facts == {"seen": 1, "current": 2}

    async def test_of_two_clerks_at_once_exactly_one_wins(
        self, office: Office, opened: Open
    ) -> None:
        """F-12: two clerks act on one item; the loser learns it and nothing is done twice."""
        number = (await opened()).case.number

        async def accept(actor: Any) -> Any:
            try:
                return await office.act(asks(actor, MORNING + HOUR, seen_version=1), number, ACCEPT)
            except CaseChanged as lost:
                return lost

        results = await asyncio.gather(*(accept(a) for a in (WINDOW, WINDOW2) * 3))
        lost = [r for r in results if isinstance(r, CaseChanged)]
        assert len(lost) == 5
        assert {r.facts["current"] for r in lost} == {2}
        events = (await office.events(WINDOW, number, now=MORNING)).items
        assert [e.action for e in events] == ["submit", "accept"]

    async def test_a_repeated_key_gets_the_stored_answer(
        self, office: Office, opened: Open
    ) -> None:
        """F-13: the answer is stored, not rebuilt."""
        number = (await opened()).case.number
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        first = await office.act(
            request, number, ACCEPT, answer=lambda v: f"version {v.case.version}"
        )
        await office.act(asks(WINDOW, MORNING + HOUR), number, Action("accept", "sign"))
        second = await office.act(
            request, number, ACCEPT, answer=lambda v: f"version {v.case.version}"
        )
        assert first.answer == second.answer == "version 2"
        assert second.replayed
        with pytest.raises(KeyReused):
            await office.act(asks(WINDOW, key="k", fingerprint="g"), number, ACCEPT)

    async def test_a_repeated_key_at_once_acts_once(self, office: Office, opened: Open) -> None:
        """Two copies of one request: one event."""
        number = (await opened()).case.number
        request = asks(WINDOW, MORNING + HOUR, key="k", fingerprint="f")
        views = await asyncio.gather(
            *(
                office.act(request, number, ACCEPT, answer=lambda v: v.case.version)
                for _ in range(4)
            )
        )
        assert [v.answer for v in views] == [2, 2, 2, 2]
        assert sorted(v.replayed for v in views) == [False, True, True, True]

    async def test_others_do_not_learn_that_the_case_exists(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """Whoever may not see a case gets the answer of one that is not there."""
        number = (await opened()).case.number
        for actor in (STRANGER, OUTSIDER):
            with pytest.raises(NotFound):
                await done(number, "food.accept", actor)
            with pytest.raises(NotFound):
                await office.case(actor, number, MORNING)

    async def test_who_sees_it_but_may_not_act_is_told_so(self, opened: Open, done: Act) -> None:
        """403 for the wrong post, 409 for the wrong moment."""
        number = (await opened()).case.number
        with pytest.raises(NotPermitted):
            await done(number, "food.accept", SIGN_CLERK)
        with pytest.raises(NotPermitted):
            await done(number, "food.accept", CITIZEN)
        with pytest.raises(ActionNotAllowed):
            await done(number, "food.grant", APPROVER, opinion="同意")

    async def test_a_certificate_gets_the_next_number_and_the_result_names_it(
        self, opened: Open, done: Act
    ) -> None:
        """Numbers are drawn with the record, one series per rule."""
        numbers = []
        for _ in range(2):
            number = (await opened()).case.number
            await done(number, "food.accept", WINDOW)
            await done(number, "food.propose", REVIEWER, opinion="符合")
            await done(number, "food.grant", APPROVER, opinion="准予")
            await done(number, "case.withdraw", CITIZEN)
            view = await done(number, "food.issue", WINDOW)
            numbers.append(view.case.certificates[1].number)
            result = next(n for n in view.case.notices.values() if n.kind == "result")
            assert result.body["certificates"] == [f"食品经营许可证 {numbers[-1]}"]
        assert numbers == ["JY99990200001", "JY99990200002"]

    async def test_killed_between_reading_and_recording_nothing_has_happened(
        self, office: Office, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F-01: the transaction is rolled back, the case is free for the next one."""
        number = (await opened()).case.number
        reached = asyncio.Event()

        async def stuck(*_: Any, **__: Any) -> None:
            reached.set()
            await for_ever()

        with monkeypatch.context() as patch:
            patch.setattr("service.office.desk.cases.record_numbered", stuck)
            killed = asyncio.ensure_future(office.act(asks(WINDOW, MORNING + HOUR), number, ACCEPT))
            await reached.wait()
            killed.cancel()
            with pytest.raises(asyncio.CancelledError):
                await killed
        view = await office.case(CITIZEN, number, MORNING)
        assert (view.case.version, view.case.items["food"].state) == (1, "received")
        assert (await office.act(asks(WINDOW, MORNING + HOUR), number, ACCEPT)).case.version == 2
        assert record_numbered is not stuck


class TestSight:
    """R-BND-10: each department sees what it needs."""

    async def test_a_department_sees_its_own_fields_and_papers_only(
        self, office: Office, opened: Open
    ) -> None:
        """The signboard office does not read what the kitchen sells."""
        number = (await opened()).case.number
        sign = (await office.case(SIGN_CLERK, number, MORNING)).case
        assert sorted(sign.form) == ["address", "sign_size"]
        assert [m.material for m in sign.materials.values()] == ["drawing"]
        lead = (await office.case(WINDOW, number, MORNING)).case
        assert sorted(lead.form) == ["address", "menu", "sign_size"]

    async def test_where_names_department_post_and_person_of_every_open_item(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """R-MON-3: 环节、部门、岗位、责任人."""
        number = (await opened()).case.number
        await done(number, "food.accept", WINDOW)
        view = await office.case(CITIZEN, number, MORNING + HOUR)
        assert [
            (w.item, w.stage, w.department_title, w.post_title, w.person) for w in view.where
        ] == [
            ("food", "审查中", "市场监督管理局", "审查岗", ""),
            ("sign", "待受理", "市场监督管理局", "受理岗", ""),
        ]
        assert str(view.where[0].due_on) == "2026-11-12"

    async def test_what_is_offered_is_what_may_be_done(self, office: Office, opened: Open) -> None:
        """An action is offered if and only if it would be allowed."""
        number = (await opened()).case.number
        offers = {
            (o.item, o.action): o.allowed
            for o in (await office.case(WINDOW, number, MORNING)).offers
        }
        assert offers["food", "accept"]
        assert not offers["", "notify_correction"]
        assert ("food", "grant") not in offers


class TestForesee:
    """What an action would do."""

    async def test_is_what_acting_then_does(self, office: Office, opened: Open, done: Act) -> None:
        """The same items in the same states, the same papers; and until then nothing has happened."""
        number = (await opened()).case.number
        seen = await office.foresee(CITIZEN, number, Action("withdraw"), MORNING + HOUR)
        assert (await office.case(CITIZEN, number, MORNING)).case.state == "received"
        assert len((await office.events(CITIZEN, number, now=MORNING)).items) == 1
        after = await done(number, "case.withdraw", CITIZEN)
        assert {i.item: i.state for i in seen.case.items.values()} == {
            i.item: i.state for i in after.case.items.values()
        }
        assert [n.kind for n in seen.case.notices.values()] == [
            n.kind for n in after.case.notices.values()
        ]
        assert seen.changed == after.changed

    async def test_refuses_what_acting_refuses(self, office: Office, opened: Open) -> None:
        """The same right, the same reason."""
        number = (await opened()).case.number
        with pytest.raises(NotPermitted):
            await office.foresee(WINDOW, number, Action("withdraw"), MORNING)
        with pytest.raises(ActionNotAllowed):
            await office.foresee(CITIZEN, number, Action("rate", data={"grade": 5}), MORNING)
        with pytest.raises(NotFound):
            await office.foresee(STRANGER, number, Action("withdraw"), MORNING)


class TestClock:
    """The machine that is asked may be behind the one that was asked before."""

    async def test_time_of_a_case_never_runs_backward(
        self, office: Office, opened: Open, done: Act
    ) -> None:
        """F-20: accepted by a process that is five days behind, it is accepted when it was received, not before."""
        number = (await opened()).case.number
        case = (await done(number, "food.accept", WINDOW, MORNING - 5 * DAY)).case
        assert str(case.items["food"].accepted_on) == "2026-11-05"
        case = (await done(number, "sign.accept", WINDOW, MORNING + HOUR)).case
        case = (await done(number, "case.withdraw", CITIZEN, MORNING - DAY)).case
        assert case.closed_at == MORNING + HOUR
        events = (await office.events(SUPERVISOR, number, now=MORNING)).items
        instants = [event.recorded_at for event in events]
        assert instants == sorted(instants)
        assert len(set(instants)) == 2

    async def test_a_draft_is_submitted_no_earlier_than_it_was_kept(self, office: Office) -> None:
        """The same where the rules are taken anew."""
        draft = await office.open_case(asks(CITIZEN), replace(STALL, draft=True))
        changed = await office.change_draft(
            asks(CITIZEN, MORNING + HOUR), draft.case.number, {"form": STALL.form}
        )
        number = changed.case.number
        case = (await office.submit_draft(asks(CITIZEN, MORNING - DAY), number)).case
        events = (await office.events(SUPERVISOR, number, now=MORNING)).items
        assert case.received_at >= max(event.recorded_at for event in events[:-1])
