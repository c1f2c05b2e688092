"""What an item has come to in each procedure, as JSON and back; rows of earlier releases are understood."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.workflows.case.parts import Item
from service.workflows.case.procedures import (
    Draw,
    Feedback,
    Hearing,
    LegalReview,
    Lot,
    RenewalWindow,
    SpecialProcedure,
    as_json,
    from_json,
)
from service.workflows.case.rows import part_of, row_of

NOON = datetime(2026, 11, 5, 4, microsecond=417_389, tzinfo=UTC)
VALUES = [
    SpecialProcedure("testing", 10, "请等候", NOON),
    Hearing(
        stage="announced",
        told_on=date(2026, 11, 5),
        answered=True,
        announced_on=date(2026, 11, 6),
        held_on=date(2026, 11, 20),
        place="三楼",
        chair="wu",
    ),
    LegalReview("jin", NOON, "合法"),
    Feedback(complete=False, by="han", at=NOON),
    RenewalWindow(date(2026, 12, 31), None, date(2026, 11, 1), date(2026, 12, 1), timely=True),
    Draw(
        "5eed",
        0.25,
        1.0,
        drawn=True,
        credit_class="B",
        inspectors=Lot(("he", "yu"), ("he",), ("yu",)),
    ),
]


class TestJson:
    """A value goes to a column and comes back the same."""

    @pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
    def test_comes_back(self, value: Any) -> None:
        """Also with microseconds, and with what stands inside."""
        assert from_json(type(value), as_json(value)) == value

    def test_nothing_is_an_empty_object(self) -> None:
        """Where nobody spoke of a procedure the column holds an empty object."""
        assert as_json(None) == {}
        assert from_json(Hearing, {}) is None
        assert from_json(Hearing, None) is None


class TestEarlier:
    """D11: what an earlier release stored is read and acted on by this one."""

    def test_inside_special(self) -> None:
        """Everything stood inside `special`, under names of its own."""
        row = row_of("items", Item("food", "scjg", "licence", "hearing"))
        row["special"] = {
            "procedure": "testing",
            "days": 10,
            "notice_text": "请等候",
            "since": NOON.isoformat(),
            "officers": ["he", "yu"],
            "hearing": {"stage": "announced", "told_on": "2026-11-05", "date": "2026-11-20"},
            "legal_review": {"by": "jin", "at": NOON.isoformat(), "opinion": ""},
            "feedback": {"complete": True, "by": "han", "at": NOON.isoformat()},
            "ground": "fraud",
        }
        item = part_of("items", row)
        assert item.special == SpecialProcedure("testing", 10, "请等候", NOON)
        assert item.hearing == Hearing("announced", date(2026, 11, 5), held_on=date(2026, 11, 20))
        assert (item.legal_review, item.feedback) == (
            LegalReview("jin", NOON),
            Feedback(True, "han", NOON),
        )
        assert (item.officers, item.ground) == (["he", "yu"], "fraud")

    def test_class_of_credit(self) -> None:
        """A draw named it by a word that Python keeps for itself."""
        draw = from_json(
            Draw, {"seed": "5eed", "value": 0, "sample": 1, "class": "B", "drawn": True}
        )
        assert draw == Draw("5eed", 0, 1, drawn=True, credit_class="B")
