"""期限检查 — promised within statutory, the bundle's promise not below its longest chain, conditions that can be true."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.workflows.authoring.checks.conditions import Conditions
from service.workflows.authoring.checks.lengths import Branch, Legs, branches, shortest, within
from service.workflows.authoring.checks.possibilities import BUDGET, Search, Undecided, answers_said
from service.workflows.authoring.checks.view import View
from service.workflows.authoring.source import Source
from service.workflows.clocks import compare
from service.workflows.definition import models
from service.workflows.definition.diagnostics import Diagnostic, found
from service.workflows.definition.duration import Duration
from service.workflows.definition.expressions import Expression
from service.workflows.definition.tokens import ExpressionRefused

LONGEST = Duration(20, "wd")  # of a licence without a statute of its own (行政许可法 42)
LOOKED_AT = 5_000  # chains of one bundle

NEVER = "核对条件和选项；真用不到就删去"


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong with the limits of items and bundles."""
    for code, item in view.pack.items.items():
        yield from _item(view, item, view.source("item", code))
    for code, bundle in view.pack.bundles.items():
        source = view.source("bundle", code)
        conditions: Conditions = view.conditions[code]
        yield from _chains(view, bundle, conditions, source)
        yield from _never(conditions, source)


def _item(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    yield from _statutory(item, source)
    yield from _own_statute(view, item, source)
    yield from _promised(view, item, source)
    extension = item.limit("extension")
    if extension and extension.unit != "wd":
        where = ("extension", "days") if item.extension else ("limits", "extension")
        at, said = source.at(*where), f"延长 {extension} 不按工作日计"
        yield found(at, "E521", said, "写成工作日，例如 10wd")
    if item.extension and "extension" in item.limits:
        at, said = source.at_key("limits", "extension"), "已经写了 extension，这里的不起作用"
        yield found(at, "E213", said, "两处只写一处")
    yield from _committed(view, item, source)
    yield from _following(view, item, source)


def _statutory(item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    if item.category == "licence" and item.limit("statutory") is None:
        hint = "没有特别规定的写 statutory: 20wd（行政许可法 42）"
        yield found(source.at("limits"), "E408", "行政许可要写法定时限", hint)
    for name in item.bases:
        if name not in item.limits:
            said = f"“{name}”不是这个事项的时限"
            yield found(
                source.at_key("bases", name), "E213", said, "写 limits 里有的名称，如 statutory"
            )


def _own_statute(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Ask for the statute by which a licence takes longer than article 42 allows (R-TIME-10)."""
    statutory = item.limit("statutory")
    if item.category != "licence" or statutory is None or "statutory" in item.bases:
        return
    if not compare(statutory, LONGEST, view.calendar):
        said = f"法定 {statutory} 长于二十个工作日，没有写依据哪部法律、法规"
        hint = "写 bases: {statutory: 某法 12}；没有特别规定的最长 20wd（行政许可法 42）"
        yield found(source.at("limits", "statutory"), "E545", said, hint)


def _promised(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    statutory, promised = item.limit("statutory"), item.limit("promised")
    if statutory and promised and not compare(promised, statutory, view.calendar):
        at = source.at("limits", "promised")
        said = f"承诺 {promised} 可能比法定 {statutory} 更晚"
        hint = f"承诺写 {statutory} 或更短"
        if not statutory.count:
            at = source.at("limits", "statutory")
            hint = (
                f"法定 {statutory} 是当场必须办结：写法律规定的天数；法律没有规定的，删去 statutory"
            )
        yield found(at, "E407", said, hint)


def _committed(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check the limit of a decision on a promise (告知承诺)."""
    statutory = item.limit("statutory")
    if item.commitment is None or statutory is None or not statutory.count:
        return
    if not compare(Duration.parse(item.commitment.limit), statutory, view.calendar):
        at = source.at("commitment", "limit")
        said = f"告知承诺的 {item.commitment.limit} 可能比法定 {statutory} 更晚"
        yield found(at, "E407", said, "写得短一些")


def _following(view: View, item: models.ItemDefinition, source: Source) -> Iterator[Diagnostic]:
    """Check the limits of materials that may follow later (容缺)."""
    promised, statutory = item.limit("promised"), item.limit("statutory")
    if promised is None:
        return
    for index, use in enumerate(item.material_uses()):
        later = Duration.parse(use.deferrable) if use.deferrable else None
        if later is None or compare(later, promised, view.calendar):
            continue
        unlawful = item.category == "licence" and statutory  # beyond its own limit: an error there
        if not unlawful or compare(later, statutory, view.calendar):
            at = source.at("materials", index, "deferrable")
            said = f"“{use.use}”可以 {use.deferrable} 后才补，比承诺办结的 {promised} 还晚"
            yield found(at, "W207", said, "补正期内办不结，请缩短")


@dataclass(frozen=True, slots=True)
class _Chain:
    """先后办的事项 — items that wait for one another, each on one of its branches, and the promise they need."""

    parts: tuple[Branch, ...]
    needs: Duration | None  # None: no promise in days says it

    @property
    def legs(self) -> Legs:
        return tuple(leg for part in self.parts for leg in part.legs)

    @property
    def said(self) -> str:
        return " → ".join(part.said for part in self.parts)


def _chains(
    view: View, bundle: models.Bundle, conditions: Conditions, source: Source
) -> Iterator[Diagnostic]:
    """Tell the longest chain of `after` that some answers bring about and the promise does not cover, and what would."""
    at, left = source.at("promised"), BUDGET
    chains, all_seen = _too_long(view, bundle)
    chains.sort(key=lambda chain: -(chain.needs.count if chain.needs else 0))
    for chain in chains:
        wanted = _wanted(conditions, bundle, chain)
        if wanted is None:
            continue  # its own finding says what is wrong
        search = Search(conditions, wanted, left)
        try:
            answers = search.example()
        except Undecided:
            said = f"组合太多，没有查完最长的链：{chain.said}"
            yield found(at, "W212", said, "请用情景核对承诺时限")
            return
        left = search.left
        if answers is not None:
            least = f"，至少要 {chain.needs}" if chain.needs else ""
            said = (
                f"承诺 {bundle.promised} 短于必须先后办的 {chain.said}"
                f"（{answers_said(bundle, answers)}）{least}"
            )
            longer = f"promised 写 {chain.needs} 或更长" if chain.needs else "加长 promised"
            yield found(at, "E502", said, f"{longer}，或者缩短事项的承诺时限，或改成同时办")
            return
    if not all_seen:
        yield found(at, "W212", "组合太多，没有查完最长的链", "请用情景核对承诺时限")


def _wanted(
    conditions: Conditions, bundle: models.Bundle, chain: _Chain
) -> list[Expression] | None:
    """Return what must hold for a chain to come about on these branches; None where a condition is broken."""
    codes = {part.item for part in chain.parts}
    whens = [
        conditions.items[n]
        for n, entry in enumerate(bundle.items)
        if entry.use in codes and entry.when
    ]
    keeping = [stop for stop in bundle.stop if codes & set(stop.items)]  # from coming about
    whens += [_quietly(conditions, f"!({stop.when})") for stop in keeping]
    asked = {f"form.{q.fills}": f"answers.{q.id}" for q in bundle.questions if q.fills}
    for text, value in (each for part in chain.parts for each in part.taken_for):
        names = set(re.findall(r"\b(?:form|item)\.\w+|\bhandling\b", text))
        if names <= asked.keys():  # anything else may be filled in either way
            said = re.sub(r"\bform\.\w+", lambda name: asked[name[0]], text)
            whens.append(_quietly(conditions, said if value else f"!({said})"))
    return None if None in whens else [when for when in whens if when]


def _quietly(conditions: Conditions, text: str) -> Expression | None:
    try:
        return conditions.scope.compile(text, ("boolean",))
    except ExpressionRefused:
        return None


def _too_long(view: View, bundle: models.Bundle) -> tuple[list[_Chain], bool]:
    """Return the chains of `after` that take longer than promised, and whether all there are were looked at."""
    known = [entry for entry in bundle.items if entry.use in view.pack.items]
    later: dict[str, list[str]] = {entry.use: [] for entry in known}
    for entry in known:
        for before in entry.after:
            if before in later:
                later[before].append(entry.use)
    ways = {code: branches(view, view.pack.items[code]) for code in later}
    promised = Duration.parse(bundle.promised)
    found_so_far: list[_Chain] = []
    stack: list[tuple[Branch, ...]] = [(branch,) for code in later for branch in ways[code]]
    for _ in range(LOOKED_AT):
        if not stack:
            return found_so_far, True
        parts = stack.pop()
        chain = _Chain(parts, None)
        if not within(chain.legs, promised, view.calendar):
            needs = shortest(chain.legs, promised.unit, view.calendar)
            found_so_far.append(replace(chain, needs=needs))
        gone = {part.item for part in parts}
        onward = [code for code in later[parts[-1].item] if code not in gone]
        stack += [(*parts, branch) for code in onward for branch in ways[code]]
    return found_so_far, False


def _never(conditions: Conditions, source: Source) -> Iterator[Diagnostic]:
    """Yield the conditions that no answers fulfil; one that rests on such a derived value is told there, once."""
    empty: set[str] = set()
    for name, derived in conditions.derived.items():
        if derived.result != "boolean" or any(f"derived.{each}" in derived.names for each in empty):
            continue
        if any(stop and _rests_on(conditions, stop, {name}) for stop in conditions.stops):
            continue  # whoever it holds for is stopped: told there
        if not _possible(conditions, derived):
            empty.add(name)
            said = f"derived.{name} 永远不成立：没有哪种回答能让它成立"
            yield found(source.within(("derived", name), 0), "W211", said, NEVER)
    places = [("items", n, "when", each) for n, each in enumerate(conditions.items)]
    places += [("questions", n, "when", each) for n, each in enumerate(conditions.questions)]
    places += [("stop", n, "when", each) for n, each in enumerate(conditions.stops)]
    for part, index, key, expression in places:
        if expression is None or _rests_on(conditions, expression, empty):
            continue
        if not _possible(conditions, expression):
            at = source.within((part, index, key), 0)
            yield found(at, "W211", "没有哪种回答能让这个条件成立", NEVER)


def _possible(conditions: Conditions, expression: Expression) -> bool:
    """Tell whether some answers fulfil a condition, as far as that can be decided."""
    try:
        return Search(conditions, [expression], BUDGET // 10).example() is not None
    except Undecided:
        return True


def _rests_on(conditions: Conditions, expression: Expression, empty: set[str]) -> bool:
    names = {n.removeprefix("derived.") for n in expression.names if n.startswith("derived.")}
    inner = (conditions.derived[name] for name in names - empty if name in conditions.derived)
    return bool(names & empty) or any(_rests_on(conditions, each, empty) for each in inner)
