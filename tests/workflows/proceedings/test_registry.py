"""附带程序: a new kind is one value, a lifecycle in YAML and a line in the registry; everything else shows it untold."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed
from service.office import sight
from service.workflows.authoring.folders import standard_files
from service.workflows.case.parts import Item
from service.workflows.case.situation import Actor
from service.workflows.notices import wording
from service.workflows.proceedings import KINDS, Kind, begin, is_inside, open_one
from service.workflows.telling import chart, progress
from service.workflows.telling.progress.timeline import timeline
from service.workflows.trials import coverage
from service.workflows.worksheet import Work
from tests.workflows.story import Story, Town

# ---- what whoever adds one writes: a module … ----------------------------------------------------------------------


def patrolled(item: Any) -> bool:
    """Tell whether an item gives its patrol a limit."""
    return "patrol" in item.limits


def tell_result(work: Work, proceeding: Item, data: Mapping[str, Any]) -> None:
    """Tell the applicant what the patrol has found."""
    said = f"日常检查已经完成：{data['opinion']}"
    work.issue("follow_up_result", proceeding.item, wording.plain("follow_up_result", said))


PATROL = Kind(code="patrol", meets=patrolled, limit="patrol", ended=tell_result, by_action=True)

# ---- … and its lifecycle; the other one is that of an item which begins it -----------------------------------------

LIFECYCLE = {
    "code": "patrol",
    "title": "日常检查",
    "clocks": {"visit": {"title": "上门检查", "limit": "patrol"}},
    "states": {
        "due": {"title": "待检查", "post": "reviewer", "runs": ["visit"]},
        "seen": {"title": "已检查", "final": "passed"},
    },
    "transitions": [
        {
            "action": "look",
            "title": "检查",
            "from": "due",
            "to": "seen",
            "by": "reviewer",
            "needs": ["opinion"],
        }
    ],
}
ON_THE_SPOT = {
    "code": "on-the-spot",
    "title": "当场办理",
    "clocks": {"decision": {"title": "办结", "limit": "limits"}},
    "states": {
        "received": {"title": "待办理", "post": "window", "runs": ["decision"]},
        "done": {"title": "已办结", "final": "granted"},
    },
    "transitions": [
        {"action": "finish", "title": "办结", "from": "received", "to": "done", "by": "window"},
        {
            "action": "start_patrol",
            "title": "另起日常检查",
            "from": "done",
            "to": "done",
            "by": "head",
            "needs": ["reason"],
            "effect": {"begin": "patrol"},
        },
    ],
}
ITEM = {"tax": {"lifecycle": "on-the-spot", "limits": {"promised": "1wd", "patrol": "10wd"}}}
HEAD = Actor("qian", "clerk", "scjg", frozenset({"head"}))
REVIEWER = Actor("wang", "clerk", "scjg", frozenset({"reviewer"}))


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Add the line to the registry; the value returned can be changed for one more trial."""

    def add(kind: Kind = PATROL) -> None:
        monkeypatch.setitem(KINDS, kind.code, kind)

    add()
    return add


def begun(shop: type[Town]) -> Story:
    """Finished on Monday 2026-09-14, the patrol begun by the head on the day after."""
    story = shop.submitted("tax", change=ITEM, lifecycles=(ON_THE_SPOT, LIFECYCLE))
    story.li("tax.finish")
    story.qian("tax.start_patrol", on="2026-09-15", reason="年度计划")
    return story


class TestRegistry:
    """KINDS."""

    def test_every_kind_has_its_lifecycle(self) -> None:
        """The code of a kind is that of a standard lifecycle, and stands in the registry under itself."""
        assert {f"{code}.yaml" for code in KINDS} <= standard_files().keys()
        assert all(code == kind.code for code, kind in KINDS.items())

    def test_their_order_is_part_of_the_hash(self) -> None:
        """A release carries them in this order, and its hash follows from it: what is published keeps its hash."""
        assert list(KINDS) == [
            "follow-up",
            "later",
            "repair",
            "defence",
            "supervision",
            "redress",
            "deregistration",
            "publication",
            "revocation",
            "loss-claim",
        ]

    def test_some_are_nobodys_business_outside(self) -> None:
        """督办 and 差评整改 are nobody's business outside (R-MON-2, R-EVAL-3)."""
        assert {code for code in KINDS if is_inside(code)} == {"supervision", "redress"}
        assert not is_inside("licence")


