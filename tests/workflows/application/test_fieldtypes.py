"""Each type of field is one value: its parts agree, and a new one works everywhere."""

from datetime import date
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from service.api.pages.frame import environment
from service.workflows.application import fieldtypes, needed
from service.workflows.application.fieldtypes import check_value, say, texts, type_of
from service.workflows.application.form_schema import form_schema
from service.workflows.authoring.checks.bundles import misfit
from service.workflows.definition.models import (
    CHOSEN,
    FieldTypeCode,
    Question,
    Region,
    VocabularyField,
    value_kind,
)
from service.workflows.telling.inputs import texts_of, value_of
from service.workflows.trials.samples import sample
from tests.workflows.story import Town

TODAY = date(2026, 11, 5)
CODES = sorted(fieldtypes.TYPES)
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2.0,
    2.5,
    1e13,
    10**400,
    float("nan"),
    float("inf"),
    "",
    " a ",
    "b",
    "ß",
    " 91999901madem0001i",
    " 2026-11-05 ",
    "199 0000 0001",
    [],
    ["b", "a", "a"],
    ["c"],
    [1],
    [None],
    {},
    {"name": " 张三 "},
    {"name": 1},
]
ACCOUNT = texts.shaped(
    "bank-account",
    r"[0-9]{16,19}",
    sample="6222020000000000000",
    hint="16到19位数字",
    wrong="：请填 16 到 19 位账号",
)


def field(code: str, **more: Any) -> VocabularyField:
    """Return a field of a type, also of one that the language does not know."""
    options = {"a": "甲", "b": "乙"} if code in CHOSEN else None
    about = {"title": "某项", "type": code if code in CODES else "text", "options": options}
    columns = {"columns": {"name": {"title": "姓名", "type": "text"}}} if code == "rows" else {}
    known = VocabularyField.model_validate({**about, **columns, **more})
    return known.model_copy(update={"type": code})


def fits(definition: VocabularyField, value: Any) -> bool:
    """Tell whether the schema takes a value."""
    schema = type_of(definition).schema(definition)
    checker = Draft202012Validator.FORMAT_CHECKER
    return bool(Draft202012Validator(schema, format_checker=checker).is_valid(value))


def control(definition: VocabularyField, values: list[str]) -> str:
    """Return the control of a field as the pages draw it."""
    about = {
        name: getattr(definition, name) for name in ("title", "type", "hint", "unit", "min", "max")
    }
    options = [{"code": code, "title": code} for code in definition.options or ()]
    parts = environment().from_string(
        '{% import "portal/parts.html" as p with context %}{{ p.control("f", about, texts) }}'
    )
    return parts.render(about={**about, "options": options, "required": True}, texts=values)


class TestRegistry:
    """What the types say of themselves."""

    def test_holds_the_types_of_the_language(self) -> None:
        """No more and no fewer; those with options are the chosen ones."""
        assert set(CODES) == set(get_args(FieldTypeCode))
        chosen = {code for code in CODES if "enum" in str(type_of(field(code)).schema(field(code)))}
        assert chosen == set(CHOSEN)

    @pytest.mark.parametrize("code", CODES)
    def test_is_known_by_its_code(self, code: str) -> None:
        """And is filled by questions there are."""
        asked = get_args(Question.model_fields["type"].annotation)
        assert type_of(field(code)).code == code
        assert set(type_of(field(code)).filled_by) <= set(asked)

    @pytest.mark.parametrize("code", CODES)
    def test_samples_fit(self, code: str) -> None:
        """The check, the schema and the canonical form take the sample, and it can be said."""
        definition = field(code)
        value = sample(definition, TODAY)
        assert check_value(definition, value) == (value, "")
        assert fits(definition, value)
        assert say(definition, value)

    @pytest.mark.parametrize("code", CODES)
    def test_canonical_twice_is_as_once(self, code: str) -> None:
        """Whatever is given, it is never refused by an error."""
        definition = field(code)
        for given in ODD:
            once, wrong = check_value(definition, given)
            assert check_value(definition, once) == (once, wrong) or once != once  # noqa: PLR0124  # nan

    # of rows each cell is: see tests/api/pages/portal/test_rows.py
    @pytest.mark.parametrize("code", [code for code in CODES if code != "rows"])
    def test_what_is_shown_in_a_form_is_read_back(self, code: str) -> None:
        """A value survives the page that nobody changed."""
        definition = field(code)
        value = sample(definition, TODAY)
        if value != []:
            typed = texts_of(definition, value)
            assert check_value(definition, value_of(definition, typed)) == (value, "")
            assert control(definition, typed).count('name="f"') >= 1

    @pytest.mark.parametrize(
        "kind", get_args(Question.model_fields["type"].annotation), ids=lambda kind: kind
    )
    def test_neutral_answers_are_answers(self, kind: str) -> None:
        """For each type that a question may have."""
        options = {"a": "甲"} if kind in CHOSEN else None
        asked = Question.model_validate(
            {"id": "q", "ask": "多少", "type": kind, "options": options}
        )
        answer = type_of(asked).neutral(asked)
        assert check_value(asked, answer) == (answer, "")


