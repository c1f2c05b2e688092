"""信用记录 — what a broken promise leaves behind: the record and the way to repair it.

Record and notice of repair are served together (两书同达, 国办发〔2025〕22号). The exclusion of R-NCP-3 ends with the repair
or with the term of the record, both as acts of the repair proceeding.
"""

from typing import Final

from service.workflows import clocks
from service.workflows.case.literals import BreachKind
from service.workflows.case.parts import Credit, Item
from service.workflows.definition.duration import Duration
from service.workflows.definition.models.carried import SEVERITIES
from service.workflows.definition.models.policy import Severity
from service.workflows.notices import matters, wording
from service.workflows.proceedings import repair
from service.workflows.proceedings.kind import begin
from service.workflows.worksheet import Work

BREACHES: dict[str, BreachKind] = {  # outcome of a check → kind
    "broken": "false_commitment",
    "unkept": "unkept_commitment",
}
# heard once: in the proceeding that decides on the revocation, which tells its facts and the last day (ADR 0037)
RIGHTS = "撤销{}以前，会另行书面告知拟撤销的事实和理由，您有权陈述、申辩，可以要求听证。"
FOUND = {"broken": "虚假承诺", "unkept": "没有履行承诺"}
ORDINARY: Final = "ordinary"
LAW = "国办发〔2020〕42号"


def record(work: Work, check: Item, severity: Severity) -> None:
    """Record the breach that a check has found; the finding and the way to repair it are served together."""
    repairing = begin(
        work,
        repair.KIND,
        check.parent,
        department=check.department,
        severity=severity,
    )
    pause = Duration.parse(work.situation.policy.repair_from(severity))
    n = len(work.case.credits) + 1
    work.case.credits[n] = credit = Credit(
        n=n,
        subject=work.case.applicant_id,
        item=check.item,
        kind=BREACHES[check.outcome],
        recorded_at=work.at,
        severity=severity,
        repair=repairing.item,
        repair_from=clocks.shift(work.today, pause),
        ends_on=work.case.clocks[repairing.item, "term"].statutory_on,
    )
    _serve_finding(work, check, severity)
    title = work.release.title_of(check.parent)
    way = wording.plain("repair_notice", repair.way_to_repair(credit, title), law=repair.LAW)
    work.issue("repair_notice", repairing.item, way)


def _serve_finding(work: Work, check: Item, severity: str) -> None:
    title = work.release.title_of(check.parent)
    said = f"「{title}」经事后核查认定{FOUND[check.outcome]}，记入信用记录，失信程度{SEVERITIES[severity]}。信用修复以前不再适用告知承诺。"
    finding = wording.plain(
        "credit_recorded",
        said,
        points=[check.note] if check.note else [],
        law=LAW,
        note=RIGHTS.format(matters.RESULTS[work.release.items[check.parent].category]),
        remedies=wording.remedies(
            work.situation.calendar,
            work.release,
            check.department,
            wording.served_at_issue(work.case, work.today),
        ),
    )
    work.issue("credit_recorded", check.item, finding)
