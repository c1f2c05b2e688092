"""读源文件 — text to plain data with positions, refusing whatever could surprise before anything is built.

Scalars follow the YAML 1.2 core rules plus ISO dates and instants: `no`, `on` and `1_000` stay text, `2026-10-09` is a
date, `2026-11-05T16:40+08:00` an aware instant. Aliases, merge keys, tags, duplicate keys and deep nesting are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any

import yaml

from service.workflows.definition.characters import REFUSED
from service.workflows.definition.diagnostics import At, Diagnostic, found

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_FINDINGS = 20  # of the character check: one pasted file must not print a thousand lines
MAX_WHOLE = 2**53

Path = tuple[str | int, ...]

_FORBIDDEN = re.compile(f"[{REFUSED}]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_INSTANT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}[Tt ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{1,2}(:?\d{2})?)?"
)
_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_PROBLEMS = {
    "mapping values are not allowed in this context": "这里不能再出现冒号：缩进不对，或者文字里的冒号没有加引号",
    "found character that cannot start any token": "有不能直接使用的符号，文字请加引号",
    "found unexpected end of stream": "引号没有收尾",
    "did not find expected ',' or ']'": "方括号没有配对，或缺少逗号",
    "did not find expected ',' or '}'": "花括号没有配对，或缺少逗号",
    "did not find expected '-' indicator": "列表没有对齐：每一项都要以“- ”开头并左对齐",
    "did not find expected key": "没有对齐：同一层的键要左对齐",
    "could not find expected ':'": "键后面缺少冒号",
    "found unknown escape character": "双引号里的反斜杠写法不认识，请改用单引号",
}

_MENDS = {  # by the sentence of `_PROBLEMS`
    "列表没有对齐：每一项都要以“- ”开头并左对齐": "和上一项的“- ”左对齐",
    "没有对齐：同一层的键要左对齐": "和同一层的上一个键左对齐",
    "引号没有收尾": "补上收尾的引号；文字里的引号用全角“ ”",
    "方括号没有配对，或缺少逗号": "补上 ] 或者半角逗号",
    "花括号没有配对，或缺少逗号": "补上 } 或者半角逗号",
    "键后面缺少冒号": "键后面写半角冒号，再空一格",
    "有不能直接使用的符号，文字请加引号": "把整个值加上半角引号",
}
_NOT_PLAIN = re.compile(r":\s+(?P<value>!\w[^,}]*)")  # a condition that begins with a negation
_COLON_IN_TEXT = re.compile(r"^\s*(?:- )?[a-z_]+: +[^\s\"'{\[].*[^:]: ?\S")
LONGEST_SHOWN = 40

# A key whose colon is not one: full-width, or with its value right behind it.
_COLON = re.compile(r"^\s*(?:- )?[a-z_]+(?P<colon>：|:(?=[^\s/]))")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a node begins: line and column from 1, index into the text, and how it is quoted."""

    line: int
    col: int
    index: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """源文件 — the data of one file and the place of each of its keys and values."""

    file: str
    text: str
    data: Any
    values: dict[Path, Mark] = field(repr=False)
    keys: dict[Path, Mark] = field(repr=False)

    def at(self, *path: str | int) -> At:
        """Return where a value stands; for what is not there, where its nearest parent does."""
        mark = self.values.get(path)
        if mark:
            return At(self.file, mark.line, mark.col)
        if path:
            return self.at_key(*path[:-1])
        return At(self.file)

    def at_key(self, *path: str | int) -> At:
        """Return where a key stands; for list entries the entry itself."""
        mark = self.keys.get(path)
        return At(self.file, mark.line, mark.col) if mark else self.at(*path)

    def within(self, path: Path, offset: int) -> At:
        """Return the place of a character inside a text value; its start when quoting or folding hides it."""
        mark = self.values.get(path)
        if mark is None:
            return self.at(*path)
        value = self.data
        for step in path:
            value = value[step]
        start = mark.index + len(mark.quote)
        exact = isinstance(value, str) and "\n" not in value and self.text.startswith(value, start)
        if exact:
            return At(self.file, mark.line, mark.col + len(mark.quote) + offset)
        return At(self.file, *mark_of(mark))


