"""证照库: what the applicant holds already need not be handed in again."""

from datetime import date

import pytest

from service.errors import DataInvalid
from service.workflows.application import paper_requirement
from service.workflows.case.situation import Held
from tests.workflows.story import Town
from tests.workflows.town import ITEMS, VOCABULARY, Data

ME = "92999901MADEM0046F"
CARD = Held(
    "F9999010007",
    "food-card",
    "食品经营许可证",
    ME,
    date(2025, 3, 3),
    date(2030, 3, 3),
    carries={"area": 88},
)


@pytest.fixture(autouse=True)
def copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease may be proved by a food card, which says how large the place is."""
    lease = VOCABULARY["materials"]["lease"] | {"certificate": "food-card"}
    monkeypatch.setitem(VOCABULARY["materials"], "lease", lease)
    monkeypatch.setitem(VOCABULARY["certificates"]["food-card"], "carries", {"area": "area"})
    drain = ITEMS["drain"] | {
        "materials": ["plan", {"use": "lease", "from": ["certificate", "upload"]}]
    }
    monkeypatch.setitem(ITEMS, "drain", drain)


class TestOffer:
    """共享免交."""

    def test_a_certificate_in_force_stands_for_the_paper(self, shop: type[Town]) -> None:
        """A certificate in force stands for the paper; the receipt says which (R-ACC-3)."""
        story = shop.begun("drain").submit(missing=("lease",), library=(CARD,))
        row = next(m for m in story.case.materials.values() if m.material == "lease")
        assert (row.source, row.reference) == ("certificate", "F9999010007")
        exempted = story.case.notices[1].body["exempted"]
        assert exempted == ["租赁合同：免交，用食品经营许可证 F9999010007（2025年3月3日核发）"]
        story.li("drain.accept")

    def test_the_certificate_of_another_that_will_do(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where one of several papers will do, a certificate for any of them stands for it."""
        lease = {"title": "场所证明", "any_of": ["deed", "contract"]}
        monkeypatch.setitem(VOCABULARY["materials"], "lease", lease)
        monkeypatch.setitem(VOCABULARY["materials"], "deed", {"title": "产权证"})
        contract = {"title": "租赁合同", "certificate": "food-card"}
        monkeypatch.setitem(VOCABULARY["materials"], "contract", contract)
        story = shop.begun("drain").submit(missing=("lease",), library=(CARD,))
        row = next(m for m in story.case.materials.values() if m.material == "lease")
        assert (row.source, row.reference) == ("certificate", "F9999010007")
        assert paper_requirement(story.release, "lease") == "产权证、租赁合同，交一种就可以"

    @pytest.mark.parametrize(
        "change",
        [
            {"valid_until": date(2026, 9, 13)},
            {"state": "revoked"},
            {"holder_id": "92999901MADEM9999X"},
            {"certificate": "fire-card"},
        ],
    )
    def test_one_not_in_force_does_not(self, shop: type[Town], change: Data) -> None:
        """Expired, revoked, somebody else's, of another kind: the paper is still wanted, and nobody may claim it."""
        card = {name: getattr(CARD, name) for name in Held.__slots__} | change
        begun = shop.begun("drain")
        with pytest.raises(DataInvalid) as refusal:
            begun.submit(
                ("lease",), ({"material": "lease", "certificate": True},), library=(Held(**card),)
            )
        assert "没有查到您名下有效的食品经营许可证" in str(refusal.value.facts["errors"])
        story = begun.submit(missing=("lease",))
        assert "lease" not in {m.material for m in story.case.materials.values()}

    def test_its_last_day_is_a_day_of_its_validity(self, shop: type[Town]) -> None:
        """The day on which it ends is a day of its validity."""
        card = {name: getattr(CARD, name) for name in Held.__slots__} | {
            "valid_until": date(2026, 9, 14)
        }
        story = shop.begun("drain").submit(missing=("lease",), library=(Held(**card),))
        assert "lease" in {m.material for m in story.case.materials.values()}

    def test_what_silence_is_about_to_renew_holds_on(self, shop: type[Town]) -> None:
        """Over since yesterday, its renewal applied for in time and still open: it holds until that is decided (行政许可法 50)."""
        card = {name: getattr(CARD, name) for name in Held.__slots__} | {
            "valid_until": date(2026, 9, 13),
            "renewing": True,
        }
        story = shop.begun("drain").submit(missing=("lease",), library=(Held(**card),))
        assert "lease" in {m.material for m in story.case.materials.values()}

    def test_nobody_asks_for_the_paper_of_it(self, shop: type[Town]) -> None:
        """What an electronic certificate stands for is asked for no more, by whatever reason names its paper (R-SEC-6)."""
        story = shop.begun("drain").submit(missing=("lease",), library=(CARD,))
        with pytest.raises(DataInvalid, match="已经用电子证照 F9999010007 核验"):
            story.li("drain.note_defects", reasons=["lease-pages"])
        story.li("drain.note_defects", reasons=[{"text": "许可证上的面积与申请不一致"}])
        assert [point["title"] for point in story.item("drain").noted] == [
            "许可证上的面积与申请不一致"
        ]


class TestPredecessor:
    """共享免交 within one case."""

    def test_nobody_does_anything(self, shop: type[Town]) -> None:
        """What the item before issues is there when the next one begins; nobody is asked for it (R-ACC-3)."""
        story = shop.submitted(
            "tax", {"use": "drain", "after": ["tax"]}, missing=("lease",), change=TAX
        )
        assert story.case.notices[1].body.get("missing", []) == []
        story.li("tax.decide_now")
        row = next(m for m in story.case.materials.values() if m.material == "lease")
        assert row.reference == story.case.certificates[1].number != ""
        assert story.case.certificates[1].carries == {"area": 130}
        assert story.item("drain").complete_at == story.now


TAX = {"tax": {"result": {"certificate": "food-card"}, "fields": ["area"]}}


class TestPrefill:
    """预填."""

    def test_from_the_library(self, shop: type[Town], monkeypatch: pytest.MonkeyPatch) -> None:
        """A field whose source is a certificate is filled from it; what the applicant says goes before."""
        opens = {"title": "开业日期", "type": "text", "source": ["certificate.food-card.number"]}
        monkeypatch.setitem(VOCABULARY["fields"], "opens", opens)
        begun = shop.begun(
            "drain", change={"drain": {"fields": ["area", "opens"]}}, case={"form": {}}
        )
        story = begun.submit(library=(CARD,))
        assert story.case.form["opens"] == "F9999010007"
