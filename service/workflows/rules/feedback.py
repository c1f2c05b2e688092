"""部门反馈 — at the common intake each department says in time whether its papers are complete, before the one notice.

A duty among offices: its clock belongs to the case, stops nothing, gives no card and moves no task's date. Its end names
to the lead who is silent, and has no other consequence. R-BND-4.
"""

from service.workflows import clocks
from service.workflows.application import order
from service.workflows.case import engine
from service.workflows.case.engine import NOTE_COMPLETE
from service.workflows.case.parts import CASE, Clock, Item
from service.workflows.case.procedures import Feedback
from service.workflows.case.situation import CLOCK_ACTOR, Move
from service.workflows.limits import PUBLIC
from service.workflows.notices import wording
from service.workflows.worksheet import Work

FEEDBACK = "feedback"  # the clock of the case
LAW = "行政许可法 32"
OVERDUE = "feedback_overdue"
BASIS = "地方规定（并联审批部门反馈）"


def begin(work: Work) -> None:
    """Start the departments' time with the common receipt, where one beside the lead has something to check."""
    if not awaited(work):
        return
    clock = Clock(
        CASE,
        FEEDBACK,
        "部门核对反馈",
        BASIS,
        owner=PUBLIC,
        expiry=OVERDUE,
        promised=work.situation.policy.department_feedback,
    )
    work.begin(clock, work.at, entry=True)


def awaited(work: Work) -> list[Item]:
    """Return the items at the common intake whose department has said nothing yet; after the one notice nobody is asked."""
    if work.release.bundle.acceptance != "lead":
        return []  # there each department's own window checks, and its own five days run
    return [
        item
        for item in order.own_items(work.case).values()
        if item.department != work.release.bundle.lead
        and item.state == work.machine(item).common_intake
        and not item.corrections
        and item.feedback is None
    ]


def apply(work: Work, move: Move) -> None:
    """Keep what the department said of an item: complete, or what is missing (its points are noted beside)."""
    _objection_stands(work, move)
    if move.transition.action not in engine.FEEDBACK:  # the engine's own, in every lifecycle
        return
    item, account = move.item, move.actor.account
    before = objected(item)
    if move.transition.action == NOTE_COMPLETE:  # what it had objected to is withdrawn
        item.noted = [point for point in item.noted if point["reason"] not in before]
        item.feedback = Feedback(True, account, work.at)
    else:
        named = (point["reason"] for point in move.data["reasons"])
        item.feedback = Feedback(False, account, work.at, tuple(dict.fromkeys((*before, *named))))


def objected(item: Item) -> tuple[str, ...]:
    """Return the reasons its department gave why an item cannot be accepted yet, until they are told or withdrawn."""
    said = item.feedback
    return said.points if said and not said.complete and not item.corrections else ()


def refuse(work: Work, move: Move) -> None:
    """Refuse to accept over the objection of the department, one by one or many at once; silence still accepts."""
    if "gaps" not in move.transition.needs:  # with 容缺 it hangs on what may follow later
        _refuse_over(work, move, objected(move.item))


def _objection_stands(work: Work, move: Move) -> None:
    if "gaps" in move.transition.needs:
        later = move.data.get("gaps", ())
        paper = {point["reason"]: point.get("material") for point in move.item.noted}
        left = (each for each in objected(move.item) if paper.get(each) not in later)
        _refuse_over(work, move, tuple(left))


def _refuse_over(work: Work, move: Move, reasons: tuple[str, ...]) -> None:
    machine, item = work.machine(move.item), move.item
    goes_on = machine.states[move.transition.to].final in (None, "granted")
    accepts = goes_on and move.transition.to not in machine.acceptance_states
    if not (reasons and accepts and move.actor.officer and item.state == machine.common_intake):
        return
    titles = [point["title"] for point in item.noted if point["reason"] in reasons]
    name = work.release.directory.departments[item.department]
    why = (
        f"{name}反馈还缺：{'、'.join(titles)}。"
        f"请先一次性告知申请人，或者由该部门撤回反馈以后再{move.transition.title}"
    )
    raise move.refusal(why, LAW, objected=list(reasons))


def turns(work: Work) -> None:
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
    listed = {
        dept: "、".join(f"「{titles[code].title}」" for code in codes)
        for dept, codes in silent.items()
    }
    ends = wording.say_date(clock.due_on or work.today)
    for department, items in listed.items():
        text = f"办件 {work.case.number} 的{items}应在{ends}前反馈材料是否齐全，至今没有反馈，请尽快反馈牵头部门。"
        work.issue(OVERDUE, CASE, wording.plain(OVERDUE, text, law=BASIS), to=department)
    points = [f"{names[department]}：{items}" for department, items in listed.items()]
    text = f"办件 {work.case.number} 有部门没有按时反馈材料是否齐全。五日一次告知的期限照常计算，请先行核对。"
    work.issue(
        OVERDUE,
        CASE,
        wording.plain(OVERDUE, text, points=points, law=BASIS),
        to=work.release.bundle.lead,
    )
    work.log(OVERDUE, CLOCK_ACTOR, law=BASIS, data={"silent": silent})
