"""词 — the words of an expression: cut, looked over for what the language does not allow, rewritten for CEL."""

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.workflows.definition.diagnostics import near

FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "all", "exists", "filter"})
AGGREGATES = ("all", "any", "count", "sum")  # over the rows of a field: see `aggregates`

# Full-width marks → what to write; a lone equals sign compares in no expression.
MARKS = dict(
    zip(
        "＞＜＝（），！＆｜：“”‘’",
        (">", "<", "==", "(", ")", ",", "!", "&&", "||", ":", '"', '"', "'", "'"),
        strict=True,
    )
)
WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<string>[rR]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<number>\d+\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.\d+|\d+)(?![\w.])
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<mark>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)


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
            hint = "比较相等写两个等号：==" if text[at] == "=" else ""
            if text[at] in MARKS:
                hint = f"全角符号改成半角：{MARKS[text[at]]}"
            elif ord(text[at]) > 127:
                hint = "名称只用英文字母、数字和下划线；文字要加引号；全角符号改成半角"
            raise ExpressionRefused(
                [Problem(at, "E301", f"这里写法不对：“{text[at : at + 10]}”", hint)]
            )
        sort = str(match.lastgroup)
        if sort != "space":
            cut.append(Token(sort, match[0], at))
        at = match.end()
    return cut


def forbidden(tokens: list[Token]) -> Iterator[Problem]:
    """Yield what CEL would allow and the language does not."""
    for n, token in enumerate(tokens):
        after = tokens[n + 1] if n + 1 < len(tokens) else None
        before = tokens[n - 1] if n else None
        if token.sort == "name" and after and after.text == "(":
            function = token.text.rpartition(".")[2]
            known = function in FUNCTIONS or function == "in" or token.text in AGGREGATES
            if not known:
                words = FUNCTIONS.union(AGGREGATES)
                hint = "写 answered.<问题>" if function == "has" else near(function, words)
                at = token.offset + len(token.text) - len(function)
                yield Problem(at, "E305", f"没有“{function}”这个函数", hint)
        elif token.text == "/" and not (after and after.sort == "number" and float(after.text)):
            yield Problem(token.offset, "E309", "只能除以写明的、不为零的数", "例：form.area / 2")
        elif token.text == "." and not (
            before and (before.text in (")", "]") or before.sort == "string")
        ):
            yield Problem(token.offset, "E301", "这里写法不对：“.”", "点号两边不要有空格")
        elif token.text == "null":
            yield Problem(
                token.offset, "E305", "不能使用 null", "没有回答的问题用 answered.<问题> 判断"
            )


def _indexable(before: Token | None) -> bool:
    """Tell whether a bracket after this token is an index, not a list."""
    if before is None or before.text == "in":
        return False
    return before.sort in ("name", "string") or before.text in (")", "]")


class Rewritten:
    """The text given to CEL, and the way back from its places to the author's."""

    def __init__(self, text: str, tokens: list[Token], words: Mapping[int, str]) -> None:
        """Write an expression for CEL; `words` are those that stand for others, by their place."""
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
            word = words.get(
                n, _reworded(token, called, bool(brackets) and brackets[-1] == "index")
            )
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
        return self._origins[n] + min(
            place - self._starts[n], max(self._end - self._origins[n] - 1, 0)
        )


def _reworded(token: Token, called: bool, index: bool) -> str:
    if token.sort == "number" and token.text.isdigit() and not index:
        return f"{token.text}.0"
    if token.sort == "number" and token.text.startswith("."):
        return f"0{token.text}"
    if token.sort == "name" and called and token.text.rpartition(".")[2] == "size":
        return f"{token.text[:-4]}count"
    return token.text
