"""一件事检查 — references, the order of items, what questions fill, the legal mode."""

from collections.abc import Iterator

from service.workflows.application.fieldtypes import type_of
from service.workflows.authoring.checks import concerned
from service.workflows.authoring.checks.view import View, repeated
from service.workflows.authoring.checks.vocabulary import bounds
from service.workflows.authoring.source import Source
from service.workflows.clocks import compare
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.definition.duration import Duration

CAP = Duration(45, "wd")  # 行政许可法 26 ②, 42 ②: unified, joint or centralised handling


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong in the bundles."""
    for code, bundle in view.pack.bundles.items():
        source = view.source("bundle", code)
        if view.pack.directory is not None:
            yield from view.known("department", bundle.lead, view.departments, source.at("lead"))
        yield from _items(view, bundle, source)
        yield from _otherwise(bundle, source)
        yield from _required(bundle, source)
        yield from _order(bundle, source)
        yield from _questions(view, bundle, source)
        yield from concerned.findings(view, bundle, source)
        yield from _named_by(view, bundle, source)
        yield from _legal_mode(view, bundle, source)


def _items(view: View, bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    uses = [entry.use for entry in bundle.items]
    for index, entry in enumerate(bundle.items):
        yield from view.known("item", entry.use, view.pack.items, source.at("items", index, "use"))
        for place, before in enumerate(entry.after):
            if before not in uses:
                said = f"after 里的“{before}”不在这件事里"
                yield found(
                    source.at("items", index, "after", place), "E214", said, near(before, uses)
                )
    for index, name in repeated(uses):
        yield found(source.at("items", index, "use"), "E113", f"事项“{name}”写了两次", "删去一个")
    for index, stop in enumerate(bundle.stop):
        for place, name in enumerate(stop.items):
            if name not in uses:
                at, said = source.at("stop", index, "items", place), f"“{name}”不在这件事里"
                yield found(at, "E206", said, near(name, uses))
        for place, name in repeated(stop.items):
            at = source.at("stop", index, "items", place)
            yield found(at, "E113", f"事项“{name}”写了两次", "删去一个")
    for index, name in repeated(question.id for question in bundle.questions):
        yield found(
            source.at("questions", index, "id"), "E113", f"问题“{name}”写了两次", "换一个 id"
        )


def _required(bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    for index, question in enumerate(bundle.questions):
        if question.required and question.type != "multi":
            at, said = (
                source.at_key("questions", index, "required"),
                "问题都要回答，不用写 required",
            )
            yield found(at, "E125", said, "删去它；required 只用在 multi")


def _otherwise(bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    for index, entry in enumerate(bundle.items):
        if entry.otherwise and entry.when is None:
            at, said = source.at("items", index, "otherwise"), "总要办的事项，没有不用办的时候"
            yield found(at, "E124", said, "删去 otherwise，或加上 when")


def _order(bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    after = {entry.use: entry.after for entry in bundle.items}
    told: set[str] = set()
    for index, entry in enumerate(bundle.items):
        circle = _circle(entry.use, after)
        if circle and not told & set(circle):
            told.update(circle)
            said = f"互相等待，谁也开始不了：{' → '.join(reversed(circle))}"
            yield found(source.at("items", index, "after"), "E501", said, "删去其中一个 after")


def _circle(start: str, after: dict[str, list[str]]) -> list[str]:
    """Return a way back to the start along `after`, or nothing."""
    stack, seen = [[start]], set()
    while stack:
        way = stack.pop()
        for before in after.get(way[-1], []):
            if before == start:
                return [*way, start]
            if before not in seen:
                seen.add(before)
                stack.append([*way, before])
    return []


def _questions(view: View, bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    fields = view.pack.vocabulary.fields
    for index, question in enumerate(bundle.questions):
        yield from bounds(source, ("questions", index), question)
        if question.fills is None:
            continue
        at = source.at("questions", index, "fills")
        yield from view.known("field", question.fills, fields, at)
        if question.fills in fields and (reason := misfit(question, fields[question.fills])):
            message = f"问题“{question.id}”填不进字段“{question.fills}”：{reason}"
            yield found(at, "E506", message, "让两边类型和选项一致")


def _named_by(view: View, bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    items = [view.pack.items[entry.use] for entry in bundle.items if entry.use in view.pack.items]
    asked = {use.use for item in items for use in item.field_uses()}
    asked |= {question.fills for question in bundle.questions if question.fills}
    for index, name in enumerate(bundle.named_by):
        at = source.at("named_by", index)
        yield from view.known("field", name, view.pack.vocabulary.fields, at)
        if (
            name in view.pack.vocabulary.fields
            and name not in asked
            and len(items) == len(bundle.items)
        ):
            said = f"字段“{name}”没有事项要填，办件没法用它称呼"
            yield found(at, "E307", said, near(name, asked))


def misfit(question: models.Question, field: models.VocabularyField) -> str:
    """Say why the answers to a question cannot fill a field; an empty text when they can."""
    if question.type not in type_of(field).filled_by:
        return f"问题是 {question.type}，字段是 {field.type}"
    if not field.options:  # a text takes whatever was chosen
        return ""
    known = models.one_of(field.options)
    extra = [code for code in models.one_of(question.options or {}) if code not in known]
    return f"字段没有选项 {'、'.join(extra)}" if extra else ""


def _legal_mode(view: View, bundle: models.Bundle, source: Source) -> Iterator[Diagnostic]:
    if bundle.legal_mode == "coordination":
        if bundle.designation is not None:
            said = "各办各的（coordination）用不到 designation"
            yield found(source.at_key("designation"), "E503", said, "删去它，或改 legal_mode")
        return
    if bundle.designation is None:
        said = "统一办理、联合办理、集中办理要有人民政府的确定文件"
        yield found(
            source.at("legal_mode"), "E503", said, "写 designation: 文件名称和文号（行政许可法 26）"
        )
    if not compare(Duration.parse(bundle.promised), CAP, view.calendar):
        said = f"承诺 {bundle.promised} 超过统一办理的 45 个工作日"
        yield found(source.at("promised"), "E504", said, "行政许可法 42 ②：最长 45wd，延长须经批准")
