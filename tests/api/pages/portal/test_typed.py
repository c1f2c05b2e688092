"""What typed texts mean, and how a value stands in a form again."""

from typing import Any

import pytest

from service.workflows.application.fieldtypes import check_value
from service.workflows.definition.models import VocabularyField
from service.workflows.telling.inputs import texts_of, value_of

OPTIONS = {"a": "甲", "b": "乙"}


def field(kind: str, **more: Any) -> VocabularyField:
    """Return a field of a type."""
    options = OPTIONS if kind in ("choice", "multi") else None
    return VocabularyField.model_validate(
        {"title": "某项", "type": kind, "options": options, **more}
    )


class TestValueOf:
    """From texts to values."""

    @pytest.mark.parametrize(
        ("kind", "typed", "value"),
        [
            ("text", " 和平路1号 ", "和平路1号"),
            ("number", "１２．５", 12.5),
            ("number", "1,234 ㎡", 1234),
            ("integer", "３", 3),
            ("money", "12", 12),
            ("boolean", "yes", True),
            ("boolean", "no", False),
            ("choice", "b", "b"),
            ("date", "2026年3月5日", "2026-03-05"),
            ("date", "2026/11/05", "2026-11-05"),
            ("uscc", "9299 9901 MADE M004 6F", "92999901MADEM0046F"),
            ("id-number", "11010519491231002x", "11010519491231002X"),
            ("phone", "199 0000 0001", "19900000001"),
            ("region", "999 901", "999901"),
            ("person", " 张三 ", {"name": "张三"}),
            ("list", "张三，店长\n\n 李四 ", ["张三，店长", "李四"]),
        ],
    )
    def test_reads_what_people_type(self, kind: str, typed: str, value: Any) -> None:
        """And the check of values takes it."""
        declared = field(kind, unit="㎡" if kind == "number" else "")
        assert value_of(declared, [typed]) == value
        assert check_value(declared, value)[1] == ""

    @pytest.mark.parametrize(
        "kind", ["text", "number", "boolean", "choice", "date", "list", "person", "phone"]
    )
    def test_takes_nothing_for_nothing(self, kind: str) -> None:
        """Blanks are no answer."""
        assert value_of(field(kind), ["  "]) is None
        assert value_of(field(kind), []) is None

    def test_takes_no_ticks_for_the_empty_list(self) -> None:
        """That is an answer."""
        assert value_of(field("multi"), [""]) == []
        assert value_of(field("multi"), ["", "b", "a"]) == ["b", "a"]

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("number", "很多"),
            ("date", "明天"),
            ("boolean", "maybe"),
            ("phone", "12"),
            ("number", "nan"),
        ],
    )
    def test_leaves_to_the_check_what_it_cannot_read(self, kind: str, typed: str) -> None:
        """Which says what is wrong."""
        assert check_value(field(kind), value_of(field(kind), [typed]))[1] != ""


class TestTextsOf:
    """From values to texts."""

    @pytest.mark.parametrize(
        ("kind", "value", "texts"),
        [
            ("number", 68.0, ["68"]),
            ("number", 1234567.25, ["1234567.25"]),
            ("integer", 3, ["3"]),
            ("boolean", False, ["no"]),
            ("multi", ["a", "b"], ["a", "b"]),
            ("multi", [], []),
            ("list", ["张三", {"姓名": "李四", "职务": "店长"}], ["张三\n李四，店长"]),
            ("person", {"name": "张三"}, ["张三"]),
            ("text", None, []),
            ("list", "不是列表", ["不是列表"]),
        ],
    )
    def test_writes_them_as_they_are_typed(self, kind: str, value: Any, texts: list[str]) -> None:
        """Also values that do not fit, so that they can be put right."""
        assert texts_of(field(kind), value) == texts
