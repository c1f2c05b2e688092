"""发证与到期 — a grant issues its certificate; one with a validity runs out on its last day, holidays or not (R-TIME-7)."""

import hashlib
from datetime import date
from typing import Any

from service.workflows import clocks, commitments, notices, proceedings
from service.workflows.calendar import DAY
from service.workflows.case import Case, Certificate, Clock, Item
from service.workflows.language.duration import Duration
from service.workflows.language.release import DEREGISTRATION
from service.workflows.situation import CLOCK_ACTOR, Situation, Step
from service.workflows.work import PUBLIC, Work

VALIDITY = "validity"  # the clock of an item whose certificate runs out
RUN_OUT = "expire_certificate"
BASIS = "行政许可法 70"


def issue(work: Work, item: Item) -> None:
    """Issue the certificate of a granted item; its serial is drawn when the step is recorded."""
    definition = work.release.items[item.item]
    if definition.result is None:
        return
    kind = work.release.vocabulary.certificates[definition.result.certificate]
    n = len(work.case.certificates) + 1
    valid_from, valid_until = _validity(work, item, Duration.parse(kind.valid) if kind.valid else None)
    work.case.certificates[n] = Certificate(
        n, item.item, definition.result.certificate, kind.title, work.case.applicant_name, work.case.applicant_id,
        issued_on=work.today, pattern=kind.number, valid_until=valid_until, valid_from=valid_from, continues=item.about,
        operable_from=commitments.operable_from(work, item),
        code=hashlib.sha256(f"{work.case.salt}:certificate:{n}".encode()).hexdigest()[:20],
        carries={name: work.case.form[field] for name, field in kind.carries.items() if field in work.case.form},
    )  # fmt: skip
    if valid_until:
        ends = Clock(item.item, VALIDITY, "证照有效期", BASIS, owner=PUBLIC, ends_on=valid_until, expiry=RUN_OUT)
        work.begin(ends, work.at)


def _validity(work: Work, item: Item, valid: Duration | None) -> tuple[date, date | None]:
    """Return the first and the last day: a renewal goes on from the old last day, a change keeps it (R-LIFE-1, R-LIFE-2)."""
    old = item.window.get("valid_until")
    before = date.fromisoformat(old) if old else None
    if work.release.items[item.item].changes:
        return work.today, before
    if before and work.today <= before + DAY:
        return before + DAY, _shifted(work, before, valid)
    return work.today, _shifted(work, work.today, valid)


def _shifted(work: Work, day: date, valid: Duration | None) -> date | None:
    if valid is None:
        return None
    return work.situation.calendar.add(day, valid.count) if valid.unit == "wd" else clocks.shift(day, valid)


def run_out(work: Work, clock: Clock) -> None:
    """有效期届满: the certificate ends; unless it was renewed, its entry is to be struck off (R-LIFE-5). The case stays closed."""
    replaced = {h.number for h in work.situation.library if h.replaced_on and h.replaced_on <= work.today}
    work.put(clocks.settle(clock, work.counted_at))
    for certificate in work.case.certificates.values():
        if (certificate.item, certificate.state) != (clock.item, "valid"):
            continue
        renewed = certificate.number in replaced
        certificate.state = "superseded" if renewed else "expired"
        data = {"number": certificate.number}
        name = "supersede_certificate" if renewed else RUN_OUT
        work.log(name, CLOCK_ACTOR, item=clock.item, post="clock", law=BASIS, data=data)
        if not renewed:
            text = f"{certificate.title} {certificate.number} 的有效期到{notices.say_date(clock.ends_on or work.today)}届满，没有延续。"
            work.issue(RUN_OUT, clock.item, notices.plain(RUN_OUT, text, law=BASIS))
            strike_off(work, clock.item)


def strike_off(work: Work, code: str) -> None:
    """注销: begin the closing entry of an item whose certificate has ended; never the sanction itself (R-LIFE-5)."""
    if DEREGISTRATION in work.release.lifecycles:
        proceedings.begin(work, DEREGISTRATION, code, department=work.case.items[code].department)


def replaced_by(taken: Step, today: date) -> list[str]:
    """Return the numbers of the certificates whose place those new in a step take from today on."""
    known = taken.before.certificates if taken.before else {}
    new = [made for n, made in taken.case.certificates.items() if n not in known and made.continues]
    return [made.continues for made in new if (made.valid_from or made.issued_on) <= today]


def supersede(case: Case, situation: Situation) -> Step:
    """Let certificates end whose place a newer one has taken; a step without events means that none had (R-LIFE-1)."""
    work = Work(situation, case)
    today = work.today
    replaced = {h.number: h.replaced_on for h in situation.library if h.replaced_on and h.replaced_on <= today}
    for certificate in work.case.certificates.values():
        if certificate.state == "valid" and certificate.number in replaced:
            certificate.state = "superseded"
            clock: Any = work.case.clocks.get((certificate.item, VALIDITY))
            if clock:
                work.put(clocks.settle(clock, work.at))
            data = {"number": certificate.number}
            work.log("supersede_certificate", CLOCK_ACTOR, item=certificate.item, post="clock", data=data)
    return Step(work.before, work.case, tuple(work.events))
