"""What conditions ask over rows: typed, told at the place where it is wrong, bounded in cost."""

from typing import Any

import pytest

from service.workflows.definition.expressions import Scope
from service.workflows.definition.models import ValueKind
from service.workflows.definition.tokens import ExpressionRefused, Problem

NAMES: dict[str, ValueKind] = {
    "form.heirs": "rows",
    "form.heirs.name": "texts",
    "form.heirs.share": "numbers",
    "form.heirs.minor": "booleans",
    "form.banks": "rows",
    "form.banks.amount": "numbers",
    "form.area": "number",
    "answers.extras": "texts",
}
ROWS: dict[str, Any] = {
    "heirs": [{"name": "张三", "share": 0.5, "minor": True}, {"name": "李四", "share": 0.25}],
    "banks": [{"amount": 0.1}] * 10,
    "area": 2,
}
SCOPE = Scope("测试", NAMES)


def value(text: str, form: dict[str, Any] | None = None) -> Any:
    facts = {"form": ROWS if form is None else form}
    return SCOPE.compile(text, ("boolean", "number")).evaluate(facts)


def problem(text: str) -> Problem:
    with pytest.raises(ExpressionRefused) as refused:
        SCOPE.compile(text)
    return refused.value.problems[0]


class TestEvaluate:
    @pytest.mark.parametrize(
        ("text", "expected", "of_nothing"),
        [
            ("sum(form.heirs.share)", 0.75, 0.0),
            ("sum(form.heirs, row.share * 2)", 1.5, 0.0),
            ("sum(form.banks.amount) == 1", True, False),
            ("count(form.heirs)", 2.0, 0.0),
            ("count(form.heirs, row.minor) == 1", True, False),
            ("count(form.heirs, !row.minor && row.share < form.area) == 1", True, False),
            ("all(form.heirs, row.share > 0)", True, True),
            ("all(form.heirs, row.name != '李四')", False, True),
            ("any(form.heirs, row.name in ['李四', '王五'])", True, False),
            ("any(form.heirs, row.minor) && sum(form.banks.amount) > 0.5", True, False),
            ("any(form.heirs, row.name == 'a') ? 1 : 2", 2.0, 2.0),
        ],
    )
    def test_looks_at_every_row(self, text: str, expected: Any, of_nothing: Any) -> None:
        """Also where there is none; a cell that was left empty is the empty value of its type."""
        assert value(text) == expected
        assert value(text, {}) == of_nothing

    @pytest.mark.parametrize(
        "text",
        ["count(form.heirs) > 1", "sum(form.heirs.share) == 1", "any(form.heirs, row.minor)"],
    )
    def test_rows_that_are_not_known_yet_decide_nothing(self, text: str) -> None:
        """Unknown is neither true nor false."""
        assert SCOPE.compile(text).evaluate({"form": {}}, {"form.heirs"}) is None
        assert SCOPE.compile(f"{text} || form.area > 1").evaluate({"form": ROWS}, {"form.heirs"})

    def test_depends_on_the_rows(self) -> None:
        """Not on names that are no field: who asks what is filled in asks for the field."""
        assert SCOPE.compile("any(form.heirs, row.minor) && form.area > 1").names == {
            "form.heirs",
            "form.area",
        }

    def test_many_rows_cost_what_they_are(self) -> None:
        """As many as a page may hold, without being refused as too much."""
        rows = [{"name": f"第{n}人", "share": 1 / 30, "minor": False} for n in range(30)]
        assert value(
            "all(form.heirs, row.share > 0 && row.name != '' || row.minor)", {"heirs": rows}
        )
        assert value("sum(form.heirs.share) == 1", {"heirs": rows}) in (True, False)


class TestProblems:
    @pytest.mark.parametrize(
        ("text", "code", "offset", "said"),
        [
            ("any(form.heirs, row.nam == '')", "E321", 16, "form.heirs 没有“nam”这一列"),
            ("sum(form.heirs.amount) > 1", "E321", 4, "form.heirs 没有“amount”这一列"),
            ("row.name == ''", "E321", 0, "row. 只在"),
            ("form.heirs.share > 3", "E321", 0, "form.heirs.share 有很多行"),
            ("size(form.heirs) > 1", "E321", 5, "form.heirs 有很多行"),
            ("any(answers.extras, true)", "E321", 0, "any 要写在一行一行的表上"),
            ("count(form.area) > 1", "E321", 0, "count 要写在一行一行的表上"),
            ("all(form.heirs)", "E321", 0, "all 没有写对"),
            ("sum(form.heirs) > 1", "E321", 0, "sum 没有写对"),
            ("any(form.heirs.name, true)", "E321", 4, "any 的第一样是表，不是列"),
            ("any(form.heirs, all(form.banks, row.amount > 1))", "E321", 0, "合计里不能再写合计"),
            ("any(form.heirs, row.share == 'x')", "E303", 16, "“==”不能用在数字和文字上"),
            ("sum(form.heirs.name) > 1", "E303", 3, "“sum”不能用在多项上"),
            ("answers.extras.any(e, true)", "E305", 15, "没有“any”这个函数"),
            ("any(form.heirs, row.minor", "E301", 25, "表达式没有写完"),
        ],
    )
    def test_are_told_where_they_are(self, text: str, code: str, offset: int, said: str) -> None:
        """In the author's words and at his place, though CEL reads something else."""
        found = problem(text)
        assert (found.code, found.offset) == (code, offset)
        assert found.message.startswith(said)

    def test_names_the_columns_there_are(self) -> None:
        """The mend is in the hint."""
        assert problem("any(form.heirs, row.nam == '')").hint == "是不是想写“name”？"
