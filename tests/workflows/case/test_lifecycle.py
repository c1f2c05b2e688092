"""A lifecycle that a pack wrote itself, without Python, does what the standard ones do."""

import pytest

from service.errors import ActionNotAllowed
from service.workflows.case.situation import Actor
from service.workflows.definition.models import Lifecycle
from tests.workflows.case.board import BOARD, of, tabled
from tests.workflows.decided import revoke
from tests.workflows.story import Town
from tests.workflows.town import Data


class TestOwnLifecycle:
    """A pack's own names of states, actions and clocks do what the standard ones do."""

    def test_a_clock_takes_its_limit_by_name(self, shop: type[Town]) -> None:
        """A clock takes its limit from the item by name."""
        story = shop.submitted("food", **of())
        assert str(story.due("food.first_look")) == "2026-09-18"

    def test_its_clock_accepts_by_silence(self, shop: type[Town]) -> None:
        """Its clock accepts from the day of receipt."""
        story = shop.submitted("food", **of()).until("2026-09-19T00:00")
        assert (story.state("food"), str(story.item("food").accepted_on)) == (
            "studied",
            "2026-09-14",
        )
        said = next(n for n in story.case.notices.values() if n.kind == "acceptance")
        assert "视为受理" in said.body["text"]

    def test_correction_works_under_other_names(self, shop: type[Town]) -> None:
        """Points, one notice, supply and lapse work under other names."""
        story = shop.submitted("food", missing=("plan",), **of())
        story.li("food.remark", reasons=["lease-pages"])
        story.li("notify_correction")
        assert (story.state("food"), len(story.item("food").asked)) == ("mending", 2)
        story.zhang("food.bring", materials=["lease"])
        assert story.state("food") == "mending"
        story.zhang("food.bring", materials=["plan"])
        assert story.state("food") == "arrived"
        with pytest.raises(ActionNotAllowed):
            story.li("food.remark", reasons=["unfit"])
        lapsed = shop.submitted("food", missing=("plan",), **of())
        lapsed.li("food.remark", reasons=["plan-no-size"])
        lapsed.li("notify_correction")
        assert lapsed.until("2026-09-18T00:00").state("food") == "gone"

    def test_gaps_work_under_other_names(self, shop: type[Town]) -> None:
        """容缺 and its end work under other names; where no lapse is defined the gap only blocks the end."""
        story = shop.submitted("food", missing=("photo",), **of())
        story.li("food.take_up_short", gaps=["photo"])
        assert story.clock("food.gap-photo").expiry == "given_up"
        assert story.until("2026-09-25T00:00").state("food") == "gone"

    def test_an_end_that_is_not_allowed_is_recorded(self, shop: type[Town]) -> None:
        """An end that its lifecycle does not allow where the item stands is recorded; the case goes on."""
        story = shop.submitted("food", missing=("photo",), **of())
        story.staff["scjg", "approver"] = BOARD
        story.li("food.take_up_short", gaps=["photo"])
        story.wang("food.put_forward", opinion="请审议。")  # from here nothing lapses
        story.until("2026-09-25T00:00")
        assert (story.state("food"), story.did()[-1]) == ("before_board", "food.expiry_refused")
        before = len(story.events)
        assert len(story.swept().events) == before
        for person in BOARD:
            getattr(story, person)("food.agree", opinion="同意。")
        chief = Actor("hua", "clerk", "scjg", frozenset({"chief"}))
        with pytest.raises(ActionNotAllowed, match="现场照片"):
            story.act(chief, "food.hand_over")

    def test_a_hearing_stops_the_clock_until_its_state_is_left(self, shop: type[Town]) -> None:
        """A hearing stops the clock and is over when its state is left."""
        story = shop.accepted("food", **of())
        story.li("food.take_up")
        story.wang("food.hear", procedure="hearing", basis="某法 9", notice_text="听证。", days=5)
        assert story.item("food").special.procedure == "hearing"
        assert story.clock("food.verdict").state == "paused"
        story.wang("food.heard", "2026-09-18")
        assert (story.item("food").special, story.clock("food.verdict").state) == (None, "running")

    def test_goes_to_the_end_and_back_by_the_head(self, shop: type[Town]) -> None:
        """To the end with an extra post, and back by the head."""
        story = tabled(shop, "any")
        story.zhao("food.agree", opinion="同意。")
        with pytest.raises(ActionNotAllowed):
            story.zhang("food.withdraw")
        story.hua("food.hand_over")
        assert (story.case.state, story.case.certificates[1].state) == ("granted", "valid")
        revoke(story)
        assert story.case.certificates[1].state == "revoked"

    def test_each_way_of_an_action_is_for_those_it_names(self, shop: type[Town]) -> None:
        """Of two ways of one action each is only for those it names."""
        ways = [
            {
                "action": "end",
                "title": "了结",
                "from": "open",
                "to": "done",
                "by": "window",
                "when": "item.complete",
            },
            {
                "action": "end",
                "title": "了结",
                "from": "open",
                "to": "no",
                "by": "head",
                "needs": ["reasons"],
            },
        ]
        states: Data = {
            "open": {"title": "待办", "post": "window", "runs": ["all"]},
            "done": {"title": "好", "final": "granted"},
            "no": {"title": "不好", "final": "refused"},
        }
        own = {
            "code": "short",
            "title": "短",
            "clocks": {"all": {"title": "办", "limit": "limits"}},
            "states": states,
            "transitions": ways,
        }
        town: Data = {
            "lifecycles": (own,),
            "change": {
                "food": {"lifecycle": "short", "category": "service", "materials": ["plan"]}
            },
        }
        story = shop.submitted("food", missing=("plan",), **town)
        with pytest.raises(ActionNotAllowed):
            story.li("food.end", reasons=["unfit"])  # incomplete, and the other way is the head's
        story.qian("food.end", reasons=["unfit"])
        assert story.state("food") == "no"

    def test_clock_never_grants(self, shop: type[Town]) -> None:
        """Silence does not grant, not even where a lifecycle got past the checks with it (R-DEC-8; R-INV-1)."""
        states: Data = {
            "open": {"title": "待办", "post": "window", "runs": ["all"]},
            "done": {"title": "好", "final": "granted"},
        }
        ways = [{"action": "end", "title": "办结", "from": "open", "to": "done", "by": "window"}]
        own = {
            "code": "short",
            "title": "短",
            "clocks": {"all": {"title": "办", "limit": "2wd"}},
            "states": states,
            "transitions": ways,
        }
        release = shop.release(
            "tax", lifecycles=(own,), change={"tax": {"lifecycle": "short", "title": "默认通过"}}
        )
        states["open"]["on_expiry"] = {"all": "pass_by"}
        ways.append(
            {"action": "pass_by", "title": "默认通过", "from": "open", "to": "done", "by": "clock"}
        )
        release.lifecycles["short"] = Lifecycle.model_validate({"kind": "lifecycle", **own})
        story = shop.story(release, shop.draft(release), "2026-09-14")
        story.zhang("submit", materials=[])
        story.until("2026-10-15")
        assert (story.state("tax"), story.did()[-1], story.clock("tax.all").card) == (
            "open",
            "tax.expiry_refused",
            "red",
        )
