"""合计 — what conditions ask over the rows of a field: `sum` `count` `all` `any`, rewritten to what CEL knows and types.

    sum(form.deposits.amount)                      sum(form.deposits, row.amount + row.products)
    count(form.heirs)                              count(form.heirs, row.stance == 'accept')
    all(form.heirs, row.share > 0)                 any(form.heirs, row.minor)

A field of rows is given to CEL as the list of its row numbers, each column as a list of one kind, so that what stands
behind `row.` is typed like every other name. They do not nest: the cost of one is that of its rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.workflows.definition.diagnostics import near
from service.workflows.definition.models import ValueKind
from service.workflows.definition.tokens import AGGREGATES, Problem, Token

ROW = "row."
_EACH = "row_"  # the number of a row in what CEL reads
_MACROS = {"all": "all", "any": "exists", "sum": "map", "count": "filter"}
_CODE = "E321"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """一处合计 — where it stands among the words: its name, its rows, the comma behind them, its end."""

    at: int
    function: str
    field: str  # form.heirs
    comma: int | None  # None: of a column, or of the rows themselves
    end: int


class Aggregates:
    """The aggregates of an expression, and what is wrong with them."""

    def __init__(self, tokens: Sequence[Token], names: Mapping[str, ValueKind]) -> None:
        """Look for them among the words of an expression, in a scope of `names`."""
        self.problems: list[Problem] = []
        self._names = names
        self._unfinished = False
        found = [each for n in range(len(tokens)) if (each := self._at(tokens, n))]
        self._found = tuple(found)
        inside = {n: each for each in found for n in range(each.at, each.end + 1)}
        self.tokens = [self._resolved(token, inside.get(n)) for n, token in enumerate(tokens)]
        if not self._unfinished:
            self.problems += self._misplaced(tokens, found, inside)

    @property
    def words(self) -> dict[int, str]:
        """Return what CEL reads instead of a word, by its place among the words."""
        words: dict[int, str] = {}
        for each in self._found:
            if each.comma is None:
                continue
            adds = each.function in ("sum", "count")
            words[each.at] = each.function if adds else ""
            words[each.at + 1] = "(" if adds else ""
            words[each.at + 2] = f"{each.field}.{_MACROS[each.function]}"
            words[each.comma] = f"({_EACH},"
            words[each.end] = "))" if adds else ")"
            for n in range(each.comma, each.end):
                if self.tokens[n].text.startswith(f"{each.field}."):
                    words[n] = f"{self.tokens[n].text}[{_EACH}]"
        return words

    def _at(self, tokens: Sequence[Token], n: int) -> Aggregate | None:
        """Return the aggregate that begins with a word; where it is badly written, keep what is wrong."""
        token = tokens[n]
        if token.text not in AGGREGATES or token.sort != "name" or _text(tokens, n + 1) != "(":
            return None
        end, comma = _closing(tokens, n + 1)
        if end is None:
            self._unfinished = True  # CEL says so
            return None
        first = _text(tokens, n + 2)
        name = first if self._names.get(first) == "rows" else first.rpartition(".")[0]
        if self._names.get(name) != "rows" or (comma or end) != n + 3:
            self.problems.append(
                _problem(token, f"{token.text} 要写在一行一行的表上", self._hint())
            )
            return None
        of_column = name != first
        if of_column and (token.text != "sum" or comma is not None):
            self.problems.append(
                _problem(tokens[n + 2], f"{token.text} 的第一样是表，不是列", f"写 {name}")
            )
            return None
        if of_column and first not in self._names:
            self.problems.append(self._no_column(tokens[n + 2], name, first.rpartition(".")[2]))
            return None
        if comma is None and (
            token.text in ("all", "any") or (token.text == "sum" and not of_column)
        ):
            hint = f"例：{token.text}({name}, row.列名 …)"
            self.problems.append(_problem(token, f"{token.text} 没有写对每一行看什么", hint))
            return None
        return Aggregate(n, token.text, name, comma, end)

    def _hint(self) -> str:
        known = [name for name, kind in self._names.items() if kind == "rows"]
        return f"这里有的表：{'、'.join(known)}" if known else "这里没有 rows 类型的字段"

    def _resolved(self, token: Token, within: Aggregate | None) -> Token:
        """Return a word with the column meant by `row.<column>` under its full name."""
        if token.sort != "name" or not token.text.startswith(ROW) or within is None:
            return token
        return replace(token, text=f"{within.field}.{token.text.removeprefix(ROW)}")

    def _misplaced(
        self,
        tokens: Sequence[Token],
        found: Sequence[Aggregate],
        inside: Mapping[int, Aggregate],
    ) -> Iterator[Problem]:
        openings = {each.at + 2 for each in found}
        for each in found:
            if any(each.at < other.at < each.end for other in found):
                yield _problem(tokens[each.at], "合计里不能再写合计", "拆成几个条件")
        for n, token in enumerate(tokens):
            if token.sort != "name" or n in openings:
                continue
            if token.text.startswith(ROW):
                if n not in inside:
                    yield _problem(token, "row. 只在 sum、count、all、any 里可用", self._hint())
                elif self.tokens[n].text not in self._names:
                    column = token.text.removeprefix(ROW)
                    yield self._no_column(token, inside[n].field, column)
            elif not self.problems and self._of_rows(token.text):
                name = self._of_rows(token.text)
                yield _problem(
                    token, f"{token.text} 有很多行，不能直接用", f"例：any({name}, row.列名 …)"
                )

    def _of_rows(self, name: str) -> str:
        """Return the field of rows that a name is or belongs to; empty for none."""
        while name:
            if self._names.get(name) == "rows":
                return name
            name = name.rpartition(".")[0]
        return ""

    def _no_column(self, token: Token, field: str, column: str) -> Problem:
        columns = [
            name.removeprefix(f"{field}.") for name in self._names if name.startswith(f"{field}.")
        ]
        said = f"{field} 没有“{column}”这一列，或者它不能用在条件里"
        return _problem(token, said, near(column, columns) or f"可用：{'、'.join(columns)}")


def _text(tokens: Sequence[Token], n: int) -> str:
    return tokens[n].text if n < len(tokens) else ""


def _closing(tokens: Sequence[Token], opening: int) -> tuple[int | None, int | None]:
    """Return where a bracket closes, and the first comma that is its own."""
    depth, comma = 0, None
    for n in range(opening, len(tokens)):
        if tokens[n].text in ("(", "["):
            depth += 1
        elif tokens[n].text in (")", "]"):
            depth -= 1
        elif tokens[n].text == "," and depth == 1 and comma is None:
            comma = n
        if depth == 0:
            return n, comma
    return None, comma


def _problem(token: Token, said: str, hint: str) -> Problem:
    return Problem(token.offset, _CODE, said, hint)
