"""流程图的内容 — which boxes and arrows there are and what each says, before anything has a place."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

from service.workflows.application import order, questions
from service.workflows.calendar import local_date
from service.workflows.case.engine import APPLICANT, WAITING
from service.workflows.case.lifecycle import SATISFIED, machine_for
from service.workflows.case.parts import Case, Event, Item
from service.workflows.definition.duration import Duration
from service.workflows.definition.expressions import ExpressionFailed
from service.workflows.definition.models import Transition
from service.workflows.definition.release import Release
from service.workflows.proceedings import is_inside
from service.workflows.telling.chart.record import Record, Walk, ahead, recorded

START, END = "#start", "#end"  # no item code begins so
LEFT_OUT = "#left-out"  # the lane of what is not needed
Look = Literal["plain", "done", "now", "run", "todo", "bad", "skip"]
LOOK_TITLES: Mapping[Look, str] = {
    "done": "已完成",
    "now": "等申请人处理",
    "run": "部门办理中",
    "todo": "未开始",
    "bad": "未办成",
    "skip": "不需要",
}
GOOD = SATISFIED | {"passed"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a box says; a `mark` is framed, a `state` has the sign of its look before it."""

    text: str
    style: Literal["title", "detail", "mark", "state"] = "detail"


@dataclass(frozen=True, slots=True)
class Stage:
    """环节 — a state that an item went through or has ahead; `detail` is said below it."""

    state: str
    text: str
    look: Look
    here: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """一路环节 — the states of an item, or of a proceeding after it, and the ways between them.

    `ways` gives for each pair of states how often the record says that it was walked: 0 is still ahead.
    """

    title: str  # empty for the item's own
    stages: tuple[Stage, ...]
    ways: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Node:
    """框 — one box: an item, or the common receipt and the common handing-out."""

    key: str
    lane: str  # department code, or LEFT_OUT
    lines: tuple[Line, ...]
    look: Look = "plain"
    tracks: tuple[Track, ...] = ()


@dataclass(slots=True)
class Graph:
    """流程图 — boxes by key in the order of the definition, arrows with their look, lanes with the lead's first."""

    title: str
    subtitle: str
    nodes: dict[str, Node]
    edges: dict[tuple[str, str], Look] = field(default_factory=dict)  # plain | done | todo
    lanes: dict[str, str] = field(default_factory=dict)  # department code → title


def build(release: Release, selected: Collection[str] | None = None) -> Graph:
    """Say what the chart of a bundle shows: all of it, or the selected items with the others as not needed."""
    graph = _framed(release, selected, "办理流程")
    present = _present(release, selected)
    for code in (entry.use for entry in release.bundle.items):
        shown = code in present
        graph.nodes[code] = _item(release, code, selected) if shown else _left_out(release, code)
    return _joined(release, graph, present)


def build_progress(release: Release, case: Case, events: Iterable[Event]) -> Graph:
    """Say what the chart of a case shows: where each item stands, and of all ways which were walked by the record."""
    record, present = recorded(case, events), _present(release, order.own_items(case))
    graph = _framed(release, present, "办理进度")
    # What is not needed was told by the guide; here it would hide what is.
    graph.lanes.pop(LEFT_OUT, None)
    graph.nodes = {START: _start(release, case)} | {
        c: _case_item(release, case, case.items[c], record) for c in present
    }
    graph = _joined(release, graph, present)
    graph.nodes[END] = _end(release, case)
    for before, after in graph.edges:
        graph.edges[before, after] = "done" if _walked(record, before, after) else "todo"
    return graph


def _present(release: Release, chosen: Collection[str] | None) -> list[str]:
    return [entry.use for entry in release.bundle.items if chosen is None or entry.use in chosen]


def _framed(release: Release, chosen: Collection[str] | None, what: str) -> Graph:
    present = _present(release, chosen)
    departments, lead = release.directory.departments, release.bundle.lead
    used = dict.fromkeys([lead, *(release.items[code].department for code in present)])
    count = f"{len(present)}个事项 · {len({release.items[c].department for c in present})}个部门"
    graph = Graph(
        title=f"{release.bundle.title}{what}",
        subtitle=f"{departments[lead]}牵头 · {count} · 承诺{_length_said(release.bundle.promised)}办结",
        nodes={START: _start(release, None)},
        lanes={code: departments[code] for code in used},
    )
    if len(present) < len(release.bundle.items):
        graph.lanes[LEFT_OUT] = "不需要办理"
    return graph


def _joined(release: Release, graph: Graph, present: Collection[str]) -> Graph:
    for code in present:
        for before in order.waits_for(release, code, present) or [START]:
            graph.edges[before, code] = "plain"
    for code in present:
        if not any(source == code for source, _ in graph.edges):
            graph.edges[code, END] = "plain"
    graph.nodes[END] = _end(release, None)
    return graph


def _walked(record: Record, before: str, after: str) -> bool:
    if before == START:
        return after in record.received
    return record.closed if after == END else (before, after) in record.followed


