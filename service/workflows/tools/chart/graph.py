"""流程图的内容 — which boxes and arrows there are and what each says, before anything has a place."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from service.workflows import bundle
from service.workflows.calendar import local_date
from service.workflows.case import Case, Item
from service.workflows.language.duration import Duration
from service.workflows.language.release import Release
from service.workflows.machine import APPLICANT, SATISFIED, WAITING, machine_of

START, END = "#start", "#end"  # no item code begins so
LEFT_OUT = "#left-out"  # the lane of what is not needed
Look = Literal["plain", "done", "now", "run", "todo", "bad", "skip"]
LOOK_TITLES: Mapping[Look, str] = {
    "done": "已完成", "now": "等申请人处理", "run": "部门办理中", "todo": "未开始", "bad": "未办成", "skip": "不需要",
}  # fmt: skip
GOOD = SATISFIED | {"passed"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a box says; a `mark` is framed, a `state` has the sign of its look before it."""

    text: str
    style: Literal["title", "detail", "mark", "state"] = "detail"


@dataclass(frozen=True, slots=True)
class Node:
    """框 — one box: an item, or the common receipt and the common handing-out."""

    key: str
    lane: str  # department code, or LEFT_OUT
    lines: tuple[Line, ...]
    look: Look = "plain"


@dataclass(slots=True)
class Graph:
    """流程图 — boxes by key in the order of the definition, arrows with their look, lanes with the lead's first."""

    title: str
    subtitle: str
    nodes: dict[str, Node]
    edges: dict[tuple[str, str], Look] = field(default_factory=dict)  # plain | done | todo
    lanes: dict[str, str] = field(default_factory=dict)  # department code → title


def build(release: Release, case: Case | None, selected: Collection[str] | None) -> Graph:
    """Say what the chart shows: the whole bundle, the selected items, or a case with the state of each item."""
    order = [entry.use for entry in release.bundle.items]
    chosen = bundle.own_items(case) if case else selected
    present = [code for code in order if chosen is None or code in chosen]
    departments = release.directory.departments
    used = dict.fromkeys([release.bundle.lead, *(release.items[code].department for code in present)])
    count = f"{len(present)}个事项 · {len({release.items[c].department for c in present})}个部门"
    graph = Graph(
        title=f"{release.bundle.title}{'办理进度' if case else '办理流程'}",
        subtitle=f"{departments[release.bundle.lead]}牵头 · {count} · 承诺{_length(release.bundle.promised)}办结",
        nodes={
            START: _start(release, case),
            **{c: _item(release, c, case, chosen) for c in order},
            END: _end(release, case),
        },
        lanes={code: departments[code] for code in used},
    )
    if len(present) < len(order):
        graph.lanes[LEFT_OUT] = "不需要办理"
    for code in present:
        for before in bundle.waits_for(release, code, present) or [START]:
            graph.edges[before, code] = _edge(case, before, code)
    for code in present:
        if not any(source == code for source, _ in graph.edges):
            graph.edges[code, END] = _edge(case, code, END)
    return graph


def _start(release: Release, case: Case | None) -> Node:
    joint = release.bundle.acceptance == "lead"
    lines = [
        Line("统一收件", "title"),
        Line("一张表、一套材料"),
        Line("牵头窗口统一受理" if joint else "各部门分别受理"),
    ]
    if case and case.received_at:
        lines.append(Line(f"{_day(local_date(case.received_at))}收件", "state"))
    look: Look = "plain" if case is None else "done" if case.received_at else "todo"
    return Node(START, release.bundle.lead, tuple(lines), look)


def _end(release: Release, case: Case | None) -> Node:
    lines = [Line("汇总出件", "title"), Line("一次领取全部结果")]
    if case and case.closed_at:
        ended = "结束" if case.state in ("withdrawn", "terminated") else "办结"
        lines.append(Line(f"{_day(local_date(case.closed_at))}{ended}", "state"))
    look: Look = "plain" if case is None else "done" if case.closed_at else "todo"
    return Node(END, release.bundle.lead, tuple(lines), look)


def _item(release: Release, code: str, case: Case | None, chosen: Collection[str] | None) -> Node:
    definition = release.items[code]
    title = Line(definition.title, "title")
    if chosen is not None and code not in chosen:
        return Node(code, LEFT_OUT, (title, Line("不需要", "state")), "skip")
    if case is not None:
        return _case_item(release, case, case.items[code])
    lines = [title, Line(limits_text(release, code))]
    if definition.commitment:
        lines.append(Line(f"可选告知承诺：{_length(definition.commitment.limit)}", "mark"))
    if chosen is None and bundle.entry_of(release, code).when:
        lines.append(Line("视情形办理"))
    return Node(code, definition.department, tuple(line for line in lines if line.text))


def _case_item(release: Release, case: Case, item: Item) -> Node:
    definition = release.items[item.item]
    look = _look(release, item)
    lines = [Line(definition.title, "title"), Line(_state_text(release, item), "state"), Line(_date_text(case, item))]
    lines.append(Line(limits_text(release, item.item, item.handling)))
    if item.handling == "commitment":
        lines.append(Line("告知承诺", "mark"))
    checks = [each for each in case.items.values() if each.parent == item.item]
    lines += [Line(f"{release.lifecycles[each.lifecycle].title}：{_state_text(release, each)}") for each in checks]
    return Node(item.item, definition.department, tuple(line for line in lines if line.text), look)


def _look(release: Release, item: Item) -> Look:
    if item.outcome:
        return "done" if item.outcome in GOOD else "bad"
    if item.state == WAITING:
        return "todo"
    return "now" if machine_of(release, item.lifecycle).states[item.state].post == APPLICANT else "run"


def _state_text(release: Release, item: Item) -> str:
    state = machine_of(release, item.lifecycle).states[item.state]
    return f"{state.title}（等申请人）" if state.post == APPLICANT else state.title


def _date_text(case: Case, item: Item) -> str:
    if item.final_at:
        return f"{_day(local_date(item.final_at))}{'办结' if item.outcome in GOOD else ''}"
    running = [c.due_on for c in case.clocks.values() if c.item == item.item and c.state == "running" and c.due_on]
    return f"{_day(min(running))}前办理" if running else ""


def _edge(case: Case | None, before: str, after: str) -> Look:
    """An arrow is done when the one before has ended (well, or at all for the end) and the one after has begun."""
    if case is None:
        return "plain"
    ended = bool(case.received_at) if before == START else bool(case.items[before].outcome)
    begun = bool(case.closed_at) if after == END else case.items[after].received_at is not None
    return "done" if ended and begun else "todo"


def limits_text(release: Release, code: str, handling: str = "ordinary") -> str:
    """Say the limits of an item: 承诺8个工作日，法定13个工作日."""
    definition = release.items[code]
    promised, statutory = definition.limits.get("promised"), definition.limits.get("statutory")
    if handling == "commitment" and definition.commitment:
        promised = definition.commitment.limit
    said = [f"{name}{_length(text)}" for name, text in (("承诺", promised), ("法定", statutory)) if text]
    return "，".join(said)


def _length(text: str) -> str:
    return Duration.parse(text).title()


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
