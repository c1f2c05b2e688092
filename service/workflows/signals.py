"""事项之间的影响 — what one item's end means for the others, and when the case closes. The engine's, not the definition's."""

from collections.abc import Iterable

from service.workflows import bundle, clocks, feedback, joint, library, notices, papers
from service.workflows.case import CASE, Item
from service.workflows.language.models import RefusalPolicy
from service.workflows.machine import PLEDGED, SATISFIED, STOPPED, WAITING
from service.workflows.situation import CLOCK_ACTOR
from service.workflows.work import Work

FAILED = frozenset({"refused", "declined", "lapsed", "withdrawn", "stopped"})


def item_final(work: Work, item: Item) -> None:
    """Tell the others that an item has ended: dependents start, the refusal policy stops, the last one closes the case."""
    if item.parent:
        return
    if item.outcome in SATISFIED:
        start_waiting(work)
    elif item.outcome in FAILED or item.outcome in ("revoked", "recalled"):
        _apply_policy(work, item)
    close_if_done(work)


def start_waiting(work: Work) -> None:
    """Start each item whose predecessors are all granted: its receipt is the notice of that (R-BND-6)."""
    for code, item in list(bundle.own_items(work.case).items()):
        if item.state != WAITING:
            continue
        before = bundle.waits_for(work.release, code, work.case.items)
        if all(work.case.items[b].outcome in SATISFIED for b in before):
            receive(work, item)
            paper = notices.plain("started", f"「{work.release.items[code].title}」的前置事项已办结，开始办理。")
            work.issue("started", code, paper)
            work.log("start", CLOCK_ACTOR, item=code, states=(WAITING, item.state), data={"after": before})


def receive(work: Work, item: Item) -> None:
    """Put an item into its first state at this instant: the common receipt, or the notice of its predecessor's end."""
    machine = work.machine(item)
    item.received_at = work.at
    promised = item.handling == "commitment" and PLEDGED in machine.lifecycle.states
    item.state = PLEDGED if promised else machine.lifecycle.initial
    library.take_from_predecessors(work, item)
    if not papers.missing(work.release, work.case, item, work.facts()):
        item.complete_at = work.at
    if promised:
        item.accepted_on = work.today
        joint.begin_cap(work, work.at)
    work.turn_clocks(item, None)
    work.open_task(item)


def _apply_policy(work: Work, item: Item) -> None:
    """拒绝后果: others stand, dependents stop, or all stop; what waits for a failed item can never start (R-BND-5, R-BND-6).

    A decision already made stands: it ends only by revocation (行政许可法 69).
    """
    policy: RefusalPolicy = bundle.entry_of(work.release, item.item).on_refusal or work.release.bundle.on_refusal
    title = work.release.items[item.item].title
    own = bundle.own_items(work.case)
    if item.outcome in ("stopped", "revoked", "recalled"):
        policy = "others_stand"  # what was stopped or revoked passes on only what still waits for it
    if policy == "stop_all":
        hit: Iterable[str] = own
    elif policy == "stop_dependents":
        hit = dependents(work, item.item)
    else:
        hit = [
            c
            for c, other in own.items()
            if other.state == WAITING and item.item in bundle.waits_for(work.release, c, own)
        ]
    for code in list(hit):
        other = work.case.items[code]
        if other is not item and not other.outcome and other.state in work.machine(other).still_undecided:
            stop(work, other, f"因「{title}」{work.machine(item).states[item.state].title}而终止", caused_by=item.item)


def dependents(work: Work, code: str) -> list[str]:
    """Return the items of the case that wait for `code`, directly or through others."""
    found: list[str] = []
    todo = [code]
    while todo:
        before = todo.pop()
        for other in bundle.own_items(work.case):
            if other not in found and before in bundle.waits_for(work.release, other, work.case.items):
                found.append(other)
                todo.append(other)
    return found


def stop(work: Work, item: Item, why: str, *, caused_by: str) -> None:
    """Stop an item because of another: an event and a paper of its own; never silently."""
    was = item.state
    item.state, item.outcome, item.final_at, item.note = STOPPED, "stopped", work.at, why
    work.turn_clocks(item, None)
    work.close_tasks(item.item)
    remedies = notices.remedies(work.situation.calendar, work.today)
    work.issue(
        "stopped",
        item.item,
        notices.plain("stopped", f"「{work.release.items[item.item].title}」{why}。", remedies=remedies),
    )
    work.log("stop", CLOCK_ACTOR, item=item.item, states=(was, STOPPED), data={"why": why, "caused_by": caused_by})
    item_final(work, item)


def close_if_done(work: Work) -> None:
    """Close the case when its last item is final: one result package, rating invited. It never opens again."""
    own = bundle.own_items(work.case)
    if work.case.closed_at or not all(item.outcome for item in own.values()):
        return
    work.case.closed_at = work.at
    work.case.state = bundle.final_state([item.outcome for item in own.values()])
    for clock in list(work.case.clocks.values()):
        if clock.item == CASE and clock.state != "settled":
            work.put(clocks.settle(clock, work.counted_at))
    work.issue("result", CASE, notices.result(work.release, work.case))
    work.log("close", CLOCK_ACTOR, states=("", work.case.state))


def turn_case_clocks(work: Work) -> None:
    """Run the case's own limits: the citizen's time of correction does not count against the bundle's promise (R-BND-7).

    The legal cap stands while an item is in one of the procedures of 行政许可法 45, which reaches the whole section; the
    promise does not: it is the one date the citizen was told.
    """
    waits = {
        "promise": "等待申请人补正" if work.case.state == "correcting" else "",
        joint.CAP: "特别程序或听证（行政许可法 45）" if joint.stands(work) else "",
    }
    feedback.settle_answered(work)
    for clock in list(work.case.clocks.values()):
        if clock.item != CASE or clock.state == "settled":
            continue
        why = waits.get(clock.clock, "")
        if why and clock.state == "running":
            work.put(clocks.stop(clock, work.counted_at, why))
        elif not why and clock.state == "paused":
            work.put(clocks.resume(clock, work.counted_at))
