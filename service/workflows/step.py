"""一步 — one action decides everything: submit, a click, an outside answer and a passed deadline all come through here.

`step` is pure: release, case, action, actor and situation in; the case after and its events out, or a refusal with
its article. What has fallen due before `now` is settled first, so a late worker gives the same states and dates as a
punctual one (section 18, invariants 7 and 8).
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal

from service.errors import ActionNotAllowed, NotPermitted, ServiceError
from service.workflows import clocks, rights, rules
from service.workflows.calendar import local_date
from service.workflows.case.engine import APPLICANT, CLOCK
from service.workflows.case.parts import CASE, Case, Clock
from service.workflows.case.situation import CLOCK_ACTOR, Action, Actor, Offer, Situation, Step
from service.workflows.clocks import Fallen
from service.workflows.handling import on_case, on_items, on_tasks
from service.workflows.handling.carried import needs_of
from service.workflows.handling.on_case import CASE_ACTIONS
from service.workflows.handling.on_tasks import TASK_ACTIONS
from service.workflows.handling.submission import submit
from service.workflows.notices import last_days, of_clocks, wording
from service.workflows.rules import legal_order
from service.workflows.worksheet import Work

AWAITED = "await_calendar"
CARDS = {"yellow": "yellow_card", "red": "red_card", "breach": "statutory_breach"}


def step(case: Case, action: Action, actor: Actor, situation: Situation) -> Step:
    """Take one action and return what comes of it.

    Raises:
        ServiceError: a refusal (NotPermitted, ActionNotAllowed, DataInvalid, NotEligible); nothing changed.
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
        _take_action(work, action, actor)
    return _finished_step(work)


def tick(case: Case, situation: Situation) -> Step:
    """Let the clock do what has fallen due up to now; a step without events means that nothing had."""
    work = Work(situation, case)
    _settle_due(work)
    return _finished_step(work)


def give_back(case: Case, situation: Situation) -> Step:
    """Let go of the tasks of who is not at their post any more; a step without events means that nobody has left."""
    work = Work(situation, case)
    _settle_due(work)
    on_tasks.give_back_left(work)
    return _finished_step(work)


def recalendar(case: Case, situation: Situation) -> Step:
    """Reckon the open clocks anew after a change of the calendar; one event tells every date that moved (R-CAL-6)."""
    work = Work(situation, case)
    moved, touched = [], False
    for clock in list(work.case.clocks.values()):
        if (
            clock.state == "settled"
            or clock.ends_on
            or clock.calendar == situation.calendar.version
        ):
            continue
        work.put(clock)
        touched = True
        moved += _moved(clock, work.case.clocks[clock.item, clock.clock])
    if touched:  # also when no date moved: the record tells every row that changed
        work.log(
            "recalendar", CLOCK_ACTOR, data={"calendar": situation.calendar.version, "moved": moved}
        )
    if moved:
        text = "工作日历有变动，未办结事项的期限已重新计算。"
        dates = last_days.all_dates(work.release, work.case)
        work.issue("recalendar", CASE, wording.plain("recalendar", text, dates=dates))
    return _finished_step(work)


def _moved(old: Clock, new: Clock) -> list[dict[str, str]]:
    """Return {item, clock, limit, from, to} of each limit whose last day is another now."""
    return [
        {
            "item": old.item,
            "clock": old.clock,
            "limit": limit,
            "from": str(before or ""),
            "to": str(after or ""),
        }
        for limit in ("promised", "statutory")
        if (before := getattr(old, f"{limit}_on")) != (after := getattr(new, f"{limit}_on"))
    ]


def _take_action(work: Work, action: Action, actor: Actor) -> None:
    action, actor = rights.on_behalf(work.release, work.case, action, actor)
    if action.item:
        on_items.act(work, action, actor)
    elif action.name in TASK_ACTIONS:
        on_tasks.act(work, action, actor)
    else:
        on_case.act(work, action, actor)


def _finished_step(work: Work) -> Step:
    if not work.case.closed_at:
        work.set_derived_state()
        for turn in legal_order.TURNS:
            turn(work)
    work.date_tasks()
    return Step(work.before, work.case, tuple(work.events))


# ---- what falls due --------------------------------------------------------------------------------------------


def _settle_due(work: Work) -> None:
    """Do everything that fell due before now, in order, each at its own instant."""
    now = work.situation.now
    while found := min(
        _fallen_due(work, now), key=lambda due: (due[0], due[2].item, due[2].clock), default=None
    ):
        work.at, what, clock = found
        work.at_expiry = what == "expire"
        work.told_from = _last_told(work)
        if what == "expire":
            _expire(work, clock)
        elif what == "await":
            _await_calendar(work, clock)
        else:
            _give_card(work, what, clock)
        if not work.case.closed_at:
            work.set_derived_state()
            for turn in legal_order.TURNS:
                turn(work)
        work.date_tasks()  # a task that is closed next keeps what it had come to
    work.at, work.at_expiry, work.told_from = now, False, None


def _expire(work: Work, clock: Clock) -> None:
    """Let the clock take the action named for its end; one that is refused is recorded and does not come again."""
    before, told = work.case, len(work.events)
    work.case = before.fork()
    try:
        on_items.expire(work, clock, CLOCK_ACTOR)
        still = work.case.clocks[clock.item, clock.clock]
        if (still.state, still.expiry, still.spans) == ("running", clock.expiry, clock.spans):
            work.put(replace(still, expiry=""))  # what ended was told; it does not end again
    except ServiceError as refusal:
        work.case = before
        del work.events[told:]
        work.put(replace(clock, expiry=""))
        _tell_refused(work, clock, refusal)


