"""机构目录、词汇表、日历 — the shared parts: sources, number patterns, bounds, days."""

import re
from collections.abc import Iterator

from service.workflows.application.fieldtypes import Declared, type_of
from service.workflows.authoring.checks import reasons
from service.workflows.authoring.checks.view import View, repeated
from service.workflows.authoring.source import Source
from service.workflows.calendar import built_in, contradictions, notice_days
from service.workflows.definition import models
from service.workflows.definition.diagnostics import At, Diagnostic, found, near

APPLICANT_SOURCES = ("name", "id", "type")
EARLIER = "earlier"
_SOURCE = re.compile(
    r"applicant\.(?P<applicant>\w+)|(?:(?:person|organisation)\.(?:name|id)|agent\.(?:name|id|acts))"
    r"(?:@(?P<field>[a-z][a-z0-9_]*)=(?P<value>[a-z0-9_-]+))?"
    r"|certificate\.(?P<certificate>[a-z0-9-]+)\.(?P<carried>[a-z][a-z0-9_]*)|region|earlier"
    r"|register\.(?P<register>[a-z0-9-]+)\.(?P<given>[a-z][a-z0-9_]*)"
    r"|form\.(?P<form>[a-z][a-z0-9_]*)"
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the directory, the vocabulary and the calendars."""
    yield from _directory(view)
    for name, entry in view.pack.vocabulary.fields.items():
        yield from _field(view, name, entry)
    yield from _certificates(view)
    yield from reasons.findings(view)
    for (kind, _), source in view.pack.origins.items():
        if kind == "calendar":
            yield from _calendar(source)


def _certificates(view: View) -> Iterator[Diagnostic]:
    vocabulary = view.pack.vocabulary
    for code, certificate in vocabulary.certificates.items():
        source, path = view.source("certificate", code), ("certificates", code)
        yield from _number(source.at(*path, "number"), certificate.number)
        for name, filled in certificate.carries.items():
            yield from view.known(
                "field", filled, vocabulary.fields, source.at(*path, "carries", name)
            )
    for code, material in vocabulary.materials.items():
        if material.certificate:
            at = view.source("material", code).at("materials", code, "certificate")
            yield from view.known("certificate", material.certificate, vocabulary.certificates, at)


def _directory(view: View) -> Iterator[Diagnostic]:
    defined = [
        source for (kind, _), source in view.pack.origins.items() if kind in ("bundle", "item")
    ]
    if view.pack.directory is None:
        if view.sure("directory") and defined:
            at = At(min(source.file for source in defined))
            yield found(
                at, "E114", "定义包里没有机构目录", "加一个 kind: directory 的文件，写上区划和部门"
            )
        return
    source = view.source("directory", "")
    if government := view.pack.directory.government:
        yield from view.known("department", government, view.departments, source.at("government"))
    for post in view.pack.directory.posts:
        if post in models.BUILT_IN_POSTS or post in ("applicant", "clock"):
            yield found(
                source.at_key("posts", post),
                "E113",
                f"“{post}”是内置的岗位，不用再写",
                "删去，或换一个代码",
            )


def _field(view: View, name: str, field: models.VocabularyField) -> Iterator[Diagnostic]:
    source = view.source("field", name)
    path = ("fields", name)
    yield from bounds(source, path, field)
    yield from _rows(source, path, field)
    if EARLIER in field.source and field.of == "case":
        said = "只属于这一次的，不能沿用上次填的"
        yield found(source.at(*path, "of"), "E122", said, "删去 source 里的 earlier")
    if EARLIER in field.source and field.of is None:
        said = "沿用上次填的，没有说它属于人还是属于地方"
        at = source.at(*path, "source", field.source.index(EARLIER))
        yield found(at, "W216", said, "加上 of: person（申请人自己的）或 of: place（某个地方的）")
    for index, text in enumerate(field.source):
        yield from _said_by(view, name, text, source.at(*path, "source", index))


def _said_by(view: View, name: str, text: str, at: At) -> Iterator[Diagnostic]:
    """Yield what is wrong with one source of a field."""
    parts = _SOURCE.fullmatch(text)
    if parts is None or (parts["applicant"] and parts["applicant"] not in APPLICANT_SOURCES):
        wanted = "、".join(f"applicant.{each}" for each in APPLICANT_SOURCES)
        own = "person.name、person.id（个人，或者单位的经营者、法定代表人）、organisation.name、organisation.id（单位申请时）"
        own += "、agent.acts、agent.name、agent.id（代理人），都可以加条件 @字段=选项"
        hint = f"可写：{wanted}、{own}、certificate.<证照>.<字段>、register.<登记>.<名称>、form.<字段>、region，或 earlier"
        yield found(at, "E209", f"预填来源“{text}”写法不对", hint)
    elif parts["field"]:
        declared = view.pack.vocabulary.fields.get(parts["field"])
        options = declared.options if declared and declared.type == "choice" else None
        if parts["value"] not in (options or ()):
            near_by = "、".join(options or ()) or "先有一个 choice 字段"
            hint = f"@ 后面写一个单选字段和它的一个选项，可选：{near_by}"
            yield found(at, "E209", f"预填来源“{text}”的条件不成立", hint)
    elif code := parts["certificate"]:
        among, carried = view.pack.vocabulary.certificates, parts["carried"]
        yield from view.known("certificate", code, among, at)
        if code in among and carried not in (known := {"number", *among[code].carries}):
            hint = near(carried, known) or "写进这种证照的 carries"
            yield found(at, "E209", f"证照“{code}”的照面上没有“{carried}”", hint)
    elif code := parts["register"]:
        yield from _registered(view, name, code, parts["given"], at)
    elif other := parts["form"]:
        yield from view.known("field", other, set(view.pack.vocabulary.fields) - {name}, at)


def _registered(view: View, name: str, code: str, given: str, at: At) -> Iterator[Diagnostic]:
    """Yield what is wrong with a field that a register is to fill."""
    among, field = view.pack.vocabulary.registers, view.pack.vocabulary.fields[name]
    if code not in among:
        hint = near(code, set(among)) or "先在词汇表的 registers 里定义它"
        yield found(at, "E220", f"没有“{code}”这个登记", hint)
    elif given not in among[code].gives:
        hint = near(given, set(among[code].gives)) or "写进这个登记的 gives"
        yield found(at, "E220", f"登记“{code}”不答复“{given}”", hint)
    elif (gives := among[code].gives[given]) != models.value_kind(field.type):
        said = f"登记“{code}”答复的“{given}”是 {gives}，填不进 {field.type} 的字段"
        yield found(at, "E220", said, "把 gives 里的类型或者字段的 type 改成一样的")


def _rows(
    source: Source, path: tuple[str | int, ...], field: models.VocabularyField
) -> Iterator[Diagnostic]:
    """Yield columns that cannot be, and how many rows there cannot be."""
    for name, column in field.columns.items():
        if column.type in models.WHOLE_ONLY:
            said = f"列“{name}”不能是 {column.type}"
            at = source.at(*path, "columns", name, "type")
            yield found(at, "E132", said, "一列只填一样；要填几样就分成几列")
        else:
            yield from bounds(source, (*path, "columns", name), column)
    for index, name in enumerate(field.unique):
        if name not in field.columns:
            said = f"没有“{name}”这一列"
            yield found(
                source.at(*path, "unique", index), "E132", said, near(name, list(field.columns))
            )
    for key in ("min", "max") if field.columns else ():
        count = getattr(field, key)
        if count is not None and not (count == int(count) and 0 <= count <= models.MOST_ROWS):
            hint = f"写 0 到 {models.MOST_ROWS} 的整数"
            yield found(source.at(*path, key), "E117", f"行数不能是 {count}", hint)


def bounds(source: Source, path: tuple[str | int, ...], field: Declared) -> Iterator[Diagnostic]:
    """Yield bounds that cannot hold or that nothing reads, and options listed twice."""
    if field.min is not None and field.max is not None and field.min > field.max:
        yield found(source.at(*path, "min"), "E117", f"最小值 {field.min} 大于最大值 {field.max}")
    bounded = type_of(field).bounds
    if field.min is not None and "min" not in bounded:
        yield found(
            source.at_key(*path, "min"), "E117", "只有数字和 rows（几行）才有最小值", "删去 min"
        )
    if field.max is not None and "max" not in bounded:
        yield found(
            source.at_key(*path, "max"),
            "E117",
            "只有数字、文字（最多几个字）和 rows（几行）才有最大值",
            "删去 max",
        )
    if isinstance(field.options, list):
        for index, option in repeated(field.options):
            yield found(
                source.at(*path, "options", index), "E113", f"选项“{option}”写了两次", "删去一个"
            )


def _number(at: At, pattern: str) -> Iterator[Diagnostic]:
    hint = "例：JY2{region}{seq:07}；可用 {region} {year} {seq} {seq:07}"
    inside = _PLACEHOLDER.findall(pattern)
    wrong = [each for each in inside if not re.fullmatch(r"region|year|seq(:0[1-9])?", each)]
    if wrong or re.search(r"[{}]", _PLACEHOLDER.sub("", pattern)):
        yield found(
            at,
            "E118",
            f"编号规则里的“{{{wrong[0]}}}”不认识" if wrong else "编号规则的花括号不配对",
            hint,
        )
    elif not any(each.startswith("seq") for each in inside):
        yield found(at, "E118", "编号规则里没有流水号 {seq}，编号会重复", hint)


def _calendar(source: Source) -> Iterator[Diagnostic]:
    calendar = models.Calendar.model_validate(source.data)
    try:
        notice_days(calendar)
    except ValueError as wrong:
        at = source.at_key("holidays")
        for part in ("holidays", "workdays"):
            for index, day in enumerate(getattr(calendar, part)):
                if str(wrong).startswith(day):
                    at = source.at(part, index)
        yield found(at, "E116", str(wrong), "逐日对照放假通知")
        return
    changed = contradictions([calendar], built_in()) if calendar.layer == "CN" else []
    if changed and calendar.replaces is None:
        days = "、".join(day.isoformat() for day in changed[:3]) + (
            f" 等 {len(changed)} 天" if len(changed) > 3 else ""
        )
        said = f"与已经公布的{calendar.year}年安排不同：{days}"
        yield found(
            source.at("year"),
            "E119",
            said,
            "写上 replaces: {number: 新通知的文号, approved_by: 批准人}",
        )
