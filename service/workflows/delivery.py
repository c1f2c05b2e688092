"""送达登记 — when a paper handed over a counter or sent by post reached the applicant; remedies run from then (R-DEC-7)."""

from datetime import date, datetime, time
from typing import Any

from service.errors import ActionNotAllowed, NotPermitted, one_field
from service.workflows import notices
from service.workflows.calendar import TZ, local_date
from service.workflows.case import Notice
from service.workflows.machine import APPLICANT
from service.workflows.rights import refuse_own_application
from service.workflows.situation import Action, Actor
from service.workflows.work import Work

LONGEST = 200
RECEIPT = "delivery_receipt"


def record_delivery(work: Work, action: Action, actor: Actor) -> None:
    """登记送达: the day, and the document that proves it; the receipt tells the remedies counted from that day.

    `action.data` carries {notice: its number, date: ISO date, document: signed receipt or registered letter}.

    Raises:
        NotPermitted: not a window of the lead or of the department whose paper it is. ActionNotAllowed: it is
            delivered already. DataInvalid: no such paper, no such day, nothing that proves it.
    """
    departments = {work.release.bundle.lead, *(item.department for item in work.case.items.values())}
    if actor.kind != "clerk" or "window" not in actor.posts or actor.department not in departments:
        raise NotPermitted("只有经办部门的受理岗可以登记送达", action=action.name)
    refuse_own_application(work.case, actor)
    open_ones = [n for n in work.case.notices.values() if n.to == APPLICANT and n.delivered_at is None]
    if not open_ones:
        raise ActionNotAllowed("没有等待登记送达的文书", action=action.name, state=work.case.state)
    notice = _notice(work, action.data.get("notice"), actor)
    on, document = _day(work, notice, action.data.get("date")), action.data.get("document")
    if not isinstance(document, str) or not 0 < len(document.strip()) <= LONGEST:
        raise one_field("/data/document", "请写明凭什么证明已经送达：签收的送达回证或者邮件号")
    notice.delivered_at = work.at if on == work.today else datetime.combine(on, time(12), TZ).astimezone(work.at.tzinfo)
    body: dict[str, Any] = {"note": f"凭证：{document.strip()}"}
    if notice.body.get("remedies"):
        body["remedies"] = notices.remedies(work.situation.calendar, on)
    text = f"《{notice.title}》（{notice.number}）于{notices.say_date(on)}送达。"
    receipt = work.issue(RECEIPT, notice.item, notices.plain(RECEIPT, text, **body))
    receipt.delivered_at = receipt.issued_at
    told = {"notice": notice.n, "date": on.isoformat(), "document": document.strip()}
    work.log("record_delivery", actor, item="", post="window", law="行政许可法 44", data=told)


def _notice(work: Work, given: Any, actor: Actor) -> Notice:
    notice = work.case.notices.get(given) if isinstance(given, int) and not isinstance(given, bool) else None
    if notice is None or notice.to != APPLICANT:
        raise one_field("/data/notice", "没有这份给申请人的文书，请填文书的序号")
    if notice.delivered_at is not None:
        raise ActionNotAllowed(f"《{notice.title}》已经送达", action="record_delivery", state=work.case.state)
    own = {work.release.bundle.lead} | ({work.case.items[notice.item].department} if notice.item else set())
    if actor.department not in own:
        raise NotPermitted("只有发文部门或者牵头部门可以登记送达", action="record_delivery")
    return notice


def _day(work: Work, notice: Notice, given: Any) -> date:
    try:
        on = date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise one_field("/data/date", "请填送达的日期，例如 2026-08-10") from None
    if not local_date(notice.issued_at) <= on <= work.today:
        raise one_field("/data/date", "送达的日期不能早于发文，也不能晚于今天")
    return on