@pytest.mark.usefixtures("added")
class TestTrial:
    """A kind that nothing outside its module has heard of lives as the others do."""

    def test_is_carried_where_an_item_meets_it(self, shop: type[Town]) -> None:
        """The release of an item that can come to it carries its lifecycle, that of another does not."""
        story = begun(shop)
        other = shop.release("sign", change={"sign": {"title": "招牌备案（试点）"}})
        assert "patrol" in story.release.lifecycles
        assert "patrol" not in other.lifecycles

    def test_an_act_begins_it_beside_the_item(self, shop: type[Town]) -> None:
        """An act begins it beside the item: its code, its department and post, one event that says what it follows."""
        story = begun(shop)
        patrol = story.item("tax.patrol")
        assert (patrol.parent, patrol.state, story.state("tax")) == ("tax", "due", "done")
        assert story.tasks("tax.patrol") == [("scjg", "reviewer")]
        start = next(event for event in story.events if event.item == "tax.patrol")
        assert (start.action, start.state_to, start.data) == ("start", "due", {"follows": "tax"})
        assert open_one(story.case, "patrol", "tax") is patrol

    def test_its_clock_runs_the_limit_of_the_item(self, shop: type[Town]) -> None:
        """Its clock runs the limit the item gives it, and is dated and carded as every other.

        Ten working days from 09-15: Sunday the 20th is worked, Friday the 25th is off.
        """
        story = begun(shop)
        clock = story.clock("tax.patrol.visit")
        assert (clock.statutory, clock.promised, clock.owner) == ("10wd", None, "department")
        assert story.due("tax.patrol.visit") == date(2026, 9, 29)
        story.until("2026-10-09T00:00")
        assert story.clock("tax.patrol.visit").card == "red"

    def test_its_end_means_what_its_module_says(self, shop: type[Town]) -> None:
        """Its end means what its module says; the closed case stays closed, and a second one may begin."""
        story = begun(shop)
        closed = story.case.closed_at
        with pytest.raises(ActionNotAllowed, match="正在进行"):
            story.qian("tax.start_patrol", reason="再查")
        story.wang("tax.patrol.look", "2026-09-16", opinion="情况正常")
        assert (story.item("tax.patrol").outcome, story.case.closed_at) == ("passed", closed)
        assert story.papers()[-1] == "follow_up_result"
        assert "情况正常" in story.case.notices[len(story.papers())].body["text"]
        story.qian("tax.start_patrol", reason="再查")
        assert story.state("tax.patrol-2") == "due"

    def test_whom_it_bars_does_not_handle_it(
        self, shop: type[Town], added: Callable[..., None]
    ) -> None:
        """Whom the beginning names does not handle it, unless the kind bars nobody."""
        story = begun(shop)
        work = Work(story.situation, story.case)
        second = begin(work, PATROL, "tax", department="scjg", barred="wang")
        story.case = work.case
        with pytest.raises(ActionNotAllowed, match="请换人"):
            story.wang(f"{second.item}.look", opinion="情况正常")
        added(replace(PATROL, barred=False))
        story.wang(f"{second.item}.look", opinion="情况正常")
        assert story.item(second.item).outcome == "passed"

    def recorded(self, story: Story) -> list[str]:
        """Return what the applicant's record of the case tells of the patrol."""
        actions = {event.n: event.action for event in story.events if event.item == "tax.patrol"}
        entries = timeline(story.release, story.case, story.events, {})
        return [actions[entry.n] for entry in entries if entry.n in actions]

    def test_everything_speaks_of_it_untold(self, shop: type[Town]) -> None:
        """Title, chart, record and what still happens speak of it untold."""
        story = begun(shop)
        assert story.release.title_of("tax.patrol") == "税务登记（日常检查）"
        assert "待检查" in chart.progress(story.release, story.case, story.events)
        told = progress.turn(story.case, story.situation).told
        assert told == ("税务登记（日常检查）由市场监督管理局进行，2026年9月29日前完成。",)
        assert self.recorded(story) == ["start"]

    def test_what_is_inside_is_not_shown_outside(
        self, shop: type[Town], added: Callable[..., None]
    ) -> None:
        """What offices do among themselves is in no chart, no record and no outlook of the applicant."""
        added(replace(PATROL, inside=True))
        story = begun(shop)
        assert "待检查" not in chart.progress(story.release, story.case, story.events)
        assert progress.turn(story.case, story.situation).told == ()
        assert self.recorded(story) == []

    def test_others_than_its_readers_see_nothing(
        self, shop: type[Town], added: Callable[..., None]
    ) -> None:
        """Where a kind names its readers, others of the department see neither it nor its record."""
        story = begun(shop)
        assert "tax.patrol" in sight.shown(story.release, story.case, REVIEWER).items
        added(replace(PATROL, readers=frozenset({"head"})))
        for actor, sees in ((HEAD, True), (REVIEWER, False)):
            shown = sight.shown(story.release, story.case, actor)
            assert ("tax.patrol" in shown.items) == sees
            assert any(clock.item == "tax.patrol" for clock in shown.clocks.values()) == sees
            told = sight.sees_event(
                story.release, story.case, actor, "tax.patrol", "start", told=False
            )
            assert told == sees

    def test_stories_owe_it_where_somebody_handled_one(
        self, shop: type[Town], added: Callable[..., None]
    ) -> None:
        """The stories of a bundle owe it only where somebody handled one, or the kind demands it."""
        release = begun(shop).release
        whole, none = coverage.everything(release), coverage.Coverage()
        owed = coverage.report(whole, none)["状态"]["missing"]
        assert not any(place.startswith("patrol") for place in owed)
        added(replace(PATROL, demanded=True))
        owed = coverage.report(whole, none)["状态"]["missing"]
        assert "patrol：due" in owed


class TestWithoutItsLine:
    """What is not in the registry is not there."""

    def test_cannot_be_begun(self, shop: type[Town]) -> None:
        """A definition that begins it, or gives it a limit, is refused when it is checked, not when somebody acts."""
        named = {"tax": ITEM["tax"] | {"title": "登记"}}
        with pytest.raises(AssertionError) as refused:
            shop.release("tax", change=named, lifecycles=(ON_THE_SPOT, LIFECYCLE))
        assert "E105" in str(refused.value)
        assert "E213" in str(refused.value)
