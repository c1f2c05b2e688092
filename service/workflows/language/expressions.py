"""表达式 — CEL conditions of the definitions: typed names, one kind of number, never a silent false.

The only user of the CEL library. All numbers are doubles inside: whole-number literals are rewritten (indexes are not)
and `size()` counts in the same kind, so an author compares any number with any other. An answer or field that was not
given reads as the empty value of its type (`""`, `0`, `false`, `[]`); `answered.<question>` tells whether it was given.
Dates are ISO text (`2026-10-09`), which compares in order. Division is only by a written number that is not zero.
"""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any, Literal

from cel_expr_python import cel

from service.errors import ActionNotAllowed
from service.workflows.language.diagnostics import near

Kind = Literal["number", "text", "date", "boolean", "texts"]

KINDS: dict[str, Kind] = {
    "number": "number", "integer": "number", "money": "number", "boolean": "boolean", "text": "text", "choice": "text",
    "uscc": "text", "id-number": "text", "phone": "text", "region": "text", "date": "date", "multi": "texts",
    "list": "texts",
}  # fmt: skip
KIND_TITLES: dict[Kind, str] = {"number": "数字", "text": "文字", "date": "日期", "boolean": "是否", "texts": "多项"}
FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "all", "exists", "filter"})
DEFAULTED = ("answers.", "form.")

_EMPTY: dict[Kind, Any] = {"number": 0.0, "text": "", "date": "", "boolean": False, "texts": []}
_TYPES: dict[Kind, cel.Type] = {
    "number": cel.Type.DOUBLE, "text": cel.Type.STRING, "date": cel.Type.STRING, "boolean": cel.Type.BOOL,
    "texts": cel.Type.List(cel.Type.STRING),
}  # fmt: skip
_RESULTS: dict[str, Kind] = {"BOOL": "boolean", "DOUBLE": "number", "STRING": "text"}
_TYPE_TITLES = {
    "double": "数字", "int": "序号", "string": "文字", "bool": "是否", "list(string)": "多项", "null_type": "空值",
    "list(double)": "数字列表", "list(dyn)": "列表", "list(bool)": "是否列表",
}  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<string>[rR]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<number>\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+|\d+)(?![\w.])
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<mark>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")


class ExpressionFailed(ActionNotAllowed):
    """一条办理规则算不出结果，这项操作没有进行。"""


@dataclass(frozen=True, slots=True)
class Problem:
    """问题 — what is wrong in an expression, at which character (from 0)."""

    offset: int
    code: str
    message: str
    hint: str = ""


class ExpressionRefused(Exception):
    """The expression cannot be compiled; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression."""

    sort: str  # string | number | name | mark
    text: str
    offset: int

    def literal(self) -> Any:
        """Return the value of a text or number literal."""
        if self.sort == "number":
            return float(self.text)
        try:
            return ast.literal_eval(self.text)
        except (ValueError, SyntaxError):
            return self.text.strip("rR").strip("'\"")


def tokens_of(text: str) -> list[Token]:
    """Cut an expression into words. Raises ExpressionRefused at the first that is none."""
    cut: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            hint = "名称只用英文字母、数字和下划线；文字要加引号；全角符号改成半角" if ord(text[at]) > 127 else ""
            raise ExpressionRefused([Problem(at, "E301", f"这里写法不对：“{text[at : at + 10]}”", hint)])
        sort = str(match.lastgroup)
        if sort != "space":
            cut.append(Token(sort, match[0], at))
        at = match.end()
    return cut


class Expression:
    """表达式 — compiled once, evaluated from any thread."""

    __slots__ = ("_paths", "_program", "names", "result", "text", "tokens")

    def __init__(self, text: str, tokens: list[Token], kinds: Mapping[str, Kind], program: cel.Expression) -> None:
        """Keep the program and what it needs to know: `kinds` are the names it uses."""
        self.text = text
        self.tokens = tuple(tokens)
        self.names = frozenset(kinds)
        self.result: Kind = _RESULTS[program.return_type().name()]
        self._program = program
        self._paths = tuple((name, tuple(name.split(".")), kind) for name, kind in kinds.items())

    def evaluate(self, facts: Mapping[str, Any]) -> Any:
        """Return its value: bool, float or str.

        `facts` is nested as the names are: {"answers": {…}, "derived": {…}, "form": {…}, "handling": "ordinary",
        "applicant": {"type": …, "credit": {"excluded": …}}, "item": {"complete": …, "gaps": …}}.
        Raises ExpressionFailed when it cannot be computed.
        """
        data = {name: self._fact(facts, name, path, kind) for name, path, kind in self._paths}
        outcome = self._program.eval(data=data)
        value = outcome.value()
        if outcome.type() == cel.Type.ERROR:
            raise self._failed(_reason(str(value)))
        if isinstance(value, float) and not isfinite(value):
            raise self._failed("数字超出范围")
        return value

    def _fact(self, facts: Mapping[str, Any], name: str, path: tuple[str, ...], kind: Kind) -> Any:
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


_CONVERT: dict[Kind, Any] = {"number": _number, "text": _text, "date": _text, "boolean": _boolean, "texts": _texts}


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


