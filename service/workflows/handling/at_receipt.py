"""收件时的答复 — what the law bars is answered at once, in writing, for the item concerned; nothing is refused without a decision.

A ban, a time in which one may not apply, a case the law forbids: who applies nevertheless gets a number and a dated
decision with its ground, where or when to go instead, and the remedies. The other items go on.
Law: 行政许可法 32 ②, 38, 50, 78, 79; R-ACC-4, R-ACC-10, R-DEC-3, section 18 invariant 2.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.workflows.application import questions
from service.workflows.case.columns import Body
from service.workflows.case.engine import DECLINE_AT_ONCE, FORBIDDEN, NOT_RECEIVED, REFUSE_AT_ONCE
from service.workflows.case.situation import CLOCK_ACTOR
from service.workflows.handling import between_items
from service.workflows.notices import letters, wording
from service.workflows.notices.citations import cited
from service.workflows.notices.wording import Paper
from service.workflows.rules import bans, renewal, season
from service.workflows.worksheet import Work

PAPERS = {NOT_RECEIVED: "not_accepted", FORBIDDEN: "refusal"}
ACTIONS = {NOT_RECEIVED: DECLINE_AT_ONCE, FORBIDDEN: REFUSE_AT_ONCE}


@dataclass(frozen=True, slots=True)
class Barred:
    """不能收的 — what bars one item: how it ends, on which ground, in words, by which law."""

    state: str  # NOT_RECEIVED or FORBIDDEN
    ground: str  # banned | untimely | forbidden
    says: str
    law: str


def barred(work: Work, selection: questions.Selection) -> dict[str, Barred]:
    """Return what bars each item of an application today; the form is complete. Raises DataInvalid."""
    found: dict[str, Barred] = {}
    for code, bar in _reasons(work, selection):
        found.setdefault(code, bar)
    return found


def _reasons(work: Work, selection: questions.Selection) -> Iterator[tuple[str, Barred]]:
    for ban, say in bans.barred(work, selection.items):
        yield ban.item, Barred(NOT_RECEIVED, "banned", f"{say}。", ban.basis)
    for code in selection.items:
        if stops := selection.bars.against(code):
            says = "".join(stop.say for stop in stops)
            law = "；".join(dict.fromkeys(stop.basis for stop in stops))
            yield code, Barred(FORBIDDEN, "forbidden", says, law)
    for code in selection.items:
        if shut := season.closed(work, code):
            yield code, Barred(NOT_RECEIVED, "untimely", f"{shut.say}。", shut.law)
    for code in selection.items:
        if why := renewal.untimely(work, code):
            yield code, Barred(NOT_RECEIVED, "untimely", f"{why.barred}。", why.law)


def answer(work: Work, found: Mapping[str, Barred]) -> None:
    """Decide on the items that are barred: an event and a paper each; then the others hear of it."""
    for code, bar in found.items():
        _decide(work, code, bar)
    for code in found:
        between_items.item_final(work, work.case.items[code])


def _decide(work: Work, code: str, bar: Barred) -> None:
    item = work.case.items[code]
    item.received_at = item.final_at = work.at
    item.state = bar.state
    item.outcome = "declined" if bar.state == NOT_RECEIVED else "refused"
    item.note = bar.says
    work.issue(PAPERS[bar.state], code, _paper(work, code, bar))
    work.log(
        ACTIONS[bar.state],
        CLOCK_ACTOR,
        item=code,
        states=("", bar.state),
        law=bar.law,
        data={"ground": bar.ground, "why": bar.says},
    )


def _paper(work: Work, code: str, bar: Barred) -> Paper:
    definition = work.release.items[code]
    name = f"「{definition.title}」"
    who = "本单位答复：" if not wording.administrative(definition) else "本机关决定："
    refused = letters.DECISIONS["refusal", definition.category].format(name=name)
    decision = f"对{name}的申请不予受理" if bar.state == NOT_RECEIVED else refused
    body: Body = {
        "item": definition.title,
        "department": work.release.directory.authority(definition.department),
        "law": bar.law,
        "text": f"{letters.applied(work.case, name)}。依据{cited(bar.law)}，{who}{decision}。",
        "points": [bar.says],
    }
    if wording.administrative(definition):
        served_on = wording.served_at_issue(work.case, work.today)
        body["remedies"] = wording.remedies(
            work.situation.calendar, work.release, definition.department, served_on
        )
    return Paper(wording.title_of(PAPERS[bar.state], definition), body)


def open_items(items: Iterable[str], found: Mapping[str, Barred]) -> tuple[str, ...]:
    """Return the items that are not barred."""
    return tuple(code for code in items if code not in found)
