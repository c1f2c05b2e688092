"""一次性告知 — every noted point of every item goes out in one notice, by the lead's window.

Law: 行政许可法 32.1(4); R-ACC-6, R-BND-4.
"""

from typing import Any

from service.errors import ActionNotAllowed, one_field
from service.workflows.actions import Carries, CaseAction, Data, text
from service.workflows.application import in_hand, order
from service.workflows.case.columns import Point
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.case.parts import CASE, Item
from service.workflows.case.situation import Actor
from service.workflows.notices import wording
from service.workflows.rights import require_lead_window
from service.workflows.rules import feedback
from service.workflows.rules.correction import may_be_told
from service.workflows.worksheet import Work

LAW = "行政许可法 32"
SECOND = "行政许可法 32、72"


def _lead_window(work: Work, actor: Actor) -> None:
    require_lead_window(work.release, work.case, actor, "发出补正通知")


def _something_noted(work: Work, _: Actor, __: str) -> None:
    if not _items_concerned(work):
        raise ActionNotAllowed("还没有部门记录需要补正的问题", action="notify_correction", law=LAW)


def _reservations(work: Work) -> dict[str, str]:
    """Return what speaks against sending the notice now: departments with days left, a notice sent before."""
    found: dict[str, str] = {}
    if waited := _still_to_answer(work):
        names, titles = work.release.directory.departments, work.release.items
        until = work.case.clocks[CASE, feedback.FEEDBACK].due_on
        who = "、".join(f"{names[i.department]}「{titles[i.item].title}」" for i in waited)
        day = f"可以在{wording.say_date(until)}前" if until else "还可以"
        found["early"] = f"{who}还没有反馈，{day}反馈材料是否齐全"
    if again := _told_before(work):
        titles = work.release.items
        who = "、".join(f"「{titles[item.item].title}」" for item in again)
        found["again"] = f"这次收件已经发过一次性告知，{who}的问题当时没有告知"
    return found


def _still_to_answer(work: Work) -> list[Item]:
    """Return the other items of the case whose department has said nothing yet and still has days to answer (R-BND-4)."""
    clock = work.case.clocks.get((CASE, feedback.FEEDBACK))
    if clock is None or clock.state != "running":
        return []
    told = _items_concerned(work)
    return [item for item in feedback.awaited(work) if item not in told]


def _told_before(work: Work) -> list[Item]:
    """Return the items concerned for whose receipt a notice went out that did not name them (R-ACC-6)."""
    own = order.own_items(work.case).values()
    notified = {item.received_at for item in own if item.corrections}
    return [
        item
        for item in _items_concerned(work)
        if not item.corrections and item.received_at in notified
    ]


def _asks(work: Work) -> dict[str, str]:
    found = _reservations(work)
    return {"reason": "；".join(found.values()) + "。仍要现在发出的，请写明理由"} if found else {}


def _notify(work: Work, data: Data, actor: Actor) -> None:
    """Tell every point at once; the items concerned wait for the applicant."""
    told = _items_concerned(work)
    against, again = _reservations(work), [item.item for item in _told_before(work)]
    silent = [item.item for item in _still_to_answer(work)]
    if against and not data.get("reason"):
        raise one_field("/data/reason", _asks(work)["reason"], law=SECOND if again else LAW)
    if again:  # beside the notice: what supervision looks at
        why = {"items": again, "reason": data["reason"]}
        work.log("notify_again", actor, post="window", law=SECOND, data=why)
    for item in told:
        _ask(work, item, actor)
    work.issue("correction", CASE, wording.correction(work.release, work.case, told))
    items = [item.item for item in told]
    said: dict[str, Any] = {"items": items}
    if silent:
        said |= {"unanswered": silent, "reason": data["reason"]}
    work.log("notify_correction", actor, post="window", law=LAW, data=said)


NOTIFY_CORRECTION = CaseAction(
    name="notify_correction",
    title="发出一次性补正通知",
    by=_lead_window,
    when=_something_noted,
    carries=(Carries("reason", text("reason", "理由"), optional=True),),
    do=_notify,
    asks=_asks,
)


def _items_concerned(work: Work) -> list[Item]:
    items = work.case.items.values()
    return [
        item
        for item in items
        if item.noted and _correcting_state(work, item) and may_be_told(work, item)
    ]


def _ask(work: Work, item: Item, actor: Actor) -> None:
    """Let one item wait for the applicant, with all its points and a period of its own."""
    was, item.asked = item.state, _all_points(work, item)
    item.noted, item.answered = [], []
    item.corrections += 1
    item.complete_at = None
    if was == PLEDGED:
        item.accepted_on = None  # accepted when what is asked for is there (R-ACC-8)
    item.state = _correcting_state(work, item)
    for clock in work.machine(item).states[item.state].runs:
        work.case.clocks.pop((item.item, clock), None)  # each correction has its own period
    work.turn_clocks(item, None)
    work.close_tasks(item.item)
    work.open_task(item)
    work.log(
        "request_correction",
        actor,
        item=item.item,
        post="window",
        states=(was, item.state),
        law=LAW,
        data={"points": [p["reason"] for p in item.asked]},
    )


def _all_points(work: Work, item: Item) -> list[Point]:
    """Return what is noted, and every required paper that is not there: the one notice must be complete (R-ACC-6)."""
    told = {point["reason"] for point in item.asked}
    named = {point.get("material") for point in item.noted}
    titles = work.release.vocabulary.materials
    lacking: list[Point] = [
        in_hand.absent(code, titles[code].title)
        for code in in_hand.missing(work.release, work.case, item, work.facts())
        if code not in named
    ]
    return [*item.noted, *(point for point in lacking if not told or point["reason"] in told)]


def _correcting_state(work: Work, item: Item) -> str:
    """Return where this item waits for the applicant's correction; an empty text outside the intake.

    Before the acceptance, and before a decision on a promise: from where what was asked for comes back to where it is.
    """
    machine = work.machine(item)
    if item.state not in (machine.lifecycle.initial, PLEDGED):
        return ""
    waits = machine.acceptance_states - {machine.lifecycle.initial}
    back = [
        name for name in sorted(waits) if any(t.to == item.state for t in machine.leaving(name))
    ]
    return next(iter(back), "")
