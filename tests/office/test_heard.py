"""口报的出示码: what is typed in, and which digits belong to which certificate and second."""

from datetime import datetime, timedelta

import pytest

from service.office.heard import digits, spellings
from service.office.showing import LASTS, ShowCodes

NOW = datetime.fromisoformat("2026-11-10T14:02:37.417389+08:00")
CODES = ShowCodes("a secret of thirty-two characters…")
ONE, OTHER = "0123456789abcdef0123", "f123456789abcdef0123"


@pytest.mark.parametrize("typed", ["4821 7730", "4821-7730", "４８２１７７３０", " 48217730\t"])
def test_digits_of_whatever_was_typed(typed: str) -> None:
    """Spaces, hyphens and wide digits mean nothing."""
    assert digits(typed) == "48217730"


def test_a_number_is_found_without_its_brackets() -> None:
    """〔〕 stand on no keyboard."""
    assert "临消安检字〔2026〕第0001号" in spellings("临消安检字[2026]第0001号")
    assert "JY2999" in spellings(" jy2999 ")


def test_belongs_to_one_certificate_and_five_minutes() -> None:
    """Right until the second in which it ends, for no other certificate, and what is heard is what was shown."""
    made = CODES.made(ONE, NOW)
    assert len(made.spoken) == 8
    for at in (NOW, NOW + LASTS - timedelta(seconds=1)):
        assert CODES.heard(ONE, made.spoken, at) == made
    assert CODES.heard(ONE, made.spoken, NOW + LASTS) is None
    assert CODES.heard(OTHER, made.spoken, NOW) is None
    assert CODES.read(made.token) == made


def test_another_secret_says_other_digits() -> None:
    """Only who knows the secret of the service can make them."""
    assert ShowCodes("another secret").made(ONE, NOW).spoken != CODES.made(ONE, NOW).spoken
