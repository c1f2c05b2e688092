"""送达登记 — when a paper handed over a counter or sent by post reached the applicant; remedies run from then (R-DEC-7)."""

from datetime import date, datetime, time
from typing import Any

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import actions
from service.workflows.actions import Carries, CaseAction, Data
from service.workflows.calendar import TZ, local_date
from service.workflows.case.columns import Body
from service.workflows.case.engine import APPLICANT
from service.workflows.case.parts import Notice
from service.workflows.case.situation import Actor
from service.workflows.notices import wording
from service.workflows.rights import refuse_own_application
from service.workflows.worksheet import Work

ACTION = "record_delivery"
LONGEST = 200
RECEIPT = "delivery_receipt"


def _window_of_a_department(work: Work, actor: Actor) -> None:
    departments = {
        work.release.bundle.lead,
        *(item.department for item in work.case.items.values()),
    }
    if not actor.sits("window", *departments):
        raise NotPermitted("只有经办部门的受理岗可以登记送达", action=ACTION)
    refuse_own_application(work.case, actor)


def _something_on_its_way(work: Work, _: Actor, __: str) -> None:
    notices = work.case.notices.values()
    if not any(n.to == APPLICANT and n.delivered_at is None for n in notices):
        raise ActionNotAllowed("没有等待登记送达的文书", action=ACTION, state=work.case.state)


def _notice(work: Work, given: Any) -> Notice:
    """Return the paper by its number in the case. Raises ActionNotAllowed: it is delivered already."""
    whole = isinstance(given, int) and not isinstance(given, bool)
    notice = work.case.notices.get(given) if whole else None
    if notice is None or notice.to != APPLICANT:
        raise one_field("/data/notice", "没有这份给申请人的文书，请填文书的序号")
    if notice.delivered_at is not None:
        raise ActionNotAllowed(f"《{notice.title}》已经送达", action=ACTION, state=work.case.state)
    return notice


def _record_delivery(work: Work, data: Data, actor: Actor) -> None:
    """Keep the day and what proves it; the receipt tells the remedies counted from that day."""
    notice: Notice = data["notice"]
    own = {work.release.bundle.lead, _issuer(work, notice)}
    if actor.department not in own:
        raise NotPermitted("只有发文部门或者牵头部门可以登记送达", action=ACTION)
    on = date.fromisoformat(data["date"])
    if not local_date(notice.issued_at) <= on <= work.today:
        raise one_field("/data/date", "送达的日期不能早于发文，也不能晚于今天")
    noon = datetime.combine(on, time(12), TZ).astimezone(work.at.tzinfo)
    notice.delivered_at = work.at if on == work.today else noon
    number = notice.body.get("document_number") or notice.number
    department = _issuer(work, notice)
    body: Body = {
        "served": {
            "paper": notice.title,
            "number": number,
            "on": on.isoformat(),
            "document": data["document"],
        },
        "department": work.release.directory.authority(department),
    }
    if notice.body.get("remedies"):
        body["remedies"] = wording.remedies(work.situation.calendar, work.release, department, on)
    said = f"《{notice.title}》（{number}）于{wording.say_date(on)}送达。"
    receipt = work.issue(RECEIPT, notice.item, wording.plain(RECEIPT, said, **body))
    receipt.delivered_at = receipt.issued_at
    told = {"notice": notice.n, "date": data["date"], "document": data["document"]}
    work.log(ACTION, actor, item="", post="window", law="行政许可法 44", data=told)


def _issuer(work: Work, notice: Notice) -> str:
    return work.case.items[notice.item].department if notice.item else work.release.bundle.lead


RECORD_DELIVERY = CaseAction(
    name=ACTION,
    title="登记送达",
    by=_window_of_a_department,
    when=_something_on_its_way,
    carries=(
        Carries("notice", _notice),
        Carries("date", actions.day("date", "请填送达的日期，例如 2026-08-10")),
        Carries(
            "document",
            actions.text(
                "document",
                "送达凭证",
                longest=LONGEST,
                say="请写明凭什么证明已经送达：签收的送达回证或者邮件号",
            ),
        ),
    ),
    do=_record_delivery,
)
