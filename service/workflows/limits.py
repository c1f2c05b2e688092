"""哪个时限用哪个期限 — a clock of a lifecycle names its limit; what the names mean, and the new clock that comes of it.

A name is one of the item's own `limits`, one of those below, or the length itself (`5wd`).
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, NamedTuple

from service.workflows.case.engine import APPLICANT
from service.workflows.case.literals import ClockOwner
from service.workflows.case.parts import Case, Clock, Item
from service.workflows.case.situation import Situation
from service.workflows.definition import models
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import Lifecycle
from service.workflows.definition.models.handling import LICENCE_LAW

DEPARTMENT: Final = "department"
PUBLIC: Final = "public"
LIMITS = "limits"  # the item's statutory and promised limit
LEAST_TO_BE_HEARD = "5wd"  # 市场监督管理行政许可程序暂行规定 44; 行政许可法 47
EXPIRY = "expiry"  # the limit of a clock that ends with the certificate an item renews


class Limits(NamedTuple):
    """期限 — of one clock, as durations: 13wd."""

    statutory: str | None = None
    promised: str | None = None


def new_clock(
    situation: Situation, case: Case, item: Item, name: str, on: date, *, days: int | None = None
) -> Clock:
    """Return a clock of an item that has not started; `days` (working days) overrides its limit.

    `on` is the local legal date of the act.
    """
    release = situation.release
    lifecycle = release.lifecycles[item.lifecycle]
    definition = lifecycle.clocks[name]
    limits = limits_of(situation, case, item, name, on)
    if days is not None:
        limits = Limits(statutory=str(Duration(days, "wd")))
    subject = release.subject(item.item)
    safe = bool(subject and subject.category == "licence") and case.channel == "online"
    window = item.window if definition.limit == EXPIRY else None
    owner = owner_of(lifecycle, name)
    if window and not window.timely:
        owner = PUBLIC  # late: nothing has to be decided by the end of the validity (行政许可法 50)
    return Clock(
        item=item.item,
        clock=name,
        title=definition.title,
        basis=_basis(definition, subject, own=not item.parent),
        owner=owner,
        closes_at=closing_hour(situation, case, owner),
        statutory=limits.statutory,
        promised=limits.promised,
        ends_on=window.valid_until if window else None,
        # what is accepted with gaps is complete later, yet entered the system with its receipt (法释〔2009〕20号 6)
        entered_at=(item.complete_at or item.received_at)
        if safe and definition.limit == LIMITS
        else None,
    )


def closing_hour(situation: Situation, case: Case, owner: ClockOwner) -> str:
    """Return when the last day of an applicant's period ends at a counter: with the office; empty: at 24:00 (R-TIME-3)."""
    policy = situation.policy
    at_counter = case.channel == "counter" and owner == APPLICANT and policy.counter_close
    return policy.office_hours.partition("-")[2] if at_counter else ""


def _basis(
    clock: models.LifecycleClock, subject: models.ItemDefinition | None, *, own: bool
) -> str:
    """Return the article of a clock: what the item says of its limit; the licence law binds licences alone (R-TIME-10).

    Whoever takes a lifecycle of licences for another matter has its timers by choice: by analogy (参照), not by that law.
    """
    if subject is None:
        return clock.basis
    name = "statutory" if clock.limit == LIMITS else clock.limit
    if own and name in subject.bases:
        return subject.bases[name]
    if subject.category == "licence":
        return clock.basis
    if own and clock.limit == LIMITS:
        return subject.basis_of(name)
    return f"参照{clock.basis}" if clock.basis.startswith(LICENCE_LAW) else clock.basis


def limits_of(situation: Situation, case: Case, item: Item, name: str, on: date) -> Limits:
    """Return what a clock of an item runs, by the limit that its lifecycle names for it."""
    limit = situation.release.lifecycles[item.lifecycle].clocks[name].limit
    if item.parent and (own := OF_PROCEEDINGS.get(limit)):
        return own(situation, case, item, on)
    if item.parent and (of_region := getattr(situation.policy, limit, None)):
        return Limits(promised=str(of_region))  # a duty by the region's own rules, no statutory one
    definition = situation.release.subject(item.item)
    if definition is None:
        return Limits(statutory=limit)
    if limit == EXPIRY:
        return Limits()
    if limit == LIMITS:
        return _of_item(definition, item.handling)
    return Limits(statutory=definition.limits.get(limit, limit))


def _of_item(definition: models.ItemDefinition, handling: str) -> Limits:
    promised = definition.limits.get("promised")
    if handling == "commitment" and definition.commitment:
        promised = definition.commitment.limit
    return Limits(definition.limits.get("statutory"), promised)


# ---- what only proceedings name ------------------------------------------------------------------------------------


def _credit_term(situation: Situation, _case: Case, item: Item, _on: date) -> Limits:
    """失信信息有效期: by how grave the breach was."""
    return Limits(statutory=situation.policy.ends_after(item.severity))


def _promised_day(_: Situation, case: Case, item: Item, on: date) -> Limits:
    """将于 X 日前符合条件: the days from `on` to the day that was promised."""
    day = case.commitments[item.parent].later_on
    return Limits(statutory=f"{max(0, (day - on).days)}d" if day else None)


def _check_after(situation: Situation, _case: Case, item: Item, _on: date) -> Limits:
    """事后核查: what the item's promise says of the check after it."""
    promise = situation.release.items[item.parent].commitment
    check = promise.follow_up if promise else None
    return Limits(statutory=check.limit if check else None)


def _publication(situation: Situation, _case: Case, item: Item, _on: date) -> Limits:
    """公示: late publishing harms no applicant's right, so its limit is none of the statutory ones."""
    return Limits(promised=situation.release.items[item.parent].limits["publication"])


def _to_be_heard(situation: Situation, _case: Case, _item: Item, _on: date) -> Limits:
    """陈述申辩、要求听证: before a revocation, as long as the region gives, five working days at least."""
    return Limits(statutory=situation.policy.revocation_hearing or LEAST_TO_BE_HEARD)


OF_PROCEEDINGS: Mapping[str, Callable[[Situation, Case, Item, date], Limits]] = {
    "credit_term": _credit_term,
    "later": _promised_day,
    "follow_up": _check_after,
    "publication": _publication,
    "revocation_statement": _to_be_heard,
}


def owner_of(lifecycle: Lifecycle, clock: str) -> ClockOwner:
    """Say whose time a clock is: as it is written, else by the posts of the states in which it runs."""
    return lifecycle.clocks[clock].owner or _owner_of(lifecycle, clock)


def _owner_of(lifecycle: Lifecycle, clock: str) -> ClockOwner:
    """Say whose time a clock is: the applicant's, a department's, or the public's where nobody has anything to do.

    A limit that also runs while a department has the matter before it is the department's, whoever is asked meanwhile.
    """
    posts = {state.post for state in lifecycle.states.values() if clock in state.runs}
    if posts - {None, APPLICANT} or not posts:
        return DEPARTMENT
    return APPLICANT if APPLICANT in posts else PUBLIC
