"""告知承诺 — the promise as it was signed, and what a grant on its strength begins: the check after."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from service.errors import ActionNotAllowed, DataInvalid, one_field
from service.workflows import bundle, clocks, papers, proceedings
from service.workflows.case import Commitment, Item
from service.workflows.language.duration import Duration
from service.workflows.language.models import Commitment as Definition
from service.workflows.language.models import FollowUp, Transition
from service.workflows.language.release import FOLLOW_UP, LATER, Release
from service.workflows.machine import PLEDGED
from service.workflows.situation import Actor
from service.workflows.work import Work

CREDIT_SOURCE = "本系统信用记录"
NOT_DRAWN = "未抽中，免予核查"


# ---- choosing and signing --------------------------------------------------------------------------------------


def off_the_list(definition: Definition, on: date) -> str:
    """Return why an item is not on the published list that day, or an empty text (R-NCP-1)."""
    listed = definition.listed
    if listed is None or listed.from_ <= on.isoformat() <= (listed.until or on.isoformat()):
        return ""
    return f"告知承诺事项清单（{listed.entry}）{_span(listed.from_, listed.until)}有效，今天不适用，按一般程序办理"


def _span(begins: str, ends: str | None) -> str:
    return f"自{begins}起" + (f"至{ends}" if ends else "")


def check_days(work: Work, handling: Mapping[str, str], given: Any) -> None:
    """Check by which days the conditions are promised to be met (R-NCP-7). Raises DataInvalid."""
    errors = []
    for code, day in given.items() if isinstance(given, Mapping) else [("", None)]:
        if wrong := _wrong_day(work, handling, code, day):
            errors.append({"pointer": f"/meets_by/{code}".rstrip("/"), "detail": wrong})
    if errors:
        raise DataInvalid(errors[0]["detail"], errors=errors)


def _wrong_day(work: Work, handling: Mapping[str, str], code: str, day: Any) -> str:
    definition = work.release.items[code].commitment if code in handling else None
    if definition is None or work.case.handling.get(code) != "commitment":
        return "只有选了告知承诺的事项，才能写将于几时前符合条件"
    if definition.later is None:
        return "本事项只能承诺已经符合条件，不能承诺将来符合"
    try:
        promised = date.fromisoformat(day)
    except (TypeError, ValueError):
        return "日期写成 2026-10-30"
    limit = Duration.parse(definition.later)
    latest = clocks.deadline(work.today, limit, work.situation.calendar)
    if not work.today < promised <= latest:
        return f"请写今天以后、{latest.isoformat()}以前的日期（最长{limit.title()}）"
    return ""


def signed(work: Work, code: str, actor: Actor, given: Mapping[str, Any]) -> Commitment:
    """Keep the promise with the versions and hashes of the texts that were shown (R-NCP-4, R-NCP-5).

    Raises DataInvalid for a signature that does not hold, or where the region asks for a reliable one and there is none.
    """
    definition = work.release.items[code].commitment
    assert definition is not None  # only what is open for promises is handled so
    over = texts_of(work.release, code)
    day = (given.get("meets_by") or {}).get(code)
    return Commitment(
        code, definition.text, over[-1], chosen_at=work.at, chosen_by=actor.account,
        signature={**_signature(work, given.get("signature") or {}, over), "at": work.at.isoformat(), "over": over},
        notice=definition.notice or "", notice_sha256=over[0] if definition.notice else "", asked=[_asked(work)],
        public=definition.public, listed=definition.listed.entry if definition.listed else "",
        later_on=date.fromisoformat(day) if day else None,
    )  # fmt: skip


def texts_of(release: Release, code: str) -> list[str]:
    """Return the SHA-256 of the notice, where there is one, and of the promise of an item."""
    definition = release.items[code].commitment
    names = [definition.notice, definition.text] if definition else []
    return [hashlib.sha256(release.texts[name].encode()).hexdigest() for name in names if name]


def _signature(work: Work, given: Mapping[str, Any], over: list[str]) -> dict[str, Any]:
    """Return who signed and how: by a reliable electronic signature, or by the account and a typed name."""
    told = work.situation.signed
    if told and (told.fault or not set(over) <= set(told.over)):
        why = told.fault or "签名没有覆盖全部告知书和承诺书"
        raise one_field("/signature/token", f"电子签名没有核实成功：{why}", law="电子签名法 13")
    if told:
        return {"method": "electronic", "name": told.name, "certificate": told.certificate}
    if work.situation.policy.reliable_signature:
        raise one_field("/signature/token", "本地规定承诺书须用可靠的电子签名签署", law="电子签名法 13、14")
    typed = {name: value for name, value in given.items() if name in ("method", "name")}
    return {"method": "account", "name": work.case.applicant_name, **typed}


def _asked(work: Work) -> dict[str, Any]:
    """Return what the credit guard was told now, and by whom (R-NCP-3)."""
    told = work.situation
    return {"at": work.at.isoformat(), "excluded": told.excluded, "source": told.excluded_by or CREDIT_SOURCE}


# ---- the grant and what it begins ------------------------------------------------------------------------------


def refuse_late(work: Work, item: Item) -> None:
    """Refuse a grant on a promise whose day has passed meanwhile. Raises ActionNotAllowed."""
    promise = work.case.commitments.get(item.item)
    if promise and item.handling == "commitment" and promise.later_on and promise.later_on < work.today:
        raise ActionNotAllowed("承诺符合条件的日期已经过去，不能按承诺准予，请转一般程序", state=item.state)


def granted(work: Work, item: Item, transition: Transition, was: str, actor: Actor) -> None:
    """Granted by commitment: the check after begins (R-NCP-8); first the promised day, where there is one (R-NCP-7)."""
    promise = work.case.commitments.get(item.item)
    machine = work.machine(item)
    good = was == PLEDGED and machine.grants(transition)
    good = good or (item.outcome == "granted" and PLEDGED not in machine.lifecycle.states)
    if promise is None or not good or item.handling != "commitment" or promise.granted_on:
        return
    promise = replace(promise, granted_on=work.today, asked=[*(promise.asked or []), _asked(work)])
    work.case.commitments[item.item] = promise
    if promise.later_on:
        proceedings.begin(work, LATER, item.item, department=item.department, barred=actor.account)
    else:
        _draw(work, item, promise, actor.account)


def trace(work: Work, item: Item, was: str) -> dict[str, Any]:
    """Return by which rules a grant on a promise was decided, for who asks why (R-SEC-2, 个人信息保护法 24)."""
    promise, definition = work.case.commitments.get(item.item), work.release.items.get(item.item)
    if was != PLEDGED or promise is None or definition is None or definition.commitment is None:
        return {}
    eligible = definition.commitment.eligible
    facts = {**work.facts(), "handling": "commitment"}
    rules: list[dict[str, Any]] = [
        {"rule": "eligible", "expression": eligible, "held": bundle.holds(work.release, eligible, facts)},
        {"rule": "credit", **_asked(work)},
        {"rule": "materials", "missing": papers.missing(work.release, work.case, item, facts)},
    ]
    if promise.listed:
        rules.append({"rule": "listed", "entry": promise.listed})
    return {"rules": rules, "instead": "ordinary"}


def _draw(work: Work, item: Item, promise: Commitment, granter: str, *, must: bool = False) -> None:
    """Draw whether the grant is checked, and by whom; the seed is on record, so that anybody can repeat it (R-SUP-1).

    The share is that of the applicant's class of credit where the region has such a table (R-SUP-2). `must`: what was
    promised for a day was not met by then, so nothing is left to chance (R-NCP-9).
    """
    definition = work.release.items[item.item].commitment
    if definition is None or definition.follow_up is None:
        return
    grade = work.situation.credit_class
    seed = hashlib.sha256(f"{work.case.id}:{item.item}:{promise.text_sha256}".encode()).hexdigest()
    value = int(seed[:13], 16) / 16**13
    percent = work.situation.policy.credit_sampling.get(grade)  # type: ignore[call-overload]  # any text may be asked for
    sample = 1.0 if must else definition.follow_up.sample if percent is None else percent / 100
    drawn = value < sample
    promise.draw = {"seed": seed, "value": value, "sample": sample, "class": grade, "drawn": drawn}
    if not drawn:
        promise.follow_up = NOT_DRAWN
        return
    inspectors = _inspectors(work, item, seed, granter, definition.follow_up)
    check = proceedings.begin(work, FOLLOW_UP, item.item, department=item.department, barred=granter)
    promise.follow_up = check.item
    if inspectors["drawn"]:
        promise.draw = {**promise.draw, "inspectors": inspectors}
        check.special = {"officers": inspectors["drawn"]}
        for task in work.case.tasks.values():
            if task.item == check.item:
                task.person = inspectors["drawn"][0]


def _inspectors(work: Work, item: Item, seed: str, granter: str, check: FollowUp) -> dict[str, list[str]]:
    """Draw who checks: by lot from everybody of the post but who granted, reviewed or applies (双随机, R-SUP-1)."""
    post = sorted(work.situation.staff.get((item.department, check.post), ()))
    own = {account for account, subject in work.situation.subjects.items() if subject == work.case.applicant_id}
    barred = {granter, item.reviewer, item.decided_by, work.case.account, work.case.entered_by} | own
    lots = {account: hashlib.sha256(f"{seed}:{account}".encode()).hexdigest() for account in post}
    free = sorted((account for account in post if account not in barred), key=lots.__getitem__)
    return {"among": post, "barred": sorted(barred & set(post)), "drawn": free[: check.inspectors]}


def operable_from(work: Work, item: Item) -> date | None:
    """Return from which day a certificate issued now may be used; None: not before the promised conditions are met."""
    promise = work.case.commitments.get(item.item)
    if promise is None or item.handling != "commitment" or promise.later_on is None:
        return work.today
    return work.today if any(_is_met(each, item.item) for each in work.case.items.values()) else None


def _is_met(proceeding: Item, of: str) -> bool:
    return proceeding.parent == of and proceeding.lifecycle == LATER and proceeding.outcome == "passed"


def ended(work: Work, proceeding: Item) -> None:
    """The promised day has come: the certificate may be used, or not; either way the check after is due."""
    if proceeding.lifecycle != LATER:
        return
    item, promise = work.case.items[proceeding.parent], work.case.commitments[proceeding.parent]
    met = proceeding.outcome == "passed"
    for certificate in work.case.certificates.values():
        if met and certificate.item == item.item and certificate.state == "valid":
            certificate.operable_from = work.today
    if item.outcome in ("", "granted"):
        _draw(work, item, promise, proceeding.reviewer, must=not met)
