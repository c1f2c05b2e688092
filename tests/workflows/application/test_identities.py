"""Values that people give."""

import pytest

from service.workflows.application.identities import (
    DOCUMENTS,
    applicant_type_of,
    document_fault,
    document_of,
    identity_fault,
)

OF = {  # number → the kinds of document it fits
    "11010519491231002X": {"id_card"},
    "110105194912310021": {"uscc"},  # no check character of a person: it might be an old code
    "810000199408230021": {"residence_hk_mo"},
    "830000199408230025": {"residence_tw"},
    "1101051949123100-": set(),
    "H12345678": {"permit_hk_mo", "passport"},
    "M1234567801": {"permit_hk_mo", "passport"},
    "12345678": {"permit_tw", "passport"},
    "E12345678": {"passport"},
    "CHN123456789012": {"foreign_permanent", "passport"},
    "91999901MADEM0038P": {"uscc"},
    "ABCDEFG": set(),
}


class TestApplicantType:
    """Whose number it is."""

    @pytest.mark.parametrize(
        ("number", "kind"),
        [
            ("91999901MADEM0038P", "enterprise"),
            ("92999901MADEM0046F", "sole-trader"),
            ("93999901MADEM0046F", "enterprise"),
            ("51999901MADEM0046F", "organisation"),
            (" 92999901madem0046f ", "sole-trader"),
            ("11010519491231002X", "individual"),
            ("110105194912310021", "organisation"),
            ("12345", ""),
            ("", ""),
        ],
    )
    def test_tells_the_kind(self, number: str, kind: str) -> None:
        """By who registered it; a citizen's number by its check character (R-CODE-3, R-CODE-4)."""
        assert applicant_type_of(number) == kind


class TestDocuments:
    """Kinds of identity documents, each with its check."""

    @pytest.mark.parametrize("number", OF)
    def test_each_fits_its_own(self, number: str) -> None:
        """And no other, as far as numbers can tell."""
        fits = {kind for kind in DOCUMENTS if not document_fault(kind, number)}
        assert fits - {"foreign_permanent" if number[0] == "9" else ""} == OF[number]

    @pytest.mark.parametrize("kind", DOCUMENTS)
    def test_says_what_is_wrong(self, kind: str) -> None:
        """In words for who types."""
        assert document_fault(kind, "?")
        assert document_fault("library-card", "1").startswith("证件种类可选")

    @pytest.mark.parametrize(
        ("number", "document"),
        [
            ("11010519491231002X", "id_card"),
            ("830000199408230025", "residence_tw"),
            ("91999901MADEM0038P", "uscc"),
            ("H12345678", ""),
            ("E12345678", ""),
            ("12345678", ""),
        ],
    )
    def test_a_number_may_tell_the_kind(self, number: str, document: str) -> None:
        """Where it can be of one kind alone."""
        assert document_of(number) == document

    def test_kind_of_document_and_of_applicant_go_together(self) -> None:
        """A company has no passport, a person no 统一社会信用代码."""
        assert identity_fault("enterprise", "E12345678", "passport")
        assert identity_fault("individual", "91999901MADEM0038P", "uscc")
        assert not identity_fault("individual", "E12345678", "passport")
