"""事项办理 — one action on one item: check what it carries, apply it, move the state, turn the clocks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.errors import ActionNotAllowed, DataInvalid, NotFound, NotPermitted
from service.workflows import (
    bans,
    certificates,
    clocks,
    commitments,
    credit,
    feedback,
    joint,
    notices,
    papers,
    proceedings,
    prohibitions,
    publications,
    signals,
    signing,
)
from service.workflows.calendar import local_date
from service.workflows.case import THIRD_PARTY, Clock, Item
from service.workflows.effects import effects_of
from service.workflows.language.duration import Duration
from service.workflows.language.models import Effect, Transition
from service.workflows.machine import APPLICANT, PLEDGED, Guard
from service.workflows.needs import Desk, checked
from service.workflows.rights import acting_post
from service.workflows.situation import Action, Actor
from service.workflows.work import Work

REASONS_KEPT = frozenset({"stopped", "refused", "declined", "not_required", "broken", "unkept", "revoked"})


def item_of(work: Work, code: str) -> Item:
    """Return an item of the case. Raises NotFound."""
    if code not in work.case.items:
        raise NotFound(f"这件办件里没有事项「{code}」", item=code)
    return work.case.items[code]


def act(work: Work, action: Action, actor: Actor) -> None:
    """Take one action on one item.

    Raises:
        NotFound: no such item. NotPermitted: not this actor, ever. ActionNotAllowed: not now. DataInvalid: what it
            carries is incomplete or wrong. NotEligible: 告知承诺 is barred.
    """
    item = item_of(work, action.item)
    ways = _open_ways(work, item, action.name, actor)
    first, post = ways[0]
    data = checked(Desk(work.release, work.case, item, first, action.data))
    if signing.must_sign(work, item, first, post) and not _signed(work, item, ways, actor, data):
        return
    for effect in effects_of(work, item, first, data):
        effect(work, item, data, actor)
    transition = work.machine(item).fire(item.state, action.name, _guard(work, item, ways))
    if transition != first:
        post = next(post for way, post in ways if way == transition)
        data = checked(Desk(work.release, work.case, item, transition, action.data))
    _move(work, item, transition, data, actor, post)


def consider(work: Work, item: Item, name: str, actor: Actor) -> None:
    """Refuse what `act` would refuse whatever the action carried; changes nothing."""
    try:
        ways = _open_ways(work, item, name, actor)
    except DataInvalid as lacking:  # nothing that is carried would help: it is not offered
        raise ActionNotAllowed(lacking.detail, law=lacking.law, action=name, state=item.state) from None
    if not any("materials" in way.needs for way, _ in ways):  # what will be handed in decides
        work.machine(item).fire(item.state, name, _guard(work, item, ways))


Ways = list[tuple[Transition, str]]  # transitions the actor may take, each with the post in which he takes it


def _open_ways(work: Work, item: Item, name: str, actor: Actor) -> Ways:
    """Return the ways this action may now be taken by this actor.

    Raises:
        NotPermitted: not this actor, ever. ActionNotAllowed: not now. NotEligible: 告知承诺 or 容缺 is barred.
    """
    machine = work.machine(item)
    leaving = [t for t in machine.leaving(item.state) if t.action == name]
    named = leaving or [t for t in machine.transitions if t.action == name]
    if not named:
        raise ActionNotAllowed(
            f"「{machine.lifecycle.title}」没有「{name}」这个办理动作", action=name, state=item.state
        )
    ways = _permitted(work, item, named, actor)
    if not leaving:
        title = machine.states[item.state].title
        raise ActionNotAllowed(f"「{title}」时不能{named[0].title}", action=name, state=item.state, law=named[0].basis)
    prohibitions.others_task(work, item, actor)
    for transition, post in ways:
        prohibitions.same_eyes(work, item, transition, actor, post)
        prohibitions.by_rule(work, item, transition, actor)
    if signing.must_sign(work, item, *ways[0]):
        signing.refuse_turn(work, item, actor, ways[0][1])
    return ways


def _permitted(work: Work, item: Item, named: list[Transition], actor: Actor) -> Ways:
    machine, ways = work.machine(item), []
    refusal: NotPermitted | None = None
    for transition in named:
        try:
            ways.append((transition, acting_post(work.release, work.case, item, machine, transition, actor)))
        except NotPermitted as no:
            refusal = refusal or no
    if refusal and not ways:
        raise refusal
    return ways


def own_way(work: Work, item: Item, named: list[Transition], actor: Actor) -> Transition:
    """Return which of the transitions of one name is this actor's; the first where none is."""
    try:
        return _permitted(work, item, named, actor)[0][0]
    except NotPermitted:
        return named[0]


