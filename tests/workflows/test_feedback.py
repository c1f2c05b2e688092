"""部门反馈 — what the departments of the common intake say of their papers before the one notice (R-BND-4)."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, NotPermitted

SILENT = "feedback_overdue"


@pytest.fixture
def received(shop):
    """Received on Tuesday 2026-10-20 for three departments; the market authority leads."""
    return shop.submitted("food", "fire", "drain", "sign", at="2026-10-20")


def overdue(story):
    """Who was told of the silence, with the points named to them."""
    return {n.to: n.body.get("points", []) for n in story.case.notices.values() if n.kind == SILENT}


class TestAnswer:
    def test_dates(self, received):
        """R-BND-4: departments answer by Thursday 10-22, the one notice goes out by Tuesday 10-27."""
        assert received.due("feedback") == date(2026, 10, 22)
        assert received.due("food.notice") == date(2026, 10, 27)
        due = {t.item: t.due_on for t in received.case.tasks.values()}
        assert due["drain"] == due["fire"] == date(2026, 10, 27)  # nobody's task is moved

    def test_complete(self, received):
        """A department's window or reviewer says that all is there; nothing else changes."""
        received.han("drain.note_complete")
        kept = received.item("drain").special["feedback"]
        assert (kept["complete"], kept["by"], received.state("drain")) == (True, "han", "received")
        assert (received.did()[-1], received.clock("feedback").state) == ("drain.note_complete", "running")

    def test_missing(self, received):
        """What a department names goes into the lead's one notice (R-ACC-6)."""
        received.wu("drain.note_missing", reasons=["lease-pages"])
        assert received.item("drain").special["feedback"]["complete"] is False
        received.li("notify_correction")
        assert (received.state("drain"), [p["reason"] for p in received.item("drain").asked]) == (
            "correcting", ["lease-pages"])  # fmt: skip

    @pytest.mark.parametrize(("person", "item"), [("li", "drain"), ("wu", "fire"), ("li", "food"), ("yang", "drain")])
    def test_only_of_ones_own(self, received, person, item):
        """Only the department concerned answers, by window or reviewer; the lead's own items need no answer."""
        with pytest.raises(NotPermitted):
            getattr(received, person)(f"{item}.note_complete")

    def test_not_after_the_intake(self, received):
        """What is accepted needs no answer any more."""
        received.li("drain.accept")
        with pytest.raises(ActionNotAllowed):
            received.han("drain.note_complete")

    def test_each_for_itself(self, shop):
        """Where each department accepts for itself there is nothing to collect."""
        story = shop.submitted("food", "drain", acceptance="each")
        assert ("", "feedback") not in story.case.clocks
        assert "drain.note_complete" not in story.offers("wu")


class TestSilence:
    def test_named_to_the_lead(self, received):
        """At the end of the second day the silent are told, and named to the lead; nothing is blocked or decided."""
        received.han("drain.note_complete", "2026-10-21")
        before = {code: item.state for code, item in received.case.items.items()}
        received.until("2026-10-22T23:59")
        assert overdue(received) == {}
        received.until("2026-10-23T09:00")
        assert overdue(received) == {
            "xf": [], "cg": [], "scjg": ["消防救援大队：「消防安全检查」", "城市管理局：「招牌备案」"],
        }  # fmt: skip
        assert received.events[-1].data == {"silent": {"xf": ["fire"], "cg": ["sign"]}}
        assert {code: item.state for code, item in received.case.items.items()} == before
        assert {t.card for t in received.case.tasks.values() if t.item in ("food", "fire", "drain")} == {"none"}
        received.shen("fire.note_complete")  # late is better than never
        received.li("fire.accept")
        assert received.did().count(SILENT) == 1

    def test_all_answered(self, received):
        """With the last answer, or the acceptance that makes it needless, the time is over and nobody is told."""
        received.zheng("fire.note_complete")
        received.li("drain.accept")
        received.wu("sign.note_missing", reasons=["sketch-dark"])
        assert received.clock("feedback").state == "settled"
        received.until("2026-10-26")
        assert overdue(received) == {}

    def test_not_after_the_notice(self, received):
        """What comes back after the one notice is checked within the lead's five days; nobody is asked again."""
        for item in ("fire", "drain", "sign"):
            received.li(f"{item}.note_defects", reasons=["sketch-dark" if item == "sign" else "plan-no-size"])
        received.li("notify_correction")
        received.zhang("drain.supply", materials=["plan", "lease"])
        assert (received.state("drain"), received.clock("feedback").state) == ("received", "settled")

    def test_the_lead_alone(self, shop):
        """Where the lead has all the items, nobody is asked."""
        assert ("", "feedback") not in shop.submitted("food", "tax").case.clocks

    def test_of_the_region(self, shop):
        """How long is the region's to say."""
        story = shop.submitted("food", "fire", at="2026-10-20", policy={"department_feedback": "1wd"})
        assert story.due("feedback") == date(2026, 10, 21)
