"""补齐材料、当场更正 — what is handed in later counts for every item that asked for it: nothing is asked twice.

Law: 行政许可法 32 ①(三)、(五); R-ACC-4 no. 3, R-ACC-8.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import DataInvalid, one_field
from service.workflows import clocks
from service.workflows.application import in_hand, needed, order
from service.workflows.calendar import local_date
from service.workflows.case.columns import Point
from service.workflows.case.situation import Move
from service.workflows.rules import library
from service.workflows.worksheet import Work

LAW = "行政许可法 32"
EVERYTHING = "all"  # stands for the list of all that is wanted, in scenarios

HandedIn = Sequence[Mapping[str, Any]]  # {material, source, file, name} each


def refuse(work: Work, move: Move) -> None:
    """当场更正: with the applicant at the counter, on the day of the receipt, before anything was told."""
    if "materials" not in move.transition.needs or not move.actor.officer:
        return
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
    wanted += in_hand.missing(work.release, work.case, item, work.facts())
    wanted += in_hand.open_gaps(work.case, item.item)
    everything = data["materials"] == EVERYTHING
    rows = _uploads_of(wanted) if everything else data["materials"]
    work.case.form = {**work.case.form, **data.get("form", {})}
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
