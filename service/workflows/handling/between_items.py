"""事项之间的影响 — what one item's end means for the others, and when the case closes. The engine's, not the definition's."""

from collections.abc import Iterable

from service.workflows import clocks
from service.workflows.application import in_hand, order
from service.workflows.calendar import local_date
from service.workflows.case.columns import Body
from service.workflows.case.engine import APPLICANT, OVERDUE_STATES, STOPPED, WAITING
from service.workflows.case.lifecycle import PLEDGED, SATISFIED
from service.workflows.case.parts import CASE, Clock, Item
from service.workflows.case.situation import CLOCK_ACTOR, Move
from service.workflows.definition.models import RefusalPolicy
from service.workflows.notices import letters, wording
from service.workflows.rules import joint, library
from service.workflows.worksheet import Work

# by the applicant, who is asked what becomes of the rest
GIVEN_UP = frozenset({"withdrawn", "lapsed"})
BLOCKED, BLOCKED_OVER = "blocked", "blocked_over"  # the clock of what waits for it, and its end
FAILED = frozenset({"refused", "declined", "lapsed", "withdrawn", "stopped"})


def told_of(work: Work, move: Move, *, ended: bool) -> None:
    """Tell the others what a move means for them: an end, or the decision for which they waited."""
    if ended:
        item_final(work, move.item)
    elif not move.item.parent and work.machine(move.item).decides(move.transition, move.was):
        start_waiting(work)


def item_final(work: Work, item: Item) -> None:
    """Tell the others that an item has ended: dependents start, the refusal policy stops, the last one closes the case."""
    if item.parent:
        return
    if item.outcome in SATISFIED:
        start_waiting(work)
    elif _given_up(item):
        _ask_dependents(work, item)
    elif item.outcome in FAILED or item.outcome in ("revoked", "recalled"):
        _apply_policy(work, item)
    close_if_done(work)


def start_waiting(work: Work) -> None:
    """Start each item whose predecessors are all decided for the applicant: its receipt is the notice of that (R-BND-6)."""
    for code, item in list(order.own_items(work.case).items()):
        if item.state != WAITING:
            continue
        before = order.waits_for(work.release, code, work.case.items)
        if all(_is_done(work, work.case.items[b]) for b in before):
            receive(work, item)
            paper = wording.plain(
                "started", f"「{work.release.items[code].title}」的前置事项已经办成，开始办理。"
            )
            work.issue("started", code, paper)
            work.log(
                "start",
                CLOCK_ACTOR,
                item=code,
                states=(WAITING, item.state),
                data={"after": before},
            )


def _is_done(work: Work, item: Item) -> bool:
    """Tell whether others need not wait for an item: it is granted, or by the region's reading handed over as well."""
    if item.outcome:
        return item.outcome in SATISFIED
    by_decision = work.situation.policy.serial_start == "decision"
    return by_decision and work.machine(item).decided(item.state)


def receive(work: Work, item: Item) -> None:
    """Put an item into its first state at this instant: the common receipt, or the notice of its predecessor's end."""
    machine = work.machine(item)
    item.received_at = work.at
    promised = item.handling == "commitment" and PLEDGED in machine.lifecycle.states
    item.state = PLEDGED if promised else machine.lifecycle.initial
    library.take_from_predecessors(work, item)
    if not in_hand.missing(work.release, work.case, item, work.facts()):
        item.complete_at = work.at
    if promised:
        since = work.office_receipt(work.at)
        item.accepted_on = local_date(since)
        joint.begin_cap(work, since)
    work.turn_clocks(item, None, receipt=True)
    work.open_task(item)


def _apply_policy(work: Work, item: Item) -> None:
    """拒绝后果: others stand, dependents stop, or all stop; what waits for a failed item can never start (R-BND-5, R-BND-6).

    A decision already made stands: it ends only by revocation (行政许可法 69).
    """
    policy: RefusalPolicy = (
        order.entry_of(work.release, item.item).on_refusal or work.release.bundle.on_refusal
    )
    title = work.release.items[item.item].title
    own = order.own_items(work.case)
    if item.outcome in ("stopped", "revoked", "recalled"):
        # what was stopped or revoked passes on only what still waits for it
        policy = "others_stand"
    if policy == "stop_all":
        hit: Iterable[str] = own
    elif policy == "stop_dependents":
        hit = dependents(work, item.item)
    else:
        hit = [
            c
            for c, other in own.items()
            if other.state == WAITING and item.item in order.waits_for(work.release, c, own)
        ]
    for code in list(hit):
        other = work.case.items[code]
        if (
            other is not item
            and not other.outcome
            and other.state in work.machine(other).still_undecided
        ):
            stop(
                work,
                other,
                f"因「{title}」{_ended_how(work, item)}而终止",
                caused_by=item.item,
            )


