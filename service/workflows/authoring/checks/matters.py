"""事项的材料、窗口和收费 — forms that are there, papers that do in place of another, windows and charges that can be reckoned."""

from collections.abc import Iterator

from service.workflows.authoring.checks.conditions import charges_at
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near

FORMS = {"sample": "示范文本", "blank": "空白表"}
LEAST_TO_CHOOSE = 2


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong with the materials, the windows and the charges."""
    for code, material in view.pack.vocabulary.materials.items():
        source = view.source("material", code)
        yield from _forms(view, code, material, source)
        yield from _any_of(view, code, material, source)
    if view.pack.directory is not None:
        yield from _windows(view, view.pack.directory, view.source("directory", ""))
    for code, item in view.pack.items.items():
        yield from _charges(view, item, view.source("item", code))


def _forms(
    view: View, code: str, material: models.VocabularyMaterial, source: Source
) -> Iterator[Diagnostic]:
    for key, title in FORMS.items():
        text = getattr(material, key)
        if text and text not in view.pack.texts:
            hint = near(text, list(view.pack.texts)) or f"加一个文件 {text}.md"
            yield found(source.at("materials", code, key), "E208", f"没有{title}“{text}”", hint)


def _any_of(
    view: View, code: str, material: models.VocabularyMaterial, source: Source
) -> Iterator[Diagnostic]:
    known = view.pack.vocabulary.materials
    here = ("materials", code, "any_of")
    for index, other in enumerate(material.any_of):
        yield from view.known("material", other, known, source.at(*here, index))
        if other == code or (other in known and known[other].any_of):
            said = f"“{other}”自己也是几种里选一种，不能再列在这里"
            yield found(source.at(*here, index), "E561", said, "直接列出那几种材料")
    if material.any_of and len(set(material.any_of)) < max(LEAST_TO_CHOOSE, len(material.any_of)):
        said = "只有一种可以选，或者同一种写了两次"
        yield found(source.at_key(*here), "E561", said, "列出两种以上，或者删去 any_of")


def _windows(view: View, directory: models.Directory, source: Source) -> Iterator[Diagnostic]:
    for department in directory.windows:
        if department != models.ALL:
            at = source.at_key("windows", department)
            yield from view.known("department", department, view.departments, at)


def _charges(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Yield charges whose number nobody can read from the form."""
    known = view.pack.vocabulary.fields
    asked = {use.use for use in item.field_uses()}
    for at, fee in charges_at(item):
        if fee.times is None:
            continue
        place = source.at(*at, "times")
        yield from view.known("field", fee.times, known, place)
        if fee.times not in known:
            continue
        if models.value_kind(known[fee.times].type) != "number":
            said, hint = f"“{known[fee.times].title}”不是数字，算不出应缴多少", "换成数字字段"
            yield found(place, "E560", said, hint)
        elif fee.times not in asked:
            said = f"本事项没有采集“{known[fee.times].title}”，算不出应缴多少"
            yield found(place, "E560", said, f"在 fields 里加上 {fee.times}")
