"""部门反馈 — at the common intake each department says in time whether its papers are complete, before the one notice.

A duty among offices: its clock belongs to the case, stops nothing, gives no card and moves no task's date. Its end names
to the lead who is silent, and has no other consequence. R-BND-4.
"""

from collections.abc import Mapping
from typing import Any

from service.workflows import bundle, clocks, notices
from service.workflows.case import CASE, Clock, Item
from service.workflows.machine import NOTE_COMPLETE
from service.workflows.situation import CLOCK_ACTOR, Actor
from service.workflows.work import PUBLIC, Work

FEEDBACK = "feedback"  # the clock of the case, and what an item's `special` keeps of the answer: {complete, by, at}
OVERDUE = "feedback_overdue"
BASIS = "地方规定（并联审批部门反馈）"


def begin(work: Work) -> None:
    """Start the departments' time with the common receipt, where one beside the lead has something to check."""
    if not awaited(work):
        return
    clock = Clock(
        CASE, FEEDBACK, "部门核对反馈", BASIS, owner=PUBLIC, expiry=OVERDUE,
        promised=work.situation.policy.department_feedback,
    )  # fmt: skip
    work.begin(clock, work.at, entry=True)


def awaited(work: Work) -> list[Item]:
    """Return the items at the common intake whose department has said nothing yet; after the one notice nobody is asked."""
    if work.release.bundle.acceptance != "lead":
        return []  # there each department's own window checks, and its own five days run
    return [
        item
        for item in bundle.own_items(work.case).values()
        if item.department != work.release.bundle.lead
        and item.state == work.machine(item).common_intake
        and not item.corrections
        and FEEDBACK not in item.special
    ]


def answer(name: str, work: Work, item: Item, _: Mapping[str, Any], actor: Actor) -> None:
    """Keep what the department said of an item: complete, or what is missing (its points are noted beside)."""
    said = {"complete": name == NOTE_COMPLETE, "by": actor.account, "at": work.at.isoformat()}
    item.special = {**item.special, FEEDBACK: said}


def settle_answered(work: Work) -> None:
    """End the departments' time when nobody is awaited any more."""
    clock = work.case.clocks.get((CASE, FEEDBACK))
    if clock and clock.state != "settled" and not awaited(work):
        work.put(clocks.settle(clock, work.counted_at))


def overdue(work: Work, clock: Clock) -> None:
    """Name who is silent at the end of the time: one paper to each of them and one to the lead."""
    work.put(clocks.settle(clock, work.counted_at))
    silent: dict[str, list[str]] = {}
    for item in awaited(work):
        silent.setdefault(item.department, []).append(item.item)
    titles, names = work.release.items, work.release.directory.departments
    listed = {dept: "、".join(f"「{titles[code].title}」" for code in codes) for dept, codes in silent.items()}
    ends = notices.say_date(clock.due_on or work.today)
    for department, items in listed.items():
        text = f"办件 {work.case.number} 的{items}应在{ends}前反馈材料是否齐全，至今没有反馈，请尽快反馈牵头部门。"
        work.issue(OVERDUE, CASE, notices.plain(OVERDUE, text, law=BASIS), to=department)
    points = [f"{names[department]}：{items}" for department, items in listed.items()]
    text = f"办件 {work.case.number} 有部门没有按时反馈材料是否齐全。五日一次告知的期限照常计算，请先行核对。"
    work.issue(OVERDUE, CASE, notices.plain(OVERDUE, text, points=points, law=BASIS), to=work.release.bundle.lead)
    work.log(OVERDUE, CLOCK_ACTOR, law=BASIS, data={"silent": silent})
