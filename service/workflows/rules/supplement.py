"""补齐材料、当场更正 — what is handed in later counts for every item that asked for it: nothing is asked twice.

What is examined already is added to only where it was asked for, or never came: silence accepts what is there (行政许可法 32 ①(四)).

Law: 行政许可法 32 ①(三)–(五); R-ACC-4 no. 3, R-ACC-8.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import DataInvalid, one_field
from service.workflows import clocks
from service.workflows.application import consistency, in_hand, needed, order
from service.workflows.calendar import local_date
from service.workflows.case.columns import Point
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Item
from service.workflows.case.situation import Move
from service.workflows.rules import library
from service.workflows.worksheet import Work

LAW = "行政许可法 32"
EVERYTHING = "all"  # stands for the list of all that is wanted, in scenarios

HandedIn = Sequence[Mapping[str, Any]]  # {material, source, file, name} each


def refuse(work: Work, move: Move) -> None:
    """Refuse what cannot be added to now, by whomever."""
    if "materials" not in move.transition.needs:
        return
    if move.actor.officer:
        _refuse_away_from_counter(work, move)
    elif _is_examined(work, move.item) and not _asked(work):
        raise move.refusal("这项申请已经在审查，没有要求补交的材料", LAW)


def _refuse_away_from_counter(work: Work, move: Move) -> None:
    """当场更正: with the applicant at the counter, on the day of the receipt, before anything was told."""
    received = work.case.received_at
    why = ""
    if work.case.channel != "counter":
        why = "网上申请由申请人自己补正，不能在窗口当场更正"
    elif received is None or local_date(received) != work.today:
        why = "当场更正只能在收件当天办理，之后请一次性告知补正"
    elif move.item.corrections:
        why = "已经一次性告知补正，请申请人按通知补正"
    if why:
        raise move.refusal(why, LAW)


def _is_examined(work: Work, item: Item) -> bool:
    """Tell whether an item has left the intake and no longer waits for the applicant."""
    machine = work.machine(item)
    waits = machine.states[item.state].post == APPLICANT
    return not (item.parent or waits or item.state in machine.acceptance_states)


def _asked(work: Work) -> set[str]:
    """Return what the applicant was told to hand in and has not: papers, fields, points in words; and what never came.

    Silence accepts without a required paper: it may come until the end, for it changes nothing that is examined.
    """
    asked: set[str] = set()
    facts = work.facts()
    for item in order.own_items(work.case).values():
        if not item.outcome:
            points = in_hand.unanswered(item)
            asked |= {p.get("material") or p.get("field") or p["reason"] for p in points}
            asked |= {*in_hand.open_gaps(work.case, item.item)}
            asked |= {*in_hand.missing(work.release, work.case, item, facts)}
    return asked


def apply(work: Work, move: Move) -> None:
    """Take in what was handed in. Raises DataInvalid for a paper that nobody asked for."""
    if "materials" not in move.transition.needs:
        return
    if move.item.parent:
        _to_proceeding(work, move)
    else:
        _to_application(work, move)


def _to_application(work: Work, move: Move) -> None:
    """补正: give the papers to every item that asked for them."""
    item, data = move.item, move.data
    wanted = [p["material"] for p in in_hand.unanswered(item) if p.get("material")]
    wanted += in_hand.open_gaps(work.case, item.item)
    if _is_examined(work, item):
        _refuse_unasked(work, data)
    wanted += in_hand.missing(work.release, work.case, item, work.facts())
    everything = data["materials"] == EVERYTHING
    rows = _uploads_of(wanted) if everything else data["materials"]
    if everything and not rows and not in_hand.unanswered(item):
        raise one_field("/data/materials", "没有要求补交的材料", law=LAW)
    changed = data.get("form", {})
    work.case.form = {**work.case.form, **changed}
    own = order.own_items(work.case)
    form, facts = work.case.form, work.facts()
    consistency.refuse(work.release, own, form, facts, work.today, changed=changed)
    _refuse_wrong_papers(work, rows, wanted)
    for row in rows:
        library.hand_in(work, row, move.actor)
    library.tell_unshared(work)
    failed = {code for code, answer in work.situation.shared.items() if answer.fault}
    supplied = {row["material"] for row in rows} - failed
    for other in work.case.items.values():
        done = {
            point["reason"]
            for point in other.asked
            if _is_answered(point, supplied, data) or (everything and other is item)
        }
        other.answered = sorted({*other.answered, *done})
        for code in in_hand.open_gaps(work.case, other.item):
            if code in supplied:
                gap = work.case.clocks[other.item, in_hand.GAP + code]
                work.put(clocks.settle(gap, work.at))
        if done and not in_hand.unanswered(other):
            other.complete_at = work.at
    if move.actor.officer:
        _correct_on_spot(work, supplied, data)


def _uploads_of(codes: Sequence[str]) -> HandedIn:
    return [
        {"material": code, "source": "upload", "file": "", "name": ""}
        for code in dict.fromkeys(codes)
    ]


def _correct_on_spot(work: Work, supplied: set[str], data: Mapping[str, Any]) -> None:
    """当场更正: what was put right before anybody told it need not be told; the set may be complete now."""
    facts = work.facts()
    for item in order.own_items(work.case).values():
        if item.state != work.machine(item).lifecycle.initial:
            continue
        item.noted = [point for point in item.noted if not _is_answered(point, supplied, data)]
        lacking = in_hand.missing(work.release, work.case, item, facts)
        if item.complete_at is None and not lacking:
            item.complete_at = work.at


def _refuse_unasked(work: Work, data: Mapping[str, Any]) -> None:
    """Refuse to change what is examined, except where somebody asked for it."""
    asked = _asked(work)
    rows = [] if data["materials"] == EVERYTHING else data["materials"]
    given = [(f"materials/{n}", row["material"]) for n, row in enumerate(rows)]
    given += [(f"form/{code}", code) for code in data.get("form", {})]
    given += [(f"points/{n}", code) for n, code in enumerate(data.get("points", []))]
    for pointer, code in given:
        if code not in asked:
            why = "这项申请已经在审查，只能补交要求补交的内容"
            raise one_field(f"/data/{pointer}", why, law=LAW)


def _refuse_wrong_papers(work: Work, rows: HandedIn, wanted: Sequence[str]) -> None:
    """Refuse a paper nobody asked for, one in a way that is not open for it, and another promise to follow later."""
    own = order.own_items(work.case)
    handling = {code: item.handling for code, item in own.items()}
    needs = needed.one_set(work.release, own, handling, work.facts())
    errors = []
    for index, row in enumerate(rows):
        need = needs.get(row["material"])
        wrong = in_hand.wrong_origin(work.release, need, row) or library.fault(work, row)
        if row["source"] == "defer":
            wrong = "补交时请提供材料本身"
        elif row["material"] in wanted and row["source"] == "upload":
            wrong = ""  # what was asked for may always be handed in
        if wrong:
            errors.append({"pointer": f"/data/materials/{index}", "detail": wrong})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)


def _is_answered(point: Point, supplied: set[str], data: Mapping[str, Any]) -> bool:
    if point.get("material"):
        return point["material"] in supplied
    return point["reason"] in data.get("points", []) or point.get("field", "?") in data.get(
        "form", {}
    )


def _to_proceeding(work: Work, move: Move) -> None:
    """Take the papers of a proceeding: those its item may ask for; `all` are those the promise replaced."""
    of = work.release.subject(move.item.item)
    asked = {use.use for use in of.material_uses()} if of else set()
    rows = move.data["materials"]
    if rows == EVERYTHING:
        rows = _uploads_of(of.commitment.waives if of and of.commitment else [])
    for index, row in enumerate(rows):
        if row["material"] not in asked:
            title = work.release.vocabulary.materials[row["material"]].title
            raise one_field(f"/data/materials/{index}", f"本事项不需要「{title}」")
        library.hand_in(work, row, move.actor)
