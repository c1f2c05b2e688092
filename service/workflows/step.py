"""一步 — one action decides everything: submit, a click, an outside answer and a passed deadline all come through here.

`step` is pure: release, case, action, actor and situation in; the case after and its events out, or a refusal with
its article. What has fallen due before `now` is settled first, so a late worker gives the same states and dates as a
punctual one (section 18, invariants 7 and 8).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from service.errors import ActionNotAllowed, DataInvalid, NotPermitted, ServiceError
from service.workflows import clocks, item_actions, notices, signals
from service.workflows.calendar import local_date
from service.workflows.case import Case, Clock
from service.workflows.case_actions import CASE_ACTIONS
from service.workflows.clocks import Fallen
from service.workflows.machine import CLOCK
from service.workflows.situation import CLOCK_ACTOR, Action, Actor, Offer, Situation, Step
from service.workflows.submission import submit
from service.workflows.work import Work

CARDS = {"yellow": "yellow_card", "red": "red_card", "breach": "statutory_breach"}


def step(case: Case, action: Action, actor: Actor, situation: Situation) -> Step:
    """Take one action and return what comes of it.

    Raises:
        ServiceError: a refusal (NotPermitted, ActionNotAllowed, DataInvalid, NotEligible, Stopped); nothing changed.
    """
    work = Work(situation, case)
    if action.name == "submit" and not action.item:
        if case.state != "draft":
            raise ActionNotAllowed("已经提交过", action="submit", state=case.state)
        submit(work, action, actor)
    else:
        if case.state == "draft":
            raise ActionNotAllowed("申请还没有提交", action=action.name, state=case.state)
        _settle_due(work)
        _act(work, action, actor)
    return _finished(work)


def tick(case: Case, situation: Situation) -> Step:
    """Let the clock do what has fallen due up to now; a step without events means that nothing had."""
    work = Work(situation, case)
    _settle_due(work)
    return _finished(work)


def recalendar(case: Case, situation: Situation) -> Step:
    """Reckon the open clocks anew after a change of the calendar; one event tells every date that moved (R-CAL-6)."""
    work = Work(situation, case)
    moved = []
    for clock in list(work.case.clocks.values()):
        if clock.state == "settled" or clock.calendar == situation.calendar.version:
            continue
        old = clock.due_on
        work.put(clock)
        new = work.case.clocks[clock.item, clock.clock].due_on
        if old != new:
            moved.append({"item": clock.item, "clock": clock.clock, "from": str(old or ""), "to": str(new or "")})
    if moved:
        work.log("recalendar", CLOCK_ACTOR, data={"calendar": situation.calendar.version, "moved": moved})
    return _finished(work)


def _act(work: Work, action: Action, actor: Actor) -> None:
    if action.item:
        item_actions.act(work, action, actor)
        return
    if action.name not in CASE_ACTIONS:
        detail = f"办件没有「{action.name}」这个动作；可用：{'、'.join(CASE_ACTIONS)}"
        raise DataInvalid(detail, errors=[{"pointer": "/action", "detail": detail}])
    CASE_ACTIONS[action.name][2](work, action, actor)


def _finished(work: Work) -> Step:
    if not work.case.closed_at:
        work.set_derived_state()
        signals.turn_case_clocks(work)
    work.date_tasks()
    return Step(work.before, work.case, tuple(work.events))


# ---- what falls due --------------------------------------------------------------------------------------------


def _settle_due(work: Work) -> None:
    """Do everything that fell due before now, in order, each at its own instant."""
    now = work.situation.now
    while found := min(_due(work, now), key=lambda due: (due[0], due[2].item, due[2].clock), default=None):
        work.at, what, clock = found
        work.at_expiry = what == "expire"
        if what == "expire":
            item_actions.expire(work, clock, CLOCK_ACTOR)
        else:
            _card(work, what, clock)
        if not work.case.closed_at:
            work.set_derived_state()
            signals.turn_case_clocks(work)
    work.at, work.at_expiry = now, False


def _due(work: Work, now: datetime) -> Iterator[tuple[datetime, Fallen, Clock]]:
    for clock in work.case.clocks.values():
        if clock.state == "running" and clock.wake_at and clock.wake_at <= now:
            for at, what in clocks.due_events(clock, work.situation.calendar, work.situation.policy, now)[:1]:
                yield at, what, clock


def _card(work: Work, what: Fallen, clock: Clock) -> None:
    """Give a card once: an event and a paper to the department (R-MON-1, R-MON-5)."""
    if what == "expire":
        return
    kind = CARDS[what]
    marked = clocks.mark(clock, what, local_date(work.at))
    work.put(marked)
    department = work.case.items[clock.item].department if clock.item else work.release.bundle.lead
    work.issue(kind, clock.item, notices.card(kind, work.release, clock.item, marked), to=department)
    data = {"clock": clock.clock, "due_on": clock.due_on and clock.due_on.isoformat()}
    work.log(kind, CLOCK_ACTOR, item=clock.item, post=CLOCK, law=clock.basis, data=data)


# ---- what may be done now --------------------------------------------------------------------------------------


def offers(case: Case, actor: Actor, situation: Situation) -> list[Offer]:
    """Return the actions of this actor, those possible now and those not, with the reason.

    The verdict is that of `step` itself; only what the action would carry is not asked for yet.
    """
    if case.state == "draft":
        return []
    found = []
    for item in case.items.values():
        machine = Work(situation, case).machine(item)
        for name in dict.fromkeys(t.action for t in machine.leaving(item.state)):
            transition = next(t for t in machine.leaving(item.state) if t.action == name)
            offer = Offer(name, item.item, transition.title, tuple(transition.needs), allowed=True)
            found.append(_verdict(case, offer, actor, situation))
    for name, (title, needs, _) in CASE_ACTIONS.items():
        found.append(_verdict(case, Offer(name, "", title, needs, allowed=True), actor, situation))
    return [offer for offer in found if offer is not None]


def _verdict(case: Case, offer: Offer, actor: Actor, situation: Situation) -> Offer | None:
    try:
        step(case, Action(offer.action, offer.item, PROBE), actor, situation)
    except NotPermitted:
        return None
    except DataInvalid:
        return offer
    except ServiceError as refusal:
        return replace(offer, allowed=False, reason=refusal.detail, law=refusal.law)
    return offer


PROBE: dict[str, object] = {}
