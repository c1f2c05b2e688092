"""持有的证照: how one stands on a day, whatever is known of it."""

from datetime import date

import pytest

from service.office.holdings import state_on

TODAY = date(2026, 11, 20)
OF_OLD = {"state": "valid", "valid_from": None}  # from before its first day and its clock were kept


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({**OF_OLD, "valid_until": None}, "valid"),
        ({**OF_OLD, "valid_until": TODAY}, "valid"),
        ({**OF_OLD, "valid_until": date(2026, 11, 19)}, "expired"),
        ({"state": "valid", "valid_from": date(2026, 11, 21), "valid_until": None}, "pending"),
        ({**OF_OLD, "state": "revoked", "valid_until": date(2026, 11, 19)}, "revoked"),
    ],
)
def test_ends_by_its_date_though_no_clock_wrote_it_down(row: dict[str, object], state: str) -> None:
    """A certificate of an early release has no clock of its validity: its last day is enough."""
    assert state_on(row, TODAY) == state
