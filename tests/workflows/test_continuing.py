"""延续、变更、有效期届满: what becomes of a certificate after it was granted."""

from datetime import date

import pytest

from service.errors import DataInvalid, Stopped
from service.workflows.continuing import dates
from service.workflows.language.models import Renewal
from service.workflows.situation import Held

from .conftest import ITEMS, NATIONAL, VOCABULARY

ME = "92999901MADEM0046F"
ENDS = date(2026, 11, 15)  # a Sunday
CARD = Held("F9999010007", "food-card", "食品经营许可证", ME, date(2021, 11, 16), ENDS)
WINDOW = {"open": "90wd", "close": "15wd"}


@pytest.fixture(autouse=True)
def about_a_certificate(monkeypatch):
    """Two more items: one renews a food card, one changes it; the form names its number."""
    monkeypatch.setitem(VOCABULARY["fields"], "certificate_number", {"title": "许可证编号", "type": "text"})
    common = {
        "department": "scjg", "category": "licence", "limits": {"statutory": "20wd", "promised": "10wd"},
        "fields": ["certificate_number"], "materials": ["plan"], "result": {"certificate": "food-card"},
    }  # fmt: skip
    renews = {"certificate": "food-card", "window": WINDOW, "basis": "某办法 23"}
    monkeypatch.setitem(ITEMS, "renew", common | {"title": "延续", "lifecycle": "renewal", "renews": renews})
    changes = {"certificate": "food-card"}
    monkeypatch.setitem(ITEMS, "change", common | {"title": "变更", "lifecycle": "licence", "changes": changes})


def begun(shop, item, on, number="F9999010007", card=CARD, **of):
    """Let zhang apply about his card on a day."""
    form = {"form": {"certificate_number": number}}
    return shop.begun(item, at=on, case=form, **of).submit(library=(card,))


class TestWindow:
    """When one may apply."""

    @pytest.mark.parametrize(
        ("window", "expected"),
        [
            ({"open": "90wd", "close": "15wd"}, (date(2026, 7, 7), date(2026, 10, 23), date(2026, 10, 26))),
            ({"before": "30d"}, (None, date(2026, 9, 29), date(2026, 10, 16))),
        ],
    )
    def test_backwards(self, window, expected):
        """The stricter reading warns, the later one refuses (R-LIFE-2, R-TIME-8, R-TIME-9)."""
        renewal = Renewal.model_validate({"certificate": "food-card", "window": window, "basis": "某办法"})
        assert dates(renewal, ENDS, NATIONAL) == expected

    @pytest.mark.parametrize("day", ["2026-07-06", "2026-10-27", "2026-11-16"])
    def test_outside(self, shop, day):
        """Too early, too late, after the end: refused with law and dates (R-LIFE-2)."""
        with pytest.raises(Stopped) as refusal:
            begun(shop, "renew", day)
        assert refusal.value.law == "某办法 23"
        assert "2026年" in refusal.value.detail

    def test_near_the_end(self, shop):
        """On the last day it is taken, with a warning that the stricter reading has passed."""
        story = begun(shop, "renew", "2026-10-26")
        assert "2026年10月23日" in story.events[0].data["warnings"][0]
        assert begun(shop, "renew", "2026-10-23").events[0].data.get("warnings") is None

    @pytest.mark.parametrize("other", [{"holder_id": "92999901MADEM9999X"}, {"certificate": "fire-card"}])
    def test_not_ones_own(self, shop, other):
        """Somebody else's, or another kind: there is no such certificate here."""
        card = Held(**{name: getattr(CARD, name) for name in Held.__slots__} | other)
        with pytest.raises(DataInvalid, match="没有查到您名下"):
            begun(shop, "renew", "2026-10-09", card=card)

    @pytest.mark.parametrize("other", [{"state": "revoked"}, {"replaced_on": date(2026, 9, 1)}])
    def test_ended(self, shop, other):
        """What was revoked or replaced can neither be renewed nor changed."""
        card = Held(**{name: getattr(CARD, name) for name in Held.__slots__} | other)
        for item in ("renew", "change"):
            with pytest.raises(Stopped):
                begun(shop, item, "2026-10-09", card=card)


