"""The one form as JSON Schema: it accepts what the engine accepts."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from service.workflows.application import needed
from service.workflows.application.fieldtypes import check_value, type_of
from service.workflows.application.form_schema import form_schema
from service.workflows.definition.models import VocabularyField
from service.workflows.definition.release import Release
from service.workflows.trials.samples import sample

FIELDS: dict[str, dict[str, Any]] = {
    "text": {"type": "text", "max": 5},
    "long text": {"type": "text"},
    "number": {"type": "number", "min": 1, "max": 9.5},
    "any number": {"type": "number"},
    "money": {"type": "money", "min": 0},
    "integer": {"type": "integer", "min": 2, "max": 7},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "choice": {"type": "choice", "options": {"a": "甲", "b": "乙"}},
    "plain choice": {"type": "choice", "options": ["甲", "乙"]},
    "multi": {"type": "multi", "options": {"a": "甲", "b": "乙"}},
    "uscc": {"type": "uscc"},
    "id-number": {"type": "id-number"},
    "identity": {"type": "identity"},
    "phone": {"type": "phone"},
    "region": {"type": "region"},
    "person": {"type": "person"},
    "list": {"type": "list"},
    "rows": {
        "type": "rows",
        "max": 2,
        "columns": {
            "name": {"title": "姓名", "type": "text"},
            "age": {"title": "年龄", "type": "integer", "min": 0, "required": False},
        },
    },
}
VALUES: list[Any] = [
    None, True, False, 0, 1, 2, 2.0, 7, 7.5, 8, 9.5, 9.6, -1, 1e12, 1.1e12, -1.1e12, "", " ", "a", "b", "甲", "丙", "一二三四五", "一二三四五六",
    "x" * 2000, "x" * 2001, "2026-11-05", "2026-02-30", "2026-1-5", "11/5", "91999901MADEM0001", "91999901MADEM00011", "91999901madem00011",
    "91999901MADEM0001I", "919999 1MADEM00011", "19900000001", "12345678901", "0771-1234567", "077112345678", "07711", "999901", "999901001",
    "999901001002", "99990", "9999010", [], ["a"], ["a", "b"], ["a", "a"], ["c"], [1], ["x"] * 200, ["x"] * 201, [{"name": "x"}], [None],
    {}, {"name": ""}, {"name": "张三"}, {"name": "张三", "phone": "1"}, {"phone": "1"},
    [{"name": "张三"}], [{"name": "张三", "age": 3}, {"name": "李四"}], [{"name": "张三"}] * 3, [{"name": "张三", "age": "3"}], [{"name": "张三", "age": -1}],
    {"kind": "passport", "number": "E12345678"}, {"kind": "passport", "number": "e-1"}, {"kind": "passport"}, {"kind": "id_card", "number": "E12345678"},
    {"kind": "permit_tw", "number": "12345678"}, {"kind": "uscc", "number": "91999901MADEM00011"}, {"kind": "passport", "number": "E12345678", "until": 1},
    [{"age": 3}], [{"name": ""}], [{}], [{"name": "张三", "sex": "男"}],
]  # fmt: skip


def field(name: str) -> VocabularyField:
    return VocabularyField.model_validate({"title": "某项", **FIELDS[name]})


def valid(definition: VocabularyField, value: Any) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    schema = type_of(definition).schema(definition)
    return bool(Draft202012Validator(schema, format_checker=checker).is_valid(value))


class TestValue:
    """A value fits the schema exactly when the engine accepts it."""

    @pytest.mark.parametrize("name", FIELDS)
    def test_agrees_with_the_engine(self, name: str) -> None:
        """The schema takes nothing that is refused, and the one form of everything that is taken."""
        definition = field(name)
        judged = [(value, *check_value(definition, value)) for value in VALUES]
        engine = [value for value, _, wrong in judged if not wrong]
        taken = [value for value in VALUES if valid(definition, value)]
        assert [value for value in taken if value not in engine] == []
        assert [
            form for _, form, wrong in judged if not wrong and not valid(definition, form)
        ] == []
        assert 0 < len(engine) < len(VALUES) or name == "id-number"

    @pytest.mark.parametrize("name", FIELDS)
    def test_accepts_samples(self, name: str) -> None:
        """The sample values of stories fit."""
        value = sample(field(name), date(2026, 11, 5))
        assert valid(field(name), value)
        assert check_value(field(name), value)[1] == ""

    @given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
    def test_agrees_on_any_number(self, value: float) -> None:
        """Bounds and whole numbers are judged alike."""
        for name in ("number", "any number", "money", "integer"):
            assert valid(field(name), value) == (not check_value(field(name), value)[1])

    @given(st.from_regex(r"[0-9A-Za-z-]{5,19}", fullmatch=True))
    def test_agrees_on_any_code(self, value: str) -> None:
        """Codes and telephone numbers are judged alike."""
        for name in ("uscc", "phone", "region"):
            assert valid(field(name), value) == (not check_value(field(name), value)[1])

    def test_leaves_the_check_character_to_the_server(self) -> None:
        """An ID number of the right shape passes; the engine looks further."""
        right = sample(field("id-number"), date(2026, 11, 5))
        wrong = right[:17] + ("0" if right[17] != "0" else "1")
        assert valid(field("id-number"), wrong)
        assert check_value(field("id-number"), wrong)[1]
        assert not valid(field("id-number"), right[:17])


class TestForm:
    """The schema of the whole form."""

    @pytest.fixture
    def schema(self, release: Release) -> dict[str, Any]:
        answers = {"licence": "have", "area": 400.0, "sign": True, "dishes": ["raw"], "staff": 1}
        facts = {
            "answers": answers,
            "form": {"has_agent": True},
            "applicant": {"type": "enterprise"},
            "derived": {},
        }
        needs = needed.one_form(release, ["food-licence", "fire-check"], {}, facts)
        return form_schema(release, needs)

    def test_is_a_schema(self, schema: dict[str, Any]) -> None:
        """It is valid JSON Schema 2020-12."""
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def test_follows_the_vocabulary(self, schema: dict[str, Any]) -> None:
        """Fields come in the order of the vocabulary, with their Chinese names; what may stay empty is not required."""
        names = list(schema["properties"])
        assert names == [
            "status",
            "subject_name",
            "uscc",
            "address",
            "seats",
            "area",
            "has_agent",
            "agent_name",
            "usable_area",
        ]
        assert schema["properties"]["subject_name"]["description"] == "与营业执照一致"
        assert set(names) - set(schema["required"]) == {"usable_area"}

    def test_says_who_asks(self, schema: dict[str, Any]) -> None:
        """Each field names the items and departments that ask for it (R-BND-10)."""
        area = schema["properties"]["area"]
        assert [item["code"] for item in area["x-items"]] == ["food-licence", "fire-check"]
        assert [office["title"] for office in area["x-departments"]] == [
            "市场监督管理局",
            "消防救援大队",
        ]
        assert (area["x-unit"], area["x-type"], area["x-origin"]) == (
            "㎡",
            "number",
            "来自您前面的回答",
        )

    def test_names_the_options(self, schema: dict[str, Any]) -> None:
        """A choice has its codes and what to show for each."""
        status = schema["properties"]["status"]
        assert status["enum"] == ["have", "none"]
        assert status["oneOf"] == [
            {"const": "have", "title": "已有"},
            {"const": "none", "title": "还没有"},
        ]
