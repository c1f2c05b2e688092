"""告知承诺 — the promise as it was signed, and what a grant on its strength begins: the check after.

Law: 国办发〔2020〕42号, 优化营商环境条例 40; R-NCP-1…10.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from service.errors import DataInvalid, NotEligible, one_field
from service.workflows import clocks
from service.workflows.application import in_hand, needed
from service.workflows.application.knowing import of_form
from service.workflows.case.lifecycle import PLEDGED
from service.workflows.case.parts import Commitment, Item
from service.workflows.case.situation import Actor, Move
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import CommitmentDefinition
from service.workflows.definition.release import Release
from service.workflows.limits import LIMITS, limits_of
from service.workflows.proceedings import begin, follow_up, later
from service.workflows.worksheet import Work

CREDIT_SOURCE = "本系统信用记录"
LAW = "国办发〔2020〕42号"


# ---- choosing and signing --------------------------------------------------------------------------------------


def off_the_list(definition: CommitmentDefinition, on: date) -> str:
    """Return why an item is not on the published list that day, or an empty text (R-NCP-1)."""
    listed = definition.listed
    if listed is None or listed.from_ <= on.isoformat() <= (listed.until or on.isoformat()):
        return ""
    return f"告知承诺事项清单（{listed.entry}）{_span(listed.from_, listed.until)}有效，今天不适用，按一般程序办理"


def closed(work: Work, code: str, items: Iterable[str]) -> tuple[str, list[str]]:
    """Return why 告知承诺 is not open for an item, or the form fields on which that hangs; neither where it is open.

    `items` are those that ask for the one form. Law: 国办发〔2020〕42号: for whom it is meant is said before anybody chooses.
    """
    definition = work.release.items[code].commitment
    if definition is None:
        return "本事项不实行告知承诺，按一般程序办理", []
    if why := off_the_list(definition, work.today):
        return why, []
    if work.situation.excluded:
        which = f"（{work.situation.excluded_by}）" if work.situation.excluded_by else ""
        return f"有未修复的失信记录{which}，暂不适用告知承诺，按一般程序办理", []
    if definition.eligible is None:
        return "", []
    knowing = of_form(work.release, items, {**work.facts(), "handling": "commitment"})
    if knowing.holds(definition.eligible, "item") is False:
        whom = f"（{definition.say}）" if definition.say else ""
        return f"不符合告知承诺的适用条件{whom}，按一般程序办理", []
    names = knowing.hangs_on(definition.eligible, "item")
    return "", [name.removeprefix("form.") for name in names]


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
        code,
        definition.text,
        over[-1],
        chosen_at=work.at,
        chosen_by=actor.account,
        signature={
            **_signature(work, given.get("signature") or {}, over),
            "at": work.at.isoformat(),
            "over": over,
        },
        notice=definition.notice or "",
        notice_sha256=over[0] if definition.notice else "",
        asked=[_credit_asked(work)],
        public=definition.public,
        listed=definition.listed.entry if definition.listed else "",
        later_on=date.fromisoformat(day) if day else None,
    )


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
        raise one_field(
            "/signature/token", "本地规定承诺书须用可靠的电子签名签署", law="电子签名法 13、14"
        )
    typed = {name: value for name, value in given.items() if name in ("method", "name")}
    return {"method": "account", "name": work.case.applicant_name, **typed}


def _credit_asked(work: Work) -> dict[str, Any]:
    """Return what the credit guard was told now, and by whom (R-NCP-3)."""
    told = work.situation
    return {
        "at": work.at.isoformat(),
        "excluded": told.excluded,
        "source": told.excluded_by or CREDIT_SOURCE,
    }


# ---- the grant and what it begins ------------------------------------------------------------------------------


def refuse(work: Work, move: Move) -> None:
    """Refuse a grant on a promise whose day has passed, or of whom nobody may trust any more (R-NCP-3)."""
    item = move.item
    if not work.machine(item).grants(move.transition):
        return
    promise = work.case.commitments.get(item.item)
    later_on = promise.later_on if promise and item.handling == "commitment" else None
    if later_on and later_on < work.today:
        raise move.refusal("承诺符合条件的日期已经过去，不能按承诺准予，请转一般程序")
    if item.state != PLEDGED:
        return
    if work.situation.excluded:
        raise NotEligible("申请人有未修复的失信记录，不能按告知承诺准予，请转一般程序", law=LAW)
    # the promise replaces what it names, and nothing else (R-NCP-6)
    if lacking := in_hand.missing(work.release, work.case, item, work.facts()):
        titles = work.release.vocabulary.materials
        named = "、".join(titles[code].title for code in lacking)
        why = f"承诺不能代替的材料还缺：{named}，请先一次告知补正"
        raise move.refusal(why, LAW, missing=lacking)


def apply(work: Work, move: Move) -> None:
    """转一般程序: back to the intake; what the promise had replaced is asked for again (R-NCP-10)."""
    item = move.item
    if item.state != PLEDGED or move.transition.to != work.machine(item).lifecycle.initial:
        return
    item.handling = "ordinary"
    reasons = "；".join(point["title"] for point in move.data.get("reasons", []))
    item.note = reasons or "申请人撤回承诺，按一般程序办理"
    lacking = in_hand.missing(work.release, work.case, item, work.facts())
    if lacking:
        item.complete_at = None
    if item.corrections:  # told before: what the promise had replaced is no new point now
        titles = work.release.vocabulary.materials
        item.asked = [*item.asked, *(in_hand.absent(code, titles[code].title) for code in lacking)]
    if move.actor.officer:
        _ordinary_limits(work, item)
    else:
        item.received_at = work.at  # another application, by the applicant's own act


def _ordinary_limits(work: Work, item: Item) -> None:
    """Let the ordinary limits count from the receipt: a refusal of the promise moves none (section 18, invariant 3)."""
    for name, definition in work.machine(item).lifecycle.clocks.items():
        clock = work.case.clocks.get((item.item, name))
        if definition.limit == LIMITS and clock and clock.state != "settled":
            own = limits_of(work.situation, work.case, item, name, work.today)
            work.put(replace(clock, statutory=own.statutory, promised=own.promised))


def follows(work: Work, move: Move) -> None:
    """Granted by commitment: the check after begins (R-NCP-8); first the promised day, where there is one (R-NCP-7)."""
    item, machine = move.item, work.machine(move.item)
    promise = work.case.commitments.get(item.item)
    good = move.was == PLEDGED and machine.grants(move.transition)
    good = good or (item.outcome == "granted" and PLEDGED not in machine.lifecycle.states)
    if promise is None or not good or item.handling != "commitment" or promise.granted_on:
        return
    promise = replace(promise, granted_on=work.today, asked=[*promise.asked, _credit_asked(work)])
    work.case.commitments[item.item] = promise
    if promise.later_on:
        granter, department = move.actor.account, item.department
        begin(work, later.KIND, item.item, department=department, barred=granter)
    else:
        follow_up.draw(work, item, promise, move.actor.account)


def tells(work: Work, move: Move) -> dict[str, Any]:
    """Return by which rules a grant on a promise was decided, for who asks why (R-SEC-2, 个人信息保护法 24)."""
    item = move.item
    promise, definition = work.case.commitments.get(item.item), work.release.items.get(item.item)
    if move.was != PLEDGED or not work.machine(item).grants(move.transition):
        return {}
    if promise is None or definition is None or definition.commitment is None:
        return {}
    eligible = definition.commitment.eligible
    facts = {**work.facts(), "handling": "commitment"}
    rules: list[dict[str, Any]] = [
        {
            "rule": "eligible",
            "expression": eligible,
            "held": needed.holds(work.release, eligible, facts),
        },
        {"rule": "credit", **_credit_asked(work)},
        {"rule": "materials", "missing": in_hand.missing(work.release, work.case, item, facts)},
    ]
    if promise.listed:
        rules.append({"rule": "listed", "entry": promise.listed})
    return {"rules": rules, "instead": "ordinary"}


def operable_from(work: Work, item: Item) -> date | None:
    """Return from which day a certificate issued now may be used; None: not before the promised conditions are met."""
    promise = work.case.commitments.get(item.item)
    if promise is None or item.handling != "commitment" or promise.later_on is None:
        return work.today
    return work.today if later.is_met(work.case, item.item) else None
