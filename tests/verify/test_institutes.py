"""还缺的材料: what the record of a grant calls missing is asked for, and had not come by then."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.verify import institutes
from service.verify.dossier import Dossier

NOON, LATER = "2026-09-14T12:00:00.000000+00:00", "2026-09-14T13:00:00.000000+00:00"
ITEM: dict[str, Any] = {"materials": ["lease", {"use": "plan", "required": True}]}


def found(missing: list[str], came: dict[str, str] | None = None, **data: Any) -> list[str]:
    """Return what is found of a grant at noon whose record calls these missing; `came`: paper → when it did."""
    event = {"n": 7, "item": "food", "action": "grant", "at": NOON, "data": {"missing": missing}}
    event["data"] |= data
    rows = [{"material": code, "at": at} for code, at in (came or {}).items()]
    dossier = SimpleNamespace(
        name="YJS", events=[event], rows={"materials": rows}, defined=lambda _: ITEM
    )
    return [each.what for each in institutes.went_without(cast("Dossier", dossier))]


class TestWentWithout:
    def test_nothing_is_found_where_the_record_is_true(self) -> None:
        """Never there, or handed in only after the grant; and a record that calls nothing missing."""
        assert found(["lease", "plan"]) == []
        assert found(["plan"], {"lease": NOON, "plan": LATER}) == []
        assert found([], {"lease": NOON}) == []

    @pytest.mark.parametrize(
        ("missing", "came", "words"),
        [
            (["plan"], {"plan": "2026-09-14T11:00:00.000000+00:00"}, "「plan」，当时已经在案"),
            (["photo"], {}, "「photo」，这个事项并不要求"),
        ],
    )
    def test_what_the_record_invents_is_found(
        self, missing: list[str], came: dict[str, str], words: str
    ) -> None:
        """A paper that lay there is called missing, or one that nobody ever asked for."""
        assert [words in what for what in found(missing, came)] == [True]