class TestSay:
    """Values in words."""

    @pytest.mark.parametrize(
        ("code", "value", "words"),
        [
            ("text", "和平路1号", "和平路1号"),
            ("number", 68.0, "68㎡"),
            ("money", 12.5, "12.5㎡"),
            ("boolean", False, "否"),
            ("date", "2026-11-05", "2026年11月5日"),
            ("multi", ["a", "b"], "甲；乙"),
            ("region", "999901", "临湖区"),
            ("region", "999902", "行政区划代码 999902"),
            ("person", {"name": "张三"}, "张三"),
            ("identity", {"kind": "passport", "number": "E1234567"}, "护照 E1234567"),
            ("list", ["张三", {"姓名": "李四", "职务": "店长"}], "张三；李四，店长"),
            ("list", [], "没有"),
            ("text", None, "没有"),
        ],
    )
    def test_says_them_as_people_do(self, code: str, value: Any, words: str) -> None:
        """With the unit, the label or the name."""
        unit = "㎡" if code in ("number", "money") else ""
        assert say(field(code, unit=unit), value, Region(code="999901", title="临湖区")) == words

    def test_money_is_yuan_where_nothing_else_is_said(self) -> None:
        """The unit of the type stands in for that of the field."""
        assert say(field("money"), 300.0) == "300元"


class TestInput:
    """How values are typed on a page."""

    @pytest.mark.parametrize(
        ("code", "more", "drawn"),
        [
            ("date", {}, 'type="date"'),
            ("phone", {}, 'type="tel" autocomplete="tel" maxlength="30"'),
            (
                "money",
                {},
                'type="text" inputmode="decimal" class="short" autocomplete="off" maxlength="20"',
            ),
            (
                "integer",
                {},
                'type="text" inputmode="numeric" class="short" autocomplete="off" maxlength="20"',
            ),
            (
                "uscc",
                {},
                'type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="24"',
            ),
            ("text", {"title": "经营者姓名", "max": 50}, 'autocomplete="name" maxlength="50"'),
            ("text", {"title": "地址"}, 'autocomplete="street-address" maxlength="2000"'),
            ("person", {}, 'type="text" autocomplete="name" maxlength="2000"'),
            ("text", {"max": 200}, '<textarea id="f-f" name="f" rows="2"'),
            ("identity", {}, '<select id="f-f-kind" name="f"><option value="id_card">居民身份证'),
            ("identity", {}, '<input id="f-f" name="f" value="" type="text" autocomplete="off"'),
            ("list", {}, '<textarea id="f-f" name="f" rows="4"'),
            ("boolean", {}, '<input type="radio" id="f-f" name="f" value="yes"'),
            ("choice", {}, '<input type="radio" id="f-f" name="f" value="a"'),
            ("multi", {}, '<input type="checkbox" id="f-f" name="f" value="a"'),
        ],
    )
    def test_is_drawn(self, code: str, more: dict[str, Any], drawn: str) -> None:
        """The keyboard of a phone and what the browser may fill in follow from the type."""
        assert drawn in control(field(code, **more), [])


class TestANewType:
    """A type is added in one place."""

    @pytest.fixture(autouse=True)
    def planted(self, monkeypatch: pytest.MonkeyPatch) -> VocabularyField:
        """A field of a type that the registry does not have."""
        monkeypatch.setattr(fieldtypes, "TYPES", {**fieldtypes.TYPES, ACCOUNT.code: ACCOUNT})
        return field(ACCOUNT.code)

    def test_is_checked_and_made_up(self, planted: VocabularyField) -> None:
        """By the check of values, the samples of stories and the words."""
        value = sample(planted, TODAY)
        assert check_value(planted, value) == (value, "")
        assert check_value(planted, "6222")[1] == "：请填 16 到 19 位账号"
        assert say(planted, value) == value

    def test_stands_in_the_one_form(self, planted: VocabularyField, shop: type[Town]) -> None:
        """With its schema and its hint."""
        need = needed.FieldNeed("phone", planted, required=True)
        shown = form_schema(shop.release(), {"phone": need})["properties"]["phone"]
        assert (shown["x-type"], shown["description"]) == ("bank-account", "16到19位数字")
        assert shown["pattern"] == "^[0-9]{16,19}$"

    def test_is_typed_on_a_page(self, planted: VocabularyField) -> None:
        """Blanks between the digits are no part of it."""
        assert 'maxlength="24"' in control(planted, ["6222"])
        assert value_of(planted, ["6222 0200 0000 0000 000"]) == sample(planted, TODAY)

    def test_is_compared_and_filled_as_text(self, planted: VocabularyField) -> None:
        """In conditions, and by the answer to a question."""
        text = Question.model_validate({"id": "q", "ask": "账号", "type": "text"})
        number = Question.model_validate({"id": "q", "ask": "账号", "type": "number"})
        assert value_kind(planted.type) == "text"
        assert misfit(text, planted) == ""
        assert misfit(number, planted) == "问题是 number，字段是 bank-account"
