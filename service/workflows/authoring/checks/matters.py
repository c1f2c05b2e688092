"""事项的材料、窗口和收费 — forms that are there, papers that do in place of another, windows and charges that can be reckoned."""

from collections.abc import Iterator

from service.workflows.authoring.checks.conditions import charges_at
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.case.engine import APPLICANT
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found, near
from service.workflows.limits import DEPARTMENT, owner_of

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
        source = view.source("item", code)
        yield from _charges(view, item, source)
        yield from _never_due(view, item, source)
    for code, cycle in view.pack.own_lifecycles().items():
        yield from _payment(cycle, view.source("lifecycle", code))


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


def pays(cycle: models.Lifecycle, state: str) -> bool:
    """Tell whether an item waits in a state for what is due."""
    return any(
        each.to == state and each.effect is not None and each.effect.payment == "due"
        for each in cycle.transitions
    )


def _payment(cycle: models.Lifecycle, source: Source) -> Iterator[Diagnostic]:
    """Yield what would have the office's time run while the applicant pays, or leave it unpaid for ever."""
    for index, each in enumerate(cycle.transitions):
        if each.effect is None or each.effect.payment != "due" or each.to not in cycle.states:
            continue
        state, at = cycle.states[each.to], source.at("transitions", index, "to")
        if state.post != APPLICANT:
            said = f"通知缴费以后，“{state.title}”轮到的不是申请人"
            yield found(at, "E564", said, "去向的状态写 post: applicant，等申请人缴费")
        known = [name for name in (*state.runs, *state.keeps) if name in cycle.clocks]
        counted = [name for name in known if owner_of(cycle, name) == DEPARTMENT]
        for name in counted:
            if not cycle.clocks[name].basis:
                said = f"等申请人缴费的时候，“{cycle.clocks[name].title}”还在算部门的时间"
                yield found(at, "E564", said, f"从“{state.title}”的 runs、keeps 里删去 {name}")
        leaving = [t for t in cycle.transitions if each.to in t.sources and t.effect]
        if not any(t.effect and t.effect.payment == "paid" for t in leaving):
            said = f"到了“{state.title}”，没有记录已缴费的动作"
            yield found(at, "E564", said, "加一个 effect: {payment: paid} 的动作")


def _never_due(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Yield an item without a fee whose lifecycle lets nobody pass who has not paid."""
    cycle = view.pack.lifecycles.get(item.lifecycle)
    if cycle is None or item.charges():
        return
    dues = [t for t in cycle.transitions if t.effect and t.effect.payment == "due"]
    ends = {name for name, state in cycle.states.items() if state.final == "granted"}
    if dues and not _reaches(cycle, ends):
        said = f"“{item.lifecycle}”要缴费才办得成，这里没有写 fee"
        yield found(source.at("lifecycle"), "E564", said, "写上 fee，或者换一个生命周期")


def _reaches(cycle: models.Lifecycle, ends: set[str]) -> bool:
    """Tell whether an item can come to a good end without anything being due."""
    seen, todo = {cycle.initial}, [cycle.initial]
    while todo:
        here = todo.pop()
        for each in cycle.transitions:
            due = each.effect is not None and each.effect.payment == "due"
            if here in each.sources and not due and each.to not in seen:
                seen.add(each.to)
                todo.append(each.to)
    return bool(seen & ends)