def mark_of(mark: Mark) -> tuple[int, int]:
    """Return its line and column."""
    return mark.line, mark.col


class _Refused(Exception):
    """Reading cannot go on behind this finding."""

    def __init__(self, at: At, code: str, message: str, hint: str = "") -> None:
        self.finding = found(at, code, message, hint)
        super().__init__(message)


def read_text(file: str, content: bytes | str) -> tuple[str, list[Diagnostic]]:
    """Decode one file and check its size and characters; line ends become a single newline."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        message = f"文件有 {len(raw) // 1024} KiB，超过 {MAX_BYTES // 1024} KiB"
        return "", [found(At(file), "E001", message, "一个文件只写一个定义，请拆开")]
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        before = raw[: problem.start].decode("utf-8")
        at = At(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        return "", [found(at, "E002", "不是 UTF-8 编码", "请在编辑器里选择“另存为 UTF-8”")]
    findings = []
    for bad in _FORBIDDEN.finditer(text):
        message = f"有看不见的控制字符 U+{ord(bad[0]):04X}"
        findings.append(
            found(
                _place(file, text, bad.start()), "E003", message, "删去它；多半是从别处粘贴带来的"
            )
        )
        if len(findings) == MAX_FINDINGS:
            break
    return text, findings


def read(file: str, content: bytes | str) -> tuple[Source | None, list[Diagnostic]]:
    """Read one YAML file. Returns no source when anything in it was refused."""
    text, findings = read_text(file, content)
    if findings:
        return None, findings
    tab = text.find("\t")
    if tab >= 0:
        return None, [
            found(_place(file, text, tab), "E004", "不能使用制表符（Tab）", "请改用空格缩进")
        ]
    builder = _Builder(file)
    try:
        data = builder.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _Refused as refused:
        return None, [*builder.findings, refused.finding]
    except yaml.MarkedYAMLError as problem:
        return None, [*builder.findings, _syntax(file, text, problem)]
    except (yaml.YAMLError, ValueError, RecursionError):
        return None, [*builder.findings, found(At(file), "E006", "不是有效的 YAML")]
    if builder.findings:
        return None, builder.findings
    return Source(file, text, data, builder.values, builder.keys), []


def _tagged(tag: str) -> str:
    """Say how to mend what YAML takes for a tag: most often a condition that begins with a negation."""
    if tag.startswith("!!"):
        return "删去它；需要文字时加引号"
    return f'以叹号开头的条件要整个加引号："{tag}…"；不是条件的删去它'


def _short(text: str) -> str:
    """Return a text that may be of any length as a message shows it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _place(file: str, text: str, index: int) -> At:
    return At(file, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _syntax(file: str, text: str, problem: yaml.MarkedYAMLError) -> Diagnostic:
    mark = problem.problem_mark or problem.context_mark
    said = _PROBLEMS.get(str(problem.problem), "写法不对")
    if problem.problem == "found unexpected end of stream" or "flow" in str(problem.context):
        mark = problem.context_mark or mark
    if mark is None:
        return found(At(file), "E006", f"YAML {said}")
    lines = text.splitlines() or [""]
    line = min(mark.line, len(lines) - 1)
    for n in (line - 1, line):  # YAML reads on, and stumbles one line later
        if n >= 0 and (slip := _COLON.match(lines[n])):
            wrong, place = slip["colon"], At(file, n + 1, slip.start("colon") + 1)
            if wrong == "：":
                return found(place, "E006", "用了全角冒号“：”", "改成半角冒号，后面空一格")
            return found(place, "E006", "冒号后面没有空格", "冒号后面空一格")
    if negated := _NOT_PLAIN.search(lines[line]):
        place = At(file, line + 1, negated.start("value") + 1)
        value = negated["value"].strip()
        return found(place, "E006", "以叹号开头的条件没有加引号", f'整个加上引号："{value}"')
    hint = _MENDS.get(said, "")
    if not hint and problem.problem == "mapping values are not allowed in this context":
        in_text = _COLON_IN_TEXT.match(lines[line])
        hint = "文字里有冒号：整个值加上引号" if in_text else "缩进不对：和同一层的上一个键左对齐"
    return found(At(file, line + 1, mark.column + 1), "E006", f"YAML {said}", hint)


class _Builder:
    """Turns the event stream into data and places, one recursion per level, never deeper than allowed."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self.findings: list[Diagnostic] = []
        self.events: Iterator[Any] = iter(())

    def document(self, events: Iterator[Any]) -> Any:
        """Build the only document of the stream."""
        self.events = events
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(
                        self.at(event),
                        "E013",
                        "一个文件只能写一个定义",
                        "把“---”之后的内容移到另一个文件",
                    )
                if event.tags or event.version:
                    raise _Refused(self.at(event), "E010", "不能写 % 开头的指令")
                data = self.node(next(events), (), 1)
        if documents == 0:
            raise _Refused(
                At(self.file), "E005", "文件是空的", "写上 kind: 开头的定义，或者删去这个文件"
            )
        return data

    def at(self, event: Any) -> At:
        return At(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def note(self, event: Any, code: str, message: str, hint: str = "") -> None:
        self.findings.append(found(self.at(event), code, message, hint))

    def node(self, event: Any, path: Path, depth: int) -> Any:
        mark = event.start_mark
        if depth > MAX_DEPTH:
            raise _Refused(self.at(event), "E007", f"嵌套超过 {MAX_DEPTH} 层")
        if isinstance(event, yaml.AliasEvent):
            self.note(event, "E008", f"不能使用引用 *{event.anchor}", "把内容直接写出来")
            return None
        self.check_plain(event)
        if isinstance(event, yaml.ScalarEvent):
            quote = event.style if event.style in ("'", '"') else ""
            self.values[path] = Mark(mark.line + 1, mark.column + 1, mark.index, quote)
            return event.value if event.style else self.scalar(event)
        self.values[path] = Mark(mark.line + 1, mark.column + 1, mark.index)
        if isinstance(event, yaml.SequenceStartEvent):
            entries: list[Any] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                entries.append(self.node(event, (*path, len(entries)), depth + 1))
            return entries
        return self.mapping(path, depth)

    def check_plain(self, event: Any) -> None:
        if event.anchor:
            self.note(event, "E008", f"不能使用锚点 &{event.anchor}", "把内容直接写出来")
        if event.tag:
            tag = _short(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self.note(event, "E010", f"不能使用标签 {tag}", _tagged(tag))

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            inner = (*path, key)
            if key in built:
                first = self.keys[inner]
                self.note(event, "E011", f"键“{key}”写了两次", f"第一次在第 {first.line} 行")
            else:
                mark = event.start_mark
                self.keys[inner] = Mark(mark.line + 1, mark.column + 1, mark.index)
            built[key] = self.node(next(self.events), inner, depth + 1)
        return built

    def key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(self.at(event), "E012", "键必须是文字")
        self.check_plain(event)
        text: str = event.value
        if not event.style:
            if text == "<<":
                self.note(event, "E009", "不能使用合并键 <<", "把内容直接写出来")
            elif not isinstance(self.scalar(event), str):
                self.note(
                    event, "E012", f"键“{text}”会被读成数字、日期或空值", f"请加引号：'{text}'"
                )
        return text

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "0123456789+-.":
            return text
        if _INT.fullmatch(text):
            return self.number(event, _whole(text))
        if _FLOAT.fullmatch(text):
            return self.number(event, float(text))
        if _NOT_FINITE.fullmatch(text):
            return self.number(event, float("inf"))
        return self.moment(event, text)

    def number(self, event: Any, value: float) -> float:
        if not isfinite(value) or abs(value) > MAX_WHOLE:
            self.note(event, "E016", "数字太大", "编号、证件号这样的数字请加引号")
            return 0
        return value

    def moment(self, event: Any, text: str) -> Any:
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
            if _INSTANT.fullmatch(text):
                instant = datetime.fromisoformat(text)
                if instant.tzinfo is not None and " " not in text:
                    return instant
                self.note(event, "E014", "时刻没有写时区", "写成 2026-11-05T16:40+08:00")
        except ValueError:
            self.note(
                event,
                "E014",
                f"没有“{text}”这一天或这一刻",
                "日期写成 2026-10-09，时刻写成 2026-11-05T16:40+08:00",
            )
        return text


def _whole(text: str) -> int:
    if len(text) > 20:
        return MAX_WHOLE + 1
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