def _given_up(item: Item) -> bool:
    """Tell whether the applicant gave it up himself: withdrawn, or let end by not answering, whatever the region calls it."""
    return item.outcome in GIVEN_UP or item.state in OVERDUE_STATES


def _ended_how(work: Work, item: Item) -> str:
    return "终止办理" if item.state == STOPPED else work.machine(item).states[item.state].title


def _ask_dependents(work: Work, item: Item) -> None:
    """Ask the applicant what becomes of the items that wait for what he gave up; all others go on (R-ACC-11)."""
    own = order.own_items(work.case)
    title = work.release.items[item.item].title
    for code, other in own.items():
        waits = other.state == WAITING and item.item in order.waits_for(work.release, code, own)
        if not waits or (code, BLOCKED) in work.case.clocks:
            continue
        region = work.situation.policy.blocked
        clock = Clock(
            code,
            BLOCKED,
            "等申请人决定",
            region.basis,
            owner=APPLICANT,
            promised=region.within,
            expiry=BLOCKED_OVER,
        )
        work.begin(clock, work.at)
        until = work.case.clocks[code, BLOCKED].due_on
        day = f"{wording.say_date(until)}" if until else ""
        text = (
            f"「{work.release.items[code].title}」要等「{title}」办成才能开始，「{title}」已经撤回或者视为撤回。"
            f"请决定是否一并撤回；到{day}没有答复的，这一项终止办理，可以重新申请。"
        )
        work.issue(BLOCKED, code, wording.plain(BLOCKED, text, law=region.basis))
        told = {"caused_by": item.item}
        work.log(BLOCKED, CLOCK_ACTOR, item=code, law=region.basis, data=told)


def give_up_waiting(work: Work, clock: Clock) -> None:
    """End what waited for something that the applicant gave up, when he has not answered."""
    before = order.waits_for(work.release, clock.item, work.case.items)
    gone = next(code for code in before if _given_up(work.case.items[code]))
    title = work.release.items[gone].title
    why = f"因「{title}」已经撤回，逾期没有答复而终止"
    stop(work, work.case.items[clock.item], why, caused_by=gone)


def dependents(work: Work, code: str) -> list[str]:
    """Return the items of the case that wait for `code`, directly or through others."""
    found: list[str] = []
    todo = [code]
    while todo:
        before = todo.pop()
        for other in order.own_items(work.case):
            if other not in found and before in order.waits_for(
                work.release, other, work.case.items
            ):
                found.append(other)
                todo.append(other)
    return found


def stop(work: Work, item: Item, why: str, *, caused_by: str) -> None:
    """Stop an item because of another: an event and a paper of its own; never silently."""
    was = item.state
    item.state, item.outcome, item.final_at, item.note = STOPPED, "stopped", work.at, why
    work.turn_clocks(item, None)
    work.close_tasks(item.item)
    definition = work.release.items[item.item]
    body: Body = {"department": work.release.directory.authority(item.department)}
    if wording.administrative(definition):
        served_on = wording.served_at_issue(work.case, work.today)
        body["remedies"] = wording.remedies(
            work.situation.calendar, work.release, item.department, served_on
        )
    name = f"「{definition.title}」"
    said = f"{letters.applied(work.case, name)}。{name}{why}。需要的，可以重新申请。"
    work.issue("stopped", item.item, wording.plain("stopped", said, **body))
    work.log(
        "stop",
        CLOCK_ACTOR,
        item=item.item,
        states=(was, STOPPED),
        data={"why": why, "caused_by": caused_by},
    )
    item_final(work, item)


def close_if_done(work: Work) -> None:
    """Close the case when its last item is final: one result package, rating invited. It never opens again."""
    own = order.own_items(work.case)
    if work.case.closed_at or not all(item.outcome for item in own.values()):
        return
    work.case.closed_at = work.at
    work.case.state = order.final_state([item.outcome for item in own.values()])
    for clock in list(work.case.clocks.values()):
        if clock.item == CASE and clock.state != "settled":
            work.put(clocks.settle(clock, work.counted_at))
    work.issue("result", CASE, wording.result(work.release, work.case))
    work.log("close", CLOCK_ACTOR, states=("", work.case.state))
