"""The window: five outcomes, and what its silence means."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.story import Town
from tests.workflows.town import ELSEWHERE, Data


class TestOutcomes:
    def test_complete_papers_are_accepted_on_the_day(self, shop: type[Town]) -> None:
        """Complete papers are accepted on the day, with a paper, and the two limits begin (R-ACC-4 no. 5)."""
        story = shop.accepted("food")
        food = story.item("food")
        assert (food.state, food.accepted_on, food.first_handler) == (
            "reviewing",
            date(2026, 9, 14),
            "li",
        )
        assert (
            story.due("food.decision", "promised"),
            story.due("food.decision", "statutory"),
        ) == (date(2026, 9, 28), date(2026, 10, 16))
        assert story.clock("food.notice").state == "settled"
        assert story.papers()[-1] == "acceptance"

    def test_what_is_incomplete_is_not_accepted(self, shop: type[Town]) -> None:
        """What is incomplete is not accepted, and the refusal names what is missing."""
        story = shop.submitted("food", missing=("plan",))
        with pytest.raises(ActionNotAllowed, match="平面图") as refusal:
            story.li("food.accept")
        assert refusal.value.facts["missing"] == ["plan"]

    @pytest.mark.parametrize(
        ("action", "outcome", "paper", "data", "point"),
        [
            ("decline", "declined", "not_accepted", ELSEWHERE, "不属于本机关职权"),
            (
                "not_required",
                "not_required",
                "not_required",
                {"reasons": ["needless"]},
                "依法不需要取得许可",
            ),
        ],
    )
    def test_turning_away_ends_the_item_with_remedies(
        self, shop: type[Town], action: str, outcome: str, paper: str, data: Data, point: str
    ) -> None:
        """不予受理 and 不受理 end the item, with reasons and remedies on paper (R-ACC-4 nos. 1 and 2)."""
        story = shop.submitted("food")
        with pytest.raises(DataInvalid):
            story.li(f"food.{action}")
        story.li(f"food.{action}", **data)
        said = story.case.notices[2]
        assert (story.item("food").outcome, said.kind) == (outcome, paper)
        assert said.body["points"] == [point]
        assert "行政复议" in said.body["remedies"]["text"]
        assert story.item("food").accepted_on is None

    def test_the_outcome_differs_per_item(self, shop: type[Town]) -> None:
        """In a bundle each item has its own outcome and the rest goes on (R-ACC-4)."""
        story = shop.submitted(
            "food", "fire", "drain", missing=("plan",), case={"handling": {"fire": "ordinary"}}
        )
        story.li("drain.decline", **ELSEWHERE)
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", reason="申请人在窗口等候")
        states = {code: story.state(code) for code in story.case.items}
        assert states == {"food": "correcting", "fire": "received", "drain": "declined"}
        assert story.case.state == "correcting"

    @pytest.mark.parametrize("person", ["wang", "zhao", "qian", "wu", "zhang", "stranger"])
    def test_only_the_lead_window(self, shop: type[Town], person: str) -> None:
        """In 统一受理 only the lead's window accepts (R-BND-1)."""
        with pytest.raises(NotPermitted):
            getattr(shop.submitted("drain"), person)("drain.accept")

    def test_every_departments_own_window_accepts_where_each_does(self, shop: type[Town]) -> None:
        """With `acceptance: each` every department's own window does, and not the lead's."""
        story = shop.submitted("drain", acceptance="each")
        with pytest.raises(NotPermitted):
            story.li("drain.accept")
        story.wu("drain.accept")
        assert story.state("drain") == "reviewing"


