"""轮到谁 — the first thing anyone wants to know of a case: who must act now, until when, and what waits meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.workflows.application import in_hand, order
from service.workflows.case.engine import WAITING
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import CASE, Case, Clock, Task
from service.workflows.case.procedures import SpecialProcedure
from service.workflows.case.situation import Situation
from service.workflows.clocks import Left, left
from service.workflows.definition.models.terms import STATUTORY
from service.workflows.definition.release import Release
from service.workflows.expiry import consequence
from service.workflows.notices import opening
from service.workflows.notices.dates import say_date
from service.workflows.proceedings import is_inside
from service.workflows.telling.progress.owed import Owed, owed

Whose = Literal["applicant", "department", "public", "nobody"]
WHOSE_TITLES: dict[Whose, str] = {
    "applicant": "申请人",
    "department": "部门",
    "public": "公示、征询期间，等期满",
    "nobody": "没有人，已经结束",
}
ENDS = {
    "granted": "全部办结",
    "partly_granted": "已办结，部分办成",
    "refused": "已办结，没有办成",
    "withdrawn": "申请已撤回",
    "terminated": "已终止",
}
DRAFT = "申请还没有提交"


@dataclass(frozen=True, slots=True)
class Turn:
    """轮到谁 — a headline, sentences, what is to be done line by line, and the date with what is left of it."""

    whose: Whose
    headline: str
    told: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    left: Left | None = None
    item: str = ""  # whose limit the date is: it can be explained
    clock: str = ""
    limit: str = ""  # which limit it is, in words

    @property
    def late(self) -> bool:
        """Tell whether the date has passed."""
        return self.left is not None and self.left.days < 0


def turn(case: Case, situation: Situation, *, you: str = "您") -> Turn:
    """Say whose turn it is; `you` is how the applicant is spoken of: 您 to themselves, 申请人 to others."""
    if case.state == "draft":
        return Turn("applicant", DRAFT, ("提交以后，各部门才开始办理。",))
    opens = opening.says(situation.release, case)
    found = _whose(case, situation, you)
    return replace(found, told=(*found.told, opens)) if opens else found


def _whose(case: Case, situation: Situation, you: str) -> Turn:
    if todo := owed(case, situation):
        return _applicants(case, todo, you, consequence(situation.policy.correction_overdue))
    if not any(not item.outcome for item in order.own_items(case).values()):
        return Turn("nobody", ENDS.get(case.state, "已结束"), tuple(_after(case, situation)))
    if departments := _working(case, situation):
        return _departments(case, situation, departments, you)
    return _publics(case, situation)


def _applicants(case: Case, todo: Sequence[Owed], you: str, ends: str) -> Turn:
    blocking = [one for one in todo if one.blocking]
    correct = sum(len(one.open) for one in blocking)
    follow = sum(len(one.open) for one in todo if not one.blocking)
    others = [one for one in blocking if not one.asks]
    parts = [f"补正 {correct} 项内容"] * bool(correct) + [f"后补 {follow} 份材料"] * bool(follow)
    headline = f"轮到{you}：{(others or todo)[0].action_title}"
    if parts:
        headline = f"需要{you}{'，'.join(parts)}"
    points = [
        f"{one.title}：{ask.title}" + (f"（{'；'.join(ask.why)}）" if ask.why else "")
        for one in todo
        for ask in one.open
    ]
    points += [f"{one.title}：{one.state_title}，请{one.action_title}" for one in others if parts]
    told = [f"{one.title}：{one.state_title}。" for one in others if not parts]
    counted = {c.item for c in _of_departments(case) if c.state == "running"}
    rests = not any(one.item in counted for one in blocking)  # after the acceptance nothing rests
    told += [f"{you}交齐以前，这些事项不计部门的办理时限。"] * bool(correct and rests)
    told += [f"到期没有交齐的事项{ends}，可以重新申请。"] * any(one.lapses for one in blocking)
    told += ["部门同时在办理，不影响办理时限；没有补齐以前不能发证。"] * bool(
        follow and not blocking
    )
    return Turn("applicant", headline, tuple(told), tuple(points), *_first_limit(todo))


def _first_limit(todo: Sequence[Owed]) -> tuple[Left | None, str, str, str]:
    """Return the limit that ends first: what is left of it, its item, its clock, and what it is for."""
    limits = [
        (ask.left, one.item, in_hand.GAP + ask.code) for one in todo for ask in one.open if ask.left
    ]
    limits += [(one.left, one.item, one.clock) for one in todo if one.left]
    if not limits:
        return None, "", "", ""
    rest, item, clock = min(limits, key=lambda each: each[0].days)
    if clock.startswith(in_hand.GAP):
        return rest, item, clock, "后补材料"
    return rest, item, clock, next((one.action_title for one in todo if one.item == item), "")


def _after(case: Case, situation: Situation) -> list[str]:
    """Say what still happens after the end: a check, with its date."""
    release, told = situation.release, []
    for item in case.items.values():
        if item.parent and not item.outcome and not is_inside(item.lifecycle):
            running = [
                c.due_on
                for c in case.clocks.values()
                if c.item == item.item and c.state == "running" and c.due_on
            ]
            until = f"，{say_date(min(running))}前完成" if running else ""
            department = release.directory.departments.get(item.department, "")
            told.append(f"{release.title_of(item.item)}由{department}进行{until}。")
    return told


def office(release: Release, task: Task) -> str:
    """Say which office has an item in its hands: the one that decides; beside it that another's window takes the papers in."""
    names = release.directory.departments
    subject = release.items.get(task.item)  # a proceeding has an office of its own
    if subject is None or subject.department == task.department or task.post != "window":
        return names.get(task.department, task.department)
    return f"{names.get(subject.department, subject.department)}（由综合窗口收件）"


