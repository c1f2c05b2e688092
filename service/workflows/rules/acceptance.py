"""受理 — the day from which the limits of an item count, and what its paper says of it.

Law: 行政许可法 32 ①(五), ②; R-ACC-5, R-ACC-8.
"""

from typing import Any

from service.workflows.application import in_hand
from service.workflows.calendar import local_date
from service.workflows.case.engine import CLOCK
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.case.situation import Move
from service.workflows.limits import LIMITS
from service.workflows.notices import letters
from service.workflows.notices.wording import Said
from service.workflows.rules import joint
from service.workflows.worksheet import Work

MISSING = "missing"  # what a grant did without, in its record
PAPERS = frozenset({"acceptance", "tolerant_acceptance"})


def warns(work: Work, move: Move) -> str:
    """Say before a grant, and before its paper is handed over, which required papers are not there (R-ACC-5)."""
    titles = _titles(work, _lacking(work, move))
    if not titles:
        return ""
    return f"{'受理时材料不齐，至今' if move.item.accepted_on else '材料不齐，'}还缺{titles}"


def tells(work: Work, move: Move) -> dict[str, Any]:
    """Keep in the record of a grant, and of its handing over, which required papers were not there then."""
    lacking = _lacking(work, move)
    return {MISSING: lacking} if lacking else {}


def _lacking(work: Work, move: Move) -> list[str]:
    """Return the required papers that are not there at a grant or its handing over: silence accepts without them.

    What may follow by its own day is no such paper: it was promised, and its gap is told elsewhere.
    """
    item, machine = move.item, work.machine(move.item)
    handed_over = move.leaves and machine.states[move.transition.to].final == "granted"
    if not handed_over and not machine.decides(move.transition, move.was):
        return []
    follow = in_hand.open_gaps(work.case, item.item)
    lacking = in_hand.missing(work.release, work.case, item, work.facts())
    return [code for code in lacking if code not in follow]


def _titles(work: Work, lacking: list[str]) -> str:
    return "、".join(work.release.vocabulary.materials[code].title for code in lacking)


def moved(work: Work, move: Move) -> None:
    """Fix the day of acceptance when the item leaves the intake; forget it when the limit itself begins anew."""
    item, machine = move.item, work.machine(move.item)
    from_intake = move.was in machine.acceptance_states or move.was == PLEDGED
    leaves_intake = move.leaves and from_intake and item.state not in machine.acceptance_states
    goes_on = machine.states[item.state].final in (None, "granted")
    if any(machine.lifecycle.clocks[name].limit == LIMITS for name in move.transition.restarts):
        item.accepted_on = None
    if leaves_intake and goes_on:
        item.noted = []
        if item.accepted_on is None:
            since = work.counting_from(item, move.transition.counts_from or "now")
            at = work.office_receipt(since.at) if since.entry else since.at
            item.accepted_on = local_date(at)
            joint.begin_cap(work, at)


def says(work: Work, move: Move, name: str) -> Said | None:
    """Say who asked for what and when, that it was examined and accepted, how, as of which day, and what a grant did without."""
    if lacking := _titles(work, _lacking(work, move)):
        return Said(adds=f"受理时申请材料不齐，作出本文书时仍未收到：{lacking}。")
    definition = work.release.subject(move.item.item)
    if move.transition.notice not in PAPERS or definition is None:
        return None
    facts = letters.Facts(work.release, work.case, move.item, definition)
    by_silence = move.transition.actors == [CLOCK]
    tolerant = move.transition.notice == "tolerant_acceptance"
    why = "主要材料齐全、符合法定形式" if tolerant else "申请材料齐全、符合法定形式"
    return Said(letters.of_acceptance(facts, name, by_silence=by_silence, why=why))
