"""发证与到期 — the decision makes the certificate and fixes its days; it is handed over later, and runs out on its last day.

Holidays or not (R-TIME-7); that it is fetched late moves nothing. Law: 行政许可法 39、44、50、70.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from service.workflows import clocks
from service.workflows.application.concerned import holder
from service.workflows.calendar import DAY, local_date
from service.workflows.case.altering import altered
from service.workflows.case.literals import CertificateState
from service.workflows.case.parts import Case, Certificate, Clock, Item
from service.workflows.case.situation import CLOCK_ACTOR, Move, Situation, Step
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import VocabularyCertificate
from service.workflows.definition.release import Release
from service.workflows.limits import PUBLIC
from service.workflows.notices import wording
from service.workflows.proceedings import deregistration, moot
from service.workflows.rules import commitments, library
from service.workflows.worksheet import Work

VALIDITY = deregistration.VALIDITY
RUN_OUT = "expire_certificate"
BASIS = "行政许可法 70"
# how an item ends → what becomes of its certificate
ENDS: Mapping[str, CertificateState] = {
    "revoked": "revoked",
    "recalled": "recalled",
    "stopped": "void",
}


def apply(work: Work, move: Move) -> None:
    """End the certificate with its permit: revoked, taken back with compensation, or never handed over."""
    ends = ENDS.get(work.machine(move.item).states[move.transition.to].final or "")
    certificate = made_for(work.case, move.item)
    if ends and certificate:
        certificate.state = ends


def moved(work: Work, move: Move) -> None:
    """Make the certificate with the decision: what it is and how long it holds is fixed that day (行政许可法 39)."""
    if work.machine(move.item).decides(move.transition, move.was):
        _make(work, move.item, local_date(work.counted_at))


def ended(work: Work, move: Move) -> None:
    """Hand over what was granted; strike off what was taken back, and what was made and can reach nobody any more."""
    item = move.item
    made = made_for(work.case, item)
    if item.outcome == "granted":
        item.served_on = work.today
        _hand_over(work, item)
    elif item.outcome in ("revoked", "recalled") or (item.outcome == "stopped" and made):
        moot.close(work, item, work.machine(item).states[item.state].title)
        deregistration.strike_off(work, item.item)


def made_for(case: Case, item: Item) -> Certificate | None:
    """Return the certificate of an item; None where there is none."""
    return next((c for c in case.certificates.values() if c.item == item.item), None)


def _make(work: Work, item: Item, decided_on: date) -> Certificate | None:
    """Make the certificate of a granted item; its serial is drawn when the step is recorded."""
    definition = work.release.items.get(item.item)
    if definition is None or definition.result is None:
        return None
    kind = work.release.vocabulary.certificates[definition.result.certificate]
    n = len(work.case.certificates) + 1
    valid_from, valid_until = _validity(
        work, item, Duration.parse(kind.valid) if kind.valid else None, decided_on
    )
    secret = f"{work.case.salt}:certificate:{n}"
    name, number = holder(work.release, work.case, definition.result.holder)
    work.case.certificates[n] = Certificate(
        n=n,
        item=item.item,
        certificate=definition.result.certificate,
        title=kind.title,
        holder_name=name,
        holder_id=number,
        issued_on=decided_on,
        pattern=kind.number,
        valid_from=valid_from,
        valid_until=valid_until,
        state="made",
        code=hashlib.sha256(secret.encode()).hexdigest()[:20],
        carries=_carried(work, item, kind),
        continues=item.about,
    )
    return work.case.certificates[n]


def _carried(work: Work, item: Item, kind: VocabularyCertificate) -> dict[str, Any]:
    """Return what stands on it: what this item asks of the applicant; what it goes on from stands where nothing new does.

    A licence that is renewed or changed stays the licence it was in all that was not asked again (行政许可法 49, 50).
    """
    form = work.case.form
    asked = {use.use for use in work.release.items[item.item].field_uses()}
    held = (h.carries for h in work.situation.library if item.about and h.number == item.about)
    before = next(held, {})
    return {name: before[name] for name in kind.carries if name in before} | {
        name: form[field] for name, field in kind.carries.items() if field in asked & form.keys()
    }


def _hand_over(work: Work, item: Item) -> None:
    """颁证: it is the holder's now, and runs out on its last day whoever looks."""
    decided_on = local_date(item.decided_at or work.counted_at)  # of an earlier release: not made
    made = made_for(work.case, item) or _make(work, item, decided_on)
    if made is None:
        return
    made.state, made.operable_from = "valid", commitments.operable_from(work, item)
    _run(work, made)


def _run(work: Work, made: Certificate) -> None:
    """Let the last day of a certificate come."""
    if made.valid_until:
        title, ends = "证照有效期", made.valid_until
        clock = Clock(made.item, VALIDITY, title, BASIS, owner=PUBLIC, ends_on=ends, expiry=RUN_OUT)
        work.begin(clock, work.at)


def begin_validity(case: Case, situation: Situation) -> Step:
    """Begin the validity of what was handed over before any release had one; a step without events means that none lacks it.

    Its end, and the striking off that follows, come by themselves then as for any other (行政许可法 70).
    """
    work = Work(situation, case)
    for made in work.case.certificates.values():
        lacks = made.state == "valid" and made.valid_until
        if lacks and (made.item, VALIDITY) not in work.case.clocks:
            _run(work, made)
            data = {"number": made.number}
            work.log("begin_validity", CLOCK_ACTOR, item=made.item, post="clock", data=data)
    return Step(work.before, work.case, tuple(work.events))


