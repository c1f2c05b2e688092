"""文号 — 机关代字＋〔年份〕＋序号: drawn when the paper is recorded, once for each paper, without a gap in a year.

A department numbers its papers where the directory says how (`papers.<department>.number`). What is only a receipt, a
message or a reminder is no official document and has none. Source: 党政机关公文处理工作条例 9(五), GB/T 9704—2012 7.2.5.
"""

from collections.abc import Iterator, Mapping

from service.workflows.calendar import local_date
from service.workflows.case.altering import altered
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import THIRD_PARTY, Case, Notice
from service.workflows.definition.models import Category, ItemDefinition
from service.workflows.definition.release import Release

SORTS: Mapping[Category, str] = {"licence": "许", "confirmation": "确", "filing": "备"}
OTHER_SORT = "办"
WORDS: Mapping[str, str] = {  # kind of paper → what its 文号 calls it
    "acceptance": "受",
    "tolerant_acceptance": "容",
    "acceptance_revoked": "撤受",
    "filed_away": "归",
    "promise_paused": "停",
    "promise_resumed": "停",
    "correction": "补",
    "not_required": "不需",
    "not_accepted": "不受",
    "special": "特",
    "special_end": "特",
    "extension": "延",
    "grant": "准",
    "deemed_renewal": "准",
    "refusal": "不",
    "lapse": "撤回",
    "stopped": "终",
    "termination": "终",
    "commitment_refused": "转",
    "inspection": "核",
    "rectification": "改",
    "follow_up_result": "查",
    "hearing_right": "听告",
    "hearing_request": "听",
    "hearing_announcement": "听",
    "hearing_notice": "听",
    "hearing_end": "听",
    "chair_replaced": "听",
    "chair_kept": "听",
    "credit_recorded": "信",
    "repair_granted": "信",
    "repair_refused": "信",
    "revocation_right": "撤告",
    "revocation": "撤",
    "revocation_kept": "撤",
    "permit_withdrawal": "撤",
    "compensation_award": "赔",
    "compensation_refusal": "赔",
    "deregistration": "注",
    "deregistration_kept": "注",
}


def series_of(before: Case | None, case: Case, release: Release) -> dict[int, str]:
    """Return the series from which each new paper of a step draws, by its `n`: the number with nothing counted."""
    known = before.notices if before else {}
    return {
        n: f"document {numbered_by_rule(rule, notice, case, release, 0)}"
        for n, notice in case.notices.items()
        if n not in known
        and not notice.body.get("document_number")
        and (rule := _rule(notice, case, release))
    }


def numbered(case: Case, release: Release, drawn: Mapping[int, int]) -> Case:
    """Return the case with the numbers drawn for its papers, by `n`."""
    if not drawn:
        return case
    case = altered(case, notices=dict(case.notices))  # papers are replaced, never changed inside
    for n, seq in drawn.items():
        notice = case.notices[n]
        rule = _rule(notice, case, release)
        number = numbered_by_rule(rule, notice, case, release, seq)
        case.notices[n] = altered(notice, body={**notice.body, "document_number": number})
    return case


def numbered_by_rule(rule: str, notice: Notice, case: Case, release: Release, seq: int) -> str:
    """Fill in a rule such as `云临市监{word}〔{year}〕{seq}号`; the year is that of the day of issue."""
    word = _sort(notice, case, release) + WORDS[notice.kind]
    return rule.format(word=word, year=local_date(notice.issued_at).year, seq=seq)


def _rule(notice: Notice, case: Case, release: Release) -> str:
    if notice.kind not in WORDS or notice.to not in (APPLICANT, THIRD_PARTY):
        return ""
    return release.directory.papers_of(issuer(notice, case, release)).number or ""


def issuer(notice: Notice, case: Case, release: Release) -> str:
    """Return the department whose paper it is: that of the item, of the whole the lead."""
    item = case.items.get(notice.item)
    return item.department if item else release.bundle.lead


def _sort(notice: Notice, case: Case, release: Release) -> str:
    """Return what a paper is about in one character; one about several items is about a licence if any of them is."""
    subject = release.subject(notice.item) if notice.item else None
    about = [subject] if subject else list(_items(case, release))
    sorts = [SORTS.get(each.category, OTHER_SORT) for each in about if each]
    return next((sort for sort in SORTS.values() if sort in sorts), OTHER_SORT)


def _items(case: Case, release: Release) -> Iterator[ItemDefinition]:
    return (release.items[code] for code in case.items if code in release.items)
