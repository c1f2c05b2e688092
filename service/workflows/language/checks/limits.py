"""期限检查 — promised within statutory, the bundle's promise not below its longest chain, conditions that can be true."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache, reduce

from service.workflows.calendar import WorkCalendar
from service.workflows.clocks import compare, deadline
from service.workflows.language import models
from service.workflows.language.checks.conditions import Conditions
from service.workflows.language.checks.possibilities import BUDGET, Search, Undecided, said
from service.workflows.language.checks.view import View
from service.workflows.language.diagnostics import Diagnostic, found
from service.workflows.language.duration import Duration
from service.workflows.language.source import Source

MOST_CHAINS = 3  # told of one bundle
LOOKED_AT = 5_000  # chains of one bundle
ZERO = Duration(0, "wd")


def findings(view: View) -> Iterator[Diagnostic]:
    """Yield what is wrong with the limits of items and bundles."""
    for code, item in view.pack.items.items():
        yield from _item(view, item, view.source("item", code))
    for code, bundle in view.pack.bundles.items():
        source = view.source("bundle", code)
        yield from _chains(view, bundle, view.conditions[code], source)
        yield from _never(view.conditions[code], source)


def _item(view: View, item: models.Item, source: Source) -> Iterator[Diagnostic]:
    statutory, promised = item.limit("statutory"), item.limit("promised")
    if item.category == "licence" and statutory is None:
        message = "行政许可要写法定时限"
        yield found(source.at("limits"), "E408", message, "没有特别规定的写 statutory: 20wd（行政许可法 42）")
    if statutory and promised and not compare(promised, statutory, view.calendar):
        at = source.at("limits", "promised")
        yield found(at, "E407", f"承诺 {promised} 可能比法定 {statutory} 更晚", "承诺时限不能长于法定时限")
    extension = item.limit("extension")
    if extension and extension.unit != "wd":
        yield found(source.at("limits", "extension"), "E521", f"延长 {extension} 不按工作日计", "写成工作日，例如 10wd")
    if item.commitment and statutory and not compare(Duration.parse(item.commitment.limit), statutory, view.calendar):
        at = source.at("commitment", "limit")
        yield found(at, "E407", f"告知承诺的 {item.commitment.limit} 可能比法定 {statutory} 更晚", "写得短一些")
    for index, use in enumerate(item.material_uses()):
        if use.deferrable and promised and not compare(Duration.parse(use.deferrable), promised, view.calendar):
            message = f"“{use.use}”可以 {use.deferrable} 后才补，比承诺办结的 {promised} 还晚"
            yield found(source.at("materials", index, "deferrable"), "W207", message, "补正期内办不结，请缩短")


def _length(item: models.Item) -> Duration:
    return item.limit("promised") or item.limit("statutory") or ZERO


def _chains(view: View, bundle: models.Bundle, conditions: Conditions, source: Source) -> Iterator[Diagnostic]:
    at = source.at("promised")
    told, left = 0, BUDGET
    for chain in _too_long(view, bundle):
        whens = [conditions.items[n] for n, entry in enumerate(bundle.items) if entry.use in chain and entry.when]
        if None in whens:
            continue  # its own finding says what is wrong
        way = " → ".join(f"{code} {_length(view.pack.items[code])}" for code in chain)
        search = Search(conditions, [when for when in whens if when], left)
        try:
            answers, looked = (search.example(), True) if chain else (None, False)
        except Undecided:
            looked = False
        if not looked:
            message = f"组合太多，没有查完最长的链{f'：{way}' if way else ''}"
            yield found(at, "W212", message, "请用情景核对承诺时限")
            return
        left = search.left
        if answers is not None:
            told += 1
            message = f"承诺 {bundle.promised} 短于必须先后办的 {way}（{said(bundle, answers)}）"
            yield found(at, "E502", message, "加长 promised，缩短事项的承诺时限，或改成同时办")
        if told == MOST_CHAINS:
            return


def _too_long(view: View, bundle: models.Bundle) -> Iterator[tuple[str, ...]]:
    """Yield the chains of `after` that take longer than promised, each as short as it can be.

    Ends with an empty chain when there are too many to look at.
    """
    later: dict[str, list[str]] = {entry.use: [] for entry in bundle.items if entry.use in view.pack.items}
    for entry in bundle.items:
        for before in entry.after:
            if before in later and entry.use in later:
                later[before].append(entry.use)
    promised = Duration.parse(bundle.promised)
    stack: list[tuple[str, ...]] = [(code,) for code in later]
    for _ in range(LOOKED_AT):
        if not stack:
            return
        chain = stack.pop()
        lengths = tuple(_length(view.pack.items[code]) for code in chain)
        if _within(lengths, promised, view.calendar):
            stack += [(*chain, code) for code in later[chain[-1]] if code not in chain]
        else:
            yield chain
    yield ()


@lru_cache(maxsize=1024)
def _within(lengths: tuple[Duration, ...], promised: Duration, calendar: WorkCalendar) -> bool:
    """Tell whether lengths one after the other end no later than the promise, from every start."""
    if len({each.unit for each in lengths if each.count} | {promised.unit}) == 1:
        return sum(each.count for each in lengths) <= promised.count
    if len(lengths) == 1:
        return compare(lengths[0], promised, calendar)
    years = calendar.years or (2024, 2025, 2026, 2027)
    first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
    return all(
        reduce(lambda on, length: deadline(on, length, calendar), lengths, day) <= deadline(day, promised, calendar)
        for day in map(date.fromordinal, range(first, last + 1))
    )


def _never(conditions: Conditions, source: Source) -> Iterator[Diagnostic]:
    places = [("items", n, "when", each) for n, each in enumerate(conditions.items)]
    places += [("questions", n, "when", each) for n, each in enumerate(conditions.questions)]
    places += [("stop", n, "when", each) for n, each in enumerate(conditions.stops)]
    for part, index, key, expression in places:
        if expression is None:
            continue
        try:
            possible = Search(conditions, [expression], BUDGET // 10).example() is not None
        except Undecided:
            continue
        if not possible:
            message = "没有哪种回答能让这个条件成立"
            yield found(source.within((part, index, key), 0), "W211", message, "核对条件和选项；真用不到就删去")