def _signed(work: Work, item: Item, ways: Ways, actor: Actor, data: dict[str, Any]) -> bool:
    """Sign, and tell whether the action takes effect; a signature of its own is an event of its own."""
    transition, post = ways[0]
    work.machine(item).fire(item.state, transition.action, _guard(work, item, ways))
    if signing.takes_effect(work, item, transition, actor, post):
        return True
    told = {"action": transition.action, **_told(data)}
    work.log("sign", actor, item=item.item, post=post, law=transition.basis, data=told)
    return False


def _guard(work: Work, item: Item, ways: Ways) -> Guard:
    """Return the guard of a machine: only a way open to this actor, and only when its condition holds."""

    def holds(transition: Transition) -> bool:
        if transition.when is None:
            return True
        return bool(work.release.expression(transition.when, "lifecycle").evaluate(work.facts(item)))

    def explained(transition: Transition) -> bool:
        if all(way != transition for way, _ in ways):
            return False
        if holds(transition):
            return True
        lacking = papers.missing(work.release, work.case, item, work.facts())
        last = len(ways) == 1
        if last and lacking:
            titles = "、".join(work.release.vocabulary.materials[code].title for code in lacking)
            raise ActionNotAllowed(
                f"材料还不齐，不能{transition.title}：缺{titles}", action=transition.action, state=item.state,
                law=transition.basis, missing=lacking,
            )  # fmt: skip
        if last and (gaps := papers.open_gaps(work.case, item.item)):
            titles = "、".join(work.release.vocabulary.materials[code].title for code in gaps)
            raise ActionNotAllowed(
                f"容缺材料还没有补齐，不能{transition.title}：{titles}",
                action=transition.action,
                state=item.state,
                missing=gaps,
            )
        return False

    return explained


# ---- moving ----------------------------------------------------------------------------------------------------


def _move(work: Work, item: Item, transition: Transition, data: dict[str, Any], actor: Actor, post: str) -> None:
    """Put the item into its new state with everything that follows inside the item, then tell the others."""
    machine = work.machine(item)
    was = item.state
    intake = was in machine.acceptance_states or was == PLEDGED
    item.state = transition.to
    state = machine.states[item.state]
    if transition.to != was:
        item.signatures = []
    _dates(work, item, transition, actor, was_intake=intake)
    if actor.officer:
        item.first_handler = item.first_handler or actor.account
        item.reviewer = actor.account if post == "reviewer" else item.reviewer
    if transition.effect and transition.effect.extend:
        key = (item.item, transition.effect.extend)
        days = Duration(data["days"], "wd")
        work.put(clocks.extend(work.case.clocks[key], days, work.at, actor.account, data["reason"]))
        item.note = f"经负责人批准延长{data['days']}个工作日：{data['reason']}"  # the public reason (R-DEC-4)
    if transition.to != was or transition.counts_from:
        work.turn_clocks(item, transition, data.get("days"))
    if transition.to != was:
        work.close_tasks(item.item)
        work.open_task(item)
        _keep_person(work, item, actor, post, was)
    _log(work, item, transition, actor, post, data, (was, item.state))
    _issue(work, item, transition, data)
    ended = bool(state.final) and transition.to != was  # what only begins a proceeding ends nothing anew
    if ended:
        _finish(work, item, data)
    if transition.effect and (transition.effect.begin or transition.effect.parent):
        _beside(work, item, transition.effect, data, actor)
    if "materials" in transition.needs:
        _others_complete(work, item, actor)
    commitments.granted(work, item, transition, was, actor)
    publications.decided(work, item, transition, was)
    if ended:
        signals.item_final(work, item)


def _beside(work: Work, item: Item, effect: Effect, data: dict[str, Any], actor: Actor) -> None:
    """Begin a proceeding on the item, or let the item take what its proceeding has come to."""
    if effect.begin:
        begun = proceedings.begin(work, effect.begin, item.item, department=item.department)
        begun.special = {"ground": data.get("ground", "")}
    if effect.parent:
        of = work.case.items[item.parent]
        transition = work.machine(of).fire(of.state, effect.parent, lambda _: True)
        data = data | {"ground": item.special.get("ground", "")}
        for apply in effects_of(work, of, transition, data):
            apply(work, of, data, actor)
        _move(work, of, transition, data, actor, "head")
        certificates.strike_off(work, of.item)


