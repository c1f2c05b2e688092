"""Values that people give."""

import pytest

from service.workflows.application.identities import applicant_type_of


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