class TestSilence:
    def test_five_days_of_silence_accept(self, shop: type[Town]) -> None:
        """S-02: silence over the Spring Festival accepts from the day of receipt, and the breach is on record (R-ACC-5)."""
        story = shop.submitted("food", at="2026-02-12T09:00").until("2026-02-26T23:59")
        assert story.state("food") == "received"
        story.until("2026-02-27T00:00")
        assert (story.state("food"), story.item("food").accepted_on) == (
            "reviewing",
            date(2026, 2, 12),
        )
        assert story.due("food.decision", "statutory") == date(2026, 3, 18)
        assert story.papers().count("acceptance") == 1
        breach = next(n for n in story.case.notices.values() if n.kind == "statutory_breach")
        assert (breach.to, breach.item) == ("scjg", "food")

    def test_a_second_run_changes_nothing(self, shop: type[Town]) -> None:
        """A second run changes nothing."""
        story = shop.submitted("food", at="2026-02-12T09:00").until("2026-03-02")
        before = len(story.events)
        assert len(story.swept().events) == before

    def test_with_points_noted_but_not_told(self, shop: type[Town]) -> None:
        """Points nobody told in time are no obstacle: the item is accepted (R-ACC-5)."""
        story = shop.submitted("food", missing=("plan",), at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.until("2026-10-28T00:00")
        assert (story.state("food"), story.item("food").noted) == ("reviewing", [])

    def test_a_paper_that_is_still_missing_is_told_before_the_grant(self, shop: type[Town]) -> None:
        """Accepted by silence without its plan: nobody is barred from granting it, but who decides is told."""
        story = shop.submitted("food", missing=("plan",), at="2026-10-20T10:04:31.417389")
        story.until("2026-10-28T00:00")
        story.wang("food.propose", "2026-10-28T09:12:07.203118", opinion="照现有材料审查。")
        offer = story.offers("zhao")["food.grant"]
        assert (offer.allowed, offer.says) == (True, "受理时材料不齐，至今还缺平面图")
        assert story.offers("zhao")["food.refuse"].says == ""
        story.zhao("food.grant", "2026-10-28T15:40:52.660019", opinion="同意。")
        assert story.events[-1].data["missing"] == ["plan"]
        assert (
            "作出本文书时仍未收到：平面图"
            in story.case.notices[max(story.case.notices)].body["text"]
        )
        assert story.offers("li")["food.issue"].says == "受理时材料不齐，至今还缺平面图"
        story.li("food.issue", "2026-10-29T09:21:44.917305")
        (handed,) = (e for e in story.events if e.action == "issue")
        assert handed.data["missing"] == ["plan"]
        (paper,) = (n for n in story.case.notices.values() if n.kind == "issue")
        assert "仍未收到：平面图" in paper.body["text"]

    def test_what_came_after_the_grant_is_not_missing_any_more(self, shop: type[Town]) -> None:
        """Granted without its plan, which came before the paper was handed over: only the grant says so."""
        story = shop.submitted("food", missing=("plan",), at="2026-10-20T10:04:31.417389")
        story.until("2026-10-28T00:00")
        story.wang("food.propose", "2026-10-28T09:12:07.203118", opinion="照现有材料审查。")
        story.zhao("food.grant", "2026-10-28T15:40:52.660019", opinion="同意。")
        story.zhang("food.supply", "2026-10-29T08:31:19.700481", materials=["plan"])
        assert story.offers("li")["food.issue"].says == ""
        story.li("food.issue", "2026-10-29T09:21:44.917305")
        told = {e.action: e.data.get("missing") for e in story.events}
        assert (told["grant"], told["issue"]) == (["plan"], None)

    def test_a_complete_one_says_nothing(self, shop: type[Town]) -> None:
        """Nothing was missing: neither desk, record nor paper speaks of it."""
        complete = shop.accepted("food", at="2026-10-20T10:04:31.417389")
        complete.wang("food.propose", opinion="符合。")
        assert complete.offers("zhao")["food.grant"].says == ""

    def test_silence_on_one_item_while_another_is_in_correction(self, shop: type[Town]) -> None:
        """One department's silence accepts its item while another's waits for the applicant (R-BND-4)."""
        story = shop.submitted("food", "drain", missing=("plan",), at="2026-10-20")
        story.li("food.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", "2026-10-23")
        story.until("2026-10-28T00:00")
        assert (story.state("food"), story.state("drain")) == ("correcting", "reviewing")

    def test_not_for_a_verification(self, shop: type[Town]) -> None:
        """The timers of the licence law are for licences (R-BND-8)."""
        story = shop.submitted("look-up", at="2026-10-20").until("2026-10-28T00:00")
        assert story.state("look-up") == "received"


READING = {"offhours_receipt": "next_working_day"}


class TestHours:
    """Where the region counts receipts outside office hours from the next opening (R-TIME-4)."""

    def test_a_deemed_acceptance_says_the_day_it_counts_from(self, shop: type[Town]) -> None:
        """Received on a Saturday: the paper says Monday, and the limit counts from Monday."""
        story = shop.submitted("food", at="2026-03-07T11:00", policy=READING)
        story.until("2026-03-17")
        assert story.item("food").accepted_on == date(2026, 3, 9)
        accepted = next(n for n in story.case.notices.values() if n.kind == "acceptance")
        assert "2026年3月9日" in accepted.body["text"]
        assert story.due("food.decision", "statutory") == date(2026, 4, 7)

    def test_a_promise_is_accepted_as_of_the_opening(self, shop: type[Town]) -> None:
        """The promise's one day counts from Monday, and so does the acceptance."""
        story = shop.submitted(
            "fire",
            at="2026-03-07T11:00",
            policy=READING,
            case={"handling": {"fire": "commitment"}},
        )
        assert story.item("fire").accepted_on == date(2026, 3, 9)
        assert story.due("fire.decision", "promised") == date(2026, 3, 10)

    def test_an_act_in_the_instant_of_the_receipt_is_no_receipt(self, shop: type[Town]) -> None:
        """Accepted, or told, in the very instant of the receipt at 17:01: that is an act, of that day."""
        story = shop.submitted("food", "drain", at="2026-03-06T17:01", policy=READING)
        story.li("food.accept")
        story.li("drain.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction")
        assert story.due("food.decision", "promised") == date(2026, 3, 20)
        assert story.due("drain.correction") == date(2026, 3, 27)
