"""What is offered is what `step` would allow, and what is not says why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

import pytest

from service.errors import DataInvalid, NotPermitted, ServiceError
from service.workflows.calendar import WorkCalendar, build, built_in
from service.workflows.case.situation import Action, Actor, Offer
from service.workflows.definition.models import Calendar
from service.workflows.handling import on_items
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from service.workflows.rules import legal_order
from service.workflows.step import offers, step
from service.workflows.worksheet import Work
from tests.workflows.decided import decided
from tests.workflows.story import Story, Town
from tests.workflows.town import ELSEWHERE, Data

DATA = {
    "reasons": ["unfit"],
    "opinion": "同意。",
    "procedure": "testing",
    "basis": "某法 9",
    "affects": "both",
    "statute": "",
    "selected": "yes",
    "findings": "第一名",
    "notice_text": "请等候。",
    "days": 5,
    "gaps": ["photo"],
    "reason": "案情复杂",
    "materials": ["photo"],
    "grade": 5,
    "parties": [{"name": "占位邻", "contact": "示例路2号"}],
    "party": 1,
    "document": "听证申请书",
    "hour": "09:30",
    "place": "三楼",
    "date": "2026-10-21",
    "chair": "qian",
    "ground": "other",
    "cause": "death",
    "where": "区局",
    "compensation": "补偿1号",
    "notice": 1,
    "to": "cg",
    "text": "请说明",
}


OF_ITS_KIND: dict[str, Data] = {"decline": ELSEWHERE, "not_required": {"reasons": ["needless"]}}
BEHALF = {"on_behalf": True, "document": "委托书"}


def stages(shop: type[Town]) -> Iterator[Story]:
    """Yield stories at every stage of an application."""
    yield shop.submitted("food", "sign", "tax", "look-up", {"use": "drain", "after": ["food"]})
    lacking = shop.submitted("food", missing=("photo",))
    yield lacking
    lacking.li("food.note_defects", reasons=["plan-no-size"])
    yield lacking
    lacking.li("notify_correction")
    yield lacking
    gaps = shop.submitted("food", missing=("photo",))
    gaps.li("food.accept_tolerant", gaps=["photo"])
    yield gaps
    gaps.wang("food.propose", opinion="符合。")
    yield gaps
    gaps.zhao("food.grant", opinion="同意。")
    yield gaps
    story = shop.accepted("food")
    yield story
    story.qian("food.extend", days=5, reason="案情复杂")
    story.wang("food.start_inspection")
    yield story
    story.checks("wei", "food.record_inspection")
    story.wang(
        "food.start_special", procedure="testing", basis="某法 9", notice_text="请等候。", days=5
    )
    yield story
    story.wang("food.end_special")
    story.wang("food.propose", opinion="符合。")
    story.zhao("food.grant", opinion="同意。")
    story.li("food.issue")
    yield story
    heard = shop.accepted(
        "food", change={"food": {"hearing": {"mode": "on_request", "basis": "行政许可法 47"}}}
    )
    yield heard
    heard.wang("food.tell_hearing", reason="关系重大", parties=[])
    yield heard
    heard.zhang("food.request_hearing")
    yield heard
    heard.wang("food.announce_hearing", date="2026-10-21", hour="09:00", place="三楼", chair="qian")
    yield heard
    joint = shop.accepted("food", legal_mode="unified", designation="区政府令1号")
    yield joint
    promised = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
    yield promised
    promised.sun("fire.grant_by_commitment")
    yield promised
    promised.checks("zhou", "fire.follow-up.order_rectify", reasons=["unfit"], days=5)
    yield promised
    gone = {"item": "fire.follow-up", "reason": "店铺已拆除", "document": "公告3号"}
    promised.jiang("close_follow_up", **gone)
    yield promised
    late = shop.submitted("food", at="2026-02-12").until("2026-02-13")
    late.now = shop.moment("2026-04-20")  # nothing swept yet
    yield late


def watched(shop: type[Town]) -> Iterator[Story]:
    """Yield stories that supervision looks into, and one with everything at the counter."""
    story = shop.accepted("food", at="2026-07-06")
    story.people["watch"] = Actor("watch", "supervisor")
    yield story
    story.watch("supervise", item="food", text="请说明")
    yield story
    story.watch("supervise", text="请说明")
    yield story
    story.zhang("urge")
    yield story
    story.qian("reply", item="food", opinion="人手不足")
    yield story
    story.zhang("withdraw")
    story.zhang("rate", grade=1)
    yield story
    counter = shop.accepted("food", case={"channel": "counter", "account": "", "entered_by": "li"})
    yield counter
    both = shop.accepted("food", legal_mode="unified", designation="区政府令1号")
    both.zong("extend_cap", days=5, reason="情况复杂")
    yield both


def concerned(story: Story) -> dict[str, Actor]:
    """Return one of each kind of people: the applicant, each post, another department, who has nothing to do with it."""
    names = (
        "zhang",
        "li",
        "wang",
        "zhao",
        "qian",
        "wei",
        "wu",
        "zong",
        "jiang",
        "stranger",
        "watch",
    )
    return {name: story.people[name] for name in names if name in story.people}


def everybodys(story: Story) -> dict[str, list[Offer]]:
    """Return what each of them is offered."""
    return {
        name: offers(story.case, person, story.situation)
        for name, person in concerned(story).items()
    }


def refusal(story: Story, person: Actor, action: Action) -> ServiceError | None:
    """Return what a step is refused with, None where it is taken."""
    try:
        step(story.case, action, person, story.situation)
    except ServiceError as refused:
        return refused
    return None


def verdict(story: Story, person: str, item: str, name: str) -> ServiceError | None:
    """Return what a step with suitable data comes to."""
    own = []
    if item:
        own = [
            t
            for t in story.release.lifecycles[story.item(item).lifecycle].transitions
            if t.action == name
        ]
    wanted = {need for t in own for need in t.needs} if item else CASE_ACTIONS[name].needs
    seen = (
        story.seen(item, person)
        if item
        else {"confirmed": True, "item": next(iter(story.case.items), "")}
    )
    carried = DATA | OF_ITS_KIND.get(name, {}) | seen
    return refusal(story, story.people[person], Action(name, item, {k: carried[k] for k in wanted}))


class TestOffers:
    @pytest.mark.parametrize(
        "person",
        [
            "zhang",
            "li",
            "wang",
            "zhao",
            "qian",
            "wei",
            "sun",
            "zhou",
            "wu",
            "han",
            "zong",
            "stranger",
        ],
    )
    def test_what_is_offered_is_what_a_step_takes(self, shop: type[Town], person: str) -> None:
        """Offered if and only if the step would be taken; never offered are those who may never."""
        seen = 0
        for story in stages(shop):
            for offer in offers(story.case, story.people[person], story.situation):
                came = verdict(story, person, offer.item, offer.action)
                seen += 1
                assert not isinstance(came, NotPermitted)
                if offer.allowed:
                    assert came is None or isinstance(came, DataInvalid), (offer, came)
                else:
                    assert type(came) is not DataInvalid, (offer, came)
                    assert (came.detail, came.law) == (offer.reason, offer.law)
        assert seen or person == "stranger"

    def test_no_action_is_left_out(self, shop: type[Town]) -> None:
        """What a step would allow is offered."""
        for story in stages(shop):
            for person in ("zhang", "li", "wang", "zhao", "qian", "wei", "sun", "zhou"):
                offered = {o for o, offer in story.offers(person).items() if offer.allowed}
                for code, item in story.case.items.items():
                    for t in story.release.lifecycles[item.lifecycle].transitions:
                        if verdict(story, person, code, t.action) is None:
                            assert f"{code}.{t.action}" in offered, (person, t.action)

    def test_of_the_case_as_of_step(self, shop: type[Town]) -> None:
        """Whoever acts and whatever has happened: the verdict of `step` on the same action that carries nothing yet."""
        seen = set()
        several = [shop.submitted("food", "drain")]
        for story in chain(several, stages(shop), watched(shop)):
            for person in concerned(story).values():
                offered = {
                    o.action: o for o in offers(story.case, person, story.situation) if not o.item
                }
                for name, action in CASE_ACTIONS.items():
                    offer = offered.get(name)
                    behalf = BEHALF if offer and "on_behalf" in offer.needs else {}
                    came = refusal(story, person, Action(name, data=behalf))
                    assert (offer is None) is isinstance(came, NotPermitted), (person, name)
                    if offer is None:
                        continue
                    seen.add((name, offer.allowed))
                    asked = action.asks(Work(story.situation, story.case))
                    needs = (*action.needs, *asked, *behalf)
                    assert (offer.title, offer.needs) == (action.title, needs)
                    assert offer.allowed is (came is None or isinstance(came, DataInvalid))
                    if not offer.allowed:
                        assert (offer.reason, offer.law) == (came.detail, came.law)
        always = {("copy", False)}  # which department it is decides, and that is carried
        assert seen == {(name, yes) for name in CASE_ACTIONS for yes in (True, False)} - always

    def test_no_action_is_run_to_see(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No action is run to see whether it would be taken."""

        def fail(*_: Any) -> None:
            raise AssertionError

        for story in chain(stages(shop), watched(shop)):
            expected = everybodys(story.swept())  # the clock does what fell due, asked or not
            with monkeypatch.context() as patched:
                for actions in (CASE_ACTIONS, TASK_ACTIONS):
                    for name, action in actions.items():
                        patched.setitem(actions, name, replace(action, do=fail))
                for name in ("act", "checked", "_take_transition"):
                    patched.setattr(on_items, name, fail)
                patched.setattr(legal_order, "APPLY", (fail,))
                assert everybodys(story) == expected

    def test_a_draft_can_only_be_submitted(self, shop: type[Town]) -> None:
        """A draft has no actions but to be submitted."""
        release = shop.release("food")
        assert shop.story(release, shop.draft(release), "2026-09-14").offers("zhang") == {}

    def test_asking_is_not_acting(self, shop: type[Town]) -> None:
        """Asking is not acting."""
        story = shop.submitted("food", at="2026-02-12")
        story.now = shop.moment("2026-04-20")
        before = story.case.fork()
        story.offers("li")
        assert story.case == before

    def test_after_what_fell_due(self, shop: type[Town]) -> None:
        """What has fallen due but was not swept yet counts as done."""
        story = shop.submitted("food", at="2026-02-12")
        story.now = shop.moment("2026-03-02")
        assert "food.accept" not in story.offers("li")
        assert story.offers("wang")["food.propose"].allowed

    def test_what_is_not_possible_says_why(self, shop: type[Town]) -> None:
        """What is not possible says why, with its article."""
        story = shop.submitted("food", missing=("plan",))
        offer = story.offers("li")["food.accept"]
        assert (offer.allowed, offer.law) == (False, "行政许可法 32")
        assert "平面图" in offer.reason


