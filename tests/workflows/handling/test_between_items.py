"""Items that wait for one another, and what one's end means for the others."""

from datetime import date

import pytest

from service.errors import NotPermitted
from tests.workflows.decided import decided, grant, refuse, revoke
from tests.workflows.story import Story, Town
from tests.workflows.town import Data

AFTER_FOOD = [{"use": "fire", "after": ["food"]}, {"use": "drain", "after": ["fire"]}]


class TestOrder:
    def test_an_opinion_may_be_noted_while_waiting(self, shop: type[Town]) -> None:
        """预审: an opinion may be noted while an item waits; nothing runs, nobody else's turn comes (R-BND-6)."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]})
        with pytest.raises(NotPermitted):
            story.wang("drain.note_opinion", opinion="可以。")
        story.han("drain.note_opinion", opinion="图纸符合要求，待前置事项办结。")
        assert (story.state("drain"), story.tasks("drain"), story.did()[-1]) == (
            "waiting",
            [],
            "drain.note_opinion",
        )
        assert not [clock for clock in story.case.clocks if clock[0] == "drain"]

    def test_an_item_waits_for_its_predecessor(self, shop: type[Town]) -> None:
        """An item with a predecessor waits without a clock or a task, and starts with its end (R-BND-6)."""
        story = shop.accepted("food", {"use": "drain", "after": ["food"]}, at="2026-06-08")
        assert (story.state("drain"), story.tasks("drain")) == ("waiting", [])
        assert [name for name in story.case.clocks if name[0] == "drain"] == []
        story.until("2026-06-16")
        grant(story)
        assert (story.state("drain"), story.due("drain.notice")) == (
            "received",
            date(2026, 6, 24),
        )  # S-17
        assert [n.item for n in story.case.notices.values() if n.kind == "started"] == ["drain"]

    def test_starts_with_the_last_of_its_predecessors(self, shop: type[Town]) -> None:
        """It starts when the last of its predecessors is granted; handing it out holds nobody up (R-BND-6)."""
        story = shop.accepted("food", "fire", {"use": "drain", "after": ["food", "fire"]})
        grant(story)
        assert story.state("drain") == "waiting"
        story.zheng("fire.propose", opinion="符合。")
        story.sun("fire.grant", opinion="同意。")
        assert (story.state("fire"), story.state("drain")) == ("issuing", "received")

    def test_where_the_region_waits_for_the_paper(self, shop: type[Town]) -> None:
        """By the region's reading it starts only with the handing over of what it waits for."""
        story = shop.accepted(
            "food", {"use": "drain", "after": ["food"]}, policy={"serial_start": "handover"}
        )
        decided(story)
        assert (story.state("food"), story.state("drain")) == ("issuing", "waiting")
        story.li("food.issue")
        assert story.state("drain") == "received"

    def test_it_is_accepted_on_the_day_of_the_notice(self, shop: type[Town]) -> None:
        """S-17: reviewed while it waited, its limits count from the notice, however late somebody accepts it (R-BND-6)."""
        five = {"drain": {"limits": {"statutory": "20wd", "promised": "5wd"}}}
        story = shop.accepted(
            "food", {"use": "drain", "after": ["food"]}, at="2026-06-08", change=five
        )
        story.han("drain.note_opinion", opinion="图纸符合要求。")
        story.wang("food.propose", "2026-06-16", opinion="符合。")
        story.zhao("food.grant", opinion="同意。")
        story.li("drain.accept", "2026-06-23")
        assert (story.item("drain").accepted_on, story.due("drain.decision", "promised")) == (
            date(2026, 6, 16),
            date(2026, 6, 24),  # 06-19 is a holiday
        )

    def test_a_predecessor_that_is_not_needed_holds_nobody_up(self, shop: type[Town]) -> None:
        """A predecessor that does not apply, or needs no permit, holds nobody up."""
        alone = shop.submitted(
            {"use": "food", "when": "answers.area > 500"}, {"use": "drain", "after": ["food"]}
        )
        assert alone.state("drain") == "received"
        story = shop.submitted("food", {"use": "drain", "after": ["food"]})
        story.li("food.not_required", reasons=["needless"])
        assert story.state("drain") == "received"

    def test_each_link_of_a_chain_starts_the_next(self, shop: type[Town]) -> None:
        """Each link starts the next."""
        story = shop.accepted("food", *AFTER_FOOD)
        grant(story)
        assert (story.state("fire"), story.state("drain")) == ("received", "waiting")

    def test_nothing_starts_after_a_grant_that_was_revoked(self, shop: type[Town]) -> None:
        """What still waits for a grant that was revoked can never start and is told so."""
        story = shop.accepted("food", "fire", {"use": "drain", "after": ["food", "fire"]})
        grant(story)
        revoke(story)
        assert (story.state("drain"), story.item("drain").note) == (
            "stopped",
            "因「食品经营许可」已撤销而终止",
        )


