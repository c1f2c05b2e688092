"""形状检查 — one file against its model; what pydantic says becomes diagnostics in Chinese at the right place."""

import re
from collections.abc import Iterator
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from service.workflows.authoring.source import Path, Source
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.definition.duration import PATTERN
from service.workflows.definition.models import KINDS, Model

_PATTERNS = {
    PATTERN: (
        "E107",
        "时限写法不对",
        "写成 5wd（工作日）、20d（自然日）、2mo（月）或 5y（年），当场写 0wd",
    ),
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": (
        "E106",
        "代码写法不对",
        "只用小写字母和数字，词之间用连字符，如 food-licence",
    ),
    r"^[a-z][a-z0-9_]*$": ("E106", "名称写法不对", "只用小写字母、数字和下划线，如 floor_area"),
    r"^\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?$": (
        "E106",
        "日期写法不对",
        "写成 2026-10-01 或 2026-10-01/2026-10-07",
    ),
    r"^\d{4}-\d{2}-\d{2}$": ("E106", "日期写法不对", "写成 2026-10-01"),
    r"^[0-9]{6}([0-9]{3}){0,2}$": (
        "E106",
        "行政区划代码写法不对",
        "6 位、9 位或 12 位数字，并加引号",
    ),
    r"^[1-9][0-9]?wd$": ("E106", "天数写法不对", "写工作日，如 10wd"),
    r"^CN(-[A-Z0-9]+)*$": ("E106", "日历层写法不对", "全国写 CN，地区写 CN-GX 这样的代码"),
}
_RULES = {
    "basis-missing": (
        "E103",
        "缺少 basis：不是通常的读法，要写依据",
        "basis: 本地的哪一条规定，印在告知书上",
    ),
    "options-missing": ("E109", "单选、多选必须写 options", "options: {代码: 名称, …}"),
    "columns-missing": (
        "E131",
        "rows 要写 columns（有哪些列）",
        "columns: {name: {title: 姓名, type: text}}",
    ),
    "columns": ("E131", "只有 rows 才能写 columns、unique", "删去，或改 type: rows"),
    "options": (
        "E109",
        "只有单选（choice）、多选（multi）才能写 options",
        "删去 options，或改 type",
    ),
    "by-missing": ("E110", "写了 do 就要写 by（谁来办）", "例：by: scjg.window"),
    "do-missing": (
        "E110",
        "写了 by、data 或 refused 就要写 do（办什么）",
        "例：do: food-licence.accept",
    ),
    "do-or-reapply": ("E110", "一步里不能又写 do、又写 reapply", "分成两步写"),
    "empty-step": ("E110", "这一步什么也没有做", "写 do、reapply、expect 或 at"),
    "due-date": (
        "E111",
        "到期日要写日期，没有到期日写 null",
        "例：due: {food-licence.correction: 2026-11-27}",
    ),
}
_BOUNDS = {
    "greater_than": ("大于", "gt"),
    "greater_than_equal": ("不小于", "ge"),
    "less_than": ("小于", "lt"),
    "less_than_equal": ("不大于", "le"),
}
_WANTED = {
    "string_type": "文字",
    "int_type": "整数",
    "float_type": "数字",
    "bool_type": "true 或 false",
    "list_type": "列表",
    "dict_type": "键值对照",
    "model_type": "键值对照",
    "datetime_type": "带时区的时刻",
    "date_type": "日期",
}


def check(source: Source) -> tuple[Model | None, list[Diagnostic]]:
    """Validate one file. Returns the model, or what is wrong with it."""
    if not isinstance(source.data, dict):
        return None, [
            found(source.at(), "E015", "文件最外层要写成“键: 值”", "第一行写 kind: item 这样的种类")
        ]
    kind = source.data.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        said = f"没有“{kind}”这种定义" if kind else "缺少 kind（定义的种类）"
        return None, [found(source.at("kind"), "E101", said, near(str(kind or ""), list(KINDS)))]
    try:
        return KINDS[kind].model_validate(source.data), []
    except ValidationError as refusal:
        return None, _without_slips(list(_findings(source, KINDS[kind], refusal)))


