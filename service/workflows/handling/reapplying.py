"""重新申请 — what came to nothing is applied for anew, by itself: with the answers of before, and the papers nobody objected to.

A new case with its own numbers, limits and decision, limited to those items; the older one stands as it is. Whatever bars
an application – a ban, a time in which one may not apply, an unrepaired breach – bars this one when it is submitted.
Law: 行政许可法 31, 32 ①(四), 38; R-ACC-3.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows.application import in_hand, order
from service.workflows.case.columns import Point
from service.workflows.case.lifecycle import SATISFIED
from service.workflows.case.literals import CaseState
from service.workflows.case.parts import EARLIER_CASE, Case
from service.workflows.case.situation import Actor, Situation, Step
from service.workflows.definition.release import Release
from service.workflows.handling.between_items import FAILED
from service.workflows.rights import acts_for_applicant, is_applicant
from service.workflows.rules import library
from service.workflows.worksheet import Work

ACTION = "reapply"


@dataclass(frozen=True, slots=True)
class Later:
    """以后的办件 — a case that applies for items of this one anew, and what has become of each; a draft has none yet."""

    number: str
    state: CaseState
    items: tuple[str, ...]
    outcomes: Mapping[str, str]  # item → outcome, empty while it is open


def reappliable(case: Case, release: Release, actor: Actor, later: Sequence[Later]) -> list[str]:
    """Return the items that this actor may apply for anew now, each by itself or with what it waits for."""
    if not _stands(case, actor, release):
        return []
    codes = [code for code in order.own_items(case) if not _why_not(case, code, later, release)]
    return [code for code in codes if not _lacks(case, code, later, release, codes)]


def refuse_reapplying(
    case: Case, wanted: Sequence[str], release: Release, actor: Actor, later: Sequence[Later]
) -> None:
    """Refuse what may not be applied for anew; `release` is the one in force now, `later` what did so already.

    Raises:
        NotPermitted: not the applicant. DataInvalid: no such item. ActionNotAllowed: not now.
    """
    if not _stands(case, actor, release):
        raise NotPermitted("只有申请人可以重新申请", action=ACTION)
    own = order.own_items(case)
    if not wanted or len(set(wanted)) < len(wanted) or not set(wanted) <= set(own):
        raise one_field("/items", f"请写明重新申请哪些事项；这件办件的事项有：{'、'.join(own)}")
    for asks in (_why_not, partial(_lacks, wanted=wanted)):
        for code in wanted:
            if why := asks(case, code, later, release):
                raise ActionNotAllowed(why, action=ACTION, state=case.state)


def _stands(case: Case, actor: Actor, release: Release) -> bool:
    """Tell whether the actor is the applicant, or the window that acts for one without an account."""
    return is_applicant(case, actor) or acts_for_applicant(release, case, actor)


def _why_not(case: Case, code: str, later: Sequence[Later], release: Release) -> str:
    """Say why an item cannot be applied for anew; an empty text when it can."""
    item = case.items[code]
    title = _title(code, release)
    if all(entry.use != code for entry in release.bundle.items):
        return f"「{title}」现在不在这件事里办了，请看办事指南"
    if not item.outcome:
        return f"「{title}」还在办理，不用重新申请"
    if item.outcome not in FAILED:
        return f"「{title}」不是没有办成的事项，不能重新申请"
    for each in later:
        if code in each.items:
            return f"「{title}」{_said_again(each, code)}"
    return ""


def _said_again(later: Later, code: str) -> str:
    if later.state == "draft":
        return f"已经开始重新申请（草稿 {later.number}），请接着填写"
    again = "再申请的，请从那一件开始" if later.outcomes.get(code) in FAILED else "请看那一件"
    return f"已经重新申请过（办件 {later.number}），{again}"


def _lacks(
    case: Case, code: str, later: Sequence[Later], release: Release, wanted: Iterable[str]
) -> str:
    """Say which item has to be done before this one and is neither done nor applied for with it; empty when none is."""
    codes = set(wanted)
    for before in order.waits_for(release, code, order.own_items(case)):
        outcomes = [case.items[before].outcome, *(each.outcomes.get(before, "") for each in later)]
        if before not in codes and not SATISFIED & set(outcomes):
            first, title = _title(before, release), _title(code, release)
            return f"「{title}」要等「{first}」办成以后才能办，请和「{first}」一并重新申请"
    return ""


def _title(code: str, release: Release) -> str:
    return release.items[code].title if code in release.items else code


# ---- what comes over -------------------------------------------------------------------------------------------


def objected(case: Case, wanted: Iterable[str], events: Iterable[Any]) -> list[Point]:
    """Return what was found wrong with these items: what was asked for and not supplied, and the reasons of their end.

    `events` is the record of the case: what has `action`, `item`, `state_to` and `data`.
    """
    codes = set(wanted)
    found = [point for code in sorted(codes) for point in in_hand.unanswered(case.items[code])]
    for event in events:
        if event.item in codes and event.state_to == case.items[event.item].state:
            found += event.data.get("reasons", [])
    return list({point["reason"]: point for point in found}.values())


def brought_over(
    case: Case, wanted: Iterable[str], points: Iterable[Point], release: Release
) -> Iterator[dict[str, str]]:
    """Yield the papers that are used again: those these items ask for, in whose file nothing was found wrong.

    Certificates, shared data and promises are looked up and made anew: they say what holds today.
    """
    wrong = {point["material"] for point in points if "material" in point}
    uses = {use.use for code in wanted for use in release.items[code].material_uses()}
    for code, row in in_hand.in_hand(case).items():
        if row.source == library.UPLOAD and row.file and code in uses - wrong:
            yield {
                "material": code,
                "source": row.source,
                "file": row.file,
                "name": row.name,
                "reference": EARLIER_CASE,
            }


def told_before(case: Case, points: Iterable[Point], release: Release) -> dict[str, Any]:
    """Return the answers and the form of before as {answers, form}; what nobody asks any more, and what was wrong, is left out."""
    wrong = {point["field"] for point in points if "field" in point}
    asked = {question.id for question in release.bundle.questions}
    fields = release.vocabulary.fields.keys() - wrong
    return {
        "answers": {name: value for name, value in case.answers.items() if name in asked},
        "form": {name: value for name, value in case.form.items() if name in fields},
    }


def begun(case: Case, papers: Iterable[Mapping[str, str]], actor: Actor, at: Situation) -> Step:
    """Keep the new draft with the papers that come over."""
    work = Work(at, case)
    for paper in papers:
        library.hand_in(work, paper, actor)
    work.log(ACTION, actor, states=("", "draft"), data={"items": list(case.limited_to)})
    return Step(work.before, work.case, tuple(work.events))