def _start(release: Release, case: Case | None) -> Node:
    joint = release.bundle.acceptance == "lead"
    lines = [
        Line("统一收件", "title"),
        Line("一张表、一套材料"),
        Line("牵头窗口统一受理" if joint else "各部门分别受理"),
    ]
    if case and case.received_at:
        lines.append(Line(f"{_day_said(local_date(case.received_at))}收件", "state"))
    look: Look = "plain" if case is None else "done" if case.received_at else "todo"
    return Node(START, release.bundle.lead, tuple(lines), look)


def _end(release: Release, case: Case | None) -> Node:
    lines = [Line("结果一起给您", "title"), Line("一次领取全部结果")]
    if case and case.closed_at:
        ended = "结束" if case.state in ("withdrawn", "terminated") else "办结"
        lines.append(Line(f"{_day_said(local_date(case.closed_at))}{ended}", "state"))
    look: Look = "plain" if case is None else "done" if case.closed_at else "todo"
    return Node(END, release.bundle.lead, tuple(lines), look)


def _left_out(release: Release, code: str) -> Node:
    return Node(
        code, LEFT_OUT, (Line(release.items[code].title, "title"), Line("不需要", "state")), "skip"
    )


def _item(release: Release, code: str, chosen: Collection[str] | None) -> Node:
    definition = release.items[code]
    lines = [Line(definition.title, "title"), Line(limits_text(release, code))]
    if definition.commitment:
        lines.append(Line(f"可选告知承诺：{_length_said(definition.commitment.limit)}", "mark"))
    if chosen is None and order.entry_of(release, code).when:
        lines.append(Line("视情形办理"))
    return Node(code, definition.department, tuple(line for line in lines if line.text))


# ---- a case ----------------------------------------------------------------------------------------------------


def _case_item(release: Release, case: Case, item: Item, record: Record) -> Node:
    definition = release.items[item.item]
    lines = [Line(definition.title, "title"), Line(limits_text(release, item.item, item.handling))]
    if item.handling == "commitment":
        lines.append(Line("告知承诺", "mark"))
    after = [
        each
        for each in case.items.values()
        if each.parent == item.item and not is_inside(each.lifecycle)
    ]
    tracks = [
        _track(release, case, each, record.walks.get(each.item, Walk())) for each in (item, *after)
    ]
    shown = tuple(line for line in lines if line.text)
    return Node(item.item, definition.department, shown, _look_of(release, item), tuple(tracks))


def _track(release: Release, case: Case, item: Item, walk: Walk) -> Track:
    machine = machine_for(release, item.item)
    facts = {**questions.facts_for(release, case), "handling": item.handling}

    def is_open(way: Transition) -> bool:
        """Leave out a way whose condition is about the application and does not hold."""
        condition = release.expression(way.when, "lifecycle") if way.when else None
        if condition is None or any(name.startswith("item.") for name in condition.names):
            return True
        try:
            return bool(condition.evaluate(facts))
        except ExpressionFailed:
            return True

    coming = ahead(machine, walk.now, is_open) if walk.now else []
    ways = dict.fromkeys(pairwise([walk.now, *coming]), 0) | walk.ways
    stages = []
    for state in dict.fromkeys([*walk.visits, *coming]):
        here, times = state == walk.now, walk.visits[state]
        look: Look = _look_of(release, item) if here else "done" if times else "todo"
        text = _state_text(release, item, state) if here else machine.states[state].title
        again = f" ×{times}" if times > 1 else ""
        stages.append(
            Stage(state, text + again, look, here, _date_text(case, item) if here else "")
        )
    return Track(machine.lifecycle.title if item.parent else "", tuple(stages), ways)


def _look_of(release: Release, item: Item) -> Look:
    if item.outcome:
        return "done" if item.outcome in GOOD else "bad"
    if item.state == WAITING:
        return "todo"
    return "now" if machine_for(release, item.item).states[item.state].post == APPLICANT else "run"


def _state_text(release: Release, item: Item, code: str) -> str:
    state = machine_for(release, item.item).states[code]
    return f"{state.title}（等申请人）" if state.post == APPLICANT else state.title


def _date_text(case: Case, item: Item) -> str:
    if item.final_at:
        return f"{_day_said(local_date(item.final_at))}{'办结' if item.outcome in GOOD else ''}"
    running = [
        c.due_on
        for c in case.clocks.values()
        if c.item == item.item and c.state == "running" and c.due_on
    ]
    return f"{_day_said(min(running))}前办理" if running else ""


def limits_text(release: Release, code: str, handling: str = "ordinary") -> str:
    """Say the limits of an item: 承诺8个工作日，法定13个工作日."""
    definition = release.items[code]
    promised, statutory = definition.limits.get("promised"), definition.limits.get("statutory")
    if handling == "commitment" and definition.commitment:
        promised = definition.commitment.limit
    said = [
        f"{name}{_length_said(text)}"
        for name, text in (("承诺", promised), ("法定", statutory))
        if text
    ]
    return "，".join(said)


def _length_said(text: str) -> str:
    return Duration.parse(text).title()


def _day_said(day: date) -> str:
    return f"{day.month}月{day.day}日"
