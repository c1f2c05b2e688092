from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from service.errors import ActionNotAllowed
from service.workflows.definition.expressions import ExpressionFailed, Scope
from service.workflows.definition.models import ValueKind
from service.workflows.definition.tokens import ExpressionRefused, Problem

NAMES: dict[str, ValueKind] = {
    "answers.area": "number",
    "answers.rooms": "number",
    "answers.sign": "boolean",
    "answers.kind": "text",
    "answers.extras": "texts",
    "answers.since": "date",
    "answered.area": "boolean",
    "derived.large": "boolean",
    "form.cost": "number",
    "handling": "text",
    "applicant.credit.excluded": "boolean",
}
FACTS: dict[str, Any] = {
    "answers": {
        "area": 130,
        "rooms": 3,
        "sign": True,
        "kind": "bar 2",
        "extras": ["noise", "smoke"],
        "since": "2026-03-01",
    },
    "derived": {"large": False},
    "form": {"cost": 0.5},
    "handling": "ordinary",
    "applicant": {"credit": {"excluded": False}},
}
SCOPE = Scope("测试", NAMES)


def value(
    text: str,
    facts: dict[str, Any] | None = None,
    results: tuple[ValueKind, ...] = ("boolean", "number", "text"),
) -> Any:
    return SCOPE.compile(text, results).evaluate(FACTS if facts is None else facts)


def problems(text: str) -> list[Problem]:
    with pytest.raises(ExpressionRefused) as refused:
        SCOPE.compile(text)
    return refused.value.problems


class TestEvaluate:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("answers.area > 100", True),
            ("answers.area > 100.5", True),
            ("answers.rooms >= 3 && answers.rooms <= 3", True),
            ("answers.area > answers.rooms", True),
            ("answers.area + 1 == 131 && answers.area - 0.5 == 129.5", True),
            ("answers.area * 2 / 4 == 65", True),
            ("-answers.rooms < 0 && answers.rooms - -1 == 4", True),
            ("answers.rooms in [1, 2, 3]", True),
            ("answers.rooms in [1.5, 2]", False),
            ("answers.area > 1e2", True),
            ("size(answers.extras) == 2", True),
            ("answers.extras.size() > 1", True),
            ("size(answers.kind) == 5", True),
            ("answers.extras[0] == 'noise'", True),
            ("[1, 2][1] == 2", True),
            ("'smoke' in answers.extras && !('dust' in answers.extras)", True),
            ("answers.extras.exists(e, e == 'noise')", True),
            ("answers.extras.filter(e, e != 'noise').size() == 1", True),
            ("answers.extras.all(e, e.startsWith('n') || e.contains('k'))", True),
            ("answers.sign ? answers.rooms == 3 : false", True),
            ("answers.kind == 'bar 2'", True),
            ('answers.kind == "bar 20"', False),
            ("answers.kind.endsWith('2')", True),
            ("answers.since < '2026-04-01' && answers.since > '2025-12-31'", True),
            ("form.cost == .5", True),
            ("derived.large || !applicant.credit.excluded", True),
            ("handling == 'ordinary' // 一般程序", True),
            ("answers.sign &&\n  answers.rooms == 3", True),
            ("answers.rooms + 1", 4.0),
            ("answers.sign ? 'a' : 'b'", "a"),
        ],
    )
    def test_values_are_what_an_author_expects(self, text: str, expected: object) -> None:
        """One kind of number, whole or not; text, dates, lists and choices as an author expects them."""
        assert value(text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("answers.kind == ''", True),
            ("answers.kind == 'bar'", False),
            ("answers.area == 0", True),
            ("answers.sign", False),
            ("'noise' in answers.extras", False),
            ("size(answers.extras) == 0", True),
            ("answers.since == ''", True),
            ("form.cost > 0", False),
            ("answered.area", False),
        ],
    )
    def test_what_was_not_given_is_empty(self, text: str, expected: object) -> None:
        """An unanswered question or empty field reads as the empty value of its type."""
        assert value(text, {"answers": {"area": None}}) is expected

    def test_an_answer_of_zero_is_an_answer(self) -> None:
        """`answered` tells zero and false from nothing."""
        assert value("answered.area", {"answers": {"area": 0}}) is True

    def test_dates_may_come_as_dates(self) -> None:
        """A date value compares like its ISO text."""
        assert (
            value("answers.since == '2026-03-01'", {"answers": {"since": date(2026, 3, 1)}}) is True
        )

    @pytest.mark.parametrize(
        ("text", "facts"),
        [
            ("derived.large", {"answers": {}}),
            ("handling == 'ordinary'", {}),
            ("applicant.credit.excluded", {"applicant": {"credit": {}}}),
            ("answers.extras[5] == 'x'", FACTS),
            ("answers.area > 3", {"answers": {"area": "130"}}),
            ("answers.area > 3", {"answers": {"area": True}}),
            ("answers.sign", {"answers": {"sign": "true"}}),
            ("answers.kind == 'x'", {"answers": {"kind": 3}}),
            ("'x' in answers.extras", {"answers": {"extras": "x"}}),
            ("answers.area * 1e300 * 1e300 * answers.area", FACTS),
        ],
    )
    def test_failing_is_never_false(self, text: str, facts: dict[str, Any]) -> None:
        """What cannot be computed refuses the action and says which rule."""
        with pytest.raises(ExpressionFailed) as failed:
            value(text, facts)
        assert isinstance(failed.value, ActionNotAllowed)
        assert text in failed.value.detail

    @pytest.mark.parametrize(
        "text",
        [
            "answers.extras.exists(x, x == 'q')",
            "answers.extras.all(x, answers.extras.all(y, x != y || x == y))",
        ],
    )
    def test_too_much_work_is_refused_and_not_done(self, text: str) -> None:
        """S17: an answer longer than an expression may walk through is told to its author; shorter ones are computed."""
        few = {"answers": {"extras": [str(n) for n in range(10)]}}
        many = {"answers": {"extras": [str(n) for n in range(20_000)]}}
        assert isinstance(value(text, few), bool)
        with pytest.raises(ExpressionFailed, match="计算量超过上限") as failed:
            value(text, many)
        assert text in failed.value.detail

    def test_from_many_threads(self) -> None:
        """One compiled expression serves all threads."""
        expression = SCOPE.compile("answers.area > 100 && size(answers.extras) == 2")

        def work(n: int) -> bool:
            return bool(expression.evaluate({"answers": {"area": n, "extras": ["a", "b"]}}))

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(400))) == [n > 100 for n in range(400)]


