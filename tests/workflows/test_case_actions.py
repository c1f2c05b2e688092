"""What is done on the case as a whole: withdraw, urge, rate, claim, a new calendar."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted
from service.workflows.calendar import build, built_in
from service.workflows.language.models import Calendar

NOTICE = {"kind": "calendar", "layer": "CN", "year": 2026, "source": "国庆安排调整通知"}


def decided(story, code="food"):
    """Grant the food licence, not yet handed out."""
    story.wang(f"{code}.propose", opinion="符合。")
    story.zhao(f"{code}.grant", opinion="同意。")
    return story


class TestWithdraw:
    def test_one_item(self, shop):
        """One item before its decision, with a confirmation; the others go on (R-ACC-11)."""
        story = shop.accepted("food", "drain")
        story.zhang("drain.withdraw")
        drain = story.item("drain")
        assert (drain.outcome, story.state("food"), story.papers()[-1]) == ("withdrawn", "reviewing", "withdrawal")
        assert {c.state for c in story.case.clocks.values() if c.item == "drain"} == {"settled"}
        assert story.tasks("drain") == []

    def test_whole(self, shop):
        """The whole case, those that wait included."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]}, "sign", on_refusal="stop_all")
        story.zhang("withdraw")
        assert (story.case.state, story.case.closed_at is not None) == ("withdrawn", True)
        assert story.item("drain").outcome == "withdrawn"

    def test_what_is_decided_stands(self, shop):
        """After a decision it cannot be withdrawn; the rest can."""
        story = decided(shop.accepted("food", "drain"))
        with pytest.raises(ActionNotAllowed):
            story.zhang("food.withdraw")
        story.zhang("withdraw")
        assert (story.state("food"), story.state("drain")) == ("issuing", "withdrawn")
        with pytest.raises(ActionNotAllowed, match="已经作出决定"):
            story.zhang("withdraw")

    @pytest.mark.parametrize("person", ["li", "qian", "stranger"])
    def test_nobody_else(self, shop, person):
        """Only the applicant withdraws."""
        story = shop.submitted("food")
        for what in ("withdraw", "food.withdraw"):
            with pytest.raises(NotPermitted):
                getattr(story, person)(what)

    def test_from_anywhere_before_the_decision(self, shop):
        """Received, in correction, under review, pledged: all may be withdrawn."""
        correcting = shop.submitted("food", missing=("plan",))
        correcting.li("food.note_defects", reasons=["plan-no-size"])
        correcting.li("notify_correction")
        pledged = shop.submitted("fire", case={"handling": {"fire": "commitment"}})
        for story in (shop.submitted("food"), correcting, shop.accepted("food"), pledged, shop.submitted("sign")):
            story.zhang("withdraw")
            assert story.case.state == "withdrawn"


class TestUrge:
    def test_once_a_day(self, shop):
        """催办 reminds those whose turn it is, at most once a working day (R-MON-2)."""
        story = shop.accepted("food", "drain")
        story.zhang("urge")
        assert [n.to for n in story.case.notices.values() if n.kind == "urge"] == ["cg", "scjg"]
        for person in (story.zhang, story.li):
            with pytest.raises(ActionNotAllowed, match="2026年9月15日"):
                person("urge", "2026-09-14T23:00")
        story.li("urge", "2026-09-15T00:00")

    def test_no_effect_on_limits(self, shop):
        """It moves nothing."""
        story = shop.accepted("food")
        before = dict(story.case.clocks)
        story.zhang("urge")
        assert story.case.clocks == before

    def test_whose_turn_it_is(self, shop):
        """When it is the applicant's own turn there is nobody to urge."""
        story = shop.submitted("food", missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        with pytest.raises(ActionNotAllowed, match="轮到申请人"):
            story.zhang("urge")

    @pytest.mark.parametrize("person", ["wu", "wang", "stranger"])
    def test_nobody_else(self, shop, person):
        """Neither other departments nor strangers."""
        with pytest.raises(NotPermitted):
            getattr(shop.submitted("food"), person)("urge")


class TestClaim:
    def task(self, story):
        return next(n for n, task in story.case.tasks.items() if task.done_at is None)

    def test_one_holder(self, shop):
        """A task has one holder; giving it back frees it."""
        story = shop.accepted("food")
        n = self.task(story)
        story.wang("claim", task=n)
        with pytest.raises(ActionNotAllowed):
            story.wang("claim", task=n)
        with pytest.raises(NotPermitted):
            story.zhao("release", task=n)
        story.qian("release", task=n)
        assert story.case.tasks[n].person == ""

    @pytest.mark.parametrize(
        ("task", "refusal"), [(None, DataInvalid), ("1", DataInvalid), (99, NotFound), (1, ActionNotAllowed)]
    )
    def test_which(self, shop, task, refusal):
        """The task is named, exists, and is open."""
        with pytest.raises(refusal):
            shop.accepted("food").wang("claim", task=task)

    def test_kept(self, shop):
        """首问负责: who had it gets it again."""
        story = shop.accepted("food")
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.send_back", opinion="补充。")
        assert story.case.tasks[self.task(story)].person == "wang"


class TestUnknown:
    @pytest.mark.parametrize(
        ("what", "refusal"), [("dance", DataInvalid), ("food.dance", ActionNotAllowed), ("none.accept", NotFound)]
    )
    def test_action(self, shop, what, refusal):
        """Only listed verbs exist: there is no informal return of papers (R-RQ-3)."""
        with pytest.raises(refusal):
            shop.submitted("food").li(what)

    def test_before_submission(self, shop):
        """A draft can only be submitted."""
        release = shop.release("food")
        story = shop.story(release, shop.draft(release), "2026-09-14")
        with pytest.raises(ActionNotAllowed):
            story.zhang("withdraw")


class TestRecalendar:
    def calendar(self):
        days = next(c for c in built_in() if c.year == 2026)
        moved = Calendar(**NOTICE, holidays=[*days.holidays, "2026-10-08"], workdays=days.workdays)
        return build([*built_in(), moved], ("CN",))

    def test_open_clocks_move_once(self, shop):
        """R-CAL-6: open limits move, with one entry that tells every date; what is settled stays."""
        story = shop.accepted("food")
        notice = story.clock("food.notice")
        story.until("2026-09-30").new_calendar(self.calendar())
        assert story.due("food.decision", "statutory") == date(2026, 10, 19)
        told = story.events[-1]
        assert (told.action, story.papers()[-1]) == ("recalendar", "recalendar")
        moved = {"item": "food", "clock": "decision", "limit": "statutory", "from": "2026-10-16", "to": "2026-10-19"}
        assert moved in told.data["moved"]
        assert story.clock("food.notice") == notice
        before = len(story.events)
        assert len(story.new_calendar(self.calendar()).events) == before

    def test_closed_case(self, shop):
        """A closed case is not touched."""
        story = decided(shop.accepted("food"))
        story.li("food.issue")
        before = story.case
        assert story.new_calendar(self.calendar()).case == before

    def test_year_without_notice(self, shop):
        """S-20 b: the limit is provisional until the year's notice arrives, then recomputed."""
        story = shop.accepted("food", at="2026-12-10")
        assert (story.due("food.decision", "statutory"), story.clock("food.decision").provisional) == (
            date(2027, 1, 8), True)  # fmt: skip
        year = Calendar(**NOTICE | {"year": 2027}, holidays=["2027-01-01/2027-01-03"], workdays=["2027-01-09"])
        story.new_calendar(build([*built_in(), year], ("CN",)))
        assert not story.clock("food.decision").provisional
