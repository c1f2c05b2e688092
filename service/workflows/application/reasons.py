"""理由 — which reasons of the catalogue an action takes: those meant for its kind, and for what this application says.

A flaw of a paper is mended first; an application is not received for want of competence only, and 不受理 says that nothing
need be applied for. What a reason is for stands in the vocabulary, what an action takes in its lifecycle.
Law: 行政许可法 32 ①(一)(二)(四), 38, 69, 72.
"""

from collections.abc import Mapping
from typing import NoReturn

from service.errors import one_field
from service.workflows.application import questions
from service.workflows.case.columns import Point
from service.workflows.case.lifecycle import machine_for
from service.workflows.case.parts import Case, Item
from service.workflows.definition.models import Transition, VocabularyReason
from service.workflows.definition.models.terms import (
    ABOUT_PAPERS,
    DECLINE_GROUNDS,
    REASON_USES,
    STILL_DEFECTIVE,
    ReasonUse,
)
from service.workflows.definition.release import Release

LAW = "行政许可法 32"


def use_of(release: Release, item: Item, transition: Transition) -> ReasonUse | None:
    """Return what kind of reasons a transition of an item takes; None where its lifecycle does not say it."""
    return machine_for(release, item.item).reasons_for(transition)


def declines(release: Release, item: Item, transition: Transition) -> bool:
    """Tell whether a transition does not receive the application at all (不予受理)."""
    return use_of(release, item, transition) == "decline"


def grounds_of(release: Release, item: Item) -> dict[str, str]:
    """Return the grounds on which an application is not received; that it is wrong as before, where the region says so."""
    rule = release.directory.policy.still_defective
    told = rule.then == "declined" and item.corrections > 0 and bool(item.asked)
    return {
        code: title for code, title in DECLINE_GROUNDS.items() if told or code != STILL_DEFECTIVE
    }


def told_again(item: Item, pointer: str, entry: object) -> Point:
    """Return the point of the one notice that is wrong as before; nothing that was not told counts. Raises DataInvalid."""
    own = entry.get("text", "") if isinstance(entry, dict) else ""
    for point in item.asked:
        if point["reason"] == entry or (own and point["title"] == own):
            return point
    listed = "；".join(point["reason"] for point in item.asked)
    raise one_field(pointer, f"只能是一次性告知过的问题：{listed}", law=LAW)


def offered(
    release: Release, case: Case, item: Item, transition: Transition
) -> Mapping[str, VocabularyReason]:
    """Return the reasons of the catalogue that a transition takes, by code, in the order of the catalogue."""
    use = use_of(release, item, transition)
    facts = {**questions.facts_for(release, case), "handling": item.handling}
    return {
        code: reason
        for code, reason in release.vocabulary.reasons.items()
        if (use is None or use in reason.uses)
        and (reason.when is None or release.expression(reason.when, "item").evaluate(facts))
    }


def refuse(
    release: Release, case: Case, item: Item, transition: Transition, pointer: str, code: str
) -> NoReturn:
    """Refuse a reason that this transition does not take, and say which there are. Raises DataInvalid."""
    known = release.vocabulary.reasons.get(code)
    use = use_of(release, item, transition)
    codes = offered(release, case, item, transition)
    listed = f"；可选：{'、'.join(sorted(codes)) or '（空），请自拟'}"
    if known is None:
        raise one_field(pointer, f"理由库里没有「{code}」{listed}")
    if use is not None and use not in known.uses:
        if known.uses == ABOUT_PAPERS:
            _refuse_flaw(pointer, f"「{known.title}」是材料、内容上的问题", use, listed)
        meant = "、".join(REASON_USES[each] for each in known.uses)
        said = f"「{known.title}」是{meant}的理由，不能用于{REASON_USES[use]}"
        raise one_field(pointer, said + listed)
    raise one_field(pointer, f"「{known.title}」不适用于这份申请{listed}")


def refuse_about_papers(release: Release, item: Item, transition: Transition, pointer: str) -> None:
    """Refuse own words about a paper where no flaw of a paper counts. Raises DataInvalid."""
    use = use_of(release, item, transition)
    if use in ("decline", "not_required"):
        _refuse_flaw(pointer, "材料上的问题", use, "")


def _refuse_flaw(pointer: str, what: str, use: ReasonUse, listed: str) -> NoReturn:
    first = "，应当一次性告知补正" if use in ("decline", "not_required") else ""
    raise one_field(pointer, f"{what}{first}，不能作为{REASON_USES[use]}的理由{listed}", law=LAW)