class TestRenewal:
    """延续."""

    def test_deemed(self, shop):
        """Open at 24:00 of the last day: renewed by the clock, not rolled over the Sunday, going on from the old end (R-LIFE-2)."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.accept")
        assert (story.due("renew.renewal"), story.clock("renew.renewal").ends_on) == (ENDS, ENDS)
        story.until("2026-11-15T23:59")
        assert story.state("renew") == "reviewing"
        story.until("2026-11-16T00:00")
        card = story.case.certificates[1]
        assert (story.state("renew"), story.case.state, card.continues) == ("granted", "granted", "F9999010007")
        assert (card.valid_from, card.valid_until) == (date(2026, 11, 16), date(2031, 11, 15))
        assert story.papers()[-2:] == ["deemed_renewal", "result"]
        assert "renew.statutory_breach" in story.did()

    def test_special_procedure_does_not_stop_it(self, shop):
        """The review is paused, the end of validity is not (R-CLK-4)."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.accept")
        story.wang("renew.start_special", procedure="expert_review", notice_text="请等候。", days=20)
        assert (story.clock("renew.decision").state, story.clock("renew.renewal").state) == ("paused", "running")
        assert story.until("2026-11-16").state("renew") == "granted"

    def test_late_is_never_deemed(self, shop):
        """Where late applications are taken, silence does not renew them (R-LIFE-2)."""
        renews = {"certificate": "food-card", "window": WINDOW | {"late": "accept"}, "basis": "某办法 23"}
        story = begun(shop, "renew", "2026-10-27", change={"renew": {"renews": renews}})
        assert "停止经营" in story.events[0].data["warnings"][0]
        story.li("renew.accept")
        story.until("2026-11-20")
        assert (story.state("renew"), story.case.certificates) == ("reviewing", {})
        assert story.did()[-1] == "renew.expiry_refused"
        story.wang("renew.propose", opinion="同意")
        story.zhao("renew.grant", opinion="准予")
        story.li("renew.issue", on="2026-11-23")
        card = story.case.certificates[1]
        assert (card.valid_from, card.valid_until) == (date(2026, 11, 23), date(2031, 11, 23))

    def test_completed_after_the_end(self, shop):
        """Who still had papers to supply on the last day is not deemed renewed."""
        story = begun(shop, "renew", "2026-10-26")
        story.li("renew.note_defects", reasons=["plan-no-size"])
        story.li("notify_correction", on="2026-10-27")
        story.zhang("renew.supply", on="2026-11-16", materials="all")
        story.until("2026-11-17")
        assert story.state("renew") == "received"

    def test_only_renewals(self, shop):
        """No other lifecycle may grant by silence, whatever its clock says (R-DEC-8)."""
        story = shop.accepted("food")
        assert story.until("2027-03-01").state("food") == "reviewing"


class TestChange:
    """变更."""

    def test_keeps_the_end(self, shop):
        """Its own limits run; the new certificate ends when the old one would have (R-LIFE-1)."""
        story = begun(shop, "change", "2026-06-01")
        story.li("change.accept")
        assert story.due("change.decision", "statutory") == date(2026, 6, 30)
        story.wang("change.propose", opinion="同意")
        story.zhao("change.grant", opinion="准予")
        story.li("change.issue", on="2026-06-03")
        card = story.case.certificates[1]
        assert (card.valid_from, card.valid_until, card.continues) == (date(2026, 6, 3), ENDS, "F9999010007")


class TestEnd:
    """有效期届满."""

    def granted(self, shop):
        """A food card that ends on Sunday 2026-11-15."""
        story = begun(shop, "change", "2026-06-01")
        story.li("change.accept")
        story.wang("change.propose", opinion="同意")
        story.zhao("change.grant", opinion="准予")
        story.li("change.issue")
        return story

    def test_expires(self, shop):
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
        assert (story.state("change.deregistration"), story.papers()[-1]) == ("deregistered", "deregistration")

    def test_renewed_meanwhile(self, shop):
        """When a newer one has taken its place there is nothing to strike off."""
        story = self.granted(shop)
        number = story.case.certificates[1].number
        story.library = (Held(number, "food-card", "", ME, ENDS, ENDS, replaced_on=date(2026, 11, 16)),)
        story.until("2026-11-17")
        assert (story.case.certificates[1].state, set(story.case.items)) == ("superseded", {"change"})

    def test_revoked_before(self, shop):
        """What was revoked does not run out as well."""
        story = self.granted(shop)
        story.qian("change.revoke", reasons=["unfit"])
        story.until("2026-11-17")
        assert (story.case.certificates[1].state, set(story.case.items)) == ("revoked", {"change"})
