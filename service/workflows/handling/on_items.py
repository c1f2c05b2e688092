"""事项办理 — one action on one item: what forbids it, what it carries, what it changes, whom it concerns.

What the law says of it stands in `rules`; here is only the order in which the institutes are asked.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted
from service.workflows.application import in_hand
from service.workflows.calendar import local_date
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.case.lifecycle import Guard
from service.workflows.case.parts import CASE, THIRD_PARTY, Clock, Item
from service.workflows.case.situation import Action, Actor, Move
from service.workflows.definition.models import Outcome, Transition
from service.workflows.handling import between_items
from service.workflows.handling.carried import checked
from service.workflows.handling.named import Desk
from service.workflows.notices import wording
from service.workflows.notices.wording import Paper
from service.workflows.proceedings import KINDS
from service.workflows.rights import acting_post
from service.workflows.rules import countersigning, first_handler, legal_order
from service.workflows.worksheet import Work


def item_of(work: Work, code: str) -> Item:
    """Return an item of the case. Raises NotFound."""
    if code not in work.case.items:
        raise no_item(code)
    return work.case.items[code]


def no_item(code: str) -> NotFound:
    """Return the answer to who names an item that is not there, or not for him."""
    return NotFound(f"这件办件里没有事项「{code}」", item=code)


def act(work: Work, action: Action, actor: Actor) -> None:
    """Take one action on one item.

    Raises:
        NotFound: no such item. NotPermitted: not this actor, ever. ActionNotAllowed: not now. DataInvalid: what it
            carries is incomplete or wrong. NotEligible: 告知承诺 is barred.
    """
    item = item_of(work, action.item)
    ways = _open_ways(work, item, action.name, actor)
    move = ways[0]
    move.data = _carried(work, move, action)
    if countersigning.must_sign(work, move) and not _sign_and_count(work, move, ways):
        return
    for apply in legal_order.APPLY:  # first, for which way is open may depend on what was handed in
        apply(work, move)
    taken = work.machine(item).fire(item.state, action.name, _guard_of(work, item, ways))
    if taken != move.transition:
        move = next(way for way in ways if way.transition == taken)
        move.data = _carried(work, move, action)
    _take_transition(work, move)


def consider(work: Work, item: Item, name: str, actor: Actor) -> None:
    """Refuse what `act` would refuse whatever the action carried; changes nothing."""
    try:
        ways = _open_ways(work, item, name, actor)
    except DataInvalid as lacking:  # nothing that is carried would help: it is not offered
        raise ActionNotAllowed(
            lacking.detail, law=lacking.law, action=name, state=item.state
        ) from None
    handed_in = any("materials" in way.transition.needs for way in ways)
    if not handed_in:  # what will be handed in decides
        work.machine(item).fire(item.state, name, _guard_of(work, item, ways))


def warnings(work: Work, item: Item, transition: Transition, actor: Actor) -> str:
    """Say what to know before a way is taken that nothing forbids."""
    move = Move(item, transition, actor, "", was=item.state)
    return "；".join(said for warns in legal_order.WARNS if (said := warns(work, move)))


def expire(work: Work, clock: Clock, actor: Actor) -> None:
    """Let the end of a clock do what its institute says, else take the action that the lifecycle names."""
    if ends := legal_order.EXPIRES.get(clock.expiry):
        ends(work, clock)
    elif clock.expiry == between_items.BLOCKED_OVER:
        between_items.give_up_waiting(work, clock)
    else:
        act(work, Action(clock.expiry, clock.item), actor)


# ---- which ways are open ---------------------------------------------------------------------------------------


def _open_ways(work: Work, item: Item, name: str, actor: Actor) -> list[Move]:
    """Return the ways this action may now be taken by this actor.

    Raises:
        NotPermitted: not this actor, ever. ActionNotAllowed: not now. NotEligible: 告知承诺 or 容缺 is barred.
    """
    machine = work.machine(item)
    leaving = [t for t in machine.leaving(item.state) if t.action == name]
    named = leaving or [t for t in machine.transitions if t.action == name]
    facts = {"action": name, "state": item.state}
    if not named:
        why = f"「{machine.lifecycle.title}」没有「{name}」这个办理动作"
        raise ActionNotAllowed(why, **facts)
    ways = _permitted_ways(work, item, named, actor)
    if not leaving:
        why = f"「{machine.states[item.state].title}」时不能{named[0].title}"
        raise ActionNotAllowed(why, law=named[0].basis, **facts)
    for move in ways:
        for refuse in legal_order.REFUSE:
            refuse(work, move)
    return ways


def _permitted_ways(work: Work, item: Item, named: list[Transition], actor: Actor) -> list[Move]:
    """Return those of the transitions that are this actor's. Raises NotPermitted where none is."""
    machine, ways = work.machine(item), []
    refusal: NotPermitted | None = None
    for transition in named:
        try:
            post = acting_post(work.release, work.case, item, machine, transition, actor)
        except NotPermitted as no:
            refusal = refusal or no
        else:
            ways.append(Move(item, transition, actor, post, was=item.state))
    if refusal and not ways:
        raise refusal
    return ways


