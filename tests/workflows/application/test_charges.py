from typing import Any

import pytest

from service.workflows.application.charges import charges, total
from service.workflows.definition import models
from service.workflows.definition.release import Release

FEES = [
    {"title": "工本费", "amount": 80, "unit": "本", "basis": "收费办法 1"},
    {"amount": 0.5, "unit": "平方米", "times": "area", "basis": "收费办法 2"},
    {"title": "加急", "amount": 30, "when": "form.area > 200", "basis": "收费办法 3"},
]


def charged(release: Release, fee: Any) -> Release:
    """Return the release with the fees of the outdoor sign as they are given."""
    sign = release.items["outdoor-sign"]
    release.items["outdoor-sign"] = models.ItemDefinition.model_validate(
        {**sign.model_dump(by_alias=True, exclude_unset=True), "fee": fee}
    )
    return release


def facts(**form: Any) -> dict[str, Any]:
    return {"answers": {}, "answered": {}, "derived": {}, "form": form, "applicant": {"type": ""}}


class TestCharges:
    def test_one_amount(self, release: Release) -> None:
        """What is written as one amount is due as it stands."""
        held = charges(
            charged(release, FEES[0] | {"unit": None}), "outdoor-sign", "ordinary", facts()
        )
        assert [(each.title, each.price, each.due) for each in held] == [("工本费", "80元", 80)]
        assert total(held) == 80

    @pytest.mark.parametrize(
        ("area", "prices", "dues"),
        [
            (100, ["80元/本", "0.5元/平方米"], [None, 50.0]),
            (300, ["80元/本", "0.5元/平方米", "30元"], [None, 150.0, 30]),
        ],
    )
    def test_by_situation(
        self, release: Release, area: int, prices: list[str], dues: list[float | None]
    ) -> None:
        """A charge holds where its condition does; by the piece it is reckoned from the form, or not at all."""
        held = charges(charged(release, FEES), "outdoor-sign", "ordinary", facts(area=area))
        assert ([each.price for each in held], [each.due for each in held]) == (prices, dues)
        assert total(held) is None

    def test_nothing_charged(self, release: Release) -> None:
        """Without a charge nothing is due."""
        held = charges(charged(release, None), "outdoor-sign", "ordinary", facts())
        assert (held, total(held)) == ((), 0)
