"""事后核查 — the check after a grant on a promise: drawn by lot, by inspectors drawn by lot (R-NCP-8, R-SUP-1)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.workflows.calendar import local_date
from service.workflows.case.parts import Case, Commitment, Item
from service.workflows.case.procedures import Draw, Lot
from service.workflows.case.situation import UNDRAWN, sides
from service.workflows.definition.models import FollowUp
from service.workflows.proceedings import credit
from service.workflows.proceedings.kind import Kind, begin, checked_promises
from service.workflows.worksheet import Work

NOT_DRAWN = "未抽中，免予核查"


def draw(work: Work, item: Item, promise: Commitment, granter: str, *, must: bool = False) -> None:
    """Draw whether the grant is checked, and by whom; the seed is on record, so that anybody can repeat it (R-SUP-1).

    The share is that of the applicant's class of credit where the region has such a table (R-SUP-2). `must`: what was
    promised for a day was not met by then, so nothing is left to chance (R-NCP-9).
    """
    definition = work.release.items[item.item].commitment
    if definition is None or definition.follow_up is None:
        return
    if work.situation.lot == UNDRAWN:
        return
    grade = work.situation.credit_class
    seed, day, record = _seed(work, item, promise)
    value = int(seed[:13], 16) / 16**13
    percent = work.situation.policy.credit_sampling.get(grade)  # type: ignore[call-overload]  # any text may be asked for
    sample = 1.0 if must else definition.follow_up.sample if percent is None else percent / 100
    drawn = value < sample
    promise.draw = Draw(seed, value, sample, drawn, grade, day=day, record=record)
    if not drawn:
        promise.follow_up = NOT_DRAWN
        return
    inspectors = _inspectors(work, item, seed, granter, definition.follow_up)
    check = begin(work, KIND, item.item, department=item.department, barred=granter)
    promise.follow_up = check.item
    if inspectors.drawn:
        promise.draw = replace(promise.draw, inspectors=inspectors)
        check.officers = list(inspectors.drawn)
        for task in work.case.tasks.values():
            if task.item == check.item:
                task.person = inspectors.drawn[0]


def _seed(work: Work, item: Item, promise: Commitment) -> tuple[str, str, str]:
    """Return the seed, the legal day and the record it rests on.

    The day's lot is secret until the day is over and sealed before it began, so that nobody can know the seed when
    applying or granting, and everybody can repeat it afterwards. Without a lot (rehearsals, and grants of earlier
    releases) it is drawn from what anybody knows.
    """
    case, lot = work.case, work.situation.lot
    if not lot:
        known = f"{case.id}:{item.item}:{promise.text_sha256}"
        return hashlib.sha256(known.encode()).hexdigest(), "", ""
    drawn_from = f"{case.id}:{item.item}:{case.last_hash}".encode()
    day = local_date(work.situation.now).isoformat()
    return hmac.digest(lot.encode(), drawn_from, "sha256").hex(), day, case.last_hash


def _inspectors(work: Work, item: Item, seed: str, granter: str, check: FollowUp) -> Lot:
    """Draw who checks: by lot from everybody of the post but who granted, reviewed or applies (双随机, R-SUP-1)."""
    told, case = work.situation, work.case
    post = sorted(told.staff.get((item.department, check.post), ()))
    handled = (granter, item.reviewer, item.decided_by, case.account, case.entered_by)
    persons = told.persons(handled) | sides(case)
    alone = {told.person(account): account for account in reversed(post)}  # one account of each
    barred = {
        account
        for account in post
        if told.person(account) in persons or alone[told.person(account)] != account
    }
    lots = {account: hashlib.sha256(f"{seed}:{account}".encode()).hexdigest() for account in post}
    free = sorted((account for account in post if account not in barred), key=lots.__getitem__)
    return Lot(tuple(post), tuple(sorted(barred)), tuple(free[: check.inspectors]))


def found_broken(work: Work, check: Item, data: Mapping[str, Any]) -> None:
    """Put a broken promise on the applicant's record, as grave as the officer says (R-NCP-9)."""
    if check.outcome in credit.BREACHES:
        credit.record(work, check, data.get("severity") or credit.ORDINARY)


def cited(case: Case, item: Item) -> dict[str, Any]:
    """Return the check that a revocation rests on as {check, paper}, nothing where there is none."""
    for check in case.items.values():
        broken = check.lifecycle == KIND.code and check.outcome in credit.BREACHES
        if broken and check.parent == item.item:
            papers = [
                notice.number
                for notice in case.notices.values()
                if (notice.item, notice.kind) == (check.item, "credit_recorded")
            ]
            return {"check": check.item, "paper": papers[-1] if papers else ""}
    return {}


KIND = Kind(
    code="follow-up",
    meets=checked_promises,
    ended=found_broken,
    drawn=True,
    demanded=True,
    hangs_on_grant=True,
    closed_by_head=True,
)
