"""延续、变更、有效期届满: what becomes of a certificate after it was granted."""

from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed, DataInvalid
from service.workflows.case.situation import Held
from service.workflows.definition.models import Renewal
from service.workflows.rules.renewal import dates
from tests.workflows.decided import revoke
from tests.workflows.story import Story, Town
from tests.workflows.town import ITEMS, NATIONAL, VOCABULARY, Data

ME = "92999901MADEM0046F"
ENDS = date(2026, 11, 15)  # a Sunday
CARD = Held("F9999010007", "food-card", "食品经营许可证", ME, date(2021, 11, 16), ENDS)
WINDOW = {"open": "90wd", "close": "15wd"}


@pytest.fixture(autouse=True)
def about_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two more items: one renews a food card, one changes it; the form names its number."""
    monkeypatch.setitem(
        VOCABULARY["fields"], "certificate_number", {"title": "许可证编号", "type": "text"}
    )
    common = {
        "department": "scjg",
        "category": "licence",
        "limits": {"statutory": "20wd", "promised": "10wd"},
        "fields": ["certificate_number"],
        "materials": ["plan"],
        "result": {"certificate": "food-card"},
    }
    renews = {"certificate": "food-card", "window": WINDOW, "basis": "某办法 23"}
    monkeypatch.setitem(
        ITEMS, "renew", common | {"title": "延续", "lifecycle": "renewal", "renews": renews}
    )
    changes = {"certificate": "food-card"}
    monkeypatch.setitem(
        ITEMS, "change", common | {"title": "变更", "lifecycle": "licence", "changes": changes}
    )


def begun(
    shop: type[Town], item: str, on: str, number: str = "F9999010007", card: Held = CARD, **of: Any
) -> Story:
    """Let zhang apply about his card on a day."""
    form = {"form": {"certificate_number": number}}
    return shop.begun(item, at=on, case=form, **of).submit(library=(card,))


class TestWindow:
    """When one may apply."""

    @pytest.mark.parametrize(
        ("window", "expected"),
        [
            (
                {"open": "90wd", "close": "15wd"},
                (date(2026, 7, 7), date(2026, 10, 23), date(2026, 10, 26)),
            ),
            ({"before": "30d"}, (None, date(2026, 9, 29), date(2026, 10, 16))),
        ],
    )
    def test_the_stricter_reading_warns_and_the_later_one_refuses(
        self, window: Data, expected: tuple[date | None, ...]
    ) -> None:
        """The stricter reading warns, the later one refuses (R-LIFE-2, R-TIME-8, R-TIME-9)."""
        renewal = Renewal.model_validate(
            {"certificate": "food-card", "window": window, "basis": "某办法"}
        )
        assert dates(renewal, ENDS, NATIONAL) == expected

    @pytest.mark.parametrize("day", ["2026-07-06", "2026-10-27", "2026-11-16"])
    def test_outside_it_is_refused_with_law_and_dates(self, shop: type[Town], day: str) -> None:
        """Too early, too late, after the end: refused with law and dates (R-LIFE-2)."""
        story = begun(shop, "renew", day)
        said = story.case.notices[2]
        assert (story.state("renew"), said.kind) == ("not_received", "not_accepted")
        assert said.body["law"] == "某办法 23"
        assert "2026年" in said.body["points"][0]
        assert "行政复议" in said.body["remedies"]["text"]

    def test_near_the_end(self, shop: type[Town]) -> None:
        """On the last day it is taken, with a warning that the stricter reading has passed."""
        story = begun(shop, "renew", "2026-10-26")
        assert "2026年10月23日" in story.events[0].data["warnings"][0]
        assert begun(shop, "renew", "2026-10-23").events[0].data.get("warnings") is None

    @pytest.mark.parametrize(
        "other", [{"holder_id": "92999901MADEM9999X"}, {"certificate": "fire-card"}]
    )
    def test_not_ones_own(self, shop: type[Town], other: Data) -> None:
        """Somebody else's, or another kind: there is no such certificate here."""
        card = Held(**{name: getattr(CARD, name) for name in Held.__slots__} | other)
        with pytest.raises(DataInvalid, match="没有查到您名下"):
            begun(shop, "renew", "2026-10-09", card=card)

    @pytest.mark.parametrize("other", [{"state": "revoked"}, {"replaced_on": date(2026, 9, 1)}])
    def test_what_has_ended_is_neither_renewed_nor_changed(
        self, shop: type[Town], other: Data
    ) -> None:
        """What was revoked or replaced can neither be renewed nor changed."""
        card = Held(**{name: getattr(CARD, name) for name in Held.__slots__} | other)
        for item in ("renew", "change"):
            story = begun(shop, item, "2026-10-09", card=card)
            assert (story.state(item), story.case.state) == ("not_received", "refused")


