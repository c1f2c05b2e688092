"""What the one form may not say at once: rules between fields, dates beyond their bounds."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.errors import DataInvalid
from service.workflows.application import consistency
from service.workflows.authoring.compiling import compile_release
from service.workflows.authoring.pack import Pack
from service.workflows.definition.models import Check, VocabularyField
from service.workflows.definition.release import Release

TODAY = date(2026, 3, 31)
ITEMS = ["food-licence", "fire-check"]
ASKED = ["area", "usable_area", "seats", "opened"]


def made(pack: Pack, **bounds: str) -> Release:
    """Return the bundle with a rule of the vocabulary, one of an item, one of the bundle, and a date."""
    opened = VocabularyField(title="开业日期", type="date", **bounds)  # type: ignore[arg-type]
    fields = {**pack.vocabulary.fields, "opened": opened}
    inside = Check(must="form.usable_area <= form.area", say="使用面积太大", at="usable_area")
    crowded = Check(must="form.seats * 1 <= form.area", say="餐位太多", at="seats")
    known = Check(must="answers.licence == 'none' || form.area < 900", say="太大", at="area")
    food = pack.items["food-licence"]
    food = food.model_copy(
        update={"fields": [*food.fields, "opened"], "checks": {"crowded": crowded}}
    )
    one = pack.bundles["open-shop"].model_copy(update={"checks": {"known": known}})
    vocabulary = pack.vocabulary.model_copy(update={"fields": fields, "checks": {"inside": inside}})
    changed = replace(
        pack,
        vocabulary=vocabulary,
        items={**pack.items, "food-licence": food},
        bundles={"open-shop": one},
    )
    return compile_release(changed, "open-shop")


def faults(release: Release, form: dict[str, Any], asked: list[str] = ASKED) -> list[str]:
    facts = {
        "answers": {"licence": "have"},
        "form": form,
        "applicant": {"type": "enterprise", "credit": {"excluded": False}},
        "derived": {},
    }
    return [fault.at for fault in consistency.faults(release, ITEMS, asked, facts, TODAY)]


class TestFaults:
    """faults()"""

    @pytest.mark.parametrize(
        ("form", "found"),
        [
            ({"usable_area": 90, "area": 80}, ["usable_area"]),
            ({"usable_area": 80, "area": 80}, []),
            ({"usable_area": 90}, []),  # nobody knows yet
            ({"usable_area": 950, "area": 940, "seats": 941}, ["usable_area", "area", "seats"]),
        ],
    )
    def test_are_told_once_everything_is_known(
        self, pack: Pack, form: dict[str, Any], found: list[str]
    ) -> None:
        """By the rules of the vocabulary, of the bundle and of the items that apply."""
        assert faults(made(pack), form) == found

    def test_are_not_told_of_what_is_not_asked_for(self, pack: Pack) -> None:
        """A fault is told where it can be put right."""
        assert faults(made(pack), {"usable_area": 90, "area": 80}, ["area"]) == []

    @pytest.mark.parametrize(
        ("bound", "day", "found"),
        [
            ({"latest": "today"}, "2026-03-31", []),
            ({"latest": "today"}, "2026-04-01", ["opened"]),
            ({"earliest": "today-1mo"}, "2026-02-28", []),
            ({"earliest": "today-1mo"}, "2026-02-27", ["opened"]),
            ({"latest": "today+90d"}, "2026-06-29", []),
            ({"latest": "today+90d"}, "2026-06-30", ["opened"]),
            ({"earliest": "2026-01-05"}, "2026-01-04", ["opened"]),
        ],
    )
    def test_count_days_from_the_day_of_the_act(
        self, pack: Pack, bound: dict[str, str], day: str, found: list[str]
    ) -> None:
        """A month back from the end of March is the last of February."""
        assert faults(made(pack, **bound), {"opened": day}) == found


class TestRefuse:
    """refuse()"""

    def test_names_the_field_that_was_changed(self, pack: Pack) -> None:
        """A correction is refused for what it changes, at what it changes; not for what was so before."""
        facts = {
            "answers": {"licence": "have"},
            "form": {"usable_area": 90, "area": 80},
            "applicant": {"type": "enterprise", "credit": {"excluded": False}},
            "derived": {},
        }
        release = made(pack)
        consistency.refuse(release, ITEMS, ASKED, facts, TODAY, changed={"seats"})
        for changed, pointer in (("area", "/data/form/area"), (None, "/form/usable_area")):
            only = {changed} if changed else None
            with pytest.raises(DataInvalid) as refusal:
                consistency.refuse(release, ITEMS, ASKED, facts, TODAY, changed=only)
            assert refusal.value.facts["errors"] == [{"pointer": pointer, "detail": "使用面积太大"}]