def _working(case: Case, situation: Situation) -> list[str]:
    """Return the offices that have something to do, those of open tasks."""
    own = order.own_items(case)
    tasks = [
        task
        for task in case.tasks.values()
        if task.done_at is None and task.department and task.item in own
    ]
    return list(dict.fromkeys(office(situation.release, task) for task in tasks))


def _departments(case: Case, situation: Situation, departments: list[str], you: str) -> Turn:
    headline = f"{departments[0]}正在办理"
    if len(departments) > 1:
        headline = f"{len(departments)} 个部门正在同时办理"
    clocks = [c for c in _of_departments(case) if c.state == "running"]
    told = [f"{'、'.join(departments)}在办。"] if len(departments) > 1 else []
    rest, clock = _nearest(clocks, situation)
    if rest and clock and rest.days < 0 and clock.provisional:
        told.append(
            "期限跨到放假安排还没有公布的年份，是推算的；公布以后重新计算，才知道是否超过。"
        )
    elif rest and rest.days < 0:
        told.append(
            f"部门已经超过期限，{you}可以催办；超过法定期限的，可以申请行政复议或者提起行政诉讼。"
        )
    else:
        told.append(f"现在不需要{you}做什么。")
    standing = {c.item for c in _of_departments(case) if c.state == "paused"}
    special = [i for i in order.own_items(case).values() if i.special and i.item in standing]
    told += [
        f"{situation.release.title_of(i.item)}在特别程序中，{_not_counted(i.special)}"
        for i in special
    ]
    return Turn("department", headline, tuple(told), (), rest, *_limit_of(clock, situation))


def _not_counted(special: SpecialProcedure | None) -> str:
    if special and special.affects == STATUTORY:
        return "这段时间依法不计入法定时限，承诺时限照常计算。"
    return "这段时间依法不计入办理时限。"


def _of_departments(case: Case) -> list[Clock]:
    return [c for c in case.clocks.values() if c.owner == "department" and c.item != CASE]


def _publics(case: Case, situation: Situation) -> Turn:
    """Nobody has a task: a period that belongs to the public runs, or only what waits for another item is left."""
    release = situation.release
    running = [i for i in order.own_items(case).values() if not i.outcome and i.state != WAITING]
    titles = [
        f"{release.title_of(i.item)}：{machine_for(release, i.item).states[i.state].title}"
        for i in running
    ]
    rest, clock = _nearest(
        [c for c in case.clocks.values() if c.item != CASE and c.state == "running"], situation
    )
    told = ("现在不需要任何人办理，期满后自动进入下一步。",)
    return Turn("public", "；".join(titles), told, (), rest, *_limit_of(clock, situation))


def _limit_of(clock: Clock | None, situation: Situation) -> tuple[str, str, str]:
    if clock is None:
        return "", "", ""
    return clock.item, clock.clock, f"{situation.release.title_of(clock.item)}：{clock.title}"


def _nearest(clocks: Sequence[Clock], situation: Situation) -> tuple[Left | None, Clock | None]:
    rests = [
        (found, c)
        for c in clocks
        if (found := left(c, situation.calendar, situation.policy, situation.now))
    ]
    dated = [(rest, clock) for rest, clock in rests if rest.on]
    return min(dated, key=lambda each: (each[0].on, each[0].days), default=(None, None))
