"""送达: how a paper reaches the applicant, and from when it counts as delivered."""

from datetime import date

import pytest

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted
from tests.workflows.decided import granted
from tests.workflows.story import Town
from tests.workflows.town import ELSEWHERE


class TestDelivery:
    """送达."""

    def test_paper_is_handed_over_at_the_counter(self, shop: type[Town]) -> None:
        """Remedies count from the day it reached the applicant, not from the decision (R-DEC-7)."""
        story = shop.submitted("food", at="2026-08-03", case={"channel": "counter"})
        story.li("food.decline", on="2026-08-07", **ELSEWHERE)
        n = next(n.n for n in story.case.notices.values() if n.kind == "not_accepted")
        assert story.case.notices[n].delivered_at is None
        for wrong in (
            {"date": "2026-08-06"},
            {"date": "2026-08-12"},
            {"date": "x"},
            {"document": ""},
            {"notice": 99},
        ):
            with pytest.raises(DataInvalid):
                story.li(
                    "record_delivery",
                    on="2026-08-11",
                    **({"notice": n, "date": "2026-08-10", "document": "回证"} | wrong),
                )
        with pytest.raises(NotPermitted):
            story.wang("record_delivery", notice=n, date="2026-08-10", document="回证1号")
        story.li("record_delivery", notice=n, date="2026-08-10", document="回证1号")
        assert story.case.notices[n].delivered_at.date() == date(2026, 8, 10)
        receipt = list(story.case.notices.values())[-1]
        assert (receipt.kind, receipt.body["remedies"]["review_until"]) == (
            "delivery_receipt",
            "2026-10-09",
        )
        with pytest.raises(ActionNotAllowed, match="已经送达"):
            story.li("record_delivery", notice=n, date="2026-08-10", document="回证1号")

    def test_what_is_delivered_online_waits_for_nobody(self, shop: type[Town]) -> None:
        """What was delivered when it was issued waits for nobody."""
        story = granted(shop)
        with pytest.raises(ActionNotAllowed, match="没有等待登记送达"):
            story.li("record_delivery", notice=1, date="2026-09-24", document="回证")
