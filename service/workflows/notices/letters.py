"""文书正文 — how a paper opens, what it decides and what it is called, by what kind of matter it is about.

Only a licence is granted or refused as a licence: refusing a 行政确认, a 备案 or a service is not 不予许可, and it does not
rest on 行政许可法. Law: 行政许可法 32, 38; R-ACC-7, R-DEC-3.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from service.workflows.application.fieldtypes import say
from service.workflows.calendar import local_date
from service.workflows.case.parts import Case, Item
from service.workflows.definition.duration import Duration
from service.workflows.definition.models import (
    NOTICE_TITLES,
    Category,
    ItemDefinition,
    VocabularyCertificate,
)
from service.workflows.definition.release import Release
from service.workflows.notices import earlier, matters
from service.workflows.notices.dates import say_date

LICENSING_LAW = "行政许可法"
TITLES: dict[tuple[str, Category], str] = {
    ("grant", "licence"): "准予行政许可决定书",
    ("grant", "confirmation"): "行政确认决定书",
    ("grant", "filing"): "备案通知书",
    ("grant", "service"): "办理结果通知书",
    ("grant", "verification"): "核验结果通知书",
    ("grant", "utility"): "办理结果通知书",
    ("refusal", "licence"): "不予行政许可决定书",
    ("refusal", "confirmation"): "不予行政确认决定书",
    ("refusal", "filing"): "不予备案通知书",
    ("refusal", "service"): "不予办理通知书",
    ("refusal", "verification"): "核验不一致通知书",
    ("refusal", "utility"): "不具备办理条件告知书",
    ("issue", "filing"): "办结送达回执",
    ("issue", "service"): "办结送达回执",
    ("issue", "verification"): "办结送达回执",
    ("issue", "utility"): "办结送达回执",
    ("not_accepted", "utility"): "不予受理告知书",
}
DECISIONS: Mapping[tuple[str, Category], str] = {
    ("grant", "licence"): "准予{name}",
    ("grant", "confirmation"): "对{name}予以行政确认",
    ("grant", "filing"): "对{name}予以备案",
    ("grant", "service"): "{name}予以办理",
    ("grant", "verification"): "{name}核验一致",
    ("grant", "utility"): "{name}可以办理",
    ("refusal", "licence"): "对{name}不予行政许可",
    ("refusal", "confirmation"): "对{name}不予行政确认",
    ("refusal", "filing"): "对{name}不予备案",
    ("refusal", "service"): "{name}不予办理",
    ("refusal", "verification"): "{name}核验不一致",
    ("refusal", "utility"): "{name}目前不具备办理条件",
}
TITLES |= {
    (kind, category): title.format(result=result)
    for category, result in matters.RESULTS.items()
    for kind, title in (
        ("revocation_right", "撤销{result}事先告知书"),
        ("permit_withdrawal", "撤回{result}决定书"),
    )
}
MEETS = {"grant": "您的申请符合规定的条件、标准", "refusal": "您的申请不符合规定的条件、标准"}
TURNED_AWAY = {
    "not_accepted": "{we}决定不予受理",
    "not_required": "这件事依法不需要申请，不受理",
    "termination": "{we}决定终止办理",
    "revocation": "{we}决定撤销{granted}",
}
# Papers that rest on what is asked for, where the licensing law does not reach; what only follows from a limit does not.
OF_THE_MATTER = frozenset(
    {"grant", "refusal", "acceptance", "tolerant_acceptance", "not_accepted", "not_required"}
)
# Papers a department may word itself, and what its words must hold: what was asked and when, what follows.
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "acceptance": ("applied", "accepted_on"),
    "grant": ("applied", "decision"),
    "refusal": ("applied", "decision"),
    "not_accepted": ("applied",),
}
KNOWN = frozenset({"item", "applied", "accepted_on", "accepted", "decision", "law", "applicant"})
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OF_FORM = "form."


def blanks(text: str) -> list[str]:
    """Return the names of the blanks of a template, as they stand."""
    return PLACEHOLDER.findall(text)


class Facts(NamedTuple):
    """What a letter rests on."""

    release: Release
    case: Case
    item: Item
    definition: ItemDefinition


_TITLES: Mapping[str, str] = {str(code): title for code, title in NOTICE_TITLES.items()}


def title_of_matter(kind: str, definition: ItemDefinition | None) -> str:
    """Return the title of a kind of paper about an item; without one, that of any matter."""
    own = TITLES.get((kind, definition.category)) if definition else None
    return own or _TITLES.get(kind, "")


def bases(kind: str, transition_law: str, definition: ItemDefinition | None) -> str:
    """Return the articles a paper rests on: of a decision also those of the item; the licensing law only for licences."""
    if definition is None:
        return transition_law
    apart = definition.category != "licence" and transition_law.startswith(LICENSING_LAW)
    on_its_own = kind in ("grant", "refusal") or apart
    on_its_own |= definition.category != "licence" and kind in OF_THE_MATTER
    own = definition.basis if on_its_own else []
    return "；".join(dict.fromkeys([*own, *([] if apart else [transition_law])]).keys()).strip("；")


def applied(case: Case, name: str) -> str:
    """Say who asked for it and when; where nothing was handed in, only what it is about."""
    if case.received_at is None:
        return f"关于{name}"
    return f"您于{say_date(local_date(case.received_at))}提出{name}申请"


def of_acceptance(facts: Facts, name: str, *, by_silence: bool, why: str) -> str:
    """Return what says that an item is accepted, and as of which day."""
    on = facts.item.accepted_on
    since = f"，受理日期为{say_date(on)}" if on else ""
    opening = applied(facts.case, name)
    if by_silence:
        return f"{opening}，逾期没有告知需要补正，{name}视为受理{since}。"
    within = "本机关职权范围" if facts.definition.category != "utility" else "本单位办理范围"
    examined = f"经审查，申请事项属于{within}，{why}，现已受理{since}。"
    return f"{opening}。{examined}"


def of_decision(facts: Facts, kind: str, name: str) -> str:
    """Return what a decision says first: what was asked and when, when it was accepted, on what the decision rests."""
    opening = applied(facts.case, name) + _accepted(facts)
    examined = "。".join([opening, f"经审查{_examined(facts)}"])
    decision = DECISIONS[kind, facts.definition.category].format(name=name)
    who = "本单位答复" if facts.definition.category == "utility" else "本机关决定"
    return f"{examined}，{MEETS[kind]}，{who}：{decision}。"


def _accepted(facts: Facts) -> str:
    on = facts.item.accepted_on
    if on is None:
        return ""
    number = earlier.accepted_by(facts.case, facts.item.item)
    same = facts.case.received_at and local_date(facts.case.received_at) == on
    return f"，本机关于{'同日' if same else say_date(on)}受理" + (f"（{number}）" if number else "")


def turned_away(facts: Facts, kind: str, name: str, law: str) -> str:
    """Return what a paper says first that ends a matter without granting it, or takes a grant back."""
    we = "本单位" if facts.definition.category == "utility" else "本机关"
    granted_by = earlier.granted_by(facts.case, facts.item.item) or "已经作出的决定"
    ends = TURNED_AWAY[kind].format(we=we, granted=granted_by)
    why = "理由和依据见下" if law else "理由见下"
    return f"{applied(facts.case, name)}。经审查，{ends}，{why}。"


def lapsed(facts: Facts, name: str) -> str:
    """Return what says that a matter counts as withdrawn: what was asked for by which paper, and did not come."""
    told = earlier.asked_by(facts.case, facts.item.item)
    asked = f"{told}告知您补交材料，" if told else ""
    return (
        f"{applied(facts.case, name)}。{asked}您没有在告知的期限内补齐，按规定视为撤回{name}的申请。"
        "您可以重新申请。"
    )


def _examined(facts: Facts) -> str:
    if facts.item.handling == "commitment":
        return "您签署的告知承诺书和提交的材料"
    visited = "，并由执法人员现场核查" if facts.item.officers else ""
    return f"申请材料{visited}"


# ---- a department's own words ----------------------------------------------------------------------------------


def own_words(facts: Facts, kind: str, name: str, law: str) -> str:
    """Return the department's own wording of a paper, filled in; empty where it has none."""
    said = facts.release.directory.papers_of(facts.item.department).wording
    template = {str(code): text for code, text in said.items()}.get(kind, "")
    if not template:
        return ""
    decision = DECISIONS.get((kind, facts.definition.category), "").format(name=name)
    on = facts.item.accepted_on
    known = {
        "item": name,
        "applied": applied(facts.case, name),
        "accepted_on": say_date(on) if on else "",
        "accepted": _accepted(facts),
        "decision": decision,
        "law": law,
        "applicant": facts.case.applicant_name,
    }
    return PLACEHOLDER.sub(lambda found: known.get(found[1], ""), template)


