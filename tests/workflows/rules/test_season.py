"""申请时间: outside it a written answer, never silence."""

from datetime import date
from typing import Any

import pytest

from service.workflows.definition.models.institutes import Season
from service.workflows.rules import season
from tests.workflows.story import Town
from tests.workflows.town import ITEMS


def of(first: str, last: str) -> Season:
    return Season.model_validate({"from": first, "until": last, "basis": "本地办法 1"})


class TestOpen:
    @pytest.mark.parametrize(
        ("first", "last", "opens", "said"),
        [
            ("10-01", "12-31", date(2026, 10, 1), "每年10月1日至12月31日"),
            ("03-01", "05-31", date(2027, 3, 1), "每年3月1日至5月31日"),
            ("11-01", "02-28", date(2026, 11, 1), "每年11月1日至2月28日"),
            ("2026-10-01", "2026-10-20", date(2026, 10, 1), "2026年10月1日至2026年10月20日"),
            ("2026-05-01", "2026-05-20", None, "2026年5月1日至2026年5月20日"),
        ],
    )
    def test_when_it_opens_again(
        self, first: str, last: str, opens: date | None, said: str
    ) -> None:
        """The next first day after today, across the end of the year too; never again where it was once."""
        today = date(2026, 9, 14)
        assert season.opens_on(of(first, last), today) == opens
        assert season.said(of(first, last)) == said

    def test_outside_it_is_answered_in_writing(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who applies outside it gets a dated decision that says when it opens; the others go on (许可法 32 ②)."""
        open_: dict[str, Any] = {"from": "10-01", "until": "12-31", "basis": "本地办法 1"}
        monkeypatch.setitem(ITEMS, "sign", ITEMS["sign"] | {"open": open_})
        story = shop.submitted("food", "sign")
        assert (story.state("sign"), story.state("food")) == ("not_received", "received")
        paper = next(n for n in story.case.notices.values() if n.kind == "not_accepted")
        assert "下一次从2026年10月1日起受理" in paper.body["points"][0]

    @pytest.mark.parametrize("at", ["2026-10-01", "2026-12-31"])
    def test_its_first_and_last_day_count(
        self, shop: type[Town], monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        """On both ends one may apply."""
        open_: dict[str, Any] = {"from": "10-01", "until": "12-31", "basis": "本地办法 1"}
        monkeypatch.setitem(ITEMS, "sign", ITEMS["sign"] | {"open": open_})
        assert shop.submitted("sign", at=at).state("sign") == "received"
