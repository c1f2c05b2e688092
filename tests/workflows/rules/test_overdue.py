"""逾期不补、补正以后仍不符合: what the region's rules make of it, told before and with its rule (R-ACC-9, R-RQ-1)."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid, ServiceError
from service.workflows.case.parts import Notice
from tests.workflows.story import Story, Town
from tests.workflows.town import Data, moment, town

RULE = "某省政务服务条例 11"


def by(**rules: str) -> Data:
    """Return the region's readings, each with its rule."""
    return {name: {"then": then, "basis": RULE} for name, then in rules.items()}


def asked(shop: type[Town], *items: Any, **of: Any) -> Story:
    """Told on Friday 2026-03-06 what to mend by 03-27."""
    story = shop.submitted(*(items or ("food",)), at="2026-03-02", **of)
    story.li("food.note_defects", reasons=["plan-no-size", "lease-pages"])
    story.li("notify_correction", "2026-03-06")
    return story


def last(story: Story, kind: str) -> Notice:
    """Return the newest paper of a kind."""
    return [each for each in story.case.notices.values() if each.kind == kind][-1]


class TestOverdue:
    """The period of a correction ends unanswered."""

    @pytest.mark.parametrize(
        ("then", "state", "outcome", "paper", "words"),
        [
            ("declined", "overdue_declined", "declined", "not_accepted", "不予受理"),
            ("refused", "overdue_refused", "refused", "refusal", "不予办理"),
            ("filed", "overdue_filed", "lapsed", "filed_away", "归档"),
        ],
    )
    def test_as_the_region_has_it(
        self, shop: type[Town], then: str, state: str, outcome: str, paper: str, words: str
    ) -> None:
        """On the day after the last one, with what did not come, the rule, and where to turn; never before."""
        story = asked(shop, policy=by(correction_overdue=then))
        told = last(story, "correction").body["text"]
        assert (words in told, RULE in told, "视为撤回" in told) == (True, True, False)
        assert story.until("2026-03-27T23:59").state("food") == "correcting"
        story.until("2026-03-28T00:00")
        item, sent = story.item("food"), last(story, paper)
        assert (item.state, item.outcome) == (state, outcome)
        assert sent.body["points"] == ["平面图缺少尺寸", "租赁合同缺页"]
        assert (sent.body["law"], bool(sent.body["remedies"])) == (RULE, True)
        assert "平面图缺少尺寸" in item.note
        assert [e.at for e in story.events if e.state_to == state] == [moment("2026-03-28T00:00")]

    def test_without_a_rule_it_counts_as_withdrawn(self, shop: type[Town]) -> None:
        """The licensing law is silent: 视为撤回 unless the region says otherwise, and a rule is asked for then."""
        story = asked(shop).until("2026-03-28")
        assert (story.state("food"), story.item("food").outcome) == ("lapsed", "lapsed")
        with pytest.raises(AssertionError, match="E103"):
            town("food", policy={"correction_overdue": {"then": "declined"}})

    def test_it_stops_no_other_item_and_may_be_asked_anew(self, shop: type[Town]) -> None:
        """Whatever it is called, the applicant gave it up himself: the others go on, what waits for it is asked (R-ACC-11)."""
        entries = ("food", "drain", {"use": "fire", "after": ["food"]})
        story = asked(
            shop, *entries, policy=by(correction_overdue="refused"), on_refusal="stop_all"
        )
        story.li("drain.accept")
        story.until("2026-03-28")
        assert (story.state("food"), story.state("drain")) == ("overdue_refused", "reviewing")
        assert (story.state("fire"), "blocked" in story.papers()) == ("waiting", True)

    def test_who_answers_in_time_is_not_touched(self, shop: type[Town]) -> None:
        """Complete on the last evening: the check of five days begins."""
        story = asked(shop, policy=by(correction_overdue="declined"))
        story.zhang("food.supply", "2026-03-27T21:00", materials=["plan", "lease"])
        assert story.until("2026-03-28").state("food") == "received"


class TestGap:
    """A paper that was to follow did not come, before the decision."""

    @pytest.mark.parametrize(
        ("then", "state", "paper", "words"),
        [
            ("acceptance_revoked", "acceptance_revoked", "acceptance_revoked", "撤销受理"),
            ("refused", "overdue_refused", "refusal", "不予办理"),
        ],
    )
    def test_as_the_region_has_it(
        self, shop: type[Town], then: str, state: str, paper: str, words: str
    ) -> None:
        """The acceptance with gaps says it, and by which rule; the decision names the paper (R-RQ-1)."""
        story = shop.submitted(
            "food", at="2026-04-09", missing=("photo",), policy=by(gap_overdue=then)
        )
        story.li("food.accept_tolerant", gaps=["photo"])
        told = "".join(last(story, "tolerant_acceptance").body["consequences"])
        assert (words in told, RULE in told) == (True, True)
        assert story.due("food.gap-photo") == date(2026, 4, 21)
        story.until("2026-04-22")
        sent = last(story, paper)
        assert (story.state("food"), sent.body["points"]) == (state, ["缺少现场照片"])
        assert (sent.body["law"], bool(sent.body["remedies"])) == (RULE, True)

    def test_after_the_decision_it_undoes_nothing(self, shop: type[Town]) -> None:
        """A grant stands, whatever the region says of gaps (行政许可法 8、69)."""
        story = shop.submitted(
            "food", at="2026-04-09", missing=("photo",), policy=by(gap_overdue="refused")
        )
        story.li("food.accept_tolerant", gaps=["photo"])
        story.wang("food.propose", opinion="符合。")
        story.zhao("food.grant", opinion="同意。")
        assert story.until("2026-05-08").state("food") == "issuing"


WRONG: Data = {"ground": "still_defective", "reasons": ["plan-no-size"]}


class TestStillDefective:
    """Supplied, and wrong as before."""

    def test_it_may_be_declined_where_the_region_says_so(self, shop: type[Town]) -> None:
        """For points that were told, and for nothing else; the notice said it would be so."""
        story = asked(shop, policy=by(still_defective="declined"))
        assert "仍不符合要求的，不予受理" in last(story, "correction").body["text"]
        story.zhang("food.supply", "2026-03-12", materials=["plan", "lease"])
        with pytest.raises(DataInvalid, match="一次性告知过的问题"):
            story.li("food.decline", **{**WRONG, "reasons": ["plan-no-door"]})
        story.li("food.decline", **WRONG)
        sent = last(story, "not_accepted")
        assert (story.state("food"), sent.body["law"]) == ("declined", RULE)
        assert (sent.body["points"], bool(sent.body["remedies"])) == (["平面图缺少尺寸"], True)
        assert "补正以后仍不符合要求" in sent.body["text"]

    def test_not_where_it_does_not_and_not_before_anything_was_told(self, shop: type[Town]) -> None:
        """A flaw of a paper is 补正 first; without the rule the same points are told again (行政许可法 32)."""
        story = asked(shop)
        story.zhang("food.supply", "2026-03-12", materials=["plan", "lease"])
        with pytest.raises(DataInvalid, match="属于哪种情形"):
            story.li("food.decline", **WRONG)
        fresh = shop.submitted("food", at="2026-03-02", policy=by(still_defective="declined"))
        refused: list[type[ServiceError]] = [DataInvalid, ActionNotAllowed]
        with pytest.raises(tuple(refused)):
            fresh.li("food.decline", **WRONG)