NOTICE: Data = {"kind": "calendar", "layer": "CN", "year": 2026, "source": "国庆安排调整通知"}


class TestRecalendar:
    def calendar(self) -> WorkCalendar:
        days = next(c for c in built_in() if c.year == 2026)
        moved = Calendar(**NOTICE, holidays=[*days.holidays, "2026-10-08"], workdays=days.workdays)
        return build([*built_in(), moved], ("CN",))

    def test_open_clocks_move_once(self, shop: type[Town]) -> None:
        """R-CAL-6: open limits move, with one entry that tells every date; what is settled stays."""
        story = shop.accepted("food")
        notice = story.clock("food.notice")
        story.until("2026-09-30").new_calendar(self.calendar())
        assert story.due("food.decision", "statutory") == date(2026, 10, 19)
        told = story.events[-1]
        assert (told.action, story.papers()[-1]) == ("recalendar", "recalendar")
        moved = {
            "item": "food",
            "clock": "decision",
            "limit": "statutory",
            "from": "2026-10-16",
            "to": "2026-10-19",
        }
        assert moved in told.data["moved"]
        assert story.clock("food.notice") == notice
        before = len(story.events)
        assert len(story.new_calendar(self.calendar()).events) == before

    def test_a_closed_case_is_not_touched(self, shop: type[Town]) -> None:
        """A closed case is not touched."""
        story = decided(shop.accepted("food"))
        story.li("food.issue")
        before = story.case
        assert story.new_calendar(self.calendar()).case == before

    def test_a_provisional_limit_becomes_known_with_its_notice(self, shop: type[Town]) -> None:
        """S-20 b: the limit is provisional until the year's notice arrives, then recomputed."""
        story = shop.accepted("food", at="2026-12-10")
        assert (
            story.due("food.decision", "statutory"),
            story.clock("food.decision").provisional,
        ) == (date(2027, 1, 8), True)
        year = Calendar(
            **NOTICE | {"year": 2027}, holidays=["2027-01-01/2027-01-03"], workdays=["2027-01-09"]
        )
        story.new_calendar(build([*built_in(), year], ("CN",)))
        assert not story.clock("food.decision").provisional
