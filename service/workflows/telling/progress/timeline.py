"""办理记录 — what happened, as a person reads it: who, what, which papers went with it; the newest first.

The applicant reads what was said and done towards them; what offices do among themselves (claims, notes not yet told,
reminders) only those inside read. Papers belong to the event of their step, as the record keeps it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.case.lifecycle import GOOD, SATISFIED, machine_for
from service.workflows.case.parts import CASE, Case, Event, Notice
from service.workflows.case.representing import ROLES
from service.workflows.definition.models import BUILT_IN_POSTS
from service.workflows.definition.release import Release
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from service.workflows.proceedings import is_inside
from service.workflows.rules.rating import GRADE_TITLES
from service.workflows.telling.progress.turn import ENDS

Look = Literal["ok", "warn", "bad", "run", "pause"]
ENGINE = {
    "submit": "提交申请",
    "draft": "存为草稿",
    "change_draft": "修改草稿",
    "reapply": "重新申请没有办成的事项",
    "ask_register": "查询登记",
    "erase_draft": "清除过期的草稿",
    "start": "开始办理",
    "stop": "终止",
    "close": "办结",
    "request_correction": "告知补正",
    "yellow_card": "黄牌提醒",
    "red_card": "红牌警示",
    "statutory_breach": "超过法定时限",
    "recalendar": "放假安排变动，重算期限",
    "await_calendar": "放假安排没有公布，期限待定",
    "not_drawn": "未抽中核查",
    "sign": "会签",
    "expiry_refused": "到期的办理没有成立",
    "share_failed": "共享数据没有取到",
    "feedback_overdue": "部门没有按时反馈材料是否齐全",
    "promise_pause_over": "承诺时限继续计算",
}
TOLD_AS = {
    "notify_correction": "一次性告知需要补正的内容",
    "blocked": "等的事项已撤回，请申请人决定",
    "notify_again": "同一次收件第二次告知补正",
    "red_card": "超过承诺时限，已向部门发出红牌",
    "statutory_breach": "超过法定时限，已向部门发出警示",
}
# Not papers to the applicant, but theirs to know.
BREACHES = frozenset({"red_card", "statutory_breach"})
TOLD_ELSEWHERE = frozenset({"request_correction"})  # the one notice says it for all items


@dataclass(frozen=True, slots=True)
class Entry:
    """一条记录 — what a person reads of one event; `papers` are numbers of notices."""

    n: int
    at: datetime
    title: str
    who: str
    told: tuple[str, ...] = ()
    papers: tuple[int, ...] = ()
    look: Look = "ok"
    law: str = ""


def attached(events: Sequence[Event]) -> dict[int, tuple[int, ...]]:
    """Return for each event the papers that went out with it: those its step wrote down, by item and instant."""
    found: dict[int, list[int]] = {}
    known: set[int] = set()
    begun = 0
    for end, event in enumerate(events):
        if not event.rows:  # only the last event of a step carries what the step changed
            continue
        taken, begun = events[begun : end + 1], end + 1
        for row in event.rows.get("notices", ()):
            same = [each for each in taken if each.at == datetime.fromisoformat(row["issued_at"])]
            # Else it is an older paper that the step only changed: it was delivered.
            if same and row["n"] not in known:
                known.add(row["n"])
                own = [each for each in same if each.item == row["item"]]
                of = (own or [each for each in same if each.item == CASE] or same)[-1]
                found.setdefault(of.n, []).append(row["n"])
    return {n: tuple(papers) for n, papers in found.items()}


def timeline(
    release: Release,
    case: Case,
    events: Sequence[Event],
    papers: Mapping[int, Sequence[int]],
    *,
    inside: bool = False,
    people: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Tell what happened, the newest first; `papers` is what `attached` found in the whole record.

    `inside` shows everything and names who did it (`people`: account → name). Only papers the case has are told. What was
    changed of a draft stands there once.
    """
    entries: list[Entry] = []
    for event, times in _folded(reversed(events)):
        own = [case.notices[n] for n in papers.get(event.n, ()) if n in case.notices]
        shown = own if inside else [notice for notice in own if notice.to == APPLICANT]
        if inside or _concerns(release, event, shown):
            entries.append(
                Entry(
                    n=event.n,
                    at=event.at,
                    title=title(release, event) + (f"（{times} 次）" if times > 1 else ""),
                    who=who(release, event, named=inside, people=people or {}),
                    told=tuple(_what_came_with(event, shown)),
                    papers=tuple(notice.n for notice in shown),
                    look=_look_of(release, event),
                    law=event.law,
                )
            )
    return entries