def own_way(work: Work, item: Item, named: list[Transition], actor: Actor) -> Transition:
    """Return which of the transitions of one name is this actor's; the first where none is."""
    try:
        return _permitted_ways(work, item, named, actor)[0].transition
    except NotPermitted:
        return named[0]


def _carried(work: Work, move: Move, action: Action) -> dict[str, Any]:
    return checked(Desk(work.release, work.case, move.item, move.transition, action.data))


def _sign_and_count(work: Work, move: Move, ways: list[Move]) -> bool:
    """Sign, and tell whether the action takes effect; a signature of its own is an event of its own."""
    transition, item = move.transition, move.item
    work.machine(item).fire(item.state, transition.action, _guard_of(work, item, ways))
    if countersigning.takes_effect(work, move):
        return True
    told = {"action": transition.action, **_recorded_data(move.data)}
    work.log("sign", move.actor, item=item.item, post=move.post, law=transition.basis, data=told)
    return False


def _guard_of(work: Work, item: Item, ways: list[Move]) -> Guard:
    """Return the guard of a machine: only a way open to this actor, and only when its condition holds."""
    last = len(ways) == 1  # no other way may still be open: then the reason is told

    def open_now(transition: Transition) -> bool:
        if all(way.transition != transition for way in ways):
            return False
        if transition.when is None:
            return True
        condition = work.release.expression(transition.when, "lifecycle")
        if condition.evaluate(work.facts(item)):
            return True
        if last:
            _refuse_incomplete(work, ways[0])
        return False

    return open_now


def _refuse_incomplete(work: Work, move: Move) -> None:
    """Say which papers keep a condition from holding, where it is papers that do."""
    item, title = move.item, move.transition.title
    materials = work.release.vocabulary.materials

    def named(codes: list[str]) -> str:
        return "、".join(materials[code].title for code in codes)

    if lacking := in_hand.missing(work.release, work.case, item, work.facts()):
        why = f"材料还不齐，不能{title}：缺{named(lacking)}"
        raise move.refusal(why, move.transition.basis, missing=lacking)
    if gaps := in_hand.open_gaps(work.case, item.item):
        raise move.refusal(f"容缺材料还没有补齐，不能{title}：{named(gaps)}", missing=gaps)


# ---- taking one ------------------------------------------------------------------------------------------------


def _take_transition(work: Work, move: Move) -> None:
    """Put the item into its new state with everything that follows inside the item, then tell the others."""
    item, transition = move.item, move.transition
    item.state = transition.to
    for moved in legal_order.MOVED:  # before the clocks: limits count from the days fixed here
        moved(work, move)
    if move.leaves or transition.counts_from or transition.restarts:
        work.turn_clocks(item, transition, move.data.get("days"))
    if move.leaves:
        work.close_tasks(item.item)
        work.open_task(item)  # asks who had the last one like it, so the one just closed is
        first_handler.keep_person(work, move)  # given to its doer only afterwards
    _record(work, move)
    if transition.notice:  # after the clocks: the paper names the new dates
        _issue_paper(work, move, transition.notice)
    final = work.machine(item).states[item.state].final
    ended = final if move.leaves else None  # what only begins a proceeding ends nothing anew
    if ended:
        _end_item(work, move, ended)
    if move.effect.parent:
        _tell_parent(work, move, move.effect.parent)
    if "materials" in transition.needs:
        _complete_others(work, move)
    # after the record, so that what begins is told after its cause
    for follows in legal_order.FOLLOWS:
        follows(work, move)
    # last: the others hear of a decision and of an end with all that belongs to it
    between_items.told_of(work, move, ended=bool(ended))