class TestRefusalPolicy:
    def states(self, story: Story) -> dict[str, str]:
        return {code: item.state for code, item in story.case.items.items()}

    def test_others_stand(self, shop: type[Town]) -> None:
        """A refusal touches nobody who does not depend on it (R-BND-5)."""
        story = refuse(shop.accepted("food", "drain", {"use": "fire", "after": ["food"]}))
        assert self.states(story) == {"food": "refused", "drain": "reviewing", "fire": "stopped"}
        assert story.case.state == "in_progress"

    def test_those_who_wait_for_it_stop(self, shop: type[Town]) -> None:
        """Those who wait for it, directly or through others, stop, each with its own paper."""
        entries: list[str | Data] = [
            {"use": "food", "on_refusal": "stop_dependents"},
            *AFTER_FOOD,
            "sign",
        ]
        story = refuse(shop.accepted(*entries))
        assert self.states(story) == {
            "food": "refused",
            "fire": "stopped",
            "drain": "stopped",
            "sign": "received",
        }
        stopped = {n.item: n.body for n in story.case.notices.values() if n.kind == "stopped"}
        assert set(stopped) == {"fire", "drain"}
        assert "食品经营许可" in stopped["fire"]["text"]
        assert "remedies" in stopped["fire"]

    def test_the_whole_ends(self, shop: type[Town]) -> None:
        """With stop_all the whole ends; every stop is an event and a paper."""
        story = refuse(shop.accepted("food", "drain", "sign", on_refusal="stop_all"))
        assert self.states(story) == {"food": "refused", "drain": "stopped", "sign": "stopped"}
        assert (
            story.case.state,
            story.did().count("drain.stop"),
            story.papers().count("stopped"),
        ) == ("refused", 1, 2)

    def test_the_word_of_the_item_goes_first(self, shop: type[Town]) -> None:
        """The item's own word goes before the bundle's."""
        entries: list[str | Data] = [{"use": "food", "on_refusal": "others_stand"}, "drain"]
        assert (
            self.states(refuse(shop.accepted(*entries, on_refusal="stop_all")))["drain"]
            == "reviewing"
        )

    def test_what_is_decided_stands(self, shop: type[Town]) -> None:
        """A grant that only waits to be handed out is not undone by another's refusal (行政许可法 69)."""
        story = shop.accepted("food", "drain", on_refusal="stop_all")
        story.han("drain.propose", opinion="符合。")
        story.yang("drain.grant", opinion="同意。")
        refuse(story)
        assert story.state("drain") == "issuing"
        story.wu("drain.issue")
        assert story.case.state == "partly_granted"

    def test_a_lapse_counts_like_a_refusal(self, shop: type[Town]) -> None:
        """A lapse is a failure like a refusal."""
        story = shop.submitted("food", {"use": "fire", "after": ["food"]}, missing=("plan",))
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        story.until("2026-12-01")
        assert self.states(story) == {"food": "lapsed", "fire": "stopped"}


class TestGivenUp:
    """What the applicant gives up himself stops nobody else; of what waits for it he is asked (R-ACC-11, R-BND-5)."""

    def test_the_others_go_on_also_under_stop_all(self, shop: type[Town]) -> None:
        """Withdrawn or lapsed, the rest goes on: the policy is one of refusals."""
        story = shop.accepted("food", "drain", "sign", on_refusal="stop_all")
        story.zhang("food.withdraw")
        assert (story.state("drain"), story.state("sign")) == ("reviewing", "received")
        lapsed = shop.submitted("food", "drain", missing=("photo",), on_refusal="stop_all")
        lapsed.li("drain.accept")
        lapsed.li("food.note_defects", reasons=["plan-no-size"])
        lapsed.li("notify_correction")
        lapsed.until("2026-10-20")
        assert (lapsed.state("food"), lapsed.state("drain")) == ("lapsed", "reviewing")

    def test_who_waits_is_blocked_and_the_applicant_asked(self, shop: type[Town]) -> None:
        """What waits for it is not stopped at once: he is told, and may withdraw it too."""
        story = shop.accepted("food", *AFTER_FOOD, "sign", at="2026-09-14")
        story.zhang("food.withdraw")
        assert (story.state("fire"), story.case.closed_at) == ("waiting", None)
        asked = next(n for n in story.case.notices.values() if n.kind == "blocked")
        assert (asked.item, asked.to) == ("fire", "applicant")
        assert "到2026年10月10日没有答复" in asked.body["text"]
        assert story.clock("fire.blocked").owner == "applicant"
        story.zhang("fire.withdraw")
        assert [n.item for n in story.case.notices.values() if n.kind == "blocked"] == [
            "fire",
            "drain",
        ]
        story.zhang("drain.withdraw")
        assert story.clock("drain.blocked").state == "settled"

    def test_the_region_says_how_long_and_by_which_rule(self, shop: type[Town]) -> None:
        """The days and the rule behind them are the region's; clock, paper and record tell them."""
        rule = "示例区政务服务条例 30"
        region = {"blocked": {"within": "5wd", "basis": rule}}
        story = shop.accepted("food", *AFTER_FOOD, at="2026-09-14", policy=region)
        story.zhang("food.withdraw")
        asked = next(n for n in story.case.notices.values() if n.kind == "blocked")
        assert (story.clock("fire.blocked").basis, asked.body["law"]) == (rule, rule)
        assert "到2026年9月20日没有答复" in asked.body["text"]  # a make-up Sunday
        assert next(e.law for e in story.events if e.action == "blocked") == rule
        story.until("2026-09-20T23:00")
        assert story.state("fire") == "waiting"
        story.until("2026-09-21T00:00")
        assert story.state("fire") == "stopped"

    def test_without_an_answer_it_ends(self, shop: type[Town]) -> None:
        """After its time it is stopped, with a paper of its own, and what waits for that with it."""
        story = shop.accepted("food", *AFTER_FOOD, at="2026-09-14")
        story.zhang("food.withdraw")
        story.until("2026-10-10T23:00")
        assert story.state("fire") == "waiting"
        story.until("2026-10-11T00:00")
        assert (story.state("fire"), story.state("drain")) == ("stopped", "stopped")
        assert story.item("fire").note == "因「食品经营许可」已经撤回，逾期没有答复而终止"
        assert story.case.state == "withdrawn"
