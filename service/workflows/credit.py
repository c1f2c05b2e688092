"""信用记录与修复 — what a broken promise leaves behind: the record, the right to be heard, the way to repair it.

Record and notice of repair are served together (两书同达, 国办发〔2025〕22号). The exclusion of R-NCP-3 ends with the repair
or with the term of the record, both as acts of the repair proceeding.
"""

from typing import Any

from service.errors import ActionNotAllowed
from service.workflows import clocks, notices, proceedings
from service.workflows.case import Case, Credit, Item
from service.workflows.language.duration import Duration
from service.workflows.language.models import Transition
from service.workflows.language.release import DEFENCE, FOLLOW_UP, REPAIR
from service.workflows.machine import APPLICANT
from service.workflows.work import Work

KINDS = {"broken": "false_commitment", "unkept": "unkept_commitment"}
SAYS = {"broken": "虚假承诺", "unkept": "没有履行承诺"}
SEVERITIES = {"minor": "轻微", "ordinary": "一般", "serious": "严重"}
ORDINARY = "ordinary"


def ended(work: Work, check: Item, severity: str) -> None:
    """Take what the end of a proceeding means for the credit of the applicant."""
    if check.lifecycle == FOLLOW_UP and check.outcome in KINDS:
        _record(work, check, severity or ORDINARY)
    elif check.lifecycle == REPAIR:
        for credit in work.case.credits.values():
            if credit.repair == check.item:
                credit.excluded = False
                credit.repaired_on = work.today if check.outcome == "passed" else None


def _record(work: Work, check: Item, severity: str) -> None:
    policy = work.situation.policy
    repair = proceedings.begin(
        work, REPAIR, check.parent, department=check.department, special={"severity": severity}
    )  # fmt: skip
    n = len(work.case.credits) + 1
    work.case.credits[n] = credit = Credit(
        n, work.case.applicant_id, check.item, KINDS[check.outcome], work.at, severity=severity, repair=repair.item,
        repair_from=clocks.shift(work.today, Duration.parse(policy.repair_from(severity))),
        ends_on=work.case.clocks[repair.item, "term"].statutory_on,
    )  # fmt: skip
    title = work.release.items[check.parent].title
    said = f"「{title}」经事后核查认定{SAYS[check.outcome]}，记入信用记录，失信程度{SEVERITIES[severity]}。信用修复以前不再适用告知承诺。"
    rights = "撤销许可以前，您有权陈述、申辩，可以要求听证。"
    if policy.revocation_hearing:
        defence = proceedings.begin(work, DEFENCE, check.parent, department=check.department)
        until = work.case.clocks[defence.item, "window"].due_on
        rights = (
            f"撤销许可以前，您有权陈述、申辩，可以要求听证，请在{notices.say_date(until)}前提出。" if until else rights
        )
    remedies = notices.remedies(work.situation.calendar, work.today)
    more = {"points": [check.note] if check.note else [], "note": rights, "remedies": remedies}
    work.issue("credit_recorded", check.item, notices.plain("credit_recorded", said, **more))
    work.issue("repair_notice", repair.item, notices.plain("repair_notice", _how(credit)))


def _how(credit: Credit) -> str:
    begins = notices.say_date(credit.repair_from) if credit.repair_from else "即日"
    ends = (
        f"没有申请修复的，{notices.say_date(credit.ends_on)}到期，到期后不再作为限制的依据。" if credit.ends_on else ""
    )
    return f"{begins}起，您履行了承诺或者纠正了失信行为的，可以申请信用修复：写明证明履行的文书，并作出信用承诺。三个工作日内决定。{ends}"


def refuse(work: Work, item: Item, transition: Transition) -> None:
    """Refuse a repair before its day, and a revocation while its right to be heard is open. Raises ActionNotAllowed."""
    if item.lifecycle == REPAIR and transition.actors == [APPLICANT]:
        days = [c.repair_from for c in work.case.credits.values() if c.repair == item.item and c.repair_from]
        if days and work.today < max(days):
            raise ActionNotAllowed(
                f"{notices.say_date(max(days))}起才可以申请信用修复", action=transition.action, state=item.state,
                law="国办发〔2025〕22号",
            )  # fmt: skip
    if work.machine(item).states[transition.to].final == "revoked" and (open_now := _defence(work.case, item)):
        until = work.case.clocks[open_now.item, "window"].due_on
        when = f"（至{notices.say_date(until)}）" if until else ""
        raise ActionNotAllowed(
            f"当事人陈述申辩、听证的权利还没有了结{when}，现在不能撤销", action=transition.action, state=item.state,
            law="行政许可法 36、47",
        )  # fmt: skip


def _defence(case: Case, item: Item) -> Item | None:
    found = (i for i in case.items.values() if i.parent == item.item and i.lifecycle == DEFENCE and not i.outcome)
    return next(found, None)


def cited(case: Case, item: Item) -> dict[str, Any]:
    """Return the check that a revocation rests on as {check, paper}, nothing where there is none."""
    for check in case.items.values():
        if check.parent == item.item and check.lifecycle == FOLLOW_UP and check.outcome in KINDS:
            papers = [n.number for n in case.notices.values() if (n.item, n.kind) == (check.item, "credit_recorded")]
            return {"check": check.item, "paper": papers[-1] if papers else ""}
    return {}