class TestRenewal:
    """延续."""

    def test_open_at_the_end_it_is_renewed_by_the_clock(self, shop: type[Town]) -> None:
        """Open at 24:00 of the last day: renewed by the clock, not rolled over the Sunday, going on from the old end (R-LIFE-2)."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.accept")
        assert (story.due("renew.renewal"), story.clock("renew.renewal").ends_on) == (ENDS, ENDS)
        story.until("2026-11-15T23:59")
        assert story.state("renew") == "reviewing"
        story.until("2026-11-16T00:00")
        card = story.case.certificates[1]
        assert (story.state("renew"), story.case.state, card.continues) == (
            "granted",
            "granted",
            "F9999010007",
        )
        assert (card.valid_from, card.valid_until) == (date(2026, 11, 16), date(2031, 11, 15))
        assert story.papers()[-2:] == ["deemed_renewal", "result"]
        assert "renew.statutory_breach" in story.did()

    def test_special_procedure_does_not_stop_it(self, shop: type[Town]) -> None:
        """The review is paused, the end of validity is not (R-CLK-4)."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.accept")
        story.wang(
            "renew.start_special",
            procedure="expert_review",
            basis="某法 9",
            notice_text="请等候。",
            days=20,
        )
        assert (story.clock("renew.decision").state, story.clock("renew.renewal").state) == (
            "paused",
            "running",
        )
        assert story.until("2026-11-16").state("renew") == "granted"

    def test_late_is_never_deemed(self, shop: type[Town]) -> None:
        """Where late applications are taken, silence does not renew them (R-LIFE-2)."""
        renews = {
            "certificate": "food-card",
            "window": WINDOW | {"late": "accept"},
            "basis": "某办法 23",
        }
        story = begun(shop, "renew", "2026-10-27", change={"renew": {"renews": renews}})
        assert "停止经营" in story.events[0].data["warnings"][0]
        story.li("renew.accept")
        story.until("2026-11-20")
        assert (story.state("renew"), story.case.certificates) == ("reviewing", {})
        assert story.did()[-1] == "renew.expiry_refused"
        clock = story.clock("renew.renewal")  # art. 50 obliges to nothing: no card, no breach
        assert (clock.owner, clock.card, clock.breach_on) == ("public", "none", None)
        story.wang("renew.propose", opinion="同意")
        story.zhao("renew.grant", opinion="准予")
        story.li("renew.issue", on="2026-11-23")
        card = story.case.certificates[1]
        assert (card.valid_from, card.valid_until) == (date(2026, 11, 20), date(2031, 11, 20))
        # nobody had to decide before the end what came too late for that: no card, no breach (行政许可法 50)
        assert story.clock("renew.renewal").owner == "public"
        assert "renew.statutory_breach" not in story.did()

    def test_decided_before_the_end_it_goes_on_whenever_it_is_fetched(
        self, shop: type[Town]
    ) -> None:
        """Decided on the Friday, handed over after the old one ended: the new one begins the day after that (R-LIFE-2)."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.accept")
        story.wang("renew.propose", opinion="同意", on="2026-11-13")
        story.zhao("renew.grant", opinion="准予")
        made = story.case.certificates[1]
        assert (made.state, made.continues) == ("made", "F9999010007")
        story.li("renew.issue", on="2026-11-18")
        card = story.case.certificates[1]
        assert (card.valid_from, card.valid_until) == (date(2026, 11, 16), date(2031, 11, 15))
        assert (card.issued_on, card.state) == (date(2026, 11, 13), "valid")

    def test_completed_after_the_end(self, shop: type[Town]) -> None:
        """Who still had papers to supply on the last day is not deemed renewed."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", on="2026-10-27")
        story.zhang("renew.supply", on="2026-11-16", materials="all")
        story.until("2026-11-17")
        assert story.state("renew") == "received"
        clock = story.clock("renew.renewal")
        assert (clock.owner, clock.card, clock.breach_on) == ("public", "none", None)

    def test_a_correction_answered_in_time_leaves_the_duty(self, shop: type[Town]) -> None:
        """Accepting begins the end of the validity not anew; in time and complete, it stays the department's."""
        story = begun(shop, "renew", "2026-10-12")
        story.li("renew.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", on="2026-10-13")
        story.zhang("renew.supply", on="2026-10-14", materials="all")
        story.li("renew.accept", on="2026-10-15")
        clock = story.clock("renew.renewal")
        assert (clock.owner, len(clock.spans), clock.state) == ("department", 2, "running")

    @pytest.mark.parametrize("special", [True, False])
    def test_the_decision_may_be_extended_and_its_procedures_end(
        self, shop: type[Town], *, special: bool
    ) -> None:
        """Arts 42 and 45 hold for renewals as well; the end of the validity stays where it is."""
        story = begun(shop, "renew", "2026-09-14")
        story.li("renew.accept")
        if special:
            told = {"procedure": "testing", "basis": "某法 9", "notice_text": "送检。", "days": 2}
            story.wang("renew.start_special", "2026-09-15", **told)
            assert story.until("2026-09-18").state("renew") == "overrun"
        story.qian("renew.extend", days=10, reason="案情复杂")
        assert story.clock("renew.decision").extensions
        assert story.due("renew.renewal") == ENDS

    def test_what_the_law_gives_every_licence_it_has_too(self, shop: type[Town]) -> None:
        """Not needed, put right at the counter, extended, heard, ended: as with any licence (行政许可法 32、42、46、47)."""
        story = begun(shop, "renew", "2026-09-07")
        story.li("renew.accept")
        story.qian("renew.extend", reason="情况复杂", days=10)
        assert story.due("renew.decision", "statutory") == date(2026, 10, 23)
        story.wang("renew.tell_hearing", reason="涉及重大利益", parties=[])
        story.zhang("renew.request_hearing")
        assert story.clock("renew.renewal").state == "running"  # art. 50 waits for nobody
        story.wang(
            "renew.announce_hearing", date="2026-09-30", hour="09:00", place="三楼", chair="qian"
        )
        story.wang("renew.record_hearing", "2026-09-30", document="听证笔录1号")
        story.qian("renew.terminate", reasons=["unfit"], document="死亡证明")
        assert story.item("renew").outcome == "stopped"
        other = begun(shop, "renew", "2026-09-07")
        other.li("renew.not_required", reasons=["needless"])
        assert other.item("renew").outcome == "not_required"

    def test_what_is_wrong_is_put_right_at_the_counter(self, shop: type[Town]) -> None:
        """On the day of its receipt a paper that it lacks is handed in, and nothing needs a notice (行政许可法 32 ①(三))."""
        form = {"form": {"certificate_number": CARD.number}}
        typed = {"account": "", "entered_by": "li", "channel": "counter"}
        story = shop.begun("renew", at="2026-10-09T09:10:44.530217", case=form | typed).story
        story.library = (CARD,)
        story.li("submit", materials=[])
        with pytest.raises(ActionNotAllowed, match="平面图"):
            story.li("renew.accept", "2026-10-09T09:31:05.118340")
        story.li("renew.correct_on_spot", "2026-10-09T09:40:19.902113", materials=["plan"])
        story.li("renew.accept")
        assert (story.state("renew"), story.item("renew").corrections) == ("reviewing", 0)

    def test_deemed_renewed_with_a_gap_it_waits_for_the_paper(self, shop: type[Town]) -> None:
        """Silence renews, but what was to follow still keeps the certificate locked (行政许可法 50; R-RQ-1)."""
        gap = {"renew": {"materials": ["plan", {"use": "photo", "deferrable": "17wd"}]}}
        form = {"form": {"certificate_number": CARD.number}}
        opened = shop.begun("renew", at="2026-10-26", case=form, change=gap)
        story = opened.submit(("photo",), library=(CARD,))
        story.li("renew.accept_tolerant", gaps=["photo"])
        story.until("2026-11-17")
        made = story.case.certificates[1]
        assert (story.state("renew"), made.state) == ("issuing", "made")
        assert (made.valid_from, made.valid_until) == (date(2026, 11, 16), date(2031, 11, 15))
        story.zhang("renew.supply", materials=["photo"])
        story.li("renew.issue")
        assert story.case.certificates[1].state == "valid"

    def test_no_other_lifecycle_grants_by_silence(self, shop: type[Town]) -> None:
        """No other lifecycle may grant by silence, whatever its clock says (R-DEC-8)."""
        story = shop.accepted("food")
        assert story.until("2027-03-01").state("food") == "reviewing"


