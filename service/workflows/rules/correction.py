"""补正告知 — points are noted one by one and told in one notice; after it nothing new may be asked.

Law: 行政许可法 31, 32 ①(四), 35; R-ACC-6, R-DEC-5, R-SEC-6.
"""

from collections.abc import Iterable

from service.errors import one_field
from service.workflows import clocks
from service.workflows.application import in_hand, needed, order
from service.workflows.calendar import local_date
from service.workflows.case.columns import Point
from service.workflows.case.lifecycle import PLEDGED, SATISFIED
from service.workflows.case.parts import Item
from service.workflows.case.situation import Move
from service.workflows.definition.duration import Duration
from service.workflows.worksheet import Work

LAW = "行政许可法 32"
SHARED_LAW = "国务院令第716号 10"
CERTIFICATE = "certificate"  # whence a paper comes that an electronic certificate stands for
INTAKE = Duration(5, "wd")  # within which the one notice goes out
REPORTED = "reported"  # the standard lifecycle of a lower authority's review


def refuse(work: Work, move: Move) -> None:
    """Refuse to find something wrong with the papers of a promise when the five days for saying so are over."""
    noting = "reasons" in move.transition.needs and move.transition.to == move.item.state
    if noting and not may_be_told(work, move.item):
        why = "收到申请已经超过五个工作日，不能再要求补正；按现有材料决定，或者转一般程序"
        raise move.refusal(why, LAW)


def may_be_told(work: Work, item: Item) -> bool:
    """Tell whether the one notice may still go out.

    At the ordinary intake silence ends it; while a promise is to be decided no such clock runs, and a correction asked
    for on the last day would give the department its limit once more.
    """
    if item.state != PLEDGED:
        return True
    since = work.counting_from(item, "received")
    at = work.office_receipt(since.at) if since.entry else since.at
    return work.today <= clocks.deadline(local_date(at), INTAKE, work.situation.calendar)


def apply(work: Work, move: Move) -> None:
    """记录问题: keep the points found at the intake until the one notice tells them. Raises DataInvalid."""
    item, transition = move.item, move.transition
    before_acceptance = (work.machine(item).lifecycle.initial, PLEDGED)
    at_intake = transition.to == item.state and item.state in before_acceptance
    if "reasons" not in transition.needs or not at_intake:
        return
    points: list[Point] = move.data["reasons"]
    _refuse_unrelated(work, item, points)
    if item.asked:
        _refuse_new(move, points)
    known = {point["reason"] for point in item.noted}
    item.noted = [*item.noted, *(point for point in points if point["reason"] not in known)]


def _refuse_unrelated(work: Work, item: Item, points: Iterable[Point]) -> None:
    """Refuse to ask for a paper that the item does not need, that a certificate stands for, or that came up from below."""
    titles = work.release.vocabulary.materials
    uses = needed.material_uses(work.release, item.item, item.handling, work.facts())
    asked_for, seen_below = {use.use for use in uses}, _seen_below(work, item)
    there = in_hand.in_hand(work.case)
    for point in points:
        code = point.get("material")
        if code and code not in asked_for:
            why = f"本事项不需要「{titles[code].title}」，不能要求补正"
            raise one_field("/data/reasons", why, law="行政许可法 31")
        if code and (row := there.get(code)) and row.source == CERTIFICATE:
            why = f"「{titles[code].title}」已经用电子证照 {row.reference} 核验，不能要求再提供；证照本身有问题的，写明是什么问题"
            raise one_field("/data/reasons", why, law=SHARED_LAW)
        if code in seen_below:
            why = f"「{titles[code].title}」已经随下级初审上报，不能要求重复提供"
            raise one_field("/data/reasons", why, law="行政许可法 35")


def _seen_below(work: Work, item: Item) -> set[str]:
    """Return the papers that came up with a lower authority's review (R-DEC-5)."""
    facts, seen = work.facts(), set()
    for code in order.waits_for(work.release, item.item, work.case.items):
        lower = work.case.items[code]
        if lower.lifecycle == REPORTED and lower.outcome in SATISFIED:
            uses = needed.material_uses(work.release, code, lower.handling, facts)
            seen |= {use.use for use in uses}
    return seen


def _refuse_new(move: Move, points: Iterable[Point]) -> None:
    """Refuse a point that the one notice did not tell.

    What is wrong with a paper that was not there before could not have been told before: that is no new point.
    """
    told = {point["reason"] for point in move.item.asked}
    came_late = {
        reason.removeprefix(in_hand.ABSENT) for reason in told if reason.startswith(in_hand.ABSENT)
    }
    new = [
        point["title"]
        for point in points
        if point["reason"] not in told and point.get("material") not in came_late
    ]
    if new:
        why = f"补正内容已经一次性告知，不能再提出新的问题：{'、'.join(new)}"
        raise move.refusal(why, LAW, new=new)