def _tell_refused(work: Work, clock: Clock, refusal: ServiceError) -> None:
    """Tell the department that an expiry came to nothing, and record why: from here on only a person moves it."""
    item = work.case.items.get(clock.item)
    act = work.machine(item).title_of(clock.expiry) if item else clock.expiry
    paper = of_clocks.not_taken(work.release, clock.item, clock, act, refusal.detail)
    department = item.department if item else work.release.bundle.lead
    work.issue("expiry_refused", clock.item, paper, to=department)
    data = {"clock": clock.clock, "action": clock.expiry, "why": refusal.detail}
    work.log("expiry_refused", CLOCK_ACTOR, item=clock.item, post=CLOCK, law=refusal.law, data=data)


def _fallen_due(work: Work, now: datetime) -> Iterator[tuple[datetime, Fallen, Clock]]:
    known = work.situation.calendar.version
    for clock in work.case.clocks.values():
        # what waited for a calendar may have fallen due with it, though nobody has reckoned it anew yet
        arrived = clock.awaited_on and clock.calendar != known
        due = arrived or (clock.wake_at and clock.wake_at <= now)
        if clock.state == "running" and due and not rules.goes_on(work, clock):
            for at, what in clocks.due_events(
                clock, work.situation.calendar, work.situation.policy, now
            )[:1]:
                yield at, what, clock


def _give_card(work: Work, what: Literal["yellow", "red", "breach"], clock: Clock) -> None:
    """Give a card once: an event and a paper to the department (R-MON-1, R-MON-5)."""
    kind = CARDS[what]
    marked = clocks.mark(clock, what, local_date(work.at))
    work.put(marked)
    department = work.case.items[clock.item].department if clock.item else work.release.bundle.lead
    work.issue(
        kind, clock.item, of_clocks.card(kind, work.release, clock.item, marked), to=department
    )
    data = {"clock": clock.clock, "due_on": clock.due_on and clock.due_on.isoformat()}
    work.log(kind, CLOCK_ACTOR, item=clock.item, post=CLOCK, law=clock.basis, data=data)


def _await_calendar(work: Work, clock: Clock) -> None:
    """Put the end of a limit off until the notice of holidays on which it hangs is there, and say so (R-CAL-5)."""
    marked = clocks.mark(clock, "await", local_date(work.at))
    work.put(marked)
    department = work.case.items[clock.item].department if clock.item else work.release.bundle.lead
    for to in (APPLICANT, department) if clock.owner == APPLICANT else (department,):
        paper = of_clocks.awaited(work.release, marked, work.situation.calendar, to)
        work.issue(AWAITED, clock.item, paper, to=to)
    data = {"clock": clock.clock, "due_on": clock.due_on and clock.due_on.isoformat()}
    work.log(AWAITED, CLOCK_ACTOR, item=clock.item, post=CLOCK, data=data)


def _last_told(work: Work) -> datetime | None:
    """Return when anything was last told of the case: nothing is told before it.

    What a late calendar brings about may lie before it, and so may the card of a limit that counts from an earlier receipt.
    """
    told = [notice.issued_at for notice in work.case.notices.values()]
    told += [at for task in work.case.tasks.values() for at in (task.since_at, task.done_at) if at]
    return max(told, default=None)


# ---- what may be done now --------------------------------------------------------------------------------------


def offers(case: Case, actor: Actor, situation: Situation) -> list[Offer]:
    """Return the actions of this actor, those possible now and those not, with the reason.

    The verdict is that of `step` itself: who and when are asked, what the action would carry is not, and nothing is
    done. What has fallen due is settled once, not for each action.
    """
    if case.state == "draft":
        return []
    work = Work(situation, case)
    _settle_due(work)
    found = _offered(work, actor)
    if rights.acts_for_applicant(work.release, work.case, actor):
        known = {(offer.item, offer.action) for offer in found}
        for offer in _offered(work, replace(actor, behalf="-")):
            if (offer.item, offer.action) not in known:
                found.append(replace(offer, needs=(*offer.needs, "on_behalf", "document")))
    return found


def concerned(case: Case, action: str, actor: Actor, situation: Situation) -> list[str]:
    """Return the items that an action on the case, which names one, may be about now."""
    work = Work(situation, case)
    _settle_due(work)
    found = []
    for code in work.case.items:
        with suppress(ServiceError):
            CASE_ACTIONS[action].consider(work, actor, code)
            found.append(code)
    return found


def _offered(work: Work, actor: Actor) -> list[Offer]:
    found = []
    for item in work.case.items.values():
        leaving = work.machine(item).leaving(item.state)
        for name in dict.fromkeys(t.action for t in leaving):
            transition = on_items.own_way(
                work, item, [t for t in leaving if t.action == name], actor
            )
            needs = tuple(needs_of(work.release, item, transition))
            says = on_items.warnings(work, item, transition, actor)
            offer = Offer(name, item.item, transition.title, needs, allowed=True, says=says)
            found.append(_verdict(offer, partial(on_items.consider, work, item, name, actor)))
    for action in CASE_ACTIONS.values():
        beside = action.asks(work)
        carries = (*action.needs, *beside)
        says = "；".join(beside.values())
        offer = Offer(action.name, CASE, action.title, carries, allowed=True, says=says)
        found.append(_verdict(offer, partial(action.consider, work, actor)))
    return [offer for offer in found if offer is not None]


def _verdict(offer: Offer, considered: Callable[[], object]) -> Offer | None:
    """Return the offer with the refusal that stands against it; None for who may never."""
    try:
        considered()
    except NotPermitted:
        return None
    except ServiceError as refusal:
        return replace(offer, allowed=False, reason=refusal.detail, law=refusal.law)
    return offer