class TestCompile:
    @pytest.mark.parametrize(
        ("text", "code", "offset"),
        [
            ("answers.aera > 3", "E302", 0),
            ("answers.sign && answers.aera > 3", "E302", 16),
            ("answers.rooms > 10 && 'x' == answers.kidn", "E302", 29),
            ("answers.sign &&\n  answers.zz", "E302", 18),
            ("answers.area.x == 3", "E302", 0),
            ("answers == 3", "E302", 0),
            ("answers.kind > 3", "E303", 13),
            ("answers.rooms > 100 && answers.kind > 3", "E303", 36),
            ("answers.sign && 3", "E303", 13),
            ("answers.kind == null", "E305", 16),
            ("answers.area", "E304", 0),
            ("answers.area > ", "E301", 15),
            ("answers.area > 3)", "E301", 16),
            ("answers.area ＞ 3", "E301", 13),
            ("answers.面积 > 3", "E301", 8),
            ("answers . area > 3", "E301", 8),
            ("answers.area > 0x10", "E301", 15),
            ("answers.area > 3u", "E301", 15),
            ("answers.kind == 'abc", "E301", 16),
            ("", "E301", 0),
            ("has(answers.area)", "E305", 0),
            ("answers.kind.matches('a+')", "E305", 13),
            ("int(answers.area) > 3", "E305", 0),
            ("count(answers.extras) > 3", "E321", 0),
            ("answers.area / answers.rooms > 3", "E309", 13),
            ("answers.area / 0 > 3", "E309", 13),
            ("{'a': 1}.a == 1", "E301", 0),
            ("answers.extras[answers.rooms] == 'x'", "E303", 14),
            ("(" * 200 + "true" + ")" * 200, "E301", 0),
        ],
    )
    def test_refusals_have_a_place(self, text: str, code: str, offset: int) -> None:
        """Unknown names, wrong types and broken text are found when compiling, at their character."""
        found = problems(text)[0]
        assert (found.code, found.offset) == (code, offset)
        assert found.message

    def test_all_names_at_once(self) -> None:
        """Every unknown name is told, each with what was probably meant."""
        found = problems("answers.aera > 3 && answers.kidn == 'x'")
        assert [each.offset for each in found] == [0, 20]
        assert "answers.area" in found[0].hint
        assert "answers.kind" in found[1].hint

    def test_names_of_another_place(self) -> None:
        """A name that exists elsewhere is refused with what can be used here."""
        assert "不能使用 item.complete" in problems("item.complete")[0].message

    def test_knows_which_names_it_looks_at(self) -> None:
        """An expression knows which names it looks at."""
        assert SCOPE.compile("answers.extras.all(handling_, handling_ == answers.kind)").names == {
            "answers.extras",
            "answers.kind",
        }