@dataclass(frozen=True)
class Scope:
    """作用域 — the names an expression may use at one place of a definition, with their kinds."""

    title: str
    names: Mapping[str, Kind]
    _env: list[cel.Env] = field(default_factory=list, repr=False, compare=False)

    def extended(self, names: Mapping[str, Kind]) -> "Scope":
        """Return a scope that knows more names."""
        return Scope(self.title, {**self.names, **names})

    def compile(self, text: str, results: Iterable[Kind] = ("boolean",)) -> Expression:
        """Compile and type-check. Raises ExpressionRefused with every problem found."""
        tokens = tokens_of(text)
        if problems := list(_forbidden(tokens)):
            raise ExpressionRefused(problems)
        rewritten = _Rewritten(text, tokens)
        if not self._env:
            kinds = {name: _TYPES[kind] for name, kind in self.names.items()}
            self._env.append(cel.NewEnv(variables=kinds, functions=[_counter()]))
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

    def _used(self, tokens: list[Token]) -> dict[str, Kind]:
        used: dict[str, Kind] = {}
        for token in tokens:
            if token.sort == "name":
                name = token.text
                while name and name not in self.names:
                    name = name.rpartition(".")[0]
                if name:
                    used[name] = self.names[name]
        return used

    def _translated(self, said: str, rewritten: "_Rewritten", tokens: list[Token]) -> list[Problem]:
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
            name = token.text if token and token.sort == "name" else message.partition("'")[2].partition("'")[0]
            return self.unknown(name, token.offset if token else offset)
        if "no matching overload" in message or "expected type" in message:
            at = token.offset if token else offset
            return Problem(at, "E303", _mismatch(message), "数字和数字比，文字要加引号和文字比")
        said = f"这里写法不对：“{token.text}”" if token else "表达式没有写完"
        return Problem(offset, "E301", said, "例：answers.area > 300 && answers.sign")

    def unknown(self, name: str, offset: int) -> Problem:
        """Build the problem of a name that is not known here."""
        root = name.partition(".")[0]
        same = [known for known in self.names if known.partition(".")[0] == root]
        if not same and root in ("answers", "derived", "answered", "form", "handling", "item", "applicant"):
            roots = "、".join(sorted({known.partition(".")[0] for known in self.names}))
            return Problem(offset, "E302", f"{self.title}里不能使用 {name}", f"这里可用：{roots}")
        return Problem(offset, "E302", f"没有“{name}”这个名称", near(name, same or list(self.names)))


def _forbidden(tokens: list[Token]) -> Iterable[Problem]:
    """Yield what CEL would allow and the language does not."""
    for n, token in enumerate(tokens):
        after = tokens[n + 1] if n + 1 < len(tokens) else None
        before = tokens[n - 1] if n else None
        if token.sort == "name" and after and after.text == "(":
            function = token.text.rpartition(".")[2]
            if function != "in" and function not in FUNCTIONS:
                hint = "写 answered.<问题>" if function == "has" else near(function, FUNCTIONS)
                at = token.offset + len(token.text) - len(function)
                yield Problem(at, "E305", f"没有“{function}”这个函数", hint)
        elif token.text == "/" and not (after and after.sort == "number" and float(after.text)):
            yield Problem(token.offset, "E309", "只能除以写明的、不为零的数", "例：form.area / 2")
        elif token.text == "." and not (before and (before.text in (")", "]") or before.sort == "string")):
            yield Problem(token.offset, "E301", "这里写法不对：“.”", "点号两边不要有空格")
        elif token.text == "null":
            yield Problem(token.offset, "E305", "不能使用 null", "没有回答的问题用 answered.<问题> 判断")


def _indexable(before: Token | None) -> bool:
    """Tell whether a bracket after this token is an index, not a list."""
    if before is None or before.text == "in":
        return False
    return before.sort in ("name", "string") or before.text in (")", "]")


class _Rewritten:
    """The text given to CEL, and the way back from its places to the author's."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        pieces: list[str] = []
        self._starts: list[int] = []
        self._origins: list[int] = []
        at = length = 0
        brackets: list[str] = []
        before: Token | None = None
        for n, token in enumerate(tokens):
            if token.text in ("(", "["):
                brackets.append("index" if token.text == "[" and _indexable(before) else token.text)
            elif token.text in (")", "]") and brackets:
                brackets.pop()
            called = n + 1 < len(tokens) and tokens[n + 1].text == "("
            word = _reworded(token, called, bool(brackets) and brackets[-1] == "index")
            gap = text[at : token.offset]
            self._starts.append(length + len(gap))
            self._origins.append(token.offset)
            pieces += gap, word
            length += len(gap) + len(word)
            at = token.offset + len(token.text)
            before = token
        self._end = len(text)
        self.text = "".join(pieces)

    def original(self, line: int, col: int) -> int:
        """Return the author's offset of a line and column (from 1) of the rewritten text."""
        if line < 1:
            return 0
        lines = self.text.split("\n")
        place = sum(len(each) + 1 for each in lines[: line - 1]) + col - 1
        if place >= len(self.text) or not self._starts:
            return self._end
        n = max(bisect_right(self._starts, place) - 1, 0)
        return self._origins[n] + min(place - self._starts[n], max(self._end - self._origins[n] - 1, 0))


def _reworded(token: Token, called: bool, index: bool) -> str:
    if token.sort == "number" and token.text.isdigit() and not index:
        return f"{token.text}.0"
    if token.sort == "number" and token.text.startswith("."):
        return f"0{token.text}"
    if token.sort == "name" and called and token.text.rpartition(".")[2] == "size":
        return f"{token.text[:-4]}count"
    return token.text


_OPERATORS = {"@in": "in", "_[_]": "[序号]", "_?_:_": "? :", "!_": "!", "-_": "-", "count": "size"}


def _mismatch(message: str) -> str:
    found = re.search(r"overload for '(.+?)' applied to '(.*)'", message)
    if not found:
        types = re.findall(r"'([^']+)'", message)
        return f"类型不对：应为{_TYPE_TITLES.get(types[0], '别的类型')}" if types else "类型不对"
    operator = _OPERATORS.get(found[1], found[1].strip("_"))
    operands = re.findall(r"list\(\w+\)|[\w.]+", found[2])
    titles = "和".join(_TYPE_TITLES.get(operand, operand) for operand in operands)
    return f"“{operator}”不能用在{titles}上"