def _findings(source: Source, model: type[Model], refusal: ValidationError) -> Iterator[Diagnostic]:
    seen: set[tuple[Path, str]] = set()
    kept: set[Path] = set()
    other: dict[Path, Any] = {}
    for error in refusal.errors(include_url=False):
        path, value, fits = _resolve(source.data, error["loc"])
        if not fits:
            other.setdefault(path, value)
            continue
        finding = _finding(source, model, path, value, error)
        if (path, finding.code) not in seen:
            seen.add((path, finding.code))
            kept.update(path[:n] for n in range(len(path) + 1))
            yield finding
    for path, value in other.items():
        if path not in kept:
            yield found(
                source.at(*path),
                "E104",
                f"{_place_said(path)}不能写成{_kind_said(value)}",
                _quoting(value),
            )


def _without_slips(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Leave out the missing key that an unknown one was meant to be."""
    meant = {each.hint for each in findings if each.code == "E102"}
    widely = {each.line for each in findings if each.message == "用了全角冒号“：”"}
    findings = [each for each in findings if each.code != "E103" or each.line not in widely]
    return [
        each
        for each in findings
        if each.code != "E103" or f"是不是想写{each.message.removeprefix('缺少')}？" not in meant
    ]


def _resolve(data: Any, loc: tuple[int | str, ...]) -> tuple[Path, Any, bool]:
    """Follow an error's location in the data; False when it is of a union member that the data is not."""
    path: list[int | str] = []
    fits = True
    for part in loc:
        there = isinstance(data, list) and isinstance(part, int)
        if isinstance(data, dict):
            there = part in data
        if there:
            path.append(part)
            data = data[part]
        elif part == loc[-1] and isinstance(data, dict) and _is_key(part):
            path.append(part)
        elif part != "[key]":
            fits = fits and _fits(str(part), data)
    return tuple(path), data, fits


def _is_key(part: int | str) -> bool:
    return (
        isinstance(part, str)
        and re.fullmatch(r"[a-z][a-z0-9_]*", part) is not None
        and part not in _SCALARS
    )


_SCALARS = {"str", "int", "float", "bool"}


def _fits(label: str, data: Any) -> bool:
    if label.startswith("list["):
        return isinstance(data, list)
    if label.startswith("dict[") or label[:1].isupper():
        return isinstance(data, dict)
    return not isinstance(data, dict | list)


def _finding(source: Source, model: type[Model], path: Path, value: Any, error: Any) -> Diagnostic:
    kind: str = error["type"]
    about = error.get("ctx", {})
    if kind in ("missing", "extra_forbidden"):
        return _wrong_key(source, model, path, missing=kind == "missing")
    if kind == "value_error":
        code, said, hint = _RULES[str(about["error"])]
        return found(source.at_key(*path), code, said, hint)
    is_key = error["loc"][-1] == "[key]"
    at = source.at_key(*path) if is_key else source.at(*path)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", about["expected"])
        written = isinstance(value, str) and not is_key
        wrong = f"不能是“{value}”" if written else "不在可选范围里"
        hint = _marks(value) or near(str(value), options)
        return found(at, "E105", f"{_place_said(path)}{wrong}", hint)
    if kind == "string_pattern_mismatch":
        unknown = ("E106", "写法不对", f"应符合 {about['pattern']}")
        code, said, hint = _PATTERNS.get(about["pattern"], unknown)
        hint = _marks(value) or hint
        if path[-1] in ("lead", "department") and not is_key:
            code, said, hint = "E201", "没有这个部门", NO_DEPARTMENT
        return found(at, code, f"{said}：“{path[-1] if is_key else value}”", hint)
    if out_of_bounds := _out_of_bounds(kind, about, value):
        return found(at, "E108", f"{_place_said(path)}{out_of_bounds}")
    if kind == "string_type" and isinstance(value, int) and _is_length(model, path):
        said = f"{_place_said(path)}没有写单位：{value}"
        return found(at, "E107", said, f"写成 {value}wd（工作日）或 {value}d（自然日）")
    wanted = _WANTED.get(kind, "别的类型")
    said = f"{_place_said(path)}应为{wanted}，写成了{_kind_said(value)}"
    return found(at, "E104", said, _mend(kind, value))


NO_DEPARTMENT = "写部门的代码"  # `load` says which there are
_YES, _NO = ("是", "yes", "Yes", "on", "y", "对"), ("否", "no", "No", "off", "n", "不")
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def _mend(kind: str, value: Any) -> str:
    """Say what to write instead, where that can be told from what was written."""
    if kind == "bool_type":
        meant = "true" if value in _YES else "false" if value in _NO else ""
        return f"写 {meant}" if meant else "写 true 或 false"
    if isinstance(value, str) and (day := _CHINESE_DAY.search(value)):
        written = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
        return f"写成 {written}" + ("T09:00+08:00" if kind == "datetime_type" else "")
    return _marks(value) or _quoting(value)


def _marks(value: Any) -> str:
    """Say which mark was typed in full width."""
    text = value if isinstance(value, str) else ""
    if "【" in text or "】" in text:
        return "方括号用半角的 [ ]"
    if "，" in text:
        return "逗号用半角的“,”"
    if day := _CHINESE_DAY.search(text):
        return f"写成 {day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    return ""


def _is_length(model: type[Model], path: Path) -> bool:
    """Tell whether a limit is to be written at a path: a number with its unit."""
    around: list[Any] = [model]
    for part in path[:-1]:
        around = [s for kind in around for inner in _members(kind) for s in _step(inner, part)]
    members = [inner for kind in around for inner in _members(kind)]
    written = [
        (about.annotation, about.metadata)
        for kind in members
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, about in kind.model_fields.items()
        if (about.alias or name) == path[-1]
    ]
    return PATTERN in repr([*written, *(_step(kind, path[-1]) for kind in members)])


def _wrong_key(source: Source, model: type[Model], path: Path, *, missing: bool) -> Diagnostic:
    key, around = path[-1], path[:-1]
    if missing:
        return found(source.at_key(*around), "E103", f"缺少“{key}”", _required(model, around))
    if "：" in str(key):
        return found(source.at_key(*path), "E102", "用了全角冒号“：”", "改成半角冒号，后面空一格")
    hint = near(str(key), _keys(model, around))
    return found(source.at_key(*path), "E102", f"没有“{key}”这个键", hint)


def _out_of_bounds(kind: str, about: dict[str, Any], value: Any) -> str:
    """Say which bound a number, a text or a list does not keep; an empty text for other errors."""
    if kind in _BOUNDS:
        said, bound = _BOUNDS[kind]
        return f"应{said} {about[bound]:g}"
    if kind.endswith(("too_short", "too_long")):
        limit = about.get("min_length", about.get("max_length"))
        said = "至少" if kind.endswith("short") else "最多"
        return f"{said}要有 {limit} 个{'字' if isinstance(value, str) else '条目'}"
    return ""


def _place_said(path: Path) -> str:
    named = next((part for part in reversed(path) if isinstance(part, str)), "")
    return f"“{named}”" if named else "这里"


def _kind_said(value: Any) -> str:
    for types, title in (
        (NoneType, "空值"),
        (bool, "是否"),
        (int | float, "数字"),
        (str, "文字"),
        (date, "日期"),
        (list, "列表"),
    ):
        if isinstance(value, types):
            return title
    return "键值对照"


def _quoting(value: Any) -> str:
    return "要作为文字请加引号" if isinstance(value, bool | int | float | date) else ""


def _model_at(model: Any, path: Path) -> type[BaseModel] | None:
    """Return the model that stands at a path of a definition."""
    kinds = [model]
    for part in path:
        kinds = [
            inner for kind in kinds for inner in _members(kind) for inner in _step(inner, part)
        ]
    models = [
        kind
        for each in kinds
        for kind in _members(each)
        if isinstance(kind, type) and issubclass(kind, BaseModel)
    ]
    return models[0] if models else None


def _members(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _members(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [inner for member in get_args(kind) for inner in _members(member)]
    return [kind]


def _step(kind: Any, part: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [
            about.annotation
            for name, about in kind.model_fields.items()
            if (about.alias or name) == part
        ]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list or (origin is dict and inner[0] is not Literal):
        return [inner[-1]]
    return []


def _keys(model: type[Model], path: Path) -> list[str]:
    at = _model_at(model, path)
    return [about.alias or name for name, about in at.model_fields.items()] if at else []


def _required(model: type[Model], path: Path) -> str:
    at = _model_at(model, path)
    needed = []
    if at:
        needed = [
            about.alias or name for name, about in at.model_fields.items() if about.is_required()
        ]
    return f"必须写：{'、'.join(needed)}" if needed else ""