def _folded(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Yield the events with how often: filling in a form page by page is one thing that was done."""
    for filling, run in groupby(events, key=lambda event: event.action == "change_draft"):
        told = list(run)
        if filling:
            yield told[0], len(told)
        else:
            yield from ((event, 1) for event in told)


def _concerns(release: Release, event: Event, outward: Sequence[Notice]) -> bool:
    if outward:
        return True
    among_offices = "." in event.item and is_inside(release.lifecycle_of(event.item).code)
    if (
        among_offices
        or event.action in TOLD_ELSEWHERE
        or (event.action == "withdraw" and not event.item)
    ):
        return False
    moved = bool(event.state_to) and event.state_from != event.state_to
    mine = event.actor.get("kind") in ("applicant", "portal")
    return moved or mine or event.action in BREACHES or event.action == "close"


def action_title(release: Release, event: Event) -> str:
    """Return the Chinese name of what was done."""
    if event.item and event.state_from:
        found = machine_for(release, event.item).title_of(event.action)
        if found != event.action:
            return found
    if event.action in TASK_ACTIONS:
        return f"{TASK_ACTIONS[event.action].title}待办"
    if event.action in CASE_ACTIONS:
        return CASE_ACTIONS[event.action].title
    return ENGINE.get(event.action, event.action)


def title(release: Release, event: Event) -> str:
    """Say what happened: which item, what was done, and how it ended if it ended."""
    if event.action == "close" and not event.item:
        return ENDS.get(event.state_to, "办结")
    said = TOLD_AS.get(event.action) or action_title(release, event)
    if not event.item:
        return said
    state = machine_for(release, event.item).states.get(event.state_to)
    ends = ""
    if state and state.final and state.title not in (said, f"已{said}"):
        ends = f"，{state.title}"
    return f"{release.title_of(event.item)}：{said}{ends}"


def who(release: Release, event: Event, *, named: bool, people: Mapping[str, str]) -> str:
    """Say who did it: the applicant, the office with its post, the clock; inside also the person."""
    kind, department, post = (
        str(event.actor.get(name) or "") for name in ("kind", "department", "post")
    )
    if kind == CLOCK:
        return "系统自动"
    if kind in ("applicant", "portal"):
        role = ROLES.get(str(event.actor.get("role") or ""), "")
        via = "经政务服务门户" if kind == "portal" else role and f"由{role}"
        return f"申请人（{via}）" if via else "申请人"
    office = release.directory.departments.get(department, department)
    desk = release.directory.posts.get(post) or BUILT_IN_POSTS.get(post, "")
    account = str(event.actor.get("account") or "")
    return " ".join(filter(None, [office, desk, people.get(account, account) if named else ""]))


def _what_came_with(event: Event, shown: Sequence[Notice]) -> list[str]:
    """Say what came with it: the points of a notice, why something stopped, which grade was given."""
    if event.action == "notify_correction":
        return [point for notice in shown for point in notice.body.get("points", ())]
    if event.action == "stop":
        return [f"{event.data.get('why', '')}。"]
    if event.action == "rate":
        return [GRADE_TITLES.get(event.data.get("grade", 0), "")]
    return [str(point["title"]) for point in event.data.get("reasons", ())] if shown else []


def _look_of(release: Release, event: Event) -> Look:
    if event.action == "notify_correction":
        return "warn"
    if event.action in BREACHES:
        return "bad"
    if not event.item or not event.state_to:
        if event.action == "close" and event.state_to in ("refused", "terminated"):
            return "bad"
        return "ok"
    state = machine_for(release, event.item).states[event.state_to]
    if state.final:
        return "ok" if state.final in GOOD | SATISFIED else "bad"
    if state.post == APPLICANT:
        return "warn"
    return "pause" if event.state_to == "special" else "ok"