class TestChange:
    """变更."""

    def test_keeps_the_end(self, shop: type[Town]) -> None:
        """Its own limits run; the new certificate ends when the old one would have (R-LIFE-1)."""
        story = begun(shop, "change", "2026-06-01")
        story.li("change.accept")
        assert story.due("change.decision", "statutory") == date(2026, 6, 30)
        story.wang("change.propose", opinion="同意")
        story.zhao("change.grant", opinion="准予")
        story.li("change.issue", on="2026-06-03")
        card = story.case.certificates[1]
        assert (card.valid_from, card.valid_until, card.continues) == (
            date(2026, 6, 1),
            ENDS,
            "F9999010007",
        )


class TestEnd:
    """有效期届满."""

    def granted(self, shop: type[Town]) -> Story:
        """A food card that ends on Sunday 2026-11-15."""
        story = begun(shop, "change", "2026-06-01")
        story.li("change.accept")
        story.wang("change.propose", opinion="同意")
        story.zhao("change.grant", opinion="准予")
        story.li("change.issue")
        return story

    def test_the_certificate_expires_after_midnight(self, shop: type[Town]) -> None:
        """Five past midnight, Sunday or not: expired, told, to be struck off; the closed case stays closed (R-LIFE-5, R-TIME-7)."""
        story = self.granted(shop)
        closed = story.case.closed_at
        story.until("2026-11-16T00:04")
        assert story.case.certificates[1].state == "valid"
        story.until("2026-11-16T00:05")
        assert (story.case.certificates[1].state, story.state("change")) == ("expired", "granted")
        assert (story.case.state, story.case.closed_at) == ("granted", closed)
        assert story.papers()[-1] == "expire_certificate"
        assert story.tasks("change.deregistration") == [("scjg", "approver")]
        story.zhao("change.deregistration.deregister")
        assert (story.state("change.deregistration"), story.papers()[-1]) == (
            "deregistered",
            "deregistration",
        )

    def test_nothing_is_struck_off_where_a_newer_one_stands(self, shop: type[Town]) -> None:
        """When a newer one has taken its place there is nothing to strike off."""
        story = self.granted(shop)
        number = story.case.certificates[1].number
        story.library = (
            Held(number, "food-card", "", ME, ENDS, ENDS, replaced_on=date(2026, 11, 16)),
        )
        story.until("2026-11-17")
        assert (story.case.certificates[1].state, set(story.case.items)) == (
            "superseded",
            {"change"},
        )

    def test_what_was_revoked_does_not_run_out(self, shop: type[Town]) -> None:
        """What was revoked does not run out as well."""
        story = self.granted(shop)
        revoke(story, "change")
        story.until("2026-11-17")
        assert story.case.certificates[1].state == "revoked"
        assert "change.deregistration-2" not in story.case.items