def _validity(
    work: Work, item: Item, valid: Duration | None, decided_on: date
) -> tuple[date, date | None]:
    """Return the first and the last day, from the decision: a renewal goes on from the old last day, a change keeps it.

    Decided before the old one ended, a renewal continues it, whenever the paper is fetched (R-LIFE-1, R-LIFE-2).
    """
    before = item.window.valid_until if item.window else None
    if work.release.items[item.item].changes:
        return decided_on, before
    if before and decided_on <= before:
        return before + DAY, _shifted(work, before, valid)
    return decided_on, _shifted(work, decided_on, valid)


def _shifted(work: Work, day: date, valid: Duration | None) -> date | None:
    if valid is None:
        return None
    if valid.unit == "wd":
        return work.situation.calendar.add(day, valid.count)
    return clocks.shift(day, valid)


def goes_on(work: Work, clock: Clock) -> bool:
    """Tell whether a validity may not end yet: silence grants the renewal that was applied for in time (行政许可法 50).

    Whoever looks first, and though the case of the renewal rests after a fault: only what becomes of it says what this
    certificate comes to.
    """
    own = {c.number for c in work.case.certificates.values() if c.item == clock.item}
    renewing = any(held.renewing and held.number in own for held in work.situation.library)
    return clock.expiry == RUN_OUT and renewing


def run_out(work: Work, clock: Clock) -> None:
    """有效期届满: the certificate ends; unless it was renewed, its entry is to be struck off (R-LIFE-5). The case stays closed."""
    replaced = {
        h.number for h in work.situation.library if h.replaced_on and h.replaced_on <= work.today
    }
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
            last = wording.say_date(clock.ends_on or work.today)
            text = (
                f"{certificate.title}（编号 {certificate.number}）的有效期到{last}届满，没有延续。自次日起不得再凭它从事活动，"
                "本机关依法办理注销；需要的，请重新申请。"
            )
            work.issue(RUN_OUT, clock.item, wording.plain(RUN_OUT, text, law=BASIS))
            deregistration.strike_off(work, clock.item)


# ---- numbers ---------------------------------------------------------------------------------------------------


def series_of(taken: Step, release: Release) -> dict[int, str]:
    """Return the series from which each new certificate of a step draws, by its `n`: the number with nothing counted."""
    new = (made for made in taken.case.certificates.values() if not made.number)
    return {made.n: f"certificate {_numbered_by_rule(made, release, 0)}" for made in new}


def numbered(taken: Step, release: Release, drawn: Mapping[int, int]) -> Step:
    """Return the step with the numbers drawn for its certificates, by `n`; what rests on them and the result name them."""
    if not drawn:
        return taken
    was = taken.case
    case = altered(
        was,
        certificates={n: altered(each) for n, each in was.certificates.items()},
        materials={n: altered(each) for n, each in was.materials.items()},
        notices=dict(was.notices),  # papers are replaced, never changed inside
    )
    for n, seq in drawn.items():
        made = case.certificates[n]
        made.number = _numbered_by_rule(made, release, seq)
        library.name_certificate(case, made)
    known = taken.before.notices if taken.before else {}
    for notice in was.notices.values():
        if notice.n in known:
            continue
        if notice.kind == "result":
            case.notices[notice.n] = altered(notice, body=wording.result(release, case).body)
        elif notice.kind in wording.HANDS_OVER:
            issued = [
                case.certificates[n] for n in drawn if case.certificates[n].item == notice.item
            ]
            if issued:
                body = {**notice.body, **wording.handed_over(notice, issued)}
                case.notices[notice.n] = altered(notice, body=body)
    return replace(taken, case=case)


def _numbered_by_rule(made: Certificate, release: Release, seq: int) -> str:
    """Fill in a number rule such as `JY2{region}{seq:07}`."""
    region = release.directory.region.code
    return made.pattern.format(region=region, year=made.issued_on.year, seq=seq)


# ---- one in the place of another -------------------------------------------------------------------------------


def replaced_by(taken: Step, today: date) -> list[str]:
    """Return the numbers of the certificates whose place those new in a step take from today on."""
    known = taken.before.certificates if taken.before else {}
    new = [made for n, made in taken.case.certificates.items() if n not in known and made.continues]
    return [made.continues for made in new if (made.valid_from or made.issued_on) <= today]


def supersede(case: Case, situation: Situation) -> Step:
    """Let certificates end whose place a newer one has taken; a step without events means that none had (R-LIFE-1)."""
    work = Work(situation, case)
    today = work.today
    replaced = {
        h.number: h.replaced_on
        for h in situation.library
        if h.replaced_on and h.replaced_on <= today
    }
    for certificate in work.case.certificates.values():
        if certificate.state == "valid" and certificate.number in replaced:
            certificate.state = "superseded"
            clock: Any = work.case.clocks.get((certificate.item, VALIDITY))
            if clock:
                work.put(clocks.settle(clock, work.at))
            data = {"number": certificate.number}
            work.log(
                "supersede_certificate", CLOCK_ACTOR, item=certificate.item, post="clock", data=data
            )
    return Step(work.before, work.case, tuple(work.events))