# ---- what is granted -------------------------------------------------------------------------------------------


CERTIFICATE, NUMBER = "发给的证照", "证照编号"


def with_number(grants: Mapping[str, str], number: str) -> dict[str, str]:
    """Return what is granted with the number of the certificate, which is drawn when the decision is recorded."""
    told: dict[str, str] = {}
    for name, said in grants.items():
        told[name] = said
        if name == CERTIFICATE:
            told[NUMBER] = number
    return told


def granted(facts: Facts) -> dict[str, str]:
    """Return what a grant allows, by name: the lines of the item with what was filled in, and for how long."""
    lines = {
        name: said for name, text in facts.definition.grants.items() if (said := _line(facts, text))
    }
    return {**lines, **dict(_how_long(facts))}


def _line(facts: Facts, text: str) -> str:
    """Fill in a line; one of which nothing is known is left out."""
    fields, known = facts.release.vocabulary.fields, []

    def filled(found: re.Match[str]) -> str:
        field = fields.get(found[1].removeprefix(OF_FORM))
        value = facts.case.form.get(found[1].removeprefix(OF_FORM))
        if field is None or value in (None, "", []):
            return ""
        known.append(found[1])
        return say(field, value, facts.release.directory.region)

    made = PLACEHOLDER.sub(filled, text)
    return made if known or not PLACEHOLDER.search(text) else ""


