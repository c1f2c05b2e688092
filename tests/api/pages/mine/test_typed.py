"""What a form sends, as the values that fields have."""

from typing import Any

import pytest

from service.api.pages.portal.typed import typed
from service.workflows.answers import check_value
from service.workflows.language.models import VocabularyField

KINDS: list[tuple[str, list[str], Any]] = [
    ("text", ["临湖路1号"], "临湖路1号"), ("number", ["180"], 180), ("number", ["1，800.5"], 1800.5), ("integer", ["40"], 40),
    ("boolean", ["yes"], True), ("boolean", ["no"], False), ("choice", ["a"], "a"), ("multi", ["a", "b"], ["a", "b"]),
    ("date", ["2026-11-05"], "2026-11-05"), ("list", ["张三\n\n李四 "], ["张三", "李四"]), ("person", ["张三"], {"name": "张三"}),
]  # fmt: skip


class TestTyped:
    """Of each kind."""

    @pytest.mark.parametrize(("kind", "sent", "value"), KINDS)
    def test_fits_its_field(self, kind: str, sent: list[str], value: Any) -> None:
        """And passes the check of the one form."""
        options = {"options": {"a": "甲", "b": "乙"}} if kind in ("choice", "multi") else {}
        field = VocabularyField.model_validate({"title": "某项", "type": kind, **options})
        found = typed(field, sent)
        assert found == value
        assert check_value(field, found)[1] == ""

    @pytest.mark.parametrize("kind", ["number", "integer", "boolean"])
    def test_what_cannot_be_read_is_refused_by_the_check(self, kind: str) -> None:
        """Never guessed."""
        field = VocabularyField.model_validate({"title": "某项", "type": kind})
        assert check_value(field, typed(field, ["大概"]))[1]