def _record(work: Work, move: Move) -> None:
    told = _recorded_data(move.data)
    for tells in legal_order.TELLS:
        told |= tells(work, move)
    item, transition = move.item, move.transition
    work.log(
        transition.action,
        move.actor,
        item=item.item,
        post=move.post,
        states=(move.was, item.state),
        law=transition.basis,
        data=told,
    )


def _recorded_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the record says of what an action carried: nothing the applicant filled in, no name of a file."""
    told = dict(data)
    if "form" in data:
        told["form"] = sorted(data["form"])
    if "parties" in data:
        told["parties"] = len(data["parties"])
    if "photos" in data:
        told["photos"] = [photo["file"] for photo in data["photos"]]
    if isinstance(data.get("materials"), list):
        told["materials"] = [
            {name: value for name, value in row.items() if name != "name"}
            for row in data["materials"]
        ]
    return told


def _issue_paper(work: Work, move: Move, kind: str) -> None:
    """Issue the paper of a move: to the applicant or inside, and to third parties where it concerns them."""
    item = move.item
    paper = _paper(work, move)
    if kind == wording.ACCEPTANCE and _joins_another(work, move):
        return
    work.issue(kind, item.item, paper, to=item.department if kind in wording.INWARD else APPLICANT)
    for party in item.third_parties if kind in wording.TO_THIRD_PARTIES else ():
        named = Paper(paper.title, {**paper.body, "addressee": party["name"]})
        work.issue(kind, item.item, named, to=THIRD_PARTY)


def _joins_another(work: Work, move: Move) -> bool:
    """Let one certificate list what is accepted in the same step, where the lead accepts for all (R-ACC-7)."""
    if work.release.bundle.acceptance != "lead":
        return False
    for n, notice in work.case.notices.items():
        same = (notice.kind, notice.to, notice.issued_at) == (
            wording.ACCEPTANCE,
            APPLICANT,
            work.at,
        )
        if n in work.before.notices or not same:
            continue
        known = {*notice.body.get("accepted", [notice.item]), move.item.item}
        accepted = [entry.use for entry in work.release.bundle.items if entry.use in known]
        by_silence = move.transition.actors == [CLOCK]
        paper = wording.accepted_together(work.release, work.case, accepted, by_silence=by_silence)
        work.case.notices[n] = replace(notice, item=CASE, title=paper.title, body=paper.body)
        return True
    return False


def _paper(work: Work, move: Move) -> Paper:
    subject = work.release.subject(move.item.item)
    name = f"「{subject.title if subject else work.release.bundle.title}」"
    said = (add for says in legal_order.SAYS if (add := says(work, move, name)))
    return wording.of_move(
        work.release, work.case, move, said, work.situation.calendar, local_date(work.told_at)
    )


def _end_item(work: Work, move: Move, outcome: Outcome) -> None:
    item = move.item
    item.final_at, item.outcome = work.at, outcome
    for ended in legal_order.ENDED:
        ended(work, move)
    if item.parent:  # a proceeding: its papers tell the reasons that were just kept
        KINDS[item.lifecycle].ended(work, item, move.data)


def _tell_parent(work: Work, move: Move, action: str) -> None:
    """Let the item take what its proceeding has come to."""
    of = work.case.items[move.item.parent]
    transition = work.machine(of).fire(of.state, action, lambda _: True)
    data = {**move.data, "ground": move.item.ground}
    taken = Move(of, transition, move.actor, "head", was=of.state, data=data)
    for apply in legal_order.APPLY:
        apply(work, taken)
    _take_transition(work, taken)


def _complete_others(work: Work, move: Move) -> None:
    """A paper may complete other items as well: they go back to the window in the same step."""
    for other in list(work.case.items.values()):
        machine = work.machine(other)
        corrects = other.state in machine.acceptance_states - {machine.lifecycle.initial}
        if other is move.item or not corrects:
            continue
        ways = [
            Move(other, transition, move.actor, APPLICANT, was=other.state)
            for transition in machine.leaving(other.state)
            if "materials" in transition.needs and APPLICANT in transition.actors
        ]
        if ways and in_hand.flags(work.release, work.case, other, work.facts())["complete"]:
            other.complete_at = other.complete_at or work.at
            action = ways[0].transition.action
            taken = machine.fire(other.state, action, _guard_of(work, other, ways))
            way = next(way for way in ways if way.transition == taken)
            way.data = {"materials": []}
            _take_transition(work, way)