def _issue(work: Work, item: Item, transition: Transition, data: Mapping[str, Any]) -> None:
    """Issue the paper of a transition: to the applicant or inside, and to third parties where it concerns them."""
    if not transition.notice:
        return
    calendar, kind = work.situation.calendar, transition.notice
    paper = notices.for_transition(work.release, calendar, work.case, item, transition, data, work.today)
    work.issue(kind, item.item, paper, to=item.department if kind in notices.INWARD else APPLICANT)
    for party in item.third_parties if kind in notices.TO_THIRD_PARTIES else ():
        named = replace(paper, body={**paper.body, "addressee": party["name"]})
        work.issue(kind, item.item, named, to=THIRD_PARTY)


def _dates(work: Work, item: Item, transition: Transition, actor: Actor, *, was_intake: bool) -> None:
    machine = work.machine(item)
    if was_intake and item.accepted_on is None and item.state not in machine.acceptance_states:
        ends = machine.states[item.state].final
        if ends in (None, "granted"):
            item.accepted_on = local_date(work.counting_from(item, transition.counts_from or "now"))
            item.noted = []
            joint.begin_cap(work, work.counting_from(item, transition.counts_from or "now"))
    if item.accepted_on and item.state == machine.lifecycle.initial:  # back to the ordinary path
        item.accepted_on = None
    decided = item.state not in machine.before_decision and not item.decided_at and actor.officer
    if decided and machine.states[item.state].final not in ("withdrawn", "stopped"):
        item.decided_at, item.decided_by = work.at, actor.account


def _keep_person(work: Work, item: Item, actor: Actor, post: str, was: str) -> None:
    """Remember on the closed task who did it, so that the same person gets the next one (首问负责)."""
    if not actor.officer:
        return
    for task in work.case.tasks.values():
        if (task.item, task.state, task.post, task.done_at) == (item.item, was, post, work.at):
            task.person = task.person or actor.account


def _log(
    work: Work,
    item: Item,
    transition: Transition,
    actor: Actor,
    post: str,
    data: dict[str, Any],
    states: tuple[str, str],
) -> None:
    told = _told(data)
    if work.machine(item).states[item.state].final == "revoked":
        told |= credit.cited(work.case, item)
    if work.machine(item).grants(transition):
        told |= commitments.trace(work, item, states[0])
    work.log(transition.action, actor, item=item.item, post=post, states=states, law=transition.basis, data=told)


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the record says of what an action carried: nothing the applicant filled in, no name of a file."""
    told = dict(data)
    if "form" in data:
        told["form"] = sorted(data["form"])
    if "parties" in data:
        told["parties"] = len(data["parties"])
    if isinstance(data.get("materials"), list):
        told["materials"] = [{k: v for k, v in row.items() if k != "name"} for row in data["materials"]]
    return told


def _finish(work: Work, item: Item, data: Mapping[str, Any]) -> None:
    state = work.machine(item).states[item.state]
    item.final_at, item.outcome = work.at, state.final or ""
    if state.final in REASONS_KEPT and data.get("reasons"):
        item.note = "；".join(point["title"] for point in data["reasons"])
    if state.final == "granted":
        item.served_on = work.today
        certificates.issue(work, item)
    if item.parent:
        commitments.ended(work, item)
        credit.ended(work, item, str(data.get("severity", "")))
    bans.pronounce(work, item, data)
    if state.final == "recalled":
        certificates.strike_off(work, item.item)


def _others_complete(work: Work, item: Item, actor: Actor) -> None:
    """A paper may complete other items as well: they go back to the window in the same step."""
    for other in list(work.case.items.values()):
        machine = work.machine(other)
        if other is item or other.state not in machine.acceptance_states or other.state == machine.lifecycle.initial:
            continue
        ways = [t for t in machine.leaving(other.state) if "materials" in t.needs and APPLICANT in t.actors]
        if ways and papers.flags(work.release, work.case, other, work.facts())["complete"]:
            other.complete_at = other.complete_at or work.at
            guard = _guard(work, other, [(way, APPLICANT) for way in ways])
            transition = machine.fire(other.state, ways[0].action, guard)
            _move(work, other, transition, {"materials": []}, actor, APPLICANT)


def expire(work: Work, clock: Clock, actor: Actor) -> None:
    """Let the clock take the action named for its end."""
    if clock.clock == certificates.VALIDITY:
        certificates.run_out(work, clock)
        return
    if clock.clock == feedback.FEEDBACK and not clock.item:
        feedback.overdue(work, clock)
        return
    act(work, Action(clock.expiry, clock.item), actor)
