"""表达式 — CEL conditions of the definitions: typed names, one kind of number, never a silent false.

The only user of the CEL library. All numbers are doubles inside: whole-number literals are rewritten (indexes are not)
and `size()` counts in the same kind, so an author compares any number with any other. An answer or field that was not
given reads as the empty value of its type (`""`, `0`, `false`, `[]`); `answered.<question>` tells whether it was given.
Dates are ISO text (`2026-10-09`), which compares in order. Division is only by a written number that is not zero.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fsum, isfinite
from typing import Any

from cel_expr_python import cel

from service.errors import ActionNotAllowed
from service.workflows.definition.aggregates import Aggregates
from service.workflows.definition.diagnostics import near
from service.workflows.definition.models import ValueKind
from service.workflows.definition.tokens import (
    WORDS,
    ExpressionRefused,
    Problem,
    Rewritten,
    Token,
    forbidden,
    tokens_of,
)

KIND_TITLES: dict[ValueKind, str] = {
    "number": "数字",
    "text": "文字",
    "date": "日期",
    "boolean": "是否",
    "texts": "多项",
    "rows": "一行一行的表",
    "numbers": "一列数字",
    "booleans": "一列是否",
}
DEFAULTED = ("answers.", "form.")

_EMPTY: dict[ValueKind, Any] = {
    "number": 0.0,
    "text": "",
    "date": "",
    "boolean": False,
    "texts": [],
    "rows": [],
    "numbers": [],
    "booleans": [],
}
_OF_ONE: dict[ValueKind, ValueKind] = {"numbers": "number", "texts": "text", "booleans": "boolean"}
_TYPES: dict[ValueKind, cel.Type] = {
    "number": cel.Type.DOUBLE,
    "text": cel.Type.STRING,
    "date": cel.Type.STRING,
    "boolean": cel.Type.BOOL,
    "texts": cel.Type.List(cel.Type.STRING),
    "rows": cel.Type.List(cel.Type.INT),  # their numbers
    "numbers": cel.Type.List(cel.Type.DOUBLE),
    "booleans": cel.Type.List(cel.Type.BOOL),
}
_RESULTS: dict[str, ValueKind] = {"BOOL": "boolean", "DOUBLE": "number", "STRING": "text"}
_TYPE_TITLES = {
    "double": "数字",
    "int": "序号",
    "string": "文字",
    "bool": "是否",
    "list(string)": "多项",
    "null_type": "空值",
    "list(double)": "数字列表",
    "list(dyn)": "列表",
    "list(bool)": "是否列表",
}
_UNKNOWN = "UNKNOWN: "  # what a name without a value makes of an expression that it decides
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")


class ExpressionFailed(ActionNotAllowed):
    """一条办理规则算不出结果，这项操作没有进行。"""


class Expression:
    """表达式 — compiled once, evaluated from any thread."""

    __slots__ = ("_columns", "_paths", "_program", "names", "result", "text", "tokens")

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        kinds: Mapping[str, ValueKind],
        program: cel.Expression,
    ) -> None:
        """Keep the program and what it needs to know: `kinds` are the names it uses, of rows also their columns."""
        self.text = text
        self.tokens = tuple(tokens)
        of_rows = {
            name: field for name in kinds if kinds.get(field := name.rpartition(".")[0]) == "rows"
        }
        self._columns = tuple(
            (name, field, _OF_ONE[kinds[name]]) for name, field in of_rows.items()
        )
        kinds = {name: kind for name, kind in kinds.items() if name not in of_rows}
        self.names = frozenset(kinds)
        self.result: ValueKind = _RESULTS[program.return_type().name()]
        self._program = program
        self._paths = tuple((name, tuple(name.split(".")), kind) for name, kind in kinds.items())

    def evaluate(self, facts: Mapping[str, Any], unknown: Collection[str] = ()) -> Any:
        """Return its value: bool, float or str; None where it hangs on one of the names that are `unknown` (Kleene).

        `facts` is nested as the names are: {"answers": {…}, "derived": {…}, "form": {…}, "handling": "ordinary",
        "applicant": {"type": …, "credit": {"excluded": …}}, "item": {"complete": …, "gaps": …}}.
        Raises ExpressionFailed when it cannot be computed.
        """
        data = {
            name: self._fact(facts, name, path, kind)
            for name, path, kind in self._paths
            if name not in unknown
        }
        data |= {
            name: self._column(facts, name, kind)
            for name, field, kind in self._columns
            if field in data
        }
        try:
            outcome = self._program.eval(data=data)
        except RuntimeError as stopped:  # raised, where other errors are values: too many steps
            raise self._failed(_reason(str(stopped))) from None
        value = outcome.value()
        if outcome.type() == cel.Type.ERROR:
            if unknown and str(value).startswith(_UNKNOWN):
                return None
            raise self._failed(_reason(str(value)))
        if isinstance(value, float) and not isfinite(value):
            raise self._failed("数字超出范围")
        return value

    def _fact(
        self, facts: Mapping[str, Any], name: str, path: tuple[str, ...], kind: ValueKind
    ) -> Any:
        if path[0] == "answered":
            return facts.get("answers", {}).get(path[1]) is not None
        value: Any = facts
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            if not name.startswith(DEFAULTED):
                raise self._failed(f"缺少 {name}")
            return _EMPTY[kind]
        try:
            return _CONVERT[kind](value)
        except (TypeError, ValueError, OverflowError):
            raise self._failed(f"{name} 的值不是{KIND_TITLES[kind]}") from None

    def _column(self, facts: Mapping[str, Any], name: str, kind: ValueKind) -> list[Any]:
        """Return what stands in a column of rows; a cell that was left empty reads as every empty value does."""
        _, field, column = name.split(".")
        rows = facts["form"].get(field) or []
        try:
            cells = [row.get(column) for row in rows]
            return [_EMPTY[kind] if cell is None else _CONVERT[kind](cell) for cell in cells]
        except (AttributeError, TypeError, ValueError, OverflowError):
            raise self._failed(f"{name} 的值不是{KIND_TITLES[kind]}") from None

    def _failed(self, reason: str) -> ExpressionFailed:
        return ExpressionFailed(
            f"办理规则“{self.text}”算不出结果：{reason}。请联系事项管理员核对定义。", rule=self.text
        )


def _number(value: Any) -> float:
    if isinstance(value, bool | str):
        raise TypeError
    return float(value)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise TypeError
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return [entry if isinstance(entry, str) else str(entry) for entry in value]


def _row_numbers(value: Any) -> list[int]:
    if not isinstance(value, list):
        raise TypeError
    return list(range(len(value)))


_CONVERT: dict[ValueKind, Any] = {
    "number": _number,
    "text": _text,
    "date": _text,
    "boolean": _boolean,
    "texts": _texts,
    "rows": _row_numbers,
}


def _reason(said: str) -> str:
    if "Index error" in said:
        return "序号超出了列表长度"
    if "budget" in said.lower():
        return "计算量超过上限"
    return "运算出错"


def _count(values: Any) -> float:
    return float(len(values))


def _counter() -> cel.FunctionDecl:
    """Declare `count`, which `size` is rewritten to: it counts in the one kind of number there is."""
    overloads = [
        cel.Overload(f"count_{title}_{member}", cel.Type.DOUBLE, [kind], member, _count)
        for title, kind in (("list", cel.Type.List(cel.Type.DYN)), ("text", cel.Type.STRING))
        for member in (False, True)
    ]
    return cel.FunctionDecl("count", overloads)


def _adder() -> cel.FunctionDecl:
    numbers = cel.Type.List(cel.Type.DOUBLE)
    return cel.FunctionDecl(
        "sum", [cel.Overload("sum_list", cel.Type.DOUBLE, [numbers], False, fsum)]
    )


@dataclass(frozen=True)
class Scope:
    """作用域 — the names an expression may use at one place of a definition, with their kinds."""

    title: str
    names: Mapping[str, ValueKind]
    _env: list[cel.Env] = field(default_factory=list, repr=False, compare=False)

    def extended(self, names: Mapping[str, ValueKind]) -> "Scope":
        """Return a scope that knows more names."""
        return Scope(self.title, {**self.names, **names})

    def compile(self, text: str, results: Iterable[ValueKind] = ("boolean",)) -> Expression:
        """Compile and type-check. Raises ExpressionRefused with every problem found."""
        tokens = tokens_of(text)
        if problems := list(forbidden(tokens)):
            raise ExpressionRefused(problems)
        aggregates = Aggregates(tokens, self.names)
        if aggregates.problems:
            raise ExpressionRefused(aggregates.problems)
        rewritten = Rewritten(text, tokens, aggregates.words)
        tokens = aggregates.tokens
        if not self._env:
            kinds = {name: _TYPES[kind] for name, kind in self.names.items()}
            self._env.append(cel.NewEnv(variables=kinds, functions=[_counter(), _adder()]))
        try:
            program = self._env[0].compile(rewritten.text)
        except RuntimeError as refusal:
            raise ExpressionRefused(self._translated(str(refusal), rewritten, tokens)) from None
        allowed = set(results)
        result = _RESULTS.get(program.return_type().name())
        if result not in allowed:
            wanted = "、".join(KIND_TITLES[kind] for kind in KIND_TITLES if kind in allowed)
            got = KIND_TITLES[result] if result else "不能用作结果的值"
            hint = "写成判断，例如 answers.area > 300" if allowed == {"boolean"} else ""
            raise ExpressionRefused([Problem(0, "E304", f"结果应为{wanted}，实际是{got}", hint)])
        return Expression(text, tokens, self._used(tokens), program)

    def _used(self, tokens: list[Token]) -> dict[str, ValueKind]:
        used: dict[str, ValueKind] = {}
        for token in tokens:
            if token.sort == "name":
                name = token.text
                while name and name not in self.names:
                    name = name.rpartition(".")[0]
                if name:
                    used[name] = self.names[name]
                    field = name.rpartition(".")[0]
                    if self.names.get(field) == "rows":
                        used[field] = "rows"
        return used

    def _translated(self, said: str, rewritten: "Rewritten", tokens: list[Token]) -> list[Problem]:
        problems: dict[int, Problem] = {}
        for line, col, message in _ERROR.findall(said):
            offset = rewritten.original(int(line), int(col))
            problem = self._problem(message, offset, tokens)
            problems.setdefault(problem.offset, problem)
            if problem.code == "E301":
                break
        return list(problems.values()) or [Problem(0, "E301", "表达式太复杂", "拆成几个 derived")]

    def _problem(self, message: str, offset: int, tokens: list[Token]) -> Problem:
        token = next((t for t in tokens if t.offset <= offset < t.offset + len(t.text)), None)
        if "undeclared reference" in message or "select operation" in message:
            name = message.partition("'")[2].partition("'")[0]
            if token and token.sort == "name":
                name = token.text
            return self.unknown(name, token.offset if token else offset)
        if "no matching overload" in message or "expected type" in message:
            at = token.offset if token else offset
            return Problem(at, "E303", _mismatch(message), _comparable(message))
        said = f"这里写法不对：“{token.text}”" if token else "表达式没有写完"
        hint = "例：answers.area > 300 && answers.sign"
        if token and token.text in WORDS:
            hint = f"“{token.text}”写成 {WORDS[token.text]}"
        return Problem(offset, "E301", said, hint)

    def unknown(self, name: str, offset: int) -> Problem:
        """Build the problem of a name that is not known here."""
        root = name.partition(".")[0]
        same = [known for known in self.names if known.partition(".")[0] == root]
        if not same and root in (
            "answers",
            "derived",
            "answered",
            "form",
            "handling",
            "item",
            "applicant",
        ):
            roots = "、".join(sorted({known.partition(".")[0] for known in self.names}))
            return Problem(offset, "E302", f"{self.title}里不能使用 {name}", f"这里可用：{roots}")
        return Problem(
            offset, "E302", f"没有“{name}”这个名称", near(name, same or list(self.names))
        )


_OPERATORS = {"@in": "in", "_[_]": "[序号]", "_?_:_": "? :", "!_": "!", "-_": "-", "count": "size"}


def _comparable(message: str) -> str:
    """Say how to compare: of several choices one is looked for with `in`."""
    if re.search(r"'_[!=]=_' applied to '\(?(list|string, list)", message):
        return "可以选几个的用 in：'选项' in answers.问题；没有选写 !('选项' in answers.问题)"
    return "数字和数字比，文字要加引号和文字比"


def _mismatch(message: str) -> str:
    found = re.search(r"overload for '(.+?)' applied to '(.*)'", message)
    if not found:
        types = re.findall(r"'([^']+)'", message)
        return f"类型不对：应为{_TYPE_TITLES.get(types[0], '别的类型')}" if types else "类型不对"
    operator = _OPERATORS.get(found[1], found[1].strip("_"))
    operands = re.findall(r"list\(\w+\)|[\w.]+", found[2])
    titles = "和".join(_TYPE_TITLES.get(operand, operand) for operand in operands)
    return f"“{operator}”不能用在{titles}上"