def after_grant(facts: Facts) -> str:
    """Say what the holder of a licence has to do later, and that the decision is open to all (行政许可法 40, 49, 50)."""
    if facts.definition.category != "licence":
        return ""
    result = facts.definition.result
    ends = result and facts.release.vocabulary.certificates[result.certificate].valid
    renewal = "有效期届满需要延续的，应当依法在届满以前申请；" if ends else ""
    return f"准予的内容需要变更的，应当依法申请变更；{renewal}本决定依法公开，公众有权查阅。"


def _how_long(facts: Facts) -> Iterator[tuple[str, str]]:
    result = facts.definition.result
    if result is None:
        return
    kind = facts.release.vocabulary.certificates[result.certificate]
    yield CERTIFICATE, kind.title
    yield "有效期", _period(facts, kind)


def _period(facts: Facts, kind: VocabularyCertificate) -> str:
    """Say the first and the last day, which the decision fixes (行政许可法 39, 50); how long, where it made nothing yet."""
    own = (c for c in facts.case.certificates.values() if c.item == facts.item.item)
    made = next(own, None)
    as_before = "（与原证照相同）" if facts.definition.changes else ""
    if made and made.valid_until:
        first = say_date(made.valid_from or made.issued_on)
        return f"{first}至{say_date(made.valid_until)}{as_before}"
    if made is None and kind.valid:
        return f"自准予之日起{Duration.parse(kind.valid).title()}"
    return f"长期{as_before}"
